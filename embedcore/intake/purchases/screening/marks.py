"""Which columns and numbers say that a row is no purchase: found by their values first, by their names second."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from embedcore.intake.columns.number_cells import NumberFormat
from embedcore.intake.columns.numbers import numbers
from embedcore.intake.columns.values import clean
from embedcore.intake.purchases.lines import used
from embedcore.intake.purchases.screening import words
from embedcore.intake.purchases.screening.services import find_services
from embedcore.intake.purchases.shapes import BasketShape

# Chosen by hand.
_LOOK, _FEW = 2000, 60  # first cells of a column, and how many different ones a status has at most
_KNOWN = 0.8  # of the different values, those that are events that we know
_EMPTY = 0.3  # of the rows of a column that is filled only where something came back
_CODES = 8  # different codes of events at most
_STEPS = 21  # different ratings at most, such as 0 to 10 by halves
_SERIES = 2  # other letters, from which letters are those of shops
_MINOR, _NEGATIVE = 0.4, 0.8  # orders with another letter at most; of their lines, those below zero
_NUMBER = re.compile(r"([^\W\d_]{0,5})[-_ /]?\d{2,}")
_CANCEL_LETTERS = {"C", "CN", "CR", "CM", "CX", "CANC", "RET", "RMA", "STO", "GS", "NC"}
_DATE = r"\d{1,4}\s?[-/.年]\s?\d{1,2}.*"


@dataclass(frozen=True)
class Mark:
    """A column that says which rows are no purchases. kind: "status" (in words), "flag" (yes or no), "stamp" (filled
    where something was cancelled or came back), "pieces" (how many came back), "event", "bought" (yes or no) or
    "rating". key: what it is about, "cancelled" or "returns", where its cells say only one of them."""

    column: str
    kind: str
    key: str = ""


@dataclass(frozen=True)
class Marks:
    """marks: the columns. event: the kind of event that counts by itself. good: the lowest rating of the upper half.
    letters: before the numbers of cancelled orders -> whether their quantities say so, too. numbers: one of each.
    services: ids in the column of products that are no products. codes: of events that nothing explains.

    >>> frame = pd.DataFrame({"order": ["1", "2"], "sku": ["a", "b"], "Status": ["paid", "refunded"]}, dtype="str")
    >>> [(m.column, m.kind) for m in find_marks(frame, BasketShape("long", "order", item="sku")).marks]
    [('Status', 'status')]
    """

    marks: tuple[Mark, ...] = ()
    event: str = ""
    good: float = np.nan
    scale: tuple[float, float] = (np.nan, np.nan)
    letters: dict[str, bool] = field(default_factory=dict)
    numbers: tuple[str, ...] = ()
    services: frozenset[str] = frozenset()
    codes: tuple[str, ...] = ()

    def of(self, *kinds: str) -> list[Mark]:
        """Those of some kinds."""
        return [m for m in self.marks if m.kind in kinds]


def find_marks(frame: pd.DataFrame, shape: BasketShape, known: Collection[str] | np.ndarray | None = None) -> Marks:
    """Look for what is no purchase. frame: all rows, or the first of a large table. known: ids of the catalogue."""
    if shape.shape not in ("long", "list") or not len(frame):
        return Marks()
    taken = set(used(shape))
    found = [_mark(str(c), frame[c]) for c in frame.columns if c not in taken]
    if shape.time is not None and (back := _mark(shape.time, frame[shape.time])) is not None and back.kind == "stamp":
        found.append(back)  # the only time there is may be that of what came back
    marks = [m for m in found if m is not None]
    for kind in ("event", "rating"):
        column = getattr(shape, kind, None)
        status = any(m.column == column and m.kind == "status" for m in marks)
        if column is not None and column in frame.columns and not status:
            marks = [m for m in marks if m.kind != kind and m.column != column] + [Mark(column, kind)]
    event = words.PURCHASE if any(m.kind == "bought" for m in marks) else ""
    good, scale = np.nan, (np.nan, np.nan)
    codes: tuple[str, ...] = ()
    if events := [m for m in marks if m.kind == "event"]:
        marks = [m for m in marks if m.kind != "event"] + events[:1]
        values = [str(v).strip() for v in frame[events[0].column].dropna().unique()]
        kinds = {words.event_of(v) for v in values}
        event = next((k for k in (words.PURCHASE, words.CART, words.WISH, words.VIEW) if k in kinds), "")
        codes = tuple(sorted(values)) if not event and _are_codes(values) else ()
        if not event and not codes:
            marks = [m for m in marks if m.kind != "event"]
    if ratings := [m for m in marks if m.kind == "rating"]:
        marks = [m for m in marks if m.kind != "rating"] + ratings[:1]
        scale = _scale(frame[ratings[0].column])
        good = sum(scale) / 2
    letters, examples = _letters(frame, shape) if shape.basket is not None and shape.shape == "long" else ({}, ())
    letters = {k: sure or _also_told(frame, shape, k, marks) for k, sure in letters.items()}
    services = find_services(frame, shape, known) if shape.shape == "long" and shape.item is not None else frozenset()
    return Marks(tuple(marks), event, good, scale, letters, examples, services, codes)


def _mark(column: str, cells: pd.Series) -> Mark | None:  # noqa: C901  one rule after the other
    about = words.named(column)
    if not about and cells.head(_LOOK).nunique() > _FEW:
        return None
    cells = clean(cells)
    values = [str(v) for v in cells.dropna().unique()]
    if not values:
        return None
    came_back = about & {words.CANCELLED, words.RETURNED}
    key = words.CANCELLED if words.CANCELLED in came_back else words.RETURNED
    if len(values) <= _FEW:
        truths = {words.truth_of(v) for v in values}
        if None not in truths and (came_back or "bought" in about) and "pieces" not in about:
            told = Mark(column, "flag", key) if came_back else Mark(column, "bought")
            return told if bool(came_back) in truths else None
        if _is_event(values, about) or ("event" in about and _are_codes(values)):
            return Mark(column, "event")
        bad = [v for v in values if words.status_of(v)]
        if bad and (about & {"status", *came_back} or len(bad) > 1 or any(words.is_good(v) for v in values)):
            keys = {words.status_of(v) for v in bad}
            return Mark(column, "status", keys.pop() if len(keys) == 1 else "")
    if came_back and cells.isna().mean() >= _EMPTY and "money" not in about:
        dated = float(pd.Series(values[:_LOOK], dtype="str").str.fullmatch(_DATE).mean())
        if "reason" in about or dated >= _KNOWN:
            return Mark(column, "stamp", key)
    if came_back and "pieces" in about and not numbers(cells)[1].any():
        return Mark(column, "pieces", key)
    if "rating" in about and len(values) <= 10 * _STEPS and _is_rating(cells):
        return Mark(column, "rating")
    return None


def _is_event(values: list[str], about: frozenset[str]) -> bool:
    kinds = [words.event_of(v) for v in values]
    known = sum(map(bool, kinds)) >= _KNOWN * len(kinds)
    others = set(kinds) & {words.CART, words.WISH, words.VIEW}
    return known and bool(others) and (words.PURCHASE in kinds or bool(about & {"event", "status"}))


def _are_codes(values: list[str]) -> bool:
    return 1 < len(values) <= _CODES and all(re.fullmatch(r"\d{1,2}(?:\.0)?", v) for v in values)


def _is_rating(cells: pd.Series) -> bool:
    value, bad = numbers(cells)
    different = np.unique(value[~np.isnan(value)])
    low, high = (different[0], different[-1]) if len(different) else (-1.0, -1.0)
    steps = np.allclose(different * 2, np.round(different * 2)) if high <= 10 else np.allclose(different % 1, 0)
    return (
        not bad.any() and 1 < len(different) <= (_STEPS if high <= 10 else 101) and low >= 0 and high <= 100 and steps
    )


def _scale(cells: pd.Series) -> tuple[float, float]:
    """(lowest, highest) rating that people could give."""
    value = numbers(cells)[0]
    value = value[~np.isnan(value)]
    if not len(value):
        return np.nan, np.nan
    high = next((top for top in (5.0, 10.0, 100.0) if value.max() <= top), float(value.max()))
    return (float(value.min()) if value.min() <= 1 else 1.0), high if value.max() > 1 else 1.0


def _letters(frame: pd.DataFrame, shape: BasketShape) -> tuple[dict[str, bool], tuple[str, ...]]:
    """Prefixes of order numbers that mark cancellations, such as the C of C536379 beside 536378."""
    basket = frame[str(shape.basket)]
    if not basket.head(_LOOK).str.contains(r"[^\W\d_]", na=False).any() and not _any_letter(basket):
        return {}, ()
    code, unique = pd.factorize(clean(basket))
    parts = pd.Series(unique, dtype="str").str.extract(rf"\A{_NUMBER.pattern}\Z")[0].str.upper().to_numpy(object)
    letters, counts = np.unique(parts[pd.notna(parts)].astype(str), return_counts=True)
    if len(letters) < 2:
        return {}, ()
    main = letters[np.argmax(counts)]
    of_row = np.array([*parts, None], object)[code]
    amount = numbers(frame[shape.quantity], NumberFormat())[0] if shape.quantity is not None else None
    # Orders of several shops have several letters: A1001, B1001, C1001.
    series = {letter for letter in letters.tolist() if letter and letter not in _CANCEL_LETTERS}
    found = {}
    for letter, n in zip(letters.tolist(), counts.tolist(), strict=True):
        if letter in (main, "") or n > _MINOR * counts.sum():
            continue
        below = float((amount[of_row == letter] < 0).mean()) if amount is not None else 0.0
        if below >= _NEGATIVE or (letter in _CANCEL_LETTERS and len(series) < _SERIES):
            found[letter] = below >= _NEGATIVE
    return found, tuple(str(unique[list(parts).index(letter)]) for letter in found)


def _also_told(frame: pd.DataFrame, shape: BasketShape, letter: str, marks: list[Mark]) -> bool:
    """Whether a column of words says, too, that the orders with a letter were cancelled or came back."""
    rows = frame[clean(frame[str(shape.basket)]).str.upper().str.fullmatch(rf"{letter}[-_ /]?\d{{2,}}", na=False)]
    told = [clean(rows[m.column]).map(lambda t: bool(words.status_of(str(t)))) for m in marks if m.kind == "status"]
    return any(len(t) and float(t.mean()) >= _NEGATIVE for t in told)


def _any_letter(basket: pd.Series) -> bool:
    return bool(basket.str.contains(r"\A[^\W\d_]", na=False).any())
