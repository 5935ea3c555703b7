"""python -m tests.methods.digests: what every method, map, grouping, recommender and matcher computes from one small
shop, as a digest each. `test_threads.py` compares them between numbers of threads."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from embedcore import match, recommend
from embedcore.data import Dataset, Embedding
from embedcore.explore import clusters, projection
from embedcore.methods import REGISTRY, get
from embedcore.neighbours import build
from tests.methods import planted

TOOK = re.compile(rb'"seconds": [0-9.e-]+')  # how long it took is written beside it
SMALL = {"epochs": 2, "finetune_epochs": 1}  # enough to differ, when anything differs


def digest(*arrays: Any) -> str:
    """Of arrays."""
    h = hashlib.sha256()
    for array in map(np.ascontiguousarray, arrays):
        h.update(repr(array.tolist()).encode() if array.dtype == object else array.tobytes())
    return h.hexdigest()[:16]


def saved(save: Callable[[Path], object]) -> str:
    """Of all files that something leaves in a folder."""
    h = hashlib.sha256()
    with TemporaryDirectory() as folder:
        save(Path(folder) / "it")
        for path in sorted(p for p in Path(folder).rglob("*") if p.is_file()):
            h.update(path.name.encode() + TOOK.sub(b"", path.read_bytes()))
    return h.hexdigest()[:16]


def fitted(name: str, data: Dataset) -> dict[str, Embedding]:
    """The embeddings of a method that was trained shortly."""
    method = get(name)
    known = {f.name for f in fields(method.Params)}
    return dict(method.fit(data, method.Params.of({k: v for k, v in SMALL.items() if k in known}), seed=3).embeddings)


def all_of_them() -> dict[str, str]:
    """Name of what was computed -> its digest."""
    shop, found = planted.shop(), {}
    blended = planted.with_results(shop, ("svd", "cooccurrence"))
    for name in REGISTRY:
        for kind, embedding in fitted(name, blended if "runs" in get(name).needs else shop).items():
            found[f"{name} {kind}"] = digest(embedding.vectors, embedding.ids)
    rng = np.random.default_rng(0)
    vectors = (rng.normal(size=(12, 16))[rng.integers(0, 12, 1500)] + 0.3 * rng.normal(size=(1500, 16))).astype(
        np.float32
    )
    graph = build(vectors, 15)
    found["graph"] = saved(graph.save)
    makers: dict[str, Callable[[], Any]] = {
        "pca": lambda: projection.pca(vectors),
        "umap": lambda: projection.umap(vectors, graph),
        "kmeans": lambda: clusters.kmeans(vectors, 12),
        "kmeans auto": lambda: clusters.kmeans(vectors),
        "hdbscan": lambda: clusters.hdbscan(vectors, 10),
        "recommender": lambda: recommend.fit(shop),
        "matches": lambda: match.find(shop),
    }
    for name, make in makers.items():
        found[name] = saved(make().save)
    return found


if __name__ == "__main__":
    json.dump(all_of_them(), sys.stdout)
