"""What the worker does: one function per kind of job.

A task gets its spec (plain JSON), a folder of its own for what it makes, and a Progress; it returns a small JSON-able
result. It opens no database: the server stores what lies in the folder when the task has returned.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from embedcore.data import Dataset, Embedding
from embedcore.errors import InputError, NeedsError
from embedcore.jobs.job import clustering_name
from embedcore.jobs.warmup import Step
from embedcore.progress import PREVIEW, Progress, stage
from embedcore.tasks.anomalies import anomalies
from embedcore.tasks.customers import embed, segments
from embedcore.tasks.files import import_, read
from embedcore.tasks.lists import lists
from embedcore.tasks.match import match

Spec = Mapping[str, Any]
Task = Callable[[Spec, Path, Progress], dict[str, Any]]
_CURVE = 500  # points of a loss curve that are kept


def sample(spec: Spec, out: Path, progress: Progress) -> dict[str, Any]:
    """A dataset that comes with the app -> Dataset.save(out/dataset)."""
    from embedcore.samples import load

    load(spec["which"], progress).save(out / "dataset")
    return {}


def recommender(spec: Spec, out: Path, progress: Progress) -> dict[str, Any]:
    """What a dataset's baskets say about what to recommend -> Recommender.save(out)."""
    from embedcore import recommend

    recommend.fit(Dataset.load(Path(spec["dataset_folder"])), progress).save(out)
    return {}


def merge(spec: Spec, out: Path, progress: Progress) -> dict[str, Any]:
    """A dataset and groups of rows that are one product (positions) -> Dataset.save(out/dataset) without duplicates.

    keep: position of a group's first member -> position of the row to keep, where it is not the proposal."""
    import numpy as np

    from embedcore.match import clean

    progress(0, 3, note="Opening the dataset")
    dataset = Dataset.load(Path(spec["dataset_folder"]))
    group = np.arange(dataset.n_catalogue)
    for members in spec["groups"]:
        group[members] = min(members)
    progress(1, 3, note="Merging rows")
    merged = clean(dataset, group, {int(k): int(v) for k, v in spec["keep"].items()})
    progress(2, 3, note="Saving")
    merged.save(out / "dataset")
    return {}


def train(spec: Spec, out: Path, progress: Progress) -> dict[str, Any]:
    """Fit a method; writes model/, embeddings/, graph/, maps/ (PCA), clusters/ (k-means, named) and summary.json."""
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
    losses = _thin([float(v) for v in facts.pop("losses", ())])
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


def map_(spec: Spec, out: Path, progress: Progress) -> dict[str, Any]:
    """The UMAP of a run -> Projection.save(out)."""
    from embedcore.explore import projection
    from embedcore.neighbours import Graph

    progress(0, 1, note="Getting ready")  # the first map of a worker waits for imports and the compiler
    folder = Path(spec["run_folder"])
    vectors, graph = Embedding.load(folder / "embeddings").vectors, Graph.load(folder / "graph")
    how = {k: spec[k] for k in ("n_neighbors", "min_dist") if spec.get(k) is not None}
    projection.umap(vectors, graph, seed=int(spec.get("seed", 0)), **how, progress=progress).save(out)
    return {}


def cluster(spec: Spec, out: Path, progress: Progress) -> dict[str, Any]:
    """Named clusters of a run -> Clusters.save(out). space: "vectors", or "map" for the UMAP's places."""
    from embedcore.explore import Projection, clusters

    folder, method = Path(spec["run_folder"]), str(spec["method"])
    embedding, dataset = Embedding.load(folder / "embeddings"), Dataset.load(Path(spec["dataset_folder"]))
    seed, k, size = int(spec.get("seed", 0)), spec.get("k"), spec.get("min_size")
    space = spec.get("space") or ("map" if method == "hdbscan" and "umap" in spec["maps"] else "vectors")
    if space == "map" and "umap" not in spec["maps"]:
        raise InputError("There is no map of this result yet.", "Wait for it, or group by the vectors.")
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
    found.save(out, name := clustering_name(spec))
    return {"name": name}


def encode(spec: Spec) -> dict[str, Any]:
    """{"texts", "model"} -> {"vectors"}, of length 1. "fitted": the model folder of a text result whose map is used."""
    from embedcore.methods.text.method import encode as vectors_of

    fitted = Path(spec["fitted"]) if spec.get("fitted") else None
    return {"vectors": vectors_of(list(spec["texts"]), str(spec.get("model") or ""), fitted).tolist()}


def predict(spec: Spec) -> dict[str, Any]:
    """See embedcore.tasks.predict.answer."""
    from embedcore.tasks.predict import answer

    return answer(spec)


def warm_encoder(spec: Spec) -> dict[str, Any]:
    encode({"texts": ["getting ready"]})
    return {}


TASKS: dict[str, Task] = {
    "read": read,
    "import": import_,
    "sample": sample,
    "train": train,
    "map": map_,
    "cluster": cluster,
    "merge": merge,
    "recommender": recommender,
    "anomalies": anomalies,
    "match": match,
    "segments": segments,
    "embed": embed,
    "lists": lists,
}
QUESTIONS: dict[str, Callable[[Spec], dict[str, Any]]] = {"encode": encode, "predict": predict, "warm": warm_encoder}


def _thin(values: list[float]) -> list[float]:
    """At most _CURVE of them, the last included."""
    if len(values) <= _CURVE:
        return values
    return [values[round(i * (len(values) - 1) / (_CURVE - 1))] for i in range(_CURVE)]


def _imports(*modules: str) -> Callable[[], None]:
    def load() -> None:
        from importlib import import_module

        for module in modules:
            import_module(module)

    return load


def _first_training() -> None:
    """Compile (or load what was compiled) by training on next to nothing."""
    import pandas as pd

    from embedcore import methods

    lines = pd.DataFrame({"basket": [f"b{i // 3}" for i in range(24)], "item": [f"p{i % 5}" for i in range(24)]})
    method = methods.get("product2vec")
    method.fit(Dataset.build("warm-up", None, lines), method.Params.of({"dimension": 4, "epochs": 1, "min_count": 1}))


def _first_map() -> None:
    """Compile the layout before somebody waits for it."""
    import numpy as np

    from embedcore.explore import projection
    from embedcore.neighbours import build

    vectors = np.random.default_rng(0).normal(size=(64, 8)).astype(np.float32)
    projection.umap(vectors, build(vectors, 15))


def _kinds(*kinds: str) -> Callable[[str, Spec], bool]:
    return lambda kind, spec: kind in kinds


def _reads_text(kind: str, spec: Spec) -> bool:
    return kind == "train" and spec.get("method") == "text"


# Cheap and likely first; each step finds what the ones before it have imported. Whoever clicks as soon as the page is
# there leaves no idle time: a training runs outside the interpreter's lock, so the long way to the first map begins
# beside it. Reading a file does not, so the steps stay out of its way.
_BESIDE = _kinds("train")
_FOR_READING = [Step(_imports("embedcore.intake", "duckdb"), _kinds("read", "import", "sample"))]
_FOR_WORK = [
    Step(_imports("numba"), _kinds("train", "map", "cluster"), _BESIDE),
    Step(
        _imports("sklearn.cluster", "sklearn.neighbors", "sklearn.metrics", "faiss"), _kinds("map", "cluster"), _BESIDE
    ),
    Step(_first_training, _kinds("train"), _BESIDE),
    Step(_first_map, _kinds("map"), _BESIDE),
    Step(_imports("torch"), _reads_text),
    Step(_imports("sentence_transformers"), _reads_text),
]
WARM_UP: dict[str, list[Step]] = {"read": _FOR_READING, "heavy": _FOR_WORK}  # by the worker's role
