"""Row by row, why it is no purchase: the passes behind `screen`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from embedcore.data import scratch_array
from embedcore.intake.columns.date_cells import DateFormat
from embedcore.intake.columns.dates import dates
from embedcore.intake.columns.number_cells import NumberFormat
from embedcore.intake.columns.numbers import numbers
from embedcore.intake.columns.values import clean
from embedcore.intake.purchases.rows import Rows, date_order
from embedcore.intake.purchases.screening import words
from embedcore.intake.purchases.screening.marks import Mark, Marks
from embedcore.intake.purchases.screening.taken_back import Found, Movements
from embedcore.intake.purchases.shapes import BasketShape
from embedcore.progress import Progress, silent

# Why a row is no purchase; the first that applies is the one that counts it.
CANCELLED, RETURNS, TAKEN_BACK, ZERO, EVENTS, RATINGS, SERVICES = (1 << n for n in range(7))
KEYS = {
    "cancelled": CANCELLED,
    "returns": RETURNS,
    "taken_back": TAKEN_BACK,
    "zero": ZERO,
    "events": EVENTS,
    "ratings": RATINGS,
    "services": SERVICES,
}
ALL = "all"
_LATER = 0.1  # of the marked cells, those below an unmarked line of the order, above which a column is about lines
_SPREAD = 8  # columns whose cells may stand for a whole order


class Reasons:
    """The passes over the rows. event: the kind of event that counts."""

    def __init__(self, rows: Rows, shape: BasketShape, marks: Marks, event: str, scratch: Path) -> None:
        self._rows, self._shape, self._marks, self._event, self._scratch = rows, shape, marks, event, scratch
        spreading = marks.of("status", "flag", "stamp") if shape.basket is not None else []
        # A date of return is about its line; a date of cancellation about the order.
        self._spreading = [m for m in spreading if m.kind == "status" or m.key == words.CANCELLED][:_SPREAD]
        self._orders: dict[tuple[int, int], list[np.ndarray]] = {}  # (column, bit) -> baskets that it marks
        self._empty = scratch_array(rows.total, np.uint8, scratch) if self._spreading else None
        self._late: dict[int, list[int]] = {}
        self._back = Movements()
        self._long = shape.shape == "long"
        self._read: Callable[[pd.Series], np.ndarray] | None = None

    def mark(self, reasons: np.ndarray, progress: Progress) -> dict[str, int]:
        """What each row says of itself; returns how many events of each kind there are."""
        shape, done = self._shape, 0
        events: dict[str, int] = {}
        for frame in self._rows.of(self._columns()):
            bits = np.zeros(len(frame), np.uint8)
            for mark in self._marks.marks:
                told = self._told(mark, frame, events)
                bits |= told
                if mark in self._spreading:
                    self._note(self._spreading.index(mark), mark, frame, told, done)
            amount = self._amount(frame)
            letters = self._letters(frame)
            if letters is not None:
                bits |= np.where(letters, CANCELLED, 0).astype(np.uint8)
            if amount is not None:
                bits |= np.where(amount < 0, RETURNS, np.where(amount == 0, ZERO, 0)).astype(np.uint8)
                back = (amount < 0) if letters is None else (amount < 0) | letters
                if back.any() and shape.item is not None:
                    self._back.returns(self._movements(frame, back, done, amount), self._bodies(frame, back))
            if self._marks.services and self._long:
                services = clean(frame[str(shape.item)]).isin(self._marks.services).to_numpy(bool)
                bits |= np.where(services, SERVICES, 0).astype(np.uint8)
            reasons[done : done + len(frame)] = bits
            done += len(frame)
            progress(done, self._rows.total, note="Looking for what was no purchase")
        return events

    def spread(self, reasons: np.ndarray) -> None:
        """What stands in one line of an order, where the cell of another line is empty."""
        baskets: dict[tuple[int, int], np.ndarray] = {}
        for (at, bit), parts in self._orders.items():
            late, marked = self._late[at]
            if late <= _LATER * max(marked, 1):
                baskets[at, bit] = np.unique(np.concatenate(parts))
        if not baskets or self._empty is None:
            return
        done = 0
        for frame in self._rows.of([str(self._shape.basket)]):
            here = slice(done, done + len(frame))
            empty = self._empty[here]
            if empty.any():
                order = _hashed(clean(frame[str(self._shape.basket)]))
                for (at, bit), of in baskets.items():
                    same = ((empty >> at) & 1).astype(bool) & _in(order, of)
                    reasons[here] |= np.where(same, bit, 0).astype(np.uint8)
            done += len(frame)

    def take_back(self, reasons: np.ndarray) -> None:
        """The purchases that a return takes back: of the same customer (or order), product and quantity, before it."""
        if not self._back.any or not self._long:
            return
        self._back.settle()
        done = 0
        columns = list(dict.fromkeys(c for c in self._who() if c is not None))
        for frame in self._rows.of(columns):
            amount = self._amount(frame)
            if amount is not None:
                standing = (reasons[done : done + len(frame)] & (CANCELLED | RETURNS | ZERO)) == 0
                buys = standing & (amount > 0)
                if buys.any():
                    self._back.purchases(self._movements(frame, buys, done, amount))
            done += len(frame)
        taken = self._back.taken()
        reasons[taken] |= TAKEN_BACK

    def count(self, reasons: np.ndarray, out: int) -> tuple[dict[str, int], dict[str, int]]:
        """(lines, orders) that each reason leaves out, or would. out: bits by which rows are left out."""
        lines: dict[str, int] = {}
        baskets: dict[str, list[np.ndarray]] = {key: [] for key in KEYS}
        basket, done = self._shape.basket, 0
        for frame in self._rows.of([basket] if basket is not None else self._rows.names[:1]):
            bits = reasons[done : done + len(frame)]
            done += len(frame)
            if not bits.any():
                continue
            order = _hashed(clean(frame[basket])) if basket is not None else None
            left = np.zeros(len(frame), bool)
            for key in sorted(KEYS, key=lambda k: not KEYS[k] & out):
                here = ((bits & KEYS[key]) != 0) & ~left
                left |= here & bool(KEYS[key] & out)
                if here.any():
                    lines[key] = lines.get(key, 0) + int(here.sum())
                    if order is not None:
                        baskets[key].append(np.unique(order[here]))
        return lines, {key: len(np.unique(np.concatenate(parts))) for key, parts in baskets.items() if parts}

    def _columns(self) -> list[str]:
        marked = [m.column for m in self._marks.marks]
        return list(dict.fromkeys(c for c in (*marked, *self._who()) if c is not None))

    def _who(self) -> tuple[str | None, ...]:
        shape = self._shape
        return (shape.basket, shape.customer, shape.item, shape.quantity, shape.time)

    def _told(self, mark: Mark, frame: pd.DataFrame, events: dict[str, int]) -> np.ndarray:
        """(n,) uint8: the bits that one column gives."""
        cells = clean(frame[mark.column])
        if mark.kind == "stamp":
            return np.where(cells.notna(), KEYS[mark.key], 0).astype(np.uint8)
        if mark.kind in ("rating", "pieces"):
            value = numbers(cells)[0]
            if mark.kind == "rating":
                return np.where(value < self._marks.good, RATINGS, 0).astype(np.uint8)
            amount = self._amount(frame)
            back = (value > 0) & ((value >= amount) if amount is not None else True)
            return np.where(back, KEYS[mark.key], 0).astype(np.uint8)
        code, unique = pd.factorize(cells)
        texts = [str(u) for u in unique]
        if mark.kind == "event":
            kinds = [words.event_of(t) or (t if t in self._marks.codes else words.OTHER) for t in texts]
            for kind, n in zip(kinds, np.bincount(code[code >= 0], minlength=len(texts)).tolist(), strict=True):
                events[kind] = events.get(kind, 0) + n
            told = [0 if self._event == k else EVENTS for k in kinds]
        elif mark.kind == "flag":
            told = [KEYS[mark.key] if words.truth_of(t) else 0 for t in texts]
        elif mark.kind == "bought":
            told = [0 if words.truth_of(t) else EVENTS for t in texts]
        else:
            told = [KEYS.get(words.status_of(t), 0) for t in texts]
        return np.array([*told, 0], np.uint8)[code]

    def _note(self, at: int, mark: Mark, frame: pd.DataFrame, told: np.ndarray, done: int) -> None:
        """Remember which orders a column marks, and where its cells are empty."""
        assert self._empty is not None  # noqa: S101  there are columns to spread
        empty = clean(frame[mark.column]).isna().to_numpy(bool)
        self._empty[done : done + len(frame)] |= (empty.astype(np.uint8) << at).astype(np.uint8)
        marked = told != 0
        counts = self._late.setdefault(at, [0, 0])
        if not marked.any():
            return
        basket = clean(frame[str(self._shape.basket)])
        same = (basket == basket.shift()).to_numpy(bool)
        counts[0] += int((marked & same & np.r_[False, empty[:-1]]).sum())
        counts[1] += int(marked.sum())
        order = _hashed(basket)
        for bit in np.unique(told[marked]).tolist():
            self._orders.setdefault((at, bit), []).append(np.unique(order[told == bit]))

    def _amount(self, frame: pd.DataFrame) -> np.ndarray | None:
        return (
            None
            if self._shape.quantity is None or not self._long
            else numbers(frame[self._shape.quantity], NumberFormat())[0]
        )

    def _letters(self, frame: pd.DataFrame) -> np.ndarray | None:
        if not self._marks.letters:
            return None
        letter = clean(frame[str(self._shape.basket)]).str.extract(r"\A([^\W\d_]{1,5})[-_ /]?\d{2,}\Z")[0].str.upper()
        return letter.isin(self._marks.letters).to_numpy(bool)

    def _bodies(self, frame: pd.DataFrame, back: np.ndarray) -> np.ndarray:
        """The order that a cancellation names after its letters: C536379 cancels 536379."""
        basket = clean(frame[str(self._shape.basket)]) if self._shape.basket is not None else clean(frame.iloc[:, 0])
        body = basket[back].str.replace(r"\A[^\W\d_]{1,5}[-_ /]?(?=\d{2,}\Z)", "", regex=True)
        return _hashed(body)

    def _movements(self, frame: pd.DataFrame, some: np.ndarray, done: int, amount: np.ndarray) -> Found:
        shape, part_of = self._shape, frame[some]
        nobody = pd.Series(index=part_of.index, dtype="str")
        when = np.full(len(part_of), np.nan)
        if shape.time is not None:
            when = self._times(part_of[shape.time])
        return Found(
            np.flatnonzero(some) + done,
            _hashed(clean(part_of[shape.customer]) if shape.customer is not None else nobody),
            _hashed(clean(part_of[shape.basket]) if shape.basket is not None else nobody),
            _hashed(clean(part_of[str(shape.item)])),
            np.abs(amount[some]),
            when,
        )

    def _times(self, cells: pd.Series) -> np.ndarray:
        """(n,) float64: any number that grows with time; NaN where it is not known."""
        if self._read is None:
            numeric = pd.to_numeric(cells, errors="coerce").notna().mean() > 0.5
            near = self._scratch / "times"
            near.mkdir(exist_ok=True)
            how = None if numeric else date_order(self._rows, str(self._shape.time), near, silent)[0]
            self._read = partial(_time_of, how)
        return self._read(cells)


def _time_of(how: DateFormat | None, cells: pd.Series) -> np.ndarray:
    if how is None:
        return np.asarray(pd.to_numeric(cells, errors="coerce").to_numpy(np.float64))
    found = dates(cells, how)[0].to_numpy("datetime64[s]")
    return np.where(np.isnat(found), np.nan, found.astype(np.int64).astype(np.float64))


def _hashed(texts: pd.Series) -> np.ndarray:
    """(n,) uint64; 0 for a missing text."""
    code, unique = pd.factorize(texts)
    found = pd.util.hash_array(np.asarray(unique, dtype=object)) if len(unique) else np.empty(0, np.uint64)
    return np.append(found, np.uint64(0))[code]


def _in(values: np.ndarray, sorted_values: np.ndarray) -> np.ndarray:
    if not len(sorted_values):
        return np.zeros(len(values), bool)
    at = np.minimum(np.searchsorted(sorted_values, values), len(sorted_values) - 1)
    return np.asarray((sorted_values[at] == values) & (values != 0))
