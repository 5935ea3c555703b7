"""Data: bring a catalogue and baskets, correct what the columns are, see what came in."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from embedcore import EmbedError
from embedcore.intake import Decision, Recipe, Table
from embedcore.jobs import ImportFiles, OpenSample, ReadFile
from pages.ui import jobs as job_ui
from pages.ui import profile, reading, samples, services, shell, sources, unfinished
from pages.ui.files import card, images, texts, understood
from pages.ui.files import recipe as recipes
from pages.ui.sources import ChosenFile
from pages.ui.text import plain

Applied = tuple[str, Recipe]


def add(recipe: Applied | None, bar: DeltaGenerator) -> None:
    """Choose files, see what was understood of them, import. bar: where the button goes."""
    cards: dict[str, DeltaGenerator] = {}
    above = st.container()
    given: dict[str, ChosenFile] = {}
    read: dict[str, tuple[str, Table]] = {}
    there = [bool(shell.url(kind)) for kind in texts.FILES]
    halves = st.columns([1 + here for here in there], gap="small")
    for (kind, (title, about, label)), column in zip(texts.FILES.items(), halves, strict=True):
        cards[kind] = column.container(border=True, gap="xsmall")
        with cards[kind]:
            if not shell.url(kind):
                st.markdown(f"**{title}**")
                st.caption(about)
            file = sources.pick(kind, label, texts.FORMATS)
            if file is None:
                continue
            given[kind] = file
            recipes.prepare(kind, file, recipe)
            if got := reading.read(kind, file):
                read[kind] = got
    if not given or len(read) < len(given):
        return
    tables = {kind: key for kind, (key, _) in read.items()}
    keys = (tables.get("catalogue"), tables.get("baskets"))
    spec: dict[str, Any] = {}
    for kind, (_, table) in read.items():
        recipes.adapt(kind, given[kind], table, keys, recipe)
    chosen = {kind: understood.pairs(sources.chosen(kind, file.digest).settings) for kind, file in given.items()}
    try:
        found = understood.of(*keys, chosen.get("catalogue", ()), chosen.get("baskets", ()))
    except EmbedError as e:  # a choice that was made for other columns of the same file
        with above:
            reading.start_over(given, e)
        return
    with above:
        offer_swap((*found.catalogue, *found.baskets), given)
    for kind, (key, table) in read.items():
        with cards[kind]:
            spec[kind] = card.show(kind, given[kind], key, table, found, wide=len(given) == 1)
    if "catalogue" in read:
        with st.expander(texts.PICTURES, icon=":material/image:", expanded=bool(shell.url("pictures"))):
            spec["images"] = images.pick()
    with bar:
        start([file.filename for file in given.values()], spec, card.assumed(found))


def offer_swap(decisions: Sequence[Decision], given: Mapping[str, ChosenFile]) -> None:
    """One click puts files that are in each other's place right."""
    wrong = next((d for d in decisions if d.key == "swap"), None)
    if wrong is None:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(f":small[:orange[:material/warning:] {plain(wrong.sentence)}]", width="stretch")
        if st.button(texts.SWAP if len(given) > 1 else texts.MOVE, icon=":material/swap_horiz:"):
            tokens = {kind: shell.url(kind) for kind in texts.FILES}
            sources.close(*tokens)
            shell.remember(catalogue=tokens["baskets"], baskets=tokens["catalogue"])
            st.rerun()
        if st.button(texts.RIGHT, type="tertiary"):
            for kind, file in given.items():
                sources.keep(kind, file.digest, settings={**sources.chosen(kind, file.digest).settings, "swap": "no"})
            st.rerun()


def start(files: list[str], spec: dict[str, Any], assumed: str) -> None:
    """The name of the dataset and the button that imports it."""
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="right"):
        name = st.text_input(
            texts.NAME, value=files[0].split(".")[0], max_chars=80, width=260, label_visibility="collapsed"
        )
        pressed = st.button(texts.IMPORT, type="primary", icon=":material/check:", help=assumed or None)
    if assumed:
        st.caption(plain(assumed), text_alignment="right")
    if pressed:
        name = name.strip() or files[0]
        work = ImportFiles(name, " + ".join(files), **spec, of=name)
        st.session_state["open:job"] = services.jobs().submit(work).id
        st.rerun()


def loaded(data_hash: str) -> None:
    """The profile of the chosen dataset, and what can be done with it."""
    data = services.dataset(data_hash)
    p = services.profile(data_hash)
    st.subheader(plain(data.name), anchor=False)
    profile.headline(p)
    if st.button(texts.TRAIN, type="primary", icon=shell.PAGES["train"][1]):
        shell.go("train")
    images.loaded(data)
    recipes.loaded(data)
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


head = shell.page("data")
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
with head.container(horizontal=True, vertical_alignment="center", width="content"):
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
    recipe = recipes.pick() if view == texts.ADD else None
if view == texts.ADD:
    add(recipe, head.container())
elif data_hash is not None:
    loaded(data_hash)
