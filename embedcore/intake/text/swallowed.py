"""Rows that an open quote swallowed: does a quoted cell over many lines hold text, or whole rows of the table?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from embedcore.intake.text.lexer import Lexer

# Chosen by hand.
ALIKE = 0.9  # share of lines, or of cells of a column, that must be alike
FEW, FEWER = 3, 5  # lines that must look like rows: in general, and where only the number of cells tells
FOOTERS = 5  # lines at the end that may be remarks
_DIGITS, _LETTERS = re.compile(r"\d+(?:[.,]\d+)*"), re.compile(r"[^\W\d_]+")


class Likeness:
    """What a whole record of a table looks like: its number of cells, and the shape of those in steady columns.

    >>> rows = [["K01", "Mug", "9.99"], ["K02", "Red cup", "5.00"], ["K03", "Hat", "7.00"]]
    >>> likeness = Likeness(",", 3, rows)
    >>> likeness.fits(b'K04,Shoe"s,1.50'), likeness.fits(b"red, large, round")
    (True, False)
    """

    def __init__(self, delimiter: str, width: int, rows: Sequence[Sequence[str]]) -> None:
        self.width, self._lexer, self._delimiter = width, Lexer(delimiter), delimiter.encode()
        self._shapes: dict[int, str] = {}
        body = rows[:-FOOTERS]
        self._lone = len(body) < FEW or any(not any(row[1:]) for row in body)
        later = [cell for row in rows for cell in row[1:]]
        self._spaced = sum(cell.startswith(" ") for cell in later) > (1 - ALIKE) * len(later)
        for n, column in enumerate(zip(*rows, strict=False)):
            common = Counter(form for cell in column if (form := shape(cell))).most_common(1)
            if common and "9" in common[0][0] and common[0][1] >= ALIKE * sum(bool(shape(c)) for c in column):
                self._shapes[n] = common[0][0]

    def split(self, line: bytes) -> list[str]:
        """The cells of a line by its delimiters alone, without quotes around them."""
        return [c.decode("utf-8", "replace").strip(" ").strip('"') for c in line.split(self._delimiter)]

    def wide(self, line: bytes) -> bool:
        """Whether a line has, quotes aside, as many cells as a record."""
        surplus = line.count(self._delimiter) + 1 - self.width
        return surplus == 0 or (surplus > 0 and not any(line.split(self._delimiter)[self.width :]))

    def plain(self, line: bytes) -> bool:
        """Whether a line is as wide as a record and no sentence, in which spaces follow the commas."""
        return self.wide(line) and (self._spaced or line.count(self._delimiter + b" ") < line.count(self._delimiter))

    def fits(self, line: bytes) -> bool:
        """Whether a line looks like a record: in every column of numbers, and in at least half of the others that are
        steady."""
        if not self.plain(line):
            return False
        cells = self.split(line)
        missed = [form for n, form in self._shapes.items() if shape(cells[n]) not in ("", form)]
        others = sum(form != "9" for form in self._shapes.values())
        return "9" not in missed and len(missed) <= others // 2

    def footer(self, line: bytes) -> bool:
        """Whether a line has nothing but a first cell, of another shape than usual, and no usual row is like that."""
        if self._lone or self.width < 3 or not self.wide(line):
            return False
        first, *others = self.split(line)
        return bool(first) and not any(others) and shape(first) != self._shapes.get(0)

    def doubt(self, line: Callable[[int], bytes], at: int, size: int) -> str:
        """Why the record of several lines that begins in line `at` is none, or "" when it is one."""
        if self.width < 2:
            return ""
        rows = [text for n in range(at + 1, at + size) if (text := line(n)).strip()]
        plain = sum(map(self.plain, rows))
        if not plain or 2 * plain < len(rows):
            return ""
        cells = self._lexer.cells(b"\n".join(line(n) for n in range(at, at + size)))
        whole = len(cells) >= self.width and not any(cells[self.width :])
        if whole and not self._are_rows(rows, first=self.wide(line(at))):
            return ""
        return f"a quote is opened in this line and closed only in line {at + size:,}: the lines between look like rows"

    def _are_rows(self, rows: list[bytes], *, first: bool) -> bool:
        if self._shapes:
            if len(rows) < FEW and (self.width == 2 or not first):
                return False
            return self._mostly(self.fits, rows)
        return len(rows) >= (FEWER if self.width == 2 else FEW) and self._mostly(self.plain, rows)

    @staticmethod
    def _mostly(test: Callable[[bytes], bool], rows: list[bytes]) -> bool:
        spare = int((1 - ALIKE) * len(rows) + 1e-9)
        for row in rows:
            if not test(row):
                spare -= 1
                if spare < 0:
                    return False
        return True


def shape(cell: str) -> str:
    """A cell with its digits as 9 and its words as a; "" when it is empty.

    >>> shape("K012 red"), shape("9.99"), shape(" ")
    ('a9 a', '9', '')
    """
    return _LETTERS.sub("a", _DIGITS.sub("9", cell.strip()))
