"""While a training runs: the nearest products that counting alone finds."""

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
from pages.ui.train.texts import COUNTED, FIRST_ANSWER

K = 10
_QUICK = 5_000_000  # purchases up to which shared baskets are looked up in a second; measured on two cores


@st.fragment
def section(id: str, data: str) -> None:
    """Pick a product and see its neighbours in the first answer. A fragment of its own: polling the training does not
    redraw it."""
    vectors = None
    with suppress(OSError):  # the training has just ended
        vectors = _vectors(id)
    if vectors is None:
        return
    dataset = services.dataset(data)
    with st.container(border=True):
        st.markdown(
            f"**{FIRST_ANSWER}**",
            help="Positive pointwise mutual information of products in one list of purchases, context frequencies "
            "smoothed by the exponent 0.5, and its randomised singular value decomposition.",
        )
        st.caption(
            f"{COUNTED}: products that are bought with the same others more often than chance. The trained embedding "
            f"will replace them.{_part(vectors)}"
        )
        # A container each: search hits must not push the table down to where the last one still is.
        with st.container():
            picker.search(dataset, f"first:{id}", _look(dataset))
        with st.container():
            _neighbours(dataset, vectors, data, _chosen(dataset, vectors))


def _neighbours(dataset: Dataset, vectors: Embedding, data: str, item: int) -> None:
    name = plain(short(dataset.titles[item], 80))
    st.markdown(f"**{name}**  \n:small[:gray[{plain(cards.about(dataset, item))}]]")
    if str(dataset.items[item]) not in vectors.row_of:
        st.info("Bought too rarely for a first answer.", icon=":material/info:")
        return
    found, scores = closest(dataset, vectors, None, vectors.row(str(dataset.items[item])), K, from_baskets=True)
    frame = pd.DataFrame(
        {
            "product": dataset.titles[found],
            "similarity": scores,
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
            "bought": st.column_config.TextColumn("bought together", width="medium"),
            "similarity": st.column_config.ProgressColumn(
                format="%.2f",
                min_value=0,
                max_value=1,
                width="small",
                help="Cosine similarity of the counted vectors. Rarely bought products are ranked lower.",
            ),
        },
    )


def _together(dataset: Dataset, data: str, item: int, others: np.ndarray) -> list[str | None]:
    """In how many baskets each is with the product; None where a look-up would take too long."""
    if dataset.baskets is None or len(dataset.baskets.items) > _QUICK:
        return [None] * len(others)
    together = services.together(data)
    if together is None:
        return [None] * len(others)
    shared = together.shared([item], others)[0]
    return [
        together.evidence(item, int(o), int(n)) or "never in one basket" for o, n in zip(others, shared, strict=True)
    ]


def _part(vectors: Embedding) -> str:
    read, of = vectors.meta["read"], vectors.meta["documents"]
    return f" From a sample: {read:,} of {count(of, 'list')} of purchases." if read < of else ""


def _chosen(dataset: Dataset, vectors: Embedding) -> int:
    """The product of the URL, else the bestseller."""
    wanted = shell.url("item")
    return dataset.index[wanted] if wanted in dataset.index else picker.example(dataset, vectors)


def _look(dataset: Dataset) -> Callable[[int], None]:
    return lambda item: shell.remember(item=str(dataset.items[item]))


@services.resource(max_entries=2)
def _vectors(id: str) -> Embedding:
    """The first answer of a training; FileNotFoundError once it has ended."""
    folder = services.jobs().shown(id, FIRST)
    if folder is None:
        raise FileNotFoundError(id)
    return Embedding.load(folder)
