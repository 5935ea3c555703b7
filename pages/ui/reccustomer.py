"""A customer: what they are due to buy again, what is new to try, what they bought, and who buys alike."""

from __future__ import annotations

import streamlit as st

from embedcore import Dataset
from embedcore.export import csv
from embedcore.recommend.customers import for_customer, history_table, similar_customers
from embedcore.recommend.model import Recommender
from embedcore.recommend.purchases import Histories
from pages.ui import recmodel, services, shell, suggestions
from pages.ui.text import number, plain, short

K = 10


def view(dataset: Dataset, data: str, model: Recommender | None) -> None:
    """Pick a customer, then two lists."""
    histories = recmodel.histories(data)
    if histories is None:
        st.info(
            "These baskets do not say who bought them: import them with a customer column to get lists for customers.",
            icon=":material/info:",
        )
        return
    who = _pick(histories)
    baskets = histories.of_customer(who)
    bought = sum(len(b) for b in baskets)
    with st.container(border=True):
        st.markdown(
            f"**Customer {plain(histories.ids[who])}** · {number(len(baskets))} baskets · "
            f"{number(bought)} products bought"
        )
    if not baskets:
        st.info("This customer has bought nothing yet.", icon=":material/info:")
        return
    if model is not None:
        people = recmodel.people(data)
        found = for_customer(dataset, model, baskets, K, people=people, number=who, together=services.together(data))
        st.subheader("Due again", anchor=False, help="Bought before, ordered by how likely they are in the next "
                     "basket: how often, how regularly and how long ago (learned from all customers).")  # fmt: skip
        suggestions.listing(dataset, found.due, "due", "Look at it", ":material/arrow_forward:", _look(dataset))
        st.subheader("New to try", anchor=False, help="Never bought by this customer: what purchase patterns, shared "
                     "baskets and similar customers speak for; each line says which.")  # fmt: skip
        suggestions.listing(dataset, found.new, "new", "Look at it", ":material/arrow_forward:", _look(dataset))
        suggestions.table([*found.due, *found.new], f"customer {histories.ids[who]} next basket")
        if people is not None:
            st.subheader("Customers who buy alike", anchor=False)
            for other in similar_customers(dataset, people, who, 5):
                left, right = st.columns([2, 9], vertical_alignment="center")
                left.button(
                    plain(short(other.id, 24)), key=f"alike:{other.id}", icon=":material/person:", width="stretch",
                    on_click=_choose, args=(other.id,),
                )  # fmt: skip
                right.markdown(plain(short(other.reason, 200)))
    with st.expander(f"Everything they bought ({number(bought)} products in {number(len(baskets))} baskets)"):
        table = history_table(dataset, histories, who).drop(columns="item")
        st.dataframe(table, hide_index=True, alt="Table of the products this customer bought, most often first")
        st.download_button(
            "Download (CSV)", csv(table), f"customer {histories.ids[who]}.csv", "text/csv",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip


def _pick(histories: Histories) -> int:
    """The customer of the URL, of the search box, or one with many baskets."""
    known = {str(c): n for n, c in enumerate(histories.ids)}
    asked = shell.url("customer")
    typed = st.text_input(
        "Which customer?",
        key="find-customer",
        placeholder="Type a customer id",
        icon=":material/search:",
        type="search",
    ).strip()
    if typed and typed not in known:
        near = [c for c in known if typed.casefold() in c.casefold()][:8]
        if not near:
            st.info(f"No customer has an id like “{plain(short(typed, 40))}”.", icon=":material/search_off:")
        with st.container(horizontal=True):
            for c in near:
                st.button(plain(c), key=f"who:{c}", on_click=_choose, args=(c,))
    elif typed and typed != asked:
        shell.remember(customer=typed)
        asked = typed
    if asked in known:
        return known[str(asked)]
    if asked:
        st.warning(f"There is no customer “{plain(short(asked, 40))}” here; this is another one.")
    st.caption("An example: a customer with many baskets. Search for yours above.")
    counts = [len(histories.baskets_of(n)) for n in range(min(len(histories), 500))]
    return max(range(len(counts)), key=counts.__getitem__)


def _choose(customer: str) -> None:
    st.session_state["find-customer"] = ""
    shell.remember(customer=customer)


def _look(dataset: Dataset):  # type: ignore[no-untyped-def]
    return lambda item: shell.remember(by="product", item=str(dataset.items[item]))
