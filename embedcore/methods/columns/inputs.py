"""What a small network reads of a table, and the layers it reads it with, in plain numpy: trained models answer without
torch. The entity network and the autoencoder read every dataset, known or new, through here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from embedcore.data import Dataset
from embedcore.methods.columns.table import Encoded, TableEncoder

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_EPS = 1e-5  # of the layer normalisation, as in torch
_BEND, CUBE = np.float32(0.7978845608), np.float32(0.044715)  # of GELU: sqrt(2 / pi) and the share of the cube


@dataclass(frozen=True, eq=False)
class Inputs:
    """n products as a network reads them.

    codes: (n, J) int32 codes of the category columns, 0 = missing or never seen; a method may add columns and codes of
    its own. numbers: (n, N) float32 standardised, cut off far out, NaN = missing. words: for each text column (n, L)
    int32 words of its vocabulary, -1 where there are fewer. known: (n,) bool, whether any cell says something.

    >>> two = Inputs(np.array([[1], [0]]), np.array([[0.5], [np.nan]], np.float32), (), np.array([True, False]))
    >>> two.filled.tolist(), len(two.take(np.array([0])))
    ([[0.5], [0.0]], 1)
    """

    codes: np.ndarray
    numbers: np.ndarray
    words: tuple[np.ndarray, ...]
    known: np.ndarray

    def __len__(self) -> int:
        """How many products."""
        return len(self.codes)

    def take(self, rows: np.ndarray) -> Inputs:
        """Some of the rows."""
        return Inputs(self.codes[rows], self.numbers[rows], tuple(w[rows] for w in self.words), self.known[rows])

    @property
    def missing(self) -> np.ndarray:
        """(n, N) bool, which numbers are missing."""
        return np.asarray(np.isnan(self.numbers))

    @property
    def filled(self) -> np.ndarray:
        """(n, N) float32, the numbers with 0, the mean, where one is missing."""
        return np.asarray(np.nan_to_num(self.numbers, nan=0.0))


def read(table: TableEncoder, dataset: Dataset, far: float, longest: int) -> Inputs:
    """All products of `dataset` (also those that only baskets know: nothing is known of them). Columns that it does not
    have count as missing. far, longest: see `of_rows`."""
    return of_rows(table.encode(dataset), far, longest)


def of_rows(rows: Encoded, far: float, longest: int, vocabulary: Sequence[int] | None = None) -> Inputs:
    """Rows that a table has encoded, for a network. far: standard deviations beyond which a number is read as this far.
    longest: words of a text that are read, the first ones. vocabulary: how many words of each text column are read, the
    commonest; None for all."""
    sizes = vocabulary if vocabulary is not None else [None] * len(rows.words)
    words = tuple(_padded(*found, longest, size) for found, size in zip(rows.words, sizes, strict=True))
    return Inputs(rows.categories, np.clip(rows.numbers, -far, far), words, rows.known)


def _padded(indptr: np.ndarray, words: np.ndarray, longest: int, size: int | None) -> np.ndarray:
    """(n, L) int32, L >= 1: the first words of each row that are among the `size` commonest, then -1."""
    row = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    if size is not None:
        row, words = row[words < size], words[words < size]
    place = np.arange(len(row)) - np.searchsorted(row, row)
    width = min(longest, int(place.max(initial=0)) + 1)
    out = np.full((len(indptr) - 1, width), -1, np.int32)
    here = place < width
    out[row[here], place[here]] = words[here]
    return out


def sparse_rows(columns: np.ndarray, weights: np.ndarray, width: int) -> csr_matrix:
    """(n, width) float32 with weights (n, L) in the columns (n, L), in this order; -1 for none.

    >>> sparse_rows(np.array([[0, 2], [1, -1]]), np.ones((2, 2)), 3).toarray().tolist()
    [[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]
    """
    from scipy.sparse import csr_matrix

    here = columns >= 0
    indptr = np.r_[0, np.cumsum(here.sum(axis=1))]
    return csr_matrix((weights[here].astype(np.float32), columns[here], indptr), (len(columns), width))


def one_hot(codes: np.ndarray, sizes: Sequence[int]) -> csr_matrix:
    """(n, sum of sizes) float32: a 1 for the code of each column (n, J), of which column j has sizes[j] different ones.

    >>> one_hot(np.array([[1, 0], [0, 2]]), (2, 3)).toarray().tolist()
    [[0.0, 1.0, 1.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0, 1.0]]
    """
    starts = np.r_[0, np.cumsum(sizes)].astype(np.int64)
    return sparse_rows(codes + starts[:-1], np.ones(codes.shape), int(starts[-1]))


def gelu(x: np.ndarray, cubic: np.ndarray) -> np.ndarray:
    """Gaussian error linear unit in its tanh form (Hendrycks and Gimpel 2016). cubic: CUBE times x to the third, as
    `CUBE * x**3` or as `CUBE * x * x * x`: they differ in the last bit, and each method keeps the form that its stored
    vectors were made with.

    >>> x = np.array([-1.0, 0.0, 1.0])
    >>> gelu(x, CUBE * x**3).round(2).tolist()
    [-0.1599999964237213, 0.0, 0.8399999737739563]
    """
    return np.asarray(0.5 * x * (1 + np.tanh(_BEND * (x + cubic))), np.float32)


def layer_norm(x: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """Rows of mean 0 and variance 1, then scaled and moved (Ba, Kiros and Hinton 2016).

    >>> layer_norm(np.array([[1.0, 3.0]]), np.ones(2), np.zeros(2)).round(2).tolist()
    [[-1.0, 1.0]]
    """
    x = x - x.mean(axis=1, keepdims=True)
    return np.asarray(x / np.sqrt((x * x).mean(axis=1, keepdims=True) + _EPS) * weight + bias)


def softmax(scores: np.ndarray) -> np.ndarray:
    """Rows of scores (n, k) as probabilities, float32.

    >>> softmax(np.zeros((1, 4))).tolist()
    [[0.25, 0.25, 0.25, 0.25]]
    """
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True), np.float32)
