"""The recommender of a dataset: prepared once, automatically, and kept."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from embedcore import Dataset, recommend
from embedcore.jobs import PrepareRecommender
from embedcore.recommend import Histories, People, Recommender
from pages.ui import jobs as job_ui
from pages.ui import services
from pages.ui.recommend import texts


@services.resource(max_entries=4)
def load(folder: str) -> Recommender:
    """The recommender of a folder."""
    return Recommender.load(Path(folder))


def folder(dataset: Dataset) -> str | None:
    """The folder of the recommender; None before it is prepared."""
    found = preparation(dataset).folder(services.store())
    return str(found) if found is not None else None


def ready(dataset: Dataset) -> Recommender | None:
    """The recommender; None without baskets, and while it is being prepared (then its progress is on the page)."""
    if dataset.baskets is None:
        return None
    if (place := folder(dataset)) is not None:
        known = load(place)
        if (step := int(known.meta.get("every", 1))) > 1:
            st.caption(f"Counted from one basket in {step:,}: this dataset has very many purchases.")
        return known
    work, icon = preparation(dataset), ":material/play_arrow:"
    job_ui.offer(work, texts.PREPARE, key="prepare", icon=icon, note=texts.PREPARING, by_itself=True)
    return None


def preparation(dataset: Dataset) -> PrepareRecommender:
    """The work that prepares it."""
    return PrepareRecommender(dataset.hash, recommend.key(dataset.hash), of=dataset.name)


@services.resource(max_entries=2)
def histories(dataset_hash: str) -> Histories | None:
    """What each customer bought; None without customers."""
    return Histories.of(services.dataset(dataset_hash))


@services.resource(max_entries=2)
def customers(dataset_hash: str) -> dict[str, int]:
    """Id -> number among the histories; {} without customers."""
    known = histories(dataset_hash)
    return {str(c): n for n, c in enumerate(known.ids)} if known is not None else {}


@services.resource(max_entries=2, show_spinner="Comparing customers")
def people(dataset_hash: str) -> People | None:
    """Customers to compare with; None without customers."""
    known = histories(dataset_hash)
    return People.of(known) if known is not None else None
