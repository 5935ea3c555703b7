"""A basket to build or a real one, and what goes with it."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from embedcore import Dataset
from embedcore.explore import like_basket
from embedcore.recommend import Recommender, for_basket
from pages.ui import address, cards, picker, services, shell
from pages.ui.recommend import model as recmodel
from pages.ui.recommend import new as recnew
from pages.ui.recommend import suggestions
from pages.ui.text import count, plain, short

K = 10
LEAN = {"rarest": -1.0, "rarer": -0.5, "as it comes": 0.0, "more popular": 0.5, "most popular": 1.0}


def view(dataset: Dataset, data: str, model: Recommender | None) -> None:
    """The basket above, what goes with it below."""
    box = st.container()
    with st.container():
        items, whose = _basket(dataset, data)
    with box:
        picker.search(
            dataset,
            "find-for-basket",
            "Add a product",
            "Add",
            ":material/add:",
            lambda i: _put(dataset, [*items, i]),
            items,
        )
    _contents(dataset, items, whose)
    if not items:
        real = ", or take a real basket." if dataset.baskets is not None else "."
        st.info(f"The basket is empty. Search for a product above{real}", icon=":material/info:")
        return
    if dataset.baskets is not None and model is None:
        return
    if model is not None:
        taste = _taste(data, whose)
        found = for_basket(dataset, model, items, K, together=services.together(data), **taste)
    else:
        found = like_basket(dataset, services.embedding(shell.need_result(data)), items, K)
        st.info(
            "This dataset has no baskets, so nothing is known about what is bought together. Shown are products that "
            "are like those in the basket.",
            icon=":material/info:",
        )
    st.subheader(
        "What goes with it",
        anchor=False,
        help=" ".join(suggestions.MEANING[s] for s in suggestions.SOURCES if s in {r.source for r in found}),
    )
    if not found:
        st.info("Nothing is known about these products. Add another one.", icon=":material/info:")
        return
    suggestions.listing(dataset, found, "add", "Add", ":material/add:", lambda i: _put(dataset, [*items, i]))
    suggestions.table(found, "what goes with the basket")
    if model is not None:
        recnew.below(dataset, model, items, lambda i: _put(dataset, [*items, i]))


def _taste(data: str, whose: str | None) -> dict[str, Any]:
    """How varied, how popular, and whether a customer's earlier purchases are left out."""
    # Asked once: the expander must not fold while somebody moves a slider back to where it began.
    tuned = any(n in st.query_params for n in ("variety", "popular", "fresh"))
    opened = st.session_state.setdefault("basket:tuned", tuned)
    with st.expander("More varied, or less obvious?", icon=":material/tune:", expanded=opened):
        left, right = st.columns(2, gap="large")
        variety = left.slider(
            "Variety",
            0,
            100,
            0,
            10,
            format="%d %%",
            key="variety",
            bind="query-params",
            help="0 %: the best ones, even if they are much alike. 100 %: as different from each other as possible "
            "(maximal marginal relevance).",
        )
        popular = right.select_slider(
            "Rare or popular",
            list(LEAN),
            "as it comes",
            key="popular",
            bind="query-params",
            help="To the left rarely bought products come first among those that fit, to the right popular ones (the "
            "score times a power of how often each is bought).",
        )
        exclude: np.ndarray = np.empty(0, np.int64)
        if whose is not None and st.toggle(
            f"Leave out what customer {plain(short(whose, 40))} bought before",
            key="fresh",
            bind="query-params",
            help="Only products that are new to them are suggested.",
        ):
            exclude = _bought(data, whose)
    return {"diversity": variety / 100, "popularity": LEAN[popular], "exclude": exclude}


def _bought(data: str, customer: str) -> np.ndarray:
    """Items of all baskets of a customer."""
    histories = recmodel.histories(data)
    number = recmodel.customers(data).get(customer)
    if histories is None or number is None:
        return np.empty(0, np.int64)
    baskets = histories.of_customer(number)
    return np.unique(np.concatenate(baskets)) if baskets else np.empty(0, np.int64)


def _basket(dataset: Dataset, data: str) -> tuple[list[int], str | None]:
    """The basket of the URL and whose it is, if that is known; or a real one to begin with."""
    value = shell.url("basket")
    if value is None:
        st.caption("An example from your data. Search for products above to change it, or empty it and build your own.")
        taken = _real(dataset, 0)
        address.fill(**{k: v for k, v in taken.items() if v})
        value = taken["basket"] or ","
    items, unknown = picker.from_url(dataset, value)
    if unknown:
        what = "1 product of this basket is" if unknown == 1 else f"{unknown} products of this basket are"
        st.warning(f"{what} not in this dataset and left out.", icon=":material/link_off:")
    whose = shell.url("whose")
    return items, whose if whose in recmodel.customers(data) else None


def _contents(dataset: Dataset, items: list[int], whose: str | None) -> None:
    with st.container(border=True):
        of = f" · of customer {plain(short(whose, 40))}" if whose else ""
        st.markdown(f"**The basket** · {count(len(items), 'product')}{of}")
        with st.container(horizontal=True):
            for item in items:
                st.button(
                    plain(short(dataset.titles[item], 50)),
                    icon=":material/close:",
                    icon_position="right",
                    key=f"drop:{item}",
                    help=f"Take it out. {plain(cards.about(dataset, item))}",
                    on_click=_put,
                    args=(dataset, [i for i in items if i != item]),
                )
        with st.container(horizontal=True):
            if dataset.baskets is not None:
                st.button(
                    "Another real basket",
                    icon=":material/casino:",
                    key="another",
                    on_click=_another,
                    args=(dataset,),
                    type="tertiary",
                )
            if items:
                st.button(
                    "Empty it",
                    icon=":material/delete:",
                    key="empty",
                    type="tertiary",
                    on_click=lambda: shell.remember(basket=",", whose=None),
                )
            if whose:
                st.button(
                    "Go to the customer",
                    icon=":material/person:",
                    key="to-customer",
                    type="tertiary",
                    on_click=lambda: shell.remember(by="customer", customer=whose),
                )


def _put(dataset: Dataset, items: list[int]) -> None:
    shell.remember(basket=picker.to_url(dataset, items))


def _another(dataset: Dataset) -> None:
    st.session_state["basket:seed"] = st.session_state.get("basket:seed", 0) + 1
    shell.remember(**_real(dataset, st.session_state["basket:seed"]))


def _real(dataset: Dataset, seed: int) -> dict[str, str | None]:
    """A real basket as the URL carries it, with its customer where that is known; without baskets the first product."""
    number, b = picker.real_basket(dataset, seed), dataset.baskets
    if number is None or b is None:
        return {"basket": picker.to_url(dataset, [0]), "whose": None}
    code = int(b.customers[number]) if b.customers is not None else -1
    whose = str(b.customer_ids[code]) if code >= 0 and b.customer_ids is not None else None
    return {"basket": picker.to_url(dataset, [int(i) for i in b.of(number)]), "whose": whose}
