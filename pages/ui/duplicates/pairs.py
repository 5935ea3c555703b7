"""Groups and pairs on screen: cards side by side, and buttons for what a person says about them."""

from __future__ import annotations

import math

import pandas as pd
import streamlit as st

from embedcore import Dataset
from embedcore.explore import duplicates
from pages.ui import cards
from pages.ui.duplicates import review

ON_A_PAGE = 5  # groups
ON_SHOW = 6  # cards of one group before the rest is folded away
WORDS = {"same": "same product", "different": "not the same", "": ""}
NOTHING = {
    "review": "Everything above this threshold is reviewed. Lower the threshold to see more.",
    "same": "Nothing is marked as the same product yet.",
    "different": "Nothing is marked as not the same yet.",
}


def undo_line(data: str) -> None:
    """The last decision, with a way back."""
    where, verdict, changed = st.session_state.get("duplicates:undo", (None, None, ()))
    if not changed or where != data:
        return
    word = {"same": "Marked as the same product", "different": "Marked as not the same"}.get(verdict, "Taken back")
    many = "" if len(changed) == 1 else f" ({len(changed)} pairs)"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":green[:material/check_circle:] {word}{many}.", width="content")
        st.button("Undo", icon=":material/undo:", on_click=review.undo, key="undo", type="tertiary")


def listing(dataset: Dataset, data: str, units: list[review.Unit], show: str, about: tuple[object, ...]) -> None:
    """Groups, a few on a page; the page number is in the URL. about: what the list depends on; another list starts on
    its first page."""
    if st.session_state.setdefault("duplicates:about", about) != about:
        st.session_state["duplicates:about"] = about
        st.session_state["at"] = 1
    if not units:
        st.info(NOTHING[show], icon=":material/task_alt:")
        return
    pages = math.ceil(len(units) / ON_A_PAGE)
    slot, at = st.container(), 1
    if pages > 1:
        if st.session_state.get("at", 1) > pages:
            st.session_state["at"] = pages
        with st.container(horizontal_alignment="center"):
            at = st.pagination(pages, key="at", bind="query-params")
    with slot:
        for n, unit in enumerate(units[(at - 1) * ON_A_PAGE : at * ON_A_PAGE]):
            draw(dataset, data, unit, open=show == "review", keys=n == 0)


def draw(dataset: Dataset, data: str, unit: review.Unit, open: bool, keys: bool = False) -> None:
    """A group or pair: its cards and what can be said about it (open), or taken back. keys: also by one key press."""
    items, many = unit.items, len(unit.items) > 2
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            head = f"**{len(items)} products**"
            if not math.isnan(unit.score):
                head += f" · alike {unit.score:.2f}{' or more' if many and unit.score < 0.995 else ''} · {duplicates.band(unit.score)}"
            st.markdown(head, width="content")
            with st.container(horizontal=True, width="content"):
                buttons(dataset, data, unit, open, keys)
        shown = cards.side_by_side(dataset, items[:ON_SHOW], items[0])
        if len(items) > ON_SHOW:
            with st.expander(f"{len(items) - ON_SHOW} more of this group"):
                shown += cards.side_by_side(dataset, items[ON_SHOW:], items[0])
        if many and open:
            for item, card in zip(items, shown):
                card.button(
                    "Not the same as the others",
                    key=f"out:{unit.key}:{item}",
                    type="tertiary",
                    icon=":material/call_split:",
                    on_click=review.say,
                    args=(data, review.one_out(dataset, items, item), "different"),
                )


def buttons(dataset: Dataset, data: str, unit: review.Unit, open: bool, keys: bool) -> None:
    """Same, different (open), or take back. keys: also by one key press."""
    if not open:
        st.button(
            "Take back",
            icon=":material/undo:",
            key=f"back:{unit.key}",
            on_click=review.say,
            args=(data, unit.pairs, None),
        )
        return
    many = len(unit.items) > 2
    st.button(
        "All the same" if many else "Same product",
        icon=":material/check:",
        shortcut="S" if keys else None,
        key=f"same:{unit.key}",
        on_click=review.say,
        args=(data, unit.pairs, "same"),
    )
    st.button(
        "All different" if many else "Not the same",
        icon=":material/close:",
        shortcut="N" if keys else None,
        key=f"different:{unit.key}",
        on_click=review.say,
        args=(data, review.all_pairs(dataset, unit.items), "different"),
    )


def table(dataset: Dataset, data: str, found: pd.DataFrame, key: str) -> None:
    """All pairs; choosing one shows it side by side. found: pairs with a column verdict. key: what they come from."""
    view = pd.DataFrame(
        {
            "alike": found["score"],
            "product": found["title_a"],
            "and": found["title_b"],
            "verdict": found["verdict"].map(WORDS),
            "band": found["band"],
            "id": found["id_a"],
            "its id": found["id_b"],
        }
    )
    slot = st.container()
    event = st.dataframe(
        view,
        hide_index=True,
        key=f"pairs:{key}",
        on_select="rerun",
        selection_mode="single-row",
        height=420,
        alt="Table of all pairs above the threshold, best first",
        column_config={
            "alike": st.column_config.ProgressColumn(
                format="%.2f",
                min_value=0,
                max_value=1,
                width="small",
                help="Cosine similarity of the two vectors, 1 at most.",
            ),
            "product": st.column_config.TextColumn(width=300),
            "and": st.column_config.TextColumn(width=300),
        },
    )
    st.caption("Tick the box at the start of a row to see its two products side by side.")
    for row in event.selection.rows[:1]:
        one = found.iloc[row]
        ids = (review.pair(one["id_a"], one["id_b"]),)
        with slot:
            draw(
                dataset,
                data,
                review.Unit((int(one["item_a"]), int(one["item_b"])), float(one["score"]), ids),
                open=not one["verdict"],
            )


def export(listed: pd.DataFrame, elsewhere: pd.DataFrame) -> pd.DataFrame:
    """What goes into the CSV: pairs above the threshold with their verdicts, then the other pairs that have one."""
    columns = ["id_a", "id_b", "title_a", "title_b", "score", "band", "verdict"]
    parts = [f[columns] for f in (listed, elsewhere) if len(f)]
    out = pd.concat(parts, ignore_index=True) if parts else listed[columns].copy()
    out["score"] = out["score"].round(4)
    return out
