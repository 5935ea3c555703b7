"""xlsx and xlsm -> the cells of one sheet, read one after the other, with values as a person sees them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from embedcore.errors import InputError
from embedcore.intake.columns.names import listed
from embedcore.intake.sheets.cells import COLUMNS, MAX_TEXT, Cells
from embedcore.intake.sheets.formats import shown_as, shown_number
from embedcore.intake.sheets.packed import Package, damaged
from embedcore.intake.tables.render import text_of
from embedcore.progress import Progress

# Characters that the cells of any workbook may hold, and times its size that those of a larger one may (by hand).
_SMALL_TEXT, _TEXT_RATIO = 60_000_000, 40
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LONG = 10_000_000  # characters of one cell; Excel has 32,767


@dataclass
class Book:
    """What is said of a whole workbook. sheets: (name, part, hidden) of those with cells. styles: how the cells of each
    style show a number: "date", "span", "" or zeros to fill up to. other: sheets without cells, such as charts."""

    sheets: list[tuple[str, str, bool]] = field(default_factory=list)
    from_1904: bool = False
    compute: bool = False
    styles: list[str] = field(default_factory=list)
    strings: list[str] = field(default_factory=list)
    other: int = 0


def read_book(package: Package, filename: str) -> Book:
    """Everything but the sheets."""
    at = _relations(package, "_rels/.rels", "")
    workbook = next((t for kind, t in at.values() if kind == "officeDocument"), "xl/workbook.xml")
    folder, name = posixpath.split(workbook)
    targets = _relations(package, posixpath.join(folder, "_rels", f"{name}.rels"), folder)
    book = Book()

    def start(tag: str, a: dict[str, str]) -> None:
        if tag == "sheet":
            kind, part = next((targets[v] for k, v in a.items() if k.endswith(":id") and v in targets), ("", ""))
            if kind in ("worksheet", "") and part in package:
                book.sheets.append((a.get("name", ""), part, a.get("state", "visible") != "visible"))
            else:
                book.other += 1
        elif tag == "workbookPr":
            book.from_1904 = a.get("date1904") in ("1", "true", "on")
        elif tag == "calcPr":
            book.compute = a.get("fullCalcOnLoad") in ("1", "true", "on")

    package.parse(workbook, start, _nothing, _nothing)
    parts = {kind: part for kind, part in targets.values() if part in package}
    if "styles" in parts:
        book.styles = _styles(package, parts["styles"])
    if "sharedStrings" in parts:
        book.strings = _strings(package, parts["sharedStrings"], filename)
    return book


def _nothing(*_: object) -> None:
    pass


def _relations(package: Package, part: str, folder: str) -> dict[str, tuple[str, str]]:
    """id -> (kind, part)."""
    found: dict[str, tuple[str, str]] = {}

    def start(tag: str, a: dict[str, str]) -> None:
        if tag == "Relationship" and a.get("TargetMode") != "External":
            target = a.get("Target", "").replace("\\", "/")
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            found[a.get("Id", "")] = (a.get("Type", "").rpartition("/")[2], path)

    if part in package:
        package.parse(part, start, _nothing, _nothing)
    return found


def _styles(package: Package, part: str) -> list[str]:
    formats: dict[str, str] = {}
    styles: list[str] = []
    inside = False

    def start(tag: str, a: dict[str, str]) -> None:
        nonlocal inside
        if tag == "numFmt":
            formats[a.get("numFmtId", "")] = a.get("formatCode", "")
        elif tag == "cellXfs":
            inside = True
        elif tag == "xf" and inside:
            styles.append(shown_as(a.get("numFmtId", "0"), formats))

    def end(tag: str) -> None:
        nonlocal inside
        inside = inside and tag != "cellXfs"

    package.parse(part, start, end, _nothing)
    return styles


def _strings(package: Package, part: str, filename: str) -> list[str]:
    found: list[str] = []
    parts: list[str] = []
    inside, spoken, size = False, 0, 0

    def start(tag: str, _: dict[str, str]) -> None:
        nonlocal inside, spoken
        inside = tag == "t" and not spoken
        spoken += tag == "rPh"  # how it is pronounced

    def end(tag: str) -> None:
        nonlocal inside, spoken, size
        inside = False
        spoken -= tag == "rPh"
        if tag == "si":
            found.append(unescape("".join(parts)))
            parts.clear()

    def text(part: str) -> None:
        nonlocal size
        if inside:
            parts.append(part)
            size += len(part)
            if size > MAX_TEXT:
                raise InputError(f"“{filename}” holds more text than we can read.", "Export the sheet as CSV.")

    package.parse(part, start, end, text)
    return found


def unescape(text: str) -> str:
    """The letters that stand in XML as _x000D_.

    >>> unescape("a_x0041_")
    'aA'
    """
    if "_x" not in text:
        return text
    text = _ESCAPE.sub(lambda m: chr(int(m[1], 16)), text).replace("\0", "")
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def read_cells(package: Package, book: Book, at: int, filename: str, progress: Progress) -> Cells:
    """The filled cells of the sheet at a position in book.sheets."""
    name, part, _ = book.sheets[at]
    cells = Cells(filename, name)
    cells.most = min(MAX_TEXT, max(_SMALL_TEXT, _TEXT_RATIO * package.size))
    reader = _Reader(cells, book, progress)
    package.parse(part, reader.start, reader.end, reader.text)
    return cells


class _Reader:
    """Handlers of the parser of a sheet."""

    def __init__(self, cells: Cells, book: Book, progress: Progress) -> None:
        self._cells, self._progress, self._value = cells, progress, _values(book)
        self._compute = book.compute
        self._row = self._column = -1
        self._kind = self._style = ""
        self._reference: str | None = None
        self._places: dict[str, int] = {}
        self._formula = self._has_value = self._inside = False
        self._spoken = self._length = 0
        self._parts: list[str] = []
        self._starts = {
            "t": self._start_text,
            "f": self._start_formula,
            "row": self._start_row,
            "rPh": self._start_spoken,
            "mergeCell": self._merged,
        }

    def start(self, tag: str, a: dict[str, str]) -> None:
        # Called for every cell: the two commonest tags come first and call nothing.
        if tag == "c":
            self._reference, self._kind, self._style = a.get("r"), a.get("t", "n"), a.get("s", "")
            self._formula = self._has_value = False
        elif tag == "v":
            self._has_value = self._inside = True
        elif (handler := self._starts.get(tag)) is not None:
            handler(a)

    def _start_text(self, _: dict[str, str]) -> None:
        self._inside = not self._spoken

    def _start_formula(self, _: dict[str, str]) -> None:
        self._formula = True

    def _start_row(self, a: dict[str, str]) -> None:
        self._row, self._column = int(a["r"]) - 1 if "r" in a else self._row + 1, -1
        if self._row < 0:
            raise ValueError("a row before the first")
        if self._row % 5000 == 0:
            self._progress(0, 100, note=f"Reading the rows: {self._row:,}")

    def _start_spoken(self, _: dict[str, str]) -> None:
        self._spoken += 1  # how a text is pronounced

    def _merged(self, a: dict[str, str]) -> None:
        found = re.fullmatch(r"\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})", a.get("ref", ""))
        if found is not None:
            self._cells.merged.append(
                (int(found[2]) - 1, _column(found[1]), int(found[4]) - 1, min(_column(found[3]), COLUMNS))
            )

    def end(self, tag: str) -> None:
        if tag == "v":
            self._inside = False
        elif tag == "c":
            parts = self._parts
            raw = parts[0] if len(parts) == 1 else "".join(parts)
            parts.clear()
            self._length = 0
            self._end_cell(raw)
        elif tag == "t":
            self._inside = False
        elif tag == "rPh":
            self._spoken -= 1

    def _end_cell(self, raw: str) -> None:
        cells, row, reference = self._cells, self._row, self._reference
        if reference is None:
            column = self._column + 1
        else:
            name = reference.rstrip("0123456789")
            known = self._places.get(name)
            column = known if known is not None else self._places.setdefault(name, _column(name))
        self._column = column
        # Programs that compute nothing leave formulas empty, or write 0 and ask for them to be computed.
        empty = not raw and not (self._kind == "str" and self._has_value)
        if self._formula and (empty or (self._compute and self._kind == "n" and raw == "0")):
            cells.no_value(row, column)
        elif self._kind == "e":
            cells.failed(row, column, raw)
        elif raw:
            cells.add(row, column, self._value(raw, self._kind, self._style))
        elif column >= COLUMNS:
            cells.add(row, column, "beyond")

    def text(self, part: str) -> None:
        if self._inside:
            self._parts.append(part)
            self._length += len(part)
            if self._length > _LONG:
                what = f"A cell of “{self._cells.filename}” holds more than {_LONG:,} letters."
                raise InputError(what, "Export the sheet as CSV.")


def _column(reference: str) -> int:
    """B12 -> 1."""
    found = 0
    for c in reference:
        if "A" <= c <= "Z":
            found = 26 * found + ord(c) - 64
        elif "a" <= c <= "z":
            found = 26 * found + ord(c) - 96
        else:
            break
        if found > 1 << 20:
            break
    if not found:
        raise ValueError("a cell without a column")
    return found - 1


def _values(book: Book) -> Callable[[str, str, str], str | None]:
    """(text in the file, type of the cell, style) -> the text a person sees; None when there is none."""
    strings, styles = book.strings, book.styles

    def value(raw: str, kind: str, style: str) -> str | None:
        if kind == "n":
            shown = styles[int(style)] if style and int(style) < len(styles) else ""
            if shown:
                return shown_number(float(raw), shown, from_1904=book.from_1904)
            # Digits alone are exact, however many they are.
            return raw if raw.isdecimal() and raw[0] != "0" and raw.isascii() else text_of(float(raw))
        if kind == "s":
            n = int(raw)
            if not 0 <= n < len(strings):
                raise ValueError("a text that is not there")
            return strings[n]
        if kind in ("str", "inlineStr"):
            return unescape(raw)
        if kind == "b":
            return str(raw.strip() not in ("0", "false"))
        if kind == "d":
            return raw.replace("T", " ").removesuffix(" 00:00:00")
        raise ValueError("a kind of cell that is not known")

    return value


def choose(book: Book, filename: str, sheet: str | None) -> list[int]:
    """Which sheets are tried, in this order: the one that is named, else those that are shown and then the hidden."""
    names = [name for name, _, _ in book.sheets]
    if sheet is not None and sheet not in names:
        raise InputError(f"“{filename}” has no sheet “{sheet}”.", f"It has {listed(names)}.")
    if not names and book.other:
        raise InputError(f"“{filename}” holds only charts, no cells.", "Choose a file with a table.")
    if not names:
        raise damaged(filename)
    if sheet is not None:
        return [names.index(sheet)]
    return sorted(range(len(names)), key=lambda n: book.sheets[n][2])
