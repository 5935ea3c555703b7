"""The review: groups or pairs side by side, and buttons and keys to decide them. One screen for both sources."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from embedcore import Dataset
from pages.ui import cards
from pages.ui.duplicates import decisions, texts
from pages.ui.duplicates.decisions import Desk, Stamp, Unit
from pages.ui.text import count, number, plain, short

ON_A_PAGE = 5  # groups
ON_SHOW = 6  # cards of one group before the rest is folded away
AT_MOST = 30  # cards of one group at all


class Source(Protocol):
    """Where the units come from, and what it knows about them."""

    @property
    def dataset(self) -> Dataset:
        """Whose products they are."""

    def head(self, unit: Unit, *, undecided: bool) -> str:
        """What stands above a unit, as markdown."""

    def first(self, unit: Unit) -> int:
        """The product that the others are compared with."""

    def under(self, card: DeltaGenerator, unit: Unit, item: int) -> None:
        """What stands under a card, above the buttons."""


def undo_line(desk: Desk) -> None:
    """The last decision as it is stored, with a way back; and what became of presses that were not."""
    if desk.problem is not None:
        st.error(
            f"{texts.NOT_STORED} {plain(desk.problem.message)}  \n{plain(desk.problem.hint)}", icon=":material/error:"
        )
    last = desk.last
    if last is not None:
        many = "" if len(last.before) == 1 else f" ({count(len(last.before), 'pair')})"
        with st.container(horizontal=True, vertical_alignment="center"):
            name = f": {plain(short(last.name, 60))}" if last.name else ""
            st.markdown(f":green[:material/check_circle:] {texts.DONE[last.verdict]}{many}{name}", width="content")
            st.button(
                texts.UNDO,
                icon=":material/undo:",
                on_click=decisions.undo,
                args=(desk, last.number),
                key=f"undo:{last.number}",  # another decision, another button: a click is about the line beside it
                type="tertiary",
            )
    if desk.missed:
        st.caption(f":material/info: {texts.MISSED}")


def progress(done: int, of: int, what: str, more: str = "") -> None:
    """How far the review is."""
    st.progress(done / max(of, 1), text=f"{number(done)} of {number(of)} {what} {texts.REVIEWED}{more}")


def listing(
    source: Source, desk: Desk, units: Sequence[Unit], about: tuple[object, ...], empty: str, *, undecided: bool
) -> None:
    """Units, a few on a page; the page number is in the URL. about: what the list depends on; another list starts on
    its first page. empty: what to say when there is none. undecided: whether they are still to decide."""
    if st.session_state.setdefault("duplicates:about", about) != about:
        st.session_state["duplicates:about"] = about
        if st.session_state.get("at", 1) != 1:
            st.session_state["at"] = 1
    if not units:
        desk.show(about)
        st.info(empty, icon=":material/task_alt:")
        return
    pages = math.ceil(len(units) / ON_A_PAGE)
    slot, at = st.container(), 1
    if pages > 1:
        if st.session_state.get("at", 1) > pages:
            st.session_state["at"] = pages
        with st.container(horizontal_alignment="center"):
            at = st.pagination(pages, key="at", bind="query-params")
    shown = units[(at - 1) * ON_A_PAGE : at * ON_A_PAGE]
    stamp = desk.show(about, at, shown[0].key)
    with slot:
        for n, unit in enumerate(shown):
            draw(source, desk, stamp, unit, undecided=undecided, in_list=True, keys=n == 0)


def draw(
    source: Source, desk: Desk, stamp: Stamp, unit: Unit, *, undecided: bool, in_list: bool = False, keys: bool = False
) -> None:
    """A unit: its cards, and buttons to decide it or to take the verdict back. in_list: it can be put aside. keys: also
    by one key press."""
    first = source.first(unit)
    items = [first, *(i for i in unit.items if i != first)]
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown(source.head(unit, undecided=undecided), width="content")
            with st.container(horizontal=True, width="content"):
                buttons(source.dataset, desk, stamp, unit, undecided=undecided, keys=keys)
                if undecided and in_list:
                    skip_button(desk, stamp, unit.key, keys=keys)
        shown = cards.side_by_side(source.dataset, items[:ON_SHOW], first)
        if len(items) > ON_SHOW:
            with st.expander(f"{count(len(items) - ON_SHOW, 'more row')}"):
                shown += cards.side_by_side(source.dataset, items[ON_SHOW:AT_MOST], first)
                if len(items) > AT_MOST:
                    st.caption(f"… and {number(len(items) - AT_MOST)} more.")
        for item, card in zip(items, shown, strict=False):
            source.under(card, unit, item)
            if undecided and len(items) > 2:
                card.button(
                    texts.OUT,
                    key=f"out:{unit.key}:{item}",
                    type="tertiary",
                    icon=":material/call_split:",
                    on_click=decisions.decide,
                    args=(
                        desk,
                        stamp,
                        str(source.dataset.titles[item]),
                        decisions.one_out(source.dataset, items, item),
                        "different",
                    ),
                )


def buttons(dataset: Dataset, desk: Desk, stamp: Stamp, unit: Unit, *, undecided: bool, keys: bool) -> None:
    """Same and different, or take back. keys: also by one key press."""
    name, many = str(dataset.titles[unit.items[0]]), len(unit.items) > 2
    if not undecided:
        st.button(
            texts.TAKE_BACK,
            icon=":material/undo:",
            key=f"back:{unit.key}",
            on_click=decisions.decide,
            args=(desk, stamp, name, unit.pairs, None),
        )
        return
    st.button(
        texts.ALL_SAME if many else texts.SAME,
        icon=":material/check:",
        shortcut="S" if keys else None,
        key=f"same:{unit.key}",
        on_click=decisions.decide,
        args=(desk, stamp, name, unit.pairs, "same"),
    )
    st.button(
        texts.ALL_DIFFERENT if many else texts.DIFFERENT,
        icon=":material/close:",
        shortcut="N" if keys else None,
        key=f"different:{unit.key}",
        on_click=decisions.decide,
        args=(desk, stamp, name, decisions.all_pairs(dataset, unit.items), "different"),
    )


def skip_button(desk: Desk, stamp: Stamp, unit: str, *, keys: bool) -> None:
    """Put a unit aside. unit: its key."""
    st.button(
        texts.SKIP,
        icon=":material/skip_next:",
        key=f"skip:{unit}",
        shortcut="K" if keys else None,
        on_click=decisions.skip,
        args=(desk, stamp, unit),
    )
