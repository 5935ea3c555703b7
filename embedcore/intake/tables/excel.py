"""Spreadsheets (xlsx, xlsm, xlsb, xls, ods) -> a table of text: the sheet, the line of the column names, the rows."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from embedcore.errors import InputError
from embedcore.intake.columns.names import column_names, listed
from embedcore.intake.tables.dialect import is_label_row
from embedcore.intake.tables.render import text_of
from embedcore.progress import Progress, silent

SAMPLE = 200  # rows that are looked at to find the column names


@dataclass(frozen=True, eq=False)
class Sheet:
    """One sheet as it was read. header_line: 1-based row of the column names, 0 when there are none."""

    frame: pd.DataFrame
    sheets: tuple[str, ...]
    sheet: str
    header_line: int
    notices: tuple[str, ...]


def read_excel(
    path: Path, filename: str, sheet: str | None = None, header_line: int | None = None, progress: Progress = silent
) -> Sheet:
    """Read one sheet (the first that holds anything when none is named). Formulas give the value last computed.

    header_line: 1-based row of the column names, 0 when there are none, None to find it. InputError when it cannot
    be read.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            sheets = tuple(book.sheet_names)
            if sheet is not None and sheet not in sheets:
                raise InputError(f"“{filename}” has no sheet “{sheet}”.", f"It has {listed(sheets)}.")
            for name in [sheet] if sheet else sheets:
                progress(0, 100, note=f"Reading the sheet {name}")
                rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
                if any(text_of(v) for row in rows for v in row):
                    break
            else:
                what = (
                    f"The sheet “{sheet}” of “{filename}” is empty."
                    if sheet
                    else f"“{filename}” has only empty sheets."
                )
                raise InputError(what, "Choose another sheet or file.")
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError) as e:
        if "assword" in str(e) or _locked(path):
            raise InputError(f"“{filename}” is protected by a password.", "Save it without one and retry.") from None
        raise InputError(f"“{filename}” is a damaged spreadsheet.", "Open it, save it again and retry.") from None
    found = _sheet(rows, name, sheets, header_line, progress)
    if len(sheets) > 1 and sheet is None:
        others = f"The sheet “{name}” was read; the file has {len(sheets):,}: {listed(sheets)}."
        found = replace(found, notices=(*found.notices, others))
    return found


def _locked(path: Path) -> bool:
    with path.open("rb") as f:
        return "EncryptedPackage".encode("utf-16-le") in f.read(1 << 20)


def _sheet(
    rows: list[list[Any]], name: str, sheets: tuple[str, ...], header_line: int | None, progress: Progress
) -> Sheet:
    cells: list[list[str | None]] = []
    for n, row in enumerate(rows):
        cells.append([text_of(v) for v in row])
        if n % 5000 == 0:
            progress(int(90 * n / len(rows)), 100, note="Reading the rows")
    filled = [n for n, row in enumerate(cells) if any(row)]
    if header_line and header_line > len(cells):
        raise InputError(f"The sheet “{name}” has no row {header_line:,} for the column names.", "Choose another row.")
    header = header_line - 1 if header_line else None if header_line == 0 else _find_header(cells, filled)
    body = [n for n in filled if header is None or n > header]
    first_body = filled[0] if header is None else header
    used = [n for n in filled if n >= first_body]
    columns = sorted({c for n in used for c, v in enumerate(cells[n]) if v})
    columns = list(range(columns[0], columns[-1] + 1)) if columns else []
    names, notices = column_names([cells[header][c] or "" for c in columns] if header is not None else [], len(columns))
    frame = pd.DataFrame([[cells[n][c] for c in columns] for n in body], columns=names, dtype="str")
    if header is not None and header > filled[0]:
        notices.append(f"The column names were found in row {header + 1:,}; the rows above it are not used.")
    if not len(frame):
        notices.append("The sheet has column names but no rows.")
    progress(100, 100, note="Read")
    return Sheet(frame, sheets, name, header + 1 if header is not None else 0, tuple(notices))


def _find_header(cells: list[list[str | None]], filled: list[int]) -> int | None:
    """The first row that is about as wide as the table; None when it looks like the rows under it."""
    sample = filled[:SAMPLE]
    width = max(sum(v is not None for v in cells[n]) for n in sample)
    at = next(n for n in sample if sum(v is not None for v in cells[n]) >= min(max(2, 0.6 * width), width))
    below = [[v or "" for v in cells[n]] for n in sample if n > at]
    return at if is_label_row([v or "" for v in cells[at]], below) else None
