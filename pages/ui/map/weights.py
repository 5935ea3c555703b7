"""What should count? Columns of a value co-occurrence result given more or less weight, with everything following."""

from __future__ import annotations

import json

import streamlit as st

from embedcore import Embedding
from embedcore.explore import Projection
from embedcore.explore import projection as projections
from embedcore.methods import Fitted, get
from pages.ui import services, shell
from pages.ui.text import plain, short

Weights = tuple[tuple[str, float], ...]  # (column, weight), only those that are not 1
MOST = 4.0
_SHOWN = 12  # columns that get a slider at once; of more, a person chooses


def columns(run: str) -> tuple[str, ...]:
    """The columns that can be given another weight; none for results of other methods."""
    info = services.store().run_info(run)
    return tuple(info.meta.get("columns", ())) if info.method == "cooccurrence" else ()


def asked(run: str) -> Weights:
    """The weights of the URL that make sense for this result."""
    try:
        said = json.loads(shell.url("weights") or "{}")
    except ValueError:
        said = {}
    known, out = columns(run), []
    for column, weight in said.items() if isinstance(said, dict) else ():
        if column in known and isinstance(weight, int | float) and 0 <= weight <= MOST and weight != 1:
            out.append((column, float(weight)))
    return tuple(sorted(out))


@st.cache_resource(max_entries=2, show_spinner=False)
def _model(data: str, run: str) -> tuple[Fitted, object]:
    """The trained model and the cells of its products, kept while somebody moves sliders."""
    fitted = get("cooccurrence").load(services.store().model_folder(run))
    return fitted, fitted.cells.matrix(services.dataset(data))


@st.cache_resource(max_entries=6, show_spinner=False)
def embedding(data: str, run: str, weights: Weights) -> Embedding:
    """The vectors under these weights: the same products in the same rows as in the result."""
    fitted, matrix = _model(data, run)
    return fitted.reweighted(services.dataset(data), dict(weights), matrix)


@st.cache_resource(max_entries=6, show_spinner=False)
def projection(data: str, run: str, weights: Weights) -> Projection:
    """The map under these weights: the quick one, since it is drawn anew with every move."""
    return projections.pca(embedding(data, run, weights).vectors)


def sliders(run: str) -> None:
    """One slider a column; a note while any is moved."""
    known, now = columns(run), dict(asked(run))
    if len(known) < 2:
        return
    if now:
        said = ", ".join(f"{plain(short(c, 30))} × {w:g}" for c, w in now.items())
        left, right = st.columns([5, 1], vertical_alignment="center")
        left.info(
            f"**Re-weighted view**: {said}. Map and neighbours on this page follow your weights; groups, duplicates "
            "and recommendations stay as trained.",
            icon=":material/tune:",
        )
        right.button("As trained", icon=":material/undo:", on_click=_reset, key="weights:reset", width="stretch")
    with st.expander("What should count?", icon=":material/tune:", key="weights:open", on_change="rerun") as opened:
        if not opened.open:
            return
        st.caption("1 is as trained, 0 leaves a column out. The map is drawn anew at once; nothing is trained again.")
        shown = list(known)
        if len(known) > _SHOWN:
            start = [*now, *(c for c in known if c not in now)][:_SHOWN]
            shown = st.multiselect("Columns to move", known, start, key=f"weights:{run[:8]}:columns")
        for n in range(0, len(shown), 3):
            for place, column in zip(st.columns(3), shown[n : n + 3], strict=False):
                widget = f"weight:{run[:8]}:{column}"
                st.session_state[widget] = now.get(column, 1.0)
                label = plain(short(column, 40))
                place.slider(label, 0.0, MOST, step=0.25, key=widget, on_change=_moved, args=(run, column, widget))


def _moved(run: str, column: str, widget: str) -> None:
    now = {**dict(asked(run)), column: float(st.session_state[widget])}
    kept = {c: w for c, w in sorted(now.items()) if w != 1}
    shell.remember(weights=json.dumps(kept, ensure_ascii=False) if kept else None)


def _reset() -> None:
    shell.remember(weights=None)
