"""Maps: vectors -> places on a plane.

>>> pca(np.eye(3, dtype=np.float32)).xy.shape
(3, 2)
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from embedcore.data import Embedding, map_arrays, write_arrays
from embedcore.errors import InputError, MissingError
from embedcore.explore import layout
from embedcore.neighbours import Graph, build, nearest
from embedcore.progress import Progress, silent

LANDMARKS = 100_000  # rows that are laid out one by one; the rest of a larger set is placed among them
_HALF = 10.0  # a map reaches from about -10 to 10
# A cosine gap of .1 makes a neighbour count e times less: the nearest decide, a distant one cannot drag a row away.
# Chosen by hand.
_GAP = 0.1
_LABEL_ROWS = 20  # rows of every label that are drawn at least, where there is room


@dataclass(frozen=True, eq=False)
class Projection:
    """A place on the plane for every row of an embedding.

    kind: "pca" or "umap". xy: (n, 2) float32, finite, within about -10..10. meta: how it was computed
    (JSON-able).

    >>> len(Projection("pca", np.zeros((3, 2), np.float32)))
    3
    """

    kind: str
    xy: np.ndarray
    meta: Mapping[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.xy)

    def save(self, folder: Path) -> None:
        """Write `projection-<kind>.safetensors` into `folder`."""
        write_arrays(folder / f"projection-{self.kind}.safetensors", {"xy": self.xy}, self.meta)

    @classmethod
    def load(cls, folder: Path, kind: str) -> Projection:
        """Map what `save` wrote; MissingError when it is not there."""
        mapped = folder / f"projection-{kind}.safetensors"
        try:
            if mapped.exists():
                arrays, meta = map_arrays(mapped)
                return cls(kind, arrays["xy"], meta)
            with np.load(folder / f"projection-{kind}.npz", allow_pickle=False) as z:
                return cls(kind, z["xy"], json.loads(str(z["meta"])))
        except FileNotFoundError:
            raise MissingError(f"There is no {kind.upper()} map of this embedding.", "Compute it again.") from None


def pca(vectors: np.ndarray) -> Projection:
    """The two directions in which the vectors (scaled to length 1) differ most. vectors: (n, d).

    Pearson 1901. Exact and deterministic. meta["explained"]: the share of the variance that each axis shows.
    InputError without vectors.

    >>> pca(np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 0.0]])).xy[:, 0].tolist()
    [10.0, -10.0, 0.0]
    """
    if vectors.ndim != 2 or not len(vectors):
        raise InputError("There are no vectors to draw.")
    places, share = principal(vectors, 2)
    return Projection("pca", _scaled(places), {"explained": [round(float(s), 4) for s in share], "rows": len(vectors)})


def principal(vectors: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """((n, k) float32 principal coordinates of the unit vectors, (k,) shares of variance); zeros beyond the rank.

    >>> principal(np.array([[1.0, 0.0], [-1.0, 0.0]]), 1)[0].ravel().tolist()
    [1.0, -1.0]
    """
    x = np.asarray(vectors, np.float64)
    x = x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12)
    x = x - x.mean(0)
    values, axes = np.linalg.eigh(x.T @ x)
    values, axes = np.maximum(values[::-1][:k], 0), axes[:, ::-1][:, :k]
    # An eigenvector's sign is arbitrary: the largest loading is made positive, so that runs agree.
    axes = axes * np.where(axes[np.abs(axes).argmax(0), np.arange(axes.shape[1])] < 0, -1.0, 1.0)
    out = np.zeros((len(x), k), np.float32)
    out[:, : axes.shape[1]] = x @ axes
    share = np.zeros(k)
    share[: len(values)] = values / max(float((x * x).sum()), 1e-12)
    return out, share


def umap(
    vectors: np.ndarray,
    graph: Graph,
    seed: int = 0,
    n_neighbors: int = 15,
    min_dist: float = 0.1,
    progress: Progress = silent,
) -> Projection:
    """A map that keeps near things near. vectors: (n, d); graph: their neighbours, at least n_neighbors - 1 a row.

    UMAP (McInnes, Healy and Melville 2018) on the run's own graph, started from the PCA map. The same input and seed
    give the same map. min_dist: how tightly neighbours may sit, 0..1. Above LANDMARKS rows a random part is laid out
    and every other row is put at the weighted mean of its nearest laid-out rows; meta says so. InputError when the
    graph has another number of rows.

    >>> vectors = np.eye(4, dtype=np.float32)
    >>> umap(vectors, build(vectors, 3)).meta  # too few rows for a neighbourhood: the PCA map
    {'rows': 4, 'laid_out': 4, 'epochs': 0}
    """
    n = len(vectors)
    if n != len(graph):
        raise InputError(f"There are {n} vectors and {len(graph)} lists of neighbours.")
    start = pca(vectors)
    if n < 5:  # too few for a neighbourhood: the PCA map shows them all
        return Projection("umap", start.xy, {"rows": n, "laid_out": n, "epochs": 0})
    chosen = np.arange(n)
    if n > LANDMARKS:
        chosen = np.sort(np.random.default_rng(seed).choice(n, LANDMARKS, replace=False))
        progress(0, epochs_for(LANDMARKS), note="Comparing products")
        graph = build(vectors[chosen], n_neighbors, seed)
    xy, meta = _layout(start.xy[chosen], graph, seed, n_neighbors, min_dist, progress)
    if n > LANDMARKS:
        xy = _spread(np.asarray(vectors, np.float32), chosen, xy)
    meta.update(rows=n, laid_out=len(chosen), recall=round(graph.recall, 4))
    return Projection("umap", _scaled(xy), meta)


def epochs_for(n: int) -> int:
    """Passes over a graph of n rows: small maps need more of them and can afford it.

    >>> epochs_for(5_000), epochs_for(100_000)
    (500, 200)
    """
    return 500 if n <= 10_000 else 300 if n <= 30_000 else 200


def _layout(
    start: np.ndarray, graph: Graph, seed: int, n_neighbors: int, min_dist: float, progress: Progress
) -> tuple[np.ndarray, dict[str, Any]]:
    n = len(start)
    k = max(1, min(n_neighbors - 1, graph.k, n - 1))
    epochs = epochs_for(n)
    progress(0, epochs, note="Preparing the map")
    # 10 units wide is what the steps are made for. A few far rows must not squeeze the others into a corner: they
    # start at the edge. Forces between equal places are undefined: a little noise separates them.
    start = start - np.median(start, 0)
    reach = max(float(np.quantile(np.abs(start), 0.98)), 1e-6)
    noise = np.random.default_rng(seed).normal(scale=0.01, size=start.shape)
    near = layout.edges(graph.ids[:, :k], 1 - graph.scores[:, :k])
    xy = layout.arrange(5 * np.clip(start / reach, -1, 1) + noise, near, epochs, seed, min_dist, progress)
    xy, moved = layout.gathered(xy)
    return xy, {"n_neighbors": k + 1, "min_dist": min_dist, "epochs": epochs, "islands_moved": moved}


def _spread(vectors: np.ndarray, chosen: np.ndarray, xy: np.ndarray, k: int = 10) -> np.ndarray:
    """Places (n, 2) for all rows from those of the chosen ones."""
    known = Embedding("product", chosen, vectors[chosen])
    out = np.empty((len(vectors), 2))
    rest = np.setdiff1d(np.arange(len(vectors)), chosen)
    for rows in np.array_split(rest, max(1, len(rest) // 1024)):
        near, scores = nearest(known, vectors[rows], k)
        weight = np.exp((scores - scores[:, :1]) / _GAP)
        out[rows] = np.einsum("mk,mkd->md", weight / weight.sum(1, keepdims=True), xy[near])
    out[chosen] = xy
    return out


def place(query: np.ndarray, embedding: Embedding, projection: Projection, k: int = 10) -> tuple[float, float]:
    """Where a vector (d,) that has no place yet belongs on a map: the mean of its k nearest rows' places, weighted
    by how near they are. InputError when the embedding is empty.

    >>> axes = Embedding("product", np.array(["a", "b"], object), np.eye(2, dtype=np.float32))
    >>> x, y = place(np.array([1.0, 0.0]), axes, Projection("pca", np.array([[10, 0], [-10, 0]], np.float32)))
    >>> x > 9, y
    (True, 0.0)
    """
    rows, scores = nearest(embedding, query, k)
    if not rows.size:
        raise InputError("There are no vectors to draw.")
    weight = np.exp((scores[0] - scores[0, 0]) / _GAP)
    x, y = weight @ projection.xy[rows[0]] / weight.sum()
    return float(x), float(y)


def stratified(
    labels: np.ndarray, limit: int = 20_000, seed: int = 0, keep: Sequence[int] | np.ndarray = ()
) -> np.ndarray:
    """Rows to draw, ascending, at most `limit` (or len(keep) if that is more): all rows when they fit; else of each
    label (any ints) its fair share, so that small clusters are not lost. keep: rows that must be among them.

    >>> stratified(np.zeros(5, int)).tolist(), len(stratified(np.arange(100) % 3, limit=30))
    ([0, 1, 2, 3, 4], 30)
    """
    labels = np.asarray(labels)
    if len(labels) <= limit:
        return np.arange(len(labels))
    must = np.unique(np.asarray(list(keep), np.int64))
    rng = np.random.default_rng(seed)
    order = rng.permutation(np.setdiff1d(np.arange(len(labels)), must))
    room = max(0, limit - len(must))
    codes, inverse = np.unique(labels[order], return_inverse=True)
    sizes = np.bincount(inverse, minlength=len(codes))
    # Up to _LABEL_ROWS (or an equal share) for every label, the rest in proportion to its size.
    floor = np.minimum(sizes, min(_LABEL_ROWS, room // max(len(codes), 1)))
    left = sizes - floor
    give = floor + np.floor(left * ((room - floor.sum()) / max(left.sum(), 1))).astype(np.int64)
    give[np.argsort(-(sizes - give), kind="stable")[: room - give.sum()]] += 1
    rank = _rank_within(inverse)
    chosen = order[rank < give[inverse]]
    return np.sort(np.concatenate([must, chosen]))


def _rank_within(codes: np.ndarray) -> np.ndarray:
    """For each position, how many earlier positions have the same code."""
    order = np.argsort(codes, kind="stable")
    starts = np.r_[0, np.flatnonzero(np.diff(codes[order])) + 1]
    lengths = np.diff(np.r_[starts, len(codes)])
    rank = np.empty(len(codes), np.int64)
    rank[order] = np.arange(len(codes)) - np.repeat(starts, lengths)
    return rank


def _scaled(xy: np.ndarray) -> np.ndarray:
    """Centred, both axes by the same factor, the farthest point at _HALF."""
    xy = np.asarray(xy, np.float64)
    xy = xy - (xy.max(0) + xy.min(0)) / 2
    reach = np.abs(xy).max()
    return np.asarray(xy * (_HALF / reach if reach > 0 else 1.0), np.float32)
