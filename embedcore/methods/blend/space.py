"""Several results made one: their vectors side by side, what is missing filled in, reduced to fewer numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embedcore.data import Dataset, Embedding
from embedcore.vectors import unit

_RIDGE = 1.0  # of the maps between results: vectors have length 1, so it counts like one product


@dataclass(frozen=True, eq=False)
class Space:
    """weights: (P,) of the results, sum 1. maps: for every ordered pair of different results (from, to) the
    (d_from + 1, d_to) map between them. axes: (D, d), the main directions of the vectors side by side. mean: (D,)."""

    weights: np.ndarray
    maps: dict[tuple[int, int], np.ndarray]
    axes: np.ndarray
    mean: np.ndarray

    def vectors(self, parts: Sequence[np.ndarray]) -> np.ndarray:
        """(n, d) float32 of blocks (n, d_p), a row of NaN where a result has no vector; every row has at least one."""
        return np.asarray((beside(filled(parts, self.maps), self.weights) - self.mean) @ self.axes, np.float32)

    def pack(self) -> dict[str, np.ndarray]:
        """As arrays for a model's file."""
        maps = {f"map_{a}_{b}": m for (a, b), m in self.maps.items()}
        return {"weights": self.weights, "axes": self.axes, "mean": self.mean} | maps

    @classmethod
    def unpack(cls, arrays: dict[str, np.ndarray]) -> Space:
        """From what `pack` gave."""
        maps = {}
        for name, m in arrays.items():
            if name.startswith("map_"):
                _, a, b = name.split("_")
                maps[int(a), int(b)] = m
        return cls(arrays["weights"], maps, arrays["axes"], arrays["mean"])


def fit(parts: Sequence[np.ndarray], weights: np.ndarray, dimension: int) -> Space:
    """parts: as Space.vectors. The main directions are those of the products that have every vector, or of all of them
    after filling in when those are few."""
    maps = between(parts)
    side = beside(filled(parts, maps), weights)
    whole = np.logical_and.reduce([np.isfinite(p[:, 0]) for p in parts])
    learn = side[whole] if whole.sum() > 2 * side.shape[1] else side
    mean = learn.mean(axis=0)
    values, axes = np.linalg.eigh(np.cov(learn - mean, rowvar=False, dtype=np.float64).reshape(side.shape[1], -1))
    keep = np.argsort(-values, kind="stable")[: min(dimension, side.shape[1])]
    axes = axes[:, keep] * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])[keep]
    return Space(weights.astype(np.float32), maps, axes.astype(np.float32), mean.astype(np.float32))


def side_by_side(dataset: Dataset, parts: list[Embedding]) -> tuple[list[np.ndarray], np.ndarray]:
    """(blocks (n, d_p) of length 1 over the items of a dataset, NaN where a part has no vector; (n,) where any has)."""
    blocks = []
    for part in parts:
        block = np.full((len(dataset), part.dimension), np.nan, np.float32)
        row = np.fromiter((part.row_of.get(str(i), -1) for i in dataset.items), np.int64, len(dataset))
        block[row >= 0] = part.unit[row[row >= 0]]
        blocks.append(block)
    return blocks, np.asarray(np.logical_or.reduce([np.isfinite(b[:, 0]) for b in blocks]))


def between(parts: Sequence[np.ndarray]) -> dict[tuple[int, int], np.ndarray]:
    """The ridge maps between every two results, learned where a product has both vectors."""
    maps = {}
    has = [np.isfinite(p[:, 0]) for p in parts]
    for a, x in enumerate(parts):
        for b, y in enumerate(parts):
            both = has[a] & has[b]
            if a != b and both.sum() >= 2:
                given = _with_one(x[both])
                square = given.T @ given + _RIDGE * np.eye(given.shape[1])
                maps[a, b] = np.linalg.solve(square, given.T @ y[both]).astype(np.float32)
    return maps


def filled(parts: Sequence[np.ndarray], maps: dict[tuple[int, int], np.ndarray]) -> list[np.ndarray]:
    """Blocks without NaN: a missing vector is the mean of what the others predict, of length 1; zero when no map
    leads there."""
    has = [np.isfinite(p[:, 0]) for p in parts]
    out = []
    for b, y in enumerate(parts):
        predicted = np.zeros_like(y)
        for a, x in enumerate(parts):
            if (a, b) in maps:
                rows = has[a] & ~has[b]
                predicted[rows] += _with_one(x[rows]) @ maps[a, b]
        out.append(np.where(has[b][:, None], y, unit(predicted)))
    return out


def beside(parts: Sequence[np.ndarray], weights: np.ndarray) -> np.ndarray:
    """(n, D): the blocks times the roots of their weights, so that the weights are those of the cosines."""
    return np.hstack([p * np.float32(np.sqrt(w)) for p, w in zip(parts, weights, strict=True)])


def _with_one(x: np.ndarray) -> np.ndarray:
    return np.hstack([x, np.ones((len(x), 1), x.dtype)])
