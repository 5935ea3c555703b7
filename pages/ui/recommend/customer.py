"""A customer: what they are due to buy again, what is new to try, similar customers, and what they bought."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import streamlit as st

from embedcore import Dataset
from embedcore.recommend import (
    Histories,
    ListOptions,
    People,
    Recommender,
    for_customer,
    history_table,
    similar_customers,
)
from pages.ui import address, downloads, services, shell
from pages.ui.recommend import basket, suggestions, texts
from pages.ui.recommend import model as recommender
from pages.ui.text import count, plain, share, short

K = 10
_NEAR = 8  # ids offered for a part of one
_COLUMNS: dict[str, Any] = {
    "title": "product",
    "times": st.column_config.NumberColumn("in baskets", help="In how many of their baskets it was."),
    "baskets_ago": st.column_config.NumberColumn(
        "last bought, baskets ago", help="1 is their latest basket, 2 the one before it."
    ),
    "first": st.column_config.DateColumn("first bought", format="YYYY-MM-DD"),
    "last": st.column_config.DateColumn("last bought", format="YYYY-MM-DD"),
}


def view(dataset: Dataset, data: str, model: Recommender | None) -> None:
    """Pick a customer, then two lists."""
    histories = recommender.histories(data)
    if histories is None:
        st.info(texts.NO_CUSTOMERS, icon=":material/info:")
        if st.button(texts.ADD_DATA, icon=shell.PAGES["data"][1], key="add-customers"):
            shell.go("data")
        return
    with st.container():
        who = _pick(histories, recommender.customers(data))
    baskets = histories.of_customer(who)
    _head(data, str(histories.ids[who]), baskets)
    if not baskets:
        st.info(texts.NO_PURCHASES, icon=":material/info:")
        return
    if model is not None:
        people = recommender.people(data)
        options = ListOptions(together=services.together(data))
        found = for_customer(dataset, model, baskets, K, options, people=people, number=who)
        st.subheader(texts.DUE, anchor=False, help=texts.DUE_HELP)
        suggestions.listing(dataset, found.due, "due", _look(dataset))
        st.subheader(texts.TRY, anchor=False, help=texts.TRY_HELP)
        suggestions.listing(dataset, found.new, "new", _look(dataset))
        if not found.new:
            st.info(texts.HAS_ALL, icon=":material/task_alt:")
        suggestions.table([*found.due, *found.new], f"customer {histories.ids[who]} next basket")
        if people is not None:
            _similar(dataset, people, who)
    _history(dataset, histories, who)


def _similar(dataset: Dataset, people: People, who: int) -> None:
    """Customers with similar purchases, and why."""
    found = similar_customers(dataset, people, who, 5)
    st.subheader(texts.SIMILAR_CUSTOMERS, anchor=False, help=texts.SIMILAR_CUSTOMERS_HELP)
    for other in found:
        left, right, bar = st.columns([4, 15, 4], vertical_alignment="center")
        left.button(
            plain(short(other.id, 24)),
            key=f"alike:{other.id}",
            icon=":material/person:",
            width="stretch",
            on_click=_choose,
            args=(other.id,),
        )
        right.markdown(plain(short(other.reason, 200)))
        bar.progress(min(1.0, max(0.0, other.score)), text=f"{share(other.score)} similar")
    if not found:
        st.info(texts.NOBODY_SIMILAR, icon=":material/info:")


def _head(data: str, id: str, baskets: Sequence[np.ndarray]) -> None:
    """Who it is, which segment they are in, and where to go on."""
    with st.container(border=True):
        bought = sum(len(b) for b in baskets)
        st.markdown(f"**Customer {plain(id)}** · {count(len(baskets), 'basket')} · {count(bought, 'purchase')}")
        segment = services.segment_of(data, id)
        if segment is not None:
            st.caption(f"One of the {count(segment.customers, 'customer')} in the segment “{plain(segment.name)}”.")
        with st.container(horizontal=True):
            st.button(
                texts.BASKET_FOR, icon=":material/add_shopping_cart:", key="basket-for", on_click=_fill, args=(id,)
            )
            if st.button(
                texts.AMONG_CUSTOMERS,
                icon=shell.PAGES["customers"][1],
                key="to-customers",
                help=texts.AMONG_CUSTOMERS_HELP,
            ):
                shell.go("customers", customer=id, view="one")


def _history(dataset: Dataset, histories: Histories, who: int) -> None:
    """Everything they bought, and its CSV."""
    table = history_table(dataset, histories, who).drop(columns="item")
    with st.expander(f"All purchases ({count(len(table), 'product')})", icon=":material/receipt_long:"):
        seen = table.assign(baskets_ago=table["baskets_ago"] + 1).dropna(axis=1, how="all")
        st.dataframe(
            seen,
            hide_index=True,
            alt="Table of the products this customer bought, most often first",
            column_config={k: v for k, v in _COLUMNS.items() if k in seen},
        )
        downloads.table(
            "Download the purchases (CSV)", seen, f"customer {histories.ids[who]}", key="customer:purchases"
        )


def _pick(histories: Histories, known: dict[str, int]) -> int:
    """The customer of the URL or of the search box; one with many baskets to begin with."""
    typed = st.text_input(
        texts.WHICH_CUSTOMER,
        key="find-customer",
        placeholder="Type a customer id",
        icon=":material/search:",
        type="search",
        on_change=_typed,
        args=(known,),
    ).strip()
    if typed:
        _offer(histories, known, typed)
    wanted = shell.url("customer")
    if wanted in known:
        return known[str(wanted)]
    if wanted:
        name = plain(short(wanted, 40))
        st.warning(f"There is no customer “{name}” here. Showing another one.", icon=":material/link_off:")
    st.caption(texts.CUSTOMER_EXAMPLE)
    counts = [len(histories.baskets_of(n)) for n in range(min(len(histories), 500))]
    example = max(range(len(counts)), key=counts.__getitem__)
    address.fill(customer=str(histories.ids[example]))  # so that the way back leads here
    return example


def _offer(histories: Histories, known: dict[str, int], typed: str) -> None:
    """Customers whose id is like what was typed, those that begin so first."""
    part = typed.casefold()
    near = sorted((c for c in known if part in c.casefold()), key=lambda c: (not c.casefold().startswith(part), len(c)))
    if not near:
        st.info(f"{texts.NO_SUCH_CUSTOMER} “{plain(short(typed, 40))}”.", icon=":material/search_off:")
    with st.container(horizontal=True):
        for c in near[:_NEAR]:
            label = f"{plain(short(c, 40))} · {count(len(histories.baskets_of(known[c])), 'basket')}"
            st.button(label, key=f"who:{c}", on_click=_choose, args=(c,))


def _typed(known: dict[str, int]) -> None:
    """A whole id was typed: go there, and empty the box, so that the URL alone says who is shown."""
    typed = str(st.session_state["find-customer"]).strip()
    if typed in known:
        _choose(typed)


def _choose(customer: str) -> None:
    st.session_state["find-customer"] = ""
    shell.remember(customer=customer)


def _fill(customer: str) -> None:
    basket.start(",", customer)


def _look(dataset: Dataset) -> Callable[[int], None]:
    return lambda item: shell.remember(by="product", item=str(dataset.items[item]))
