"""What each kind of job needs from the store before it runs, and what becomes of its result."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from embedcore.errors import MissingError
from embedcore.explore import Clusters, Projection
from embedcore.jobs.job import clustering_name
from embedcore.store import Store

# Kinds whose result is a folder made of a dataset, or of a run when the spec names one: nothing else to store.
# The worker gets dataset_folder, and for a run run_folder (its vectors and graph) and model_folder.
MADE = ("match", "anomalies", "recommender", "embed", "segments", "lists")


def stored(store: Store, kind: str, key: str, spec: Mapping[str, Any]) -> tuple[dict[str, Any], datetime] | None:
    """(result, when it was computed) of a job that need not run again; None when it must run."""
    if kind == "train":
        run = store.find_run(key)
        return ({"run": key}, run.created) if run else None
    if kind == "read":
        folder = store.find_raw(key)
        return ({"raw": key}, datetime.fromtimestamp(folder.stat().st_mtime, UTC)) if folder else None
    if kind in MADE:
        folder = store.artifact(kind, key, spec["dataset"], spec.get("run"))
        return ({}, datetime.fromtimestamp(folder.stat().st_mtime, UTC)) if folder else None
    before = store.done_job(kind, key)
    if kind in ("map", "cluster"):
        made = _made_of_run(store, kind, spec)
        run = (
            store.find_run(spec["run"]) if made else None
        )  # a training makes the first clusters without a job of their own
        return (made, before.finished if before and before.finished else run.created) if made and run else None
    if before is None or before.result is None or before.finished is None:
        return None
    try:
        store.dataset_info(before.result["dataset"])
    except (MissingError, KeyError):
        return None
    return dict(before.result), before.finished


def _made_of_run(store: Store, kind: str, spec: Mapping[str, Any]) -> dict[str, Any] | None:
    """The result of a map or of clusters with these settings, when the run has it: names that a person gave to
    clusters are not made anew."""
    try:
        if kind == "map":
            return {"run": spec["run"], "kind": "umap"} if "umap" in store.projections(spec["run"]) else None
        name = clustering_name(spec)
        return {"run": spec["run"], "name": name} if name in store.clusterings(spec["run"]) else None
    except MissingError:
        return None


def prepare(store: Store, kind: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    """The spec as the worker needs it: with folders to read from, since it cannot open the database."""
    ready = dict(spec)
    if kind in ("train", "merge", *MADE):
        ready["dataset_folder"] = str(store.dataset_folder(spec["dataset"]))
    if kind in ("map", "cluster") or (kind in MADE and spec.get("run")):
        run = store.run_info(spec["run"])
        ready |= {
            "run_folder": str(store.run_folder(run.key)),
            "dataset_folder": str(store.dataset_folder(run.dataset)),
            "maps": store.projections(run.key),
            "run_method": run.method,
            "model_folder": str(store.model_folder(run.key)),
        }
    if kind == "train" and spec["params"].get("runs"):  # a blend loads the models of its parts
        runs = {key: store.find_run(key) for key in spec["params"]["runs"]}
        if not all(run and run.dataset == spec["dataset"] for run in runs.values()):
            raise MissingError("A result to blend is not (or no longer) here.", "Choose the results again.")
        ready["run_folders"] = {
            key: {"method": run.method, "folder": str(store.model_folder(key))} for key, run in runs.items() if run
        }
    if kind == "embed" and spec.get("raw"):
        ready["raw"] = str(_raw(store, spec["raw"]))
    if kind == "import":
        for part in ("catalogue", "baskets"):
            if spec.get(part):
                ready[part] = dict(spec[part]) | {"raw": str(_raw(store, spec[part]["raw"]))}
    return ready


def commit(
    store: Store, kind: str, key: str, spec: Mapping[str, Any], out: Path, result: Mapping[str, Any]
) -> dict[str, Any]:
    """Store what a task left in `out`; what pages need to find it again, added to the task's own result."""
    found: dict[str, Any] = {}
    if kind == "read":
        store.save_raw(key, out)
        found = {"raw": key}
    elif kind in ("import", "sample", "merge"):
        source = str(spec.get("source") or kind)
        found = {"dataset": store.add_dataset(out / "dataset", source).hash}
    elif kind == "train":
        info = json.loads((out / "summary.json").read_text(encoding="utf-8"))
        found = {"run": store.save_run(out, info).key}
    elif kind == "map":
        store.save_projection(spec["run"], Projection.load(out, "umap"))
        found = {"run": spec["run"], "kind": "umap"}
    elif kind == "cluster":
        store.save_clusters(spec["run"], result["name"], Clusters.load(out, result["name"]))
        found = {"run": spec["run"]}
    elif kind in MADE:
        store.save_artifact(kind, key, out, spec["dataset"], spec.get("run"))
    return {**result, **found}


def _raw(store: Store, name: str) -> Path:
    """A read table by its key (or by its folder, whose name is the key)."""
    return store.raw(Path(name).name)
