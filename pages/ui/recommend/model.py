"""The recommender of a dataset: prepared once, without being asked for, and then read."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from embedcore import Dataset, recommend
from embedcore.recommend import Histories, People, Recommender
from pages.ui import jobs as job_ui
from pages.ui import services
from pages.ui.recommend import texts


@st.cache_resource(max_entries=4, show_spinner=False)
def load(folder: str) -> Recommender:
    """The recommender of a folder."""
    return Recommender.load(Path(folder))


def folder(dataset: Dataset) -> str | None:
    """Where the recommender lies; None before it is prepared."""
    found = services.store().artifact("recommender", recommend.key(dataset.hash), dataset.hash)
    return str(found) if found is not None else None


def ready(dataset: Dataset) -> Recommender | None:
    """The recommender; None without baskets, and while it is being prepared (then its progress is on the page)."""
    if dataset.baskets is None:
        return None
    key = recommend.key(dataset.hash)
    if (place := folder(dataset)) is not None:
        known = load(place)
        if (step := int(known.meta.get("every", 1))) > 1:
            st.caption(f"Counted from one basket in {step:,}: this dataset has very many purchases.")
        return known
    started = st.session_state.get(f"recommender:{key[:12]}")
    job = services.jobs().get(started) if started else None
    if job is None:
        job = _start(dataset, key)
    if job.state in job_ui.LIVE:
        st.caption(texts.PREPARING)
        job_ui.panel(job.id)
    elif job.state == "done":
        st.rerun()
    else:
        job_ui.panel(job.id)
        st.button(texts.PREPARE, key="prepare", icon=":material/play_arrow:", on_click=_start, args=(dataset, key))
    return None


def _start(dataset: Dataset, key: str) -> job_ui.Job:
    job = services.jobs().submit(
        "recommender", key, {"dataset": dataset.hash}, f"Preparing recommendations for {dataset.name}"
    )
    st.session_state[f"recommender:{key[:12]}"] = job.id
    return job


@st.cache_resource(max_entries=2, show_spinner=False)
def histories(dataset_hash: str) -> Histories | None:
    """What each customer bought; None without customers."""
    return Histories.of(services.dataset(dataset_hash))


@st.cache_resource(max_entries=2, show_spinner=False)
def customers(dataset_hash: str) -> dict[str, int]:
    """Id -> number among the histories; {} without customers."""
    known = histories(dataset_hash)
    return {str(c): n for n, c in enumerate(known.ids)} if known is not None else {}


@st.cache_resource(max_entries=2, show_spinner="Comparing customers")
def people(dataset_hash: str) -> People | None:
    """Customers to compare with; None without customers."""
    known = histories(dataset_hash)
    return People.of(known) if known is not None else None
