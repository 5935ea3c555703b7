"""A product: what goes with it, what may stand in for it, and what a result finds like it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from embedcore import Dataset
from embedcore.explore import Recommendation, similar_products
from embedcore.recommend import Recommender, Related, complements, substitutes
from pages.ui import address, cards, choice, picker, services, shell
from pages.ui.recommend import model as recmodel
from pages.ui.recommend import suggestions
from pages.ui.text import count, plain, short

K = 10
_NAMES = 4  # times K: so many are asked for, since several may share a name
RELATION = {"with": "Goes with it", "instead": "Instead of it", "alike": "Alike in a result"}
HELP = {
    "with": "Complements: of another kind, and in one basket with it more often than chance would put them there.",
    "instead": "Substitutes: alike in words, kind and price, bought with the same things, rarely in one "
    "basket with it.",
}


def view(dataset: Dataset, data: str, model: Recommender | None) -> None:
    """Pick a product, then one list of what it is related to."""
    picker.search(dataset, "find-product", "Which product?", "Choose", ":material/arrow_forward:", _look(dataset))
    with st.container():
        item = _chosen(dataset)
    with st.container(border=True):
        cards.wide(dataset, item)
        st.button(
            "Put it in a basket",
            icon=":material/add_shopping_cart:",
            on_click=_start_basket,
            args=(dataset, item),
            key="start",
        )
    options = {k: v for k, v in RELATION.items() if k != "with" or dataset.baskets is not None}
    relation = choice.segments("relation", "How it is related", options)
    if relation == "alike":
        _alike(dataset, data, item, shell.need_result(data))
        return
    st.caption(HELP[relation])
    if relation == "with" and model is None:
        return
    found = _related(data, str(dataset.items[item]), relation, model is not None)
    if not found:
        _nothing(dataset, item, relation)
        return
    listed = [Recommendation(r.item, r.id, r.title, r.score, r.reason, relation) for r in found]
    suggestions.listing(dataset, listed, "look", "Go to it", ":material/arrow_forward:", _look(dataset))
    suggestions.table(listed, f"{dataset.titles[item]} {RELATION[relation].lower()}")


def _nothing(dataset: Dataset, item: int, relation: str) -> None:
    """Why the list is empty, and where to go on."""
    words = "is bought with it more often than chance" if relation == "with" else "is like it enough to replace it"
    bought = f": it is in {count(int(dataset.counts[item]), 'basket')}" if dataset.baskets is not None else ""
    st.info(f"Nothing {words}{bought}.", icon=":material/info:")
    other = "instead" if relation == "with" or dataset.baskets is None else "with"
    if other != relation:
        st.button(
            f"See “{RELATION[other]}”",
            icon=":material/arrow_forward:",
            key="other-relation",
            on_click=lambda: shell.remember(relation=other),
        )


@st.cache_data(max_entries=64, show_spinner=False)
def _related(data: str, id: str, relation: str, ready: bool) -> list[Related]:
    """ready: whether baskets can be asked (part of the cache's key)."""
    dataset = services.dataset(data)
    item, together = dataset.index[id], services.together(data)
    model = recmodel.ready(dataset) if ready else None
    if relation == "with":
        assert model is not None
        return _folded(complements(dataset, model, item, K * _NAMES, together))
    return _folded(substitutes(dataset, model, item, K * _NAMES, together))


def _folded(found: list[Related]) -> list[Related]:
    """The first of each name, K of them: a catalogue may list ten rows under one name, and then says how many."""
    by_name: dict[str, list[Related]] = {}
    for r in found:
        by_name.setdefault(r.title, []).append(r)
    out = []
    for rows in list(by_name.values())[:K]:
        more = len(rows) - 1
        also = f"; {more} more {'row has' if more == 1 else 'rows have'} this name" if more else ""
        out.append(replace(rows[0], reason=rows[0].reason + also))
    return out


def _chosen(dataset: Dataset) -> int:
    asked = shell.url("item")
    if asked in dataset.index:
        return dataset.index[str(asked)]
    if asked:
        st.warning(
            f"“{plain(short(asked, 40))}” is not in this dataset; here is another one.", icon=":material/link_off:"
        )
    best = "the product that is bought most" if dataset.baskets is not None else "the first product of the catalogue"
    st.caption(f"An example, {best}. Search for yours above.")
    example = int(dataset.counts.argmax())
    address.fill(item=str(dataset.items[example]))  # so that the way back leads here
    return example


def _look(dataset: Dataset) -> Callable[[int], None]:
    return lambda item: shell.remember(item=str(dataset.items[item]))


def _start_basket(dataset: Dataset, item: int) -> None:
    shell.remember(by="basket", basket=picker.to_url(dataset, [item]), whose=None)


def _alike(dataset: Dataset, data: str, item: int, run: str) -> None:
    vectors = services.embedding(run)
    found = similar_products(
        dataset,
        vectors,
        services.graph(run),
        item,
        K,
        together=services.together(data),
        from_baskets=services.from_baskets(run),
    )
    st.caption(suggestions.MEANING[suggestions.ALIKE])
    if str(dataset.items[item]) not in vectors.row_of:
        st.info(
            "This product has no vector in this result: it is bought too rarely or has no text. "
            + ("Shown is what it was bought with." if found else "It is in no basket with other products either."),
            icon=":material/info:",
        )
    if found:
        suggestions.listing(dataset, found, "look", "Go to it", ":material/arrow_forward:", _look(dataset))
        suggestions.table(found, f"{dataset.titles[item]} similar products")
