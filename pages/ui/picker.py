"""Finding a product by typing (90,000 names are too many for a select box), and choosing one of a few views."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote

import numpy as np
import streamlit as st

from embedcore import Dataset, Embedding, explore
from pages.ui import asking, cards, pictures, shell
from pages.ui.text import plain, short
from pages.ui.texts import CHOOSE, NO_MATCH, SEARCH_FIELD, WHICH_PRODUCT

SHOWN = 8


@dataclass(frozen=True)
class _Search:
    """One search box. key: unique on the page. choose: called with the position of the product."""

    dataset: Dataset
    key: str
    choose: Callable[[int], None]
    action: str
    icon: str
    exclude: Sequence[int]


def search(
    dataset: Dataset,
    key: str,
    choose: Callable[[int], None],
    *,
    label: str = WHICH_PRODUCT,
    action: str = CHOOSE,
    icon: str = ":material/arrow_forward:",
    exclude: Sequence[int] = (),
) -> None:
    """A search box and what it finds, each with a button. key: unique on the page. choose: called with the position
    of the product. action: the word on the button. exclude: products that are not offered."""
    query = st.text_input(
        label,
        key=key,
        type="search",
        live="300ms",
        icon=":material/search:",
        placeholder=SEARCH_FIELD,
        help=asking.HELP,
    )
    with st.container():  # always there: what is below keeps its place and stays open
        if query and query.strip():
            _hits(_Search(dataset, key, choose, action, icon, exclude), query)


def _hits(box: _Search, query: str) -> None:
    """What was found, each with its button."""
    dataset, key = box.dataset, box.key
    meant = asking.meaning(dataset.hash, query)
    found = explore.search.find(dataset, query, SHOWN + len(box.exclude), meant.embedding, meant.vector)
    hits = [h for h in found if h.item not in box.exclude][:SHOWN]
    asking.later(query, meant)
    if not hits:
        st.info(f"{NO_MATCH} “{plain(short(query, 40))}”.", icon=":material/search_off:")
        return
    with st.container(border=True, gap="xsmall"):
        for hit in hits:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.button(
                    box.action,
                    key=f"{key}:{hit.item}",
                    icon=box.icon,
                    on_click=_chosen,
                    args=(key, hit.item, box.choose),
                )
                pictures.show(dataset, hit.item, 40)
                with st.container(width="stretch", gap=None):
                    st.markdown(
                        f"**{plain(short(hit.title, 90))}**  \n:small[:gray[{plain(cards.about(dataset, hit.item))}]]"
                    )


def _chosen(key: str, item: int, choose: Callable[[int], None]) -> None:
    st.session_state[key] = ""
    choose(item)


def example(dataset: Dataset, embedding: Embedding) -> int:
    """A product to begin with: the one bought most that has a vector; without baskets the first one."""
    items = dataset.positions(embedding.ids)
    return int(items[np.argmax(dataset.counts[items])]) if len(items) else 0


def real_basket(dataset: Dataset, seed: int) -> int | None:
    """The number of a real basket, of 2 to 6 products if there is one; None without baskets."""
    if dataset.baskets is None:
        return None
    sizes = dataset.baskets.sizes
    fit = np.flatnonzero((sizes >= 2) & (sizes <= 6))
    among = fit if len(fit) else np.flatnonzero(sizes > 0)
    return int(np.random.default_rng(seed).choice(among)) if len(among) else None


def to_url(dataset: Dataset, items: Sequence[int]) -> str:
    """Ids of products as one value of the URL; "," is an empty basket."""
    return ",".join(quote(str(dataset.items[i]), safe="") for i in items) or ","


def from_url(dataset: Dataset, value: str) -> tuple[list[int], int]:
    """(positions, how many ids this dataset does not know)."""
    ids = [unquote(part) for part in value.split(",") if part]
    known = [dataset.index[i] for i in dict.fromkeys(ids) if i in dataset.index]
    return known, sum(i not in dataset.index for i in ids)


def segments(name: str, label: str, options: Mapping[str, str]) -> str:
    """A segmented control of options (name in the URL -> label), the first one unless the URL says otherwise.

    The URL is the truth: to switch from a callback, call shell.remember(**{name: option}). label: for screen readers.
    """
    first = next(iter(options))
    wanted = shell.url(name, first)  # the first one is put into the URL, too: Back leads to it
    current = wanted if wanted is not None and wanted in options else first
    widget = f"choice:{name}"
    if st.session_state.get(widget) != current:
        st.session_state[widget] = current
    st.segmented_control(
        label,
        list(options),
        format_func=lambda o: options[o],
        required=True,
        key=widget,
        label_visibility="collapsed",
        on_change=_switched,
        args=(name, widget),
    )
    return current


def _switched(name: str, widget: str) -> None:
    shell.remember(**{name: st.session_state[widget]})
