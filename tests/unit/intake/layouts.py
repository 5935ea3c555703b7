"""Reads small tables for the tests of the layouts."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

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
