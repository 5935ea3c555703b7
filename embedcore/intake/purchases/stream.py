"""Purchases of any number -> baskets in files: what basket_lines, match and Dataset.build do, in bounded memory.

The rows come in parts. What is a matter of a whole column (is a comma the decimal sign, how are dates written, do the
numbers of baskets start again) is decided first, on the same evidence; the baskets are found and put in order by a
database on disk; the lines are then laid into their baskets. The result is the same to the last bit.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from embedcore.data import Catalogue, Dataset, Images, Strings, join_items
from embedcore.errors import InputError
from embedcore.intake.columns.values import (
    DECIDE,
    EPOCH,
    ISO,
    clean,
    comma_is_decimal,
    date_formats,
    date_sample,
    dates,
)
from embedcore.intake.purchases.baskets import (
    NO_LINE,
    BasketShape,
    Decided,
    Tally,
    basket_lines,
    check,
    long_rows,
    numbered_anew,
    used,
    whole_lines,
)
from embedcore.intake.purchases.heads import Heads, first_seen
from embedcore.intake.purchases.laying import Lines, lay
from embedcore.intake.purchases.match_ids import match_ids
from embedcore.intake.tables.large import parts
from embedcore.intake.tables.read import Table
from embedcore.progress import Progress, part, silent

if TYPE_CHECKING:
    import pyarrow.parquet as pq

ROWS = 100_000  # rows at a time
_MAYBE = ("customer", "time", "quantity", "price")
Read = Callable[[pd.DataFrame], pd.DataFrame]


def add_baskets(
    name: str,
    catalogue: Catalogue | None,
    table: Table,
    shape: BasketShape,
    folder: Path,
    images: Images | None = None,
    progress: Progress = silent,
) -> tuple[Dataset, list[str]]:
    """(dataset of a catalogue and a table of purchases, notices). Of a large table the baskets are written to `folder`,
    and the dataset looks into it."""
    if table.file is not None and shape.shape == "long":
        items, notices = baskets(table.file, shape, catalogue, folder, progress)
        return Dataset.with_baskets(name, catalogue, items, folder, images=images), notices
    progress(0, 2, note="Reading the baskets")
    lines, notices = basket_lines(table.whole(), shape)
    progress(1, 2, note="Joining catalogue and baskets")
    if catalogue is not None:
        lines, said = match_ids(catalogue, lines)
        notices += said
    return Dataset.build(name, catalogue, lines, images=images), notices


def baskets(
    file: Path, shape: BasketShape, catalogue: Catalogue | None, folder: Path, progress: Progress = silent
) -> tuple[np.ndarray, list[str]]:
    """(items, notices) of a table of text in a Parquet file; the baskets are written to `folder` for Baskets.load.

    shape: a long one. items: (n,) object str as in Dataset. `folder` is there only when all went well; what is needed
    on the way lies beside it. InputError as basket_lines."""
    import pyarrow.parquet as pq

    with TemporaryDirectory(dir=folder.parent, prefix=f"{folder.name}-") as name:
        scratch = Path(name)
        with pq.ParquetFile(file, buffer_size=1 << 20) as source:
            check(shape, source.schema_arrow.names)
            rows = Rows(source, used(shape))
            decided = _decide(rows, shape, scratch, part(progress, 0, 20))
            tally = Tally()
            found = gather(
                rows, lambda frame: long_rows(frame, shape, tally, decided), tally, scratch, part(progress, 20, 60)
            )
        if not found.lines.total:
            raise InputError(*NO_LINE)
        with Heads(found.heads, found.slots, scratch, part(progress, 60, 80)) as heads:
            tally.several = numbered_anew(shape) and heads.told_apart()
            notices = tally.sentences(shape)
            items, place, said = _matched(found.items, catalogue)
            write(heads, found, place, scratch / "done", part(progress, 80, 100))
        shutil.move(scratch / "done", folder)
    return items, notices + said


@dataclass(frozen=True, eq=False)
class Rows:
    """Columns of a Parquet file of text, part by part."""

    source: pq.ParquetFile
    columns: list[str]

    def __iter__(self) -> Iterator[pd.DataFrame]:
        return self.of(self.columns)

    def of(self, columns: list[str]) -> Iterator[pd.DataFrame]:
        """Some of the columns."""
        for batch in parts(self.source, ROWS, columns):
            yield batch.to_pandas().astype("str")

    @property
    def total(self) -> int:
        return int(self.source.metadata.num_rows)


def _decide(rows: Rows, shape: BasketShape, scratch: Path, progress: Progress) -> Decided:
    """How numbers and dates are written, by the whole columns."""
    found = date_order(rows, shape.time, scratch, part(progress, 0, 60)) if shape.time is not None else None
    texts: dict[str, dict[str, None]] = {c: {} for c in (shape.quantity, shape.price) if c is not None}
    done = 0
    for frame in rows.of([*texts]) if texts else ():
        for column, some in texts.items():
            if len(some) < DECIDE:
                some.update(dict.fromkeys(clean(frame[column]).dropna().unique()))
        done += len(frame)
        progress(60 * rows.total + 40 * done, 100 * rows.total, note="Looking at numbers")
        if all(len(some) >= DECIDE for some in texts.values()):
            break
    return Decided({column: comma_is_decimal(list(some)) for column, some in texts.items()}, found)


def date_order(rows: Rows, column: str, scratch: Path, progress: Progress) -> tuple[int, ...]:
    """How the dates of a column are written (date_formats), by all of it."""
    done = 0
    for frame in rows.of([column]):
        if not _all_iso(frame[column]):
            return date_formats(pd.Series(_sampled(rows, column, scratch, progress), dtype="str"))
        done += len(frame)
        progress(done, rows.total, note="Looking at the dates")
    return ISO


def _all_iso(s: pd.Series) -> bool:
    """Then ISO is what any sample of the column decides on, and it reads every cell."""
    texts = pd.Series(clean(s).dropna().unique(), dtype="str")
    return not texts.str.fullmatch(EPOCH).any() and bool(dates(texts, ISO)[0].notna().all())


def _sampled(rows: Rows, column: str, scratch: Path, progress: Progress) -> list[str]:
    """The texts of a column that decide how its dates are written."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path, done = scratch / "texts.parquet", 0
    schema = pa.schema([("text", pa.string()), ("n", pa.int64())])
    with pq.ParquetWriter(path, schema) as out:
        for frame in rows.of([column]):
            first = clean(frame[column]).dropna().drop_duplicates()
            columns = [pa.array(first, pa.string()), pa.array(first.index.to_numpy() + done, pa.int64())]
            out.write_table(pa.Table.from_arrays(columns, schema=schema))
            done += len(frame)
            progress(done, rows.total, note="Looking at the dates")
    return first_seen(path, scratch, date_sample, progress)


@dataclass(frozen=True, eq=False)
class Found:
    """items: product -> code, in the order they come. heads: Parquet for Heads. has: what is known of any line."""

    items: dict[str, int]
    heads: Path
    slots: int
    lines: Lines
    has: dict[str, bool]


@dataclass
class _Slots:
    """Numbers for baskets (and their customers) near each other in the file, and what is known of each."""

    used: int = 0
    has: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(_MAYBE, False))

    def add(self, lines: pd.DataFrame, first: int, whole: np.ndarray) -> tuple[Any, np.ndarray]:
        """(heads as an Arrow table, slot of each whole line). whole: (len(lines),) bool; first: number of the first."""
        import pyarrow as pa

        basket, names = pd.factorize(lines["basket"])
        pair, people = basket.astype(np.int64), pd.Index([])
        if "customer" in lines:
            customer, people = pd.factorize(lines["customer"])
            pair = basket * (len(people) + 1) + customer + 1
        slot, pairs = pd.factorize(np.where(basket < 0, -1, pair), use_na_sentinel=True)
        if len(pairs) and (basket < 0).any():
            slot, pairs = _without(slot, pairs)
        mine = slot[whole]
        n = np.full(len(pairs), -1, np.int64)
        n[mine[::-1]] = (np.flatnonzero(whole) + first)[::-1]  # of several the last one stays, which is the first line
        time = np.full(len(pairs), np.inf)
        if "time" in lines:
            known = moments(lines["time"])[whole]
            np.fmin.at(time, mine, known)
        width = len(people) + 1 if "customer" in lines else 1
        who = pairs % width - 1 if "customer" in lines else np.full(len(pairs), -1)
        heads = pa.table(
            {
                "slot": pa.array(np.arange(self.used, self.used + len(pairs))),
                "basket": _arrow(names).take(pa.array(pairs // width)),
                "customer": _arrow(people).take(pa.array(who, mask=who < 0)),
                "n": pa.array(n, mask=n < 0),
                "time": pa.array(time, mask=np.isinf(time)),
            }
        )
        mine = mine + self.used
        self.used += len(pairs)
        for column in self.has:
            self.has[column] |= column in lines and bool(lines[column][whole].notna().any())
        return heads, mine


def _arrow(texts: pd.Index) -> Any:
    import pyarrow as pa

    return pa.array(pd.Series(texts, dtype="str"), pa.string())


def _without(slot: np.ndarray, pairs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Codes and values without the value -1."""
    gone = int(np.flatnonzero(pairs == -1)[0])
    return np.where(slot == gone, -1, slot - (slot > gone)), np.delete(pairs, gone)


def moments(time: pd.Series) -> np.ndarray:
    """(n,) float64 seconds or any other order, NaN where it is missing."""
    if time.dtype.kind != "M":
        return time.to_numpy(np.float64)
    when = time.to_numpy("datetime64[s]")
    return np.where(np.isnat(when), np.nan, when.astype(np.int64).astype(np.float64))


def gather(rows: Rows, read: Read, tally: Tally, scratch: Path, progress: Progress) -> Found:
    """Read the rows once: lines as numbers, and what is known of their baskets."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    items: dict[str, int] = {}
    slots, done, path = _Slots(), 0, scratch / "heads.parquet"
    schema = pa.schema(
        [
            ("slot", pa.int64()),
            ("basket", pa.string()),
            ("customer", pa.string()),
            ("n", pa.int64()),
            ("time", pa.float64()),
        ]
    )
    with pq.ParquetWriter(path, schema) as out, Lines(scratch) as kept:
        for frame in rows:
            lines = read(frame)
            whole = (lines["basket"].notna() & lines["item"].notna()).to_numpy()
            heads, slot = slots.add(lines, done, whole)
            out.write_table(heads)
            good = whole_lines(lines, tally)
            code, names = pd.factorize(good["item"])
            texts = names.to_numpy(object)
            at = np.fromiter((items.setdefault(text, len(items)) for text in texts), np.int32, len(texts))
            amounts = {c: good[c].to_numpy(np.float32) for c in ("quantity", "price") if c in good}
            kept.add({"slot": slot.astype(np.int32), "item": at[code], **amounts})
            done += len(frame)
            progress(done, rows.total, note="Reading the lines")
    return Found(items, path, slots.used, kept, slots.has)


def _matched(items: dict[str, int], catalogue: Catalogue | None) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """(items of the dataset, position of every code, notices): the products of the lines and of the catalogue."""
    said: list[str] = []
    names = np.array([*items], dtype=object)
    known = catalogue.ids if catalogue is not None else np.empty(0, object)
    if catalogue is not None:
        lines, said = match_ids(catalogue, pd.DataFrame({"item": pd.Series(names, dtype="str")}))
        names = lines["item"].astype(str).to_numpy(dtype=object)
    return *join_items(known, names), said


def write(
    heads: Heads,
    found: Found,
    place: np.ndarray,
    folder: Path,
    progress: Progress,
    when: Callable[[np.ndarray], np.ndarray] = lambda seconds: seconds,
) -> None:
    """The files of Baskets.load. place: position of each product's code. when: what `moments` gave -> seconds."""
    folder.mkdir()
    n = heads.rank()
    Strings.write(folder / "ids.arrow", heads.ids())
    if found.has["time"]:
        times = np.lib.format.open_memmap(folder / "times.npy", "w+", "datetime64[s]", (n,))
        seconds = when(heads.times(n))
        times[:] = np.datetime64("NaT")
        np.copyto(times.view(np.int64), seconds, where=~np.isnan(seconds), casting="unsafe")
        times.flush()
    if found.has["customer"]:
        np.save(folder / "customers.npy", heads.customers(n))
        Strings.write(folder / "customer_ids.arrow", heads.customer_ids())
    lay(found.lines, heads.places(), place, n, found.has, folder, progress)
