"""Build a basket or pick a real one, and see what goes with it."""

from __future__ import annotations

import numpy as np
import streamlit as st

from embedcore import Dataset
from embedcore.explore import like_basket
from embedcore.recommend import ListOptions, Recommender, for_basket
from pages.ui import address, cards, picker, services, shell
from pages.ui.recommend import model as recommender
from pages.ui.recommend import new, suggestions, texts
from pages.ui.text import count, plain, short

K = 10
CUSTOMER, CUSTOMER_BEFORE = "basket_customer", "whose"  # names in the URL, the second one in old links
LEAN = {"rarest": -1.0, "rarer": -0.5, "balanced": 0.0, "more popular": 0.5, "most popular": 1.0}


def view(dataset: Dataset, data: str, model: Recommender | None) -> None:
    """The basket above, what goes with it below."""
    box = st.container()
    with st.container():
        items, customer = _basket(dataset, data)
    with box:
        picker.search(
            dataset,
            "find-for-basket",
            lambda i: _put(dataset, [*items, i]),
            label=texts.ADD_PRODUCT,
            action=texts.ADD,
            icon=":material/add:",
            exclude=items,
        )
    _contents(dataset, items, customer)
    if not items:
        real = ", or take a real basket" if dataset.baskets is not None else ""
        st.info(f"{texts.EMPTY_BASKET}. Search for a product above{real}.", icon=":material/info:")
        return
    if dataset.baskets is not None and model is None:
        return
    if model is not None:
        options, exclude = _options(data, customer)
        found = for_basket(dataset, model, items, K, options, exclude=exclude)
    else:
        found = like_basket(dataset, services.embedding(shell.need_run(data).key), items, K)
        st.info(texts.NO_BASKETS, icon=":material/info:")
    st.subheader(
        texts.GOES_WITH_BASKET,
        anchor=False,
        help=" ".join(texts.MEANING[s] for s in texts.SIGNALS if s in {r.source for r in found}),
    )
    if not found:
        st.info(texts.NOTHING_KNOWN, icon=":material/info:")
        return
    suggestions.listing(dataset, found, "add", lambda i: _put(dataset, [*items, i]), add=True)
    suggestions.table(found, "what goes with the basket")
    if model is not None:
        new.below(dataset, model, items, lambda i: _put(dataset, [*items, i]))


def _options(data: str, customer: str | None) -> tuple[ListOptions, list[int]]:
    """(how varied and how popular, the products left out: a customer's earlier purchases)."""
    # Decided once: the expander must not fold while somebody moves a slider back to where it began.
    tuned = any(n in st.query_params for n in ("variety", "popular", "fresh"))
    opened = st.session_state.setdefault("basket:tuned", tuned)
    with st.expander(texts.TUNE, icon=":material/tune:", expanded=opened):
        left, right = st.columns(2, gap="large")
        variety = left.slider(
            "Variety", 0, 100, 0, 10, format="%d %%", key="variety", bind="query-params", help=texts.VARIETY_HELP
        )
        popular = right.select_slider(
            "Rare or popular", list(LEAN), "balanced", key="popular", bind="query-params", help=texts.POPULAR_HELP
        )
        exclude: list[int] = []
        if customer is not None and st.toggle(
            f"Only products new to customer {plain(short(customer, 40))}", key="fresh", bind="query-params"
        ):
            exclude = _bought(data, customer).tolist()
    return ListOptions(variety / 100, LEAN[popular], services.together(data)), exclude


def _bought(data: str, customer: str) -> np.ndarray:
    """Items of all baskets of a customer."""
    histories = recommender.histories(data)
    number = recommender.customers(data).get(customer)
    if histories is None or number is None:
        return np.empty(0, np.int64)
    baskets = histories.of_customer(number)
    return np.unique(np.concatenate(baskets)) if baskets else np.empty(0, np.int64)


def _basket(dataset: Dataset, data: str) -> tuple[list[int], str | None]:
    """The basket of the URL and its customer, if known; or a real one to begin with."""
    value = shell.url("basket")
    if value is None:
        st.caption(texts.BASKET_EXAMPLE)
        taken = _real(dataset, 0)
        address.fill(**{name: v for name, v in taken.items() if v})
        value = taken["basket"] or ","
    items, unknown = picker.from_url(dataset, value)
    if unknown:
        st.warning(f"Left out, not in this dataset: {count(unknown, 'product')}.", icon=":material/link_off:")
    customer = shell.url(CUSTOMER) or shell.url(CUSTOMER_BEFORE)
    return items, customer if customer in recommender.customers(data) else None


def _contents(dataset: Dataset, items: list[int], customer: str | None) -> None:
    with st.container(border=True):
        of = f" · of customer {plain(short(customer, 40))}" if customer else ""
        st.markdown(f"**The basket** · {count(len(items), 'product')}{of}")
        with st.container(horizontal=True):
            for item in items:
                st.button(
                    plain(short(dataset.titles[item], 50)),
                    icon=":material/close:",
                    icon_position="right",
                    key=f"drop:{item}",
                    help=f"Remove it. {plain(cards.about(dataset, item))}",
                    on_click=_put,
                    args=(dataset, [i for i in items if i != item]),
                )
        with st.container(horizontal=True):
            if dataset.baskets is not None:
                st.button(
                    texts.ANOTHER,
                    icon=":material/casino:",
                    key="another",
                    on_click=_another,
                    args=(dataset,),
                    type="tertiary",
                )
            if items:
                st.button(texts.EMPTY, icon=":material/delete:", key="empty", type="tertiary", on_click=_fill)
            if customer:
                st.button(
                    texts.TO_CUSTOMER,
                    icon=":material/person:",
                    key="to-customer",
                    type="tertiary",
                    on_click=lambda: shell.remember(by="customer", customer=customer),
                )


def _fill() -> None:
    start(",")


def start(basket: str, customer: str | None = None) -> None:
    """Another basket, as the URL carries it, and its customer."""
    shell.remember(by="basket", basket=basket, **{CUSTOMER: customer, CUSTOMER_BEFORE: None})


def _put(dataset: Dataset, items: list[int]) -> None:
    shell.remember(basket=picker.to_url(dataset, items))


def _another(dataset: Dataset) -> None:
    st.session_state["basket:seed"] = st.session_state.get("basket:seed", 0) + 1
    shell.remember(**_real(dataset, st.session_state["basket:seed"]), **{CUSTOMER_BEFORE: None})


def _real(dataset: Dataset, seed: int) -> dict[str, str | None]:
    """A real basket as the URL carries it, with its customer where that is known; without baskets the first product."""
    number, b = picker.real_basket(dataset, seed), dataset.baskets
    if number is None or b is None:
        return {"basket": picker.to_url(dataset, [0]), CUSTOMER: None}
    code = int(b.customers[number]) if b.customers is not None else -1
    customer = str(b.customer_ids[code]) if code >= 0 and b.customer_ids is not None else None
    return {"basket": picker.to_url(dataset, [int(i) for i in b.of(number)]), CUSTOMER: customer}
