"""Behind the gate: no page draws anything for somebody whose sign-in is over, and everyone has a way out."""

from __future__ import annotations

import streamlit as st

from embedcore import access
from pages.web import workspace

SIGN_OUT = "Sign out"
SIGN_IN = "Sign in"


def only_people() -> None:
    """Before anything of a page: who is in and the way out, or the end of the page."""
    if not access.sign_in():
        return
    who = workspace.person()
    if who is None:
        st.info(workspace.ENDED)
        if st.button(SIGN_IN, type="primary"):
            st.logout()  # leads to the sign-in page
        st.stop()
    with st.sidebar.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.text(who.name or "Signed in")
        if st.button(SIGN_OUT, type="tertiary", icon=":material/logout:"):
            st.logout()
            st.stop()
