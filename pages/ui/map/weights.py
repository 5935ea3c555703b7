"""Columns of a co-occurrence run given more or less weight; map and neighbours follow."""

from __future__ import annotations

import json

import streamlit as st
from scipy.sparse import csr_matrix

from embedcore import Embedding, MissingError
from embedcore.explore import Projection
from embedcore.explore import projection as projections
from embedcore.methods import get
from embedcore.methods.columns import FittedCooccurrence
from pages.ui import services, shell
from pages.ui.map.texts import AS_TRAINED, REWEIGHTED
from pages.ui.text import plain, short

Weights = tuple[tuple[str, float], ...]  # (column, weight), only those that are not 1
MOST = 4.0
_SHOWN = 12  # columns that get a slider at once; of more, a person chooses


def columns(run: str) -> tuple[str, ...]:
    """The columns that can be given another weight; none for other methods."""
    info = services.store().run_info(run)
    return tuple(info.meta.get("columns", ())) if info.method == "cooccurrence" else ()


def chosen(run: str) -> Weights:
    """The weights in the URL that make sense for this run."""
    try:
        wanted = json.loads(shell.url("weights") or "{}")
    except ValueError:
        wanted = {}
    known, out = columns(run), []
    for column, weight in wanted.items() if isinstance(wanted, dict) else ():
        if column in known and isinstance(weight, int | float) and 0 <= weight <= MOST and weight != 1:
            out.append((column, float(weight)))
    return tuple(sorted(out))


@services.resource(max_entries=2)
def _model(data: str, run: str) -> tuple[FittedCooccurrence, csr_matrix]:
    """The trained model and the cells of its products, kept while sliders are moved."""
    fitted = get("cooccurrence").load(services.store().model_folder(run))
    if not isinstance(fitted, FittedCooccurrence):
        raise MissingError("The model of this embedding has no columns to weigh.", "Train it again.")
    return fitted, fitted.cells.matrix(services.dataset(data))


@services.resource(max_entries=6)
def embedding(data: str, run: str, weights: Weights) -> Embedding:
    """The vectors under these weights: same products, same rows as in the run."""
    fitted, matrix = _model(data, run)
    return fitted.reweighted(services.dataset(data), dict(weights), matrix)


@services.resource(max_entries=6)
def projection(data: str, run: str, weights: Weights) -> Projection:
    """The map under these weights: PCA, since it is computed again with every move."""
    return projections.pca(embedding(data, run, weights).vectors)


def sliders(run: str) -> None:
    """One slider per column; a note while any is moved."""
    known, now = columns(run), dict(chosen(run))
    if len(known) < 2:
        return
    if now:
        moved = ", ".join(f"{plain(short(c, 30))} × {w:g}" for c, w in now.items())
        left, right = st.columns([5, 1], vertical_alignment="center")
        left.info(
            f"**{REWEIGHTED}**: {moved}. Map and neighbours follow. Groups, duplicates and recommendations do not.",
            icon=":material/tune:",
        )
        right.button(AS_TRAINED, icon=":material/undo:", on_click=_reset, key="weights:reset", width="stretch")
    with st.expander("Column weights", icon=":material/tune:", key="weights:open", on_change="rerun") as opened:
        if not opened.open:
            return
        st.caption("1 is as trained, 0 leaves a column out. The map follows at once.")
        shown = list(known)
        if len(known) > _SHOWN:
            start = [*now, *(c for c in known if c not in now)][:_SHOWN]
            shown = st.multiselect("Columns", known, start, key=f"weights:{run[:8]}:columns")
        for n in range(0, len(shown), 3):
            for place, column in zip(st.columns(3), shown[n : n + 3], strict=False):
                widget = f"weight:{run[:8]}:{column}"
                st.session_state[widget] = now.get(column, 1.0)
                label = plain(short(column, 40))
                place.slider(label, 0.0, MOST, step=0.25, key=widget, on_change=_moved, args=(run, column, widget))


def _moved(run: str, column: str, widget: str) -> None:
    now = {**dict(chosen(run)), column: float(st.session_state[widget])}
    kept = {c: w for c, w in sorted(now.items()) if w != 1}
    shell.remember(weights=json.dumps(kept, ensure_ascii=False) if kept else None)


def _reset() -> None:
    shell.remember(weights=None)
