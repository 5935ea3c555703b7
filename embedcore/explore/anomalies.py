"""Unusual products: cells that do not fit the rest of their row, given what a model expects in each.

>>> written(19.5, "price"), written(None, "price")
('19.50', '')
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

from embedcore.data import Dataset
from embedcore.progress import Progress, silent

VERSION = 1  # raise it when the same table gets other scores
FILE, FACTS = "unusual.parquet", "facts.json"  # what the job "anomalies" leaves
BETWEEN = " | "  # separates the reasons in `more`
COLUMNS = ("item", "id", "score", "column", "value", "expected", "probability", "seen", "reason", "more")
# Chosen by hand.
_CELLS = 3  # cells of a product that are named
_LEAST_PROBABILITY = 1e-6  # smaller ones are not distinguished
_FAR, _MOST_FAR = 3.0, 20.0  # robust standard deviations from which a number's size surprises, and up to which
_LEAST_SPREAD = 0.25  # standard deviations: no column is taken for steadier than this
_AS_EXPECTED = 0.5  # surprise below which a cell is ordinary: probability above .6
_TWICE, _HALF = 1.9, 0.5  # multiples of the expected price from which it is given as a multiple


class CellExpectations(Protocol):
    """What a model that sees the rest of each row expects in one column (n products).

    value: (n,) probability of the cell's own value. likely: (n,) the value that the model expects (object, None for an
    empty cell; float64 for numbers). share: (n,) probability of `likely`, for a number of the range low..high around
    it. off: (n,) a number's distance from `likely` in standard deviations, NaN where missing; None for categories."""

    @property
    def column(self) -> str:
        """The column's name."""

    @property
    def value(self) -> np.ndarray:
        """(n,) probability of the cell's own value."""

    @property
    def likely(self) -> np.ndarray:
        """(n,) the expected value."""

    @property
    def share(self) -> np.ndarray:
        """(n,) probability of `likely`."""

    @property
    def low(self) -> np.ndarray | None:
        """(n,) lower end of the expected range of a number."""

    @property
    def high(self) -> np.ndarray | None:
        """(n,) upper end."""

    @property
    def off(self) -> np.ndarray | None:
        """(n,) distance of a number from `likely`, in standard deviations."""


@dataclass(frozen=True)
class ExpectedText:
    """What would fit the rest of a row, in words. probability: of `text`. middle: a number's, else None."""

    text: str
    probability: float
    middle: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class _Cell:
    """One cell that stands out. raw: as the table holds it; value: as a person writes it; seen: its probability."""

    column: str
    role: str
    raw: Any
    value: str
    expected: ExpectedText
    seen: float
    surprise: float


class _OddestCells:
    """The most surprising cells of each of n products, found one column at a time: (n, _CELLS) arrays, best first."""

    def __init__(self, n: int) -> None:
        self.surprise = np.full((n, _CELLS), -1.0)
        self.column = np.full((n, _CELLS), -1)
        self.seen = np.ones((n, _CELLS))

    def add(self, column: int, surprise: np.ndarray, seen: np.ndarray) -> np.ndarray:
        """Enter the cells of one column; returns the rows whose cell is among their oddest now."""
        place = (self.surprise >= surprise[:, None]).sum(1)
        entered = np.flatnonzero(place < _CELLS)
        for k in range(_CELLS - 1, -1, -1):
            if k:
                shifted = entered[place[entered] < k]
                for a in (self.surprise, self.column, self.seen):
                    a[shifted, k] = a[shifted, k - 1]
            rows = entered[place[entered] == k]
            self.surprise[rows, k], self.column[rows, k], self.seen[rows, k] = surprise[rows], column, seen[rows]
        return entered


def surprise(cells: CellExpectations) -> np.ndarray:
    """(n,) how little each cell of a column fits the rest of its row: -log of its probability, and for a number by how
    much it lies further out than 3 robust standard deviations of the model's errors.

    >>> from types import SimpleNamespace
    >>> surprise(SimpleNamespace(value=np.array([1.0, 0.01]), off=None)).round(1).tolist()
    [-0.0, 4.6]
    """
    found = -np.log(np.clip(cells.value.astype(np.float64), _LEAST_PROBABILITY, 1.0))
    if cells.off is not None and np.isfinite(cells.off).any():
        off = cells.off - np.nanmedian(cells.off)
        spread = max(1.4826 * float(np.nanmedian(np.abs(off))), _LEAST_SPREAD)
        found += np.nan_to_num(np.clip(np.abs(off) / spread - _FAR, 0.0, _MOST_FAR))
    return np.asarray(found)


def unusual(
    dataset: Dataset, columns: Iterable[CellExpectations], of: int, known: np.ndarray, progress: Progress = silent
) -> pd.DataFrame:
    """Every product with its most surprising cell, the most unusual first; columns COLUMNS.

    columns: one per column, `of` of them, each over all of `dataset.items`. known: positions of the products to list.
    score: sum over the columns of `surprise`, so one impossible cell weighs as much as several odd ones.
    probability: of `expected`; seen: of the cell's own value. more: the reasons of the next cells that stand out.
    Distances to the nearest products were tried beside it and found no swapped cell that this does not find.

    >>> from types import SimpleNamespace
    >>> from embedcore import Catalogue
    >>> table = pd.DataFrame({"id": ["a", "b"], "season": ["summer", "winter"]})
    >>> sandals = Dataset.build("sandals", Catalogue(table, {"id": "id", "season": "category"}))
    >>> season = SimpleNamespace(
    ...     column="season", value=np.array([0.9, 0.1]), likely=np.array(["summer"] * 2, object),
    ...     share=np.array([0.9, 0.9]), low=None, high=None, off=None)
    >>> unusual(sandals, [season], 1, np.arange(2))["reason"][0]
    'season is winter; 90 % of products like this are summer'
    """
    total, oddest = np.zeros(len(dataset)), _OddestCells(len(dataset))
    expected: list[tuple[str, dict[int, ExpectedText]]] = []
    for j, cells in enumerate(columns):
        found = surprise(cells)
        total += found
        named = np.intersect1d(oddest.add(j, found, cells.value), known)
        role = dataset.catalogue.roles.get(cells.column, "") if dataset.catalogue is not None else ""
        first = (oddest.column[named, 0] == j) | (found[named] > _AS_EXPECTED)
        expected.append((cells.column, {int(i): _expected_text(cells, int(i), role) for i in named[first]}))
        progress(j + 1, of, note=f"Looking at “{cells.column}”")
    order = known[np.lexsort((known, -total[known]))]
    return _frame(dataset, order, total, oddest, expected)


def _frame(
    dataset: Dataset,
    order: np.ndarray,
    total: np.ndarray,
    oddest: _OddestCells,
    expected: list[tuple[str, dict[int, ExpectedText]]],
) -> pd.DataFrame:
    roles = dict(dataset.catalogue.roles) if dataset.catalogue is not None else {}
    values = {name: dataset.column(name).to_numpy(dtype=object) for name, _ in expected}
    rows = []
    for i in map(int, order):
        cells = []
        for k in range(_CELLS):
            if oddest.column[i, k] < 0 or (k and oddest.surprise[i, k] <= _AS_EXPECTED):
                continue
            name, texts = expected[oddest.column[i, k]]
            raw, role = values[name][i], roles[name]
            seen, odd = float(oddest.seen[i, k]), float(oddest.surprise[i, k])
            cells.append(_Cell(name, role, raw, written(raw, role), texts[i], seen, odd))
        if not cells:
            continue
        first, reasons = cells[0], [_sentence(cell) for cell in cells]
        cell = (first.column, first.value, first.expected.text, round(first.expected.probability, 4))
        why = (round(first.seen, 6), reasons[0], BETWEEN.join(reasons[1:]))
        rows.append((i, str(dataset.items[i]), round(float(total[i]), 4), *cell, *why))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _expected_text(cells: CellExpectations, i: int, role: str) -> ExpectedText:
    likely, share = cells.likely[i], float(cells.share[i])
    if cells.off is None:
        return ExpectedText("" if likely is None else str(likely), share)
    if not np.isfinite(likely):
        return ExpectedText("", share)
    low, high = (float(e[i]) if e is not None else float(likely) for e in (cells.low, cells.high))
    ends = written(low, role), written(high, role)
    text = ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"
    return ExpectedText(text, share, float(likely), low, high)


def _sentence(cell: _Cell) -> str:
    """One plain sentence about a cell, without a full stop."""
    if cell.surprise <= _AS_EXPECTED:
        return "nothing stands out"
    expected, value = cell.expected, cell.value
    label = " ".join(cell.column.replace("_", " ").split())
    stands = f"{label} is {value}" if value else f"{label} is empty"
    number = float(cell.raw) if expected.middle is not None and value and cell.role != "date" else None
    low, high = (np.nan if end is None else end for end in (expected.low, expected.high))
    inside = number is not None and low <= number <= high
    if expected.text == value or inside:
        return f"{stands}, which is rare among products like this ({_share(cell.seen)} of them)"
    if cell.role == "price" and number is not None and expected.middle:
        times = number / expected.middle
        if times >= _TWICE or 0 < times <= _HALF:
            return f"{stands}, {_times(times)} what products like this cost (about {written(expected.middle, 'price')})"
    usual = expected.text or "nothing there"
    have = "have" if expected.middle is not None or not expected.text or not value else "are"
    if expected.probability >= 0.5:
        return f"{stands}; {_most(expected.probability)} {have} {usual}"
    return f"{stands}; products like this most often {have} {usual} ({_share(expected.probability)})"


def _times(x: float) -> str:
    if x < 1:
        return f"only {x:.0%} of"
    return "twice" if x < 2.1 else f"{x:,.1f} times" if x < 10 else f"{x:,.0f} times"


def _most(p: float) -> str:
    return "nearly all products like this" if p >= 0.995 else f"{_share(p)} of products like this"


def _share(p: float) -> str:
    return f"{100 * p:.0f} %" if p >= 0.01 else "under 1 %"


def written(value: Any, role: str) -> str:
    """A cell as a person writes it; "" when it is missing. Dates may come as days since 1970.

    >>> written(1234.5, "price"), written(0, "date")
    ('1,234.50', '1970-01-01')
    """
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return ""
    if role == "date":
        when = pd.Timestamp(value, unit="D") if isinstance(value, float | int) else pd.Timestamp(value)
        return f"{when:%Y-%m-%d}"
    if role == "price":
        return f"{float(value):,.2f}"
    if role == "number":
        x = float(value)
        digits = f"{x:.6g}"
        return f"{x:,.0f}" if x.is_integer() and abs(x) >= 10_000 else digits
    return " ".join(str(value).split())
