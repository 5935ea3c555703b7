"""Spreadsheets (xlsx, xlsm, xlsb, xls, ods) -> a table of text: the sheet, the line of the column names, the rows."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Container, Iterable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from embedcore.errors import InputError
from embedcore.intake.columns.names import listed
from embedcore.intake.decisions import Decision
from embedcore.intake.sheets import binary, bounds, ods, xlsx
from embedcore.intake.sheets.cells import GOOD, Cells, Sheet
from embedcore.intake.sheets.packed import BROKEN, Package, damaged, protected
from embedcore.intake.tables.render import text_of
from embedcore.progress import Progress, silent

SHEETS = 100  # of a file that can be chosen in a list (chosen by hand)
Hidden = dict[str, bool]  # sheets in their order, and whether each is hidden


def read_excel(
    path: Path, filename: str, sheet: str | None = None, header_line: int | None = None, progress: Progress = silent
) -> Sheet:
    """Read one sheet (the first that is a table when none is named). Formulas give the value last computed.

    header_line: 1-based row of the column names, 0 when there are none, None to find it. InputError when it cannot
    be read.
    """
    try:
        if not zipfile.is_zipfile(path):
            return _binary(path, filename, sheet, header_line, progress)
        with Package(path, filename) as package:
            if "content.xml" in package:
                tables = ods.read_sheets(package, filename, sheet, progress)
                return chosen(iter(tables), {c.name: False for c in tables}, filename, sheet, header_line)
            if "xl/workbook.bin" in package:
                return _binary(path, filename, sheet, header_line, progress, package)
            book = xlsx.read_book(package, filename)
            order = xlsx.choose(book, filename, sheet)
            read = (xlsx.read_cells(package, book, n, filename, progress) for n in order)
            return chosen(read, {name: hidden for name, _, hidden in book.sheets}, filename, sheet, header_line)
    except BROKEN:
        if _locked(path):
            raise protected(filename) from None
        raise damaged(filename) from None


def chosen(read: Iterable[Cells], sheets: Hidden, filename: str, sheet: str | None, header_line: int | None) -> Sheet:
    """The first sheet that is a table, or holds anything. read: the sheets, in the order in which they are tried."""
    cells = pick(read, {name for name, hidden in sheets.items() if hidden})
    if cells is None:
        what = f"The sheet “{sheet}” of “{filename}” is empty." if sheet else f"“{filename}” has only empty sheets."
        raise InputError(what, "Choose another sheet or file.")
    found = cells.sheet(tuple(sheets), header_line)
    if len(sheets) > 1:
        was = "was read, which is hidden" if sheets.get(cells.name) else "was read"
        others = f"The sheet “{cells.name}” {was}; the file has {len(sheets):,}: {listed([*sheets])}."
        choices = tuple((name, name) for name in [*sheets][:SHEETS])
        found = replace(found, decisions=(Decision("sheet", others, cells.name, choices), *found.decisions))
    return found


def pick(read: Iterable[Cells], hidden: Container[str] = ()) -> Cells | None:
    """The sheet that is a table: the first of some size, else a small one, else the first that holds anything. A hidden
    one is taken only where the others are empty."""
    best, rank = None, -1
    for cells in read:
        if not cells:
            continue
        if best is not None and cells.name in hidden:
            break
        if (found := cells.is_table()) > rank:
            best, rank = cells, found
        if rank == GOOD:
            break
    return best


def _locked(path: Path) -> bool:
    with path.open("rb") as f:
        head = f.read(1 << 20)
    return "EncryptedPackage".encode("utf-16-le") in head


def _binary(
    path: Path,
    filename: str,
    sheet: str | None,
    header_line: int | None,
    progress: Progress,
    package: Package | None = None,
) -> Sheet:
    """xls and xlsb, by a library that makes room for the whole rectangle of a sheet: its size is looked at before."""
    if package is None:
        bounds.xls(path, filename)
    else:
        bounds.xlsb(package, filename)
    progress(0, 100, note="Reading the sheet")
    with TemporaryDirectory(prefix="embedcore-") as folder:
        out = Path(folder) / "rows"
        command = [sys.executable, "-I", str(Path(binary.__file__)), str(path), sheet or "", str(out)]
        ran = subprocess.run(command, capture_output=True, check=False)  # noqa: S603  our own file, no shell
        if ran.returncode:
            raise (protected(filename) if b"assword" in ran.stderr or _locked(path) else damaged(filename))
        with out.open(encoding="utf-8") as lines:
            sheets: Hidden = dict(json.loads(next(lines)))
            if sheet is not None and sheet not in sheets:
                raise InputError(f"“{filename}” has no sheet “{sheet}”.", f"It has {listed([*sheets])}.")
            found: list[Cells] = []
            row = 0
            for line in lines:
                content = json.loads(line)
                if isinstance(content, str):  # the next sheet
                    found.append(Cells(filename, content))
                    row = 0
                    continue
                if isinstance(content, dict):
                    found[-1].merged += [tuple(place) for place in content["merged"]]
                    continue
                for column, value in enumerate(content):
                    found[-1].add(row, column, text_of(value))
                row += 1
    return chosen(found, sheets, filename, sheet, header_line)
