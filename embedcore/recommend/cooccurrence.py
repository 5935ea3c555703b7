"""What is bought together, as a sparse table of scores: the strongest single signal for completing a basket."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from embedcore.progress import Progress, silent

KEPT = 400  # partners kept for each product; the rest hardly ever reaches a list
# How much a product's own popularity, the other's and the size of a basket count, and what holds rare pairs back; see
# `fit`. Chosen on held-out baskets of instacart1k (HR@10 of completion: .258).
_OWN, _OTHER, _SIZE, _HOLD = 0.7, 0.3, -0.7, 5
_WORK = 3_000_000_000  # pairs read at most; beyond it evenly spaced baskets stand for all
_BLOCK = 20_000_000  # pairs in one block, which bounds the memory of a step to about half a gigabyte


def fit(x: sparse.csr_array, kept: int = KEPT, progress: Progress = silent) -> sparse.csr_array:
    """(n, n) float32: score(j | i) = C_ij / (f_i^.7 f_j^.3 + 5), at most `kept` best partners in each row.

    x: (baskets, n) of ones. C counts shared baskets, each by its size to the power -.7, so that a long basket says
    less of each pair; f is the number of baskets a product is in. The 5 keeps a pair that is seen once from counting
    as certain.
    Memory: 8 bytes times n times `kept` at most, and about half a gigabyte while it works.
    """
    n = x.shape[1]
    sizes = np.diff(x.indptr).astype(np.float64)
    step = max(1, int(np.ceil((sizes**2).sum() / _WORK)))
    if step > 1:
        x, sizes = x[::step], sizes[::step]
    f = np.asarray(x.sum(axis=0)).ravel() * step
    weighted = sparse.csr_array(sparse.diags_array((np.maximum(sizes, 1) ** _SIZE * step).astype(np.float32)) @ x)
    turned = sparse.csr_array(weighted.T)
    cost = np.asarray(turned.astype(bool).astype(np.float64) @ sizes).ravel()
    ends = np.cumsum(cost)
    parts, at = [], 0
    while at < n:
        done = float(ends[at - 1]) if at else 0.0
        stop = max(at + 1, int(np.searchsorted(ends, done + _BLOCK, side="right")))
        parts.append(_best(sparse.csr_array(turned[at:stop] @ x), at, f, kept))
        at = stop
        progress(at, n, note="What is bought together")
    return sparse.csr_array(sparse.vstack(parts, format="csr")) if parts else sparse.csr_array((n, n), dtype=np.float32)


def change_without_basket(
    table: sparse.csr_array, f: np.ndarray, rows: np.ndarray, columns: np.ndarray, size: int
) -> np.ndarray:
    """(rows, columns): the change of the scores of `table` when one basket of `size` products, which holds all of
    these, is taken out. f: (n,) float64, in how many baskets each product is."""
    if not len(rows):
        return np.zeros((0, len(columns)))
    now = table[rows][:, columns].toarray().astype(np.float64)
    shared = now * (f[rows, None] ** _OWN * f[None, columns] ** _OTHER + _HOLD)
    left = shared - size**_SIZE
    less = np.where(left > 1e-3 * size**_SIZE, left, 0) / (
        np.maximum(f[rows, None] - 1, 0) ** _OWN * np.maximum(f[None, columns] - 1, 0) ** _OTHER + _HOLD
    )
    return np.asarray(np.where(now > 0, less - now, 0))


def _best(c: sparse.csr_array, start: int, f: np.ndarray, kept: int) -> sparse.csr_array:
    """Weighted counts of rows start.. -> scores, the best of each row."""
    row = np.repeat(np.arange(c.shape[0]), np.diff(c.indptr))
    score = (c.data / ((f**_OWN)[start + row] * (f**_OTHER)[c.indices] + _HOLD)).astype(np.float32)
    good = (c.indices != start + row) & (score > 0)
    row, item, score = row[good], c.indices[good], score[good]
    sizes = np.bincount(row, minlength=c.shape[0])
    indptr = np.r_[0, np.cumsum(sizes)]
    keep = np.ones(len(row), bool)
    for r in np.flatnonzero(sizes > kept):  # choosing row by row is many times faster than sorting all
        drop = int(sizes[r]) - kept
        keep[indptr[r] + np.argpartition(score[indptr[r] : indptr[r + 1]], drop)[:drop]] = False
    indptr = np.r_[0, np.cumsum(np.minimum(sizes, kept))]
    return sparse.csr_array((score[keep], item[keep], indptr), shape=c.shape)
