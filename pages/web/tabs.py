"""Tabs that were closed. Streamlit keeps the sessions of 128 of them, each with three descriptors and all that its page
holds (downloads, pictures): here the newest few stay a short while, for a connection that only broke off."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from streamlit.runtime import exists, get_instance
from streamlit.runtime.scriptrunner import get_script_run_ctx

KEEP, WAIT = 16, 30.0  # so many, so many seconds
_closed_since: dict[str, float | None] = {}  # by session; None: somebody looks at it


def remember() -> None:
    """This session's tab is open. Every page run calls it."""
    context = get_script_run_ctx()
    if context is not None:
        _closed_since[context.session_id] = None


def watch(every: float = 1.0) -> None:
    """Let go of closed tabs, now and then, as long as the event loop runs."""
    asyncio.get_running_loop().call_later(every, watch, every)
    let_go(time.monotonic())


def let_go(now: float) -> int:
    """Close the sessions whose tab is gone for long, or that are too many; how many were closed."""
    if not exists():
        return 0
    runtime = get_instance()
    for session in _kept(runtime):
        _closed_since.setdefault(session, None)
    for session, since in list(_closed_since.items()):  # a page may begin meanwhile
        if runtime.is_active_session(session):
            _closed_since[session] = None
        elif since is None:
            _closed_since[session] = now
    away = sorted((since, session) for session, since in list(_closed_since.items()) if since is not None)
    gone = [session for k, (since, session) in enumerate(reversed(away)) if k >= KEEP or now - since >= WAIT]
    for session in gone:
        runtime.close_session(session)
        _closed_since.pop(session, None)
    return len(gone)


def _kept(runtime: Any) -> list[str]:
    """Sessions of tabs that never asked for a page, too, where Streamlit's own list can be read."""
    sessions = getattr(runtime, "_session_mgr", None)
    return [info.session.id for info in sessions.list_sessions()] if sessions is not None else []
