"""Lists for all products, baskets or customers at once, as a file."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import streamlit as st

from embedcore import Dataset, recommend
from embedcore.jobs import WriteLists
from pages.ui import downloads, services
from pages.ui import jobs as job_ui
from pages.ui.recommend import texts
from pages.ui.recommend.model import preparation
from pages.ui.text import number, short


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
    started = job_ui.seen(WriteLists)  # it stays open to show what comes
    with st.expander(texts.LISTS[by], icon=":material/list_alt:", expanded=started):
        left, right, third = st.columns([3, 2, 2], vertical_alignment="bottom")
        whom = left.selectbox("What", options, format_func=lambda w: texts.WHAT[w], key=f"lists:{by}")
        k = int(right.number_input("Products per list", 1, 100, 10, key="lists:k"))
        new = whom == "customers" and third.toggle("New products only", key="lists:new")
        of, recommender = f"{texts.WHAT[whom]} of {dataset.name}", preparation(dataset).settings
        work = WriteLists(dataset.hash, whom, k, recommend.VERSION, new, recommender, of=of)
        folder = work.folder(services.store())
        if folder is None:
            job_ui.offer(work, texts.MAKE_LISTS, key=f"lists:make:{by}", icon=":material/play_arrow:")
        else:
            _downloads(dataset, folder, whom)


def _downloads(dataset: Dataset, folder: Path, whom: str) -> None:
    path = folder / "lists.parquet"
    name = f"{short(dataset.name, 40)} {whom}"

    def read() -> pd.DataFrame:
        return _named(dataset, pd.read_parquet(path), whom)

    st.dataframe(
        _named(dataset, _head(str(path)), whom),
        hide_index=True,
        alt="The first rows of the lists",
        column_config={
            "query_id": texts.WHO[whom],
            "query_title": "its name",
            "rank": st.column_config.NumberColumn(width=50),
            "product_id": "suggested",
            "title": "its name ",
            "reason": "why",
            "score": st.column_config.NumberColumn(format="%.3f", width=70, help="Higher is better, within one list."),
        },
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        downloads.table("CSV", read, name, key=f"lists:{whom}")
        downloads.columns("Parquet", read, name, key=f"lists:parquet:{whom}")
        st.caption(f"{number(path.stat().st_size / 1e6)} MB. First rows shown.")


def _named(dataset: Dataset, lists: pd.DataFrame, whom: str) -> pd.DataFrame:
    """The lists with the name of each product beside its id, and of the product that the list is for."""
    of_products = whom in ("complements", "substitutes")
    for place, column in [(3, "product_id"), *([(1, "query_id")] if of_products else [])]:
        at = dataset.positions(lists[column].to_numpy())
        lists.insert(place, "title" if place == 3 else "query_title", dataset.titles[at])
    return lists


@services.data(max_entries=8)
def _head(path: str) -> pd.DataFrame:
    return pd.read_parquet(path).head(20)
