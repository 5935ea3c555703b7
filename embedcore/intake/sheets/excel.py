"""Spreadsheets (xlsx, xlsm, xlsb, xls, ods) -> a table of text: the sheet, the line of the column names, the rows."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from embedcore.errors import InputError
from embedcore.intake.columns.names import listed
from embedcore.intake.sheets import binary, bounds, ods, xlsx
from embedcore.intake.sheets.cells import Cells, Sheet
from embedcore.intake.sheets.packed import BROKEN, Package, damaged, protected
from embedcore.intake.tables.render import text_of
from embedcore.progress import Progress, silent

Hidden = dict[str, bool]  # sheets in their order, and whether each is hidden


def read_excel(
    path: Path, filename: str, sheet: str | None = None, header_line: int | None = None, progress: Progress = silent
) -> Sheet:
    """Read one sheet (the first that holds anything when none is named). Formulas give the value last computed.

    header_line: 1-based row of the column names, 0 when there are none, None to find it. InputError when it cannot
    be read.
    """
    try:
        if not zipfile.is_zipfile(path):
            return _binary(path, filename, sheet, header_line, progress)
        with Package(path, filename) as package:
            if "content.xml" in package:
                tables = ods.read_sheets(package, filename, sheet, progress)
                return _chosen(iter(tables), {c.name: False for c in tables}, filename, sheet, header_line)
            if "xl/workbook.bin" in package:
                return _binary(path, filename, sheet, header_line, progress, package)
            book = xlsx.read_book(package, filename)
            order = xlsx.choose(book, filename, sheet)
            read = (xlsx.read_cells(package, book, n, filename, progress) for n in order)
            return _chosen(read, {name: hidden for name, _, hidden in book.sheets}, filename, sheet, header_line)
    except BROKEN:
        if _locked(path):
            raise protected(filename) from None
        raise damaged(filename) from None


def _chosen(read: Iterable[Cells], sheets: Hidden, filename: str, sheet: str | None, header_line: int | None) -> Sheet:
    """The first sheet that holds anything. read: the sheets, in the order in which they are tried."""
    cells = next((c for c in read if c), None)
    if cells is None:
        what = f"The sheet “{sheet}” of “{filename}” is empty." if sheet else f"“{filename}” has only empty sheets."
        raise InputError(what, "Choose another sheet or file.")
    found = cells.sheet(tuple(sheets), header_line)
    if len(sheets) > 1 and sheet is None:
        others = f"The sheet “{cells.name}” was read; the file has {len(sheets):,}: {listed([*sheets])}."
        if sheets.get(cells.name):
            others = others.replace("was read;", "was read, which is hidden;")
        found = replace(found, notices=(*found.notices, others))
    return found


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
            cells = Cells(filename, json.loads(next(lines, '""')))
            for row, line in enumerate(lines):
                for column, value in enumerate(json.loads(line)):
                    cells.add(row, column, text_of(value))
    return _chosen([cells], sheets, filename, sheet, header_line)
