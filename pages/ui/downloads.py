"""Every file that leaves a page: a button, and the choice to keep cells exactly as they are."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from embedcore.export import csv, file_name, parquet
from pages import web
from pages.ui.text import short

RAW = "Keep cells exactly as they are"
RAW_ABOUT = "Off: an apostrophe stands before what a spreadsheet would run as a formula. On: for other programs."


Source = pd.DataFrame | Callable[[], pd.DataFrame]  # a table, or what gives it when somebody presses


def table(label: str, source: Source, name: str, *, key: str, where: DeltaGenerator | None = None) -> None:
    """The button that downloads a table as CSV, with its options. name: of the file, without its ending; it may hold
    words of users."""
    with where or st.container(), st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        raw = bool(st.session_state.get(f"raw:{key}"))
        st.download_button(
            label,
            web.bound(lambda: csv(_made(source), raw=raw)),
            file_name=_named(name, ".csv"),
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            key=f"download:{key}",
        )
        with st.popover("Options", type="tertiary"):
            st.toggle(RAW, key=f"raw:{key}", help=RAW_ABOUT)


def columns(label: str, source: Source, name: str, *, key: str) -> None:
    """The button that downloads a table as Parquet, which no spreadsheet runs: its cells are always as they are."""
    st.download_button(
        label,
        web.bound(lambda: parquet(_made(source))),
        file_name=_named(name, ".parquet"),
        mime="application/octet-stream",
        icon=":material/download:",
        on_click="ignore",
        key=f"download:{key}",
    )


def text(label: str, content: str, name: str, ending: str = ".txt") -> None:
    """The button that downloads a text."""
    st.download_button(
        label,
        content,
        file_name=_named(name, ending),
        mime="application/json" if ending == ".json" else "text/plain",
        icon=":material/download:",
        on_click="ignore",
        key=f"download:{name}",
    )


def _made(source: Source) -> pd.DataFrame:
    return source if isinstance(source, pd.DataFrame) else source()


def _named(name: str, ending: str) -> str:
    return file_name(short(name, 80), ending)
