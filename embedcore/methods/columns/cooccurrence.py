"""Value co-occurrence: what stands together in a row tells what the values mean, and the values what a product is."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from embedcore.data import Dataset, Embedding
from embedcore.errors import InputError, NeedsError
from embedcore.methods import TABLE, FittedArrays, Method, Params, evaluation, load_model, param
from embedcore.methods.columns.cells import Cells
from embedcore.methods.columns.hidden import TableMethod, judge
from embedcore.methods.columns.pmi import token_vectors
from embedcore.progress import Progress, part, silent

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

UNSURE = 20  # a value in fewer rows than this has too little company to say what it means


@dataclass(frozen=True)
class CooccurrenceParams(Params):
    """Parameters of value co-occurrence."""

    exclude: tuple[str, ...] = param(
        (),
        "Columns to leave out",
        "None chosen means that every column is used. Leave out what should not count, such as a stock level.",
        columns=TABLE,
    )
    dimension: int = param(32, "Dimensions", "Length of a vector (singular vectors kept).", low=2, high=512, step=1)
    rarity: float = param(
        0.05,
        "Weight of common values",
        "A value in the share p of all rows weighs a / (a + p), and this is a: small means that rare values and words "
        "decide, large that all count the same (smooth inverse frequency).",
        low=0.0001,
        high=100.0,
        step=0.01,
        advanced=True,
    )
    context: float = param(
        0.75,
        "Context smoothing",
        "Exponent on how often a context occurs: below 1, rare contexts prove less (context distribution smoothing).",
        low=0.1,
        high=1.0,
        step=0.05,
        advanced=True,
    )
    check: bool = param(
        True,
        "Check on your table",
        "Hides each column in turn on a sample of 3,000 rows and compares with a plain PCA: takes a second or two.",
        advanced=True,
    )


class FittedCooccurrence(FittedArrays):
    """embeddings: "product"; "value" (ids "column=value") when a column holds categories.

    A product is the weighted mean of the vectors of its cells, so columns can be given another weight at any time:
    `reweighted`.

    >>> import pandas as pd
    >>> from embedcore.data import Catalogue
    >>> frame = pd.DataFrame({"id": ["a", "b", "c"], "colour": ["red", "red", "blue"], "kind": ["hat", "cap", "hat"]})
    >>> shop = Dataset.build("shop", Catalogue(frame, {"id": "id", "colour": "category", "kind": "category"}))
    >>> moved = Cooccurrence().fit(shop, CooccurrenceParams(check=False)).reweighted(shop, {"kind": 0})
    >>> bool((moved.vectors[0] == moved.vectors[1]).all())
    True
    """

    def __init__(self, embeddings: dict[str, Embedding], meta: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
        super().__init__(embeddings, meta, arrays)
        self.cells = Cells.unpack(arrays)

    def embed(self, new: Dataset) -> Embedding:
        """The weighted mean of what is known of each product; cells never seen are skipped, products without a known
        cell are left out and counted."""
        total, weight = _sums(self.cells.matrix(new), self.arrays["weights"], self.arrays["tokens"])
        known = np.flatnonzero(weight > 0)
        vectors = total[known] / weight[known, None] - self.arrays["mean"]
        return Embedding("product", new.items[known], vectors, {"left_out": len(new) - len(known)})

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that count."""
        return self.cells.columns

    def reweighted(self, dataset: Dataset, weights: Mapping[str, float], matrix: csr_matrix | None = None) -> Embedding:
        """The vectors of `dataset` (the one of the training) when columns count more or less: weights column -> 0 or
        more, 1 when not given. The same products as in embeddings["product"]; one whose every cell weighs nothing
        gets zeros. matrix: cells.matrix(dataset), when the caller has kept it."""
        unknown = sorted(set(weights) - set(self.columns))
        if unknown:
            raise InputError(f"This embedding has no column “{unknown[0]}”.", f"Known: {', '.join(self.columns)}.")
        if any(not 0 <= w < 1e6 for w in weights.values()):
            raise InputError("The weight of a column is below zero or too large.", "Choose a weight from 0 to 10.")
        by_column = np.array([weights.get(c, 1.0) for c in self.columns], np.float32)
        x = self.cells.matrix(dataset) if matrix is None else matrix
        total, weight = _sums(x, self.arrays["weights"] * by_column[self.cells.owner], self.arrays["tokens"])
        vectors = total / np.maximum(weight, 1e-9)[:, None]
        if (weight > 0).any():
            vectors[weight > 0] -= vectors[weight > 0].mean(axis=0)
        product = self.embeddings["product"]
        return Embedding("product", product.ids, vectors[dataset.positions(product.ids)], {"weights": dict(weights)})


class Cooccurrence(Method):
    """Levy and Goldberg 2014 on the cells of a table, products as in Arora, Liang and Ma 2017."""

    name = "cooccurrence"
    title = "Co-occurrence"
    subtitle = "values that appear together"
    summary = "Learns in seconds from the columns of the catalogue: products with similar values get similar vectors."
    about = (
        "Values, ranges of numbers and words that appear in the same rows, such as *trail* and *sole*, count "
        "as related. A product is the mean of its cells; rare ones count more.\n\n"
        "Try it first on any table: it needs no training time and no settings, reads names and numbers as well "
        "as categories, gives new products a vector at once, and you can change the weight of each column "
        "afterwards on the Map page. Values such as colours or brands get vectors too.\n\n"
        "It does not know what is bought together, synonyms that never share a row, or word order. With few "
        "columns, mostly numbers, a plain PCA can do better; the check on your own table tells you."
    )
    source = (
        "Levy and Goldberg 2014, Neural Word Embedding as Implicit Matrix Factorization; Arora, Liang and Ma 2017, A "
        "Simple but Tough-to-Beat Baseline for Sentence Embeddings"
    )
    version = 1
    needs = frozenset({"table"})
    Params: ClassVar[type[Params]] = CooccurrenceParams

    def fit(
        self, dataset: Dataset, params: CooccurrenceParams, progress: Progress = silent, seed: int = 0
    ) -> FittedCooccurrence:
        """Count, weigh and factorise; embedding "product" (products with a known cell, dimension), and "value".

        meta: columns, unused (column, why), tokens, left_out, notices and figures (see hidden.judge).
        NeedsError when no column can be used, or when there is only one and it holds plain values."""
        missing = self.lacks(dataset)
        if missing:
            raise NeedsError(missing)
        begin = time.perf_counter()
        progress(0, 100, note="Reading the columns")
        cells = Cells.of(dataset, params.exclude)
        progress(10, 100, note="Reading the columns")
        x = cells.matrix(dataset)
        counts = np.asarray(x.sum(axis=0)).ravel()
        progress(20, 100, note="Counting what stands together")
        tokens, used = token_vectors(x, cells, params.dimension, params.context, seed, part(progress, 20, 80))
        weights = (cells.share * params.rarity / (params.rarity + counts / max(len(dataset), 1))).astype(np.float32)
        total, weight = _sums(x, weights, tokens)
        known = np.flatnonzero(weight > 0)
        if not len(known):
            raise NeedsError("No product has a value that another product shares: there is nothing to compare.")
        vectors = total[known] / weight[known, None]
        mean = vectors.mean(axis=0)
        embeddings = {"product": Embedding("product", dataset.items[known], vectors - mean)}
        if values := cells.values:
            seen = [int(n) for n in counts[cells.values_at]]
            facts = {"counts": seen, "unsure": [n < UNSURE for n in seen], "unsure_below": UNSURE}
            embeddings["value"] = Embedding("value", np.array(values, object), tokens[cells.values_at], facts)
        subject, rest = TableMethod(self, params, dataset), part(progress, 80, 100)
        verdict = judge(subject, seed, rest) if params.check else evaluation.Verdict()
        progress(100, 100, note="Done")
        meta = {
            "params": asdict(params),
            "seed": seed,
            "losses": [],
            "seconds": round(time.perf_counter() - begin, 3),
            "vocabulary": len(known),
            "left_out": len(dataset) - len(known),
            "tokens": len(counts),
            "columns": list(cells.columns),
            "unused": [list(pair) for pair in cells.table.left_out],
            "rows_counted": used,
            "notices": verdict.notices,
            "figures": verdict.figures,
        }
        arrays = {"tokens": tokens, "weights": weights, "mean": mean, **cells.pack()}
        return FittedCooccurrence(embeddings, meta, arrays)

    def load(self, folder: Path) -> FittedCooccurrence:
        """Read what FittedCooccurrence.save wrote."""
        return FittedCooccurrence(*load_model(folder))


def _sums(x: csr_matrix, weights: np.ndarray, tokens: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(sum of the weighted token vectors of each row (n, d), sum of the weights (n,))."""
    return x @ (tokens * weights[:, None]), x @ weights
