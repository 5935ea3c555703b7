"""Purchases whose columns have fixed names, every id exactly as it stands in the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from embedcore.data import Catalogue, Dataset, join_items
from embedcore.errors import InputError
from embedcore.intake.columns.values import dates, exact_text
from embedcore.intake.purchases.baskets import Tally
from embedcore.intake.purchases.heads import EXACT, Heads
from embedcore.intake.purchases.stream import Rows, date_order, gather, write
from embedcore.progress import Progress, part, silent

if TYPE_CHECKING:
    from embedcore.intake.tables.read import Table

_SEVERAL = "the same basket_id occurs with several customers: a basket is one number of one customer"
_APART = "\x1f"


def read_purchases(
    table: Table, catalogue: Catalogue | None, name: str, folder: Path | None = None, progress: Progress = silent
) -> tuple[Dataset, list[str]]:
    """(dataset with its baskets in time order, what was left out and how it was read) of a table with basket_id,
    product_id and maybe customer_id and ts or seq. folder: where the baskets of a large table are written; the dataset
    looks into it. InputError when a column is missing or no line is left."""
    columns = table.report.columns
    for column in ("basket_id", "product_id"):
        if column not in columns:
            raise InputError(f"{name} has no column “{column}”.", "Name its columns basket_id and product_id.")
    order = next((c for c in ("ts", "seq") if c in columns), None)
    if table.file is not None and folder is not None:
        return _streamed(table.file, catalogue, name, order, "customer_id" in columns, folder, progress)
    frame = table.whole()
    values = _moments(frame[order]) if order is not None else None
    lines, said = _ids(frame), []
    if order is not None and values is not None:
        said += _unread(int((np.isnan(values) & frame[order].notna().to_numpy()).sum()), order)
        rank = _ranks(values, np.unique(values))
        lines["time"] = np.where(np.isnan(rank), np.datetime64("NaT", "s"), _seconds(rank))
    whole = lines["basket"].notna() & lines["item"].notna()
    said += _without(int((~whole).sum()))
    lines = lines[whole].reset_index(drop=True)
    if not len(lines):
        raise _none(name)
    if "customer" in lines:
        pairs = lines[["basket", "customer"]].dropna().drop_duplicates()
        if EXACT.apart(pairs["basket"].nunique(), len(pairs), 0):
            lines["basket"] = lines["customer"].fillna("").str.cat(lines["basket"], sep=_APART)
            said.append(_SEVERAL)
    return Dataset.build(name, catalogue, lines), said


def _streamed(
    file: Path,
    catalogue: Catalogue | None,
    name: str,
    order: str | None,
    customers: bool,
    folder: Path,
    progress: Progress,
) -> tuple[Dataset, list[str]]:
    wanted = ["basket_id", "product_id", *(["customer_id"] if customers else []), *([order] if order else [])]
    with TemporaryDirectory(dir=folder.parent, prefix=f"{folder.name}-") as near, pq.ParquetFile(file) as source:
        scratch, rows, tally, known = Path(near), Rows(source, wanted), Tally(), _Known()
        moments = _moments_of(rows, order, scratch, part(progress, 0, 20)) if order is not None else None

        def read(frame: pd.DataFrame) -> pd.DataFrame:
            lines = _ids(frame)
            if order is not None and moments is not None:
                values = moments(frame[order])
                known.add(values, int((np.isnan(values) & frame[order].notna().to_numpy()).sum()))
                lines["time"] = values
            return lines

        found = gather(rows, read, tally, scratch, part(progress, 20, 60))
        said = [*(_unread(known.unread, order) if order else []), *_without(tally.no_basket + tally.no_item)]
        if not found.lines.total:
            raise _none(name)
        with Heads(found.heads, found.slots, scratch, part(progress, 60, 80), EXACT) as heads:
            if customers and heads.told_apart():
                said.append(_SEVERAL)
            ids = catalogue.ids if catalogue is not None else np.empty(0, object)
            items, place = join_items(ids, np.array([*found.items], dtype=object))
            write(
                heads,
                found,
                place,
                scratch / "done",
                part(progress, 80, 100),
                lambda values: _ranks(values, known.all()),
            )
        (scratch / "done").rename(folder)
    return Dataset.with_baskets(name, catalogue, items, folder), said


class _Known:
    """All the different moments, and how many cells are none."""

    def __init__(self) -> None:
        self.unread = 0
        self._sorted, self._new, self._waiting = np.empty(0), [np.empty(0)], 0

    def add(self, values: np.ndarray, unread: int) -> None:
        self.unread += unread
        new = np.unique(values[~np.isnan(values)])
        self._new.append(new)
        self._waiting += len(new)
        if self._waiting > max(len(self._sorted), 1 << 20):
            self.all()

    def all(self) -> np.ndarray:
        """Ascending."""
        self._sorted = np.unique(np.concatenate([self._sorted, *self._new]))
        self._new, self._waiting = [], 0
        return self._sorted


def _ids(frame: pd.DataFrame) -> pd.DataFrame:
    lines = pd.DataFrame({"basket": exact_text(frame["basket_id"]), "item": exact_text(frame["product_id"])})
    if "customer_id" in frame:
        lines["customer"] = exact_text(frame["customer_id"])
    return lines


def _numbers(column: pd.Series) -> np.ndarray:
    return np.asarray(pd.to_numeric(column, errors="coerce").to_numpy(np.float64))


def _moments(column: pd.Series, formats: tuple[int, ...] | None = None) -> np.ndarray:
    """(n,) float64 of numbers, or of dates where most cells are no numbers (formats: known to be dates)."""
    values = _numbers(column)
    if formats is not None or np.isnan(values).mean() > 0.5:
        when = dates(column, formats)[0].to_numpy("datetime64[s]")
        values = np.where(np.isnat(when), np.nan, when.astype(np.int64).astype(np.float64))
    return values


def _moments_of(rows: Rows, order: str, scratch: Path, progress: Progress) -> Callable[[pd.Series], np.ndarray]:
    """The same for the parts of a column, decided on all of it."""
    none = done = 0
    for frame in rows.of([order]):
        none += int(np.isnan(_numbers(frame[order])).sum())
        done += len(frame)
        progress(done, 2 * rows.total, note="Looking at the order")
    if none <= 0.5 * done:
        return _numbers
    formats = date_order(rows, order, scratch, part(progress, 50, 100))
    return lambda column: _moments(column, formats)


def _ranks(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Places of values among the known ones; NaN stays NaN."""
    return np.where(np.isnan(values), np.nan, np.searchsorted(known, values).astype(np.float64))


def _seconds(rank: np.ndarray) -> np.ndarray:
    return np.nan_to_num(rank).astype(np.int64).astype("datetime64[s]")


def _without(lines: int) -> list[str]:
    return [f"left out: {lines:,} lines without a basket or a product"] if lines else []


def _unread(cells: int, order: str) -> list[str]:
    said = f"{cells:,} cells of {order} are neither a number nor a date; their baskets come last"
    return [said] if cells else []


def _none(name: str) -> InputError:
    return InputError(f"{name} holds no purchase.", "Each line needs a basket_id and a product_id.")
