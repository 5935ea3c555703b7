"""Pictures of products wherever products are shown; nothing where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd
import streamlit as st

from embedcore import Dataset
from embedcore.export import csv
from pages.ui.text import number, plain, short

_STRIP = 10  # pictures that say what was loaded


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


def loaded(dataset: Dataset) -> None:
    """How many products have a picture, a few of them, and lists of what has none or was left out."""
    images = dataset.images
    if images is None:
        return
    meta, products = images.meta, dataset.n_catalogue
    st.markdown(f"**Pictures** · {number(len(images))} of {number(products)} products have one")
    step = max(1, len(images) // _STRIP)
    rows = range(0, len(images), step)[:_STRIP]
    with st.container(horizontal=True, gap="small"):
        for item in dataset.positions(images.ids[list(rows)]):
            show(dataset, int(item), 72)
    lists = {
        "Products without a picture": _without(dataset),
        "Pictures that belong to no product": pd.DataFrame({"file": meta.get("unused", [])}),
        "Pictures that could not be read": pd.DataFrame(meta.get("broken", []), columns=["file", "why"]),
    }
    counts = (products - len(images), meta.get("n_unused", 0), meta.get("n_broken", 0))
    if not any(counts):
        return
    with st.expander("What has no picture, and pictures that were left out", icon=":material/hide_image:"):
        for (title, frame), count in zip(lists.items(), counts, strict=True):
            if not count:
                continue
            st.markdown(f"**{title}**: {number(count)}")
            st.dataframe(frame.head(200), hide_index=True, width="stretch", height=min(220, 40 + 36 * len(frame)))
            if len(frame) > 5:
                st.download_button(
                    f"Download the list (CSV, {number(len(frame))})",
                    csv(frame),
                    file_name=f"{title.lower()}.csv",
                    mime="text/csv",
                    icon=":material/download:",
                    on_click="ignore",
                    key=f"pictures:{title}",
                )


def _without(dataset: Dataset) -> pd.DataFrame:
    images, n = dataset.images, dataset.n_catalogue
    has = images.row_of if images is not None else {}
    rows = [k for k in range(n) if str(dataset.items[k]) not in has]
    return pd.DataFrame({"id": dataset.items[rows], "product": dataset.titles[rows]})


def learned(png: bytes) -> None:
    """Originals above what a model redraws of them."""
    st.image(
        png,
        width="stretch",
        alt="Two rows of pictures: originals above, and below them what the model redraws from its numbers",
    )
    st.caption(plain("Above: pictures it is not trained on. Below: the same, redrawn from their numbers alone."))
