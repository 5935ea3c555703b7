"""Work that gives a run or a part of one: the training itself, its map, its clusters."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedcore.errors import MissingError
from embedcore.jobs.kinds.base import JobKind, run_folders

if TYPE_CHECKING:
    from embedcore.store import Store

_NEAREST = 30  # neighbours of a product in the graph


@dataclass(frozen=True)
class Train(JobKind):
    """Fit a method to a dataset. key: methods.run_key of the rest.

    >>> Train("d", "svd", {"dimension": 8}, 0, key="k", of="“Truncated SVD” on Shop").title
    'Training “Truncated SVD” on Shop'
    """

    dataset: str
    method: str
    params: Mapping[str, Any]
    seed: int
    key: str

    kind, words, queue, task = "train", "Training {of}", "heavy", "embedcore.tasks.training:train"

    def stored(self, store: Store) -> tuple[dict[str, Any], datetime] | None:
        """The run of that key."""
        run = store.find_run(self.key)
        return ({"run": self.key}, run.created) if run else None

    def prepare(self, store: Store) -> dict[str, Any]:
        """The folder of the dataset; for a blend the models of its parts."""
        ready = self.spec() | {"dataset_folder": str(store.dataset_folder(self.dataset))}
        if self.params.get("runs"):
            runs = {key: store.find_run(key) for key in self.params["runs"]}
            if not all(run and run.dataset == self.dataset for run in runs.values()):
                raise MissingError("An embedding to blend is not (or no longer) here.", "Choose the embeddings again.")
            ready["run_folders"] = {
                key: {"method": run.method, "folder": str(store.model_folder(key))} for key, run in runs.items() if run
            }
        return ready

    def room(self, store: Store) -> tuple[int, str]:
        """The vectors twice, in the model and beside it, and for each the nearest others."""
        numbers = 2 * int(self.params.get("dimension") or 64) + 2 * _NEAREST
        return 4 * numbers * store.dataset_info(self.dataset).products, "the embedding"

    def commit(self, store: Store, out: Path, result: Mapping[str, Any]) -> dict[str, Any]:
        """Keep the run."""
        info = json.loads((out / "summary.json").read_text(encoding="utf-8"))
        return {**result, "run": store.save_run(out, info).key}

    def follows(self, result: Mapping[str, Any]) -> JobKind | None:
        """Its map is drawn automatically."""
        return Map(result["run"], of=self.of, by_itself=True)


@dataclass(frozen=True)
class Map(JobKind):
    """The UMAP of a run.

    >>> Map("r", of="Shop").title, Map("r").key
    ('Map of Shop', 'r:umap')
    """

    run: str

    kind, words, queue, task = "map", "Map of {of}", "heavy", "embedcore.tasks.mapping:draw_map"

    @property
    def key(self) -> str:
        """The run and the kind of map."""
        return f"{self.run}:umap"

    def stored(self, store: Store) -> tuple[dict[str, Any], datetime] | None:
        """The map that the run has."""
        found = store.find_run(self.run)
        if found is None or "umap" not in store.projections(self.run):
            return None
        return {"run": self.run, "kind": "umap"}, _finished(store, self) or found.created

    def prepare(self, store: Store) -> dict[str, Any]:
        """The folders of the run."""
        return self.spec() | run_folders(store, self.run)

    def commit(self, store: Store, out: Path, result: Mapping[str, Any]) -> dict[str, Any]:
        """Keep the map with its run."""
        store.add_projection(self.run, out, "umap")
        return {**result, "run": self.run, "kind": "umap"}


@dataclass(frozen=True)
class MakeClusters(JobKind):
    """Named clusters of a run's products. method: "kmeans" (k) or "hdbscan" (min_size); None lets the method choose.

    >>> MakeClusters("r", "kmeans", k=12).name, MakeClusters("r", "hdbscan", min_size=30, space="map").name
    ('kmeans-12', 'hdbscan-30-map')
    """

    run: str
    method: str
    k: int | None = None
    min_size: int | None = None
    space: str | None = None
    seed: int | None = None

    kind, words, queue, task = "cluster", "Groups of {of}", "heavy", "embedcore.tasks.clustering:make_clusters"

    @property
    def key(self) -> str:
        """The run and what the clusters are made with."""
        settings = {k: v for k, v in self.spec().items() if k not in ("run", "of", "by_itself")}
        return f"{self.run}:" + json.dumps(settings, sort_keys=True)

    @property
    def name(self) -> str:
        """What the store calls the result: the same settings, the same name."""
        size = self.k if self.method == "kmeans" else self.min_size
        seed = f"seed{self.seed}" if self.seed else ""
        space = "map" if self.space == "map" else ""
        return "-".join(str(part) for part in (self.method, size or "", space, seed) if part)

    def stored(self, store: Store) -> tuple[dict[str, Any], datetime] | None:
        """The clusters of that name that the run has: titles that a person gave them stay. A training makes the first
        without a job of their own."""
        found = store.find_run(self.run)
        if found is None or self.name not in store.clusterings(self.run):
            return None
        return {"run": self.run, "name": self.name}, _finished(store, self) or found.created

    def prepare(self, store: Store) -> dict[str, Any]:
        """The folders of the run, and what to call the result."""
        return self.spec() | run_folders(store, self.run) | {"name": self.name}

    def commit(self, store: Store, out: Path, result: Mapping[str, Any]) -> dict[str, Any]:
        """Keep the clusters with their run."""
        store.add_clusters(self.run, out, self.name)
        return {**result, "run": self.run, "name": self.name}


def _finished(store: Store, work: JobKind) -> datetime | None:
    before = store.done_job(work.kind, work.key)
    return before.finished if before else None
