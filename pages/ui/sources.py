"""Files that a person gives: an upload that the server wrote to a spool file, or a file from its data folder.
What was chosen about one outlives a look at another page and, on the disk, a refresh.

A file is named by a token that fits into the URL, so that a refresh finds it again.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import streamlit as st

from embedcore import EmbedError
from embedcore.data import folders
from embedcore.jobs import ReadFile, file_digest
from pages import web
from pages.ui import services, shell
from pages.ui.text import plain

SUFFIXES = (
    *("csv", "tsv", "tab", "txt", "dat", "psv", "prn", "gz"),
    *("parquet", "xlsx", "xlsm", "xls", "xlsb", "ods", "json", "jsonl"),
)
GONE = "That file is no longer here. Choose it again."
CHANGE = "Change"


@dataclass(frozen=True)
class Choices:
    """reading, settings: key of a decision -> value, about the rows of the file, and about its columns or purchases.
    options: how it is to be read. recipe: the digest of the recipe that was applied. said: what the recipe says about
    this file; None before it was compared with it."""

    reading: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    recipe: str = ""
    said: tuple[str, ...] | None = ()

    @property
    def any(self) -> bool:
        """Whether anything was chosen."""
        return bool(self.reading or self.settings or self.options)


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


def close(*kinds: str) -> None:
    """The files of these kinds are no longer on their way in: they were imported, exchanged or closed."""
    for kind in kinds:
        source = find(shell.url(kind) or "")
        if source is not None:
            forget(kind, source.digest)
    shell.remember(**dict.fromkeys(kinds))


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
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f":material/description: **{plain(source.filename)}**", width="stretch")
            pressed = st.button(
                CHANGE, help="Choose another file.", key=f"drop:{kind}", icon=":material/close:", type="tertiary"
            )
        if pressed:
            for job in services.jobs().live(ReadFile, place=source.place):  # nobody waits for the old file any more
                services.jobs().cancel(job.id)
            close(kind)
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


def chosen(kind: str, digest: str) -> Choices:
    """What was chosen about the file with this content that is used as `kind`."""
    known: dict[str, Choices] = st.session_state.setdefault("choices", {})
    name = f"{kind}:{digest}"
    if name not in known:
        known[name] = _kept(_place(kind, digest))
    return known[name]


def keep(kind: str, digest: str, **changes: Any) -> Choices:
    """Choose something else."""
    found = replace(chosen(kind, digest), **changes)
    st.session_state["choices"][f"{kind}:{digest}"] = found
    place = _place(kind, digest)
    with suppress(OSError, EmbedError):  # a full disk: the session has them all the same
        place.parent.mkdir(parents=True, exist_ok=True)
        folders.write_file(place, json.dumps(asdict(found), ensure_ascii=False).encode())
    return found


def forget(kind: str, digest: str) -> None:
    """The file was imported, exchanged or closed."""
    st.session_state.get("choices", {}).pop(f"{kind}:{digest}", None)
    with suppress(OSError):
        folders.remove(_place(kind, digest).parent)


def _place(kind: str, digest: str) -> Path:
    """Beside the uploads, and swept with them."""
    name = hashlib.sha256(f"{kind}:{digest}".encode()).hexdigest()[:32]
    return services.home() / "spool" / f"choices-{name}" / "choices.json"


def _kept(place: Path) -> Choices:
    try:
        found = json.loads(place.read_text(encoding="utf-8"))
        said = found.pop("said")
        return Choices(**found, said=None if said is None else tuple(said))
    except (OSError, ValueError, TypeError, KeyError):  # none yet, or of another version
        return Choices()
