"""Baskets in the shapes people have -> one line per product bought."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from embedcore.errors import InputError
from embedcore.intake.columns import words_of
from embedcore.intake.names import listed, plural
from embedcore.intake.shapes import LIST_DELIMITERS, BasketShape, guess_shape, list_delimiter_of, split_list
from embedcore.intake.values import clean, dates, not_read, numbers

__all__ = ["LIST_DELIMITERS", "BasketShape", "basket_lines", "guess_shape"]
# A price column of this name is the money of the whole line, not of one piece.
_LINE_TOTAL = {"value", "amount", "total", "sales", "revenue", "spend", "umsatz"}


def basket_lines(frame: pd.DataFrame, shape: BasketShape) -> tuple[pd.DataFrame, list[str]]:
    """(lines, notices): columns basket, item and, where the shape names them, customer (str), time (datetime64[s]),
    quantity, price per piece (float64), as Dataset.build wants them.

    Rows without a basket or a product are counted in the notices. InputError when a named column is not there, no
    product column is named, or no line is left.
    """
    missing = [c for c in (shape.basket, shape.customer, shape.item, shape.time, shape.quantity, shape.price)
               if c is not None and c not in frame.columns]  # fmt: skip
    if missing and not (shape.shape == "lines" and missing == [shape.item]):
        raise InputError(f"The baskets have no column {listed(missing)}.", "Choose another column.")
    make: dict[str, Callable[[pd.DataFrame, BasketShape], tuple[pd.DataFrame, list[str]]]]
    make = {"long": _long, "list": _list, "lines": _lines}
    if shape.shape not in make:
        raise InputError(f"“{shape.shape}” is not a shape of baskets.", "Known: long, list and lines.")
    lines, notices = make[shape.shape](frame, shape)
    if not len(lines):
        raise InputError("No row of the baskets has both a basket and a product.", "Check which columns they are in.")
    return lines.reset_index(drop=True), notices


def _long(frame: pd.DataFrame, shape: BasketShape) -> tuple[pd.DataFrame, list[str]]:
    if shape.item is None:
        raise InputError("No column of the baskets is marked as the product.", "Say which column holds product ids.")
    lines, notices = _heads(frame, shape)
    lines["item"] = clean(frame[shape.item])
    for name, column in (("quantity", shape.quantity), ("price", shape.price)):
        if column is not None:
            lines[name], bad = numbers(frame[column])
            notices += [not_read(frame[column], bad, "number")] if bad.any() else []
    if shape.price is not None and shape.quantity is not None and _LINE_TOTAL & set(words_of(shape.price)):
        lines["price"] = lines["price"] / lines["quantity"].where(lines["quantity"] > 0)
        notices.append(f"“{shape.price}” was read as the money of a whole line and divided by the quantity.")
    lines, said = _complete(lines)
    notices += said
    if "quantity" in lines:
        back = int((lines["quantity"] <= 0).sum())
        if back:
            notices.append(f"Kept: {plural(back, 'line')} with a quantity of zero or less, such as returns.")
    return lines, notices


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
    notices: list[str] = []
    heads = pd.DataFrame(index=pd.RangeIndex(len(frame)))
    frame = frame.reset_index(drop=True)
    if shape.time is not None:
        heads["time"], bad = dates(frame[shape.time])
        notices += [not_read(frame[shape.time], bad, "date")] if bad.any() else []
    if shape.customer is not None:
        heads["customer"] = clean(frame[shape.customer])
    if shape.basket is not None:
        heads["basket"] = clean(frame[shape.basket])
        if shape.customer is not None and shape.customer != shape.basket:
            heads, said = _own_baskets(heads, shape)
            notices += said
    elif shape.customer is not None and shape.time is not None and shape.shape == "long":
        day = heads["time"].dt.strftime("%Y-%m-%d").astype("str")
        heads["basket"] = heads["customer"].str.cat(day, sep=" ", na_rep="").where(heads["customer"].notna())
        notices.append("There is no column of baskets: what one customer bought on one day counts as one basket.")
    elif shape.customer is not None:
        heads["basket"] = heads["customer"]
        if shape.shape == "long":
            notices.append("There is no column of baskets: all that one customer bought counts as one basket.")
    elif shape.shape == "long":
        raise InputError("No column says which products were bought together.",
                         "Mark the column of the basket, order or customer.")  # fmt: skip
    else:
        heads["basket"] = pd.Series([str(n) for n in range(1, len(frame) + 1)], dtype="str")
    return heads, notices


def _own_baskets(heads: pd.DataFrame, shape: BasketShape) -> tuple[pd.DataFrame, list[str]]:
    """Basket numbers that start again for every customer are told apart."""
    pairs = heads[["basket", "customer"]].dropna().drop_duplicates()
    baskets = pairs["basket"].nunique()
    if not baskets or (pairs["basket"].value_counts() > 1).sum() <= 0.05 * baskets:
        return heads, []
    both = heads["customer"].str.cat(heads["basket"], sep=" / ")
    return heads.assign(basket=both.where(heads["customer"].notna(), heads["basket"])), [
        f"The same number in “{shape.basket}” occurs with several customers: a basket is one number of one customer."
    ]


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
