"""ods -> the cells of its sheets. Empty rows and columns are repeated a million times there: they are only counted."""

from __future__ import annotations

from typing import Any

from embedcore.errors import InputError
from embedcore.intake.columns.names import listed
from embedcore.intake.sheets.cells import COLUMNS, GOOD, ROWS, Cells
from embedcore.intake.sheets.packed import Package, protected
from embedcore.intake.tables.render import text_of
from embedcore.progress import Progress

_NUMBERS = ("float", "currency", "percentage")
MOST = 1_000_000  # cells that repeats may make (chosen by hand)


def read_sheets(package: Package, filename: str, sheet: str | None, progress: Progress) -> list[Cells]:
    """The sheets of a document, up to the first that is a table, or with the one that is named alone filled."""
    if "META-INF/manifest.xml" in package and b"encryption-data" in package.open("META-INF/manifest.xml").read(1 << 20):
        raise protected(filename)
    reader = _Reader(filename, sheet, progress)
    package.parse("content.xml", reader.start, reader.end, reader.text)
    names = [c.name for c in reader.sheets]
    if sheet is not None and sheet not in names:
        raise InputError(f"“{filename}” has no sheet “{sheet}”.", f"It has {listed(names)}.")
    return reader.sheets


class _Reader:
    """Handlers of the parser."""

    def __init__(self, filename: str, sheet: str | None, progress: Progress) -> None:
        self._filename, self._sheet, self._progress = filename, sheet, progress
        self.sheets: list[Cells] = []
        self._depth = 0  # of tables: one may stand in a cell of another
        self._row = self._column = self._rows = self._repeat = self._made = self._spoken = 0
        self._cell: dict[str, str] | None = None
        self._parts: list[str] = []
        self._filled: list[tuple[int, int, str | None]] = []
        self._inside = 0
        self._wanted = True

    def _next_sheet(self, name: str) -> None:
        """Begin a sheet. Its cells are read when it is the one asked for, or when no sheet before it was a table."""
        self.sheets.append(Cells(self._filename, name))
        self._row = 0
        if self._sheet is not None:
            self._wanted = name == self._sheet
        elif len(self.sheets) > 1:
            self._wanted = self._wanted and self.sheets[-2].is_table() < GOOD

    def _note_merged(self, down: int, across: int) -> None:
        if down > 1 or across > 1:
            place = (self._row, self._column, self._row + down - 1, self._column + across - 1)
            self.sheets[-1].merged.append(place)

    def start(self, tag: str, a: dict[str, str]) -> None:
        if tag == "table":
            self._depth += 1
            if self._depth == 1:
                self._next_sheet(a.get("table:name", f"sheet {len(self.sheets) + 1}"))
        elif self._depth != 1 or not self._wanted:
            return
        elif tag == "table-row":
            self._rows, self._column, self._filled = _times(a, "table:number-rows-repeated"), 0, []
        elif tag in ("table-cell", "covered-table-cell"):
            self._note_merged(_times(a, "table:number-rows-spanned"), _times(a, "table:number-columns-spanned"))
            self._cell, self._repeat, self._parts = a, _times(a, "table:number-columns-repeated"), []
            self._inside = self._spoken = 0
        elif tag == "p" and self._cell is not None and not self._spoken:
            if self._parts:
                self._parts.append("\n")
            self._inside += 1
        elif tag == "annotation":
            self._spoken += 1
        elif self._inside and tag in ("s", "tab", "line-break"):
            self._parts.append({"s": " " * min(_times(a, "text:c"), 1000), "tab": "\t"}.get(tag, "\n"))

    def end(self, tag: str) -> None:
        if tag == "table":
            self._depth -= 1
        elif self._depth != 1 or not self._wanted:
            return
        elif tag == "annotation":
            self._spoken -= 1
        elif tag == "p" and self._inside:
            self._inside -= 1
        elif tag in ("table-cell", "covered-table-cell") and self._cell is not None:
            text, uncomputed = _value(self._cell, "".join(self._parts))
            if uncomputed:
                self.sheets[-1].no_value(self._row, self._column)
            elif text is not None and text.strip():
                self._filled.append((self._column, self._repeat, text))
            self._column += self._repeat
            self._cell = None
        elif tag == "table-row":
            self._add_row()

    def text(self, part: str) -> None:
        if self._inside and not self._spoken:
            self._parts.append(part)

    def _add_row(self) -> None:
        cells = self.sheets[-1]
        if self._filled:
            self._made += self._rows * sum(n for _, n, _ in self._filled)
            if self._made > MOST and self._rows * sum(n for _, n, _ in self._filled) > 1000:
                raise InputError(
                    f"The sheet “{cells.name}” of “{self._filename}” repeats its cells to more than {MOST:,}.",
                    "Delete the empty rows and columns around the table, then save it again.",
                )
            for row in range(self._row, self._row + self._rows):
                for column, times, text in self._filled:
                    for c in range(column, column + times):
                        cells.add(row, c, text)
        self._row += self._rows
        if self._row % 5000 == 0:
            self._progress(0, 100, note=f"Reading the rows: {self._row:,}")


def _times(a: dict[str, str], name: str) -> int:
    return max(1, min(int(a.get(name, 1)), max(ROWS, COLUMNS) + 1))


def _value(a: dict[str, Any], shown: str) -> tuple[str | None, bool]:
    """(what a cell holds, whether it is a formula without a value)."""
    kind = a.get("office:value-type") or a.get("calcext:value-type")
    if kind is None:
        return shown or None, "table:formula" in a and not shown
    if a.get("calcext:value-type") == "error":
        return None, False
    if kind in _NUMBERS and "office:value" in a:
        # A number that is shown with zeros before it is a code.
        coded = len(shown) > 1 and shown.isdecimal() and shown[0] == "0"
        return (shown if coded else text_of(float(a["office:value"]))), False
    if kind == "date" and "office:date-value" in a:
        return a["office:date-value"].replace("T", " ").removesuffix(" 00:00:00")[:19], False
    if kind == "boolean" and "office:boolean-value" in a:
        return str(a["office:boolean-value"] == "true"), False
    if kind == "string" and "office:string-value" in a:
        return a["office:string-value"], False
    return shown or None, "table:formula" in a and not shown and kind != "string"
