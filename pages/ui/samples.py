"""The samples, one click each."""

from __future__ import annotations

import streamlit as st

from embedcore.jobs import ImportFiles, OpenSample
from embedcore.samples import SAMPLES, installed
from pages.ui import jobs as job_ui
from pages.ui import services, shell, sources
from pages.ui.text import plain
from pages.ui.texts import open_sample


def cards() -> None:
    """A card per sample; opening one loads it in the worker and then shows it."""
    for column, sample in zip(st.columns(len(SAMPLES)), SAMPLES, strict=True):
        with column.container(border=True, height="stretch"):
            st.markdown(f"**{plain(sample.title)}**")
            st.caption(plain(sample.rows))
            st.write(plain(sample.note))
            if not installed(sample.name):
                st.caption('Not installed. Add it with: `pip install "embedcore[journey]"`')
                continue
            if st.button(
                open_sample(sample.title),
                key=f"sample:{sample.name}",
                icon=":material/play_circle:",
                type="primary",
                width="stretch",
            ):
                job = services.jobs().submit(OpenSample(sample.name, of=sample.title))
                st.session_state["open:job"] = job.id
                st.rerun()


def opened() -> None:
    """The panel of a dataset on its way in; shows the dataset when it is there."""
    id = st.session_state.get("open:job")
    job = services.jobs().get(id)
    if id is None or job is None:
        return
    if job.state == "done":
        del st.session_state["open:job"]
        st.session_state["data:fresh"] = True
        if job.kind == ImportFiles.kind:
            sources.close("catalogue", "baskets", "pictures", "recipe")
        shell.remember(dataset=job.result["dataset"][:12], run=None, item=None)
        st.rerun()
    job_ui.panel(job.id)
