"""Lines in the order of a file -> lines sorted into their baskets, each product of a basket once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from embedcore.data import first_lines, merge_lines, row_slices, scratch_array
from embedcore.progress import Progress, silent

CHUNK = 1_000_000  # lines at a time
TYPES = {
    "slot": np.dtype(np.int32),
    "item": np.dtype(np.int32),
    "quantity": np.dtype(np.float32),
    "price": np.dtype(np.float32),
}
AMOUNTS = ("quantity", "price")
Report = Callable[[int, int], None]  # called with the step (0..3) and the lines done in it


class LineFiles:
    """Lines as numbers in files of a folder: slot, item code and, where known, quantity and price."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.total = folder, 0
        self._files: dict[str, BinaryIO] = {}

    def __enter__(self) -> LineFiles:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._files.values():
            file.close()

    def add(self, columns: dict[str, np.ndarray]) -> None:
        """The next lines, with the same columns every time."""
        for name, values in columns.items():
            if name not in self._files:
                self._files[name] = (self.folder / f"{name}.lines").open("wb")
            self._files[name].write(np.ascontiguousarray(values, TYPES[name]).data)
        self.total += len(columns["slot"])

    def column(self, name: str) -> np.ndarray:
        """(total,) of the type in TYPES, mapped."""
        return np.asarray(np.memmap(self.folder / f"{name}.lines", TYPES[name], "r", shape=(self.total,)))


def sort_lines(
    lines: LineFiles,
    folder: Path,
    *,
    basket: np.ndarray,
    position: np.ndarray,
    baskets: int,
    amounts: list[str],
    progress: Progress = silent,
) -> None:
    """Write indptr, items, quantity and price of Baskets into `folder`.

    basket: (slots,) the basket of every slot. position: (codes,) the position in Dataset.items of every item code.
    amounts: those of AMOUNTS that are known of any line.
    """

    def report(step: int, done: int) -> None:
        progress(step * lines.total + done, 4 * lines.total, note="Sorting the lines")

    indptr = _indptr(lines, basket, baskets, report)
    items, found = _scattered(lines, basket, position, indptr, amounts, report)
    sizes = np.zeros(baskets + 1, np.int64)
    for start, stop in row_slices(indptr):
        part = slice(int(indptr[start]), int(indptr[stop]))
        at = np.repeat(np.arange(stop - start), np.diff(indptr[start : stop + 1]))
        order = np.lexsort((items[part], at))
        for values in (items, *found.values()):
            values[part] = values[part][order]
        sizes[start + 1 : stop + 1] = np.bincount(at[first_lines(at, items[part])], minlength=stop - start)
        report(2, part.stop)
    ends = np.cumsum(sizes)
    np.save(folder / "indptr.npy", ends)
    out = {"items": np.lib.format.open_memmap(folder / "items.npy", "w+", np.int32, (int(ends[-1]),))}
    for name in found:
        out[name] = np.lib.format.open_memmap(folder / f"{name}.npy", "w+", np.float32, (int(ends[-1]),))
    repeats = int(ends[-1]) < lines.total
    for start, stop in row_slices(indptr):
        part = slice(int(indptr[start]), int(indptr[stop]))
        to = slice(int(ends[start]), int(ends[stop]))
        at = np.repeat(np.arange(stop - start), np.diff(indptr[start : stop + 1]))
        new = first_lines(at, items[part])
        out["items"][to] = items[part][new]
        values_of = {name: values[part] for name, values in found.items()}
        for name, values in (merge_lines(values_of, new) if repeats else values_of).items():
            out[name][to] = values
        report(3, part.stop)
    for array in out.values():
        array.flush()


def _indptr(lines: LineFiles, basket: np.ndarray, baskets: int, report: Report) -> np.ndarray:
    """(baskets + 1,) int64: where the lines of each basket begin."""
    slot, indptr = lines.column("slot"), np.zeros(baskets + 1, np.int64)
    for low, high in _chunks(lines.total):
        found, many = np.unique(basket[slot[low:high]], return_counts=True)
        indptr[found + 1] += many
        report(0, high)
    return np.cumsum(indptr, out=indptr)


def _scattered(
    lines: LineFiles, basket: np.ndarray, position: np.ndarray, indptr: np.ndarray, names: list[str], report: Report
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """(items, amounts) of the lines, those of a basket together and in the order of the file."""
    slot, code = lines.column("slot"), lines.column("item")
    amounts = {name: lines.column(name) for name in names}
    items = scratch_array(lines.total, np.int32, lines.folder)
    out = {name: scratch_array(lines.total, np.float32, lines.folder) for name in names}
    free = indptr[:-1].copy()
    for low, high in _chunks(lines.total):
        at = basket[slot[low:high]]
        order = np.argsort(at, kind="stable")
        at = at[order]
        first = np.flatnonzero(np.r_[True, at[1:] != at[:-1]])
        size = np.diff(np.r_[first, len(at)])
        to = free[at] + np.arange(len(at)) - np.repeat(first, size)
        free[at[first]] += size
        items[to] = position[code[low:high]][order]
        for name, values in amounts.items():
            out[name][to] = values[low:high][order]
        report(1, high)
    return items, out


def _chunks(total: int) -> Iterator[tuple[int, int]]:
    for low in range(0, total, CHUNK):
        yield low, min(low + CHUNK, total)
