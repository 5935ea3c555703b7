"""Lists for everybody at once: every product, basket or customer into one file."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import streamlit as st

from embedcore import Dataset
from embedcore.export import csv
from embedcore.recommend import model
from pages.ui import jobs as job_ui
from pages.ui import services
from pages.ui.text import number, short

WHOM = {
    "complements": "what goes with every product",
    "substitutes": "what may replace every product",
    "baskets": "what completes every basket",
    "customers": "what every customer buys next",
}


def view(dataset: Dataset, by: str) -> None:
    """Choose, let the worker write it, download it. by: where the page stands."""
    if dataset.baskets is None:
        return
    options = {
        "product": ("complements", "substitutes"),
        "basket": ("baskets",),
        "customer": ("customers",) if dataset.baskets.customers is not None else (),
    }[by]
    if not options:
        return
    with st.expander("Lists for all of them, as a file", icon=":material/list_alt:"):
        left, right, third = st.columns([3, 2, 2], vertical_alignment="bottom")
        whom = left.selectbox("What", options, format_func=lambda w: WHOM[w], key=f"lists:{by}")
        k = int(right.number_input("How many each", 1, 100, 10, key="lists:k"))
        new = whom == "customers" and third.toggle("New products only", key="lists:new")
        spec = {"dataset": dataset.hash, "whom": whom, "k": k, "new_only": new, "version": model.VERSION}
        key = json.dumps(spec, sort_keys=True)
        folder = services.store().made("lists", key, dataset.hash)
        if folder is not None:
            _downloads(dataset, folder, whom)
            return
        job = services.jobs().get(st.session_state.get("lists:job", ""))
        if job is not None and job.key == key:
            if job.state == "done":
                st.rerun()
            job_ui.panel(job.id)
            if job.state in job_ui.LIVE:
                return
        if st.button("Make the lists", icon=":material/play_arrow:", key=f"lists:make:{by}"):
            ready = services.store().made("recommender", model.key(dataset.hash), dataset.hash)
            place = {"recommender_folder": str(ready)} if ready else {}
            job = services.jobs().submit("lists", key, spec | place, f"Writing {WHOM[whom]} of {dataset.name}")
            st.session_state["lists:job"] = job.id
            st.rerun()


def _downloads(dataset: Dataset, folder: Path, whom: str) -> None:
    path = folder / "lists.parquet"
    name = f"{short(dataset.name, 40)} {whom}"
    st.dataframe(_head(str(path)), hide_index=True, alt="The first rows of the lists")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "CSV", lambda: csv(pd.read_parquet(path)), f"{name}.csv", "text/csv", icon=":material/download:",
            on_click="ignore", key=f"lists:csv:{whom}",
        )  # fmt: skip
        st.download_button(
            "Parquet", path.read_bytes, f"{name}.parquet", "application/octet-stream", icon=":material/download:",
            on_click="ignore", key=f"lists:parquet:{whom}",
        )  # fmt: skip
        st.caption(f"{number(path.stat().st_size / 1e6)} MB; the first rows are shown.")


@st.cache_data(max_entries=8, show_spinner=False)
def _head(path: str) -> pd.DataFrame:
    return pd.read_parquet(path).head(20)
