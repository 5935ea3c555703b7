"""Pictures of products wherever products are shown; nothing where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from embedcore import Dataset
from pages.ui.text import short
from pages.ui.texts import ORIGINALS


def show(dataset: Dataset, item: int, width: int = 96) -> bool:
    """The picture of a product, `width` pixels wide; whether there is one. item: position in Dataset.items."""
    jpeg = dataset.jpeg(item)
    if jpeg is not None:
        st.image(jpeg, width=width, alt=f"Picture of {short(dataset.titles[item], 80)}")
    return jpeg is not None


@contextmanager
def beside(dataset: Dataset, item: int, width: int = 56) -> Iterator[None]:
    """What is drawn inside stands to the right of the product's picture; without one it has the whole width."""
    if dataset.jpeg(item) is None:
        yield
        return
    with st.container(horizontal=True, gap="small"):
        with st.container(width=width):
            show(dataset, item, width)
        with st.container(width="stretch", gap=None):
            yield


def learned(png: bytes) -> None:
    """Originals above what a model rebuilds of them."""
    st.image(png, width="stretch", alt=ORIGINALS)
    st.caption("Above: held-out pictures. Below: the same pictures, rebuilt from their vectors.")
