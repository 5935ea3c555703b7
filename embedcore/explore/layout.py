"""The layout step of a UMAP map: a neighbour graph -> places on a plane, in one compiled loop.

umap-learn does the same; this one reads the run's own graph, starts in a second instead of ten (nothing else is
imported or compiled), reports each pass, can be stopped, and is safe when two threads draw at once.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from embedcore.progress import Progress

_NEGATIVES = 5  # products that push a product away for each neighbour that pulls it (the default of umap-learn)
# Chosen by hand, looking at maps of the sample shops; in radii of the mainland, which holds 90 % of the points.
_CELL = 1 / 8  # width of the grid cells in which connected pieces are found
_ISLAND = 0.1  # share of the points below which a connected piece is an island
_NEAR_SHORE, _SPREAD = 1.4, 0.3  # islands further out than the first are drawn to between it and it plus the second


def edges(ids: np.ndarray, distances: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The fuzzy neighbour graph of UMAP (McInnes, Healy and Melville 2018, section 3.1).

    ids: (n, k) neighbours of each row, -1 where there is none. distances: (n, k), ascending. Returns head, tail (int32,
    ordered by head) and weight (float32, 0..1) of every edge, in both directions.
    """
    import scipy.sparse as sparse

    n, k = ids.shape
    found = ids >= 0
    d = np.where(found, distances, np.inf).astype(np.float64)
    positive = np.where(d > 0, d, np.inf)
    nearest = positive.min(1, initial=np.inf)
    over = np.maximum(d - np.where(np.isfinite(nearest), nearest, 0)[:, None], 0)
    # The width of each row's neighbourhood: its weights add up to log2(k + 1) (the row itself counts as one).
    low, high = np.zeros(n), np.full(n, np.inf)
    width = np.ones(n)
    target = np.log2(k + 1)
    for _ in range(40):
        total = np.exp(-over / width[:, None]).sum(1)
        high = np.where(total > target, width, high)
        low = np.where(total > target, low, width)
        width = np.where(np.isinf(high), width * 2, (low + high) / 2)
    mean = np.where(found, distances, 0).sum(1) / np.maximum(found.sum(1), 1)
    width = np.maximum(np.minimum(width, 1e6), 1e-3 * np.maximum(mean, 1e-6))
    weight = np.where(found, np.exp(-over / width[:, None]), 0)
    one = sparse.csr_matrix((weight[found], (np.repeat(np.arange(n), k)[found.ravel()], ids[found])), shape=(n, n))
    both = (one + one.T - one.multiply(one.T)).tocsr()
    both.sort_indices()
    head = np.repeat(np.arange(n, dtype=np.int32), np.diff(both.indptr))
    return head, both.indices.astype(np.int32), both.data.astype(np.float32)


def curve(min_dist: float) -> tuple[float, float]:
    """(a, b) of 1 / (1 + a d^2b), the closest to 1 up to min_dist and exp(min_dist - d) beyond it."""
    from scipy.optimize import curve_fit

    d = np.linspace(0, 3, 300)
    wanted = np.where(d < min_dist, 1.0, np.exp(min_dist - d))
    (a, b), _ = curve_fit(lambda x, a, b: 1 / (1 + a * x ** (2 * b)), d, wanted)
    return float(a), float(b)


def arrange(
    start: np.ndarray,
    graph: tuple[np.ndarray, np.ndarray, np.ndarray],
    epochs: int,
    seed: int,
    min_dist: float,
    progress: Progress,
) -> np.ndarray:
    """Places (n, 2) float32 after `epochs` passes over the edges, from `start` (n, 2). The same every time."""
    head, tail, weight = graph
    xy = np.ascontiguousarray(start, np.float32).copy()
    kept = weight >= weight.max(initial=0) / epochs  # the others would not be drawn once
    head, tail, weight = head[kept], tail[kept], weight[kept]
    if not len(head):
        return xy
    every = (weight.max() / weight).astype(np.float32)  # an edge is drawn each `every` passes
    due, pushed = every.copy(), every / np.float32(_NEGATIVES)
    state = np.array([seed * 2 + 1], np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    a, b = curve(min_dist)
    step = _compiled()
    ab = np.float32(a), np.float32(b)
    for epoch in range(epochs):
        step(xy, head, tail, every, due, pushed, *ab, np.float32(1 - epoch / epochs), epoch, state)
        progress(epoch + 1, epochs, note="Drawing the map")
    return xy


def gathered(xy: np.ndarray) -> tuple[np.ndarray, int]:
    """(places, how many islands were moved). Small islands far from the mainland drift away without end and would
    leave it a corner of the picture: each is moved towards it as a whole, keeping its shape. How far apart two islands
    lie means nothing on a UMAP map anyway."""
    from scipy import ndimage

    middle = np.median(xy, 0)
    radius = max(float(np.quantile(np.hypot(*(xy - middle).T), 0.9)), 1e-6)
    cell = np.floor((xy - xy.min(0)) / (radius * _CELL)).astype(np.int64)
    shape = cell.max(0) + 1
    if shape.prod() > 4_000_000:  # something is very far out: only that it is far matters
        cell = np.minimum(cell, 1999)
        shape = cell.max(0) + 1
    grid = np.zeros(shape, bool)
    grid[cell[:, 0], cell[:, 1]] = True
    piece = ndimage.label(grid, np.ones((3, 3)))[0][cell[:, 0], cell[:, 1]]
    sizes = np.bincount(piece)
    out, moved = xy.copy(), 0
    for p in np.flatnonzero((sizes > 0) & (sizes < _ISLAND * len(xy))):
        rows = piece == p
        away = xy[rows].mean(0) - middle
        far = float(np.hypot(*away)) / radius
        if far > _NEAR_SHORE:
            wanted = _NEAR_SHORE + _SPREAD * (1 - np.exp(_NEAR_SHORE - far))
            out[rows] += (away * (wanted / far - 1)).astype(np.float32)
            moved += 1
    return out, moved


@cache
def _compiled() -> Any:
    from numba import njit

    return njit(_pass, cache=True, fastmath=True, nogil=True)


def _pass(  # noqa: PLR0913, PLR0917  numba compiles arrays and numbers, not records of them
    xy: np.ndarray,
    head: np.ndarray,
    tail: np.ndarray,
    every: np.ndarray,
    due: np.ndarray,
    pushed: np.ndarray,
    a: float,
    b: float,
    rate: float,
    epoch: int,
    state: np.ndarray,
) -> None:
    """One pass: each edge that is due pulls its ends together and pushes random rows away from its head."""
    n = len(xy)
    s = state[0]
    for e in range(len(head)):
        if due[e] > epoch:
            continue
        i, j = head[e], tail[e]
        dx, dy = xy[i, 0] - xy[j, 0], xy[i, 1] - xy[j, 1]
        d2 = dx * dx + dy * dy
        if d2 > 0:
            power = np.exp(b * np.log(d2))
            pull = np.float32(-2) * a * b * power / (d2 * (a * power + np.float32(1)))
            gx = min(max(pull * dx, np.float32(-4)), np.float32(4)) * rate
            gy = min(max(pull * dy, np.float32(-4)), np.float32(4)) * rate
            xy[i, 0] += gx
            xy[i, 1] += gy
            xy[j, 0] -= gx
            xy[j, 1] -= gy
        due[e] += every[e]
        gap = every[e] / np.float32(_NEGATIVES)
        times = int((epoch - pushed[e]) / gap)
        for _ in range(times):
            s ^= s << np.uint64(13)
            s ^= s >> np.uint64(7)
            s ^= s << np.uint64(17)
            j = np.int64((s >> np.uint64(11)) % np.uint64(n))
            dx, dy = xy[i, 0] - xy[j, 0], xy[i, 1] - xy[j, 1]
            d2 = dx * dx + dy * dy
            if d2 > 0:
                power = np.exp(b * np.log(d2))
                push = np.float32(2) * b / ((np.float32(0.001) + d2) * (a * power + np.float32(1)))
                xy[i, 0] += min(max(push * dx, np.float32(-4)), np.float32(4)) * rate
                xy[i, 1] += min(max(push * dy, np.float32(-4)), np.float32(4)) * rate
        if times > 0:
            pushed[e] += times * gap
    state[0] = s
