"""The books of a text file: where its lines are, how many records they make, and which lines nobody can read."""

from __future__ import annotations

import mmap
import re
from dataclasses import dataclass

import numpy as np

from embedcore.intake.dialect import Dialect
from embedcore.intake.lexer import Lexer

STEP = 1 << 24
LONG_LINE = 8 << 10
TEXT = 2000  # characters of a rejected row that are kept to show


@dataclass(frozen=True, eq=False)
class Bad:
    """A line (0-based) that breaks the rules of quotes."""

    line: int
    reason: str
    text: str


@dataclass(frozen=True, eq=False)
class Books:
    """start: (lines + 1,) int64 byte offsets of the lines; spans: first line -> lines of records that take several;
    blank: (lines,) bool, lines that are no record; records: all of them from line `first` on, the bad ones included;
    quotes: there are any; padded: some stand after several spaces, which the parser takes for plain characters and
    we do not."""

    data: mmap.mmap
    start: np.ndarray
    blank: np.ndarray
    spans: dict[int, int]
    bad: dict[int, Bad]
    first: int
    records: int
    quotes: bool
    padded: bool

    @property
    def lines(self) -> int:
        return len(self.start) - 1

    @property
    def longest(self) -> int:
        """Bytes of the longest record."""
        size = int(np.diff(self.start).max(initial=0))
        return max([size, *(int(self.start[n + k] - self.start[n]) for n, k in self.spans.items())])

    def line(self, n: int, lines: int = 1) -> bytes:
        """Line n, or the record of several lines that begins there, without the last line end."""
        return self.data[int(self.start[n]) : int(self.start[n + lines]) - 1]

    def record_at(self, n: int) -> int | None:
        """The record that a parser means by line n when it counts empty lines before a record as part of it; None
        when that is a line of spaces."""
        while n < self.lines - 1 and self.start[n + 1] - self.start[n] == 1:
            n += 1
        return n if n in self.bad or not self.blank[n] else None

    def blot(self) -> None:
        """Overwrite the bad lines with spaces in place: one cell, which the parser refuses where there are several
        columns, and no quote that could hurt the lines after it."""
        for n in self.bad:
            low, high = int(self.start[n]), int(self.start[n + 1]) - 1
            self.data[low:high] = b" " * (high - low)


def audit(data: mmap.mmap, how: Dialect) -> Books:
    """Count the records from line `how.first` on by the rules of quotes, before anything parses them."""
    start = np.concatenate([np.zeros(1, np.int64), _where(data, 10) + 1])
    blank = _blank(data, start)
    spans: dict[int, int] = {}
    bad: dict[int, Bad] = {}
    first = min(how.first, len(start) - 1)
    quotes = data.find(b'"', int(start[first])) >= 0
    books = Books(data, start, blank, spans, bad, first, 0, quotes, False)
    padded = False
    if quotes:
        spaces = re.compile(rb"(?:^|" + re.escape(how.delimiter.encode()) + rb') {2,}"', re.MULTILINE)
        padded = spaces.search(data, int(start[first])) is not None
        where = np.unique(np.searchsorted(start, _where(data, 34), side="right") - 1)
        for record in Lexer(how.delimiter).records(books.line, first, books.lines, where[where >= first].tolist()):
            if record.problem:
                text = books.line(record.line)[: 4 * TEXT].decode("utf-8", "replace")
                bad[record.line] = Bad(record.line, record.problem, text[:TEXT])
            elif record.lines > 1:
                # Lines inside a record are no records of their own, empty or not.
                blank[record.line : record.line + record.lines] = False
                spans[record.line] = record.lines
            elif how.width == 1 and books.line(record.line).strip(b" ") == b'""':
                blank[record.line] = True  # in one column an empty cell and an empty line are the same
    _overfull(books, how)
    inside = sum(spans.values()) - len(spans)
    records = books.lines - first - inside - int(blank[first:].sum())
    return Books(data, start, blank, spans, bad, first, records, quotes, padded)


def _overfull(books: Books, how: Dialect) -> None:
    """Mark long lines with too many cells as bad here: the parser copies the whole line once for every surplus cell,
    which takes minutes and gigabytes for one line of 200,000 cells."""
    lexer, delimiter = Lexer(how.delimiter), how.delimiter.encode()
    for n in np.flatnonzero(np.diff(books.start) > LONG_LINE).tolist():
        if n < books.first or n in books.bad or n in books.spans or books.blank[n]:
            continue
        line = books.line(n)
        if line.count(delimiter) >= how.width and any((cells := lexer.cells(line))[how.width :]):
            books.bad[n] = Bad(n, too_many(len(cells), how.width), line[: 4 * TEXT].decode("utf-8", "replace")[:TEXT])


def too_many(cells: int, width: int) -> str:
    """Why a row with more cells than the header is rejected."""
    return f"too many cells: {cells:,} instead of {width:,}"


def _where(data: mmap.mmap, byte: int) -> np.ndarray:
    """(n,) int64 offsets of a byte."""
    whole = np.frombuffer(data, np.uint8)
    parts = [np.flatnonzero(whole[at : at + STEP] == byte) + at for at in range(0, len(whole), STEP)]
    return np.concatenate(parts).astype(np.int64)


def _blank(data: mmap.mmap, start: np.ndarray) -> np.ndarray:
    """(lines,) bool: empty, or nothing but spaces."""
    size = np.diff(start)
    blank = size == 1
    first = np.frombuffer(data, np.uint8)[start[:-1]]
    for n in np.flatnonzero((size > 1) & (first == 32)):
        blank[n] = not data[int(start[n]) : int(start[n + 1]) - 1].strip(b" ")
    return blank
