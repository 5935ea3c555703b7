"""Parameters of the entity embeddings."""

from __future__ import annotations

from dataclasses import dataclass

from embedcore.methods.base import TABLE, Params, param
from embedcore.methods.entity import target as entity_target

COLUMN, BASKETS = "a column", "what is bought with it"


@dataclass(frozen=True)
class EntityParams(Params):
    """Parameters of the entity embeddings, named on screen in plain words."""

    learn: str = param(
        COLUMN,
        "Learn to predict",
        "A column of the catalogue, or, from the baskets, what a product is bought with and how often "
        "(the target of the supervised training).",
        choices=(COLUMN, BASKETS),
    )
    target: str = param(
        "",
        "Column to predict",
        "None lets the app choose: the category with the most values that still has enough products for each.",
        column=entity_target.TARGETS,
    )
    exclude: tuple[str, ...] = param(
        (),
        "Columns to leave out",
        "None chosen means that every other column is read. Leave out columns that give the target away, "
        "such as the department when the kind of product is to be predicted.",
        columns=TABLE,
    )
    dimension: int = param(
        32, "Dimensions", "Length of a product's vector (the layer before the head).", low=2, high=512, step=1
    )
    value_size: int = param(
        0,
        "Numbers per value",
        "Length of the vector of each value of a category column (embedding layer); 0 chooses it by the number n of "
        "values: 1.6 n^0.56, at most 600.",
        low=0,
        high=600,
        step=1,
    )
    epochs: int = param(
        8,
        "Epochs",
        "How often every product is read (epochs); it stops sooner when products held back are no longer predicted "
        "better.",
        low=1,
        high=200,
        step=1,
    )
    start: bool = param(
        True,
        "Start from what stands together",
        "Values and words begin as the vectors of the co-occurrence method, which read better as neighbours than what "
        "a network makes from nothing.",
        advanced=True,
    )
    word_size: int = param(
        64, "Numbers per word", "Length of the vector of each word of a text.", low=2, high=300, step=1, advanced=True
    )
    hidden: int = param(
        128, "Width of the hidden layer", "Units of the layer between.", low=8, high=1024, step=8, advanced=True
    )
    word_dropout: float = param(
        0.15,
        "Words left out",
        "Share of the words that are hidden while it learns (word dropout): it must not lean on one.",
        low=0.0,
        high=0.9,
        step=0.05,
        advanced=True,
    )
    cell_dropout: float = param(
        0.1,
        "Cells left out",
        "Share of the cells that are shown as missing while it learns (cell dropout): so it knows what to do when one "
        "is.",
        low=0.0,
        high=0.9,
        step=0.05,
        advanced=True,
    )
    smoothing: float = param(
        0.05,
        "Doubt",
        "Share of doubt in every right answer (label smoothing).",
        low=0.0,
        high=0.5,
        step=0.01,
        advanced=True,
    )
    rate: float = param(
        0.0,
        "Learning rate",
        "Highest step of the training (learning rate of AdamW); 0 chooses it: 0.003 for small tables, 0.01 from 20,000 "
        "products on, which are read fewer times.",
        low=0.0,
        high=0.1,
        step=0.001,
        advanced=True,
    )
    decay: float = param(
        0.01, "Pull towards zero", "Weight decay of the layers.", low=0.0, high=1.0, step=0.01, advanced=True
    )
    batch: int = param(
        512,
        "Products at a time",
        "Size of a batch; smaller for small tables.",
        low=16,
        high=8192,
        step=16,
        advanced=True,
    )
    held_out: float = param(
        0.1,
        "Held back",
        "Share of the products that it does not learn from, to measure how good it is.",
        low=0.05,
        high=0.5,
        step=0.05,
        advanced=True,
    )
