"""The one k-nearest-neighbour graph of a run: map, clusters, duplicates and recommendations all read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from embedcore.data import Embedding, map_arrays, write_arrays
from embedcore.errors import InputError, MissingError
from embedcore.progress import Progress, silent
from embedcore.vectors import top_k, unit

__all__ = ["EXACT_WORK", "Graph", "build", "nearest"]

# Every pair is compared while rows x rows x (dimensions + 64) stays below this: 177,000 x 64 or 94,000 x 384, about a
# CPU minute. Measured on 68,509 real products x 64: all pairs 9.8 CPU s; inverted file 14 s for a recall of .97; HNSW
# 10 s for .59. Real vectors have few clear neighbourhoods, so skipping pairs saves little and loses much.
EXACT_WORK = 4e12
_RECALL_SAMPLE = 500  # rows on which the recall of an approximate graph is measured
_ENOUGH_RECALL = 0.97  # at which the inverted file searches no more cells
_BLOCK = 2048  # rows compared between two reports of progress


@dataclass(frozen=True, eq=False)
class Graph:
    """The nearest neighbours of every row.

    ids: (n, k) int32 rows of the embedding, best first, never the row itself, -1 where there are fewer than k.
    scores: (n, k) float32 cosine similarity, -1..1 (0 where ids is -1). exact: every pair was compared.
    recall: share of the true neighbours that are in the lists, measured on a sample of rows (1.0 when exact).

    >>> graph = build(np.array([[1.0, 0.0], [0.9, 0.1], [0.0, 1.0]]), k=1)
    >>> len(graph), graph.k, graph.ids.tolist()
    (3, 1, [[1], [0], [1]])
    """

    ids: np.ndarray
    scores: np.ndarray
    exact: bool
    recall: float

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def k(self) -> int:
        """Neighbours per row."""
        return int(self.ids.shape[1])

    def of(self, row: int) -> tuple[np.ndarray, np.ndarray]:
        """(rows, scores) of one row's neighbours, best first, without padding."""
        filled = self.ids[row] >= 0
        return self.ids[row][filled], self.scores[row][filled]

    def save(self, folder: Path) -> None:
        """Write `graph.safetensors` into `folder`."""
        arrays = {"ids": self.ids, "scores": self.scores}
        write_arrays(folder / "graph.safetensors", arrays, {"exact": bool(self.exact), "recall": float(self.recall)})

    @classmethod
    def load(cls, folder: Path) -> Graph:
        """Map what `save` wrote; MissingError when it is not there."""
        try:
            if (folder / "graph.safetensors").exists():
                arrays, facts = map_arrays(folder / "graph.safetensors")
                return cls(arrays["ids"], arrays["scores"], facts["exact"], facts["recall"])
            with np.load(folder / "graph.npz", allow_pickle=False) as z:
                exact, recall = z["facts"]
                return cls(z["ids"], z["scores"], bool(exact), float(recall))
        except FileNotFoundError:
            raise MissingError("This embedding has no neighbour lists.", "Train it again.") from None


def build(vectors: np.ndarray, k: int = 30, seed: int = 0, progress: Progress = silent) -> Graph:
    """The k nearest neighbours of every row by cosine similarity.

    vectors: (n, d) finite. Compares all pairs up to EXACT_WORK; above that it searches an inverted file (Jégou et
    al. 2011, by faiss) and measures what it missed. InputError without vectors or for k < 1.
    The same vectors and seed give the same graph (on one machine, with as many threads).

    >>> build(np.array([[1.0, 0.0], [0.9, 0.1], [0.0, 1.0]]), k=2).ids[0].tolist()
    [1, 2]
    """
    if vectors.ndim != 2 or not len(vectors):
        raise InputError("There are no vectors to compare.")
    if k < 1:
        raise InputError(f"The number of neighbours is {k}.", "Choose at least 1.")
    x = unit(vectors)
    k_found = min(k, len(x) - 1)
    steps = -(-len(x) // _BLOCK)
    exact = float(len(x)) ** 2 * (x.shape[1] + 64) <= EXACT_WORK
    if not exact:
        progress(0, steps, note="Sorting products into cells")
    index, recall = (None, 1.0) if exact else _index(x, k_found, seed)
    ids = np.full((len(x), k), -1, np.int32)
    scores = np.zeros((len(x), k), np.float32)
    if k_found:
        for step, a in enumerate(range(0, len(x), _BLOCK)):
            rows = np.arange(a, min(a + _BLOCK, len(x)))
            s, i = _all_pairs(x, rows, k_found + 1) if index is None else index.search(x[rows], k_found + 1)
            ids[rows, :k_found], scores[rows, :k_found] = _without_self(s, i, rows)
            progress(step + 1, steps, note="Comparing products")
    return Graph(ids, scores, exact, recall)


def nearest(
    embedding: Embedding, query: np.ndarray, k: int, exclude: Sequence[int] | np.ndarray = ()
) -> tuple[np.ndarray, np.ndarray]:
    """The k rows of `embedding` closest to each query by cosine, exact.

    query: (d,) or (q, d). exclude: rows that must not come back. Returns (rows (q, k') int64, scores (q, k')
    float32), best first, equal scores by row; k' is smaller than k when fewer rows are left. InputError when the
    query has another number of dimensions.

    >>> shoes = Embedding("product", np.array(["a", "b", "c"], object), np.eye(3, dtype=np.float32))
    >>> rows, cosines = nearest(shoes, np.array([0.0, 1.0, 0.1]), k=2)
    >>> rows.tolist()
    [[1, 2]]
    """
    q = np.atleast_2d(np.asarray(query, np.float32))
    if q.shape[1] != embedding.dimension:
        raise InputError(f"The query has {q.shape[1]} dimensions, the vectors have {embedding.dimension}.")
    excluded = np.asarray(list(exclude), np.int64)
    scores = unit(q) @ embedding.unit.T
    scores[:, excluded] = -np.inf
    return top_k(scores, min(k, len(embedding) - len(np.unique(excluded))))


def _all_pairs(x: np.ndarray, rows: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    import faiss

    s, i = faiss.knn(x[rows], x, k, metric=faiss.METRIC_INNER_PRODUCT)
    return s, i


def _without_self(scores: np.ndarray, ids: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(m, k+1) hits -> (m, k) without the row itself; scores that differ by rounding only are ordered by row."""
    scores = np.where((ids == rows[:, None]) | (ids < 0), -2.0, np.clip(scores, -1, 1))
    order = np.lexsort((ids, -np.round(scores, 6)), axis=1)[:, :-1]
    ids, scores = np.take_along_axis(ids, order, 1), np.take_along_axis(scores, order, 1)
    gone = scores < -1.5
    return np.where(gone, -1, ids).astype(np.int32), np.where(gone, 0, scores).astype(np.float32)


def _index(x: np.ndarray, k: int, seed: int) -> tuple[Any, float]:
    """(inverted file over x, its recall): as many cells are searched as a sample of rows needs for _ENOUGH_RECALL."""
    import faiss

    cells = int(4 * np.sqrt(len(x)))
    index = faiss.IndexIVFFlat(faiss.IndexFlatIP(x.shape[1]), x.shape[1], cells, faiss.METRIC_INNER_PRODUCT)
    index.cp.seed, index.cp.niter, index.cp.max_points_per_centroid = seed + 1, 10, 64
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)  # sums in k-means would depend on the number of threads
    try:
        index.train(x)
    finally:
        faiss.omp_set_num_threads(threads)
    index.add(x)
    rows = np.sort(np.random.default_rng(seed).choice(len(x), min(_RECALL_SAMPLE, len(x)), replace=False))
    true, _ = _without_self(*_all_pairs(x, rows, k + 1), rows)
    recall = 0.0
    for share in (64, 32, 16):  # of the cells; searching more of them costs as much as comparing every pair
        index.nprobe = max(1, cells // share)
        found, _ = _without_self(*index.search(x[rows], k + 1), rows)
        recall = _overlap(true, found)
        if recall >= _ENOUGH_RECALL:
            break
    return index, recall


def _overlap(true: np.ndarray, found: np.ndarray) -> float:
    """Share of the ids in each row of `true` that the same row of `found` has, over all rows."""
    hits = sum(len(np.intersect1d(t[t >= 0], f)) for t, f in zip(true, found, strict=True))
    return float(hits / max((true >= 0).sum(), 1))
