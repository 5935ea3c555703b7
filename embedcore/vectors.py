"""Arithmetic on rows of vectors that every room shares: unit length, chosen rows, the best k."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_array, csr_matrix

Sparse = TypeVar("Sparse", "csr_array", "csr_matrix")


def unit(x: np.ndarray) -> np.ndarray:
    """(n, d) float32: the rows of `x` scaled to length 1; a row of zeros stays zero.

    >>> unit(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist()
    [[0.6000000238418579, 0.800000011920929], [0.0, 0.0]]
    """
    x = np.ascontiguousarray(x, np.float32)
    return np.asarray(x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12), np.float32)


def unit_rows(x: Sparse, weights: np.ndarray | None = None) -> Sparse:
    """The rows of a sparse matrix scaled to length 1, as a new matrix; an empty row stays empty.

    x: (n, d) float32 csr. weights: (d,) numbers that its columns are multiplied by before.

    >>> from scipy.sparse import csr_array
    >>> unit_rows(csr_array(np.array([[3, 4], [0, 0]], np.float32))).toarray().round(4).tolist()
    [[0.6000000238418579, 0.800000011920929], [0.0, 0.0]]
    """
    out = x.astype(np.float32)
    if weights is not None:
        out.data = (out.data * weights[out.indices]).astype(np.float32)
    length = np.sqrt(np.asarray(out.multiply(out).sum(axis=1)).ravel())
    out.data /= np.repeat(np.maximum(length, 1e-9), np.diff(out.indptr)).astype(np.float32)
    return out


def select_rows(indptr: np.ndarray, items: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(indptr, items) of the lists `rows` alone, in that order; list r is items[indptr[r]:indptr[r + 1]].

    >>> indptr, items = select_rows(np.array([0, 2, 3]), np.array([7, 8, 9]), np.array([1, 0]))
    >>> indptr.tolist(), items.tolist()
    ([0, 1, 3], [9, 7, 8])
    """
    sizes = indptr[rows + 1] - indptr[rows]
    ends = np.r_[0, np.cumsum(sizes)]
    return ends, items[np.repeat(indptr[rows] - ends[:-1], sizes) + np.arange(ends[-1])]


def top_k(scores: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The best k columns of each row of (q, n) scores: (columns (q, k') int64, scores (q, k')), best first.

    Equal scores come in the order of their columns. k' is n where n < k.

    >>> columns, scores = top_k(np.array([[0.1, 0.9, 0.5]]), 2)
    >>> columns.tolist(), scores.tolist()
    ([[1, 2]], [[0.9, 0.5]])
    """
    k = max(0, min(k, scores.shape[1]))
    if k == 0:
        return np.empty((len(scores), 0), np.int64), np.empty((len(scores), 0), scores.dtype)
    if k < scores.shape[1]:
        columns = np.sort(np.argpartition(-scores, k - 1, axis=1)[:, :k], axis=1)
    else:
        columns = np.broadcast_to(np.arange(scores.shape[1]), scores.shape)
    found = np.take_along_axis(scores, columns, 1)
    order = np.argsort(-found, axis=1, kind="stable")
    return np.take_along_axis(columns, order, 1), np.take_along_axis(found, order, 1)
