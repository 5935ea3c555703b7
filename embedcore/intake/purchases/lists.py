"""Cells that list several products."""

from __future__ import annotations

import re

import pandas as pd

LIST_DELIMITERS = (",", ";", "|", "\t", " ")
SAMPLE = 5000  # cells that are looked at to find a delimiter
_TOKEN = re.compile(r"\"([^\"]*)\"|'([^']*)'")


def split_list(cells: pd.Series, delimiter: str) -> pd.Series:
    """(n,) lists of str, as in "1, 2,3", "[1, 2]", "['a, b', 'c']": spaces and brackets stripped, empty ones left out.
    A missing cell, or one without a product, is None.

    >>> split_list(pd.Series(["[a, b]", None]), ",").tolist()
    [['a', 'b'], None]
    """
    inner = cells.str.strip().str.replace(r"\A[\[({]\s*|\s*[\])}]\Z", "", regex=True)
    quoted = inner.str.contains(r"\A\s*(?:\"[^\"]*\"|'[^']*'\s*[,;|])", regex=True, na=False)
    pattern = re.escape(delimiter) if delimiter != " " else r"\s"
    out: list[list[str] | None] = []
    for text, is_quoted in zip(inner.astype(object), quoted, strict=True):
        if not isinstance(text, str):
            out.append(None)
            continue
        cell = _TOKEN.sub(lambda m: (m[1] or m[2] or "").replace(delimiter, "\x00"), text) if is_quoted else text
        parts = [p.replace("\x00", delimiter).strip().strip("\"'").strip() for p in re.split(pattern, cell)]
        found = [p for p in parts if p]
        out.append(found or None)
    return pd.Series(out, index=cells.index, dtype=object)


def list_delimiter_of(cells: pd.Series) -> str | None:
    """The delimiter that most of the cells contain; a space only where all the parts are numbers."""
    some = cells.head(SAMPLE).str.strip().str.replace(r"\A[\[({]|[\])}]\Z", "", regex=True)
    if not len(some):
        return None
    shares = {d: float(some.str.contains(d, regex=False).mean()) for d in LIST_DELIMITERS[:-1]}
    best = max(shares, key=lambda d: shares[d])
    if shares[best] >= 0.1:
        return best
    spaced = some.str.fullmatch(r"\w*\d\w*(?:\s+\w*\d\w*)+")
    return " " if float(spaced.mean()) >= 0.3 else best if shares[best] > 0 else None
