"""Baskets in the shapes people have -> one line per product bought."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from embedcore.errors import InputError
from embedcore.intake.columns.names import listed, plural
from embedcore.intake.columns.roles import words_of
from embedcore.intake.columns.values import clean, dates, numbers, unread
from embedcore.intake.purchases.shapes import LIST_DELIMITERS, BasketShape, guess_shape, list_delimiter_of, split_list

__all__ = ["LIST_DELIMITERS", "BasketShape", "basket_lines", "guess_shape"]
OWN = " / "  # between a customer and the number of a basket
NO_LINE = ("No row of the baskets has both a basket and a product.", "Check which columns they are in.")
# A price column of this name is the money of the whole line, not of one piece.
_LINE_TOTAL = {"value", "amount", "total", "sales", "revenue", "spend", "umsatz"}


def basket_lines(frame: pd.DataFrame, shape: BasketShape) -> tuple[pd.DataFrame, list[str]]:
    """(lines, notices): columns basket, item and, where the shape names them, customer (str), time (datetime64[s]),
    quantity, price per piece (float64), as Dataset.build wants them.

    Rows without a basket or a product are counted in the notices. InputError when a named column is not there, no
    product column is named, or no line is left.
    """
    check(shape, frame.columns)
    make: dict[str, Callable[[pd.DataFrame, BasketShape], tuple[pd.DataFrame, list[str]]]]
    make = {"long": _long, "list": _list, "lines": _lines}
    if shape.shape not in make:
        raise InputError(f"“{shape.shape}” is not a shape of baskets.", "Known: long, list and lines.")
    lines, notices = make[shape.shape](frame, shape)
    if not len(lines):
        raise InputError(*NO_LINE)
    return lines.reset_index(drop=True), notices


def check(shape: BasketShape, columns: Collection[str]) -> None:
    """InputError when the table lacks a column that the shape names, or the shape one that it needs."""
    missing = [c for c in used(shape) if c not in columns]
    if missing and not (shape.shape == "lines" and missing == [shape.item]):
        raise InputError(f"The baskets have no column {listed(missing)}.", "Choose another column.")
    if shape.shape == "long" and shape.item is None:
        raise InputError("No column of the baskets is marked as the product.", "Say which column holds product ids.")


def used(shape: BasketShape) -> list[str]:
    """The columns that a shape names."""
    named = (shape.basket, shape.customer, shape.item, shape.time, shape.quantity, shape.price)
    return list(dict.fromkeys(c for c in named if c is not None))


@dataclass(frozen=True)
class Decided:
    """What is decided on a whole column, so that its parts are read alike: does a comma mark the decimals of a column
    of numbers, and how are dates written. None: the rows at hand are all there are."""

    comma: Mapping[str, bool] = field(default_factory=dict)
    dates: tuple[int, ...] | None = None


@dataclass
class Tally:
    """What is said about rows, counted part by part. bad: time, quantity or price -> how many cells were not read, and
    some of them. several: the same number of a basket occurs with several customers. back: lines with a quantity of
    zero or less."""

    rows: int = 0
    bad: dict[str, tuple[int, list[str]]] = field(default_factory=dict)
    several: bool = False
    no_basket: int = 0
    no_item: int = 0
    back: int = 0

    def unread(self, role: str, s: pd.Series, bad: np.ndarray) -> None:
        """Count the cells of a column that could not be read."""
        if bad.any():
            n, examples = self.bad.get(role, (0, []))
            if len(examples) < 3:
                examples = [*examples, *(e for e in s[bad].unique() if e not in examples)][:3]
            self.bad[role] = n + int(bad.sum()), examples

    def sentences(self, shape: BasketShape) -> list[str]:
        """The notices of a long shape."""
        said = self._of_heads(shape)
        said += self._unread("quantity", shape.quantity) + self._unread("price", shape.price)
        if totals(shape):
            said.append(f"“{shape.price}” was read as the money of a whole line and divided by the quantity.")
        if self.no_basket:
            said.append(f"Left out: {plural(self.no_basket, 'row')} without a basket.")
        if self.no_item:
            said.append(f"Left out: {plural(self.no_item, 'row')} without a product.")
        if self.back:
            said.append(f"Kept: {plural(self.back, 'line')} with a quantity of zero or less, such as returns.")
        return said

    def _of_heads(self, shape: BasketShape) -> list[str]:
        said = self._unread("time", shape.time)
        if self.several:
            said.append(
                f"The same number in “{shape.basket}” occurs with several customers: a basket is one number "
                "of one customer."
            )
        if shape.basket is None and shape.customer is not None and shape.shape == "long":
            what = "all that one customer bought" if shape.time is None else "what one customer bought on one day"
            said.append(f"There is no column of baskets: {what} counts as one basket.")
        return said

    def _unread(self, role: str, column: str | None) -> list[str]:
        if column is None or role not in self.bad:
            return []
        n, examples = self.bad[role]
        return [unread(column, n, self.rows, examples, "date" if role == "time" else "number")]


def totals(shape: BasketShape) -> bool:
    """Is its price the money of a whole line?"""
    return shape.price is not None and shape.quantity is not None and bool(_LINE_TOTAL & set(words_of(shape.price)))


def long_rows(frame: pd.DataFrame, shape: BasketShape, tally: Tally, decided: Decided) -> pd.DataFrame:
    """One line per row of a long shape, those without a basket or a product too; or of a part of the rows."""
    lines = _head_cells(frame, shape, tally, decided)
    lines["item"] = clean(frame[str(shape.item)])
    for name, column in (("quantity", shape.quantity), ("price", shape.price)):
        if column is not None:
            lines[name], bad = numbers(frame[column], decided.comma.get(column))
            tally.unread(name, frame[column], bad)
    if totals(shape):
        lines["price"] = lines["price"] / lines["quantity"].where(lines["quantity"] > 0)
    return lines


def whole_lines(lines: pd.DataFrame, tally: Tally) -> pd.DataFrame:
    """Those that have a basket and a product; the others are counted."""
    no_basket, no_item = lines["basket"].isna(), lines["item"].isna()
    tally.no_basket += int(no_basket.sum())
    tally.no_item += int((no_item & ~no_basket).sum())
    lines = lines[~no_basket & ~no_item]
    tally.back += int((lines["quantity"] <= 0).sum()) if "quantity" in lines else 0
    return lines


def _long(frame: pd.DataFrame, shape: BasketShape) -> tuple[pd.DataFrame, list[str]]:
    tally = Tally()
    lines = _own_baskets(long_rows(frame.reset_index(drop=True), shape, tally, Decided()), shape, tally)
    return whole_lines(lines, tally), tally.sentences(shape)


def _list(frame: pd.DataFrame, shape: BasketShape) -> tuple[pd.DataFrame, list[str]]:
    if shape.item is None:
        raise InputError("No column of the baskets is marked as the list of products.", "Say which column holds it.")
    heads, notices = _heads(frame, shape)
    cells = clean(frame[shape.item])
    delimiter = shape.list_delimiter or list_delimiter_of(cells.dropna()) or ","
    heads["item"] = split_list(cells, delimiter)
    lines = heads.explode("item")
    lines["item"] = lines["item"].astype("str")
    lines, said = _complete(lines, of=len(frame))
    return lines, notices + said


def _lines(frame: pd.DataFrame, shape: BasketShape) -> tuple[pd.DataFrame, list[str]]:
    """One basket per line: every cell is a product, or one cell holds them all."""
    heads, notices = _heads(frame, shape)
    used = {shape.basket, shape.customer, shape.time, shape.quantity, shape.price}
    columns = [c for c in frame.columns if c not in used]
    if len(columns) > 1:
        counter = counting_column(frame[columns])
        if counter is not None:
            columns.remove(counter)
            notices.append(f"“{counter}” only says how many products the line holds, and was left out.")
        cells = pd.concat([clean(frame[c]) for c in columns])
        lines = heads.loc[cells.index].assign(item=cells.to_numpy())
        lines = lines[lines["item"].notna()].sort_index(kind="stable")
        empty = len(frame) - lines.index.nunique()
    else:
        cells = clean(frame[columns[0]])
        delimiter = shape.list_delimiter or list_delimiter_of(cells.dropna()) or ","
        heads["item"] = split_list(cells, delimiter)
        lines = heads.explode("item")
        lines["item"] = lines["item"].astype("str")
        empty = int(lines["item"].isna().sum())
        lines = lines[lines["item"].notna()]
    if empty:
        notices.append(f"Left out: {plural(empty, 'line')} without a product.")
    lines, said = _complete(lines)
    return lines, notices + said


def counting_column(frame: pd.DataFrame) -> str | None:
    """The first column, when it is the number of filled cells beside it in nearly every row."""
    first = pd.to_numeric(frame.iloc[:, 0], errors="coerce")
    beside = frame.iloc[:, 1:].notna().sum(axis=1)
    return str(frame.columns[0]) if len(frame) > 2 and bool((first == beside).mean() > 0.95) else None


def _heads(frame: pd.DataFrame, shape: BasketShape) -> tuple[pd.DataFrame, list[str]]:
    """basket, customer and time of every row; what stands for the basket when no column does."""
    tally = Tally()
    heads = _own_baskets(_head_cells(frame.reset_index(drop=True), shape, tally, Decided()), shape, tally)
    return heads, tally._of_heads(shape)


def _head_cells(frame: pd.DataFrame, shape: BasketShape, tally: Tally, decided: Decided) -> pd.DataFrame:
    tally.rows += len(frame)
    heads = pd.DataFrame(index=pd.RangeIndex(len(frame)))
    if shape.time is not None:
        heads["time"], bad = dates(frame[shape.time], decided.dates)
        tally.unread("time", frame[shape.time], bad)
    if shape.customer is not None:
        heads["customer"] = clean(frame[shape.customer])
    if shape.basket is not None:
        heads["basket"] = clean(frame[shape.basket])
    elif shape.customer is not None and shape.time is not None and shape.shape == "long":
        day = heads["time"].dt.strftime("%Y-%m-%d").astype("str")
        heads["basket"] = heads["customer"].str.cat(day, sep=" ", na_rep="").where(heads["customer"].notna())
    elif shape.customer is not None:
        heads["basket"] = heads["customer"]
    elif shape.shape == "long":
        raise InputError(
            "No column says which products were bought together.", "Mark the column of the basket, order or customer."
        )
    else:
        heads["basket"] = pd.Series([str(n) for n in range(1, len(frame) + 1)], dtype="str")
    return heads


def numbered_anew(shape: BasketShape) -> bool:
    """May the numbers of baskets start again for every customer?"""
    return shape.basket is not None and shape.customer is not None and shape.customer != shape.basket


def several_customers(baskets: int, shared: int) -> bool:
    """Do numbers of baskets start again? shared: how many of them occur with several customers."""
    return baskets > 0 and shared > 0.05 * baskets


def _own_baskets(heads: pd.DataFrame, shape: BasketShape, tally: Tally) -> pd.DataFrame:
    """Basket numbers that start again for every customer are told apart."""
    if not numbered_anew(shape):
        return heads
    pairs = heads[["basket", "customer"]].dropna().drop_duplicates()
    tally.several = several_customers(pairs["basket"].nunique(), int((pairs["basket"].value_counts() > 1).sum()))
    if not tally.several:
        return heads
    both = heads["customer"].str.cat(heads["basket"], sep=OWN)
    return heads.assign(basket=both.where(heads["customer"].notna(), heads["basket"]))


def _complete(lines: pd.DataFrame, of: int | None = None) -> tuple[pd.DataFrame, list[str]]:
    """Without the lines that lack a basket or a product, and how many they were."""
    notices = []
    no_basket, no_item = lines["basket"].isna(), lines["item"].isna()
    what = "row" if of is None else "basket"
    if no_basket.any():
        notices.append(f"Left out: {plural(int(no_basket.sum()), 'row')} without a basket.")
    if (no_item & ~no_basket).any():
        notices.append(f"Left out: {plural(int((no_item & ~no_basket).sum()), what)} without a product.")
    return lines[~no_basket & ~no_item], notices
