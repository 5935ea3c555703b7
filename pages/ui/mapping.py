"""What each column of a table is: the guess beside samples, to correct with a click."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace

import numpy as np
import pandas as pd
import streamlit as st

from embedcore.data import ROLES, Catalogue, give_back
from embedcore.intake import BasketShape, Guess, Table, guess_roles, guess_shape, kept_guesses, match_ids
from pages.ui import quality, services
from pages.ui.text import count, number, plain

SHAPES = {
    "long": "one row per product bought",
    "list": "one row per basket or customer, with a list of products",
    "lines": "one basket per line, nothing else",
}
PARTS = {  # what a column of the baskets can be
    "item": "Product",
    "basket": "Basket or order",
    "customer": "Customer",
    "time": "Time",
    "quantity": "Quantity",
    "price": "Price",
}
PARTS_OF: dict[str, tuple[str, ...]] = {
    "long": tuple(PARTS),
    "list": ("item", "basket", "customer", "time"),
    "lines": (),
}
NONE = "(none)"
ROLES_HEAD = "**Columns** · click a role to change it"
BASKETS_HEAD = "How the baskets are written"
NO_ID = "No column is the id: number the products 1, 2, 3 …"


def catalogue(key: str, table: Table) -> tuple[dict[str, str], bool]:
    """(column -> role, generate ids): the guess beside sample values, to correct with a click."""
    guesses = _guesses(key)
    frame = pd.DataFrame(
        {
            "column": [g.column for g in guesses],
            "role": [g.role for g in guesses],
            "for example": ["  ·  ".join(s[:40] for s in g.samples[:3]) for g in guesses],
            "missing": [g.missing for g in guesses],
            "different": [g.distinct for g in guesses],
            "why": [g.why for g in guesses],
        }
    )
    st.markdown(ROLES_HEAD)
    if looked := _looked_at(table):
        st.caption(looked)
    edited = st.data_editor(
        frame,
        hide_index=True,
        width="stretch",
        key=f"roles:{key[:12]}",
        disabled=["column", "for example", "missing", "different", "why"],
        column_config={
            "role": st.column_config.SelectboxColumn(
                "role",
                options=list(ROLES),
                required=True,
                help="title: the name on screen. category: few values. tags: several values in a cell. "
                "parent: the product of which a row is a variant. ignore: leave it out.",
            )
        },
    )
    roles = dict(zip(edited["column"], edited["role"], strict=True))
    ids = [c for c, r in roles.items() if r == "id"]
    generate = False
    if not ids:
        generate = st.toggle(NO_ID, value=True, key=f"generate:{key[:12]}")
    elif again := _ids(key, ids[0]).repeated:
        quality.say(
            [
                f"{count(again, 'row')} repeat an id of “{ids[0]}”. Import keeps the first row of each id. If they are "
                "different products, choose another id column."
            ]
        )
    return roles, generate


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
def _ids(key: str, column: str) -> _Ids:
    return _Ids(services.table(key), column)


@services.data(max_entries=8)
def _guesses(key: str) -> list[Guess]:
    return kept_guesses(services.store().raw(key)) or guess_roles(services.table(key).frame)


@services.data(max_entries=8)
def _shape(key: str, catalogue_key: str | None, id_column: str | None) -> BasketShape:
    known = _ids(catalogue_key, id_column) if catalogue_key is not None and id_column is not None else None
    return guess_shape(services.table(key).frame, known)


@services.data(max_entries=8)
def _fit(key: str, item: str, catalogue_key: str, id_column: str, title: str | None) -> tuple[str, ...]:
    """Notices about the ids of both files, before the import; of a large file the import tells."""
    if services.table(key).file is not None or services.table(catalogue_key).file is not None:
        return ()
    columns = [id_column, *([title] if title else [])]
    products = services.table(catalogue_key).frame[columns].dropna(subset=id_column).drop_duplicates(id_column)
    roles = dict(zip(columns, ("id", "title"), strict=False))
    bought = services.table(key).frame[item].dropna().astype("str").str.strip().drop_duplicates()
    return tuple(match_ids(Catalogue(products.astype("str"), roles), bought.to_frame("item"))[1])


def baskets(key: str, table: Table, catalogue_key: str | None, roles: dict[str, str]) -> BasketShape:
    """The shape of the baskets: the guess, with a control per part. roles: of the columns of the catalogue."""
    id_column = next((c for c, r in roles.items() if r == "id"), None)
    guess = _shape(key, catalogue_key, id_column)
    st.markdown(f"**{BASKETS_HEAD}**")
    st.caption(plain(guess.why) + _looked_at(table))
    st.dataframe(table.frame.head(5), hide_index=True, width="stretch")
    chosen_shape = st.segmented_control(
        "Shape",
        list(SHAPES),
        default=guess.shape,
        format_func=SHAPES.__getitem__,
        required=True,
        key=f"shape:{key[:12]}",
        help="How purchases are written in the file.",
    )
    shape = chosen_shape or guess.shape
    columns, parts = list(table.frame.columns), PARTS_OF[shape]
    chosen: dict[str, str | None] = {}
    for part, column in zip(parts, st.columns(max(1, len(parts))), strict=False):
        current = getattr(guess, part)
        options = columns if part == "item" else [NONE, *columns]
        index = options.index(current) if current in options else 0
        picked = column.selectbox(PARTS[part], options, index=index, key=f"part:{key[:12]}:{shape}:{part}")
        chosen[part] = None if picked == NONE else picked
    if shape == "long" and catalogue_key is not None and id_column is not None:
        title = next((c for c, r in roles.items() if r == "title"), None)
        quality.say(_fit(key, str(chosen["item"]), catalogue_key, id_column, title))
    return replace(
        guess,
        shape=shape,
        item=chosen.get("item") or guess.item,
        basket=chosen.get("basket"),
        customer=chosen.get("customer"),
        time=chosen.get("time"),
        quantity=chosen.get("quantity"),
        price=chosen.get("price"),
    )


def _looked_at(table: Table) -> str:
    """Of a large table only the first rows are looked at before the import."""
    rows = f"{number(len(table.frame))} of {number(table.report.kept)} rows"
    return f" Preview: the first {rows}. Import reads all." if table.file is not None else ""


def shape_spec(shape: BasketShape) -> dict[str, object]:
    """A shape as JSON for the import job."""
    return asdict(shape)
