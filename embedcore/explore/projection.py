"""Maps: vectors -> places on a plane."""

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


@dataclass(frozen=True, eq=False)
class Projection:
    """A place on the plane for every row of an embedding.

    kind: "pca" or "umap". xy: (n, 2) float32, finite, within about -10..10. meta: how it was made (JSON-able).
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
            raise MissingError(f"There is no {kind.upper()} map of this result.", "Make it again.") from None


def pca(vectors: np.ndarray, seed: int = 0) -> Projection:
    """The two directions in which the vectors (scaled to length 1) differ most. vectors: (n, d).

    Pearson 1901. Exact and deterministic; `seed` is there for the common signature. meta["explained"]: the share
    of the variance that each axis shows.
    """
    if vectors.ndim != 2 or not len(vectors):
        raise InputError("There are no vectors to draw.")
    places, share = principal(vectors, 2)
    return Projection("pca", _scaled(places), {"explained": [round(float(s), 4) for s in share], "rows": len(vectors)})


def principal(vectors: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """((n, k) float32 principal coordinates of the unit vectors, (k,) shares of variance); zeros beyond the rank."""
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
    and every other row is put at the weighted mean of its nearest laid-out rows; meta says so.
    """
    n = len(vectors)
    if n != len(graph):
        raise InputError(f"There are {n} vectors and {len(graph)} lists of neighbours.")
    start = pca(vectors, seed)
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
    """Passes over the graph: small maps need more of them and can afford it."""
    return 500 if n <= 10_000 else 300 if n <= 30_000 else 200


def _layout(
    start: np.ndarray, graph: Graph, seed: int, n_neighbors: int, min_dist: float, progress: Progress
) -> tuple[np.ndarray, dict[str, Any]]:
    n = len(start)
    k = max(1, min(n_neighbors - 1, graph.k, n - 1))
    epochs = epochs_for(n)
    progress(0, epochs, note="Preparing the map")
    # 10 units wide is what the steps are made for. A few far rows must not squeeze the others into a corner: they
    # start at the edge. The forces are undefined between equal places: a little noise sets them apart.
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
        weight = np.exp((scores - scores[:, :1]) / 0.1)
        out[rows] = np.einsum("mk,mkd->md", weight / weight.sum(1, keepdims=True), xy[near])
    out[chosen] = xy
    return out


def place(query: np.ndarray, embedding: Embedding, projection: Projection, k: int = 10) -> tuple[float, float]:
    """Where a vector (d,) that has no place yet belongs on a map: the mean of its k nearest rows' places, weighted
    by how near they are."""
    rows, scores = nearest(embedding, query, k)
    if not rows.size:
        raise InputError("There are no vectors to draw.")
    # A cosine gap of .1 makes a neighbour count e times less: the nearest decide, a distant one cannot drag it away.
    weight = np.exp((scores[0] - scores[0, 0]) / 0.1)
    x, y = weight @ projection.xy[rows[0]] / weight.sum()
    return float(x), float(y)


def stratified(
    labels: np.ndarray, limit: int = 20_000, seed: int = 0, keep: Sequence[int] | np.ndarray = ()
) -> np.ndarray:
    """Rows to draw, ascending, at most `limit` (or len(keep) if that is more): all rows when they fit; else of each
    label (any ints) its fair share, so that small clusters are not lost. keep: rows that must be among them."""
    labels = np.asarray(labels)
    if len(labels) <= limit:
        return np.arange(len(labels))
    must = np.unique(np.asarray(list(keep), np.int64))
    rng = np.random.default_rng(seed)
    order = rng.permutation(np.setdiff1d(np.arange(len(labels)), must))
    room = max(0, limit - len(must))
    codes, inverse = np.unique(labels[order], return_inverse=True)
    sizes = np.bincount(inverse, minlength=len(codes))
    # Up to 20 rows (or an equal share) for every label, the rest in proportion to its size.
    floor = np.minimum(sizes, min(20, room // max(len(codes), 1)))
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
