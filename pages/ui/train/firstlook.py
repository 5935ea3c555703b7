"""While a training goes on: what counting alone already says of a product."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import numpy as np
import pandas as pd
import streamlit as st

from embedcore import Dataset, Embedding
from embedcore.explore import closest
from embedcore.progress import FIRST
from pages.ui import cards, picker, services, shell
from pages.ui.text import count, plain, short

K = 10
_QUICK = 5_000_000  # purchases of which who was bought with whom is looked up in a second


@st.fragment
def section(id: str, data: str) -> None:
    """Pick a product and see its neighbours by the first answer. It is drawn once and then only when somebody uses it:
    what polls the training leaves it alone."""
    vectors = None
    with suppress(OSError):  # the training has just ended
        vectors = _vectors(id)
    if vectors is None:
        return
    dataset = services.dataset(data)
    with st.container(border=True):
        st.markdown(
            "**A first answer, while it learns**",
            help="Positive pointwise mutual information of products in one list of purchases, context frequencies "
            "smoothed by the exponent 0.5, and its randomised singular value decomposition.",
        )
        st.caption(
            "These are counted, not trained yet: products that are bought with the same others more often than chance "
            "would have it. When the training is done, its own answer takes their place." + _part(vectors)
        )
        # A place of its own for each: what is found must not push the table down to where the last one still stands.
        with st.container():
            picker.search(
                dataset, f"first:{id}", "Which product?", "Choose", ":material/arrow_forward:", _look(dataset)
            )
        with st.container():
            _neighbours(dataset, vectors, data, _chosen(dataset, vectors))


def _neighbours(dataset: Dataset, vectors: Embedding, data: str, item: int) -> None:
    name = plain(short(dataset.titles[item], 80))
    st.markdown(f"**{name}**  \n:small[:gray[{plain(cards.about(dataset, item))}]]")
    if str(dataset.items[item]) not in vectors.row_of:
        st.info("It is bought too rarely for a first answer.", icon=":material/info:")
        return
    found, scores = closest(dataset, vectors, None, vectors.row(str(dataset.items[item])), K, from_baskets=True)
    frame = pd.DataFrame(
        {
            "product": dataset.titles[found],
            "alike": scores,
            "bought": _together(dataset, data, item, found),
            "about": [cards.about(dataset, int(other)) for other in found],
        }
    ).dropna(axis="columns")
    st.dataframe(
        frame,
        hide_index=True,
        width="stretch",
        alt=f"Table of the {len(found)} products nearest to {short(dataset.titles[item], 80)} so far",
        column_config={
            "product": st.column_config.TextColumn("nearest so far", width="medium"),
            "bought": st.column_config.TextColumn("bought with it", width="medium"),
            "about": "what it is",
            "alike": st.column_config.ProgressColumn(
                format="%.2f",
                min_value=0,
                max_value=1,
                width="small",
                help="Cosine similarity of the counted vectors. Products that are rarely bought step back in the list.",
            ),
        },
    )


def _together(dataset: Dataset, data: str, item: int, others: np.ndarray) -> list[str | None]:
    """In how many baskets each is with the product; None where there are too many to look it up at once."""
    if dataset.baskets is None or len(dataset.baskets.items) > _QUICK:
        return [None] * len(others)
    together = services.together(data)
    shared = together.shared([item], others)[0]
    return [
        together.evidence(item, int(o), int(n)) or "never in one basket" for o, n in zip(others, shared, strict=True)
    ]


def _part(vectors: Embedding) -> str:
    read, of = vectors.meta["read"], vectors.meta["documents"]
    return f" Counted in a sample: {read:,} of {count(of, 'list')} of purchases." if read < of else ""


def _chosen(dataset: Dataset, vectors: Embedding) -> int:
    """What was looked at last, here or on another page; else the product bought most."""
    asked = shell.url("item")
    return dataset.index[asked] if asked in dataset.index else picker.example(dataset, vectors)


def _look(dataset: Dataset) -> Callable[[int], None]:
    return lambda item: shell.remember(item=str(dataset.items[item]))


@st.cache_resource(max_entries=2, show_spinner=False)
def _vectors(id: str) -> Embedding:
    """FileNotFoundError when the training has ended; not remembered: a job tried again has the same id."""
    folder = services.jobs().shown(id, FIRST)
    if folder is None:
        raise FileNotFoundError(id)
    return Embedding.load(folder)
