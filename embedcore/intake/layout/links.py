"""Which product a variant belongs to, where the table names it."""

from __future__ import annotations

import re

import numpy as np

from embedcore.intake.layout import words
from embedcore.intake.layout.rows import Rows

_LISTED = re.compile(r"\bsku=([^,|]+)", re.IGNORECASE)


def is_parent(name: str) -> bool:
    """Whether a column with this name names the product of a variant.

    >>> is_parent("parent_sku"), is_parent("sku")
    (True, False)
    """
    return words.PARENT.search(name) is not None


def is_code(name: str) -> bool:
    """Whether a column with this name holds codes of the row's own.

    >>> is_code("item_sku"), is_code("parent_sku")
    (True, False)
    """
    return words.CODE.search(name.replace("_", " ")) is not None and not is_parent(name)


def parents(rows: Rows, column: int, kind: np.ndarray) -> np.ndarray:
    """(n,) the row of each variant's product, else -1. column: that says what a row is; kind: (n,) what it says."""
    variants = np.flatnonzero((kind == "variant") | (kind == "single"))
    products = np.flatnonzero(kind == "product")
    found = np.full(len(rows), -1, np.int64)
    if not len(variants) or not len(products):
        return found
    codes = [c for c, name in enumerate(rows.names) if c != column and is_code(name)]
    for c, name in enumerate(rows.names):
        at = variants[rows.filled[variants, c]]
        if c == column or not len(at) or not is_parent(name):
            continue
        texts = [str(t).strip() for t in rows.cells(c, at)]
        hits = _found(_places(rows, codes, products), texts)
        if (hits < 0).all():  # a group that a product and its variants share, such as a handle
            hits = _found(_places(rows, [c], products), texts)
        if (hits >= 0).mean() > 0.5:
            found[at] = hits
            return found
    return _listed(rows, codes, products, variants)


def _places(rows: Rows, columns: list[int], at: np.ndarray) -> dict[str, int]:
    """text -> the first row, of those given, that has it in one of the columns."""
    places: dict[str, int] = {}
    for c in columns:
        for row, text in zip(at.tolist(), rows.cells(c, at), strict=True):
            if text:
                places.setdefault(str(text).strip(), row)
    return places


def _found(places: dict[str, int], texts: list[str]) -> np.ndarray:
    """The place of each text, -1 where it has none."""
    return np.array([places.get(t, places.get(t.removeprefix("id:").strip(), -1)) for t in texts], np.int64)


def _listed(rows: Rows, codes: list[int], products: np.ndarray, variants: np.ndarray) -> np.ndarray:
    """Products may list their variants: sku=A-1,size=S|sku=A-2,size=M."""
    found = np.full(len(rows), -1, np.int64)
    lists = [c for c, name in enumerate(rows.names) if "variation" in name.casefold()]
    places = _places(rows, codes, variants) if lists else {}
    for c in lists:
        for row, text in zip(products.tolist(), rows.cells(c, products), strict=True):
            hits = _found(places, [sku.strip() for sku in _LISTED.findall(str(text))])
            found[hits[hits >= 0]] = row
    return found
