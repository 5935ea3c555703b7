"""Searching the map: by name as one types, and by meaning."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from embedcore import EmbedError
from embedcore.explore import projection as projections
from embedcore.explore import search
from embedcore.explore.search import Hit
from embedcore.methods import get, run_key
from embedcore.store_records import RunInfo
from pages.ui import services, shell
from pages.ui.mapview import Scene
from pages.ui.text import plain, short

HOW = {"name": "by name", "meaning": "by meaning"}
SHOWN = 10
_LOOKED_AT = 200  # best texts among which those with a place on this map are sought


@dataclass(frozen=True, eq=False)
class Answer:
    """hits: products that answer, best first. near: products close to the marker on this map that are not among
    them. place: where the marker is (None: no marker). note: a plain sentence to go with them."""

    query: str
    how: str
    hits: tuple[Hit, ...] = ()
    near: tuple[Hit, ...] = ()
    place: tuple[float, float] | None = None
    note: str = ""


def text_run(data: str) -> RunInfo | None:
    """The newest result of the text method; None when there is none."""
    return next((r for r in services.store().runs(data) if r.method == "text"), None)


def box(scene: Scene) -> tuple[str, str]:
    """The search box; (what is asked, "name" or "meaning")."""
    how = shell.url("how") or "name"
    how = how if how in HOW else "name"
    if "map:q" not in st.session_state:
        st.session_state["map:q"] = shell.url("q") or ""
    placeholder = "Type a name or an id" if how == "name" else "Describe it: something warm for a winter walk"
    query = st.text_input(
        "Search the map",
        key="map:q",
        type="search",
        live="300ms" if how == "name" else False,
        placeholder=placeholder,
        icon=":material/search:",
        on_change=_asked,
        help="By name: words, beginnings of words and small typing errors are fine. By meaning (press Enter): the text "
        "method turns your words into a vector and compares it with the products (semantic search, cosine similarity).",
    )
    if st.session_state.get("map:how") != how:
        st.session_state["map:how"] = how
    st.segmented_control(
        "How to search",
        list(HOW),
        format_func=HOW.get,
        key="map:how",
        required=True,
        width="stretch",
        on_change=_asked,
        label_visibility="collapsed",
    )
    return (query or "").strip(), how


def _asked() -> None:
    shell.remember(q=(st.session_state["map:q"] or "").strip() or None, how=st.session_state["map:how"], item=None)


def clear() -> None:
    """Forget the query."""
    st.session_state["map:q"] = ""
    shell.remember(q=None)


def answer(scene: Scene, query: str, how: str) -> Answer | None:
    """What the query finds; None without one, or when meaning cannot be searched yet."""
    if not query:
        return None
    if how == "name":
        hits = search.by_name(scene.dataset, query, SHOWN)
        return Answer(
            query, how, tuple(hits), note="" if hits else f"No product is called anything like “{short(query, 40)}”."
        )
    found = text_run(scene.data)
    return _by_meaning(scene, query, found) if found is not None else None


def _by_meaning(scene: Scene, query: str, found: RunInfo) -> Answer:
    vector = np.asarray(encoded(str(found.params.get("model", "")), query), np.float32)
    xy = scene.projection
    if found.key == scene.run:
        hits = search.by_vector(scene.dataset, scene.embedding, vector, SHOWN)
        return Answer(query, "meaning", tuple(hits), (), projections.place(vector, scene.embedding, xy))
    best = search.by_vector(scene.dataset, services.embedding(found.key), vector, _LOOKED_AT)
    here = [h for h in best if h.id in scene.embedding.row_of][:SHOWN]
    if not here:
        return Answer(
            query,
            "meaning",
            tuple(best[:SHOWN]),
            note="None of the products that match has a place on this map: they were bought too rarely.",
        )
    rows = [scene.embedding.row_of[h.id] for h in here]
    # This map knows products, not words: the marker is where the products that the words mean are.
    middle = scene.embedding.unit[rows[:5]].mean(0)
    near = search.by_vector(scene.dataset, scene.embedding, middle, SHOWN, tuple(rows))
    return Answer(query, "meaning", tuple(here), tuple(near), projections.place(middle, scene.embedding, xy))


@st.cache_data(max_entries=64, show_spinner="Reading your words")
def encoded(model: str, text: str) -> list[float]:
    """The vector of a text. EmbedError when the encoder does not answer."""
    vectors = services.jobs().ask("encode", {"model": model, "texts": [text]})["vectors"]
    return [float(v) for v in vectors[0]]


def offer_text(scene: Scene) -> None:
    """Searching by meaning needs the text method: say so and offer to train it."""
    method = get("text")
    lacks = method.lacks(scene.dataset)
    if lacks:
        st.info(plain(lacks), icon=":material/info:")
        return
    live = [
        j
        for j in services.jobs().live()
        if j.kind == "train" and j.spec.get("method") == "text" and j.spec.get("dataset") == scene.data
    ]
    if live:
        st.info("The text method is being trained; then you can search by meaning.", icon=":material/hourglass_top:")
        return
    with st.container(border=True):
        st.markdown(
            "**Searching by meaning needs the text method**, which reads what the catalogue says about each product. "
            "It has not been trained on this dataset yet."
        )
        if st.button("Train the text method", type="primary", icon=":material/model_training:", key="map:train-text"):
            params = method.Params()
            spec = {
                "dataset": scene.data,
                "dataset_folder": str(services.store().dataset_folder(scene.data)),
                "method": "text",
                "params": params.__dict__,
                "seed": 0,
            }
            key = run_key(scene.data, method, params, 0)
            title = f"Training “{shell.method_name(method.name)}” on {scene.dataset.name}"
            services.jobs().submit("train", key, spec, title)
            st.rerun()


def safely(scene: Scene, query: str, how: str) -> Answer | None:
    """`answer`, with a problem of the encoder as a sentence in place of the results."""
    try:
        return answer(scene, query, how)
    except EmbedError as e:
        shell.show_error(e)
        return Answer(query, how)
