"""What the lines of purchases say about the products: names, categories, brands and prices for a catalogue that lacks
them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from embedcore.data import Catalogue
from embedcore.intake.columns.names import plural
from embedcore.intake.columns.roles import guess_roles
from embedcore.intake.columns.values import clean
from embedcore.intake.decisions import Decision, Settings, setting
from embedcore.intake.purchases.collect import Collected
from embedcore.intake.purchases.lines import used
from embedcore.intake.purchases.order import commonest, medians
from embedcore.intake.purchases.screening.marks import Marks, find_marks
from embedcore.intake.purchases.shapes import BasketShape

if TYPE_CHECKING:
    import pyarrow.parquet as pq

# Chosen by hand.
_LOOK = 50_000  # first lines that are looked at
_GOES_WITH = 0.8  # how much more often than by chance the lines of one product have one value
_OF_ORDERS = 0.95  # of the orders with several lines, those with one value in all of them
_ENOUGH = 10  # lines of products that come again, from which this can be told
_NAMED = 0.5  # different names at least, for each product
_LONGEST = 120  # characters of a name
_ROLES = ("title", "category", "brand", "description", "image", "tags")
_WORDS = {"title": "names", "category": "categories", "brand": "brands", "description": "descriptions"}
_CHUNK = 1_000_000  # lines at a time


def describing(frame: pd.DataFrame, shape: BasketShape, marks: Marks) -> dict[str, str]:
    """Column of the lines -> its role in a catalogue, for those whose values go with the product. frame: all lines, or
    the first of a large table. marks: columns that say what was no purchase.

    >>> codes, names = ["a", "b", "a", "b"] * 5, ["Red mug", "Blue cup", "Red mug", "Blue cup"] * 5
    >>> frame = pd.DataFrame({"order": [str(n) for n in range(20)], "sku": codes, "name": names}, dtype="str")
    >>> describing(frame, BasketShape("long", "order", item="sku"), Marks())
    {'name': 'title'}
    """
    if shape.shape != "long" or shape.item is None or not len(frame):
        return {}
    parts = {shape.status, shape.event, shape.rating, *used(shape), *(m.column for m in marks.marks)}
    some = frame.head(_LOOK)
    item = clean(some[shape.item])
    item = item.mask(item.isin(marks.services))
    cells = {str(c): clean(some[c]) for c in frame.columns if c not in parts}
    fit = [c for c, values in cells.items() if _goes_with(item, values)]
    for order in (shape.basket, shape.customer):
        if order is not None:
            fit = [c for c in fit if not _is_of(clean(some[order]), cells[c])]
    if not fit:
        return {}
    products = pd.DataFrame({c: cells[c] for c in fit}).groupby(item.to_numpy(object)).first()
    products = products.astype("str").where(products.notna())
    whole = products.assign(**{shape.item: products.index.astype("str")}).reset_index(drop=True)
    roles = {g.column: g.role for g in guess_roles(whole[[shape.item, *fit]]) if g.column in fit}
    found = {c: roles[c] for c in fit if roles.get(c) in _ROLES}
    if "title" not in found.values():
        names = [c for c in fit if roles.get(c) not in ("category", "brand", "image") and _is_name(products[c])]
        if names:
            found = {names[0]: "title", **{c: r for c, r in found.items() if c != names[0]}}
    return found


def more_columns(frame: pd.DataFrame, shape: BasketShape) -> set[str]:
    """The columns beside those of the shape that say what was no purchase, or something of the products."""
    marks = find_marks(frame, shape)
    return {*(m.column for m in marks.marks), *describing(frame, shape, marks)}


def _goes_with(item: pd.Series, values: pd.Series) -> bool:
    """Whether nearly all lines of one product have one value, and different products have different ones."""
    pairs = pd.DataFrame({"item": item, "value": values}).dropna()
    pairs = pairs[pairs["item"].duplicated(keep=False)]
    if len(pairs) < _ENOUGH or pairs["value"].nunique() < 2:
        return False
    counts = pairs.value_counts(sort=False)
    agree = float(counts.groupby(level="item").max().sum()) / len(pairs)
    chance = float(pairs["value"].value_counts(normalize=True).iloc[0])
    return agree - chance >= _GOES_WITH * (1 - chance)


def _is_of(order: pd.Series, values: pd.Series) -> bool:
    """Whether a column says something of the whole order, such as its country."""
    pairs = pd.DataFrame({"order": order, "value": values}).dropna()
    pairs = pairs[pairs["order"].duplicated(keep=False)]
    if not len(pairs):
        return False
    return float((pairs.groupby("order")["value"].nunique() == 1).mean()) > _OF_ORDERS


def _is_name(values: pd.Series) -> bool:
    there = values.dropna()
    if not len(there) or there.nunique() < _NAMED * len(there):
        return False
    return float(there.str.contains(r"[^\W\d_]{2}").mean()) > _NAMED and float(there.str.len().median()) <= _LONGEST


def described_decision(
    columns: Mapping[str, str], products: int, shape: BasketShape, settings: Settings
) -> list[Decision]:
    """That a catalogue is made of the lines. columns: by `describing`. products: that no catalogue has."""
    if not columns or not products:
        return []
    what = _what(columns, prices=shape.price is not None)
    chosen = setting(settings, "products", "yes", ("yes", "no"))
    names = ", ".join(f"“{c}”" for c in columns)
    sentence = {
        "yes": _taken(what, products, columns),
        "no": f"What the order lines say about {plural(products, 'product')} ({names}) is not used.",
    }[chosen]
    return [Decision("products", sentence, chosen, (("yes", "use them"), ("no", "leave them")), products)]


def _taken(what: str, products: int, columns: Iterable[str]) -> str:
    names = ", ".join(f"“{c}”" for c in columns)
    return f"{what} of {plural(products, 'product')} are taken from the order lines ({names})."


def _what(columns: Mapping[str, str], *, prices: bool) -> str:
    words = [_WORDS[r] for r in _WORDS if r in columns.values()] + (["prices"] if prices else [])
    words = words or ["other columns"]
    return (", ".join(words[:-1]) + (" and " if len(words) > 1 else "") + words[-1]).capitalize()


class Descriptions:
    """Counts what the lines say of each product while they are read. Use it as a context."""

    def __init__(self, item: str | None, columns: Mapping[str, str], scratch: Path) -> None:
        self.item, self.columns, self._path, self._scratch = item, dict(columns), scratch / "said.parquet", scratch
        self._out: pq.ParquetWriter | None = None
        self._done = 0

    def __enter__(self) -> Descriptions:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._close()

    def watch(self, frames: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        """The same frames."""
        for frame in frames:
            if self.columns:
                self._add(frame)
            yield frame

    def _add(self, frame: pd.DataFrame) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        item = clean(frame[str(self.item)])
        for column in self.columns:
            pairs = pd.DataFrame({"item": item, "text": clean(frame[column])}).dropna()
            pairs["line"] = np.arange(self._done, self._done + len(pairs))
            found = pairs.groupby(["item", "text"], sort=False)["line"].agg(["size", "min"]).reset_index()
            columns = {"name": [column] * len(found), "item": found["item"], "text": found["text"]}
            arrays = {c: pa.array(v, pa.string()) for c, v in columns.items()}
            numbers = {"n": pa.array(found["size"], pa.int64()), "line": pa.array(found["min"], pa.int64())}
            table = pa.table(arrays | numbers)
            self._out = self._out or pq.ParquetWriter(self._path, table.schema)
            self._out.write_table(table)
        self._done += len(frame)

    def _close(self) -> None:
        if self._out is not None:
            self._out.close()
            self._out = None

    def products(self, found: Collected, wanted: Collection[str]) -> pd.DataFrame:
        """One row per wanted product, by its code in the lines: the commonest text of each column, and "price", the
        median. wanted: codes as the lines have them."""
        self._close()
        if not self.columns:
            return pd.DataFrame()
        frame = pd.DataFrame(index=pd.Index(list(wanted), dtype=object), columns=[*self.columns], dtype=object)
        if self._path.exists():
            texts: dict[str, dict[str, str]] = {c: {} for c in self.columns}
            for name, item, text in commonest(self._path, self._scratch):
                texts[name][item] = text
            for column, said in texts.items():
                frame[column] = pd.Series(frame.index.map(said.get), frame.index, dtype="str")
        if found.known["price"]:
            names = np.array([*found.items], dtype=object)
            code, price = medians(found.lines.column("item"), found.lines.column("price"), self._scratch)
            frame["price"] = pd.Series(np.round(price, 4), names[code]).reindex(frame.index).to_numpy(np.float64)
        return frame


def with_descriptions(
    catalogue: Catalogue | None, said: pd.DataFrame, columns: Mapping[str, str], item: str | None
) -> tuple[Catalogue | None, list[str]]:
    """(the catalogue with a row for every product that only lines know, notices). said: id -> what lines say of it.

    A catalogue gets what it has columns for."""
    said = said[said[[*columns]].notna().any(axis=1)] if len(said) else said
    if not len(said) or item is None:
        return catalogue, []
    roles = dict(columns) | ({"price": "price"} if "price" in said else {})
    what = _what(columns, prices="price" in said and "price" not in columns)
    notice = _taken(what, len(said), columns)
    ids = pd.Series(said.index.astype("str"), dtype="str")
    if catalogue is None:
        price = "price" if "price" not in columns else "unit price"
        frame = said.rename(columns={"price": price} if "price" not in columns else {}).reset_index(drop=True)
        frame.insert(0, item, ids)
        kinds = {item: "id", **{c: roles.get(c, "price") for c in frame.columns if c != item}}
        return Catalogue(frame, kinds), [notice]
    new = pd.DataFrame({catalogue.id_column: ids})
    for column, role in roles.items():
        to = next((c for c in catalogue.columns(role) if c not in new), None)
        if to is not None:
            new[to] = said[column].to_numpy()
    if len(new.columns) == 1:
        return catalogue, []
    frame = pd.concat([catalogue.frame, new.astype({c: catalogue.frame[c].dtype for c in new})], ignore_index=True)
    return Catalogue(frame[[*catalogue.frame.columns]], catalogue.roles), [notice]
