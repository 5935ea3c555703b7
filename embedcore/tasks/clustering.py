"""Groups of the products of a run, with names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from embedcore.data import Dataset, Embedding
from embedcore.errors import InputError
from embedcore.progress import Progress, stage


def make_clusters(spec: Mapping[str, Any], out: Path, progress: Progress) -> dict[str, Any]:
    """Named clusters of a run -> Clusters.save(out, spec["name"]). space: "vectors", or "map" (the UMAP)."""
    from embedcore.explore import Projection, clusters

    folder, method = Path(spec["run_folder"]), str(spec["method"])
    embedding, dataset = Embedding.load(folder / "embeddings"), Dataset.load(Path(spec["dataset_folder"]))
    seed, k, size = int(spec.get("seed", 0)), spec.get("k"), spec.get("min_size")
    space = spec.get("space") or ("map" if method == "hdbscan" and "umap" in spec["maps"] else "vectors")
    if space == "map" and "umap" not in spec["maps"]:
        raise InputError("There is no map of this embedding yet.", "Wait for it, or group by the vectors.")
    x = Projection.load(folder / "maps", "umap").xy if space == "map" else embedding.vectors
    look = stage(progress, 0, 90, "Finding groups")
    if method == "kmeans":
        found = clusters.kmeans(x, int(k) if k else None, seed, look)
    elif method == "hdbscan":
        found = clusters.hdbscan(x, int(size) if size else None, seed, look)
    else:
        raise InputError(f"There is no way of grouping called “{method}”.", "Known: kmeans, hdbscan.")
    progress(90, 100, note="Naming groups")
    found = clusters.name(found, embedding, dataset)
    found = replace(found, meta={**found.meta, "space": space, "seed": seed})
    found.save(out, spec["name"])
    return {}
