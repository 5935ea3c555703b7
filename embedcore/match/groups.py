"""Groups of one product from the probabilities of pairs: average linkage, so one wrong pair never chains two groups."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from embedcore.explore import Linkage

_LEAST = 0.01  # pairs below this count as 0
_STEPS = 3  # likely matches from one row of a filled pair to the other; chosen by hand


def linked(  # noqa: PLR0913  the pairs, and three kinds of say about them
    probability: np.ndarray,
    a: np.ndarray,
    b: np.ndarray,
    n: int,
    cut: float,
    *,
    same: list[tuple[int, int]] | None = None,
    different: list[tuple[int, int]] | None = None,
    apart: tuple[np.ndarray, np.ndarray] | None = None,
) -> np.ndarray:
    """(n,) int64: the group of each row, named by its first row; a row without a partner is its own group.

    Two groups become one while the mean probability over all pairs between them is at least `cut`; a pair that is not
    listed counts as 0. same, different: pairs that must, and must not, be together (different wins). apart: rows that
    are never in one group, unless `same` puts them there."""
    same, different = same or [], different or []
    out = np.arange(n)
    strong = probability >= cut
    rows = np.r_[a[strong], np.array([p[0] for p in same], np.int64)]
    cols = np.r_[b[strong], np.array([p[1] for p in same], np.int64)]
    part = connected_components(csr_matrix((np.ones(len(rows)), (rows, cols)), (n, n)), directed=False)[1]
    size = np.bincount(part, minlength=1)
    held = {i for pair in (*same, *different) for i in pair}
    plain = size[part] == 2
    if held:
        plain &= ~np.isin(np.arange(n), list(held))
    two = strong & plain[a]
    out[b[two]] = a[two]
    near = (probability >= _LEAST) & (part[a] == part[b]) & (size[part[a]] > 1) & ~plain[a]
    if apart is not None:
        x, y = apart
        near_by = (part[x] == part[y]) & (size[part[x]] > 2)
        wanted = {frozenset(p) for p in same}
        different = [*different, *(p for p in _pairs(x[near_by], y[near_by]) if frozenset(p) not in wanted)]
    link = Linkage(different)
    for p, q in same:
        link.join(p, q)
    link.grow(zip(a[near].tolist(), b[near].tolist(), probability[near].tolist(), strict=True), cut)
    for members in link.members.values():
        out[members] = min(members)
    return out


def _pairs(a: np.ndarray, b: np.ndarray) -> list[tuple[int, int]]:
    return list(zip(a.tolist(), b.tolist(), strict=True))


def inside(
    a: np.ndarray, b: np.ndarray, probability: np.ndarray, n: int, cut: float, *, most: int, budget: int
) -> tuple[np.ndarray, np.ndarray]:
    """Pairs that are not listed although a chain of at most _STEPS likely matches joins them, as (a, b) with a < b.

    Chains of more than `most` rows are left alone; the shortest come first, until `budget` pairs."""
    strong = probability >= cut
    graph = csr_matrix((np.ones(int(strong.sum()), np.float32), (a[strong], b[strong])), (n, n))
    part = connected_components(graph, directed=False)[1]
    size = np.bincount(part, minlength=1).astype(np.int64)
    held = np.zeros(len(size), bool)
    shortest = np.argsort(size, kind="stable")
    shortest = shortest[(size[shortest] >= 3) & (size[shortest] <= most)]
    held[shortest[np.cumsum(size[shortest] * (size[shortest] - 1) // 2) <= budget]] = True
    rows = np.flatnonzero(held[part])
    if not len(rows):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    # The ends of longer chains are seldom one product: 16 of 28,425 such pairs of wdc-dev.
    step = graph[rows][:, rows]
    step = csr_matrix(step + step.T)
    reached = within = step
    for _ in range(_STEPS - 1):
        within = within @ step
        within.data[:] = 1
        reached = reached + within
    x, y = reached.nonzero()
    new = np.setdiff1d((rows[x] * n + rows[y])[x < y], a * n + b)
    return new // n, new % n
