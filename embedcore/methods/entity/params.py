"""Parameters of the entity embeddings."""

from __future__ import annotations

from dataclasses import dataclass

from embedcore.methods.base import TABLE, Params, param
from embedcore.methods.entity import target as entity_target

COLUMN, BASKETS = "a column", "what is bought with it"


@dataclass(frozen=True)
class EntityParams(Params):
    """Parameters of the entity embeddings."""

    learn: str = param(
        COLUMN,
        "Learn to predict",
        "A column of the catalogue, or, from baskets, what a product is bought with and how often.",
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
        "None chosen means that every other column is read. Leave out columns that give the answer away, "
        "such as the department when the product type is predicted.",
        columns=TABLE,
    )
    dimension: int = param(
        32, "Dimensions", "Length of a product's vector (the layer before the head).", low=2, high=512, step=1
    )
    value_size: int = param(
        0,
        "Dimensions per value",
        "Length of the vector of each value of a category column (embedding layer); 0 chooses it by the number n of "
        "values: 1.6 n^0.56, at most 600.",
        low=0,
        high=600,
        step=1,
    )
    epochs: int = param(
        8,
        "Epochs",
        "Passes over all products; it stops sooner when held-out products are no longer predicted better.",
        low=1,
        high=200,
        step=1,
    )
    start: bool = param(
        True,
        "Start from co-occurrence",
        "Values and words begin as the vectors of the co-occurrence method: their neighbours make more sense than "
        "those of a network that starts from random numbers.",
        advanced=True,
    )
    word_size: int = param(
        64,
        "Dimensions per word",
        "Length of the vector of each word of a text.",
        low=2,
        high=300,
        step=1,
        advanced=True,
    )
    hidden: int = param(
        128,
        "Width of the hidden layer",
        "Units between the cells and the product vector.",
        low=8,
        high=1024,
        step=8,
        advanced=True,
    )
    word_dropout: float = param(
        0.15,
        "Word dropout",
        "Share of the words that are hidden during training, so that it does not rely on a single one.",
        low=0.0,
        high=0.9,
        step=0.05,
        advanced=True,
    )
    cell_dropout: float = param(
        0.1,
        "Cell dropout",
        "Share of the cells that are hidden during training, so that it can cope with missing ones.",
        low=0.0,
        high=0.9,
        step=0.05,
        advanced=True,
    )
    smoothing: float = param(
        0.05,
        "Label smoothing",
        "Share of every right answer that is spread over the other values.",
        low=0.0,
        high=0.5,
        step=0.01,
        advanced=True,
    )
    rate: float = param(
        0.0,
        "Learning rate",
        "Highest learning rate of AdamW; 0 chooses it: 0.003 for small tables, 0.01 from 20,000 products on.",
        low=0.0,
        high=0.1,
        step=0.001,
        advanced=True,
    )
    decay: float = param(
        0.01,
        "Weight decay",
        "How strongly the layers are pulled towards zero.",
        low=0.0,
        high=1.0,
        step=0.01,
        advanced=True,
    )
    batch: int = param(
        512,
        "Batch size",
        "Products in one step of training; fewer for small tables.",
        low=16,
        high=8192,
        step=16,
        advanced=True,
    )
    held_out: float = param(
        0.1,
        "Held-out share",
        "Share of the products that are kept out of the training to measure how good it is.",
        low=0.05,
        high=0.5,
        step=0.05,
        advanced=True,
    )
