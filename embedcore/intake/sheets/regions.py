"""What belongs to the table of a sheet: merged cells, names over two rows, a second table below or beside the first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from embedcore.intake.text.header import DATE, NUMBER, is_label_row

Rows = dict[int, list[str]]  # row -> its cells
Range = tuple[int, int, int, int]  # first row, first column, last row, last column

# Chosen by hand.
NEXT = 20  # rows that are looked at below the first of a block
BREAKS = 200  # empty rows from which a sheet is only loosely written, and no place of several tables
ALIKE = 0.8  # share of cells that are numbers, from which a column is one of numbers
SHORTER = 0.7  # of the rows of a table that a second one beside it has at most


@dataclass(frozen=True)
class Block:
    """A table in a sheet: first and last row, and its columns."""

    first: int
    last: int
    columns: tuple[int, ...]


def is_number(cell: str) -> bool:
    """Whether a cell holds a number or a date.

    >>> is_number("9.99"), is_number("Mug")
    (True, False)
    """
    text = cell.strip()
    return NUMBER.match(text) is not None or DATE.match(text) is not None


def numeric_columns(below: Sequence[Sequence[str]], width: int) -> list[int]:
    """Places whose cells are numbers in nearly all of these rows."""
    found = []
    for c in range(width):
        values = [row[c] for row in below if row[c].strip()]
        if values and sum(map(is_number, values)) >= ALIKE * len(values):
            found.append(c)
    return found


def names_over_numbers(cells: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether a row holds texts where the rows below it hold numbers, and no number itself."""
    filled = [c for c in cells if c.strip()]
    if len(filled) < 2 or any(map(is_number, filled)):
        return False
    return any(cells[c].strip() for c in numeric_columns(below, len(cells)))


def stacked(rows: np.ndarray, some: Callable[[set[int]], Rows]) -> list[np.ndarray]:
    """The rows of each table in a sheet, where an empty row and then other column names begin the next one.

    rows: (n,) the filled ones. some: gives the cells of a few rows, in the order of the columns."""
    breaks = np.flatnonzero(np.diff(rows) > 1) + 1
    if not len(breaks) or len(breaks) > BREAKS:
        return [rows]
    wanted = {int(r) for b in [0, *breaks] for r in rows[b : b + NEXT]}
    cells = some(wanted)
    head = next((cells[int(r)] for r in rows[:NEXT] if sum(bool(c) for c in cells[int(r)]) > 1), [])
    starts = [0]
    for b, end in zip(breaks.tolist(), [*breaks[1:].tolist(), len(rows)], strict=True):
        block = [cells[int(r)] for r in rows[b : min(end, b + NEXT)]]
        if block and sum(bool(c) for c in block[0]) == 1 and len(block) > 2:
            block = block[1:]  # its title
        if len(block) > 1 and _begins(block, head):
            starts.append(b)
    if len(starts) > 1 and not _is_table([cells[int(r)] for r in rows[: min(starts[1], NEXT)] if int(r) in cells]):
        del starts[1]  # titles above it
    return [rows[a:b] for a, b in zip(starts, [*starts[1:], len(rows)], strict=True)]


def _is_table(block: list[list[str]]) -> bool:
    """Whether a block has rows below names, rather than titles and remarks."""
    wide = [row for row in block if sum(map(bool, row)) > 1]
    return len(wide) > 1 and is_label_row(wide[0], wide[1:])


def _begins(block: list[list[str]], head: list[str]) -> bool:
    """Whether a block begins with column names other than those of the first table."""
    names, below = block[0], block[1:]
    if [n for n in names if n] == [n for n in head if n]:
        return False
    if names_over_numbers(names, below):
        return True
    other_places = [bool(n) for n in names] != [bool(n) for n in head]
    return (
        other_places
        and len(below) > 1
        and sum(map(bool, names)) > 1
        and is_label_row(names, below)
        and all([bool(c) for c in row] == [bool(n) for n in names] for row in below)
    )


def beside(columns: Sequence[int], sizes: dict[int, tuple[int, int, int]], head: dict[int, str]) -> list[list[int]]:
    """The columns of tables that stand beside each other with an empty column between.

    sizes: column -> (first row, last row, cells), of columns that hold anything. head: names in the first rows."""
    blocks: list[list[int]] = [[]]
    for c in columns:
        if c in sizes:
            blocks[-1].append(c)
        elif blocks[-1]:
            blocks.append([])
    blocks = [b for b in blocks if len(b) > 1]
    if len(blocks) < 2:
        return []
    names = [[head.get(c, "").strip().casefold() for c in b] for b in blocks]
    reach = [(min(sizes[c][0] for c in b), max(sizes[c][1] for c in b)) for b in blocks]
    longest = max(range(len(blocks)), key=lambda n: sum(sizes[c][2] for c in blocks[n]))
    rows = reach[longest][1] - reach[longest][0] + 1
    for n in range(len(blocks)):
        if n == longest:
            continue
        same = len({*names[n]} & {*names[longest]} - {""}) > 1
        shorter = reach[n][1] - reach[n][0] + 1 <= SHORTER * rows and all(names[n])
        lower = reach[n][0] > reach[longest][0]
        if not (same or shorter or lower):
            return []
    return blocks


def spread(ranges: Sequence[Range], row: int, labels: dict[int, str]) -> dict[int, str]:
    """The names of a row with those of merged cells over all their columns."""
    out = dict(labels)
    for first, left, last, right in ranges:
        if first <= row <= last and labels.get(left):
            out.update({c: labels[left] for c in range(left, min(right, left + 1000) + 1) if not labels.get(c)})
    return out


def joined(upper: str, lower: str) -> str:
    """A name over two rows.

    >>> joined("Price", "net"), joined("Size", "")
    ('Price net', 'Size')
    """
    return lower if upper.strip().casefold() == lower.strip().casefold() else f"{upper} {lower}".strip()
