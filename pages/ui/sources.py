"""Files that a person gives: an upload that the server wrote to a spool file, or a file from its data folder.

A file is named by a token that fits into the URL, so that a refresh finds it again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from embedcore.jobs import ReadFile, file_digest
from pages import web
from pages.ui import services, shell
from pages.ui.text import plain

SUFFIXES = ("csv", "tsv", "txt", "gz", "parquet", "xlsx", "xlsm", "xls", "xlsb", "ods", "json", "jsonl")
GONE = "That file is no longer here. Choose it again."
CHANGE = "Change"


@dataclass(frozen=True)
class ChosenFile:
    """token: what the URL carries. place: see embedcore.jobs.find_place. path: where the bytes are. filename: what the
    person called it. uploaded: the digest of an upload's name and bytes, else ""."""

    token: str
    place: str
    path: Path
    filename: str
    uploaded: str = ""

    @property
    def digest(self) -> str:
        """Of the content. An upload was hashed when it came in, a file of the data folder is hashed once until it
        changes."""
        if self.uploaded:
            return self.uploaded
        state = self.path.stat()
        return _digest(str(self.path), state.st_size, state.st_mtime_ns)


@services.data(max_entries=32)
def _digest(path: str, size: int, changed: int) -> str:  # noqa: ARG001  size and time are part of the cache's key
    return file_digest(Path(path))


def find(token: str, offered: Callable[[], list[str]] | None = None) -> ChosenFile | None:
    """The file of a token; None when it is gone or it is no token. offered: as for `pick`."""
    if token.startswith("folder:"):
        name = token.removeprefix("folder:")
        known = name in (offered or folder_files)()
        return ChosenFile(token, f"folder/{name}", services.data_folder() / name, name) if known else None
    if not re.fullmatch(f"[0-9a-f]{{{web.TOKEN}}}", token):
        return None
    path = next(iter(sorted((services.home() / "spool").glob(f"{token}*/*"))), None)
    if path is None:
        return None
    return ChosenFile(token, f"spool/{path.parent.name}/{path.name}", path, path.name, path.parent.name)


def folder_files() -> list[str]:
    """Names of the readable files in the server's data folder."""
    folder = services.data_folder()
    if not folder.is_dir():
        return []
    return sorted(p.name for p in folder.iterdir() if p.is_file() and p.suffix.lstrip(".").lower() in SUFFIXES)


def pick(
    kind: str,
    label: str,
    about: str,
    *,
    help: str = "",
    suffixes: Sequence[str] = SUFFIXES,
    offered: Callable[[], list[str]] | None = None,
    choose: str = "or pick a file from the server's data folder",
) -> ChosenFile | None:
    """The chosen file of a kind ("catalogue", "baskets"): an upload box and the folder's files until there is one.

    about: what to give, in a few words; help: more of it. suffixes: endings that can be uploaded. offered: names in the
    data folder to choose from (its readable files), under the words `choose`."""
    token = shell.url(kind)  # a second file that comes in meanwhile brings an address without the first
    source = find(token, offered) if token else None
    if token and source is None:
        st.warning(GONE)
        shell.remember(**{kind: None})
    if source is not None:
        left, right = st.columns([3, 1], vertical_alignment="center")
        left.markdown(f":material/description: **{plain(source.filename)}**")
        if right.button(
            CHANGE, help="Choose another file.", key=f"drop:{kind}", icon=":material/close:", width="stretch"
        ):
            for job in services.jobs().live(ReadFile, place=source.place):  # nobody waits for the old file any more
                services.jobs().cancel(job.id)
            shell.remember(**{kind: None})
            st.rerun()
        return source
    sent = web.take_file(kind, label, about, help, suffixes, services.home() / "spool")
    if sent is not None and find(sent) is not None:
        shell.remember(**{kind: sent})
        st.rerun()
    names = (offered or folder_files)()
    if names:
        chosen = st.selectbox(
            choose,
            names,
            index=None,
            key=f"folder:{kind}",
            placeholder="Choose a file",
            help="Put files there that are too large to upload.",
        )
        if chosen:
            shell.remember(**{kind: f"folder:{chosen}"})
            st.rerun()
    return None
