"""The rows of a table of text, part by part, and what has to be decided on whole columns before they are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from embedcore.intake.columns import amounts, times
from embedcore.intake.columns.date_cells import DateFormat, read_times
from embedcore.intake.columns.dates import ISO, date_sample, dates
from embedcore.intake.columns.names import listed
from embedcore.intake.columns.numbers import DECIDE
from embedcore.intake.columns.values import clean
from embedcore.intake.decisions import NOTHING, Decision, Settings
from embedcore.intake.purchases.guess.matrix import are_counts
from embedcore.intake.purchases.lines import Formats, product_columns, used
from embedcore.intake.purchases.lists import SAMPLE, list_delimiter_of
from embedcore.intake.purchases.order import first_seen
from embedcore.intake.purchases.shapes import BasketShape
from embedcore.intake.tables.large import parts
from embedcore.progress import Progress, part

if TYPE_CHECKING:
    import pyarrow.parquet as pq

ROWS = 100_000  # rows at a time
_LOOK = 2000  # rows that show whether there is a time of day, and which columns look like times
_COUNTS = 0.95  # share of rows in which a column that counts the others has to be right (chosen by hand)


class Rows:
    """The rows of a frame in memory or of a Parquet file of text, ROWS at a time."""

    def __init__(self, source: pd.DataFrame | pq.ParquetFile) -> None:
        self._source = source
        if isinstance(source, pd.DataFrame):
            self.names, self.total = [str(c) for c in source.columns], len(source)
        else:
            self.names, self.total = list(source.schema_arrow.names), int(source.metadata.num_rows)

    def of(self, columns: list[str]) -> Iterator[pd.DataFrame]:
        """Some of the columns."""
        if isinstance(self._source, pd.DataFrame):
            for start in range(0, self.total, ROWS):
                yield self._source[columns].iloc[start : start + ROWS].reset_index(drop=True)
        else:
            for batch in parts(self._source, ROWS, columns):
                yield batch.to_pandas().astype("str")

    def head(self, columns: list[str], n: int) -> pd.DataFrame:
        """The first n rows of some of the columns."""
        if isinstance(self._source, pd.DataFrame):
            return self._source[columns].head(n).reset_index(drop=True)
        batch = next(iter(parts(self._source, n, columns)), None)
        return pd.DataFrame(columns=columns) if batch is None else batch.to_pandas().astype("str")


def decide(rows: Rows, shape: BasketShape, scratch: Path, progress: Progress, settings: Settings = NOTHING) -> Formats:
    """How a table of purchases is written, by its whole columns. scratch: a folder for temporary files."""
    found = _times(rows, shape, scratch, part(progress, 0, 60), settings)
    rest = part(progress, 60, 100)
    if shape.shape == "long":
        written = _amounts(rows, shape, settings, rest)
        about = [d for one in written.values() for d in one.decisions] + _currencies(rows, shape, written)
        return replace(found, amounts=written, decisions=(*found.decisions, *about))
    products = [str(shape.item)] if shape.shape == "list" else product_columns(shape, rows.names)
    if shape.shape == "matrix":
        counted = any(are_counts(frame) for frame in rows.of(products))
        return replace(found, products=tuple(products), counted=counted)
    if len(products) == 1:
        delimiter = shape.list_delimiter or _list_delimiter(rows, products[0]) or ","
        return replace(found, delimiter=delimiter, products=tuple(products))
    counter = _counting_column(rows, products, rest)
    return replace(found, products=tuple(c for c in products if c != counter), counter=counter)


def _times(rows: Rows, shape: BasketShape, scratch: Path, progress: Progress, settings: Settings) -> Formats:
    """How the times are written and where they stand, with what a person should know of it."""
    free = [c for c in rows.names if c not in used(shape)]
    if shape.time is None:
        if shape.shape != "long" or settings.get("time") == "":
            return Formats()
        head = rows.head(free, _LOOK)
        if calendar := times.calendar_columns({str(c): head[c] for c in head}):
            said = f"{listed(calendar)} are the year, the month and the day of a purchase; they were joined."
            return Formats(calendar=calendar, decisions=(Decision(f"date:{calendar[0]}", said),))
        return Formats(decisions=tuple(d for c in free if (d := times.unread_time(c, head[c])) is not None))
    when, about = date_order(rows, shape.time, scratch, progress, settings)
    head = rows.head([shape.time, *(c for c in free if times.named(c))], _LOOK)
    found = read_times(clean(head.pop(shape.time)).dropna(), when)
    midnight = bool((found == found.astype("datetime64[D]"))[~np.isnat(found)].all())
    alone = midnight and shape.shape == "long"
    clock = times.clock_column({str(c): head[c] for c in head}) if alone else None
    if clock is not None:
        about.append(Decision(f"date:{clock}", f"“{clock}” is the time of day of “{shape.time}”; they were joined."))
    return Formats(dates=when, clock=clock, decisions=tuple(about))


def _currencies(rows: Rows, shape: BasketShape, written: Mapping[str, amounts.Written]) -> list[Decision]:
    """Says that prices are in several currencies, as another column has it."""
    if shape.price is None or any(d.key.startswith("currency:") for d in written[shape.price].decisions):
        return []
    head = rows.head([c for c in rows.names if c not in used(shape)], _LOOK)
    beside = amounts.currency_column({str(c): amounts.texts_of(head[c]) for c in head})
    if beside is None:
        return []
    said = amounts.several(shape.price, *beside)
    return [Decision(f"currency:{shape.price}", f"{said}: they stay in one column all the same.")]


def _amounts(rows: Rows, shape: BasketShape, settings: Settings, progress: Progress) -> dict[str, amounts.Written]:
    kinds = {c: kind for kind, c in (("quantity", shape.quantity), ("price", shape.price)) if c is not None}
    texts: dict[str, dict[str, int]] = {c: {} for c in kinds}
    done = 0
    for frame in rows.of([*texts]) if texts else ():
        for column, some in texts.items():
            new = clean(frame[column]).dropna().value_counts(sort=False)
            for text, n in zip(new.index.tolist(), new.tolist(), strict=True):
                if text in some or len(some) < DECIDE:
                    some[text] = some.get(text, 0) + n
        done += len(frame)
        progress(done, rows.total, note="Looking at numbers")
        if all(len(some) >= DECIDE for some in texts.values()):
            break
    others = amounts.neighbours(texts)
    return {c: amounts.decide(c, some, kinds[c], settings, others=others, split=False) for c, some in texts.items()}


def _list_delimiter(rows: Rows, column: str) -> str | None:
    cells: list[pd.Series] = []
    for frame in rows.of([column]):
        cells.append(clean(frame[column]).dropna())
        if sum(map(len, cells)) >= SAMPLE:
            break
    return list_delimiter_of(pd.concat(cells)) if cells else None


def _counting_column(rows: Rows, columns: list[str], progress: Progress) -> str | None:
    """The first column, when it is the number of filled cells beside it in nearly every row."""
    agree = done = 0
    for frame in rows.of(columns):
        first = pd.to_numeric(frame.iloc[:, 0], errors="coerce")
        agree += int((first == frame.iloc[:, 1:].notna().sum(axis=1)).sum())
        done += len(frame)
        progress(done, rows.total, note="Looking at the columns")
    return columns[0] if done > 2 and agree > _COUNTS * done else None


def date_order(
    rows: Rows, column: str, scratch: Path, progress: Progress, settings: Settings = NOTHING
) -> tuple[DateFormat, list[Decision]]:
    """(how the dates of a column are written, what a person should know of it), by all of it."""
    done = 0
    for frame in rows.of([column]):
        if not _all_iso(frame[column]):
            return times.decide(column, dict.fromkeys(_sampled(rows, column, scratch, progress), 1), settings)
        done += len(frame)
        progress(done, rows.total, note="Looking at the dates")
    return ISO, []


def _all_iso(s: pd.Series) -> bool:
    """Whether ISO reads every cell; then any sample of the column decides on it."""
    texts = pd.Series(clean(s).dropna().unique(), dtype="str")
    return bool(texts.str.match(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}").all()) and bool(dates(texts, ISO)[0].notna().all())


def _sampled(rows: Rows, column: str, scratch: Path, progress: Progress) -> list[str]:
    """The texts of a column that decide how its dates are written."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path, done = scratch / "texts.parquet", 0
    schema = pa.schema([("text", pa.string()), ("line", pa.int64())])
    with pq.ParquetWriter(path, schema) as out:
        for frame in rows.of([column]):
            first = clean(frame[column]).dropna().drop_duplicates()
            columns = [pa.array(first, pa.string()), pa.array(first.index.to_numpy() + done, pa.int64())]
            out.write_table(pa.Table.from_arrays(columns, schema=schema))
            done += len(frame)
            progress(done, rows.total, note="Looking at the dates")
    return first_seen(path, scratch, date_sample, progress)
