"""Long documents cut into random pieces, so that their cost grows with their length and not with
its square."""

from __future__ import annotations

import numpy as np


def cut_up(indptr: np.ndarray, items: np.ndarray, cut: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """(indptr, items) where each document of more than `cut` products is shuffled and divided into even pieces of at
    most that many. Shorter ones stay as they are."""
    sizes = np.diff(indptr)
    parts = np.maximum(-(-sizes // cut), 1)
    if (parts == 1).all():
        return indptr, items
    items = np.array(items)
    long = np.flatnonzero(np.repeat(parts > 1, sizes))
    document = np.repeat(np.arange(len(sizes)), sizes)[long]
    items[long] = items[long[np.lexsort((rng.random(len(long), np.float32), document))]]
    first = np.r_[0, np.cumsum(parts)]
    part = np.arange(first[-1]) - np.repeat(first[:-1], parts)
    starts = np.repeat(indptr[:-1], parts) + part * np.repeat(sizes, parts) // np.repeat(parts, parts)
    return np.r_[starts, indptr[-1]], items
