"""The shape of a table of baskets, and what each of its columns is."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd

from embedcore.intake.columns.values import clean
from embedcore.intake.purchases.guess.matrix import matrix_columns, turned
from embedcore.intake.purchases.guess.parts import (
    ELSE,
    Look,
    baskets_of,
    customer_of,
    id_rank,
    item_of,
    looks,
    may_be_basket,
    other_of,
    price_of,
    quantity_of,
    time_of,
)
from embedcore.intake.purchases.lists import SAMPLE, entries, list_delimiter_of, list_format
from embedcore.intake.purchases.screening.words import PURCHASE, event_of

_AMOUNT = r"[-+]?\d{1,3}(?:[ ,.]\d{3})*(?:[.,]\d{1,2})?"
# Shares by which the shape of a table is recognised. Chosen by hand.
_MOST, _HALF = 0.9, 0.5
_SHORT, _ALL_SHORT = 40, 0.95  # characters of one product in a list, and the share that has to be so short
_SEVERAL = 0.3  # of the cells of a list, those with several products
_KNOWN = 0.2  # of the parts of a list, those that are ids of the catalogue
_LINE_IDS = 0.98  # of the rows, those with a basket of their own, from which it numbers the lines
_REPEATS = 0.05  # of the parts of a list, those that come back in other cells


@dataclass(frozen=True)
class BasketShape:
    """How baskets are written. shape: "long" (a row per product bought), "list" (a row per basket or customer, one
    cell lists the products), "lines" (each row is a basket: all its cells, or its one cell, are products) or "matrix"
    (each row is a basket, each column a product, its cells say whether it was bought or how many; with an
    item, each row is a product and each column a basket).
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


def guess_shape(
    frame: pd.DataFrame, catalogue_ids: Collection[str] | None = None, item: str | None = None
) -> BasketShape:
    """Propose the shape and its columns from names, values and, when given, which values are ids of the catalogue.

    item: the column of products of a table with one row for each, when it is known.

    >>> frame = pd.DataFrame({"order": ["1", "1", "2"], "sku": ["mug", "cup", "mug"]}, dtype="str")
    >>> shape = guess_shape(frame)
    >>> shape.shape, shape.basket, shape.item
    ('long', 'order', 'sku')
    """
    known: Collection[str] = catalogue_ids or set()
    some = pd.DataFrame({str(c): clean(frame[c].head(SAMPLE)) for c in frame.columns})
    if frame.shape[1] == 1:
        column = str(frame.columns[0])
        delimiter = list_delimiter_of(some[column].dropna())
        return BasketShape("lines", item=column, list_delimiter=delimiter or ",", why="Each line is one basket.")
    found = looks(some)
    names = {c: look.named if look.named != ELSE else None for c, look in found.items()}
    if (products := matrix_columns(some, found, known)) is not None:
        return _as_matrix(found, products, known)
    lists = _list_column(some, names, known)
    if lists is not None:
        return _as_list(some, found, *lists)
    if _wide(some, names, known) and not (some.notna().all(axis=None) and next(iter(found.values())).grouped):
        columns = _who_and_when(found, taken=set(), wide=True)
        why = "The same products stand in many columns: each line is one basket."
        return BasketShape("lines", columns["basket"], columns["customer"], time=columns["time"], why=why)
    return _as_long(some, found, known, item)


def _share_known(values: pd.Series, known: Collection[str]) -> float:
    values = values.dropna()
    # A set in Python: pandas would turn a hundred thousand ids into an array for every column.
    return sum(v in known for v in values) / len(values) if known and len(values) else 0.0


def _list_column(
    some: pd.DataFrame, names: dict[str, str | None], known: Collection[str]
) -> tuple[str, str, str] | None:
    """(column, delimiter, why) of the column whose cells list products."""
    best: tuple[float, str, str, str] | None = None
    lines = _in_orders(some, names)
    for column in some.columns:
        cells = some[column].dropna()
        delimiter = list_delimiter_of(cells) if len(cells) else None
        if delimiter is None or names[column] == "time":
            continue
        parts = entries(cells, list_format(cells, delimiter, known if isinstance(known, set) else ()))[0].dropna()
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
            # Where an order has several rows, a cell with commas is one product: "Mug, red".
            sure = short > _ALL_SHORT and key > _MOST and products and not amounts and not lines
        if sure or (bracketed > _MOST and short > _MOST):
            score = single + bracketed + several + (names[column] == "item")
            if best is None or score > best[0]:
                why = "hold ids of the catalogue" if single > _KNOWN else "hold lists"
                best = (score, column, delimiter, why)
    return best[1:] if best else None


def _in_orders(some: pd.DataFrame, names: Mapping[str, str | None]) -> bool:
    """Whether an order takes several rows, one below the other."""
    orders = (Look(c, some[c], "basket") for c in some.columns if names[c] == "basket")
    return any(look.grouped and look.filled > _MOST for look in orders)


def _as_list(some: pd.DataFrame, found: Mapping[str, Look], column: str, delimiter: str, why: str) -> BasketShape:
    columns = _who_and_when(found, taken={column})
    if columns["basket"] is None and columns["customer"] is None:
        others = [c for c in some.columns if c != column and c != columns["time"]]
        columns["basket"] = max(others, key=lambda c: some[c].nunique(), default=None)
    what = "customer" if columns["basket"] is None else "basket"
    taken = {column, *columns.values()}
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
        status=other_of(found, "status", {c for c in taken if c}),
    )


def _as_matrix(found: Mapping[str, Look], products: tuple[str, ...], known: Collection[str]) -> BasketShape:
    """A row is a basket; what stands beside the columns of the products may name it, its customer and its time."""
    if (item := turned([look for c, look in found.items() if c not in products], known)) is not None:
        why = f"One row per product, “{item}”, and a column for each of {len(products):,} baskets."
        return BasketShape("matrix", item=item, why=why, products=products)
    columns = _who_and_when(found, taken=set(products))
    beside = [look for c, look in found.items() if c not in products and c not in columns.values()]
    if columns["basket"] is None and columns["customer"] is None:
        ids = [look.column for look in beside if look.unique == 1 and look.filled == 1]
        columns["basket"] = next(iter(ids), None)
    why = f"One row per basket, and a column for each of {len(products):,} products."
    return BasketShape(
        "matrix", columns["basket"], columns["customer"], time=columns["time"], why=why, products=products
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
    # Names that were given to columns without one are no sign of a list: then all of them must draw on the same.
    unnamed = all(re.fullmatch(r"column \d+", str(c)) for c in rest.columns)
    if unnamed and texts <= _HALF and min(shared[1:], default=0.0) <= _HALF:
        return False
    return sum(s > _HALF for s in shared) >= max(2, 0.5 * len(columns)) and (texts > _HALF or numbered)


def _who_and_when(found: Mapping[str, Look], taken: set[str], *, wide: bool = False) -> dict[str, str | None]:
    out: dict[str, str | None] = {}
    for role in ("basket", "customer"):
        fit = [c for c, look in found.items() if look.named == role and c not in taken]
        out[role] = min(fit, key=lambda c: id_rank(found[c].words), default=None)
        taken = taken | {out[role] or ""}
    out["time"] = None if wide else time_of(found, taken)
    return out


def _as_long(some: pd.DataFrame, found: Mapping[str, Look], known: Collection[str], item: str | None) -> BasketShape:
    time = time_of(found)
    shares = {c: _share_known(some[c], known) for c in found}
    customer = customer_of(found, {time or "", item or ""})
    item = item if item in found else item_of(found, shares, {time or "", customer or ""})
    taken = {c for c in (time, item, customer) if c}
    basket, customer = _basket(found, taken, customer, time)
    basket = basket or _basket_of_bought(some, found, taken)
    taken |= {c for c in (basket, customer) if c}
    quantity = quantity_of(found, taken)
    taken |= {quantity or ""}
    price = price_of(found, taken, basket)
    taken |= {price or ""}
    status, event, rating = (other_of(found, part, taken) for part in ("status", "event", "rating"))
    if rating is not None and found[rating].named is None and customer is None:
        basket, customer = None, basket  # who rates without a name is a person
    parts = [f"“{c}” is the {w}" for w, c in (("product", item), ("basket", basket), ("customer", customer)) if c]
    why = f"One row per product bought: {', '.join(parts)}."
    return BasketShape("long", basket, customer, item, quantity, price, time, None, why, status, event, rating)


def _basket_of_bought(some: pd.DataFrame, found: Mapping[str, Look], taken: set[str]) -> str | None:
    """The number of an order that only those rows of a log have in which something was bought."""
    event = other_of(found, "event", taken)
    bought = some[event].map(lambda e: event_of(str(e)) == PURCHASE) if event is not None else None
    if bought is None or not bought.any():
        return None
    rows = (Look(c, some.loc[bought, c], look.named) for c, look in found.items() if c not in taken)
    fit = [look.column for look in rows if look.named == "basket" and look.filled > _MOST and may_be_basket(look)]
    return next(iter(fit), None)


def _basket(
    found: Mapping[str, Look], taken: set[str], customer: str | None, time: str | None
) -> tuple[str | None, str | None]:
    """(basket, customer) of a table with one row per product."""
    fit = baskets_of(found, taken, customer, time)
    if fit and customer is not None and found[fit[0]].unique > _LINE_IDS and found[customer].unique < _MOST:
        fit = []  # a number of its own for every line says nothing of what was bought together
    if fit or customer is not None:
        return (fit[0] if fit else None), customer
    free = [look for c, look in found.items() if c not in taken]
    # Something that comes back in row after row, such as the number of a receipt.
    likely = [look for look in free if look.named is None and may_be_basket(look)] or [
        look for look in free if look.named in (None, ELSE)
    ]
    again = [look for look in likely if 0 < look.unique < _MOST]
    best = max(again, key=lambda look: look.unique, default=next(iter(likely), None))
    return (best.column if best is not None else None), None
