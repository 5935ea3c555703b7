"""Rows that are no purchases: cancelled or returned, only looked at, rated low, or charged beside the products.

Looked for before the rows are read. Where nothing is found, one pass over the quantities is all it takes; else every
row gets its reasons as bits in a file, since a status may stand in another line of the order, and what a return takes
back may stand anywhere before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from embedcore.data import scratch_array
from embedcore.intake.columns.number_cells import NumberFormat
from embedcore.intake.columns.numbers import numbers
from embedcore.intake.decisions import NOTHING, Settings, setting
from embedcore.intake.purchases.guess.parts import named
from embedcore.intake.purchases.rows import ROWS, Rows
from embedcore.intake.purchases.screening import words
from embedcore.intake.purchases.screening.marks import Marks
from embedcore.intake.purchases.screening.reasons import ALL, KEYS, Reasons
from embedcore.intake.purchases.shapes import BasketShape
from embedcore.progress import Progress, part, silent

OUT, KEEP, GOOD = "out", "in", "good"


@dataclass
class Screened:
    """reasons: (rows,) uint8, bits of KEYS, None when every row is a purchase. out: the bits by which rows are left
    out. chosen: key -> value in force. lines, orders: key -> how many are left out (or would be)."""

    total: int
    marks: Marks
    reasons: np.ndarray | None = None
    out: int = 0
    chosen: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    orders: dict[str, int] = field(default_factory=dict)
    events: dict[str, int] = field(default_factory=dict)

    @property
    def left_out(self) -> int:
        """How many rows are left out."""
        return 0 if self.reasons is None else int(np.count_nonzero(self.reasons & self.out))

    def of(self, frames: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        """The rows that are purchases. frames: all of them, in their order."""
        done = 0
        for frame in frames:
            if self.reasons is None or not self.out:
                yield frame
                continue
            keep = (self.reasons[done : done + len(frame)] & self.out) == 0
            done += len(frame)
            yield frame if keep.all() else frame[keep]


def screen(
    rows: Rows,
    shape: BasketShape,
    marks: Marks,
    scratch: Path,
    settings: Settings = NOTHING,
    progress: Progress = silent,
) -> Screened:
    """Find the rows that are no purchases. scratch: a folder for temporary files.

    >>> import tempfile
    >>> frame = pd.DataFrame({"order": ["1", "2", "C3"], "sku": ["a", "b", "a"], "n": ["1", "1", "-1"]}, dtype="str")
    >>> shape = BasketShape("long", basket="order", item="sku", quantity="n")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     found = screen(Rows(frame), shape, Marks(), Path(folder))
    >>> found.left_out, found.lines
    (1, {'returns': 1})
    """
    found = Screened(rows.total, marks)
    if not marks.marks and not marks.letters and not marks.services and not _any_below_one(rows, shape, progress):
        return found
    found.reasons = reasons = scratch_array(rows.total, np.uint8, scratch)
    reasons[:] = 0
    event = settings.get("events", ALL)
    work = Reasons(rows, shape, marks, marks.event if event == ALL else event, scratch)
    found.events = work.mark(reasons, part(progress, 0, 60))
    work.spread(reasons)
    work.take_back(reasons)
    found.chosen, found.out = _chosen(reasons, shape, marks, settings)
    found.lines, found.orders = work.count(reasons, found.out)
    if not found.lines:
        found.reasons = None
    return found


def _any_below_one(rows: Rows, shape: BasketShape, progress: Progress) -> bool:
    if shape.quantity is None or shape.shape != "long":
        return False
    done = 0
    for frame in rows.of([shape.quantity]):
        texts = pd.Series(frame[shape.quantity].unique(), dtype="str")
        if (numbers(texts, NumberFormat())[0] <= 0).any():
            return True
        done += len(frame)
        progress(done, rows.total, note="Looking at the quantities")
    return False


def _chosen(reasons: np.ndarray, shape: BasketShape, marks: Marks, settings: Settings) -> tuple[dict[str, str], int]:
    """(key -> value in force, bits by which rows are left out): by itself all, but never so that no row is left."""
    chosen: dict[str, str] = {}
    # Where there are orders, it was bought, whatever was thought of it.
    ordered = shape.basket is not None and named(shape.basket) == "basket"
    only_rated = not ordered and shape.quantity is None
    for key, bit in KEYS.items():
        if not _any(reasons, bit):
            continue
        if key == "events":
            kinds = (words.PURCHASE, words.CART, words.WISH, words.VIEW, *marks.codes, ALL)
            chosen[key] = setting(settings, key, marks.event or ALL, kinds)
        elif key == "ratings":
            chosen[key] = setting(settings, key, GOOD if only_rated else ALL, (GOOD, ALL))
        else:
            # A line of nothing may be a weight that was rounded; it stays.
            chosen[key] = setting(settings, key, KEEP if key == "zero" else OUT, (OUT, KEEP))
    if chosen.get("returns") == KEEP and "taken_back" not in settings and chosen.get("cancelled") != OUT:
        chosen.pop("taken_back", None)
    bits = sum(KEYS[k] for k, value in chosen.items() if value not in (KEEP, ALL))
    for key in ("ratings", "services", "zero", "taken_back", "returns", "cancelled"):
        if bits and not _any_left(reasons, bits) and bits & KEYS[key] and key not in settings:
            bits &= ~KEYS[key]
            chosen[key] = ALL if key == "ratings" else KEEP
    return chosen, bits


def _any(reasons: np.ndarray, bits: int) -> bool:
    return any((reasons[low : low + ROWS] & bits).any() for low in range(0, len(reasons), ROWS))


def _any_left(reasons: np.ndarray, bits: int) -> bool:
    return any(((reasons[low : low + ROWS] & bits) == 0).any() for low in range(0, len(reasons), ROWS))
