"""What comes out of the review: pairs, groups, a clean catalogue, old and new ids, and a new dataset."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from embedcore import Dataset
from embedcore.jobs import MergeDuplicates
from embedcore.match import Matches, Reasons, merged, proposal
from pages.ui import downloads, services, shell, unfinished
from pages.ui import jobs as job_ui
from pages.ui.duplicates import groups, texts
from pages.ui.text import number, plain, short


def view(dataset: Dataset, data: str, found: Matches) -> None:
    """Downloads, and the clean catalogue as a dataset of its own."""
    found_groups = found.groups()
    gone = sum(len(g) - 1 for g in found_groups)
    keep = choices(dataset, found, groups.keeps(data))
    st.markdown(
        f"**{number(gone)}** of {number(dataset.n_catalogue)} {texts.MERGED} into "
        f"**{number(len(found_groups))}** products. {texts.MERGE_RULE}"
    )
    for job in services.jobs().live(MergeDuplicates, dataset=data):
        job_ui.panel(job.id)
    unfinished.notice("merging", data, MergeDuplicates, shown=[st.session_state.get("match:merging")])
    _opened()
    if gone and st.button(texts.LOAD, type="primary", icon=":material/cleaning_services:", key="match:load"):
        members = [g.tolist() for g in found_groups]
        work = MergeDuplicates(data, members, {str(k): v for k, v in keep.items()}, of=dataset.name)
        st.session_state["match:merging"] = services.jobs().submit(work).id
        st.rerun()
    name = short(dataset.name, 40)
    tables: dict[str, tuple[str, Callable[[], pd.DataFrame]]] = {
        "Clean catalogue": ("clean catalogue", lambda: merged(dataset, found.group, keep)[0]),
        "Old and new ids": ("old id to kept id", lambda: merged(dataset, found.group, keep)[1]),
        "Groups": ("groups", lambda: found.group_frame(dataset)),
        "Pairs with reasons": ("pairs", lambda: pair_table(dataset, found)),
    }
    for title, (file, make) in tables.items():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{title}**", width=200)
            downloads.table("CSV", make, f"{name} {file}", key=f"match:{file}")
            downloads.columns("Parquet", make, f"{name} {file}", key=f"match:{file}:parquet")


def choices(dataset: Dataset, found: Matches, kept: dict[str, str]) -> dict[int, int]:
    """Group -> position of the row to keep, for groups in which a person chose another row than the proposal."""
    out = {}
    for members in found.groups():
        chosen = kept.get(groups.keep_key(dataset, members.tolist()))
        at = dataset.index.get(chosen, -1) if chosen is not None else -1
        if at in members and at != proposal(dataset, members):
            out[int(members.min())] = at
    return out


def pair_table(dataset: Dataset, found: Matches, most: int = 50_000) -> pd.DataFrame:
    """id_a, id_b, titles, probability, same, kind, axis, reason; the surest first."""
    table = found.frame(dataset).head(most)
    reasons = Reasons(dataset, found)
    rows = table["row"].to_numpy()
    table["axis"] = [", ".join(map(str, reasons.axes(int(r)))) for r in rows]
    table["reason"] = [reasons.of(int(r)) for r in rows]
    table.insert(2, "title_a", dataset.titles[found.a[rows]])
    table.insert(3, "title_b", dataset.titles[found.b[rows]])
    return table.drop(columns=["row", "score"])


def _opened() -> None:
    """When the merge that was started here is done: say so, with the way to it."""
    job = services.jobs().get(st.session_state.get("match:merging"))
    if job is None:
        return
    if job.state == "done":
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            new = str(job.result["dataset"])
            name = services.store().dataset_info(new).name
            st.markdown(f":green[:material/task_alt:] “{plain(name)}” {texts.LOADED}", width="content")
            if st.button(texts.OPEN, icon=":material/arrow_forward:", key="match:open"):
                del st.session_state["match:merging"]
                shell.go("data", dataset=new[:12], run=None)
    elif not job.live:
        job_ui.panel(job.id)
