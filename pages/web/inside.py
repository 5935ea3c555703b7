"""Behind the gate: no page draws anything for somebody whose sign-in is over, and everyone has a way out."""

from __future__ import annotations

from typing import NoReturn

import streamlit as st

from embedcore import access
from pages.web import workspace

SIGN_OUT = "Sign out"


def only_people() -> None:
    """Before anything of a page: the end for somebody whose sign-in is over."""
    if access.sign_in() and workspace.person() is None:
        _leave()


def way_out() -> None:
    """On a page: who is in, and the way out. (Outside pages, the button of a first request would not be the same one
    in the next run.)"""
    who = workspace.person()
    if who is None:
        return
    with st.sidebar.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.text(who.name or "Signed in")
        leaving = st.button(SIGN_OUT, type="tertiary", icon=":material/logout:")
    if leaving:
        _leave()


def _leave() -> NoReturn:
    """Lead the tab out, to the sign-in page."""
    st.logout()
    st.stop()
