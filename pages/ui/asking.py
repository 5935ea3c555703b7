"""What a person types, as a vector: so that a search knows what is meant, not only what is spelt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from embedcore import BusyError, Embedding, EmbedError
from embedcore.store import RunInfo
from pages.ui import services
from pages.ui.text import plain

HELP = (
    "Names, ids, and anything the catalogue says; beginnings of words and small typing errors are fine. Where the text "
    "method has been trained, what you mean counts, too: “sofa” finds a couch. Exactly: the mean of four scores, which "
    "are TF-IDF of the 3 to 5 letters that stand together (in names, and in all texts), the share of your words that "
    "are there, and the cosine similarity of the text encoder's vectors."
)
_AT_ONCE = 0.8  # seconds that a page waits for the encoder; then it shows what the letters find
_SHORT = 3  # letters from which a query can mean something


@dataclass(frozen=True, eq=False)
class Meaning:
    """run: the result of the text method that is asked; None when there is none. embedding and vector: to be handed
    to search.find; None when they are not there (yet). waiting: the encoder is still loading. problem: a plain
    sentence why meaning cannot be searched."""

    run: RunInfo | None = None
    embedding: Embedding | None = None
    vector: np.ndarray | None = None
    waiting: bool = False
    problem: str = ""


def text_run(data: str) -> RunInfo | None:
    """The newest result of the text method, one that was not fitted to baskets before one that was: a query is words,
    not something that was bought. None when there is none."""
    runs = [r for r in services.store().runs(data) if r.method == "text"]
    return next((r for r in runs if not r.meta.get("adapted")), runs[0] if runs else None)


def meaning(data: str, query: str, run: RunInfo | None = None) -> Meaning:
    """What a query means to the dataset's text result (or to `run`), as far as it is known at once."""
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
        return Meaning(run, problem="The model of the text result gives other vectors now: train it again.")
    return Meaning(run, embedding, vector)


@st.cache_data(max_entries=256, show_spinner=False)
def encoded(model: str, text: str, fitted: str | None = None) -> list[float]:
    """The vector of a text. fitted: the model folder of a result that was fitted to baskets. BusyError when the encoder
    does not answer at once, another EmbedError when it cannot."""
    spec = {"model": model, "texts": [text], "fitted": fitted}
    return [float(v) for v in services.jobs().ask("encode", spec, _AT_ONCE)["vectors"][0]]


def later(query: str, found: Meaning) -> None:
    """While the encoder loads: say so, and draw the page anew when it is there; or what is wrong with it."""
    if found.problem:
        st.caption(f":material/info: Searched by words and letters only. {plain(found.problem)}")
    elif found.waiting and found.run is not None:
        st.caption(":material/hourglass_top: What you mean is being read; until then the words and letters count.")
        _again(query, found.run)


@st.fragment(run_every=1.5)
def _again(query: str, run: RunInfo) -> None:
    if not meaning(run.dataset, query, run).waiting:
        st.rerun()


def _model(run: RunInfo) -> str:
    return str(run.params.get("folder") or run.params.get("model") or "")


def _map(run: RunInfo) -> str | None:
    return str(services.store().model_folder(run.key)) if run.meta.get("adapted") else None
