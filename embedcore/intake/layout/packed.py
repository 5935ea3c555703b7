"""Several properties packed into one cell, such as “color=black,size=XS”, become columns."""

from __future__ import annotations

import re

import numpy as np

from embedcore.intake.columns.names import listed
from embedcore.intake.layout.rows import Rows, new_name

# Chosen by hand.
MOST, MANY = 0.9, 0.5  # share of the first cells that must be packed, and of those with several properties
KEYS, OFTEN = 60, 0.02  # columns that may come of it, and the share of cells that must have a key
CHOICES = (("columns", "make them columns"), ("text", "keep the text"))
_PART = re.compile(r"(?:\A|[,;|\n])\s*([^\W\d][\w .-]{0,39}?)\s*=\s*")
_PACKED = re.compile(r"\s*[^\W\d][\w .-]{0,39}=[^=]*(?:[,;|\n]\s*[^\W\d][\w .-]{0,39}=[^=]*)+\Z")

_ONE = re.compile(r"\s*[^\W\d][\w .-]{0,39}=[^=]*\Z")


def unpack(rows: Rows) -> None:
    """Replace a column of packed properties ("colour=red,size=L") by one column per property."""
    if rows.use != "catalogue":
        return
    for name in rows.names:
        c = rows.names.index(name)
        some = rows.some(c)
        several = sum("=" in v and _PACKED.match(v) is not None for v in some)
        one = sum("=" in v and _ONE.match(v) is not None for v in some) if several > MANY * len(some) else 0
        if len(some) > 1 and several + one > MOST * len(some):
            _unpack(rows, c)


def _unpack(rows: Rows, c: int) -> None:
    name, texts = rows.names[c], rows.cells(c)
    found: dict[str, dict[int, str]] = {}
    twice = cells = 0
    for row in np.flatnonzero(rows.filled[:, c]).tolist():
        pairs = _named(_pairs(str(texts[row])))
        cells += 1
        twice += len(pairs) > len({k for k, _ in pairs})
        for key, value in pairs:
            found.setdefault(key, {})[row] = value
    found = {key: values for key, values in found.items() if len(values) >= max(2, OFTEN * cells)}
    if twice > 0.1 * cells or not found or len(found) > KEYS:
        return
    chosen = rows.set(f"packed:{name}", "columns", CHOICES)
    shown = listed(list(found))
    if chosen == "text":
        rows.say(f"packed:{name}", f"“{name}” packs {shown} into one cell and stays as it is.", chosen, CHOICES, cells)
        return
    rows.say(f"packed:{name}", f"“{name}” was split into {shown}.", chosen, CHOICES, cells)
    rows.frame = rows.frame.drop(columns=name)
    rows.filled = np.delete(rows.filled, c, 1)
    for key, values in found.items():
        rows.add_column(new_name(rows, key), [values.get(row) for row in range(len(rows))])


def _named(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Name=Size, Value=Small -> Size: Small."""
    names = [value for key, value in pairs if key.casefold() == "name"]
    values = [value for key, value in pairs if key.casefold() == "value"]
    return list(zip(names, values, strict=True)) if names and len(names) == len(values) else pairs


def _pairs(text: str) -> list[tuple[str, str]]:
    marks = list(_PART.finditer(text))
    ends = [m.start() for m in marks[1:]] + [len(text)]
    found = [(m[1].strip(), text[m.end() : end].strip().strip('"')) for m, end in zip(marks, ends, strict=True)]
    return [(key, value) for key, value in found if value]
