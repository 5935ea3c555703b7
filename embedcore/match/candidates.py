"""Candidate pairs: those worth a full comparison, found by what is cheap to compare."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_matrix

from embedcore.data import Embedding
from embedcore.match import sparse
from embedcore.match.traits import Traits
from embedcore.progress import Progress, silent

NEAREST = 20  # neighbours of each row by each kind of likeness
_SHARED = 20  # rows that may share a model number for it to make pairs
_CROWD = 10  # nearest rows whose mean likeness is the density around a row
# Every vector is compared with every other while rows x rows x (numbers + 64) stays below this: 200,000 x 384. A matrix
# product of torch does twice as much a second here as the search by which neighbours.build goes through all pairs.
EXACT_WORK = 1.8e13
_CELLS = 2**25  # similarities in memory at a time


@dataclass(frozen=True, eq=False)
class NearPairs:
    """The nearest rows by one kind of likeness. a, b: (m,) int64, a row and one of its nearest. density: (n,) float32,
    the mean likeness of a row's ten nearest. recall: share of the true nearest that were found (1.0: every pair was
    compared)."""

    a: np.ndarray
    b: np.ndarray
    density: np.ndarray
    recall: float = 1.0


def near_words(table: csr_matrix, k: int, progress: Progress = silent, note: str = "") -> NearPairs:
    """The k nearest rows by the dot product of sparse rows."""
    a, b, score = sparse.top(table, k, progress, note)
    return _near(a, b, score, table.shape[0], k)


def near_vectors(embedding: Embedding, rows: np.ndarray, n: int, k: int, seed: int, progress: Progress) -> NearPairs:
    """The k nearest rows by cosine: of all pairs up to EXACT_WORK, above that by an approximate search.

    rows: (len(embedding),) the table row of each vector."""
    from embedcore import neighbours

    m = len(embedding)
    if m < 2:
        return _near(*(np.empty(0, np.int64),) * 2, np.empty(0, np.float32), n, k)
    if float(m) ** 2 * (embedding.dimension + 64) <= EXACT_WORK:
        ids, scores, recall = *_all_pairs(embedding.unit, min(k, m - 1), progress), 1.0
    else:
        graph = neighbours.build(embedding.vectors, k, seed, progress)
        ids, scores, recall = graph.ids, graph.scores, graph.recall
    a = np.repeat(np.arange(m), ids.shape[1])
    b, score = ids.ravel().astype(np.int64), scores.ravel()
    ok = b >= 0
    return replace(_near(rows[a[ok]], rows[b[ok]], score[ok], n, k), recall=recall)


def _all_pairs(unit: np.ndarray, k: int, progress: Progress) -> tuple[np.ndarray, np.ndarray]:
    """(rows (m, k) int64, cosines (m, k) float32) of the k < m nearest others, best first; those that differ by
    rounding only are ordered by row."""
    import torch

    x = torch.from_numpy(np.ascontiguousarray(unit, np.float32))
    m = len(x)
    ids, scores = np.empty((m, k), np.int64), np.empty((m, k), np.float32)
    block = min(2_048, max(64, _CELLS // m))
    for start in range(0, m, block):
        part = x[start : start + block]
        cosine = part @ x.T
        at = torch.arange(len(part))
        cosine[at, at + start] = -2
        best, found = torch.topk(cosine, k, dim=1)
        s, i = best.clamp_(-1, 1).numpy(), found.numpy()
        order = np.lexsort((i, -np.round(s, 6)), axis=1)
        ids[start : start + block] = np.take_along_axis(i, order, 1)
        scores[start : start + block] = np.take_along_axis(s, order, 1)
        progress(min(start + block, m), m, note="Comparing meanings")
    return ids, scores


def _near(a: np.ndarray, b: np.ndarray, score: np.ndarray, n: int, k: int) -> NearPairs:
    first = np.r_[True, a[1:] != a[:-1]] if len(a) else np.empty(0, bool)
    start = np.maximum.accumulate(np.where(first, np.arange(len(a)), 0)) if len(a) else np.empty(0, np.int64)
    rank = np.arange(len(a)) - start
    crowd = rank < _CROWD
    total = np.bincount(a[crowd], weights=score[crowd], minlength=n)
    keep = (rank < k) & (score > 0)
    return NearPairs(a[keep], b[keep], np.asarray(total / min(_CROWD, max(k, 1)), np.float32))


def same_model(traits: Traits) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of rows that share a rare model number, or of which one's texts spell the other's."""
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
