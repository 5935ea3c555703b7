"""A customer: what they are due to buy again, what is new to try, what they bought, and who buys alike."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from embedcore import Dataset
from embedcore.export import csv
from embedcore.recommend import Histories, Recommender, for_customer, history_table, similar_customers
from pages.ui import address, services, shell
from pages.ui.customers import view as customerview
from pages.ui.recommend import model as recmodel
from pages.ui.recommend import suggestions
from pages.ui.text import count, plain, short

K = 10
_NEAR = 8  # ids offered for a part of one
_COLUMNS = {
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
    histories = recmodel.histories(data)
    if histories is None:
        st.info(
            "These baskets do not say who bought them: import them with a customer column to get lists for customers.",
            icon=":material/info:",
        )
        if st.button("Add data", icon=shell.PAGES["data"][1], key="add-customers"):
            shell.go("data")
        return
    with st.container():
        who = _pick(histories, recmodel.customers(data))
    baskets = histories.of_customer(who)
    _head(dataset, data, str(histories.ids[who]), baskets)
    if not baskets:
        st.info("This customer has bought nothing yet.", icon=":material/info:")
        return
    if model is not None:
        people = recmodel.people(data)
        found = for_customer(dataset, model, baskets, K, people=people, number=who, together=services.together(data))
        st.subheader(
            "Due again",
            anchor=False,
            help="Bought before, ordered by how likely they are in the next "
            "basket: how often, how regularly and how long ago (learned from all customers).",
        )
        suggestions.listing(dataset, found.due, "due", "Look at it", ":material/arrow_forward:", _look(dataset))
        st.subheader(
            "New to try",
            anchor=False,
            help="Never bought by this customer: what purchase patterns, shared "
            "baskets and similar customers speak for; each line says which.",
        )
        suggestions.listing(dataset, found.new, "new", "Look at it", ":material/arrow_forward:", _look(dataset))
        if not found.new:
            st.info("They have bought everything there is.", icon=":material/task_alt:")
        suggestions.table([*found.due, *found.new], f"customer {histories.ids[who]} next basket")
        if people is not None:
            st.subheader(
                "Customers who buy alike",
                anchor=False,
                help="Cosine similarity of what both bought, each product counting more the rarer it is; 100 % would "
                "be the same purchases.",
            )
            alike = similar_customers(dataset, people, who, 5)
            for other in alike:
                left, right, bar = st.columns([4, 15, 4], vertical_alignment="center")
                left.button(
                    plain(short(other.id, 24)),
                    key=f"alike:{other.id}",
                    icon=":material/person:",
                    width="stretch",
                    on_click=_choose,
                    args=(other.id,),
                    help="Go to this customer",
                )
                right.markdown(plain(short(other.reason, 200)))
                bar.progress(min(1.0, max(0.0, other.score)), text=f"{100 * other.score:.0f} % alike")
            if not alike:
                st.info("Nobody else has bought what they bought.", icon=":material/info:")
    _history(dataset, histories, who)


def _head(dataset: Dataset, data: str, id: str, baskets: list) -> None:
    """Who it is, which segment they are in, and where to go on."""
    with st.container(border=True):
        bought = sum(len(b) for b in baskets)
        st.markdown(f"**Customer {plain(id)}** · {count(len(baskets), 'basket')} · {count(bought, 'purchase')}")
        segment = customerview.segment_of(data, id)
        if segment is not None:
            st.caption(f"One of the {count(segment.customers, 'customer')} in the segment “{plain(segment.name)}”.")
        with st.container(horizontal=True):
            st.button(
                "Build a basket for them",
                icon=":material/add_shopping_cart:",
                key="basket-for",
                on_click=_fill,
                args=(id,),
            )
            if st.button(
                "Their place among customers",
                icon=shell.PAGES["customers"][1],
                key="to-customers",
                help="The page on customers: segments, a map, and who is near whom.",
            ):
                shell.go("customers", customer=id, view="one")


def _history(dataset: Dataset, histories: Histories, who: int) -> None:
    """Everything they bought, and its CSV."""
    table = history_table(dataset, histories, who).drop(columns="item")
    with st.expander(f"Everything they bought ({count(len(table), 'product')})", icon=":material/receipt_long:"):
        seen = table.assign(baskets_ago=table["baskets_ago"] + 1).dropna(axis=1, how="all")
        st.dataframe(
            seen,
            hide_index=True,
            alt="Table of the products this customer bought, most often first",
            column_config={k: v for k, v in _COLUMNS.items() if k in seen},
        )
        st.download_button(
            "Download (CSV)",
            csv(seen),
            f"customer {histories.ids[who]}.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
        )


def _pick(histories: Histories, known: dict[str, int]) -> int:
    """The customer of the URL or of the search box; one with many baskets to begin with."""
    typed = st.text_input(
        "Which customer?",
        key="find-customer",
        placeholder="Type a customer id",
        icon=":material/search:",
        type="search",
        on_change=_typed,
        args=(known,),
    ).strip()
    if typed:
        _offer(histories, known, typed)
    asked = shell.url("customer")
    if asked in known:
        return known[str(asked)]
    if asked:
        st.warning(
            f"There is no customer “{plain(short(asked, 40))}” here; this is another one.", icon=":material/link_off:"
        )
    st.caption("An example: a customer with many baskets. Search for yours above.")
    counts = [len(histories.baskets_of(n)) for n in range(min(len(histories), 500))]
    example = max(range(len(counts)), key=counts.__getitem__)
    address.fill(customer=str(histories.ids[example]))  # so that the way back leads here
    return example


def _offer(histories: Histories, known: dict[str, int], typed: str) -> None:
    """Customers whose id is like what was typed, those that begin so first."""
    part = typed.casefold()
    near = sorted((c for c in known if part in c.casefold()), key=lambda c: (not c.casefold().startswith(part), len(c)))
    if not near:
        st.info(f"No customer has an id like “{plain(short(typed, 40))}”.", icon=":material/search_off:")
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
    shell.remember(by="basket", basket=",", whose=customer)


def _look(dataset: Dataset) -> Callable[[int], None]:
    return lambda item: shell.remember(by="product", item=str(dataset.items[item]))
