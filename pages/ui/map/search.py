"""Searching the map: one box for names, ids and meaning."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from embedcore.explore import Hit, search
from embedcore.explore import projection as projections
from embedcore.jobs import Train
from embedcore.methods import get, run_key
from pages.ui import asking, services, shell
from pages.ui.asking import Meaning
from pages.ui.map.texts import NEED_TEXT, SEARCH, TRAIN_TEXT
from pages.ui.map.view import Scene
from pages.ui.text import short
from pages.ui.texts import NO_MATCH, SEARCH_FIELD, TEXT_ONLY

SHOWN = 10


@dataclass(frozen=True, eq=False)
class Answer:
    """hits: best first. near: other products close to the marker on this map. place: of the marker (None: no marker).
    note: a sentence for the reader."""

    query: str
    hits: tuple[Hit, ...] = ()
    near: tuple[Hit, ...] = ()
    place: tuple[float, float] | None = None
    note: str = ""


def box() -> str:
    """The search box; the query."""
    if "map:q" not in st.session_state:
        st.session_state["map:q"] = shell.url("q") or ""
    query = st.text_input(
        SEARCH,
        key="map:q",
        type="search",
        live="300ms",
        placeholder=SEARCH_FIELD,
        icon=":material/search:",
        on_change=_changed,
        help=asking.HELP,
    )
    return (query or "").strip()


def _changed() -> None:
    shell.remember(q=(st.session_state["map:q"] or "").strip() or None, item=None)


def clear() -> None:
    """Forget the query."""
    st.session_state["map:q"] = ""
    shell.remember(q=None)


def answer(scene: Scene, query: str) -> Answer | None:
    """What the query finds; None without one. Says above the hits when semantic search is not ready."""
    if not query:
        return None
    meant = asking.meaning(scene.data, query)
    if scene.item is None:
        asking.later(query, meant)
    hits = search.find(scene.dataset, query, SHOWN, meant.embedding, meant.vector)
    if not hits:
        return Answer(query, note=f"{NO_MATCH} “{short(query, 40)}”.")
    return _placed(scene, query, hits, meant)


def _placed(scene: Scene, query: str, hits: list[Hit], meant: Meaning) -> Answer:
    """The hits, with a marker where the query belongs on this map, once its meaning is known."""
    rows = [scene.embedding.row_of[h.id] for h in hits if h.id in scene.embedding.row_of]
    if not rows:
        note = "None of these products is on this map. They were bought too rarely."
        return Answer(query, tuple(hits), note=note)
    if meant.run is None or meant.vector is None:
        return Answer(query, tuple(hits))
    xy = services.projection(scene.run, scene.layout)
    if meant.run.key == scene.run:
        return Answer(query, tuple(hits), (), projections.place(meant.vector, scene.embedding, xy))
    # The vectors of this map are not of texts: the marker is in the middle of the best hits.
    middle = scene.embedding.unit[rows[:5]].mean(0)
    near = search.by_vector(scene.dataset, scene.embedding, middle, SHOWN, tuple(rows))
    return Answer(query, tuple(hits), tuple(near), projections.place(middle, scene.embedding, xy))


def offer_text(scene: Scene) -> None:
    """Without a text encoder: offer to train it."""
    if asking.text_run(scene.data) is not None:
        return
    method = get("text")
    if method.lacks(scene.dataset):
        return
    live = services.jobs().live(Train, method="text", dataset=scene.data)
    if live:
        st.info("The text encoder is training. Then you can search by meaning.", icon=":material/hourglass_top:")
        return
    with st.container(border=True):
        st.markdown(f"{TEXT_ONLY} {NEED_TEXT}")
        if st.button(TRAIN_TEXT, type="primary", icon=":material/model_training:", key="map:train-text"):
            params = method.Params()
            key = run_key(scene.data, method, params, 0)
            of = f"{shell.method_name(method.name)} on {scene.dataset.name}"
            services.jobs().submit(Train(scene.data, "text", params.__dict__, 0, key, of=of))
            st.rerun()
