"""What outlives one page run: the store, the jobs, and bounded caches keyed by content hash."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Lock
from typing import Any

import streamlit as st

from embedcore import Baskets, Catalogue, Dataset, Embedding, NeedsError, logs
from embedcore.data import folders, give_back
from embedcore.explore import Clusters, Projection, Segment, Segments, Together
from embedcore.intake import Profile, Table
from embedcore.intake import profile as make_profile
from embedcore.jobs import FindSegments, Jobs
from embedcore.jobs import data_folder as folder_of_files
from embedcore.methods import get
from embedcore.neighbours import Graph
from embedcore.store import Store
from pages import web
from pages.web import data as data
from pages.web import resource as resource
from pages.web import root as root

_NOTES = Lock()
CUSTOMERS = "customer2vec"  # the method whose runs have vectors of customers


def home() -> Path:
    """The data folder of the current workspace."""
    return web.home()


def data_folder() -> Path:
    """The folder whose files the Data page offers for picking (for files too large to upload)."""
    return folder_of_files(home())


def _open(folder: Path) -> web.Engine:
    with folders.disk_sentences(folder, "Ask whoever runs this server to make room."):
        web.furnish(folder)
    store = Store.open(folder)
    jobs = Jobs(store, warm=os.environ.get("EMBEDCORE_WARM_UP") != "0")
    folder_of_files(folder).mkdir(parents=True, exist_ok=True)
    return web.Engine(store, jobs)


@st.cache_resource(show_spinner=False)
def _engines() -> web.Engines:
    logs.start(web.root(), "server", console=True)
    # Code that workers compile is the same for everyone.
    os.environ.setdefault("NUMBA_CACHE_DIR", str(web.root() / "cache" / "numba"))
    return web.Engines(_open, web.root())


def store() -> Store:
    """The data folder of the current workspace."""
    return _engines().of(home()).store


def jobs() -> Jobs:
    """The queues and worker processes of the current workspace."""
    return _engines().of(home()).jobs


def free() -> int:
    """Free bytes on the data folder's disk."""
    return shutil.disk_usage(store().home).free


def remove_dataset(hash: str) -> tuple[int, str]:
    """Stop the work on a dataset, delete it with everything made from it, and let go of what the pages hold of it; the
    bytes freed, and what may still hold some of it ("" when nothing does)."""
    before = store().usage().bytes
    keys = {run.key for run in store().runs(hash)}
    for job in jobs().live():
        if job.spec.get("dataset") == hash or job.spec.get("run") in keys:
            jobs().cancel(job.id)
    left = " ".join(store().delete_dataset(hash))
    jobs().forget_deleted()
    for cache in (dataset, embedding, graph, projection, clusters, segments, together, profile, table):
        cache.clear()
    return max(0, before - store().usage().bytes), left


@resource(max_entries=4)
def dataset(hash: str) -> Dataset:
    """A dataset by its hash."""
    return store().dataset(hash)


@resource(max_entries=8)
def embedding(run: str, kind: str = "product") -> Embedding:
    """The vectors of a run. kind: of products, values or customers."""
    return store().embedding(run, kind)


def catalogue(data: Dataset) -> Catalogue:
    """Its catalogue; NeedsError when it has none."""
    if data.catalogue is None:
        raise NeedsError("This dataset has no catalogue.", "Add a file of products on the Data page.")
    return data.catalogue


def baskets(data: Dataset) -> Baskets:
    """Its baskets; NeedsError when it has none."""
    if data.baskets is None:
        raise NeedsError("This dataset has no baskets.", "Add a file of baskets on the Data page.")
    return data.baskets


def change_note(kind: str, data: str, change: Callable[[dict[str, Any]], Mapping[str, Any]]) -> None:
    """Read a note, change it and store it, one person at a time: of two clicks at once neither is lost."""
    with _NOTES:
        store().save_note(kind, data, change(store().note(kind, data)))


def verdicts(data: str) -> tuple[tuple[str, str, str], ...]:
    """All verdicts on pairs of a dataset: (id, id, "same" or "different"), sorted, to be part of a cache key."""
    frame = store().verdicts(data)
    rows = zip(frame["id_a"], frame["id_b"], frame["verdict"], strict=True)
    return tuple(sorted((str(a), str(b), str(v)) for a, b, v in rows))


def from_baskets(run: str) -> bool:
    """Whether the vectors of a run were learned from purchases."""
    return "baskets" in get(store().run_info(run).method).needs


@resource(max_entries=8)
def graph(run: str) -> Graph:
    """The neighbour graph of a run."""
    return store().graph(run)


@resource(max_entries=8)
def projection(run: str, kind: str) -> Projection:
    """A map of a run. kind: pca or umap."""
    return store().projection(run, kind)


@resource(max_entries=16)
def clusters(run: str, name: str) -> Clusters:
    """Call clusters.clear() after renaming one."""
    return store().clusters(run, name)


@resource(max_entries=8)
def segments(folder: str) -> Segments:
    """The segments in a folder."""
    return Segments.load(Path(folder))


def segment_of(data: str, customer: str) -> Segment | None:
    """The segment of a customer in the newest customer vectors; None before there are segments."""
    newest = next((r.key for r in store().runs(data) if r.method == CUSTOMERS), None)
    folder = FindSegments(data, newest).folder(store()) if newest else None
    if newest is None or folder is None:
        return None
    row = embedding(newest, "customer").row_of.get(customer)
    found = segments(str(folder))
    return None if row is None else found.segments[int(found.labels[row])]


@resource(max_entries=4)
def together(dataset_hash: str) -> Together | None:
    """How often products are bought together; None without baskets."""
    data = dataset(dataset_hash)
    return Together.of(data) if data.baskets is not None else None


@data(max_entries=8)
def profile(dataset_hash: str) -> Profile:
    """What a dataset holds, in numbers."""
    return make_profile(dataset(dataset_hash))


@resource(max_entries=4)
def table(key: str) -> Table:
    """A table read from a file, by its key. MissingError when it is gone."""
    found = Table.load(store().raw(key), shown=True)
    give_back()
    return found


def find_table(key: str) -> Table | None:
    """The same; None when it is gone or not read yet."""
    return table(key) if store().find_raw(key) is not None else None
