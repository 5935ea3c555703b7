"""A choice among a few views. Its short name is in the URL (a bound widget would put its label there)."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from pages.ui import shell


def segments(name: str, label: str, options: Mapping[str, str]) -> str:
    """A segmented control of options (name in the URL -> label), the first one unless the URL says otherwise.

    The URL is the truth: to switch from a callback, call shell.remember(**{name: option}). label: for screen readers.
    """
    first = next(iter(options))
    wanted = shell.url(name, first)  # the first one is put into the URL, too: Back leads to it
    current = wanted if wanted is not None and wanted in options else first
    widget = f"choice:{name}"
    if st.session_state.get(widget) != current:
        st.session_state[widget] = current
    st.segmented_control(
        label,
        list(options),
        format_func=lambda o: options[o],
        required=True,
        key=widget,
        label_visibility="collapsed",
        on_change=_changed,
        args=(name, widget),
    )
    return current


def _changed(name: str, widget: str) -> None:
    shell.remember(**{name: st.session_state[widget]})
