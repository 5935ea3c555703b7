"""What the URL carries: a link, a refresh and the way back bring the same view."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import streamlit as st

_filling: ContextVar[dict[str, str] | None] = ContextVar("filling", default=None)


def url(name: str, default: str | None = None) -> str | None:
    """A value of the view: from the URL, else what this session last had, else the default."""
    value = st.query_params.get(name) or st.session_state.get(f"url:{name}") or default
    if value:
        fill(**{name: value})
    return value


def remember(**values: str | None) -> None:
    """A person chose something: put values of the view into the URL (None takes one out)."""
    later = _filling.get()
    for name, value in values.items():
        st.session_state[f"url:{name}"] = value
        if later is not None:
            later.pop(name, None)
        if value is None:
            st.query_params.pop(name, None)
    # All at once: the browser keeps every change as a step back, and half a change is no view.
    changed = {n: v for n, v in values.items() if v is not None and st.query_params.get(n) != v}
    if changed:
        st.query_params.update(changed)


def fill(**values: str) -> None:
    """Put what the page itself chose into the URL, in one step with everything else that the page chooses."""
    later = _filling.get()
    if later is None:
        remember(**values)
        return
    for name, value in values.items():
        st.session_state[f"url:{name}"] = value
        later[name] = value


@contextmanager
def page() -> Iterator[None]:
    """While a page is drawn: what it fills in goes into the URL at its end."""
    later: dict[str, str] = {}
    token = _filling.set(later)
    try:
        yield
    finally:
        _filling.reset(token)
        remember(**later)


def leave() -> None:
    """Another page is opened: what this one filled in is not for its URL."""
    later = _filling.get()
    if later is not None:
        later.clear()
