"""One customer: what they buy, similar customers, products near them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from pages.ui import services, shell
from pages.ui.customers.texts import LIKE_THEM, NO_MATCH
from pages.ui.customers.view import Segmentation
from pages.ui.text import number, plain, short

_SHOWN = 8


def one(scene: Segmentation) -> None:
    """Look up a customer: history, segment, similar customers, products near them."""
    ids = scene.customers.ids
    typed = st.text_input("Customer", key="customer:typed", placeholder="Type an id", icon=":material/search:")
    if typed.strip():
        match = next((i for i in ids if i == typed.strip()), None) or next(
            (i for i in ids if i.casefold().startswith(typed.strip().casefold())), None
        )
        if match is None:
            st.info(f"{NO_MATCH} “{plain(short(typed, 40))}”.", icon=":material/search_off:")
            return
        shell.remember(customer=str(match))
    chosen = shell.url("customer")
    if chosen is None or chosen not in scene.customers.row_of:
        chosen = str(ids[0])
        st.caption("An example. Type an id above.")
    row = scene.customers.row_of[chosen]
    segment = scene.found.segments[int(scene.found.labels[row])]
    b = services.baskets(scene.dataset)
    code = b.customer(chosen)
    numbers = np.flatnonzero(b.customers == code)
    bought = np.concatenate([b.of(int(n)) for n in numbers])
    items, times = np.unique(bought, return_counts=True)
    with st.container(border=True):
        st.markdown(f"**Customer {plain(chosen)}** in segment **{plain(segment.name)}**")
        facts = f"{number(len(numbers))} baskets, {number(len(items))} different products"
        if b.times is not None and not np.isnat(b.times[numbers]).all():
            facts += f", last purchase {np.nanmax(b.times[numbers]).astype('datetime64[D]')}"
        st.caption(facts)
        if st.button("Recommend to them", icon=shell.PAGES["recommend"][1], key="customer:next"):
            shell.go("recommend", by="customer", customer=chosen)
    left, middle, right = st.columns(3, gap="medium")
    best = np.lexsort((items, -times))[:_SHOWN]
    with left:
        st.markdown("**Buys most**")
        _table([(scene.dataset.titles[items[n]], int(times[n])) for n in best], "times", "What the customer buys most")
    score = scene.customers.unit @ scene.customers.unit[row]
    score[row] = -np.inf
    near = np.argsort(-score, kind="stable")[:_SHOWN]
    with middle:
        st.markdown(f"**{LIKE_THEM}**", help="Cosine similarity of the customers' vectors. 1 is the same.")
        _table([(ids[n], round(float(score[n]), 2)) for n in near], "similarity", "Customers with similar purchases")
    product = services.embedding(scene.run)
    close = product.unit @ scene.customers.unit[row]
    had = [product.row_of.get(str(scene.dataset.items[i]), -1) for i in items]
    close[[n for n in had if n >= 0]] = -np.inf
    top = np.argsort(-close, kind="stable")[:_SHOWN]
    with right:
        st.markdown(
            "**Close, not bought yet**", help="Products whose vectors are close to the customer's (cosine similarity)."
        )
        titles = scene.dataset.titles[scene.dataset.positions(product.ids[top])]
        _table(
            [(t, round(float(close[n]), 2)) for t, n in zip(titles, top, strict=True)],
            "similarity",
            "Products close to the customer",
        )


def _table(rows: list[tuple[object, float]], what: str, alternative: str) -> None:
    frame = pd.DataFrame([(str(a), b) for a, b in rows], columns=["name", what])
    places = "%d" if what == "times" else "%.2f"
    narrow = {
        "name": st.column_config.TextColumn(width=190),
        what: st.column_config.NumberColumn(width=70, format=places),
    }
    st.dataframe(frame, hide_index=True, width="stretch", alt=alternative, column_config=narrow)
