"""Rows of purchases in any shape, part by part -> one line per product bought, and what was counted on the way."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from embedcore.errors import InputError
from embedcore.intake.columns.amounts import Written
from embedcore.intake.columns.date_cells import DateFormat
from embedcore.intake.columns.dates import dates
from embedcore.intake.columns.missing import MOSTLY
from embedcore.intake.columns.names import listed, plural
from embedcore.intake.columns.numbers import numbers
from embedcore.intake.columns.times import clock as time_of_day
from embedcore.intake.columns.times import from_calendar
from embedcore.intake.columns.values import clean, composed, unread
from embedcore.intake.columns.vocabulary import LINE_TOTALS, word_set, words_of
from embedcore.intake.decisions import Decision
from embedcore.intake.purchases.guess.matrix import matrix_lines
from embedcore.intake.purchases.lists import ListFormat, entries
from embedcore.intake.purchases.shapes import BasketShape

NO_LINE = ("No row of the baskets has both a basket and a product.", "Check which columns they are in.")
# A price column with one of these words in its name is the money of a whole line, not of one piece.
_LINE_TOTAL, _EACH = word_set(LINE_TOTALS), word_set("unit each unitario unitaire unitário einzel jednostkowa")
_MIDNIGHT = pd.Timedelta(0)
_SHAPES = ("long", "list", "lines", "matrix")


def check(shape: BasketShape, columns: Collection[str]) -> None:
    """InputError when the table lacks a column that the shape names, or the shape one that it needs."""
    if shape.shape not in _SHAPES:
        raise InputError(f"“{shape.shape}” is not a shape of baskets.", "Known: long, list, lines and matrix.")
    missing = [c for c in used(shape) if c not in columns]
    if missing and not (shape.shape == "lines" and missing == [shape.item]):
        raise InputError(f"The baskets have no column {listed(missing)}.", "Choose another column.")
    if shape.shape in ("lines", "matrix") and not product_columns(shape, columns):
        raise InputError("No column of the baskets is left for the products.", "Choose another shape.")
    if shape.shape == "list" and shape.item is None:
        raise InputError("No column of the baskets is marked as the list of products.", "Choose that column.")
    if shape.shape == "long" and shape.item is None:
        raise InputError("No column of the baskets is marked as the product.", "Choose the column of product ids.")
    if shape.shape == "long" and shape.basket is None and shape.customer is None:
        raise InputError(
            "No column says which products were bought together.", "Mark the column of the basket, order or customer."
        )


def used(shape: BasketShape) -> list[str]:
    """The columns that a shape names."""
    named = (shape.basket, shape.customer, shape.item, shape.time, shape.quantity, shape.price)
    return list(dict.fromkeys(c for c in named if c is not None))


def product_columns(shape: BasketShape, columns: Collection[str]) -> list[str]:
    """The columns of products where each row is a basket."""
    if shape.shape == "matrix" and shape.products:
        return [c for c in columns if c in shape.products]
    others = {shape.basket, shape.customer, shape.time, shape.quantity, shape.price}
    return [c for c in columns if c not in others]


@dataclass(frozen=True)
class Formats:
    """How a whole table is written, decided before its parts are read, so that they are read alike.

    amounts: column of numbers -> how they are written. dates: how its times are written. clock: the column of the time
    of day beside them. calendar: the columns of year, month and day, where there is no other time. delimiter: between
    the products in one cell; lists: more about them. products: the columns of products where each row is a basket.
    counter: the column that only counts the products beside it, left out of `products`. counted: the cells of a matrix
    say how many were bought. decisions: what a person should know of this.
    """

    amounts: Mapping[str, Written] = field(default_factory=dict)
    dates: DateFormat = field(default_factory=DateFormat)
    clock: str | None = None
    calendar: tuple[str, ...] = ()
    delimiter: str = ","
    lists: ListFormat | None = None
    products: tuple[str, ...] = ()
    counter: str | None = None
    counted: bool = False
    decisions: tuple[Decision, ...] = ()


@dataclass
class Counts:
    """What the notices are about, counted part by part. rows: of the table. unread: time, quantity or price -> how many
    cells could not be read, and up to three of them. no_basket, no_item: rows left out. unclear: cells of a
    matrix that do not say."""

    rows: int = 0
    unread: dict[str, tuple[int, list[str]]] = field(default_factory=dict)
    no_basket: int = 0
    no_item: int = 0
    unclear: int = 0

    def add_unread(self, role: str, s: pd.Series, bad: np.ndarray) -> None:
        """Count the cells of a column that could not be read; bad: (len(s),) bool."""
        if bad.any():
            n, examples = self.unread.get(role, (0, []))
            if len(examples) < 3:
                examples = [*examples, *(e for e in s[bad].unique() if e not in examples)][:3]
            self.unread[role] = n + int(bad.sum()), examples

    def complete(self, lines: pd.DataFrame) -> pd.DataFrame:
        """The lines that have a basket and a product; the rows of the others, which are their index, are counted."""
        no_basket, no_item = lines["basket"].isna(), lines["item"].isna()
        self.no_basket += lines.index[no_basket].nunique()
        self.no_item += lines.index[no_item & ~no_basket].nunique()
        return lines[~no_basket & ~no_item]


class LineReader:
    """Reads the parts of a table in one shape, in their order, and counts what a person should know.

    >>> reader = LineReader(BasketShape("list", basket="order", item="skus"), Formats(delimiter=";"))
    >>> reader(pd.DataFrame({"order": ["1", "2"], "skus": ["a;b", None]}, dtype="str")).to_numpy().tolist()
    [['1', 'a'], ['1', 'b'], ['2', nan]]
    """

    def __init__(self, shape: BasketShape, formats: Formats, ids: Collection[str] = ()) -> None:
        self._shape, self._formats, self.counts = shape, formats, Counts()
        self._ids = MOSTLY.intersection(ids)  # a product called NA
        self._read = {"long": self._long, "list": self._list, "lines": self._lines, "matrix": self._matrix}[shape.shape]
        self._totals = shape.price is not None and shape.quantity is not None and _is_total(shape.price)

    def __call__(self, frame: pd.DataFrame) -> pd.DataFrame:
        """One line per product bought, also where the basket or the product is missing.

        Columns: basket, item and, where the shape names them, customer (str), time (datetime64[s]), quantity and price
        per piece (float64). The index is the row of the frame.
        """
        frame = frame.reset_index(drop=True)
        lines = self._read(frame, self._who_and_when(frame))
        self.counts.rows += len(frame)
        return lines

    def notices(self, *, several: bool) -> list[str]:
        """The sentences about what was read. several: numbers of baskets start again for every customer."""
        shape, counts = self._shape, self.counts
        found = self._unread("time", shape.time)
        if several:
            found.append(
                f"The same number in “{shape.basket}” occurs with several customers: a basket is one number "
                "of one customer."
            )
        if shape.basket is None and shape.customer is not None and shape.shape == "long":
            timed = shape.time is not None or self._formats.calendar
            what = "all that one customer bought" if not timed else "what one customer bought on one day"
            found.append(f"There is no column of baskets: {what} counts as one basket.")
        found += self._unread("quantity", shape.quantity) + self._unread("price", shape.price)
        if self._totals and shape.shape == "long":
            found.append(f"“{shape.price}” was read as the money of a whole line and divided by the quantity.")
        if self._formats.counter is not None:
            found.append(f"“{self._formats.counter}” only counts the products of each line and was left out.")
        if counts.unclear:
            what = plural(counts.unclear, "cell")
            found.append(f"Not bought: {what} of the matrix that say neither yes nor no nor how many.")
        if counts.no_basket:
            found.append(f"Left out: {plural(counts.no_basket, 'row')} without a basket.")
        if counts.no_item:
            noun = {"long": "row", "list": "basket", "lines": "line", "matrix": "row"}[shape.shape]
            found.append(f"Left out: {plural(counts.no_item, noun)} without a product.")
        return found

    def _unread(self, role: str, column: str | None) -> list[str]:
        if column is None or role not in self.counts.unread:
            return []
        n, examples = self.counts.unread[role]
        return [unread(column, n, self.counts.rows, examples, "date" if role == "time" else "number")]

    def _who_and_when(self, frame: pd.DataFrame) -> pd.DataFrame:
        """time, customer and basket of every row; where no column names the basket, what stands for it."""
        shape, out = self._shape, pd.DataFrame(index=frame.index)
        if shape.time is not None:
            out["time"], bad = dates(frame[shape.time], self._formats.dates)
            self.counts.add_unread("time", frame[shape.time], bad)
            if self._formats.clock is not None:
                out["time"] += pd.Series(time_of_day(frame[self._formats.clock]), out.index).fillna(_MIDNIGHT)
        elif self._formats.calendar:
            out["time"] = from_calendar(frame, self._formats.calendar)
        if shape.customer is not None:
            out["customer"] = clean(frame[shape.customer])
        if shape.basket is not None:
            out["basket"] = clean(frame[shape.basket])
        elif shape.customer is not None and "time" in out and shape.shape == "long":
            day = out["time"].dt.strftime("%Y-%m-%d").astype("str")
            out["basket"] = out["customer"].str.cat(day, sep=" ", na_rep="").where(out["customer"].notna())
        elif shape.customer is not None and shape.shape != "matrix":
            out["basket"] = out["customer"]
        else:
            first = self.counts.rows + 1
            out["basket"] = pd.Series([str(n) for n in range(first, first + len(frame))], dtype="str")
        return out

    def _long(self, frame: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
        shape = self._shape
        lines["item"] = composed(clean(frame[str(shape.item)], self._ids))
        for name, column in (("quantity", shape.quantity), ("price", shape.price)):
            if column is not None:
                lines[name], bad = numbers(frame[column], self._formats.amounts[column].how)
                self.counts.add_unread(name, frame[column], bad)
        if self._totals:
            lines["price"] = lines["price"] / lines["quantity"].where(lines["quantity"] > 0)
        return lines

    def _list(self, frame: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
        return self._listed(frame[str(self._shape.item)], rows)

    def _listed(self, cells: pd.Series, rows: pd.DataFrame) -> pd.DataFrame:
        how = self._formats.lists or ListFormat(self._formats.delimiter)
        rows["item"], counts = entries(composed(clean(cells, self._ids)), how)
        if how.counts:
            rows["quantity"] = counts
        lines = rows.explode(["item", "quantity"] if how.counts else "item")
        lines["item"] = lines["item"].astype("str")
        return lines.assign(quantity=lines["quantity"].astype(np.float64)) if how.counts else lines

    def _lines(self, frame: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
        """Each row is a basket: every cell is a product, or one cell holds them all."""
        columns = self._formats.products
        if len(columns) == 1:
            return self._listed(frame[columns[0]], rows)
        cells = composed(pd.concat([clean(frame[c], self._ids) for c in columns]).dropna())
        lines = rows.loc[cells.index].assign(item=cells.to_numpy())
        empty = rows.drop(index=lines.index.unique()).assign(item=pd.Series(dtype="str"))
        both: pd.DataFrame = pd.concat([lines, empty]).sort_index(kind="stable")
        return both

    def _matrix(self, frame: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
        item = self._shape.item if self._shape.products else None
        lines, bad = matrix_lines(frame, rows, self._formats.products, counted=self._formats.counted, item=item)
        self.counts.unclear += bad
        return lines


def _is_total(column: str) -> bool:
    return bool(_LINE_TOTAL & set(words_of(column))) and not _EACH & set(words_of(column))
