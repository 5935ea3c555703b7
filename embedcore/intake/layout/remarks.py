"""What is no row of the table: empty rows, lines, names once more, remarks below it, headings between products."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from embedcore.intake.layout.rows import Rows, examples, new_name
from embedcore.intake.layout.words import NAME, ORDER_NAME, REMARK, RULE

# Chosen by hand.
FULL = 0.95  # share of the other rows that must have many more cells than a heading
FEW = 0.5  # share of rows with a single cell, up to which they can be headings
CODES = 0.9  # share of a column's cells of one shape, from which it is one of codes
NAMES, BELOW = 2, 100  # lines of names after the first, at most, and rows below them that are looked at
_PROBE = 2000
SECTION = "section"
OUT = (("out", "leave out"), ("in", "keep as rows"))
HEADINGS = (("column", "make them a column"), ("out", "leave out"), ("in", "keep as products"))
_DIGITS, _LETTERS = re.compile(r"\d+(?:[.,]\d+)*"), re.compile(r"[^\W\d_]+")


def clear(rows: Rows) -> None:
    """Reject empty rows, ruled lines and rows that repeat the names of the columns."""
    count = rows.filled.sum(1)
    if (count == 0).any():
        rows.reject(count == 0, "all its cells are empty")
    if not len(rows) or rows.filled.shape[1] < 2:
        return
    names = [n.casefold() for n in rows.names]
    lead = np.argmax(rows.filled, 1)
    again = np.zeros(len(rows), bool)
    ruled = np.zeros(len(rows), bool)
    for c in np.unique(lead).tolist():
        cells = rows.frame.iloc[:, c]
        here = lead == c
        again |= here & (cells == rows.names[c]).fillna(False).to_numpy(bool)
        ruled |= here & cells.str.startswith(("--", "==", "__", "**", "+-")).fillna(False).to_numpy(bool)
    for n in np.flatnonzero(again).tolist():
        same = [
            str(rows.frame.iat[n, c]).strip().casefold() == names[c] for c in np.flatnonzero(rows.filled[n]).tolist()
        ]
        again[n] = len(same) > 1 and all(same)
    for n in np.flatnonzero(ruled).tolist():
        ruled[n] = all(RULE.match(str(rows.frame.iat[n, c])) for c in np.flatnonzero(rows.filled[n]).tolist())
    for _ in range(NAMES):
        if again.any() or ruled.any() or not _second_names(rows):
            break
        rows.reject(np.arange(1), "it is a second line of column names")
        again, ruled = again[1:], ruled[1:]
    if again.any() or ruled.any():
        reasons = [
            "these are the column names once more" if again[n] else "it is a ruled line"
            for n in np.flatnonzero(again | ruled)
        ]
        rows.reject(again | ruled, reasons)


def _second_names(rows: Rows) -> bool:
    """Whether the first row holds names, too: texts above every column of numbers, which never come again."""
    if len(rows) < 4:
        return False
    first = [str(rows.frame.iat[0, c]).strip() if rows.filled[0, c] else "" for c in range(rows.filled.shape[1])]
    if sum(map(bool, first)) < 2 or any(map(rows.is_number, first)):
        return False
    below = [[text for text in rows.cells(c, slice(1, BELOW)) if text] for c in range(len(first))]
    numeric = [c for c, texts in enumerate(below) if len(texts) > 2 and all(map(rows.is_number, texts))]
    if not numeric or not all(any(ch.isalpha() for ch in first[c]) for c in numeric):
        return False
    if any(text and text in texts for text, texts in zip(first, below, strict=True)):
        return False
    named = sum(NAME.search(text) is not None or text.startswith(("(", "[")) for text in first)
    return named > 1 and (len(numeric) > 1 or named > len(first) / 2)


def leave_out(rows: Rows) -> None:
    """Reject remarks and headings, and say so; headings above products become a column."""
    n, width = rows.filled.shape
    if n < 3 or width < 2:
        return
    count = rows.filled.sum(1)
    usual = float(np.median(count))
    spare = count <= (2 if usual >= 4 else 1)
    if usual < 2 or not spare.any():
        return
    remarks = np.zeros(n, bool)
    single = spare & (count == 1)
    last = n - 1 - int(np.argmin(spare[::-1]))  # the last whole row
    shapes: dict[int, set[str] | None] = {}
    for row in np.flatnonzero(spare):
        text, c = rows.first(int(row)), int(np.argmax(rows.filled[row]))
        if REMARK.match(text.strip()):
            remarks[row] = True
        elif row > last and single[row]:
            remarks[row] = _unlike(text, rows, c, ~spare, shapes) and width >= 2
    _say_remarks(rows, remarks)
    count = rows.filled.sum(1)
    _headings(rows, count == 1, count > (2 if usual >= 4 else 1), shapes)


def _say_remarks(rows: Rows, which: np.ndarray) -> None:
    if not which.any():
        return
    chosen, n = rows.set("remarks", "out", OUT), int(which.sum())
    shown = examples([rows.first(int(row)) for row in np.flatnonzero(which)])
    if chosen == "in":
        rows.say("remarks", f"{n:,} lines that look like remarks are kept: {shown}.", chosen, OUT, n)
        return
    what = "line is a remark" if n == 1 else "lines are remarks"
    rows.say("remarks", f"{n:,} {what}, not part of the table, and left out: {shown}.", chosen, OUT, n, n)
    rows.reject(which, "it is a remark, not a row of the table")


def _shape(cell: str) -> str:
    return _LETTERS.sub("a", _DIGITS.sub("9", cell.strip()))


def _unlike(text: str, rows: Rows, c: int, whole: np.ndarray, shapes: dict[int, set[str] | None]) -> bool:
    """Whether a text has another shape than the codes of its column; False where the column holds no codes."""
    if c not in shapes:
        at = np.flatnonzero(whole & rows.filled[:, c])[:_PROBE]
        found = pd.Series([_shape(v) for v in rows.cells(c, at)]).value_counts()
        common = str(found.index[0]) if len(found) else ""
        coded = "9" in common and " " not in common and found.iloc[0] >= CODES * len(at)
        shapes[c] = set(map(str, found.index)) if coded else None
    known = shapes[c]
    return known is not None and _shape(text) not in known


def _headings(rows: Rows, single: np.ndarray, whole: np.ndarray, shapes: dict[int, set[str] | None]) -> None:
    """Rows with one cell that stand above whole rows."""
    n = len(rows)
    if not single.any() or single.mean() > FEW or not whole.any():
        return
    above = np.zeros(n, bool)  # a whole row follows, or another heading
    follows = False
    for row in range(n - 1, -1, -1):
        follows = bool(whole[row]) or (bool(single[row]) and follows)
        above[row] = follows
    heads = single & above
    at = np.flatnonzero(heads)
    if not len(at):
        return
    columns = np.argmax(rows.filled[at], 1)
    place = int(np.bincount(columns).argmax())
    at = at[columns == place]
    texts = [str(v).strip() for v in rows.cells(place, at)]
    if rows.filled[whole, place].mean() <= 1 - FULL and (len(at) > 1 or at[0] == 0):
        _say_headings(rows, at, texts, place)  # they have a column of their own already
        return
    sure = [row for row, text in zip(at.tolist(), texts, strict=True) if _unlike(text, rows, place, whole, shapes)]
    if shapes[place] is not None and len(sure) < len(at):
        return  # codes of products of which nothing else is known
    all_whole = whole[~single].mean() >= FULL and rows.filled[whole].mean() >= 0.8
    if len(sure) == len(at):
        clear_enough = len(at) > 1 or all_whole
    else:
        # In a column of names a heading looks like a name: the first row must be one, and each is another.
        marked = all(t.isupper() or t.endswith(":") for t in texts) and len(at) > 1
        spread = len(at) > 1 and at[0] == 0 and len(set(texts)) == len(texts) and bool((np.diff(at) > 1).all())
        deeper = all(str(v).startswith(" ") for v in rows.cells(place, np.flatnonzero(whole)))
        deeper = deeper and not any(str(v).startswith(" ") for v in rows.cells(place, at))
        clear_enough = deeper or (bool(all_whole) and rows.filled.shape[1] > 2 and (marked or spread))
    if not clear_enough:
        return
    _say_headings(rows, at, texts)


def _say_headings(rows: Rows, at: np.ndarray, texts: list[str], place: int = -1) -> None:
    """place: the column of the headings where no other row is filled, else they get a new one."""
    one = len(at) == 1
    guess = "out" if one and at[0] > 0 else "column"
    chosen, shown = rows.set("headings", guess, HEADINGS), examples(texts)
    head = f"{len(at):,} {'row is a heading' if one else 'rows are headings'}: {shown}"
    if chosen == "in":
        rows.say("headings", f"{len(at):,} rows that look like headings are kept: {shown}.", chosen, HEADINGS, len(at))
        return
    if chosen == "out":
        rows.say("headings", f"{head}; left out.", chosen, HEADINGS, len(at), len(at))
        rows.reject(at, "it is a heading")
        return
    orders = rows.use == "baskets" and all(ORDER_NAME.search(t) for t in texts)
    name = rows.names[place] if place >= 0 else new_name(rows, "order" if orders else SECTION)
    above = np.delete(np.searchsorted(at, np.arange(len(rows)), side="right") - 1, at)
    rows.say("headings", f"{head}; they are in the column “{name}” now.", chosen, HEADINGS, len(at))
    rows.reject(at, f"it is a heading, and stands in the column “{name}”")
    below = [texts[n] if n >= 0 else None for n in above]
    if place < 0:
        rows.add_column(name, below)
    else:
        at = np.flatnonzero((above >= 0) & ~rows.filled[:, place])
        rows.put(place, at, np.array(below, object)[at])
