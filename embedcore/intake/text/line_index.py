"""An index of a text file: where its lines are, how many records they make, and which lines cannot be read."""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from embedcore.data import scratch_array
from embedcore.intake.text.dialect import Dialect
from embedcore.intake.text.lexer import Lexer
from embedcore.intake.text.swallowed import FOOTERS
from embedcore.progress import Progress, part, silent

STEP = 1 << 22  # bytes, or lines, looked at at a time
LONG_LINE = 8 << 10  # bytes from which the cells of a line are counted before the parser sees it
TEXT = 2000  # characters of a rejected row that are kept for the screen


@dataclass(frozen=True, eq=False)
class BadLine:
    """A line (0-based) that breaks the rules of quotes."""

    line: int
    reason: str
    text: str


@dataclass(frozen=True, eq=False)
class LineIndex:
    """data: the mapped text. start: (lines + 1,) int64 byte offsets of the lines. spans: first line -> lines of records
    that take several. blank: (lines,) bool, lines that are no record. first: the first line of records. records: how
    many there are from there on, bad ones included. quotes: there are any. padded: some follow several spaces, which
    the parser takes for plain characters and we do not."""

    data: mmap.mmap
    delimiter: str
    start: np.ndarray
    blank: np.ndarray
    spans: dict[int, int]
    bad: dict[int, BadLine]
    first: int
    records: int
    quotes: bool
    padded: bool

    @property
    def lines(self) -> int:
        """How many lines the text has."""
        return len(self.start) - 1

    @property
    def longest(self) -> int:
        """Bytes of the longest record."""
        size = max((int(sizes.max(initial=0)) for _, sizes in _sizes(self.start)), default=0)
        return max([size, *(int(self.start[n + k] - self.start[n]) for n, k in self.spans.items())])

    def line(self, n: int, lines: int = 1) -> bytes:
        """Line n, or the record of several lines that begins there, without the last line end."""
        return self.data[int(self.start[n]) : int(self.start[n + lines]) - 1]

    def record_at(self, n: int) -> int | None:
        """The record that the parser means by line n, as it counts empty lines before a record as part of it; None when
        that is a line of spaces."""
        while n < self.lines - 1 and self.start[n + 1] - self.start[n] == 1:
            n += 1
        return n if n in self.bad or not self.blank[n] else None

    def kept_lines(self, rejected: np.ndarray) -> np.ndarray:
        """(rows,) int64: the 1-based lines in which the records begin, without the rejected ones."""
        begins = ~self.blank[: self.lines]
        begins[: self.first] = False
        for n, lines in self.spans.items():
            begins[n + 1 : n + lines] = False
        begins[rejected - 1] = False
        return np.flatnonzero(begins).astype(np.int64) + 1

    def blot(self) -> None:
        """Overwrite the bad lines with spaces: one cell, which the parser refuses where there are several columns, and
        no quote that could swallow the lines after it."""
        for n in self.bad:
            low, high = int(self.start[n]), int(self.start[n + 1]) - 1
            self.data[low:high] = b" " * (high - low)


def index_lines(data: mmap.mmap, how: Dialect, near: Path | None = None, progress: Progress = silent) -> LineIndex:
    """Count the records from line `how.first` on by the rules of quotes, before anything parses them. near: a folder
    where the index of a large file may lie."""
    start = _starts(data, near, part(progress, 0, 40))
    blank = _blank(data, start, near)
    spans: dict[int, int] = {}
    bad: dict[int, BadLine] = {}
    first = min(how.first, len(start) - 1)
    quotes = data.find(b'"', int(start[first])) >= 0
    index = LineIndex(data, how.delimiter, start, blank, spans, bad, first, 0, quotes, False)
    padded = False
    if quotes:
        spaces = re.compile(rb"(?:^|" + re.escape(how.delimiter.encode()) + rb') {2,}"', re.MULTILINE)
        padded = data.find(b'  "', int(start[first])) >= 0 and spaces.search(data, int(start[first])) is not None
        where = _quoted(data, start, first, part(progress, 40, 60))
        doubt = partial(how.likeness().doubt, index.line)
        for n, record in enumerate(Lexer(how.delimiter).records(index.line, first, index.lines, where, doubt)):
            if n % 4096 == 0:
                progress(60 * index.lines + 40 * record.line, 100 * index.lines, note="Looking at the quotes")
            if record.problem:
                text = index.line(record.line)[: 4 * TEXT].decode("utf-8", "replace")
                bad[record.line] = BadLine(record.line, record.problem, text[:TEXT])
            elif record.lines > 1:
                # Lines inside a record are not records themselves, empty or not.
                blank[record.line : record.line + record.lines] = False
                spans[record.line] = record.lines
            elif how.width == 1 and index.line(record.line).strip(b" ") == b'""':
                blank[record.line] = True  # in one column an empty cell and an empty line are the same
    _names_again(index, how)
    if how.usual:
        _footers(index, how)
    _overfull(index, how)
    inside = sum(spans.values()) - len(spans)
    records = index.lines - first - inside - int(np.count_nonzero(blank[first:]))
    return replace(index, records=records, padded=padded)


def _names_again(index: LineIndex, how: Dialect) -> None:
    """Mark lines that repeat the column names as bad: exports that were put together carry them once for each part."""
    if how.header is None or how.width < 2 or index.first != how.header + 1:
        return
    names = b"\n" + index.line(how.header) + b"\n"
    at = index.data.find(names, int(index.start[index.first]) - 1) if names.strip() else -1
    begin = np.array([0, *index.spans], np.int64)
    end = begin + np.array([0, *index.spans.values()], np.int64)
    while at >= 0:
        n = int(np.searchsorted(index.start, at + 1, side="right") - 1)
        inside = n < end[np.searchsorted(begin, n, side="right") - 1]
        if not inside and n not in index.bad:
            index.bad[n] = BadLine(
                n, "these are the column names once more", names.strip().decode("utf-8", "replace")[:TEXT]
            )
        at = index.data.find(names, at + 1)


def _footers(index: LineIndex, how: Dialect) -> None:
    """Mark the last lines as bad where they hold a remark in the first cell and nothing else, as “(60 rows),,” does."""
    likely, inside = how.likeness(), {at + lines - 1 for at, lines in list(index.spans.items())[-FOOTERS:]}
    n, found = index.lines - 1, 0
    while n >= index.first and found < FOOTERS and n not in inside:
        if not index.blank[n] and n not in index.bad:
            line, found = index.line(n), found + 1
            if likely.footer(line):
                text = line[: 4 * TEXT].decode("utf-8", "replace")[:TEXT]
                index.bad[n] = BadLine(n, "only its first cell is filled, as in a remark below a table", text)
            elif likely.wide(line):
                return
        n -= 1


def _overfull(index: LineIndex, how: Dialect) -> None:
    """Mark long lines with too many cells as bad: the parser would copy the whole line once for every surplus cell,
    which takes minutes and gigabytes for one line of 200,000 cells."""
    lexer, delimiter = Lexer(how.delimiter), how.delimiter.encode()
    for n in [int(at + k) for at, sizes in _sizes(index.start) for k in np.flatnonzero(sizes > LONG_LINE)]:
        if n < index.first or n in index.bad or n in index.spans or index.blank[n]:
            continue
        line = index.line(n)
        if line.count(delimiter) >= how.width and any((cells := lexer.cells(line))[how.width :]):
            index.bad[n] = BadLine(
                n, too_many(len(cells), how.width), line[: 4 * TEXT].decode("utf-8", "replace")[:TEXT]
            )


def too_many(cells: int, width: int) -> str:
    """Why a row with more cells than the header is rejected."""
    return f"too many cells: {cells:,} instead of {width:,}"


def _found(data: mmap.mmap, byte: int) -> Iterator[np.ndarray]:
    """Offsets of a byte, part by part."""
    whole = np.frombuffer(data, np.uint8)
    for at in range(0, len(whole), STEP):
        yield np.flatnonzero(whole[at : at + STEP] == byte) + at


def _starts(data: mmap.mmap, near: Path | None, progress: Progress) -> np.ndarray:
    """(lines + 1,) int64: where the lines begin, and the end."""
    lines = done = 0
    whole = np.frombuffer(data, np.uint8)
    for at in range(0, len(whole), STEP):
        lines += int(np.count_nonzero(whole[at : at + STEP] == 10))
        progress(at, 2 * len(whole), note="Counting the lines")
    start = scratch_array(lines + 1, np.int64, near)
    start[0] = 0
    for parts in _found(data, 10):
        start[done + 1 : done + 1 + len(parts)] = parts + 1
        done += len(parts)
        progress(lines + done, 2 * lines, note="Counting the lines")
    return start


def _sizes(start: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """(first line, bytes of each line), part by part."""
    for at in range(0, len(start) - 1, STEP):
        yield at, np.diff(start[at : at + STEP + 1])


def _quoted(data: mmap.mmap, start: np.ndarray, first: int, progress: Progress) -> Sequence[int]:
    """The lines that hold a quote."""
    parts: list[np.ndarray] = []
    last = -1
    for n, offsets in enumerate(_found(data, 34)):
        progress(min(n * STEP, len(data)), len(data), note="Looking at the quotes")
        lines = np.unique(np.searchsorted(start, offsets, side="right") - 1)
        lines = lines[(lines >= first) & (lines > last)]
        if len(lines):
            parts.append(lines.astype(np.int32 if len(start) < 1 << 31 else np.int64))
            last = int(lines[-1])
    found = np.concatenate([np.empty(0, np.int32), *parts])
    return found.tolist() if len(found) < 1 << 22 else _Ints(found)


class _Ints(Sequence[int]):
    """An array as ints, without an object for each."""

    def __init__(self, found: np.ndarray) -> None:
        self._found = found

    def __len__(self) -> int:
        return len(self._found)

    def __getitem__(self, n: Any) -> Any:
        return int(self._found[n])


def _blank(data: mmap.mmap, start: np.ndarray, near: Path | None) -> np.ndarray:
    """(lines,) bool: empty, or nothing but spaces."""
    whole, blank = np.frombuffer(data, np.uint8), scratch_array(len(start) - 1, bool, near)
    for at, size in _sizes(start):
        blank[at : at + len(size)] = size == 1
        for n in at + np.flatnonzero((size > 1) & (whole[start[at : at + len(size)]] == 32)):
            blank[n] = not data[int(start[n]) : int(start[n + 1]) - 1].strip(b" ")
    return blank
