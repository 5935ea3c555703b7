"""Purchases whose columns have fixed names, every id exactly as it stands in the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from embedcore.data import Catalogue, Dataset, join_items
from embedcore.errors import InputError, UnsureError
from embedcore.intake.columns.dates import dates
from embedcore.intake.columns.values import exact_text
from embedcore.intake.decisions import NOTHING, Settings, setting
from embedcore.intake.purchases.build import placed, screened, source, write_baskets
from embedcore.intake.purchases.collect import collect
from embedcore.intake.purchases.ids import meet
from embedcore.intake.purchases.lines import Counts
from embedcore.intake.purchases.match_ids import overlap, spelled
from embedcore.intake.purchases.order import EXACT, BasketOrder
from embedcore.intake.purchases.rows import Rows, date_order
from embedcore.intake.purchases.screening.sentences import left_out_decisions
from embedcore.intake.purchases.shapes import BasketShape, guess_shape
from embedcore.intake.tables.read import Table
from embedcore.progress import Progress, part, silent

SEVERAL = "the same basket_id occurs with several customers: a basket is one number of one customer"


def read_purchases(
    table: Table | pd.DataFrame,
    catalogue: Catalogue | None,
    name: str,
    *,
    folder: Path | None = None,
    settings: Settings = NOTHING,
    progress: Progress = silent,
) -> tuple[Dataset, list[str]]:
    """(dataset with its baskets in time order, notices) of a table with basket_id, product_id and maybe customer_id and
    ts or seq. Ids are not changed, but for those that are written differently in the catalogue and can mean one of its
    products only; the times of the baskets are their ranks. What is no purchase is left out as by
    `add_baskets`; settings: what a person chose instead.

    name: of the file, for messages. folder: where the baskets of a large table (Table.file) are written, and then
    mapped. InputError when a column is missing or no line is left, UnsureError when the file does not say what was
    bought.

    >>> frame = pd.DataFrame({"basket_id": ["1", "1", "2"], "product_id": ["007", "7", None]}, dtype="str")
    >>> shop, notices = read_purchases(frame, None, "bought.csv")
    >>> shop.items.tolist(), len(shop.baskets), notices
    (['007', '7'], 1, ['left out: 1 lines without a basket or a product'])
    """
    folder = folder if isinstance(table, Table) and table.file is not None else None
    with source(table, folder) as (rows, scratch):
        for column in ("basket_id", "product_id"):
            if column not in rows.names:
                raise InputError(f"{name} has no column “{column}”.", "Name its columns basket_id and product_id.")
        shape = _shape(table if isinstance(table, pd.DataFrame) else table.frame)
        known = catalogue.ids if catalogue is not None else None
        left_out = screened(table, rows, shape, known, scratch, settings, part(progress, 0, 10))
        reader, counts = _Reader(rows, scratch, part(progress, 10, 20)), Counts()
        found = collect(
            left_out.of(rows.of(reader.columns)), rows.total, reader, counts, scratch, part(progress, 20, 60)
        )
        if not found.lines.total:
            raise InputError(f"{name} holds no purchase.", "Each line needs a basket_id and a product_id.")
        about = left_out_decisions(left_out, shape, settings)
        if asked := [d for d in about if d.unsure]:
            answers = [f"--set {d.key}={value} ({words})" for d in asked for value, words in d.choices]
            raise UnsureError(" ".join(d.sentence for d in asked), f"Answer with {' or '.join(answers)}.")
        notices = [d.sentence for d in about]
        notices += reader.notices(counts.no_basket + counts.no_item)
        ordering = part(progress, 60, 80)
        with BasketOrder(
            found.slots, found.n_slots, scratch, large=folder is not None, rule=EXACT, progress=ordering
        ) as order:
            if "customer_id" in rows.names and order.restarts():
                notices.append(SEVERAL)
            items, position, about_ids = _joined(catalogue, [*found.items], settings)
            notices += about_ids
            writing = part(progress, 80, 100)
            write_baskets(order, found, position, scratch / "done", writing, reader.ranks)
        baskets = placed(scratch / "done", folder)
    return Dataset(name, catalogue, baskets, items), notices


def _shape(frame: pd.DataFrame) -> BasketShape:
    """What the columns without a fixed name are."""
    rest = frame.drop(columns=[c for c in ("ts", "seq") if c in frame])
    guess = guess_shape(rest)
    fixed = ("basket_id", "product_id", "customer_id")
    customer = "customer_id" if "customer_id" in frame else None
    time = next((c for c in ("ts", "seq") if c in frame), None)
    quantity = guess.quantity if guess.shape == "long" and guess.quantity not in fixed else None
    return BasketShape("long", "basket_id", customer, "product_id", quantity, None, time)


def _joined(
    catalogue: Catalogue | None, bought: list[str], settings: Settings
) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """(items of the dataset, position of each product bought, notices). What the purchases tell apart stays apart."""
    if catalogue is None:
        return *join_items(np.empty(0, object), np.array(bought, dtype=object)), []
    matched = setting(settings, "ids", "yes", ("yes", "no")) == "yes"
    new = meet(catalogue.ids.tolist(), bought, apart=True) if matched else {}
    named = np.array([new.get(i, i) for i in bought], dtype=object)
    notices = [spelled(new)] if new else []
    found = overlap(catalogue.ids.tolist(), pd.DataFrame({"item": pd.Series(named, dtype="str")}))
    return *join_items(catalogue.ids, named), [*notices, found.sentence] if new or not found.matched else notices


class _Reader:
    """Rows -> lines, with all the different times of baskets and how many cells are none."""

    def __init__(self, rows: Rows, scratch: Path, progress: Progress) -> None:
        self._order = next((c for c in ("ts", "seq") if c in rows.names), None)
        self._times = _times_of(rows, self._order, scratch, progress) if self._order is not None else None
        self._unread = self._waiting = 0
        self._sorted, self._new = np.empty(0), [np.empty(0)]
        ids = ("basket_id", "product_id", "customer_id")
        self.columns = [c for c in (*ids, self._order) if c in rows.names]

    def __call__(self, frame: pd.DataFrame) -> pd.DataFrame:
        lines = pd.DataFrame({"basket": exact_text(frame["basket_id"]), "item": exact_text(frame["product_id"])})
        if "customer_id" in frame:
            lines["customer"] = exact_text(frame["customer_id"])
        if self._order is not None and self._times is not None:
            lines["time"] = values = self._times(frame[self._order])
            self._unread += int((np.isnan(values) & frame[self._order].notna().to_numpy()).sum())
            self._add(values)
        return lines

    def notices(self, left_out: int) -> list[str]:
        """What was left out, and how it was read."""
        found = []
        if self._unread:
            found.append(
                f"{self._unread:,} cells of {self._order} are neither a number nor a date; their baskets come last"
            )
        if left_out:
            found.append(f"left out: {left_out:,} lines without a basket or a product")
        return found

    def ranks(self, values: np.ndarray) -> np.ndarray:
        """(n,) float64: the place of each time among all times; NaN stays NaN."""
        return np.where(np.isnan(values), np.nan, np.searchsorted(self._merge(), values).astype(np.float64))

    def _add(self, values: np.ndarray) -> None:
        new = np.unique(values[~np.isnan(values)])
        self._new.append(new)
        self._waiting += len(new)
        if self._waiting > max(len(self._sorted), 1 << 20):
            self._merge()

    def _merge(self) -> np.ndarray:
        self._sorted = np.unique(np.concatenate([self._sorted, *self._new]))
        self._new, self._waiting = [], 0
        return self._sorted


def _times_of(rows: Rows, order: str, scratch: Path, progress: Progress) -> Callable[[pd.Series], np.ndarray]:
    """Cells of a part -> (n,) float64: numbers, or seconds of dates when most cells of the column are no numbers."""
    none = done = 0
    for frame in rows.of([order]):
        none += int(np.isnan(_numbers(frame[order])).sum())
        done += len(frame)
        progress(done, 2 * rows.total, note="Looking at the order")
    if none <= 0.5 * done:
        return _numbers
    formats, _ = date_order(rows, order, scratch, part(progress, 50, 100))

    def seconds(column: pd.Series) -> np.ndarray:
        when = dates(column, formats)[0].to_numpy("datetime64[s]")
        return np.where(np.isnat(when), np.nan, when.astype(np.int64).astype(np.float64))

    return seconds


def _numbers(column: pd.Series) -> np.ndarray:
    return np.asarray(pd.to_numeric(column, errors="coerce").to_numpy(np.float64))
