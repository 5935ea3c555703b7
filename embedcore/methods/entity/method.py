"""Embedding layers: a small network that learns to predict something gives every value and every product a vector."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from embedcore.data import Dataset, Embedding
from embedcore.errors import NeedsError
from embedcore.methods.base import Method, Params
from embedcore.methods.columns import TableEncoder
from embedcore.methods.entity import forward
from embedcore.methods.entity.answers import Head, Predictions
from embedcore.methods.entity.params import BASKETS, EntityParams
from embedcore.methods.entity.target import TARGETS, Target
from embedcore.methods.persistence import FittedArrays, load_model, pack_json, unpack_json
from embedcore.progress import Progress, silent


class FittedEntity(FittedArrays):
    """embeddings: "product" (the layer before the head); "value" (ids "column=value": the rows of the embedding layers,
    and of the head for the values of the target). Columns differ in the length of their vectors: shorter ones are
    filled up with zeros, and only values of one column are to be compared."""

    def __init__(self, embeddings: dict[str, Embedding], meta: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
        super().__init__(embeddings, meta, arrays)
        plain = unpack_json(arrays["plain"])
        self.table, self.target = TableEncoder.from_plain(plain["table"]), Target.from_plain(plain["target"])
        self._head = Head(self.target, arrays, plain["facts"])

    def embed(self, new: Dataset) -> Embedding:
        """Products of which no cell is known are left out and counted; unknown values count as missing."""
        inputs = forward.read(self.table, new)
        rows = np.flatnonzero(inputs.known)
        vectors = forward.vectors(self.arrays, inputs.take(rows))
        return Embedding("product", new.items[rows], vectors, {"left_out": len(new) - len(rows)})

    def predict(self, new: Dataset) -> Predictions:
        """An answer for every product of `new`, in its order."""
        return self._answers(new, np.arange(len(new)))

    def fill(self, dataset: Dataset) -> Predictions:
        """An answer for every product of the catalogue whose cell in the target column is blank."""
        column, blank = self.target.column, np.empty(0, np.int64)
        if column and column in dataset.columns(*TARGETS):
            blank = np.flatnonzero(dataset.column(column).isna().to_numpy()[: dataset.n_catalogue])
        return self._answers(dataset, blank)

    def _answers(self, dataset: Dataset, rows: np.ndarray) -> Predictions:
        inputs = forward.read(self.table, dataset).take(rows)
        return self._head.answers(forward.vectors(self.arrays, inputs), dataset.items[rows], inputs.known)


class EntityEmbeddings(Method):
    """Guo and Berkhahn 2016 with words as a learned bag, started from co-occurrence."""

    name = "entity"
    title = "Entity embeddings"
    subtitle = "trained to predict a column"
    summary = "A small neural network learns to predict a column, or what is bought with a product, from the others."
    about = (
        "Every value of a category, every word of a name starts as a list of numbers; a small network reads them and "
        "learns to predict the column you choose, or, from baskets, what a product is bought with. Its "
        "last layer before the answer is the product's vector.\n\n"
        "Choose it when one column matters most to you (the product type, the price range): products that agree in "
        "it get close vectors, also new ones and ones where the cell is blank. It also predicts: for new products, and "
        "to fill blank cells, each with a confidence that was checked.\n\n"
        "It is one-sided by design: what does not help to predict the target is forgotten. The vectors of values say "
        "which values are *used in the same way*, and values in fewer than 20 products are unsure."
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
        from embedcore.methods.entity import fit as entity_fit  # torch takes seconds to import

        found = entity_fit.fit(dataset, params, progress, seed)
        meta = {"params": asdict(params), "seed": seed, "seconds": round(time.perf_counter() - begin, 3), **found.meta}
        plain = {"table": found.table.plain(), "target": found.target.plain(), "facts": found.facts}
        return FittedEntity(found.embeddings, meta, {**found.weights, "plain": pack_json(plain)})

    def load(self, folder: Path) -> FittedEntity:
        """See Method.load."""
        return FittedEntity(*load_model(folder))
