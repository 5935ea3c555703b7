"""Work that came to no result, because the server stopped or something was missing: told from what the server has
written down, not from what a browser remembers, until it is run again or forgotten."""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

from embedcore.errors import EmbedError
from embedcore.jobs import (
    FindSegments,
    ImportFiles,
    Job,
    JobKind,
    MakeClusters,
    Map,
    MergeDuplicates,
    PrepareRecommender,
    ReadFile,
    Train,
    find_place,
)
from pages import web
from pages.ui import jobs as job_ui
from pages.ui import services, shell
from pages.ui.text import plain
from pages.ui.texts import FILE_GONE, FORGET, FORGET_ALL, MENDED, RUN_AGAIN, SEEN

_SHOWN = 3
_BY_THEMSELVES = {kind.kind for kind in (Map, PrepareRecommender, FindSegments)}  # their page starts them anew
_FOLLOWED = {Train.kind: "train:job", MergeDuplicates.kind: "match:merging", MakeClusters.kind: "map:group-job"}
_FILES = ("catalogue", "baskets")  # of the Data page; other pages ask for theirs again


def notice(place: str, data: str | None, *kinds: type[JobKind], shown: Collection[str | None] = ()) -> None:
    """The newest of it, each with its two buttons; nothing when there is none.

    place: of the page, for keys. data: the dataset that is looked at; work on others is left out, imports are not.
    kinds: only these. shown: ids of jobs that the page shows anyway."""
    found = [job for job in services.jobs().unfinished(*kinds) if _belongs(job, data) and job.id not in shown]
    if not found:
        return
    with st.container(border=True):
        for job in found[:_SHOWN]:
            _line(place, job)
        if len(found) > _SHOWN:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.caption(f"and {len(found) - _SHOWN} more")
                if st.button(FORGET_ALL, key=f"{place}:forget-all", type="tertiary"):
                    for job in found:
                        services.jobs().forget(job.id)
                    st.rerun()


def mended() -> None:
    """What was mended when the app started, told once and calmly, until somebody has read it."""
    store = services.store()
    if not store.unread:
        return
    with st.container(border=True):
        left, right = st.columns([8, 1], vertical_alignment="center")
        left.markdown(f":material/build: **{MENDED}** {' '.join(map(plain, store.unread))}")
        if right.button(SEEN, key="mended:seen", width="stretch"):
            store.mark_read()
            st.rerun()


def _belongs(job: Job, data: str | None) -> bool:
    if job.kind in _BY_THEMSELVES:
        return False
    if job.kind == ReadFile.kind:
        use = str(job.spec.get("use"))
        return use in _FILES and st.query_params.get(use) != _token(job)  # the page reads that one now
    of = job.spec.get("dataset")
    if of is None and "run" in job.spec:
        run = services.store().find_run(str(job.spec["run"]))
        of = run.dataset if run is not None else ""
    return of is None or of == data


def _line(place: str, job: Job) -> None:
    here = _here(job)
    text = job_ui.interrupted(job) if job.state == "interrupted" else f"**{plain(job.title)}**: {plain(job.message)}"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":material/history: {text}" + ("" if here else f" {FILE_GONE}"), width="stretch")
        if here and st.button(RUN_AGAIN, key=f"{place}:again:{job.id}", icon=":material/refresh:"):
            _again(job)
        if st.button(FORGET, key=f"{place}:forget:{job.id}", type="tertiary"):
            services.jobs().forget(job.id)
            st.rerun()


def _here(job: Job) -> bool:
    """Whether the files that it reads are here; a table that was read and an upload are kept for some days only."""
    store = services.store()
    if job.kind == ReadFile.kind:
        try:
            return find_place(store.home, str(job.spec["place"])).is_file()
        except EmbedError:
            return False
    if job.kind == ImportFiles.kind:
        parts = (job.spec.get("catalogue"), job.spec.get("baskets"))
        return all(store.find_raw(str(part["raw"])) is not None for part in parts if part)
    return True


def _token(job: Job) -> str:
    """What the URL calls the file that it reads (see sources.find)."""
    root, _, rest = str(job.spec["place"]).partition("/")
    return f"folder:{rest}" if root == "folder" else rest[: web.TOKEN]


def _again(job: Job) -> None:
    """Run it, and let the page that began it follow it. Reading a file begins when its page is opened with it."""
    if job.kind == ReadFile.kind:
        st.session_state.pop("data:view", None)  # the page shows where files are added
        shell.go("data", **{str(job.spec["use"]): _token(job)})
    id = services.jobs().retry(job.id).id
    if job.kind in _FOLLOWED:
        st.session_state[_FOLLOWED[job.kind]] = id
    elif "dataset" not in job.spec and "run" not in job.spec:
        st.session_state["open:job"] = id
    st.rerun()
