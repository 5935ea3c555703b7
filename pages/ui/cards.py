"""A product as a card, alone or beside another one with what differs marked."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from embedcore import Dataset
from embedcore.data import split_tags
from pages.ui import pictures
from pages.ui.text import number, plain, short

_WORDS = re.compile(r"\S+")
_HIDDEN = ("id", "image", "title")
_LONG = 220


def facts(dataset: Dataset, item: int) -> dict[str, str]:
    """A product's cells: column -> text, without id, title and image; {} when only baskets know it. item: position in
    Dataset.items."""
    if dataset.catalogue is None or item >= dataset.n_catalogue:
        return {}
    row = dataset.catalogue.frame.iloc[item]
    return {
        column: written(row[column], role)
        for column, role in dataset.catalogue.roles.items()
        if role not in _HIDDEN and not pd.isna(row[column]) and str(row[column]).strip()
    }


def label(column: str) -> str:
    """The name of a column as markdown, readable."""
    return plain(short(column.replace("_", " "), 24))


def written(value: object, role: str) -> str:
    """A cell as a person writes it."""
    if role == "price" and isinstance(value, float):
        return f"{value:,.2f}"
    if role == "number" and isinstance(value, float):
        return number(value)
    if role == "tags":
        return ", ".join(split_tags(value))
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}" if value == value.normalize() else f"{value:%Y-%m-%d %H:%M}"
    return " ".join(str(value).split())


def about(dataset: Dataset, item: int) -> str:
    """One line under a title: id, category, brand, price, baskets. Plain text, not markdown."""
    cells, title = facts(dataset, item), str(dataset.titles[item]).casefold()
    categories = [c for c in dataset.columns("category", "tags") if c in cells and cells[c].casefold() not in title][:2]
    known = [short(cells[c], 32) for c in [*categories, *dataset.columns("brand", "price")] if c in cells]
    return " · ".join(dict.fromkeys([*_id(dataset, item), *known, *_baskets(dataset, item)]))


def marked(text: str, other: str, limit: int = _LONG) -> str:
    """`text` as markdown with the words that `other` lacks on a coloured ground; cut after `limit` letters."""
    here, there = _WORDS.findall(text), _WORDS.findall(other)
    match = difflib.SequenceMatcher(None, [w.casefold() for w in here], [w.casefold() for w in there], autojunk=False)
    out: list[str] = []
    length = 0
    for kind, start, end, _, _ in match.get_opcodes():
        words = here[start:end]
        while words and length + sum(len(w) + 1 for w in words) > limit:
            words.pop()
        if words:
            run = plain(" ".join(words))
            out.append(run if kind == "equal" else f":orange-background[{run}]")
            length += len(" ".join(words)) + 1
        if len(words) < end - start:
            out.append("…")
            break
    return " ".join(out)


def product(dataset: Dataset, item: int, against: int | None = None) -> None:
    """A card. against: another product; what differs from it comes first and is marked."""
    title, cells = str(dataset.titles[item]), facts(dataset, item)
    other = facts(dataset, against) if against is not None else cells
    name = marked(title, str(dataset.titles[against])) if against is not None else plain(title)
    with pictures.beside(dataset, item, 96):
        st.markdown(f"**{name}**")
        st.caption(plain(" · ".join([*_id(dataset, item), *_baskets(dataset, item)])))
    found = columns(dataset, item, against)
    differ = [c for c in found if cells.get(c, "") != other.get(c, "")]
    if differ:
        st.markdown("  \n".join(_line(c, cells.get(c, ""), other.get(c, "")) for c in differ))
    if len(found) > len(differ):
        shared = [f":gray[{label(c)}] {plain(short(cells[c], 90))}" for c in found if c not in differ]
        st.markdown(f":small[{' · '.join(shared)}]")
    if not found:
        st.caption("Nothing more in the catalogue.")


def columns(dataset: Dataset, item: int, against: int | None) -> list[str]:
    """The columns that either product fills."""
    filled = facts(dataset, item).keys() | (facts(dataset, against).keys() if against is not None else set())
    return [c for c in (dataset.catalogue.roles if dataset.catalogue is not None else ()) if c in filled]


def _id(dataset: Dataset, item: int) -> list[str]:
    id = str(dataset.items[item])
    return [] if id in str(dataset.titles[item]) else [id]


def _baskets(dataset: Dataset, item: int) -> list[str]:
    if dataset.baskets is None:
        return []
    n = int(dataset.counts[item])
    return [f"in {n:,} basket{'' if n == 1 else 's'}" if n else "not bought yet"]


def _line(column: str, value: str, other: str) -> str:
    text = marked(value, other) if value else ":orange-background[empty]"
    return f":orange[**≠**] :gray[{label(column)}] {text}"


def side_by_side(dataset: Dataset, items: Sequence[int], first: int) -> list[st.delta_generator.DeltaGenerator]:
    """One card per product, two or three in a row, each compared with `first` (and that one with its neighbour).
    Returns the cards, to put buttons under them."""
    across = 2 if len(items) == 2 else 3
    cards = []
    for start in range(0, len(items), across):
        for column, item in zip(st.columns(across), items[start : start + across]):
            cards.append(column.container(border=True, height="stretch"))
            with cards[-1]:
                against = first if item != first else items[1] if len(items) > 1 else None
                product(dataset, item, against)
    return cards


def wide(dataset: Dataset, item: int) -> None:
    """A product over the whole width: its facts side by side."""
    with pictures.beside(dataset, item, 128):
        under = " · ".join([*_id(dataset, item), *_baskets(dataset, item)])
        st.markdown(f"**{plain(dataset.titles[item])}**  \n:gray[{plain(under)}]")
        cells, long = facts(dataset, item), set(dataset.columns("description", "text"))
        brief = [f":gray[{label(c)}] {plain(short(v, 80))}" for c, v in cells.items() if c not in long]
        if brief:
            st.markdown(" · ".join(brief))
        for column in long & cells.keys():
            st.caption(plain(short(cells[column], 400)))
