"""Data: bring a catalogue and baskets, correct what the columns are, see what came in."""

from typing import Any

import streamlit as st

from embedcore.intake import Table
from embedcore.jobs import ImportFiles, OpenSample, ReadFile
from pages.ui import jobs as job_ui
from pages.ui import mapping, profile, reading, samples, services, shell, sources, unfinished
from pages.ui.files import images, texts
from pages.ui.text import plain


def add() -> None:
    """Choose files, correct the guesses, import."""
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(texts.PRODUCTS, anchor=False)
        st.caption(texts.PRODUCTS_ABOUT)
        file = sources.pick("catalogue", texts.CATALOGUE_FILE, texts.FORMATS)
        catalogue = reading.read("catalogue", file) if file else None
    with right:
        st.subheader(texts.BASKETS, anchor=False)
        st.caption(texts.BASKETS_ABOUT)
        basket_file = sources.pick("baskets", texts.BASKETS_FILE, texts.FORMATS)
        lines = reading.read("baskets", basket_file) if basket_file else None
    if (file and not catalogue) or (basket_file and not lines) or not (catalogue or lines):
        return
    spec = _mapped(catalogue, lines)
    st.divider()
    files = [f.filename for f in (file, basket_file) if f]
    name_box, button = st.columns([3, 1], vertical_alignment="bottom")
    name = name_box.text_input(texts.NAME, value=files[0].split(".")[0], max_chars=80)
    if button.button(texts.IMPORT, type="primary", icon=":material/check:", width="stretch"):
        name = name.strip() or files[0]
        work = ImportFiles(name, " + ".join(files), **spec, of=name)
        st.session_state["open:job"] = services.jobs().submit(work).id
        st.rerun()


def _mapped(catalogue: tuple[str, Table] | None, lines: tuple[str, Table] | None) -> dict[str, Any]:
    """What an import needs to know of the tables that were read: roles of columns, shape of baskets, pictures."""
    spec: dict[str, Any] = {}
    roles: dict[str, str] = {}
    if catalogue:
        st.subheader(texts.PRODUCTS_FILE_HEAD, anchor=False)
        roles, generate = mapping.catalogue(*catalogue)
        spec["catalogue"] = {"raw": catalogue[0], "roles": roles, "generate_ids": generate}
    if lines:
        st.subheader(texts.BASKETS_FILE_HEAD, anchor=False)
        shape = mapping.baskets(*lines, catalogue[0] if catalogue else None, roles)
        spec["baskets"] = {"raw": lines[0], "shape": mapping.shape_spec(shape)}
    if catalogue:
        slot, _ = st.columns(2, gap="large")
        with slot:
            spec["images"] = images.pick()
    return spec


def loaded(data_hash: str) -> None:
    """The profile of the chosen dataset, and what can be done with it."""
    data = services.dataset(data_hash)
    p = services.profile(data_hash)
    st.subheader(plain(data.name), anchor=False)
    profile.headline(p)
    if st.button(texts.TRAIN, type="primary", icon=shell.PAGES["train"][1]):
        shell.go("train")
    images.loaded(data)
    profile.details(data, p)
    with st.expander(texts.RENAME_OR_REMOVE, icon=":material/edit:"):
        name = st.text_input(texts.NEW_NAME, value=data.name, max_chars=80, key=f"rename:{data_hash[:12]}")
        left, right = st.columns(2)
        if left.button(texts.RENAME, icon=":material/edit:") and name.strip():
            services.store().rename_dataset(data_hash, name.strip())
            services.dataset.clear()
            st.rerun()
        sure = right.checkbox(texts.SURE)
        if right.button(texts.REMOVE, icon=":material/delete:", disabled=not sure):
            _, elsewhere = services.remove_dataset(data_hash)
            if elsewhere:
                st.toast(elsewhere, duration="long")
            shell.remember(dataset=None, run=None)
            st.rerun()


shell.page("data")
data_hash = shell.pick_dataset()
job_ui.strip()
samples.opened()
unfinished.notice(
    "data", data_hash, ImportFiles, OpenSample, ReadFile, shown=[st.session_state.get("open:job"), *reading.started()]
)
if st.session_state.pop("data:fresh", False):
    st.session_state["data:view"] = texts.LOADED
elif shell.url("catalogue") or shell.url("baskets"):
    st.session_state.setdefault("data:view", texts.ADD)
view = texts.LOADED if data_hash is not None else texts.ADD
if data_hash is not None:
    view = (
        st.segmented_control(
            "View",
            [texts.LOADED, texts.ADD],
            key="data:view",
            default=None if "data:view" in st.session_state else texts.LOADED,
            required=True,
            label_visibility="collapsed",
        )
        or texts.LOADED
    )
if view == texts.ADD:
    add()
elif data_hash is not None:
    loaded(data_hash)
