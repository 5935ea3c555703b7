"""A basket to build or a real one, and what goes with it."""

from __future__ import annotations

import streamlit as st

from embedcore import Dataset
from embedcore.explore.similar import like_basket
from embedcore.recommend.baskets import for_basket
from embedcore.recommend.model import Recommender
from pages.ui import cards, picker, services, shell, suggestions
from pages.ui.text import plain, short

K = 10


def view(dataset: Dataset, data: str, model: Recommender | None, run: str | None) -> None:
    """The basket above, what goes with it below."""
    box = st.container()
    items = _basket(dataset)
    with box:
        picker.search(
            dataset, "find-for-basket", "Add a product", "Add", ":material/add:", lambda i: _put(dataset, [*items, i]),
            items,
        )  # fmt: skip
    _contents(dataset, items)
    if not items:
        real = ", or take a real basket." if dataset.baskets is not None else "."
        st.info(f"The basket is empty. Search for a product above{real}", icon=":material/info:")
        return
    if dataset.baskets is not None and model is None:
        return
    if model is not None:
        taste = _taste()
        found = for_basket(dataset, model, items, K, together=services.together(data), **taste)
    else:
        run = shell.need_result(data) if run is None else run
        found = like_basket(dataset, services.embedding(run), items, K)
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
        st.info("Nothing is known about these products.", icon=":material/info:")
        return
    suggestions.listing(dataset, found, "add", "Add", ":material/add:", lambda i: _put(dataset, [*items, i]))
    suggestions.table(found, "what goes with the basket")


def _taste() -> dict[str, float]:
    """How varied, and how popular."""
    with st.expander("More varied, or less obvious?", icon=":material/tune:"):
        left, right = st.columns(2)
        variety = left.slider(
            "Variety", 0, 100, 0, 10, format="%d %%", key="variety",
            help="0: the best ones, even if they are much alike. 100: as different from each other as possible "
            "(maximal marginal relevance).",
        )  # fmt: skip
        popular = right.slider(
            "Rare or popular", -100, 100, 0, 20, key="popular",
            help="To the left rarely bought products come first among those that fit, to the right popular ones.",
        )  # fmt: skip
    return {"diversity": variety / 100, "popularity": popular / 100}


def _basket(dataset: Dataset) -> list[int]:
    """The basket of the URL, or a real one to begin with."""
    value = shell.url("basket")
    if value is None:
        st.caption("An example from your data. Search for products above to change it, or empty it and build your own.")
        return picker.real_basket(dataset, 0) or [int(dataset.counts.argmax())]
    items, unknown = picker.from_url(dataset, value)
    if unknown:
        what = "1 product of this basket is" if unknown == 1 else f"{unknown} products of this basket are"
        st.warning(f"{what} not in this dataset and left out.", icon=":material/link_off:")
    return items


def _contents(dataset: Dataset, items: list[int]) -> None:
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
                    on_click=_put,
                    args=(dataset, [i for i in items if i != item]),
                )
        with st.container(horizontal=True):
            if dataset.baskets is not None:
                st.button(
                    "Another real basket", icon=":material/casino:", key="another", on_click=_another, args=(dataset,),
                    type="tertiary",
                )  # fmt: skip
            if items:
                st.button(
                    "Empty it", icon=":material/delete:", key="empty", on_click=_put, args=(dataset, []),
                    type="tertiary",
                )  # fmt: skip


def _put(dataset: Dataset, items: list[int]) -> None:
    shell.remember(basket=picker.to_url(dataset, items))


def _another(dataset: Dataset) -> None:
    st.session_state["basket:seed"] = st.session_state.get("basket:seed", 0) + 1
    _put(dataset, picker.real_basket(dataset, st.session_state["basket:seed"]))
