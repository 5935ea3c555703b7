"""PCA of the columns: the simple baseline beside the learned methods."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from embedcore.data import Dataset, Embedding
from embedcore.errors import NeedsError
from embedcore.methods import TABLE, FittedArrays, Method, Params, load_model, pack_json, param, unpack_json
from embedcore.methods.columns.linear import main_directions
from embedcore.methods.columns.table import TableEncoder
from embedcore.progress import Progress, part, silent

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@dataclass(frozen=True)
class PCAParams(Params):
    """Parameters of the PCA of the columns."""

    exclude: tuple[str, ...] = param(
        (), "Columns to leave out", "None chosen means that every column is used.", columns=TABLE
    )
    dimension: int = param(32, "Dimensions", "Length of a vector (principal components kept).", low=2, high=512, step=1)


class FittedPCA(FittedArrays):
    """embeddings: "product"."""

    def __init__(self, embeddings: dict[str, Embedding], meta: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
        super().__init__(embeddings, meta, arrays)
        self.table = TableEncoder.from_plain(unpack_json(arrays["table"]))

    def embed(self, new: Dataset) -> Embedding:
        """The place of each product on the components of the training; products without a known cell are left out
        and counted."""
        x, known = _features(self.table, new, self.arrays["idf"])
        vectors = x[known] @ self.arrays["components"] - self.arrays["mean"] @ self.arrays["components"]
        return Embedding("product", new.items[known], vectors, {"left_out": len(new) - len(known)})


class TablePCA(Method):
    """Principal components (Pearson 1901) of one-hot categories, standardised numbers and TF-IDF words."""

    name = "pca"
    title = "PCA"
    subtitle = "simple baseline for columns"
    summary = "Compresses the columns of the catalogue with plain linear algebra: the baseline to compare with."
    about = (
        "Turns every category value and every word into a column of 0 and 1 (words weighted by rarity), scales "
        "the numbers, and keeps the main directions of that wide table.\n\n"
        "Use it with few columns, mostly numbers, and as the yardstick for everything else.\n\n"
        "It cannot see that two values are related when no product has both."
    )
    source = (
        "Pearson 1901, On Lines and Planes of Closest Fit; Halko, Martinsson and Tropp 2011, Finding Structure "
        "with Randomness"
    )
    version = 1
    needs = frozenset({"table"})
    Params: ClassVar[type[Params]] = PCAParams

    def fit(self, dataset: Dataset, params: PCAParams, progress: Progress = silent, seed: int = 0) -> FittedPCA:
        """Decompose; embedding "product" (products with a known cell, dimension), fewer numbers when the columns have
        a smaller rank. meta: columns, unused (column, why), explained (share of the variance), left_out."""
        missing = self.lacks(dataset)
        if missing:
            raise NeedsError(missing)
        begin = time.perf_counter()
        progress(0, 100, note="Reading the columns")
        table = TableEncoder.of(dataset, params.exclude)
        idf = np.concatenate(
            [np.log(max(len(dataset), 1) / np.array(w.counts, np.float32)) + 1 for w in table.words] or [np.empty(0)]
        ).astype(np.float32)
        x, known = _features(table, dataset, idf)
        progress(12, 100, note="Reading the columns")
        x = x[known]
        mean = np.asarray(x.mean(axis=0), np.float32).ravel()
        components, values = main_directions(x, params.dimension, seed, part(progress, 12, 90), mean)
        vectors = x @ components - mean @ components
        progress(100, 100, note="Done")
        spread = float(x.multiply(x).sum() - len(known) * (mean.astype(np.float64) ** 2).sum())
        meta = {
            "params": asdict(params),
            "seed": seed,
            "losses": [],
            "seconds": round(time.perf_counter() - begin, 3),
            "vocabulary": len(known),
            "left_out": len(dataset) - len(known),
            "columns": list(table.used),
            "unused": [list(pair) for pair in table.left_out],
            "explained": float((values**2).sum() / max(spread, 1e-12)),
        }
        arrays = {
            "components": components.astype(np.float32),
            "mean": mean,
            "idf": idf,
            "table": pack_json(table.plain()),
        }
        return FittedPCA({"product": Embedding("product", dataset.items[known], vectors)}, meta, arrays)

    def load(self, folder: Path) -> FittedPCA:
        """Read what FittedPCA.save wrote."""
        return FittedPCA(*load_model(folder))


def _features(table: TableEncoder, dataset: Dataset, idf: np.ndarray) -> tuple[csr_matrix, np.ndarray]:
    """((n, columns) one-hot categories, numbers (a missing one is the mean, and marked), words by TF-IDF with length 1
    a text; positions of the products with a known cell)."""
    from scipy.sparse import csr_matrix, hstack

    e, blocks, at = table.encode(dataset), [], 0
    n, known = len(dataset), np.flatnonzero(e.known)
    for codes, c in zip(e.categories.T, table.categories, strict=True):
        rows = np.flatnonzero(codes)
        ones = np.ones(len(rows), np.float32)
        blocks.append(csr_matrix((ones, (rows, codes[rows] - 1)), (n, len(c.values))))
    if table.numbers:
        blocks.append(csr_matrix(np.nan_to_num(np.clip(e.numbers, -10, 10), nan=0.0)))
        blocks.append(csr_matrix(np.isnan(e.numbers).astype(np.float32)))
    for (indptr, codes), w in zip(e.words, table.words, strict=True):
        weight = idf[at : at + len(w.words)][codes]
        at += len(w.words)
        length = np.sqrt(np.bincount(np.repeat(np.arange(n), np.diff(indptr)), weight**2, n))
        data = weight / np.repeat(np.maximum(length, 1e-9), np.diff(indptr))
        blocks.append(csr_matrix((data.astype(np.float32), codes, indptr), (n, len(w.words))))
    return hstack(blocks, format="csr", dtype=np.float32), known
