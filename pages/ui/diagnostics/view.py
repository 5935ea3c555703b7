"""The Diagnostics page, drawn."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from embedcore.diagnostics import Section, report
from pages.ui import downloads
from pages.ui.diagnostics import texts
from pages.ui.diagnostics.state import State
from pages.ui.text import ago, plain

_LEFT, _RIGHT = ("App", "Work"), ("Computer", "This server")  # the others stand in the report only


def head(state: State) -> None:
    """Whether anything asks for attention."""
    if not state.looks and not state.notices:
        st.success(texts.FINE, icon=":material/check_circle:")
    for sentence in state.looks:
        st.warning(plain(sentence), icon=":material/warning:")
    for sentence in state.notices:  # it is mended already
        st.info(plain(sentence), icon=":material/build:")


def cards(state: State) -> None:
    """The sections, two columns of cards."""
    found = {section.title: section for section in state.sections}
    for column, titles in zip(st.columns(2, gap="medium"), (_LEFT, _RIGHT)):
        with column:
            for title in titles:
                if title in found:
                    _card(found[title])


def _card(section: Section) -> None:
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{section.title}**")
        rows = [f":gray[{plain(what)}] {plain(how)}" for what, how in section.rows]
        st.markdown("  \n".join(rows))


def problems(state: State) -> None:
    """What the logs hold, newest first."""
    st.subheader(texts.PROBLEMS, anchor=False)
    if not state.problems:
        st.caption(texts.NO_PROBLEMS)
        return
    now = datetime.now(UTC)
    frame = pd.DataFrame(
        {
            "when": [ago(p.when, now) for p in state.problems],
            "level": [p.level.capitalize() for p in state.problems],
            "what": [p.what or p.source for p in state.problems],
            "where in the program": [p.at for p in state.problems],
        }
    )
    st.dataframe(frame, hide_index=True, width="stretch", height=min(250, 40 + 36 * len(frame)), alt=texts.PROBLEMS)


def copyable(state: State) -> None:
    """The report, with a button to copy it and one to download it."""
    text = report(state.sections)
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        st.subheader(texts.REPORT, anchor=False, width="content")
        downloads.text(texts.DOWNLOAD, text, f"embedcore report {datetime.now(UTC):%Y-%m-%d}")
    st.caption(texts.REPORT_ABOUT)
    st.code(text, language=None, height=320)
