"""Recommend: what is like a product, and what goes with a basket."""

from __future__ import annotations

import streamlit as st

from embedcore.explore.recommend import for_basket, similar_products
from pages.ui import cards, choice, picker, services, shell, suggestions
from pages.ui.text import plain, short

BY = {"product": "A product", "basket": "A basket"}
K = 10


def one_product() -> None:
    """A product, and the ones that are like it."""
    picker.search(dataset, "find-product", "Which product?", "Choose", ":material/arrow_forward:", look_at)
    asked = shell.url("item")
    known = asked in dataset.index
    if asked and not known:
        st.warning(
            f"“{plain(short(asked, 40))}” is not in this dataset; here is another one.", icon=":material/link_off:"
        )
    item = dataset.index[asked] if known else picker.example(dataset, vectors)
    if not known:
        best = (
            "the product that is bought most" if dataset.baskets is not None else "the first product of the catalogue"
        )
        st.caption(f"An example, {best}. Search for yours above.")
    with st.container(border=True):
        cards.wide(dataset, item)
        st.button(
            "Put it in a basket", icon=":material/add_shopping_cart:", on_click=start_basket, args=(item,), key="start"
        )
    st.subheader("Similar products", anchor=False, help=suggestions.MEANING[suggestions.ALIKE])
    found = similar_products(
        dataset, vectors, services.graph(run), item, K, services.together(data), services.from_baskets(run)
    )
    if str(dataset.items[item]) not in vectors.row_of:
        st.info(
            "This product has no vector in this result: it is bought too rarely or has no text. "
            + ("Shown is what it was bought with." if found else "It is in no basket with other products either."),
            icon=":material/info:",
        )
    if found:
        suggestions.listing(dataset, found, "look", "Go to it", ":material/arrow_forward:", look_at)
        suggestions.table(found, f"{dataset.titles[item]} similar products")


def look_at(item: int) -> None:
    shell.remember(item=str(dataset.items[item]))


def start_basket(item: int) -> None:
    shell.remember(by="basket")
    put([item])


def basket() -> list[int]:
    """The basket of the URL, or a real one to begin with."""
    value = shell.url("basket")
    if value is None:
        st.caption("An example from your data. Search for products above to change it, or empty it and build your own.")
        return picker.real_basket(dataset, 0) or [picker.example(dataset, vectors)]
    items, unknown = picker.from_url(dataset, value)
    if unknown:
        what = "1 product of this basket is" if unknown == 1 else f"{unknown} products of this basket are"
        st.warning(f"{what} not in this dataset and left out.", icon=":material/link_off:")
    return items


def put(items: list[int]) -> None:
    shell.remember(basket=picker.to_url(dataset, items))


def another() -> None:
    st.session_state["basket:seed"] = st.session_state.get("basket:seed", 0) + 1
    put(picker.real_basket(dataset, st.session_state["basket:seed"]))


def one_basket() -> None:
    """A basket to build, and what goes with it."""
    box = st.container()
    items = basket()
    with box:
        picker.search(
            dataset, "find-for-basket", "Add a product", "Add", ":material/add:", lambda i: put([*items, i]), items
        )
    with st.container(border=True):
        st.markdown(f"**The basket** · {len(items)} product{'' if len(items) == 1 else 's'}")
        with st.container(horizontal=True):
            for item in items:
                st.button(
                    plain(short(dataset.titles[item], 50)),
                    icon=":material/close:",
                    icon_position="right",
                    key=f"drop:{item}",
                    help=f"Take it out. {plain(cards.about(dataset, item))}",
                    on_click=put,
                    args=([i for i in items if i != item],),
                )
        with st.container(horizontal=True):
            if dataset.baskets is not None:
                st.button(
                    "Another real basket", icon=":material/casino:", key="another", on_click=another, type="tertiary"
                )
            if items:
                st.button("Empty it", icon=":material/delete:", key="empty", on_click=put, args=([],), type="tertiary")
    if not items:
        st.info(
            "The basket is empty. Search for a product above"
            + (", or take a real basket." if dataset.baskets is not None else "."),
            icon=":material/info:",
        )
        return
    found = for_basket(dataset, items, K, vectors, services.together(data))
    st.subheader(
        "What goes with it",
        anchor=False,
        help=" ".join(suggestions.MEANING[s] for s in suggestions.SOURCES if s in {r.source for r in found}),
    )
    if dataset.baskets is None:
        st.info(
            "This dataset has no baskets, so nothing is known about what is bought together. Shown are products that "
            "are like those in the basket.",
            icon=":material/info:",
        )
    if not found:
        st.info(
            "None of these products has a vector in this result or was bought with anything.", icon=":material/info:"
        )
        return
    suggestions.listing(dataset, found, "add", "Add", ":material/add:", lambda i: put([*items, i]))
    suggestions.table(found, "what goes with the basket")


shell.page("recommend")
data, run = shell.need_run()
dataset, vectors = services.dataset(data), services.embedding(run)
st.caption("See what is like a product, and what goes with a basket.")
if choice.segments("by", "Start from", BY) == "basket":
    one_basket()
else:
    one_product()
