"""Reads xls and xlsb in a process of its own: python binary.py FILE SHEET OUT ("" for the first sheet that is filled).

The library that reads them ends its process when a damaged file asks for more memory than there is. OUT gets one JSON
text a line: the names of the sheets and whether each is hidden, then for each sheet, up to the first that is no small
one, its name, its merged cells and its rows. Nothing of embedcore is imported, so that it starts quickly."""

from __future__ import annotations

import datetime as dt
import json
import pathlib
import sys

MEMORY = 2 << 30  # bytes of addresses, far more than the largest xls needs (chosen by hand)


SMALL = 50  # rows of several cells up to which the next sheet is read, too (chosen by hand)


def plain(value: object) -> object:
    """A cell as JSON: dates as text, as `render.text_of` writes them."""
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d" if value.time() == dt.time(0) else "%Y-%m-%d %H:%M:%S")
    if isinstance(value, dt.date | dt.time | dt.timedelta):
        return str(value)
    return value


def main(path: str, wanted: str, out: str) -> None:
    """Write one sheet."""
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    with CalamineWorkbook.from_path(path) as book, pathlib.Path(out).open("w", encoding="utf-8") as to:
        about = [(s.name, s.visible != SheetVisibleEnum.Visible) for s in book.sheets_metadata]
        print(json.dumps(about), file=to)
        tables = [n for n, s in enumerate(book.sheets_metadata) if s.typ == SheetTypeEnum.WorkSheet]
        order = [n for n in sorted(tables, key=lambda n: about[n][1]) if wanted in ("", about[n][0])]
        for n in order:
            sheet = book.get_sheet_by_index(n)
            rows = sheet.to_python(skip_empty_area=False)
            filled = [sum(v != "" and not (isinstance(v, str) and v.isspace()) for v in row) for row in rows]
            if any(filled):
                print(json.dumps(about[n][0]), file=to)
                places = [[*first, *last] for first, last in sheet.merged_cell_ranges or ()]
                print(json.dumps({"merged": places}), file=to)
                for row in rows:
                    print(json.dumps([plain(v) for v in row]), file=to)
                # A cover or a small list may stand before the table.
                if sum(n > 2 for n in filled) > SMALL:
                    return


if __name__ == "__main__":
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))
    except (ImportError, ValueError, OSError):
        pass  # not every system has limits, and a lower one may be set already
    main(*sys.argv[1:])
