"""Which cells of a sheet are its table: the largest one, its names over one or two rows, and merged cells filled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
import pandas as pd

from embedcore.intake.columns.names import plural
from embedcore.intake.decisions import Decision
from embedcore.intake.sheets import regions
from embedcore.intake.sheets.places import reference

TEXT = 2000  # characters of a rejected row that are kept


class Column(Protocol):
    """The cells of a column."""

    def some(self, rows: set[int]) -> dict[int, str]:
        """The texts of a few rows."""


class Cells(Protocol):
    """The filled cells of a sheet (cells.Cells)."""

    name: str
    merged: list[regions.Range]

    @property
    def columns(self) -> Mapping[int, Column]:
        """Column -> its cells."""

    def rows_at(self, columns: list[int], rows: set[int]) -> regions.Rows:
        """The cells of a few rows, in the order of the columns."""

    def places(self, column: int) -> np.ndarray:
        """The rows in which a column is filled."""

    def size(self, column: int) -> int:
        """How many cells of a column hold anything."""

    def add(self, row: int, column: int, text: str | None) -> None:
        """A cell."""


def largest(
    cells: Cells, filled: np.ndarray, used: list[int], header: int
) -> tuple[np.ndarray, list[int], list[regions.Block]]:
    """(rows, columns of the largest table, the other tables). filled: (n,) rows; used: columns; header: the row of the
    names that a person chose, or -1."""
    if not len(filled):
        return filled, used, []
    found = regions.stacked(filled, lambda rows: cells.rows_at(used, rows))
    best = max(found, key=lambda rows: len(rows) if header < 0 else bool(np.isin(header, rows)))
    others = [regions.Block(int(t[0]), int(t[-1]), tuple(used)) for t in found if t is not best]
    sizes: dict[int, tuple[int, int, int]] = {}
    for c in used:
        own = cells.places(c)
        own = own[(own >= best[0]) & (own <= best[-1])]
        if len(own):
            sizes[c] = (int(own.min()), int(own.max()), len(own))
        elif cells.size(c) > len(cells.places(c)):
            sizes[c] = (int(best[0]), int(best[-1]), 1)
    if len(sizes) == len(used):
        return best, used, others
    head: dict[int, str] = {}
    for texts in cells.rows_at(used, {int(r) for r in best[:2]}).values():
        head.update({c: text for c, text in zip(used, texts, strict=True) if text and c not in head})
    blocks = regions.beside(used, sizes, head)
    if not blocks:
        return best, used, others
    main = max(blocks, key=lambda b: sum(sizes[c][2] for c in b))
    for block in blocks:
        if block is not main:
            first, last = min(sizes[c][0] for c in block), max(sizes[c][1] for c in block)
            others.append(regions.Block(first, last, tuple(block)))
    return best[np.isin(best, np.concatenate([cells.places(c) for c in main]))], main, others


def labels(cells: Cells, used: list[int], header: int | None, body: np.ndarray) -> tuple[dict[int, str], np.ndarray]:
    """(names of the columns, rows below them): the names may stand in two rows. header: the row of the names."""
    if header is None:
        return {}, body
    found = cells.rows_at(used, {max(header - 1, 0), header, *map(int, body[: regions.NEXT])})
    row = found[header]
    names = dict(zip(used, row, strict=True))
    if len(body) > 1 and body[0] == header + 1:
        lower, below = found[header + 1], [found[int(r)] for r in body[1 : regions.NEXT]]
        gaps = any(low and not up for low, up in zip(lower, row, strict=True))
        whole = all(low or up for low, up in zip(lower, row, strict=True))
        if gaps and whole and regions.names_over_numbers(lower, below):
            upper, last = regions.spread(cells.merged, header, names), ""
            for c in used:
                last = upper[c] or ("" if _groups(cells, header) else last)
                upper[c] = last
            low = dict(zip(used, lower, strict=True))
            return {c: regions.joined(upper[c], low[c]) for c in used}, body[1:]
    if header and len(set(row)) < len(row) and _groups(cells, header - 1):  # net, gross, net, gross
        upper = regions.spread(cells.merged, header - 1, dict(zip(used, found[header - 1], strict=True)))
        names = {c: regions.joined(upper.get(c, ""), n) if row.count(n) > 1 else n for c, n in names.items()}
    return names, body


def _groups(cells: Cells, row: int) -> bool:
    """Whether cells of a row are merged with others beside them, but not all of them as a title is."""
    wide = [right - left for first, left, last, right in cells.merged if first <= row <= last and right > left]
    return len(wide) > 1 or (len(wide) == 1 and wide[0] + 1 < len(cells.columns))


def fill_merged(cells: Cells, used: list[int], header: int | None, body: np.ndarray) -> list[Decision]:
    """Give each row of the table the value of a merged cell that reaches over it."""
    over: dict[int, list[tuple[int, list[int]]]] = {}
    for first, column, last, _ in cells.merged:
        if last > first and column in used and column in cells.columns and (header is None or last > header):
            low, high = np.searchsorted(body, first, side="right"), np.searchsorted(body, last, side="right")
            over.setdefault(column, []).append((first, body[low:high].tolist()))
    merged = filled = 0
    for column, found in over.items():
        texts = cells.columns[column].some({r for first, rows in found for r in (first, *rows)})
        for first, rows in found:
            empty = [r for r in rows if r not in texts] if first in texts and first != header else []
            for row in empty:
                cells.add(row, column, texts[first])
            merged, filled = merged + bool(empty), filled + len(empty)
    if not merged:
        return []
    what = "1 merged cell holds its value" if merged == 1 else f"{merged:,} merged cells hold their values"
    sentence = f"{what} for several rows: filled into {plural(filled, 'cell')} below."
    return [Decision("merged", sentence, rows=filled)]


def about(cells: Cells, others: list[regions.Block]) -> list[Decision]:
    """What to say of the tables that are not read."""
    if not others:
        return []
    where = " and ".join(
        f"{reference(b.first, b.columns[0])} to {reference(b.last, b.columns[-1])}" for b in others[:3]
    )
    n = sum(len(_rows(cells, b)) for b in others)
    sentence = f"The sheet “{cells.name}” holds {len(others) + 1} tables: the largest was read, not the one in {where}."
    return [Decision("table", sentence, rows=n, lost=n)]


def rows_of(cells: Cells, others: list[regions.Block]) -> pd.DataFrame:
    """The rows of the tables that are not read, as rejected rows: line, reason, text."""
    found = [
        (row + 1, "it belongs to another table of this sheet", ",".join(texts)[:TEXT])
        for block in others
        for row, texts in cells.rows_at(list(block.columns), _rows(cells, block)).items()
    ]
    frame = pd.DataFrame(found, columns=["line", "reason", "text"])
    return frame.astype({"line": "int64", "reason": "str", "text": "str"})


def _rows(cells: Cells, block: regions.Block) -> set[int]:
    own = [cells.places(c) for c in block.columns]
    return {int(r) for rows in own for r in rows[(rows >= block.first) & (rows <= block.last)]}
