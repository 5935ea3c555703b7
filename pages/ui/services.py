"""What lives longer than one page run: the store, the jobs, and bounded caches keyed by content hash."""

from __future__ import annotations

import atexit
import os
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from embedcore import Dataset, Embedding
from embedcore.explore import Clusters, Projection, Together
from embedcore.intake import Profile, Table
from embedcore.intake import profile as make_profile
from embedcore.jobs import Jobs
from embedcore.jobs import data_folder as folder_of_files
from embedcore.methods import get
from embedcore.neighbours import Graph
from embedcore.store import Store


@dataclass(frozen=True)
class _Engine:
    store: Store
    jobs: Jobs


def home() -> Path:
    """The data folder of this server."""
    return Path(os.environ.get("EMBEDCORE_HOME", ".embedcore")).absolute()


def data_folder() -> Path:
    """The folder whose files the Data page offers for picking (for files too large to upload)."""
    return folder_of_files(home())


@st.cache_resource(show_spinner=False)
def _engine() -> _Engine:
    store = Store.open(home())
    jobs = Jobs(store)
    atexit.register(store.close)
    atexit.register(jobs.close)
    data_folder().mkdir(parents=True, exist_ok=True)
    return _Engine(store, jobs)


def store() -> Store:
    return _engine().store


def jobs() -> Jobs:
    return _engine().jobs


@st.cache_resource(max_entries=4, show_spinner=False)
def dataset(hash: str) -> Dataset:
    return store().dataset(hash)


@st.cache_resource(max_entries=8, show_spinner=False)
def embedding(run: str, kind: str = "product") -> Embedding:
    return store().embedding(run, kind)


def said(data: str) -> tuple[tuple[str, str, str], ...]:
    """Every verdict on pairs of a dataset as (id, id, "same" or "different"), sorted: a key for caches too."""
    verdicts = store().verdicts(data)
    rows = zip(verdicts["id_a"], verdicts["id_b"], verdicts["verdict"], strict=True)
    return tuple(sorted((str(a), str(b), str(v)) for a, b, v in rows))


def from_baskets(run: str) -> bool:
    """Whether the vectors of a result were learned from purchases."""
    return "baskets" in get(store().run_info(run).method).needs


@st.cache_resource(max_entries=8, show_spinner=False)
def graph(run: str) -> Graph:
    return store().graph(run)


@st.cache_resource(max_entries=8, show_spinner=False)
def projection(run: str, kind: str) -> Projection:
    return store().projection(run, kind)


@st.cache_resource(max_entries=16, show_spinner=False)
def clusters(run: str, name: str) -> Clusters:
    """Call clusters.clear() after renaming one."""
    return store().clusters(run, name)


@st.cache_resource(max_entries=4, show_spinner=False)
def together(dataset_hash: str) -> Together | None:
    """Who was bought with whom; None without baskets."""
    data = dataset(dataset_hash)
    return Together.of(data) if data.baskets is not None else None


@st.cache_data(max_entries=8, show_spinner=False)
def profile(dataset_hash: str) -> Profile:
    return make_profile(dataset(dataset_hash))


@st.cache_resource(max_entries=4, show_spinner=False)
def table(key: str) -> Table:
    """A file that was read, by the key of its reading; MissingError when it is gone."""
    return Table.load(store().raw(key), head=True)


def find_table(key: str) -> Table | None:
    """The same; None when it is gone or not read yet."""
    return table(key) if store().find_raw(key) is not None else None
