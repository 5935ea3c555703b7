"""Data: bring a catalogue and baskets, say what the columns are, see what came in."""

from typing import Any

import streamlit as st

from embedcore.jobs import ImportFiles
from pages.ui import jobs as job_ui
from pages.ui import mapping, profile, reading, samples, services, shell, sources
from pages.ui.files import images
from pages.ui.text import plain

LOADED, ADD = "What is loaded", "Add data"


def add() -> None:
    """Choose files, correct the guesses, import."""
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("1 · Products", anchor=False)
        st.caption("One row per product: names, categories, prices … whatever you have. Optional if you have baskets.")
        file = sources.pick("catalogue", "Catalogue file", "CSV (any separator, also .gz), Excel or Parquet.")
        catalogue = reading.read("catalogue", file) if file else None
    with right:
        st.subheader("2 · Baskets", anchor=False)
        st.caption("Who bought what together: one row per product bought, or a list of products per row. Optional.")
        basket_file = sources.pick("baskets", "Baskets file", "CSV (any separator, also .gz), Excel or Parquet.")
        lines = reading.read("baskets", basket_file) if basket_file else None
    if (file and not catalogue) or (basket_file and not lines) or not (catalogue or lines):
        return
    spec: dict[str, Any] = {}
    roles: dict[str, str] = {}
    if catalogue:
        st.subheader("What the products file holds", anchor=False)
        roles, generate = mapping.catalogue(*catalogue)
        spec["catalogue"] = {"raw": catalogue[0], "roles": roles, "generate_ids": generate}
    if lines:
        st.subheader("What the baskets file holds", anchor=False)
        shape = mapping.baskets(*lines, catalogue[0] if catalogue else None, roles)
        spec["baskets"] = {"raw": lines[0], "shape": mapping.shape_spec(shape)}
    if catalogue:
        pictures_slot, _ = st.columns(2, gap="large")
        with pictures_slot:
            spec["images"] = images.pick()
    st.divider()
    chosen = (file or basket_file).filename
    name_box, button = st.columns([3, 1], vertical_alignment="bottom")
    name = name_box.text_input("Name of this dataset", value=chosen.split(".")[0], max_chars=80)
    if button.button("Import", type="primary", icon=":material/check:", width="stretch"):
        name, source = name.strip() or chosen, " + ".join(f.filename for f in (file, basket_file) if f)
        work = ImportFiles(name, source, **spec, of=name)
        st.session_state["open:job"] = services.jobs().submit(work).id
        st.rerun()


def loaded(data_hash: str) -> None:
    """The profile of the chosen dataset, and what can be done with it."""
    data = services.dataset(data_hash)
    p = services.profile(data_hash)
    st.subheader(plain(data.name), anchor=False)
    profile.headline(p)
    if st.button("Train a method", type="primary", icon=shell.PAGES["train"][1]):
        shell.go("train")
    images.loaded(data)
    profile.details(data, p)
    with st.expander("Rename or remove this dataset", icon=":material/edit:"):
        name = st.text_input("New name", value=data.name, max_chars=80, key=f"rename:{data_hash[:12]}")
        left, right = st.columns(2)
        if left.button("Rename", icon=":material/edit:") and name.strip():
            services.store().rename_dataset(data_hash, name.strip())
            services.dataset.clear()
            st.rerun()
        sure = right.checkbox("Yes, remove it with everything trained on it")
        if right.button("Remove", icon=":material/delete:", disabled=not sure):
            services.store().delete_dataset(data_hash)
            shell.remember(dataset=None, run=None)
            st.rerun()


shell.page("data")
data_hash = shell.pick_dataset()
job_ui.strip()
samples.opened()
if st.session_state.pop("data:fresh", False):
    st.session_state["data:view"] = LOADED
elif st.query_params.get("catalogue") or st.query_params.get("baskets"):
    st.session_state.setdefault("data:view", ADD)
view = LOADED if data_hash is not None else ADD
if data_hash is not None:
    view = (
        st.segmented_control(
            "View",
            [LOADED, ADD],
            key="data:view",
            default=None if "data:view" in st.session_state else LOADED,
            required=True,
            label_visibility="collapsed",
        )
        or LOADED
    )
if view == ADD:
    add()
elif data_hash is not None:
    loaded(data_hash)
