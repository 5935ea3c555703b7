"""Reads small tables for the tests of the layouts."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from embedcore.intake.sheets.places import letters
from embedcore.intake.tables.read import Table, read_table


def read(text: str | bytes, use: str = "catalogue", name: str = "table.csv", **settings: str) -> Table:
    """The table, of which every row is accounted for."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        table = read_table(path, name, use=use, settings=settings)
    report = table.report
    assert report.rows_in == report.kept + report.rejected + report.filled
    assert (report.kept, report.rejected) == (len(table.frame), len(table.rejected))
    assert table.lines is not None
    assert len(table.lines) == len(table.frame)
    return table


def keys(table: Table) -> list[str]:
    """The keys of what was understood."""
    return [decision.key for decision in table.report.decisions]


def said(table: Table, key: str) -> str:
    """The sentence about a key."""
    return next(decision.sentence for decision in table.report.decisions if decision.key == key)


def book(sheets: dict[str, list[list[str]]], merged: str = "") -> bytes:
    """An xlsx. sheets: name -> its rows, from row 1 on; [] leaves a row out. merged: ranges of the first sheet."""
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    listed = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(sheets, 1))
    links = "".join(
        f'<Relationship Id="r{n}" Type="{kind}/worksheet" Target="worksheets/s{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    ranges = "".join(f'<mergeCell ref="{r}"/>' for r in merged.split())
    parts = {
        "xl/workbook.xml": f'<workbook {main} xmlns:r="{kind}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f"<Relationships>{links}</Relationships>",
    }
    for n, rows in enumerate(sheets.values(), 1):
        body = "".join(
            f'<row r="{r}">'
            + "".join(
                f'<c r="{letters(c)}{r}" t="inlineStr"><is><t>{cell}</t></is></c>' for c, cell in enumerate(row) if cell
            )
            + "</row>"
            for r, row in enumerate(rows, 1)
        )
        after = f"<mergeCells>{ranges}</mergeCells>" if ranges and n == 1 else ""
        parts[f"xl/worksheets/s{n}.xml"] = f"<worksheet {main}><sheetData>{body}</sheetData>{after}</worksheet>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        for name, content in parts.items():
            z.writestr(name, content)
    return out.getvalue()
