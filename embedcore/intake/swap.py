"""Files in each other's place: purchases given as the catalogue, products given as the baskets."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from embedcore.intake.columns.roles import guess_roles
from embedcore.intake.columns.values import clean
from embedcore.intake.decisions import NOTHING, Decision, Settings, setting
from embedcore.intake.purchases.guess.parts import named
from embedcore.intake.purchases.shapes import BasketShape, guess_shape

_LOOK = 5000  # first rows of either table that are looked at
_AGAIN = 0.9  # different products for each line of purchases at most (chosen by hand)
_ROWS = 5  # rows from which it can be told


def swap_decision(
    catalogue: pd.DataFrame | None,
    baskets: pd.DataFrame | None,
    settings: Settings = NOTHING,
    roles: Mapping[str, str] | None = None,
    shape: BasketShape | None = None,
) -> Decision | None:
    """That the files are in each other's place; None when they are not, or when a person says so. roles, shape: what
    was understood of the two where they are, which mostly answers it.

    >>> goods = pd.DataFrame({"sku": list("abcdef"), "name": [f"Red mug {n}" for n in range(6)]}, dtype="str")
    >>> lines = pd.DataFrame({"order_id": list("112233"), "sku": list("ababac")}, dtype="str")
    >>> swap_decision(goods, lines) is None, swap_decision(lines, goods).chosen
    (True, 'no')
    """
    if setting(settings, "swap", "", ("", "yes", "no")) == "no" or (catalogue is None and baskets is None):
        return None
    given = [f for f in (catalogue, baskets) if f is not None]
    if any(len(f) < _ROWS for f in given):
        return None
    if baskets is not None and shape is not None and _is_purchases(baskets, shape):
        return None
    if catalogue is not None and roles and _is_products(catalogue, roles):
        return None
    wrong = (catalogue is None or _is_purchases(catalogue)) and (baskets is None or _is_products(baskets))
    right = (catalogue is not None and _is_products(catalogue)) or (baskets is not None and _is_purchases(baskets))
    if not wrong or right:
        return None
    if catalogue is not None and baskets is not None:
        sentence = "The files seem to be in each other’s place: the first holds purchases, the second products."
    elif catalogue is not None:
        sentence = "This file seems to hold purchases, not products: its products come again in many orders."
    else:
        sentence = "This file seems to hold products, not purchases: each stands in one row, and there are no orders."
    return Decision("swap", sentence, "no", (("no", "leave them"), ("yes", "swap them")))


def _is_purchases(frame: pd.DataFrame, shape: BasketShape | None = None) -> bool:
    """Whether products come again in orders, or of customers, by the names and the values of the columns."""
    some = frame.head(_LOOK)
    shape = shape or guess_shape(some)
    who = [c for c, part in ((shape.basket, "basket"), (shape.customer, "customer")) if c and named(c) == part]
    if not who or shape.item is None:
        return False
    if shape.shape == "list":
        return True
    item = clean(some[shape.item]).dropna() if shape.shape == "long" else pd.Series(dtype="str")
    return len(item) > 0 and item.nunique() <= _AGAIN * len(item)


def _is_products(frame: pd.DataFrame, roles: Mapping[str, str] | None = None) -> bool:
    """Whether each row is a product with an id and a name, and nothing speaks of orders or customers."""
    some = frame.head(_LOOK)
    roles = roles or {g.column: g.role for g in guess_roles(some)}
    if not {"id", "title"} <= set(roles.values()) or any(named(str(c)) in ("basket", "customer") for c in some.columns):
        return False
    ids = clean(some[next(c for c, r in roles.items() if r == "id")])
    return bool(ids.notna().all() and ids.is_unique)
