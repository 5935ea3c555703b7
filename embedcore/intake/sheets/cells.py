"""The filled cells of a sheet, wherever they lie -> a table: memory follows what is filled, not how far it reaches."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa

from embedcore.errors import InputError
from embedcore.intake.columns.names import MAX_COLUMNS, column_names, listed, plural
from embedcore.intake.decisions import Decision
from embedcore.intake.sheets import regions, tables
from embedcore.intake.sheets.places import letters, reference
from embedcore.intake.text.header import is_label_row

ROWS, COLUMNS = 1 << 20, 1 << 14  # of the largest sheet that spreadsheets have
MAX_TEXT = 250_000_000  # characters in all cells: a short text can stand in a million cells (chosen by hand)
MAX_EMPTY = 20_000_000  # places of a table that may be empty (chosen by hand)
SAMPLE = 200  # rows that are looked at to find the column names
GAP = 20  # empty columns between a table and what no longer belongs to it (chosen by hand)
_FEW = 3  # cells beyond such a gap that are strays rather than a table; or one in a hundred (chosen by hand)
_CHUNK = 1 << 16
GOOD = 2  # what is_table says of a table of some size
EVEN = 0.5  # share of the rows that are filled in a column of a table (chosen by hand)
TABLE = 15  # rows from which two columns are a table rather than a list of facts (chosen by hand)


@dataclass(frozen=True, eq=False)
class Sheet:
    """One sheet as it was read. header_line: 1-based row of the column names, 0 when there are none. rejected: as in
    Table. lines: (rows,) int64, the row of the sheet in which each row stands. decisions: what was understood."""

    frame: pd.DataFrame
    sheets: tuple[str, ...]
    sheet: str
    header_line: int
    notices: tuple[str, ...]
    rejected: pd.DataFrame
    lines: np.ndarray
    decisions: tuple[Decision, ...] = ()


@dataclass(eq=False)
class _Column:
    rows: array[int] = field(default_factory=lambda: array("I"))
    texts: list[str] = field(default_factory=list)
    parts: list[pa.Array] = field(default_factory=list)

    def add(self, row: int, text: str) -> None:
        self.rows.append(row)
        self.texts.append(text)
        if len(self.texts) == _CHUNK:
            self.parts.append(pa.array(self.texts, pa.large_string()))
            self.texts = []

    def all(self) -> pa.ChunkedArray:
        return pa.chunked_array([*self.parts, pa.array(self.texts, pa.large_string())])

    def some(self, rows: set[int]) -> dict[int, str]:
        """The texts of a few rows."""
        at = [n for n, row in enumerate(self.rows) if row in rows]
        return dict(zip((self.rows[n] for n in at), self.all().take(pa.array(at, pa.int64())).to_pylist(), strict=True))


class Cells:
    """Cells as they are read, one after the other. Rows and columns count from 0.

    uncomputed: formulas without a value, by column. errors: cells with an error such as #N/A, by column, and one of
    them. merged: cells that were merged with others.
    """

    def __init__(self, filename: str, name: str) -> None:
        self.filename, self.name = filename, name
        self.columns: dict[int, _Column] = {}
        self.there: set[int] = set()  # rows with something that is no text, such as a formula without a value
        self.uncomputed: dict[int, int] = {}
        self.errors: dict[int, int] = {}
        self.error = ""
        self.merged: list[regions.Range] = []
        self.count = self.characters = 0
        self.most = MAX_TEXT
        self.far = (0, 0)

    def __bool__(self) -> bool:
        return self.count > 0 or bool(self.there)

    def add(self, row: int, column: int, text: str | None) -> None:
        """A cell; nothing is kept of one that is empty or holds spaces only."""
        if text is None or text.isspace() or not text:
            return
        if row >= ROWS or column >= COLUMNS:
            self._too_large()
        self.characters += len(text)
        if self.characters > self.most:
            raise InputError(f"“{self.filename}” holds more text than we can read.", "Export the sheet as CSV.")
        found = self.columns.get(column)
        if found is None:
            found = self.columns[column] = _Column()
        found.add(row, text)
        self.count += 1

    def no_value(self, row: int, column: int) -> None:
        """A formula whose value is not in the file."""
        self._note(row, column, self.uncomputed)

    def failed(self, row: int, column: int, error: str) -> None:
        """A cell that holds an error."""
        self.error = self.error or error[:20]
        self._note(row, column, self.errors)

    def _note(self, row: int, column: int, where: dict[int, int]) -> None:
        if row >= ROWS or column >= COLUMNS:
            self._too_large()
        self.there.add(row)
        where[column] = where.get(column, 0) + 1

    def _too_large(self) -> None:
        raise InputError(
            f"The sheet “{self.name}” of “{self.filename}” has more rows or columns than a spreadsheet can have.",
            "Export it as CSV.",
        )

    def sheet(self, sheets: tuple[str, ...], header_line: int | None) -> Sheet:
        """The table that the cells make. header_line: as in read_table."""
        rows = np.unique(np.concatenate([*(np.asarray(c.rows) for c in self.columns.values()), sorted(self.there)]))
        rows = rows.astype(np.int64)
        used, strays = self._main()
        if header_line and header_line > rows[-1] + 1:
            raise InputError(
                f"The sheet “{self.name}” has no row {header_line:,} for the column names.", "Choose another row."
            )
        everything = self._rows_of(used)
        filled, used, others = tables.largest(self, everything, used, (header_line or 0) - 1)
        if header_line is None:
            header = self._find_header(filled, used)
        else:
            header = header_line - 1 if header_line else None
        body = filled if header is None else filled[filled > header]
        used = self._within(used, body if header is None else np.append(body, header))
        labels, body = tables.labels(self, used, header, body)
        if len(body) * len(used) > max(MAX_EMPTY, 4 * self.count):
            raise self.sparse(int(rows[-1]), used[-1])
        if len(used) > MAX_COLUMNS:
            raise InputError(
                f"The sheet “{self.name}” of “{self.filename}” has {len(used):,} columns, too many to read.",
                f"Keep at most {MAX_COLUMNS:,} columns.",
            )
        decisions = tables.fill_merged(self, used, header, body) + tables.about(self, others)
        names, notices = column_names([labels.get(c, "") for c in used] if header is not None else [], len(used))
        frame = pd.DataFrame({n: self._texts(c, body) for n, c in enumerate(used)}, index=pd.RangeIndex(len(body)))
        frame.columns = pd.Index(names, dtype=object if not names else None)
        if header is not None and len(filled) and header > filled[0]:
            notices.append(f"The column names were found in row {header + 1:,}; the rows above it are not used.")
        if not len(frame):
            notices.append("The sheet has column names but no rows.")
        rejected, about = self._left_out(strays, rows[~np.isin(rows, everything)])
        rejected = pd.concat([rejected, tables.rows_of(self, others)], ignore_index=True) if others else rejected
        notices += about + self._about_cells(dict(zip(used, names, strict=True)))
        header_line = header + 1 if header is not None else 0
        return Sheet(frame, sheets, self.name, header_line, tuple(notices), rejected, body + 1, tuple(decisions))

    def is_table(self) -> int:
        """How much the sheet looks like a table: 2 for one of some size, 1 for a small one, 0 for a cover or a text."""
        columns = [c for c in self.columns.values() if len(c.rows) > 1]
        if len(columns) < 2:
            return 0
        used, _ = self._main()
        rows = self._rows_of(used)
        even = [c for c in columns if len(c.rows) >= EVEN * max(len(k.rows) for k in columns)]
        if len(even) < 2 or len(rows) < 2 or len(even[0].rows) < EVEN * len(rows):
            return 0
        return 2 if len(even) > 2 or len(rows) >= TABLE else 1

    def rows_at(self, columns: list[int], rows: set[int]) -> regions.Rows:
        """The cells of a few rows, in the order of the columns."""
        texts = [self._some(c, rows) for c in columns]
        return {r: [column.get(r, "") for column in texts] for r in sorted(rows)}

    def places(self, column: int) -> np.ndarray:
        """The rows in which a column is filled."""
        return np.asarray(self.columns[column].rows if column in self.columns else (), np.int64)

    def sparse(self, row: int, column: int) -> InputError:
        """The error for a sheet that is nearly empty and too large to be laid out."""
        return InputError(
            f"The sheet “{self.name}” of “{self.filename}” reaches to cell {reference(row, column)} though only "
            f"{plural(self.count, 'cell')} hold anything.",
            "Delete the rest and save it again.",
        )

    def _main(self) -> tuple[list[int], list[int]]:
        """(columns of the table, columns with a few cells far from it)."""
        blocks: list[list[int]] = []
        for c in sorted({*self.columns, *self.uncomputed, *self.errors}):
            if blocks and c - blocks[-1][-1] <= GAP:
                blocks[-1].append(c)
            else:
                blocks.append([c])
        sizes = [sum(self.size(c) for c in block) for block in blocks]
        most = max(sizes)
        few = min(max(_FEW, 0.01 * most), 0.25 * most)
        strays = [c for block, size in zip(blocks, sizes, strict=True) if size <= few for c in block]
        kept = [block for block, size in zip(blocks, sizes, strict=True) if size > few]
        return [c for block in kept for c in range(block[0], block[-1] + 1)], strays

    def size(self, column: int) -> int:
        """How many cells of a column hold anything."""
        found = len(self.columns[column].rows) if column in self.columns else 0
        return found + self.uncomputed.get(column, 0) + self.errors.get(column, 0)

    def _rows_of(self, columns: list[int]) -> np.ndarray:
        found = [np.asarray(self.columns[c].rows) for c in columns if c in self.columns]
        return np.unique(np.concatenate([*found, np.array(sorted(self.there), np.int64)])).astype(np.int64)

    def _within(self, columns: list[int], rows: np.ndarray) -> list[int]:
        """Columns from the first to the last that has something in these rows."""
        here = [
            c
            for c in columns
            if c in self.uncomputed
            or c in self.errors
            or (c in self.columns and np.isin(self.columns[c].rows, rows).any())
        ]
        return [c for c in columns if here and here[0] <= c <= here[-1]]

    def _some(self, column: int, rows: set[int]) -> dict[int, str]:
        return self.columns[column].some(rows) if column in self.columns else {}

    def _find_header(self, filled: np.ndarray, used: list[int]) -> int | None:
        """The first row that is about as wide as the table; None when it looks like the rows under it."""
        sample = [int(n) for n in filled[:SAMPLE]]
        texts = [self._some(c, set(sample)) for c in used]
        cells = {n: [column.get(n, "") for column in texts] for n in sample}
        filled_cells = {n: sum(bool(v) for v in row) for n, row in cells.items()}
        width = max(filled_cells.values())
        at = next(n for n in sample if filled_cells[n] >= min(max(2, 0.6 * width), width))
        return at if is_label_row(cells[at], [row for n, row in cells.items() if n > at]) else None

    def _texts(self, column: int, rows: np.ndarray) -> pd.Series:
        """The texts of a column in these rows (ascending)."""
        at = np.full(len(rows), -1, np.int64)
        texts = pa.chunked_array([pa.array([], pa.large_string())])
        if column in self.columns:
            texts = self.columns[column].all()
            own = np.asarray(self.columns[column].rows).astype(np.int64)
            place = np.searchsorted(rows, own)
            here = (place < len(rows)) & (rows[np.minimum(place, len(rows) - 1)] == own) if len(rows) else own < 0
            at[place[here]] = np.flatnonzero(here)
        found: pd.Series = texts.take(pa.array(at, mask=at < 0)).to_pandas()
        return found.astype("str")

    def _left_out(self, strays: list[int], rows: np.ndarray) -> tuple[pd.DataFrame, list[str]]:
        """(rows that hold nothing but cells far from the table, what to say of such cells)."""
        cells = sorted(
            (row, c, text)
            for c in strays
            if c in self.columns
            for row, text in zip(self.columns[c].rows, self.columns[c].all().to_pylist(), strict=True)
        )
        alone = {int(r) for r in rows}
        out: dict[int, list[str]] = {row: [] for row, _, _ in cells if row in alone}
        for row, _, text in cells:
            if row in out:
                out[row].append(text)
        texts = pd.Series([",".join(t)[:200] for t in out.values()], dtype="str")
        reasons = pd.Series(["it holds nothing but cells far from the table"] * len(out), dtype="str")
        rejected = pd.DataFrame({"line": np.array([*out], np.int64) + 1, "reason": reasons, "text": texts})
        if not cells:
            return rejected, []
        row, c, text = cells[0]
        where = f"{reference(row, c)} (“{text[:40]}”)"
        return rejected, [f"Left out: {plural(len(cells), 'cell')} far from the table, such as {where}."]

    def _about_cells(self, names: dict[int, str]) -> list[str]:
        """Notices about formulas and errors."""

        def of(columns: dict[int, int]) -> str:
            n = sum(columns.values())
            return f"{plural(n, 'cell')} of {listed([names.get(c, f'column {letters(c)}') for c in columns])}"

        found = []
        if self.uncomputed:
            are = "is a formula" if sum(self.uncomputed.values()) == 1 else "are formulas"
            found.append(
                f"{of(self.uncomputed)} {are} whose value the file does not hold: open it in a spreadsheet, save it "
                "and upload it again."
            )
        if self.errors:
            holds = "holds" if sum(self.errors.values()) == 1 else "hold"
            found.append(f"{of(self.errors)} {holds} an error such as {self.error}: left empty.")
        return found
