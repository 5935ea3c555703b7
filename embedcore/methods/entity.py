"""Embedding layers: a small network that learns to predict something gives every value and every product a vector."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from embedcore.dataset import Dataset
from embedcore.embedding import Embedding
from embedcore.errors import NeedsError
from embedcore.methods import entity_answers as reply
from embedcore.methods import entity_inputs, entity_target
from embedcore.methods.base import TABLE, Fitted, Method, Params, Progress, param, silent
from embedcore.methods.cells import packed, unpacked
from embedcore.methods.entity_answers import Predictions
from embedcore.methods.entity_target import Target
from embedcore.methods.files import load_model, save_model
from embedcore.methods.table import Table

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
        32, "Numbers per product", "Length of a product's vector (the layer before the head).", low=2, high=512, step=1
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
        "Passes over the products",
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
        0.05, "Doubt", "Share of doubt in every right answer (label smoothing).", low=0.0, high=0.5, step=0.01,
        advanced=True,
    )  # fmt: skip
    rate: float = param(
        0.0,
        "Step size",
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
        512, "Products at a time", "Size of a batch; smaller for small tables.", low=16, high=8192, step=16,
        advanced=True,
    )  # fmt: skip
    held_out: float = param(
        0.1,
        "Held back",
        "Share of the products that it does not learn from, to measure how good it is.",
        low=0.05,
        high=0.5,
        step=0.05,
        advanced=True,
    )


class FittedEntity(Fitted):
    """embeddings: "product" (the layer before the head); "value" (ids "column=value": the rows of the embedding layers,
    and of the head for the values of the target). Columns differ in the length of their vectors: shorter ones are
    filled up with zeros, and only values of one column are to be compared."""

    def __init__(self, embeddings: dict[str, Embedding], meta: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
        self.embeddings, self.meta, self.arrays = embeddings, meta, arrays
        plain = unpacked(arrays["plain"])
        self.table, self.target = Table.from_plain(plain["table"]), Target.from_plain(plain["target"])
        self.facts = plain["facts"]
        if self.target.kind == "bought with":
            self.facts["row"] = {i: n for n, i in enumerate(self.facts["partners"])}

    def embed(self, new: Dataset) -> Embedding:
        """Products of which no cell is known are left out and counted; unknown values count as missing."""
        found = entity_inputs.read(self.table, new)
        rows = np.flatnonzero(found.known)
        vectors = entity_inputs.vectors(self.arrays, found.take(rows))
        return Embedding("product", new.items[rows], vectors, {"left_out": len(new) - len(rows)})

    def predict(self, new: Dataset) -> Predictions:
        """An answer for every product of `new`, in its order."""
        found = entity_inputs.read(self.table, new)
        h = entity_inputs.vectors(self.arrays, found)
        return reply.answers(self.target, self.arrays, h, new.items, found.known, self.facts)

    def fill(self, dataset: Dataset) -> Predictions:
        """An answer for every product of the catalogue whose cell in the target column is blank."""
        column = self.target.column
        if column and column in dataset.columns(*entity_target.TARGETS):
            blank = np.flatnonzero(dataset.column(column).isna().to_numpy()[: dataset.n_catalogue])
        else:
            blank = np.empty(0, np.int64)
        found = entity_inputs.read(self.table, dataset).take(blank)
        h = entity_inputs.vectors(self.arrays, found)
        return reply.answers(self.target, self.arrays, h, dataset.items[blank], found.known, self.facts)

    def save(self, folder: Path) -> None:
        save_model(folder, self.embeddings, self.meta, self.arrays)


class EntityEmbeddings(Method):
    """Guo and Berkhahn 2016 with words as a learned bag, started from co-occurrence."""

    name = "entity"
    title = "Learning to predict (embedding layers)"
    summary = "A small neural network learns to predict a column, or what is bought with a product, from the others."
    about = (
        "Every value of a category, every word of a name starts as a list of numbers; a small network reads them and "
        "learns to predict the column you choose, or, from baskets, what a product is bought with. What it has made "
        "of a product just before it answers is the product's vector.\n\n"
        "Choose it when one column says what matters to you (the kind of product, the price range): products then "
        "lie together as far as that column is concerned, also new ones and ones where the cell is blank. It also "
        "predicts: for new products, and to fill blank cells, each with a confidence that was checked.\n\n"
        "It is one-sided by design: what does not help to predict the target is forgotten. The vectors of values say "
        "what is *used alike*, not what looks alike, and values in fewer than 20 products are unsure."
    )
    source = "Guo and Berkhahn 2016, Entity Embeddings of Categorical Variables"
    version = 1
    needs = frozenset({"table"})
    Params: ClassVar[type[Params]] = EntityParams

    def fit(self, dataset: Dataset, params: EntityParams, progress: Progress = silent, seed: int = 0) -> FittedEntity:
        """Train; embeddings "product" (products with a known cell, dimension) and "value".

        meta: target (column, kind), inputs (column -> size of its vectors), checks (step, training error, held-out
        error), calibration, notices and figures, all held-out. InputError when the target has nothing to predict,
        NeedsError when nothing is left to predict it from; Cancelled passes through from `progress`."""
        missing = self.lacks(dataset)
        if missing:
            raise NeedsError(missing)
        if params.learn == BASKETS and (dataset.baskets is None or not (dataset.baskets.sizes > 1).any()):
            raise NeedsError(
                "It should learn what is bought together, and this dataset has no basket with two products.",
                "Add a baskets file, or choose a column to predict.",
            )
        begin = time.perf_counter()
        progress(0, 100, note="Getting ready")
        from embedcore.methods import entity_fit  # torch takes seconds to import

        made = entity_fit.fit(dataset, params, progress, seed)
        meta = {"params": asdict(params), "seed": seed, "seconds": round(time.perf_counter() - begin, 3), **made.meta}
        plain = {"table": made.table.plain(), "target": made.target.plain(), "facts": made.facts}
        return FittedEntity(made.embeddings, meta, {**made.arrays, "plain": packed(plain)})

    def load(self, folder: Path) -> FittedEntity:
        return FittedEntity(*load_model(folder))
