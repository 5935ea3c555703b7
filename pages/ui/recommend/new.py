"""Products that nobody has bought yet and that would fit a basket."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import streamlit as st

from embedcore import Dataset
from embedcore.recommend import NEW, Recommender, coldstart
from pages.ui.recommend import suggestions, texts

K = 5


def below(dataset: Dataset, model: Recommender, items: list[int], put: Callable[[int], None]) -> None:
    """New products in a separate list, apart from what purchases say; nothing when there are none."""
    found = coldstart.for_baskets(dataset, model, {"basket": np.array(items)}, K)["basket"]
    if not found:
        return
    with st.expander(texts.NEW_PRODUCTS, icon=":material/fiber_new:"):
        st.caption(texts.MEANING[NEW])
        suggestions.listing(dataset, found, "add-new", put, add=True)
