"""A query as a vector, so that search finds what is meant and not only what is spelled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from embedcore import BusyError, Embedding, EmbedError
from embedcore.store import RunInfo
from pages.ui import services
from pages.ui.text import plain
from pages.ui.texts import LOADING, RETRAIN_TEXT, TEXT_ONLY

HELP = (
    "Names, ids and descriptions. Parts of words and typos are fine. With a trained text encoder, “sofa” also finds "
    "couches. The score is the mean of four: TF-IDF of 3- to 5-letter pieces in names and in all texts, the share of "
    "your words that occur, and the cosine similarity of the text encoder's vectors."
)
_AT_ONCE = 0.8  # seconds that a page waits for the encoder before it shows text matches; chosen by hand
_SHORT = 3  # letters from which a query can mean something


@dataclass(frozen=True, eq=False)
class Meaning:
    """What a query means. run: the text encoder's run; None without one. embedding, vector: for search.find; None while
    unknown. waiting: the encoder is still loading. problem: a plain sentence why semantic search does not work."""

    run: RunInfo | None = None
    embedding: Embedding | None = None
    vector: np.ndarray | None = None
    waiting: bool = False
    problem: str = ""


def text_run(data: str) -> RunInfo | None:
    """The newest run of the text encoder; None without one. Runs that were not fitted to baskets come first: a query is
    words, not a purchase."""
    runs = [r for r in services.store().runs(data) if r.method == "text"]
    return next((r for r in runs if not r.meta.get("adapted")), runs[0] if runs else None)


def meaning(data: str, query: str, run: RunInfo | None = None) -> Meaning:
    """What a query means to the dataset's text encoder (or to `run`), as far as it is known at once."""
    run = run or text_run(data)
    if run is None or len(query.strip()) < _SHORT:
        return Meaning(run)
    try:
        vector = np.asarray(encoded(_model(run), query.strip(), _map(run)), np.float32)
    except BusyError:
        return Meaning(run, waiting=True)
    except EmbedError as e:
        return Meaning(run, problem=f"{e.message} {e.hint}".strip())
    embedding = services.embedding(run.key)
    if len(vector) != embedding.dimension:
        return Meaning(run, problem=RETRAIN_TEXT)
    return Meaning(run, embedding, vector)


@services.data(max_entries=256)
def encoded(model: str, text: str, fitted: str | None = None) -> list[float]:
    """The vector of a text. fitted: the model folder of a run that was fitted to baskets. BusyError when the encoder
    does not answer at once, another EmbedError when it cannot."""
    spec = {"model": model, "texts": [text], "fitted": fitted}
    return [float(v) for v in services.jobs().ask("encode", spec, _AT_ONCE)["vectors"][0]]


def later(query: str, found: Meaning) -> None:
    """While the encoder loads: say so, and rerun the page once it is there. Or say why there is none."""
    if found.problem:
        st.caption(f":material/info: {TEXT_ONLY} {plain(found.problem)}")
    elif found.waiting and found.run is not None:
        st.caption(f":material/hourglass_top: {LOADING}")
        _again(query, found.run)


@st.fragment(run_every=1.5)
def _again(query: str, run: RunInfo) -> None:
    if not meaning(run.dataset, query, run).waiting:
        st.rerun()


def _model(run: RunInfo) -> str:
    return str(run.params.get("folder") or run.params.get("model") or "")


def _map(run: RunInfo) -> str | None:
    return str(services.store().model_folder(run.key)) if run.meta.get("adapted") else None
