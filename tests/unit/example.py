"""Small random datasets and results for the tests of store, jobs and crashes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from embedcore.data import Catalogue, Dataset, Embedding
from embedcore.explore import Clusters, Projection
from embedcore.neighbours import Graph


def dataset(name: str = "Shop", n: int = 12, seed: int = 0) -> Dataset:
    """n products in three categories and 40 baskets of three products, two of which only the baskets know."""
    rng = np.random.default_rng(seed)
    ids = [f"p{i:03d}" for i in range(n)]
    frame = pd.DataFrame(
        {
            "id": ids,
            "title": [f"Product {i} of {seed}" for i in range(n)],
            "kind": [("shoe", "shirt", "hat")[i % 3] for i in range(n)],
        }
    ).astype("str")
    bought = [*ids[: n // 2], "only-a", "only-b"]
    lines = pd.DataFrame(
        [
            {"basket": f"b{b}", "item": item, "customer": f"c{b % 7}"}
            for b in range(40)
            for item in rng.choice(bought, 3, replace=False)
        ]
    )
    return Dataset.build(
        name, Catalogue(frame, {"id": "id", "title": "title", "kind": "category"}), lines, {"notices": ["made up"]}
    )


def result(folder: Path, ids: np.ndarray, seed: int = 0, d: int = 8) -> dict[str, Any]:
    """A training's result folder as tasks.train writes it, with random contents; returns what save_run needs besides
    key and dataset."""
    rng = np.random.default_rng(seed)
    n = len(ids)
    vectors = rng.normal(size=(n, d)).astype(np.float32)
    Embedding("product", ids, vectors, {"seed": seed}).save(folder / "embeddings")
    Embedding("value", np.array(["kind=shoe"], object), vectors[:1]).save(folder / "embeddings")
    k = 3
    near = np.argsort(-(vectors @ vectors.T) + 1e9 * np.eye(n), axis=1)[:, :k].astype(np.int32)
    near[0, -1] = -1
    Graph(near, rng.random((n, k), np.float32), False, 0.97).save(folder / "graph")
    Projection("pca", rng.uniform(-10, 10, (n, 2)).astype(np.float32), {"explained": [0.5, 0.2]}).save(folder / "maps")
    Clusters("kmeans", (np.arange(n) % 3 - 1).astype(np.int32), ("shoes", "hats"), 0.4, {"k": 2}).save(
        folder / "clusters"
    )
    (folder / "model").mkdir()
    (folder / "model" / "weights.bin").write_bytes(vectors.tobytes())
    return {
        "method": "product2vec",
        "params": {"dimension": d},
        "seed": seed,
        "seconds": 1.5,
        "losses": [2.0, 1.0],
        "meta": {"words": n},
    }
