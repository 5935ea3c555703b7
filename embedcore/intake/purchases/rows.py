"""The rows of a table of text, part by part, and what has to be decided on whole columns before they are read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from embedcore.intake.columns import amounts
from embedcore.intake.columns.dates import EPOCH, ISO, date_formats, date_sample, dates
from embedcore.intake.columns.numbers import DECIDE
from embedcore.intake.columns.values import clean
from embedcore.intake.decisions import NOTHING, Settings
from embedcore.intake.purchases.guess.matrix import are_counts
from embedcore.intake.purchases.lines import Formats, product_columns
from embedcore.intake.purchases.lists import SAMPLE, list_delimiter_of
from embedcore.intake.purchases.order import first_seen
from embedcore.intake.purchases.shapes import BasketShape
from embedcore.intake.tables.large import parts
from embedcore.progress import Progress, part

if TYPE_CHECKING:
    import pyarrow.parquet as pq

ROWS = 100_000  # rows at a time
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


def decide(rows: Rows, shape: BasketShape, scratch: Path, progress: Progress, settings: Settings = NOTHING) -> Formats:
    """How a table of purchases is written, by its whole columns. scratch: a folder for temporary files."""
    written = date_order(rows, shape.time, scratch, part(progress, 0, 60)) if shape.time is not None else ()
    rest = part(progress, 60, 100)
    if shape.shape == "long":
        return Formats(_amounts(rows, shape, settings, rest), written)
    products = [str(shape.item)] if shape.shape == "list" else product_columns(shape, rows.names)
    if shape.shape == "matrix":
        counted = any(are_counts(frame) for frame in rows.of(products))
        return Formats(dates=written, products=tuple(products), counted=counted)
    if len(products) == 1:
        delimiter = shape.list_delimiter or _list_delimiter(rows, products[0]) or ","
        return Formats(dates=written, delimiter=delimiter, products=tuple(products))
    counter = _counting_column(rows, products, rest)
    return Formats(dates=written, products=tuple(c for c in products if c != counter), counter=counter)


def _amounts(rows: Rows, shape: BasketShape, settings: Settings, progress: Progress) -> dict[str, amounts.Written]:
    kinds = {c: kind for kind, c in (("quantity", shape.quantity), ("price", shape.price)) if c is not None}
    texts: dict[str, dict[str, int]] = {c: {} for c in kinds}
    done = 0
    for frame in rows.of([*texts]) if texts else ():
        for column, some in texts.items():
            new = clean(frame[column]).dropna().value_counts(sort=False)
            for text, n in zip(new.index, new, strict=True):
                if text in some or len(some) < DECIDE:
                    some[text] = some.get(text, 0) + int(n)
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


def date_order(rows: Rows, column: str, scratch: Path, progress: Progress) -> tuple[int, ...]:
    """How the dates of a column are written (see date_formats), by all of it."""
    done = 0
    for frame in rows.of([column]):
        if not _all_iso(frame[column]):
            return date_formats(pd.Series(_sampled(rows, column, scratch, progress), dtype="str"))
        done += len(frame)
        progress(done, rows.total, note="Looking at the dates")
    return ISO


def _all_iso(s: pd.Series) -> bool:
    """Whether ISO reads every cell; then any sample of the column decides on it."""
    texts = pd.Series(clean(s).dropna().unique(), dtype="str")
    return not texts.str.fullmatch(EPOCH).any() and bool(dates(texts, ISO)[0].notna().all())


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
