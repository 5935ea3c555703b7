"""From what a catalogue says of a product to where its purchases would have put it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from embedcore.data import Dataset
from embedcore.methods.columns import Cells
from embedcore.progress import Progress, silent
from embedcore.vectors import unit_rows

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

# Chosen on withheld products of three shops (tests/bench/newcomers.py), by the share of baskets that find them.
_TRUST = 100.0  # purchases at which a product's vector counts half as much as one that is bought without end
_RIDGE = 0.5  # how far the vectors of rare values and words are drawn to zero
STEPS = 12  # of the conjugate gradients: more change no neighbour
_STOP = 1e-4  # or when the error has fallen to this share


class Places(NamedTuple):
    """vectors: (n, d) float32. known: (n,) bool, which rows have a token that was learned from. popular: (n,) float32,
    the log of how often products like it are bought."""

    vectors: np.ndarray
    known: np.ndarray
    popular: np.ndarray


@dataclass(frozen=True, eq=False)
class ContentMap:
    """A vector for each value, range and word of a catalogue; a product is where the sum of its own leads.

    weights: (T,) float32, what each token says (idf). tokens: (T, d + 1), the last number predicts the log of how
    often a product is bought. mean: (d + 1,).
    """

    cells: Cells
    weights: np.ndarray
    tokens: np.ndarray
    mean: np.ndarray

    @classmethod
    def fit(
        cls,
        cells: Cells,
        matrix: csr_matrix,
        rows: np.ndarray,
        vectors: np.ndarray,
        counts: np.ndarray,
        *,
        progress: Progress = silent,
        steps: int = STEPS,
    ) -> ContentMap:
        """Ridge regression of vectors (m, d) on the tokens of the products `rows` of matrix (n, T); a product of n
        purchases weighs n / (n + _TRUST)."""
        weights = rarity(matrix) * cells.share
        vectors = np.c_[vectors, np.log(np.maximum(counts, 1))]
        trust = (counts / (counts + _TRUST)).astype(np.float32)
        mean = (trust @ vectors / trust.sum()).astype(np.float32)
        x = unit_rows(matrix[rows], weights)
        return cls(cells, weights, _ridge(x, (vectors - mean).astype(np.float32), trust, progress, steps), mean)

    def predict(self, matrix: csr_matrix) -> Places:
        """Of Cells.matrix (n, T)."""
        x = unit_rows(matrix, self.weights)
        known = np.asarray(np.abs(x) @ np.abs(self.tokens).sum(axis=1)).ravel() > 1e-6
        found = np.asarray(self.mean + x @ self.tokens, np.float32)
        return Places(found[:, :-1], known, found[:, -1])

    def of(self, dataset: Dataset) -> Places:
        """Of the products of a dataset."""
        return self.predict(self.cells.matrix(dataset))

    def pack(self) -> dict[str, np.ndarray]:
        """As arrays for a model's file."""
        arrays = {"content_weights": self.weights, "content_tokens": self.tokens, "content_mean": self.mean}
        return self.cells.pack() | arrays

    @classmethod
    def unpack(cls, arrays: dict[str, np.ndarray]) -> ContentMap | None:
        """None when the model has none."""
        if "content_tokens" not in arrays:
            return None
        parts = (arrays[f"content_{part}"] for part in ("weights", "tokens", "mean"))
        return cls(Cells.unpack(arrays), *parts)


def rarity(matrix: csr_matrix) -> np.ndarray:
    """(T,) float32, what each token of (n, T) tells: log of rows per row that has it (inverse document frequency)."""
    common = np.asarray(matrix.sum(axis=0)).ravel()
    return np.asarray(np.log(matrix.shape[0] / np.maximum(common, 1)), np.float32)


def _ridge(x: csr_matrix, y: np.ndarray, w: np.ndarray, progress: Progress, steps: int) -> np.ndarray:
    """argmin over b (T, d) of sum w |y - x b|^2 + _RIDGE |b|^2: conjugate gradients with a diagonal preconditioner,
    all columns of y at once."""
    back, weight, ridge = x.T.tocsr(), w[:, None], np.float32(_RIDGE)
    scale = (1.0 / (np.asarray(x.multiply(x).T @ w).ravel() + _RIDGE)).astype(np.float32)[:, None]
    rest = np.asarray(back @ (weight * y), np.float32)
    b = np.zeros_like(rest)
    z = scale * rest
    p, size = z.copy(), (rest * z).sum(axis=0)
    first = size.copy()
    for step in range(steps):
        q = np.asarray(back @ (weight * (x @ p)) + ridge * p, np.float32)
        far = size / np.maximum((p * q).sum(axis=0), 1e-20)
        b += far * p
        rest -= far * q
        z = scale * rest
        now = (rest * z).sum(axis=0)
        if (now <= _STOP**2 * first).all():
            break
        p = z + (now / np.maximum(size, 1e-20)) * p
        size = now
        progress(step + 1, steps, note="Reading the catalogue")
    return b
