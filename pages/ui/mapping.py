"""What each column of a table is: the guess beside samples, to correct with a click."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Literal

import numpy as np
import pandas as pd
import streamlit as st

from embedcore.data import ROLES, give_back
from embedcore.intake import BasketShape, Guess, Table, guess_roles, kept_guesses
from pages.ui import services
from pages.ui.quality import Choose
from pages.ui.text import number, plain

SHAPES = {
    "long": "one row per product bought",
    "list": "one row per basket or customer, with a list of products",
    "lines": "one basket per line, nothing else",
    "matrix": "one row per basket, one column per product",
}
PARTS = {  # what a column of the baskets can be
    "item": "Product",
    "basket": "Basket or order",
    "customer": "Customer",
    "time": "Time",
    "quantity": "Quantity",
    "price": "Price",
    "status": "Status of the order",
    "event": "What the visitor did",
    "rating": "Rating",
}
PARTS_OF: dict[str, tuple[str, ...]] = {
    "long": tuple(PARTS),
    "list": ("item", "basket", "customer", "time"),
    "lines": ("basket", "customer", "time"),
    "matrix": ("basket", "customer", "time"),
}
NONE = "(none)"
NO_ID = "No column is the id: the products are numbered 1, 2, 3 …"


def catalogue(key: str, table: Table) -> tuple[dict[str, str], bool]:
    """(column -> role, generate ids): the guess beside sample values, to correct with a click."""
    corrected: dict[str, str] = st.session_state.setdefault(f"corrected:{key[:12]}", {})
    found = guesses(key)
    current = {g.column: corrected.get(f"role:{g.column}", g.role) for g in found}
    roles(key, found, current, corrected.__setitem__)
    if looked := looked_at(table):
        st.caption(looked)
    generate = "id" not in current.values()
    if generate:
        st.caption(NO_ID)
    return current, generate


def roles(key: str, found: list[Guess], current: Mapping[str, str], choose: Choose) -> None:
    """The columns of a table beside samples, to correct with a click. choose: called with "role:<column>" and a
    role."""
    frame = pd.DataFrame(
        {
            "column": [g.column for g in found],
            "role": [current.get(g.column, g.role) for g in found],
            "for example": ["  ·  ".join(s[:40] for s in g.samples[:3]) for g in found],
            "missing": [g.missing for g in found],
            "different": [g.distinct for g in found],
            "why": [g.why for g in found],
        }
    )
    turn = f"roles:turn:{key[:12]}"
    widget = f"roles:{key[:12]}:{st.session_state.get(turn, 0)}"

    def changed() -> None:
        for row, cells in st.session_state[widget]["edited_rows"].items():
            if "role" in cells:
                choose(f"role:{found[int(row)].column}", cells["role"])
        st.session_state[turn] = st.session_state.get(turn, 0) + 1  # the table begins anew from what was chosen

    st.data_editor(
        frame,
        hide_index=True,
        width="stretch",
        height=min(250, 38 + 35 * len(frame)),
        key=widget,
        on_change=changed,
        disabled=["column", "for example", "missing", "different", "why"],
        column_config={
            "role": st.column_config.SelectboxColumn(
                "role",
                options=list(ROLES),
                required=True,
                help="title: the name on screen. category: few values. tags: several values in a cell. "
                "parent: the product of which a row is a variant, or a code that begins with it. "
                "ignore: leave it out.",
            )
        },
    )


def baskets(key: str, table: Table, shape: BasketShape, choose: Choose) -> None:
    """The shape of the baskets, with a control per part. choose: called with the part and its column ("" for none)."""
    st.caption(plain(shape.why) + looked_at(table))
    _pick("Shape", list(SHAPES), shape.shape, f"shape:{key[:12]}", lambda v: choose("shape", v), SHAPES)
    columns = list(map(str, table.frame.columns))
    with st.container(horizontal=True, gap="small"):
        for part in PARTS_OF[shape.shape]:
            options = columns if part == "item" else ["", *columns]
            current = getattr(shape, part) or ""
            if current not in options:
                current = options[0]
            widget = f"part:{key[:12]}:{shape.shape}:{part}"
            _pick(PARTS[part], options, current, widget, partial(choose, part), {"": NONE}, width=160)


def _pick(
    label: str,
    options: list[str],
    current: str,
    widget: str,
    choose: Callable[[str], None],
    named: Mapping[str, str],
    *,
    width: int | Literal["stretch"] = "stretch",
) -> None:
    st.session_state[widget] = current

    def changed() -> None:
        if (value := st.session_state.get(widget)) is not None:
            choose(value)

    st.selectbox(label, options, format_func=lambda v: named.get(v, v), key=widget, on_change=changed, width=width)


class _Ids:
    """The ids of a column by their hashes: a million take 8 MB, where a set of texts takes 150."""

    def __init__(self, table: Table, column: str) -> None:
        parts = [np.empty(0, np.int64)]
        for cells in table.cells(column):
            parts.append(_hashes(cells))
            give_back()
        self._sorted = np.concatenate(parts)
        self._sorted.sort()
        self.repeated = int((self._sorted[1:] == self._sorted[:-1]).sum())

    def __len__(self) -> int:
        return len(self._sorted) - self.repeated

    def __contains__(self, id: object) -> bool:
        wanted = hash(id)
        at = int(np.searchsorted(self._sorted, wanted))
        return at < len(self._sorted) and int(self._sorted[at]) == wanted

    def __iter__(self) -> Iterator[str]:
        raise TypeError("Only their hashes are known.")


def _hashes(cells: pd.Series) -> np.ndarray:
    texts = cells.dropna().astype("str").str.strip()
    filled = texts[texts != ""].to_numpy(object)
    return np.fromiter(map(hash, filled), np.int64, len(filled))


@services.resource(max_entries=8)
def ids(key: str, column: str) -> _Ids:
    """The ids in a column of a table, all its rows."""
    return _Ids(services.table(key), column)


@services.data(max_entries=8)
def guesses(key: str) -> list[Guess]:
    """What the columns of a table seem to be, with samples."""
    return kept_guesses(services.store().raw(key)) or guess_roles(services.table(key).frame)


def looked_at(table: Table) -> str:
    """Of a large table only the first rows are looked at before the import."""
    rows = f"{number(len(table.frame))} of {number(table.report.kept)} rows"
    return f" Preview: the first {rows}. Import reads all." if table.file is not None else ""
