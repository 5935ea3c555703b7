"""The box of a page that takes a file: what a person sees of `upload`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.web import upload

_HERE = Path(__file__).parent
WORDS = {
    "call": "Drag a file here",
    "browse": "Browse files",
    "cancel": "Cancel",
    "again": "Try again",
    "other": "Choose another file",
    "sending": "Uploading",
    "cancelled": "The upload was cancelled.",
    "done": "Uploaded",
    "retry": "Is the app still running? Then try again.",
}
_box = st.components.v2.component(
    "embedcore_upload",
    html=(_HERE / "box.html").read_text("utf-8"),
    css=(_HERE / "box.css").read_text("utf-8"),
    js=(_HERE / "box.js").read_text("utf-8"),
)


def take_file(kind: str, label: str, about: str, help: str, endings: Sequence[str], folder: Path) -> str | None:
    """A box for one file; the token of its copy below `folder` once it is there. kind: names the box; about: what to
    give, in a few words; help: more of it, or ""; endings: of files that can be read."""
    context = get_script_run_ctx()
    given = tuple(e.lower() for e in endings)
    found = _box(
        key=f"upload:{kind}",
        data={
            "url": upload.address(),
            "token": upload.offer(folder, context.session_id if context else "", given),
            "label": label,
            "help": help,
            "about": f"{about} · up to {upload.limit_text()}",
            "endings": given,
            "limit": upload.limit(),
            "words": WORDS
            | {
                "broken": upload.BROKEN_OFF[0],
                "ending": upload.wrong_ending(given)[0],
                "choose": upload.wrong_ending(given)[1],
                "large": upload.too_large("{}"),
                "folder": upload.TOO_LARGE,
            },
        },
        on_file_change=lambda: None,
    )
    return found.file or None
