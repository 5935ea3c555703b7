"""One pass over the rows of purchases: their lines as numbers, and what is known of their baskets."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from embedcore.intake.purchases.lines import Counts
from embedcore.intake.purchases.sort import AMOUNTS, LineFiles
from embedcore.progress import Progress

if TYPE_CHECKING:
    import pyarrow as pa

_MAYBE = ("customer", "time", *AMOUNTS)


@dataclass(frozen=True, eq=False)
class Collected:
    """items: product -> code, in the order they come. slots: a Parquet file for BasketOrder. n_slots: how many slots.
    known: whether a complete line has a customer, time, quantity or price."""

    items: dict[str, int]
    slots: Path
    n_slots: int
    lines: LineFiles
    known: dict[str, bool]


def collect(
    frames: Iterable[pd.DataFrame],
    total: int,
    read: Callable[[pd.DataFrame], pd.DataFrame],
    counts: Counts,
    scratch: Path,
    progress: Progress,
) -> Collected:
    """Read the rows once. read: rows -> lines (see LineReader). total: rows in all. scratch: folder for the files."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    items: dict[str, int] = {}
    slots, done, path = _Slots(), 0, scratch / "slots.parquet"
    schema = pa.schema(
        [
            ("slot", pa.int64()),
            ("basket", pa.string()),
            ("customer", pa.string()),
            ("line", pa.int64()),
            ("time", pa.float64()),
        ]
    )
    with pq.ParquetWriter(path, schema) as out, LineFiles(scratch) as kept:
        for frame in frames:
            lines = read(frame)
            complete = (lines["basket"].notna() & lines["item"].notna()).to_numpy()
            table, slot = slots.add(lines, complete)
            out.write_table(table)
            good = counts.complete(lines)
            code, names = pd.factorize(good["item"])
            texts = names.to_numpy(object)
            at = np.fromiter((items.setdefault(text, len(items)) for text in texts), np.int32, len(texts))
            amounts = {c: good[c].to_numpy(np.float32) for c in AMOUNTS if c in good}
            kept.add({"slot": slot.astype(np.int32), "item": at[code], **amounts})
            done += len(frame)
            progress(done, total, note="Reading the lines")
    return Collected(items, path, slots.used, kept, slots.known)


@dataclass
class _Slots:
    """Numbers for the baskets (of one customer) in each part, and which facts are known of any."""

    used: int = 0
    lines: int = 0
    known: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(_MAYBE, False))

    def add(self, lines: pd.DataFrame, complete: np.ndarray) -> tuple[pa.Table, np.ndarray]:
        """(slots as an Arrow table, slot of each complete line). complete: (len(lines),) bool."""
        import pyarrow as pa

        basket, names = pd.factorize(lines["basket"])
        pair, people = basket.astype(np.int64), pd.Index([])
        if "customer" in lines:
            customer, people = pd.factorize(lines["customer"])
            pair = basket * (len(people) + 1) + customer + 1
        slot, pairs = pd.factorize(np.where(basket < 0, -1, pair))
        if len(pairs) and (basket < 0).any():
            slot, pairs = _without(slot, pairs)
        used = slot[complete]
        line = np.full(len(pairs), -1, np.int64)
        line[used[::-1]] = (np.flatnonzero(complete) + self.lines)[::-1]  # the last one written is the first line
        time = np.full(len(pairs), np.inf)
        if "time" in lines:
            np.fmin.at(time, used, _seconds(lines["time"])[complete])
        width = len(people) + 1 if "customer" in lines else 1
        who = pairs % width - 1 if "customer" in lines else np.full(len(pairs), -1)
        table = pa.table(
            {
                "slot": pa.array(np.arange(self.used, self.used + len(pairs))),
                "basket": _arrow(names).take(pa.array(pairs // width)),
                "customer": _arrow(people).take(pa.array(who, mask=who < 0)),
                "line": pa.array(line, mask=line < 0),
                "time": pa.array(time, mask=np.isinf(time)),
            }
        )
        used = used + self.used
        self.used += len(pairs)
        self.lines += len(lines)
        for column in self.known:
            self.known[column] |= column in lines and bool(lines[column][complete].notna().any())
        return table, used


def _arrow(texts: pd.Index) -> pa.Array:
    import pyarrow as pa

    return pa.array(pd.Series(texts, dtype="str"), pa.string())


def _without(slot: np.ndarray, pairs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Codes and values without the value -1."""
    gone = int(np.flatnonzero(pairs == -1)[0])
    return np.where(slot == gone, -1, slot - (slot > gone)), np.delete(pairs, gone)


def _seconds(time: pd.Series) -> np.ndarray:
    """(n,) float64: seconds of times, numbers as they are; NaN where missing."""
    if time.dtype.kind != "M":
        return np.asarray(time.to_numpy(np.float64))
    when = time.to_numpy("datetime64[s]")
    return np.where(np.isnat(when), np.nan, when.astype(np.int64).astype(np.float64))
