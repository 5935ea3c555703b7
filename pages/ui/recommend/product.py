"""A product: what goes with it, what can replace it, and what an embedding finds similar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from embedcore import Dataset
from embedcore.explore import ALIKE, Recommendation, similar_products
from embedcore.recommend import Recommender, Related, complements, substitutes
from pages.ui import address, cards, picker, services, shell
from pages.ui.recommend import basket, suggestions, texts
from pages.ui.recommend import model as recommender
from pages.ui.text import count, plain, short

K = 10
_NAMES = 4  # times K: so many are fetched, since several may share a name


def view(dataset: Dataset, data: str, model: Recommender | None) -> None:
    """Pick a product, then one list of what it is related to."""
    picker.search(dataset, "find-product", _look(dataset))
    with st.container():
        item = _chosen(dataset)
    with st.container(border=True):
        cards.wide(dataset, item)
        st.button(
            texts.START_BASKET,
            icon=":material/add_shopping_cart:",
            on_click=_start_basket,
            args=(dataset, item),
            key="start",
        )
    options = {k: v for k, v in texts.RELATION.items() if k != "with" or dataset.baskets is not None}
    relation = picker.segments("relation", "How it is related", options)
    if relation == "alike":
        _alike(dataset, data, item, shell.need_run(data).key)
        return
    st.caption(texts.RELATION_HELP[relation])
    if relation == "with" and model is None:
        return
    found = _related(data, item, relation, recommender.folder(dataset) or "")
    if not found:
        _nothing(dataset, item, relation)
        return
    listed = [Recommendation(r.item, r.id, r.title, r.score, r.reason, relation) for r in found]
    suggestions.listing(dataset, listed, "look", _look(dataset))
    suggestions.table(listed, f"{dataset.titles[item]} {texts.RELATION[relation].lower()}")


def _nothing(dataset: Dataset, item: int, relation: str) -> None:
    """Why the list is empty, and where to go on."""
    words = "is bought with it more often than by chance" if relation == "with" else "is similar enough to replace it"
    bought = f": it is in {count(int(dataset.counts[item]), 'basket')}" if dataset.baskets is not None else ""
    st.info(f"Nothing {words}{bought}.", icon=":material/info:")
    other = "instead" if relation == "with" or dataset.baskets is None else "with"
    if other != relation:
        st.button(
            f"See “{texts.RELATION[other]}”",
            icon=":material/arrow_forward:",
            key="other-relation",
            on_click=lambda: shell.remember(relation=other),
        )


@services.data(max_entries=64)
def _related(data: str, item: int, relation: str, folder: str) -> list[Related]:
    """folder: of the recommender; "" without baskets."""
    dataset, together = services.dataset(data), services.together(data)
    known = recommender.load(folder) if folder else None
    if relation == "with" and known is not None:
        return _folded(complements(dataset, item, K * _NAMES, together))
    return _folded(substitutes(dataset, known, item, K * _NAMES, together))


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
    wanted = shell.url("item")
    if wanted in dataset.index:
        return dataset.index[str(wanted)]
    if wanted:
        name = plain(short(wanted, 40))
        st.warning(f"“{name}” {texts.UNKNOWN}. Showing another product.", icon=":material/link_off:")
    which = texts.BEST_SELLER if dataset.baskets is not None else texts.FIRST
    st.caption(f"{texts.EXAMPLE}: {which}. Search for yours above.")
    example = int(dataset.counts.argmax())
    address.fill(item=str(dataset.items[example]))  # so that the way back leads here
    return example


def _look(dataset: Dataset) -> Callable[[int], None]:
    return lambda item: shell.remember(item=str(dataset.items[item]))


def _start_basket(dataset: Dataset, item: int) -> None:
    basket.start(picker.to_url(dataset, [item]))


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
    st.caption(texts.MEANING[ALIKE])
    if str(dataset.items[item]) not in vectors.row_of:
        st.info(
            f"{texts.NO_VECTOR} {'Shown: what it was bought with.' if found else 'It shares no basket either.'}",
            icon=":material/info:",
        )
    if found:
        suggestions.listing(dataset, found, "look", _look(dataset))
        suggestions.table(found, f"{dataset.titles[item]} similar products")
