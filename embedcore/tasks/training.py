"""Training: fit a method, then the neighbours, the first map and the first groups of what it learned."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from embedcore.data import Dataset
from embedcore.errors import NeedsError
from embedcore.progress import PREVIEW, Progress, stage

_CURVE = 500  # points of a loss curve that are kept


def train(spec: Mapping[str, Any], out: Path, progress: Progress) -> dict[str, Any]:
    """Fit a method; writes model/, embeddings/, graph/, maps/ (PCA), clusters/ (k-means, named) and summary.json.

    >>> import tempfile
    >>> import pandas as pd
    >>> from embedcore import Catalogue
    >>> from embedcore.progress import silent
    >>> frame = pd.DataFrame({"sku": list("abcdef"), "kind": list("xxxyyy")})
    >>> shop = Dataset.build("Shop", Catalogue(frame, {"sku": "id", "kind": "category"}))
    >>> with tempfile.TemporaryDirectory() as name:
    ...     shop.save(Path(name) / "data")
    ...     spec = {"dataset_folder": f"{name}/data", "method": "pca", "params": {}, "seed": 0}
    ...     _ = train(spec, Path(name), silent)
    ...     (Path(name) / "summary.json").exists()
    True
    """
    from embedcore import methods, neighbours
    from embedcore.explore import clusters, projection

    begin = time.perf_counter()
    dataset = Dataset.load(Path(spec["dataset_folder"]))
    method = methods.get(spec["method"])
    if "runs" in method.needs:
        dataset = dataset.described(meta={**dataset.meta, "run_folders": spec.get("run_folders", {})})
    params, seed = method.Params.of(spec["params"]), int(spec["seed"])
    if missing := method.lacks(dataset):
        raise NeedsError(missing)
    fitted = method.fit(dataset, params, stage(progress, 0, 80, "Training", watched=True), seed)
    fit_seconds = time.perf_counter() - begin
    product = fitted.embeddings["product"]
    graph = neighbours.build(product.vectors, seed=seed, progress=stage(progress, 80, 88, "Comparing products"))
    progress(88, 100, note="Drawing the first map")
    first_map = projection.pca(product.vectors)
    groups = clusters.auto(product, dataset, seed, stage(progress, 90, 99, "Finding groups"))
    progress(99, 100, note="Saving")
    fitted.save(out / "model")
    if (out / PREVIEW).exists():
        (out / PREVIEW).replace(out / "model" / PREVIEW)
    for embedding in fitted.embeddings.values():
        embedding.save(out / "embeddings")
    graph.save(out / "graph")
    first_map.save(out / "maps")
    groups.save(out / "clusters", "kmeans")
    facts = dict(fitted.meta)
    losses = thin([float(v) for v in facts.pop("losses", ())])
    summary = {
        "key": methods.run_key(dataset.hash, method, params, seed),
        "dataset": dataset.hash,
        "method": method.name,
        "params": json.loads(params.canonical()),
        "seed": seed,
        "seconds": time.perf_counter() - begin,
        "losses": losses,
        "meta": facts | {"fit_seconds": fit_seconds},
    }
    (out / "summary.json").write_text(json.dumps(summary, ensure_ascii=False), encoding="utf-8")
    return {}


def thin(values: list[float]) -> list[float]:
    """At most _CURVE of them, the last included."""
    if len(values) <= _CURVE:
        return values
    return [values[round(i * (len(values) - 1) / (_CURVE - 1))] for i in range(_CURVE)]
