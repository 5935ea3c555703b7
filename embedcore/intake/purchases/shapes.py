"""The shape of a table of baskets, and what each of its columns is."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from embedcore.intake.columns.dates import dated
from embedcore.intake.columns.numbers import numbers
from embedcore.intake.columns.values import clean
from embedcore.intake.columns.vocabulary import words_of
from embedcore.intake.purchases.lists import SAMPLE, list_delimiter_of, split_list

_NAMES = {
    "item": "product products item items itemname productname stock stockcode sku article articles asin isbn movie "
    "track song book upc ean plu produkt artikel producto produit goods",
    "basket": "basket baskets order orders invoice invoiceno transaction transactions receipt ticket session cart bill "
    "purchase checkout visit trip bestellung bon txn trans",
    "customer": "customer customers user users household member client shopper buyer account card visitor person kunde "
    "cust hshd cliente",
    "quantity": "quantity qty units count pieces menge cantidad",
    "price": "price value amount sales revenue total cost spend preis",
    "time": "time timestamp date datetime ts day created purchased at datum fecha",
    "status": "status state",
    "event": "event events action behavior behaviour",
    "rating": "rating ratings stars score",
}
_ROLE_OF = {word: role for role, words in _NAMES.items() for word in words.split()}
_AMOUNT = r"[-+]?\d{1,3}(?:[ ,.]\d{3})*(?:[.,]\d{1,2})?"
# Shares by which the shape of a table is recognised. Chosen by hand.
_MOST, _HALF = 0.9, 0.5
_SHORT, _ALL_SHORT = 40, 0.95  # characters of one product in a list, and the share that has to be so short
_SEVERAL = 0.3  # of the cells of a list, those with several products
_KNOWN = 0.2  # of the parts of a list, those that are ids of the catalogue
_REPEATS = 0.05  # of the parts of a list, those that come back in other cells
_DATES, _NOT_NUMBERS = 0.8, 0.2  # of a column: readable dates at least, cells that are no numbers at most


@dataclass(frozen=True)
class BasketShape:
    """How baskets are written. shape: "long" (a row per product bought), "list" (a row per basket or customer, one
    cell lists the products), "lines" (each row is a basket: all its cells, or its one cell, are products) or "matrix"
    (each row is a basket, each column a product, its cells say whether it was bought or how many).
    basket ... time: names of columns. why: how it was recognised, for the screen. status, event, rating: names of the
    columns that say whether an order was paid, what a visitor did, and how well a product was liked. products: the
    columns of a matrix; () are all those without another part.

    >>> BasketShape("long", basket="order", item="sku").time is None
    True
    """

    shape: str
    basket: str | None = None
    customer: str | None = None
    item: str | None = None
    quantity: str | None = None
    price: str | None = None
    time: str | None = None
    list_delimiter: str | None = None
    why: str = ""
    status: str | None = None
    event: str | None = None
    rating: str | None = None
    products: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        # A shape that was kept as JSON has a list.
        object.__setattr__(self, "products", tuple(self.products))


def guess_shape(frame: pd.DataFrame, catalogue_ids: Collection[str] | None = None) -> BasketShape:
    """Propose the shape and its columns from names, values and, when given, which values are ids of the catalogue.

    >>> frame = pd.DataFrame({"order": ["1", "1", "2"], "sku": ["mug", "cup", "mug"]}, dtype="str")
    >>> shape = guess_shape(frame)
    >>> shape.shape, shape.basket, shape.item
    ('long', 'order', 'sku')
    """
    known: Collection[str] = catalogue_ids or set()
    some = pd.DataFrame({c: clean(frame[c].head(SAMPLE)) for c in frame.columns})
    names = {c: _named(str(c)) for c in frame.columns}
    if frame.shape[1] == 1:
        column = str(frame.columns[0])
        delimiter = list_delimiter_of(some[column].dropna())
        return BasketShape("lines", item=column, list_delimiter=delimiter or ",", why="Each line is one basket.")
    found = _list_column(some, names, known)
    if found is not None:
        return _as_list(some, names, *found)
    if _wide(some, names, known):
        columns = _who_and_when(some, names, taken=set(), wide=True)
        why = "The same products stand in many columns: each line is one basket."
        return BasketShape("lines", columns["basket"], columns["customer"], time=columns["time"], why=why)
    return _as_long(some, names, known)


def _named(name: str) -> str | None:
    """What its name says; product_price is a price, order_date a time, product_id a product."""
    words = words_of(name)
    roles = [_ROLE_OF[w] for w in words if w in _ROLE_OF]
    if not roles:
        return None
    if "id" in words or words[-1] in ("no", "nr", "number", "code", "key"):
        strong = [r for r in roles if r in ("item", "basket", "customer")]
        return strong[0] if strong else None
    for role in ("quantity", "price", "time"):
        if role in roles and not (role == "price" and "quantity" in roles):
            return role
    return roles[-1]


def _share_known(values: pd.Series, known: Collection[str]) -> float:
    values = values.dropna()
    # A set in Python: pandas would turn a hundred thousand ids into an array for every column.
    return sum(v in known for v in values) / len(values) if known and len(values) else 0.0


def _list_column(
    some: pd.DataFrame, names: dict[str, str | None], known: Collection[str]
) -> tuple[str, str, str] | None:
    """(column, delimiter, why) of the column whose cells list products."""
    best: tuple[float, str, str, str] | None = None
    for column in some.columns:
        cells = some[column].dropna()
        delimiter = list_delimiter_of(cells) if len(cells) else None
        if delimiter is None or names[column] == "time":
            continue
        parts = split_list(cells, delimiter).dropna()
        several = float((parts.str.len() > 1).mean()) if len(parts) else 0.0
        tokens = parts.explode().astype("str")
        bracketed = float(cells.str.match(r"\s*[\[({].*[\])}]\s*\Z").mean())
        whole, single = _share_known(cells, known), _share_known(tokens, known)
        if several < _SEVERAL and bracketed < _MOST:
            continue
        short = float((tokens.str.len() <= _SHORT).mean())
        # In a list the same products come back in other cells; words of a title or a text do, too, but rarely alone.
        repeats = 1 - tokens.nunique() / max(len(tokens), 1)
        coded = float(tokens.str.fullmatch(r"[\w.-]*\d[\w.-]*").mean())
        if known:
            sure = single >= _KNOWN and single > whole
        else:
            others = [c for c in some.columns if c != column]
            key = max((some[c].nunique() / max(some[c].notna().sum(), 1) for c in others), default=0.0)
            products = coded > _MOST or (names[column] == "item" and repeats > _REPEATS)
            amounts = names[column] != "item" and float(cells.str.fullmatch(_AMOUNT).mean()) > _MOST
            sure = short > _ALL_SHORT and key > _MOST and products and not amounts
        if sure or (bracketed > _MOST and short > _MOST):
            score = single + bracketed + several + (names[column] == "item")
            if best is None or score > best[0]:
                why = "hold ids of the catalogue" if single > _KNOWN else "hold lists"
                best = (score, column, delimiter, why)
    return best[1:] if best else None


def _as_list(some: pd.DataFrame, names: dict[str, str | None], column: str, delimiter: str, why: str) -> BasketShape:
    columns = _who_and_when(some, names, taken={column})
    if columns["basket"] is None and columns["customer"] is None:
        others = [c for c in some.columns if c != column and c != columns["time"]]
        columns["basket"] = max(others, key=lambda c: some[c].nunique(), default=None)
    what = "customer" if columns["basket"] is None else "basket"
    return BasketShape(
        "list",
        columns["basket"],
        columns["customer"],
        column,
        time=columns["time"],
        list_delimiter=delimiter,
        why=f"One row per {what}: the cells of “{column}” {why} of products.".replace(
            "hold ids of the catalogue of products", "list ids of the catalogue"
        ),
    )


def _wide(some: pd.DataFrame, names: dict[str, str | None], known: Collection[str]) -> bool:
    """Do several columns draw on the same products, filled from the left?"""
    if some.shape[1] < 3:
        return False
    rest = some[[c for c in some.columns[1:] if names[c] in ("item", None)]]
    values = pd.Series(rest.to_numpy(dtype=object).ravel()).dropna()
    numbered = rest.shape[1] >= 2 and len({re.sub(r"\d+", "#", str(c)) for c in rest.columns}) == 1
    if not len(values) or (not numbered and any(names.values())):
        return False
    if known and _share_known(values.astype("str"), known) > _HALF:
        return sum(_share_known(some[c], known) > _HALF for c in some.columns) >= 2
    columns = [set(some[c].dropna()) for c in some.columns]
    columns = [c for c in columns if c]
    shared = [len(c & set().union(*(o for o in columns if o is not c))) / len(c) for c in columns]
    texts = float((~values.astype("str").str.fullmatch(r"[-\d.,]{1,3}")).mean())
    return sum(s > _HALF for s in shared) >= max(2, 0.5 * len(columns)) and (texts > _HALF or numbered)


def _who_and_when(
    some: pd.DataFrame, names: dict[str, str | None], taken: set[str], *, wide: bool = False
) -> dict[str, str | None]:
    out: dict[str, str | None] = {}
    for role in ("basket", "customer"):
        out[role] = _first(names, role, taken)
        taken = taken | {out[role] or ""}
    out["time"] = None if wide else _time(some, names, taken)
    return out


def _first(names: dict[str, str | None], role: str, taken: set[str]) -> str | None:
    """The first column of that role; order_id before order_number before add_to_cart_order."""
    fit = [c for c, r in names.items() if r == role and c not in taken]
    ids = ("id", "no", "nr", "number", "code", "key")
    return min(fit, key=lambda c: min((ids.index(w) for w in words_of(c) if w in ids), default=9), default=None)


def _time(some: pd.DataFrame, names: dict[str, str | None], taken: set[str]) -> str | None:
    """The column of real dates, one with a time of day before one without."""
    best, score = None, 0.0
    for column in some.columns:
        cells = some[column].dropna().head(200)
        if column in taken or not len(cells) or (names[column] != "time" and not cells.str.contains(r"[-/.:]").all()):
            continue
        share = dated(cells, serials=names[column] == "time")
        points = share + 0.5 * (names[column] == "time") + 0.2 * float(cells.str.contains(":").mean())
        if share > _DATES and points > score:
            best, score = column, points
    return best


def _as_long(some: pd.DataFrame, names: dict[str, str | None], known: Collection[str]) -> BasketShape:
    time = _time(some, names, set())
    free = [c for c in some.columns if c != time]
    item = _item(some, names, known, free)
    free = [c for c in free if c != item]
    basket, customer = (_first(names, role, {time or "", item or ""}) for role in ("basket", "customer"))
    if basket is None and customer is None and free:
        # Something that comes back in row after row, such as the number of a receipt.
        groups = {c: some[c].nunique() / max(int(some[c].notna().sum()), 1) for c in free if names[c] is None}
        likely = [c for c, share in groups.items() if 0 < share < _MOST]
        basket = max(likely, key=lambda c: groups[c], default=next(iter(groups), None))
    taken = {c for c in (time, item, basket, customer) if c}
    quantity = _number(some, names, "quantity", taken)
    price = _number(some, names, "price", taken)
    free = [c for c in some.columns if c not in {*taken, quantity, price}]
    others = {role: next((c for c in free if names[c] == role), None) for role in ("status", "event", "rating")}
    parts = [f"“{c}” is the {w}" for w, c in (("product", item), ("basket", basket), ("customer", customer)) if c]
    return BasketShape(
        "long",
        basket,
        customer,
        item,
        quantity,
        price,
        time,
        None,
        f"One row per product bought: {', '.join(parts)}.",
        others["status"],
        others["event"],
        others["rating"],
    )


def _item(some: pd.DataFrame, names: dict[str, str | None], known: Collection[str], free: list[str]) -> str | None:
    shares = {c: _share_known(some[c], known) for c in free}
    named = [c for c in free if names[c] == "item"]
    if known:
        best = max(free, key=lambda c: (shares[c] > 0.1 and names[c] == "item", shares[c]), default=None)
        if best is not None and shares[best] > 0.1:
            return best
    with_id = [c for c in named if set(words_of(c)) & {"id", "sku", "code", "no", "number", "asin", "stockcode"}]
    if with_id or named:
        return (with_id or named)[0]
    rest = [c for c in free if names[c] is None]
    if len(rest) == 1:
        return rest[0]
    # Receipts come in runs of equal values, products do not.
    return max(rest, key=lambda c: int(np.count_nonzero(some[c] != some[c].shift())), default=None)


def _number(some: pd.DataFrame, names: dict[str, str | None], role: str, taken: set[str]) -> str | None:
    rank = {"price": 0, "value": 1, "sales": 2, "amount": 3}
    fit = [c for c in some.columns if names[c] == role and c not in taken]
    fit = [c for c in fit if float(numbers(some[c])[1].mean()) < _NOT_NUMBERS]
    return min(fit, key=lambda c: min((rank.get(w, 9) for w in words_of(c)), default=9), default=None)
