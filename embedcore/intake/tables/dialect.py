"""The delimiter, the line of the header, and whether each line is one basket: decided on the start of the text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from embedcore.intake.tables.lexer import Lexer

# Chosen by hand.
STEADY = 0.6  # below this share of records with one number of cells, a text has no columns
DELIMITERS = (",", ";", "\t", "|")
NUMBER = re.compile(r"[-+(]?[\s$€£¥₹]*\d[\d\s.,'’]*(?:[eE][-+]?\d+)?[\s%$€£¥₹)]*\Z")
DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[ T]\d{1,2}:\d{2}.*)?\Z")
# Lines of many lengths are baskets when there are so many of them, of so many lengths, so many with several cells, and
# nearly all cells are no longer than this. Chosen by hand.
_RAGGED_LINES, _LENGTHS, _SEVERAL, _SHORT, _SHORT_CELLS = 5, 3, 0.4, 40, 0.95
# First cells of a line that names the content of a file of baskets, one a line.
BASKET_WORDS = {
    "items",
    "item",
    "basket",
    "baskets",
    "products",
    "product",
    "transaction",
    "transactions",
    "order",
    "orders",
    "user_id",
    "user",
    "customer",
    "customer_id",
    "basket_id",
    "order_id",
    "transaction_id",
    "id",
    "product_id",
    "product_ids",
    "item_id",
    "item_ids",
    "items_bought",
    "item(s)",
}


@dataclass(frozen=True)
class Dialect:
    """How to read delimited text. header: 0-based line of the column names, None when there are none; first: 0-based
    line of the first record; columns: the names as they stand in the file ([] when there are none); width: cells in a
    record; ragged: lines have different numbers of cells by nature (one basket per line)."""

    delimiter: str
    header: int | None
    first: int
    columns: tuple[str, ...]
    width: int
    ragged: bool = False


def find(
    lines: Sequence[bytes], delimiter: str | None = None, header_line: int | None = None, *, ragged: bool = False
) -> Dialect:
    """The dialect of a text from its first lines (UTF-8, without line ends).

    header_line: 1-based line of the column names, 0 when there are none, None to find it. ragged: each line is known to
    be one basket.
    """
    sep_line = re.match(rb"sep=(.)\Z", lines[0].strip(b"\xef\xbb\xbf \r")) if lines else None
    if sep_line and delimiter is None:
        delimiter = sep_line.group(1).decode("ascii", "replace")
    skip = 1 if sep_line else 0
    tried = [delimiter] if delimiter else list(DELIMITERS)
    rows = {d: _rows(lines, d, skip) for d in tried}
    best = max(tried, key=lambda d: _score(rows[d]))
    body = rows[best]
    if ragged or (header_line is None and _share(body) < STEADY):
        lists = max(tried, key=lambda d: _several(rows[d]))
        if ragged or _looks_ragged(rows[lists]):
            return _ragged(lists, rows[lists], header_line, skip)
    width = _mode(body)
    if header_line is not None and header_line > 0:
        named = next((cells for line, cells in _rows(lines, best, header_line - 1) if line == header_line - 1), [])
        width = max(len(named), 1) if not body else max(width, len(named))
        return Dialect(best, header_line - 1, header_line, tuple(named), width)
    if header_line == 0:
        return Dialect(best, None, body[0][0] if body else skip, (), width)
    return _with_header(best, body, width, skip)


def _rows(lines: Sequence[bytes], delimiter: str, start: int) -> list[tuple[int, list[str]]]:
    """(line, cells) of the usable records that are not blank."""
    lexer = Lexer(delimiter)
    special = {r.line: r for r in lexer.records(lines.__getitem__, start, len(lines))}
    out, n = [], start
    while n < len(lines):
        record = special.get(n)
        size = record.lines if record else 1
        text = b"\n".join(lines[n : n + size])
        if text.strip() and not (record and record.problem):
            out.append((n, lexer.cells(text)))
        n += size
    return out


def _mode(rows: list[tuple[int, list[str]]]) -> int:
    counts = Counter(len(cells) for _, cells in rows)
    # The commonest number of cells; of equally common ones the larger, since titles are narrow.
    return max(counts, key=lambda w: (counts[w], w)) if counts else 1


def _several(rows: list[tuple[int, list[str]]]) -> float:
    """Share of records with more than one cell."""
    return sum(len(c) > 1 for _, c in rows) / max(len(rows), 1)


def _share(rows: list[tuple[int, list[str]]]) -> float:
    """Share of records with the commonest number of cells, 0 when that is one."""
    width = _mode(rows)
    return sum(len(c) == width for _, c in rows) / len(rows) if width > 1 else 0.0


def _score(rows: list[tuple[int, list[str]]]) -> tuple[float, ...]:
    """How well a delimiter fits: steady first; then from the top on, since a decimal comma in every row is steady but
    absent from the names; then many columns. Without columns the one that occurs least."""
    width, share = _mode(rows), _share(rows)
    if width < 2:
        return (0.0, -_several(rows))
    top = next(n for n, (_, cells) in enumerate(rows) if len(cells) == width)
    return (round(min(share, 0.9), 1), -top, width, share)


def _looks_ragged(rows: list[tuple[int, list[str]]]) -> bool:
    """Short texts in lines of many different lengths: baskets, one a line."""
    if len(rows) < _RAGGED_LINES:
        return False
    kinds = len({len(c) for _, c in rows})
    cells = [cell for _, row in rows for cell in row]
    short = sum(len(c) <= _SHORT for c in cells) / len(cells)
    return kinds >= _LENGTHS and _several(rows) >= _SEVERAL and short > _SHORT_CELLS


def _ragged(delimiter: str, rows: list[tuple[int, list[str]]], header_line: int | None, skip: int) -> Dialect:
    first = rows[0][0] if rows else skip
    names: tuple[str, ...] = ()
    header = header_line - 1 if header_line else None
    if rows and header_line is None:
        cells = [c.strip().lower() for c in rows[0][1]]
        below = {c.strip().lower() for _, row in rows[1:] for c in row}
        if all(re.sub(r"\W+", "_", c).strip("_") in BASKET_WORDS for c in cells) and not set(cells) & below:
            header = rows[0][0]
    if header is not None:
        names = tuple(next((cells for line, cells in rows if line == header), []))
        first = header + 1
    return Dialect(delimiter, header, first, names, max(len(names), 1), ragged=True)


def _with_header(delimiter: str, rows: list[tuple[int, list[str]]], width: int, skip: int) -> Dialect:
    at = next((n for n, (_, cells) in enumerate(rows) if len(cells) == width), None)
    if at is None:
        return Dialect(delimiter, None, skip, (), width)
    line, cells = rows[at]
    wide = [c for _, c in rows[at:] if len(c) == width]
    names = rows[at - 1][1] if at else []
    if 1 < len(names) < width and is_label_row(names, [c for _, c in rows[at:]]):
        missing = width - len(names)
        if all(not "".join(c[-missing:]).strip() for c in wide):
            return Dialect(delimiter, rows[at - 1][0], line, (*names, *[""] * missing), width)
        if missing == 1 and _counts(c[0] for c in wide):
            return Dialect(delimiter, rows[at - 1][0], line, ("", *names), width)
        if not is_label_row(cells, wide[1:]):
            # Most rows have more cells than names, as when delimiters in a text are not quoted: they are rejected
            # and seen, rather than read one column off.
            return Dialect(delimiter, rows[at - 1][0], line, tuple(names), len(names))
    if is_label_row(cells, wide[1:]):
        return Dialect(delimiter, line, line + 1, tuple(cells), width)
    return Dialect(delimiter, None, rows[0][0], (), width)


def _counts(cells: Iterable[str]) -> bool:
    """Are these row numbers, 0, 1, 2 or 1, 2, 3?"""
    numbers = [int(c) if c.strip().isdecimal() else -1 for c in cells]
    return numbers[0] in (0, 1) and all(b > a >= 0 for a, b in pairwise(numbers))


def is_label_row(cells: list[str], below: list[list[str]]) -> bool:
    """Are these names of columns? Not when they look like the values under them."""
    labels = [c.strip() for c in cells]
    if not any(labels):
        return False
    numeric = sum(bool(NUMBER.match(c) or DATE.match(c)) for c in labels)
    if not below:
        return numeric == 0
    columns = list(zip(*(row for row in below if len(row) >= len(labels)), strict=False))
    for cell, column in zip(labels, columns, strict=False):
        values = [v.strip() for v in column if v.strip()]
        same_kind = [v for v in values if NUMBER.match(v) or DATE.match(v)]
        if cell and values and (NUMBER.match(cell) or DATE.match(cell)) and len(same_kind) >= 0.8 * len(values):
            return False
    # Files put together from several carry the names again further down.
    everywhere = {v.strip() for row in below if row != cells for v in row}
    filled = [c for c in labels if c]
    return sum(c in everywhere for c in filled) < 0.5 * len(filled)
