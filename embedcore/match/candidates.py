"""Candidates: the pairs worth a closer look, found without comparing every product with every other by hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedcore.embedding import Embedding
from embedcore.match import sparse
from embedcore.match.traits import Traits
from embedcore.methods.base import Progress, silent

NEAREST = 20  # of each kind of likeness, as far as FEWEST allows
_SHARED = 20  # rows that may share a model number for it to make pairs


@dataclass(frozen=True, eq=False)
class Near:
    """What one kind of likeness found. a, b: (m,) int64, a row and one of its nearest. density: (n,) float32, the mean
    likeness of a row's ten nearest."""

    a: np.ndarray
    b: np.ndarray
    density: np.ndarray


def near_words(table: sparse.csr_matrix, k: int, progress: Progress = silent, note: str = "") -> Near:
    """The k nearest rows by the dot product of sparse rows."""
    a, b, score = sparse.top(table, k, progress, note)
    return _near(a, b, score, table.shape[0], k)


def near_vectors(embedding: Embedding, rows: np.ndarray, n: int, k: int, seed: int, progress: Progress) -> Near:
    """The k nearest rows by cosine. rows: (len(embedding),) the table row of each vector."""
    from embedcore import neighbours

    if len(embedding) < 2:
        return _near(*(np.empty(0, np.int64),) * 2, np.empty(0, np.float32), n, k)
    graph = neighbours.build(embedding.vectors, k, seed, progress)
    a = np.repeat(np.arange(len(graph)), k)
    b, score = graph.ids.ravel().astype(np.int64), graph.scores.ravel()
    ok = b >= 0
    return _near(rows[a[ok]], rows[b[ok]], score[ok], n, k)


def _near(a: np.ndarray, b: np.ndarray, score: np.ndarray, n: int, k: int) -> Near:
    first = np.r_[True, a[1:] != a[:-1]] if len(a) else np.empty(0, bool)
    start = np.maximum.accumulate(np.where(first, np.arange(len(a)), 0)) if len(a) else np.empty(0, np.int64)
    rank = np.arange(len(a)) - start
    ten = rank < 10
    total = np.bincount(a[ten], weights=score[ten], minlength=n)
    keep = (rank < k) & (score > 0)
    return Near(a[keep], b[keep], np.asarray(total / min(10, max(k, 1)), np.float32))


def same_model(traits: Traits) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of rows that share a rare model number, or one of whose texts spells the other's."""
    own, spelt = traits.model.table.tocsc(), traits.spelt.tocsc()
    held = np.diff(spelt.indptr)
    a, b = [], []
    for k in np.flatnonzero((held >= 2) & (held <= _SHARED)):
        left = own.indices[own.indptr[k] : own.indptr[k + 1]]
        right = spelt.indices[spelt.indptr[k] : spelt.indptr[k + 1]]
        a.append(np.repeat(left, len(right)))
        b.append(np.tile(right, len(left)))
    if not a:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    return np.concatenate(a).astype(np.int64), np.concatenate(b).astype(np.int64)


def union(pairs: list[tuple[np.ndarray, np.ndarray]], n: int, shop: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Each unordered pair once, a < b, in ascending order; of different shops only, when there are shops."""
    a = np.concatenate([p[0] for p in pairs]).astype(np.int64)
    b = np.concatenate([p[1] for p in pairs]).astype(np.int64)
    keep = a != b
    if shop is not None:
        keep &= (shop[a] != shop[b]) | (shop[a] < 0)
    key = np.unique(np.minimum(a, b)[keep] * n + np.maximum(a, b)[keep])
    return key // n, key % n
