"""The map beside umap-learn in one run: the same vectors, the same neighbours, seconds and how true the map is."""

from __future__ import annotations

import time
import warnings

import numpy as np

from embedcore import methods, neighbours
from embedcore.explore import projection
from embedcore.samples import load

ROWS = 10_000
NEAR = 15


def kept(graph: neighbours.Graph, xy: np.ndarray) -> float:
    """Share of each row's 15 nearest that are still among its 15 nearest on the map."""
    from sklearn.neighbors import NearestNeighbors

    near = NearestNeighbors(n_neighbors=NEAR + 1).fit(xy).kneighbors(xy, return_distance=False)[:, 1:]
    return float(np.mean([len(np.intersect1d(a, b)) for a, b in zip(graph.ids[:, :NEAR], near, strict=True)]) / NEAR)


def main() -> None:
    """Most bought products of the Complete Journey, product2vec vectors; both compile before the clock starts."""
    from umap import UMAP

    warnings.filterwarnings("ignore", module="umap")
    journey = load("completejourney")
    method = methods.get("product2vec")
    product = method.fit(journey, method.Params.of({"epochs": 5}), seed=1).embeddings["product"]
    bought = journey.counts[journey.positions(product.ids)]
    vectors = product.vectors[np.argsort(-bought, kind="stable")[:ROWS]]
    graph = neighbours.build(vectors)

    def ours(x: np.ndarray, g: neighbours.Graph) -> np.ndarray:
        return projection.umap(x, g, n_neighbors=NEAR).xy

    def umap_learn(x: np.ndarray, g: neighbours.Graph) -> np.ndarray:
        itself = np.arange(len(x))[:, None]
        known = (np.hstack([itself, g.ids[:, : NEAR - 1]]), np.hstack([0 * itself, 1 - g.scores[:, : NEAR - 1]]), None)
        return UMAP(n_neighbors=NEAR, metric="cosine", precomputed_knn=known, random_state=1, n_jobs=1).fit_transform(x)

    small = neighbours.build(vectors[:600])
    print(f"\nMap of {len(vectors):,} products x {product.dimension}, the neighbour graph given\n")
    print(f"{'':34}{'CPU s':>8}{'clock s':>9}{'kept':>8}")
    for who, draw in (("ours", ours), ("umap-learn", umap_learn)):
        draw(vectors[:600], small)
        cpu, clock = time.process_time(), time.perf_counter()
        xy = draw(vectors, graph)
        spent, took = time.process_time() - cpu, time.perf_counter() - clock
        print(f"{who:34}{spent:8.1f}{took:9.1f}{kept(graph, xy):8.3f}", flush=True)


if __name__ == "__main__":
    main()
