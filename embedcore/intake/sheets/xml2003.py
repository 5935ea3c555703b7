"""Spreadsheets written as one XML file (Excel 2003, "XML Spreadsheet"), which programs still write and call xls."""

from __future__ import annotations

import re
from pathlib import Path

from embedcore.errors import InputError
from embedcore.intake.columns.names import listed
from embedcore.intake.sheets.cells import COLUMNS, ROWS, Cells, Sheet
from embedcore.intake.sheets.excel import chosen
from embedcore.intake.sheets.formats import shown_number
from embedcore.intake.sheets.packed import BROKEN, damaged, parse
from embedcore.intake.tables.render import text_of
from embedcore.progress import Progress, silent

_NAME = "urn:schemas-microsoft-com:office:spreadsheet"


def is_one(head: bytes) -> bool:
    """Whether a file that begins like this is such a spreadsheet."""
    return any(_NAME.encode(e) in head for e in ("utf-8", "utf-16-le", "utf-16-be"))


def read_xml(
    path: Path, filename: str, sheet: str | None, header_line: int | None, progress: Progress = silent
) -> Sheet:
    """Read the named sheet, or the first that holds a table. InputError when it cannot be read."""
    reader = _Reader(filename, progress)
    try:
        with path.open("rb") as stream:
            parse(stream, reader.start, reader.end, reader.text)
    except BROKEN:
        raise damaged(filename) from None
    names = tuple(c.name for c in reader.sheets)
    if sheet is not None and sheet not in names:
        raise InputError(f"“{filename}” has no sheet “{sheet}”.", f"It has {listed(names)}.")
    of_interest = [c for c in reader.sheets if sheet in (None, c.name)]
    return chosen(of_interest, dict.fromkeys(names, False), filename, sheet, header_line)


class _Reader:
    """Handlers of the parser. Rows and cells may say their number (Index), else they follow one another."""

    def __init__(self, filename: str, progress: Progress) -> None:
        self._filename, self._progress = filename, progress
        self.sheets: list[Cells] = []
        self._row = self._column = -1
        self._zeros: dict[str, str] = {}
        self._style = self._of = self._kind = ""
        self._across = self._comment = 0
        self._formula = self._inside = False
        self._parts: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        a = {name.rpartition(":")[2]: value for name, value in attributes.items()}
        if tag == "Worksheet":
            self.sheets.append(Cells(self._filename, a.get("Name", f"sheet {len(self.sheets) + 1}")))
            self._row = -1
        elif tag == "Style":
            self._of = a.get("ID", "")
        elif tag == "NumberFormat" and re.fullmatch("00+", a.get("Format", "")):
            self._zeros[self._of] = a["Format"]
        elif tag == "Row" and self.sheets:
            self._row, self._column = _place(a, self._row, ROWS), -1
            if self._row % 5000 == 0:
                self._progress(0, 100, note=f"Reading the rows: {self._row:,}")
        elif tag == "Cell" and self.sheets:
            self._column = _place(a, self._column, COLUMNS)
            self._across = int(a.get("MergeAcross", 0))
            self._style, self._formula, self._kind, self._parts = a.get("StyleID", ""), "Formula" in a, "", []
            down = int(a.get("MergeDown", 0))
            if down > 0 or self._across > 0:
                place = (self._row, self._column, self._row + down, self._column + self._across)
                self.sheets[-1].merged.append(place)
        elif tag == "Comment":
            self._comment += 1
        elif tag == "Data" and not self._comment:
            self._kind, self._inside = a.get("Type", "String"), True

    def end(self, tag: str) -> None:
        if tag == "Data":
            self._inside = False
        elif tag == "Comment":
            self._comment -= 1
        elif tag == "Cell" and self.sheets:
            self._end_cell("".join(self._parts))
            self._column += self._across

    def _end_cell(self, raw: str) -> None:
        cells, row, column = self.sheets[-1], self._row, self._column
        if self._formula and not raw and self._kind != "String":
            cells.no_value(row, column)
        elif self._kind == "Error":
            cells.failed(row, column, raw)
        elif self._kind == "Number":
            zeros = self._zeros.get(self._style)
            long = len(raw) > 15 and raw.isdecimal()
            cells.add(row, column, shown_number(float(raw), zeros) if zeros else raw if long else text_of(float(raw)))
        elif self._kind == "DateTime":
            cells.add(row, column, raw.replace("T", " ")[:19].removesuffix(" 00:00:00"))
        elif self._kind == "Boolean":
            cells.add(row, column, str(raw.strip() == "1"))
        else:
            cells.add(row, column, raw)

    def text(self, part: str) -> None:
        if self._inside:
            self._parts.append(part)


def _place(a: dict[str, str], last: int, most: int) -> int:
    return min(int(a["Index"]) - 1, most) if "Index" in a else last + 1
