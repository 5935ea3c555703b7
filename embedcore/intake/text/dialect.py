"""The delimiter, the line of the header, and whether each line is one basket: decided on the start of the text.

No line is passed over in silence: without names the records begin in the first line, whatever stands there; with names
they begin where the record of the names ends.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from embedcore.intake.text.header import counts, doubtful, is_label_row, repeated, sure
from embedcore.intake.text.lexer import NEVER_CLOSED, Lexer
from embedcore.intake.text.swallowed import Likeness

# Chosen by hand.
SURE = 0.9  # of the lines must have a rare delimiter equally often
STEADY = 0.6  # below this share of records with one number of cells, a text has no columns
DELIMITERS = (",", ";", "\t", "|")
RARE = ("^", "~", "\x01", "\x1e", "\x1f")  # taken only where nearly every line has as many of them as the first
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

_TITLED, _TITLES = 3, 10  # columns at least, and lines at the top, where titles may be padded (chosen by hand)


@dataclass(frozen=True)
class Dialect:
    """How to read delimited text. header: 0-based line of the column names, None when there are none; first: 0-based
    line of the first record; columns: the names as they stand in the file ([] when there are none); width: cells in a
    record; ragged: lines have different numbers of cells by nature (one basket per line). usual: cells of the first
    whole records. notices: what a person should know about the names. doubtful: nothing tells whether the first line
    names the columns."""

    delimiter: str
    header: int | None
    first: int
    columns: tuple[str, ...]
    width: int
    ragged: bool = False
    usual: Sequence[list[str]] = ()
    notices: tuple[str, ...] = ()
    doubtful: bool = False

    def likeness(self) -> Likeness:
        """What a whole record looks like."""
        return Likeness(self.delimiter, self.width, self.usual)


class Row(NamedTuple):
    """A record of the sample: its first line, its cells, and how many lines it takes."""

    line: int
    cells: list[str]
    lines: int = 1


def find(
    lines: Sequence[bytes], delimiter: str | None = None, header_line: int | None = None, *, ragged: bool = False
) -> Dialect:
    """The dialect of a text from its first lines (UTF-8, without line ends).

    header_line: 1-based line of the column names, 0 when there are none, None to find it. ragged: each line is known to
    be one basket.
    """
    skip = 1 if lines and (named := separator_line(lines[0])) else 0
    if skip and delimiter is None:
        delimiter = named
    rare = [d for d in RARE if any(d.encode() in line for line in lines[skip : skip + 1])]
    tried = [delimiter] if delimiter else [*DELIMITERS, *rare]
    rows = {d: _rows(lines, d, skip) for d in tried}
    tried = [d for d in tried if d == delimiter or d not in RARE or (_share(rows[d]) > SURE and _top(rows[d]) == 0)]
    best = max(tried, key=lambda d: _score(rows[d]))
    body = rows[best]
    if ragged or (header_line is None and _share(body) < STEADY):
        lists = max(tried, key=lambda d: _several(rows[d]))
        if ragged or _looks_ragged(rows[lists]):
            return _ragged(lists, rows[lists], header_line, skip)
    width = _mode(body)
    usual = [row.cells for row in body if row.lines == 1 and len(row.cells) == width]
    usual = usual[1:] if usual and is_label_row(usual[0], usual[1:]) else usual
    likely = Likeness(best, width, usual)
    # Rows that an open quote swallowed are looked at again, line by line.
    body = _rows(lines, best, skip, likely) if any(row.lines > 1 for row in body) else body
    if header_line is not None and header_line > 0:
        named_row = next((r for r in _rows(lines, best, header_line - 1) if r.line == header_line - 1), None)
        cells = named_row.cells if named_row else likely.split(lines[header_line - 1])
        width = max(len(cells), 1) if not body else max(width, len(cells))
        first = header_line - 1 + (named_row.lines if named_row else 1)
        return Dialect(best, header_line - 1, first, tuple(cells), width, usual=usual)
    if header_line == 0:
        return Dialect(best, None, skip, (), width, usual=usual)
    found = _with_header(best, body, width, skip)
    return _broken_names(lines, replace(found, usual=usual), skip, {row.line for row in body})


def separator_line(line: bytes) -> str | None:
    """The delimiter that a first line such as “sep=;” names.

    >>> separator_line(b"sep=;"), separator_line(b"id;title")
    (';', None)
    """
    found = re.match(rb"\"?sep=([^\"\s]|\t)\"?\Z", line.removeprefix(b"\xef\xbb\xbf").strip(b" \r"), re.IGNORECASE)
    return found.group(1).decode("ascii", "replace") if found else None


def open_at_end(lines: Sequence[bytes]) -> bool:
    """Whether, with any delimiter, a quote is open where the lines end.

    >>> open_at_end([b"a,b", b'1,"x']), open_at_end([b"a,b", b'1,x"'])
    (True, False)
    """
    at = lines.__getitem__
    found = (Lexer(d).records(at, 0, len(lines)) for d in DELIMITERS if any(b'"' in line for line in lines))
    return any(record.problem == NEVER_CLOSED for records in found for record in records)


def _rows(lines: Sequence[bytes], delimiter: str, start: int, likely: Likeness | None = None) -> list[Row]:
    """The usable records that are not blank."""
    lexer = Lexer(delimiter)
    doubt = (lambda at, size: likely.doubt(lines.__getitem__, at, size)) if likely else None
    special = {r.line: r for r in lexer.records(lines.__getitem__, start, len(lines), doubt=doubt)}
    out, n = [], start
    while n < len(lines):
        record = special.get(n)
        size = record.lines if record else 1
        text = b"\n".join(lines[n : n + size])
        if text.strip() not in (b"", b'""') and not (record and record.problem):
            out.append(Row(n, lexer.cells(text), size))
        n += size
    return out


def _mode(rows: list[Row]) -> int:
    counts = Counter(len(r.cells) for r in rows)
    # The commonest number of cells; of equally common ones the larger, since titles are narrow.
    return max(counts, key=lambda w: (counts[w], w)) if counts else 1


def _several(rows: list[Row]) -> float:
    """Share of records with more than one cell."""
    return sum(len(r.cells) > 1 for r in rows) / max(len(rows), 1)


def _share(rows: list[Row]) -> float:
    """Share of records with the commonest number of cells, 0 when that is one."""
    width = _mode(rows)
    return sum(len(r.cells) == width for r in rows) / len(rows) if width > 1 else 0.0


def _score(rows: list[Row]) -> tuple[float, ...]:
    """How well a delimiter fits: steady first; then from the top on, since a decimal comma in every row is steady but
    absent from the names; then many columns. Without columns the one that occurs least."""
    width, share = _mode(rows), _share(rows)
    if width < 2:
        return (0.0, -_several(rows))
    return (round(min(share, 0.9), 1), -_top(rows), width, share)


def _top(rows: list[Row]) -> int:
    """The first record with the commonest number of cells."""
    width = _mode(rows)
    return next((n for n, row in enumerate(rows) if len(row.cells) == width), 0)


def _looks_ragged(rows: list[Row]) -> bool:
    """Short texts in lines of many different lengths: baskets, one a line."""
    if len(rows) < _RAGGED_LINES:
        return False
    kinds = len({len(row.cells) for row in rows})
    cells = [cell for row in rows for cell in row.cells]
    short = sum(len(c) <= _SHORT for c in cells) / len(cells)
    return kinds >= _LENGTHS and _several(rows) >= _SEVERAL and short > _SHORT_CELLS


def _ragged(delimiter: str, rows: list[Row], header_line: int | None, skip: int) -> Dialect:
    first = skip
    names: tuple[str, ...] = ()
    header = header_line - 1 if header_line else None
    if rows and header_line is None:
        cells = [c.strip().lower() for c in rows[0].cells]
        below = {c.strip().lower() for row in rows[1:] for c in row.cells}
        if all(re.sub(r"\W+", "_", c).strip("_") in BASKET_WORDS for c in cells) and not set(cells) & below:
            header = rows[0].line
    if header is not None:
        names = tuple(next((row.cells for row in rows if row.line == header), []))
        first = header + 1
    return Dialect(delimiter, header, first, names, max(len(names), 1), ragged=True)


def _with_header(delimiter: str, rows: list[Row], width: int, skip: int) -> Dialect:
    rows = _below_remarks(rows, width)
    at = next((n for n, row in enumerate(rows) if len(row.cells) == width), None)
    if at is None:
        return Dialect(delimiter, None, skip, (), width)
    at = _below_padded_titles(rows, at, width)
    line, cells, size = rows[at]
    wide = [row.cells for row in rows[at:] if len(row.cells) == width]
    names = rows[at - 1].cells if at else []
    if 1 < len(names) < width and is_label_row(names, [row.cells for row in rows[at:]]):
        missing = width - len(names)
        above, first = rows[at - 1].line, rows[at - 1].line + rows[at - 1].lines
        if all(not "".join(c[-missing:]).strip() for c in wide):
            return Dialect(delimiter, above, first, (*names, *[""] * missing), width)
        if missing == 1 and counts(c[0] for c in wide):
            return Dialect(delimiter, above, first, ("", *names), width)
        if not is_label_row(cells, wide[1:]):
            # Most rows have more cells than names, as when delimiters in a text are not quoted: they are rejected
            # and seen, rather than read one column off.
            return Dialect(delimiter, above, first, tuple(names), len(names))
    if is_label_row(cells, wide[1:]):
        doubt = doubtful(cells, wide[1:])
        if not doubt or not repeated(cells, wide[1:]):
            return Dialect(delimiter, line, line + size, tuple(cells), width, doubtful=doubt)
    return Dialect(delimiter, None, skip, (), width)


def _below_padded_titles(rows: list[Row], at: int, width: int) -> int:
    """The row of the names where titles stand above it that were padded to the width of the table: “Price list;;;”."""

    def filled(row: Row) -> int:
        return sum(bool(cell.strip()) for cell in row.cells)

    if width < _TITLED or filled(rows[at]) > width // 2:
        return at
    for n in range(at + 1, min(at + _TITLES, len(rows))):
        if len(rows[n].cells) != width:
            return at
        if filled(rows[n]) > width // 2:
            below = [row.cells for row in rows[n + 1 :] if len(row.cells) == width]
            return n if sure(rows[n].cells, below) and is_label_row(rows[n].cells, below) else at
    return at


def _below_remarks(rows: list[Row], width: int) -> list[Row]:
    """Without the lines at the top that begin with #, when what follows them can only be names."""
    top = next((n for n, row in enumerate(rows) if not row.cells[0].lstrip().startswith("#")), 0)
    below = [row.cells for row in rows[top + 1 :] if len(row.cells) == width]
    return rows[top:] if top and len(rows[top].cells) == width and sure(rows[top].cells, below) else rows


def _broken_names(lines: Sequence[bytes], found: Dialect, skip: int, usable: Container[int]) -> Dialect:
    """The same, or the names from the first filled line where that is as wide as the table but has an odd quote, or
    another delimiter: then the row that looked like names is a row."""
    top = next((n for n in range(skip, len(lines)) if lines[n].strip()), None)
    below = [row for row in found.usual if row != list(found.columns)]
    if top is None or found.width < 2 or found.header == top or sure(found.columns, below):
        return found
    likely = found.likeness()
    if top not in usable and likely.wide(lines[top]):
        names, why = likely.split(lines[top]), "have a quote that does not fit, which is left out"
    else:
        if _fits(lines[top], found.delimiter, found.width):
            return found
        both = [lines[n] for n in (top, next((n for n in range(top + 1, len(lines)) if lines[n].strip()), top))]
        both = both if found.width == 2 else both[:1]
        other = next(
            (d for d in DELIMITERS if d != found.delimiter and all(_fits(x, d, found.width) for x in both)), ""
        )
        if not other:
            return found
        names = Lexer(other).cells(lines[top])
        why = f"are separated by {spoken(other)} and not by {spoken(found.delimiter)} as the rows are"
    if not is_label_row(names, found.usual):
        return found
    notice = f"CAUTION: the column names in line {top + 1:,} {why}."
    return replace(found, header=top, first=top + 1, columns=tuple(names), notices=(notice,))


def _fits(line: bytes, delimiter: str, width: int) -> bool:
    """Whether a line has that many cells with this delimiter."""
    return len(Lexer(delimiter).cells(line)) == width


def spoken(delimiter: str) -> str:
    """A delimiter as a sentence names it.

    >>> spoken(";"), spoken("\\t"), spoken("\\x01")
    ('“;”', 'a tab', 'the control sign Ctrl-A')
    """
    if len(delimiter) == 1 and delimiter < " " and delimiter != "\t":
        return f"the control sign Ctrl-{chr(ord(delimiter) + 64)}"
    return {"\t": "a tab", " ": "a space"}.get(delimiter, f"“{delimiter}”")
