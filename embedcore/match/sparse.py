"""Sparse tables of rows and words, and what pairs of their rows have in common. In blocks, so memory stays bounded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from embedcore.explore import counts
from embedcore.progress import Progress, silent

_PAIRS = 32_768  # pairs at a time
_ROWS = 2_048
# In tables of more than so many rows, words of more than so many rows and than this share of them are not looked up.
_LARGE, _COMMON_ROWS, _COMMON_SHARE = 5_000, 500, 0.02


@dataclass(frozen=True, eq=False)
class WordTable:
    """Which row holds which word. table: (n, V) csr float32 of ones. idf: (V,) float32 in 0..1: 1 is as rare as
    possible, 0 is in every row. names: (V,) object str."""

    table: csr_matrix
    idf: np.ndarray
    names: np.ndarray

    @property
    def weighted(self) -> csr_matrix:
        """The table with idf in place of ones."""
        return scaled(self.table, self.idf)


def table(rows: Sequence[Iterable[str]], known: dict[str, int] | None = None) -> tuple[csr_matrix, dict[str, int]]:
    """Rows of words -> ((n, V) csr of ones, word -> column). known: use these columns and no others."""
    found, columns = counts.counted(rows, known)
    found.data[:] = 1
    return found, columns


def counted(rows: Sequence[Iterable[str]]) -> WordTable:
    """Rows of words with how rare each word is."""
    found, columns = table(rows)
    return WordTable(found, rarity(found), np.array(list(columns) or [""], object))


def rarity(found: csr_matrix) -> np.ndarray:
    """(V,) float32: log(n / rows that hold it) over log(n), so that it means the same in small and large catalogues."""
    n = max(found.shape[0], 2)
    held = np.bincount(found.indices, minlength=found.shape[1])
    return np.asarray(np.log(n / np.maximum(held, 1)) / np.log(n), np.float32)


def scaled(found: csr_matrix, by: np.ndarray) -> csr_matrix:
    """Each column multiplied by a number."""
    return csr_matrix((found.data * by[found.indices], found.indices, found.indptr), found.shape)


def dots(x: csr_matrix, y: csr_matrix, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(m,) float32: row a[i] of x times row b[i] of y."""
    return blocks(lambda p, q: np.asarray(x[p].multiply(y[q]).sum(1)).ravel(), a, b)


def best(x: csr_matrix, y: csr_matrix, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(m,) float32: the largest product of one column in row a[i] of x and row b[i] of y (0 when none is shared)."""
    if not x.nnz or not y.nnz:
        return np.zeros(len(a), np.float32)
    return blocks(lambda p, q: x[p].multiply(y[q]).tocsr().max(axis=1).toarray().ravel(), a, b)


def left(x: csr_matrix, y: csr_matrix, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(m,) int64: the highest column of row a[i] of x that row b[i] of y does not hold; -1 when it holds them all."""

    def of(p: np.ndarray, q: np.ndarray) -> np.ndarray:
        rows = x[p]
        gone = rows.multiply(y[q] != 0).tocsr() if y.nnz else csr_matrix(rows.shape, dtype=np.float32)
        rest = csr_matrix(rows != 0, dtype=np.float32) - csr_matrix(gone != 0, dtype=np.float32)
        rest.eliminate_zeros()
        rest.sort_indices()
        last = np.maximum(rest.indptr[1:] - 1, 0)
        some = np.diff(rest.indptr) > 0
        return np.where(some, rest.indices[np.minimum(last, max(rest.nnz - 1, 0))] if rest.nnz else -1, -1)

    return blocks(of, a, b, np.int64)


def cosines(unit: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(m,) float32: row a[i] times row b[i] of vectors (n, d) of length 1."""
    return blocks(lambda p, q: np.einsum("ij,ij->i", unit[p], unit[q]), a, b)


def blocks(
    of: Callable[[np.ndarray, np.ndarray], np.ndarray], a: np.ndarray, b: np.ndarray, dtype: type = np.float32
) -> np.ndarray:
    """A function of pairs, a block of pairs at a time."""
    out: np.ndarray = np.zeros(len(a), dtype)
    for k in range(0, len(a), _PAIRS):
        out[k : k + _PAIRS] = of(a[k : k + _PAIRS], b[k : k + _PAIRS])
    return out


def top(
    x: csr_matrix, k: int, progress: Progress = silent, note: str = ""
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The k rows most like each row of x by their dot product: (row, other, product), the row itself left out.

    Words in very many rows of a large table are not looked up: they say little and cost the most."""
    from sparse_dot_topn import sp_matmul_topn

    n = x.shape[0]
    held = np.bincount(x.indices, minlength=x.shape[1])
    rare = held <= max(_COMMON_ROWS, _COMMON_SHARE * n) if n > _LARGE else np.ones(x.shape[1], bool)
    x = scaled(x, np.where(rare & (held > 1), 1, 0).astype(np.float32)).copy()
    x.eliminate_zeros()
    other = csr_matrix(x.T)
    rows, found, score = [], [], []
    steps = -(-n // _ROWS)
    for step in range(steps):
        part = x[step * _ROWS : (step + 1) * _ROWS]
        hits = sp_matmul_topn(part, other, top_n=k + 1, sort=True, n_threads=1)
        at = np.repeat(np.arange(part.shape[0]) + step * _ROWS, np.diff(hits.indptr))
        keep = hits.indices != at
        rows.append(at[keep])
        found.append(hits.indices[keep])
        score.append(hits.data[keep])
        progress(step + 1, steps, note=note)
    if not rows:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32)
    return np.concatenate(rows), np.concatenate(found), np.concatenate(score)
