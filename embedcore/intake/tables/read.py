"""A file of any kind -> a Table: text in every cell, the rejected rows, and a report of how it was read."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Unpack

import numpy as np
import pandas as pd

from embedcore.errors import InputError, MissingError
from embedcore.intake.columns.names import plural
from embedcore.intake.decisions import NOTHING, Decision, Settings
from embedcore.intake.layout.tidy import tidy
from embedcore.intake.sheets.cells import Sheet
from embedcore.intake.sheets.excel import read_excel
from embedcore.intake.sheets.web import read_web
from embedcore.intake.tables import large, parquet, spool
from embedcore.intake.tables.json_rows import read_json
from embedcore.intake.tables.options import ReadOptions, with_settings
from embedcore.intake.text import delimited
from embedcore.progress import Progress, part, silent


@dataclass(frozen=True)
class ReadReport:
    """How a file was read. header_line: 1-based line of the column names, 0 when there are none. rows_in == kept +
    rejected + filled, where filled counts rows whose values went into other rows. notices: plain sentences that a
    person should see. decisions: what was understood, each of which a setting can change.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "a.csv").write_text("sku;name\\n1;Mug\\n2\\n")
    ...     report = read_table(Path(folder) / "a.csv", "a.csv").report
    >>> report.delimiter, report.rows_in, report.kept, report.rejected
    (';', 2, 1, 1)
    """

    kind: str
    rows_in: int
    kept: int
    rejected: int
    columns: tuple[str, ...]
    notices: tuple[str, ...]
    encoding: str | None = None
    delimiter: str | None = None
    header_line: int = 0
    sheets: tuple[str, ...] = ()
    sheet: str | None = None
    filled: int = 0
    decisions: tuple[Decision, ...] = ()


@dataclass(frozen=True, eq=False)
class Table:
    """A table of text. frame: every column str, missing as NA. rejected: line (1-based line of the file), reason, text.
    file: a Parquet file with all rows, when frame holds only the first of them. lines: (rows,) int64, the line of the
    file in which each row begins, of a table that was read just now and lies in memory.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "a.csv").write_text("sku,name\\n1,Mug\\n")
    ...     read_table(Path(folder) / "a.csv", "a.csv").save(Path(folder) / "kept")
    ...     Table.load(Path(folder) / "kept").frame.to_dict("records")
    [{'sku': '1', 'name': 'Mug'}]
    """

    frame: pd.DataFrame
    rejected: pd.DataFrame
    report: ReadReport
    file: Path | None = None
    lines: np.ndarray | None = None

    def whole(self) -> pd.DataFrame:
        """All rows in memory."""
        return self.frame if self.file is None else pd.read_parquet(self.file)

    def cells(self, column: str) -> Iterator[pd.Series]:
        """All cells of a column, part by part when they lie in a file."""
        if self.file is None:
            yield self.frame[column]
            return
        import pyarrow.parquet as pq

        with pq.ParquetFile(self.file, buffer_size=1 << 20) as source:
            for batch in large.parts(source, large.ROWS, [column]):
                yield batch.to_pandas()[column].astype("str")

    def save(self, folder: Path) -> None:
        """Write the table as parquet + JSON into `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        if self.file is None:
            self.frame.to_parquet(folder / large.FILE, index=False)
        elif self.file.parent.absolute() != folder.absolute():
            shutil.copyfile(self.file, folder / large.FILE)
        self.rejected.to_parquet(folder / "rejected.parquet", index=False)
        (folder / "report.json").write_text(json.dumps(asdict(self.report), ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, *, head: bool = False, shown: bool = False) -> Table:
        """Read what `save` wrote; MissingError when it is not there. head: only the first rows of a large table. shown:
        the same for a page, for which tables are large earlier."""
        above, rows = (large.SHOWN, large.SHOWN_HEAD) if shown else (large.LARGE, large.HEAD)
        try:
            facts: Mapping[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
            rejected = pd.read_parquet(folder / "rejected.parquet")
            file = folder / large.FILE if (head or shown) and int(facts["kept"]) > above else None
            frame = pd.read_parquet(folder / large.FILE) if file is None else large.first_rows(file, rows)
        except FileNotFoundError:
            raise MissingError("This file is no longer in the data folder.", "Read it again.") from None
        values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in facts.items()}
        values["decisions"] = tuple(_decision(d) for d in facts.get("decisions", ()))
        return cls(frame, rejected, ReadReport(**values), file)


def _decision(found: Mapping[str, Any]) -> Decision:
    return Decision(**{**found, "choices": tuple((value, words) for value, words in found["choices"])})


def read_table(
    path: Path,
    filename: str,
    *,
    use: str = "",
    settings: Settings = NOTHING,
    folder: Path | None = None,
    progress: Progress = silent,
    **options: Unpack[ReadOptions],
) -> Table:
    """Read CSV, TSV or any delimited text, JSON, gz, Excel or Parquet, known by its first bytes.

    filename: what the person calls it, for messages. use: "catalogue" or "baskets" brings the table into one row per
    product, or per product bought; "" leaves the rows as they are. settings: what a person chose instead of what is
    understood, by the key of the decision (ReadReport.decisions). folder: where the rows of a table with more than
    large.LARGE rows are kept instead of in memory (Table.file). options: delimiter, encoding, sheet, header_line
    (1-based, 0 when there are no column names) and ragged (each line of the text is one basket); what is not given is
    found. InputError, one sentence, for anything that is not a table.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "a.csv").write_text("sku,name\\n1,Mug\\n")
    ...     table = read_table(Path(folder) / "a.csv", "a.csv")
    >>> table.frame.to_dict("records")
    [{'sku': '1', 'name': 'Mug'}]
    """
    table = _read(Path(path), filename, folder, progress, **with_settings(options, settings))
    if not use:
        return table
    return _tidied(table, use, settings) if table.file is None else _looked_at(table, use, settings)


def _looked_at(table: Table, use: str, settings: Settings) -> Table:
    """A table too large for memory; a decision warns when its first rows are not one per product."""
    found = tidy(table.frame, np.arange(1, len(table.frame) + 1), use, settings).decisions
    said = " ".join(d.sentence for d in found if d.choices)
    if not said:
        return table
    sentence = (
        f"The table has {table.report.kept:,} rows, too many to sort them out: all are kept as they are. Among the "
        f"first {len(table.frame):,} this would be: {said}"
    )
    decisions = (*table.report.decisions, Decision("large", sentence, rows=table.report.kept))
    return replace(table, report=replace(table.report, decisions=decisions))


def _tidied(table: Table, use: str, settings: Settings) -> Table:
    """The table with one row per product or purchase."""
    lines = np.arange(1, len(table.frame) + 1) if table.lines is None else table.lines
    found = tidy(table.frame, lines, use, settings)
    rejected = pd.concat([table.rejected, found.rejected]) if len(found.rejected) else table.rejected
    report = replace(
        table.report,
        kept=len(found.frame),
        rejected=len(rejected),
        filled=found.filled,
        columns=tuple(map(str, found.frame.columns)),
        decisions=(*table.report.decisions, *found.decisions),
    )
    return Table(found.frame, rejected.reset_index(drop=True), report, lines=found.lines)


def _read(path: Path, filename: str, folder: Path | None, progress: Progress, **options: Unpack[ReadOptions]) -> Table:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    kind = spool.kind(path, filename)
    if kind == "gz":
        with TemporaryDirectory(prefix="embedcore-", dir=folder) as near:
            inner = Path(near) / "unpacked"
            spool.unpack(path, filename, inner, part(progress, 0, 20))
            if spool.kind(inner, filename) == "gz":
                raise InputError(f"“{filename}” is packed twice.", "Unpack it once and try again.")
            return _read(inner, filename, folder, part(progress, 20, 100), **options)
    if kind in ("excel", "web"):
        read = read_excel if kind == "excel" else read_web
        found = read(path, filename, options.get("sheet"), options.get("header_line"), progress)
        return _of_sheet(found, "excel" if found.sheets else "web")
    if kind == "json":
        return _json(path, filename, options.get("encoding"), progress)
    if kind != "parquet":
        return _text(path, filename, folder, progress, **options)
    return _parquet(path, filename, folder, progress)


def _text(path: Path, filename: str, folder: Path | None, progress: Progress, **options: Unpack[ReadOptions]) -> Table:
    found = delimited.read_text(path, filename, folder=folder, progress=progress, **options)
    rejected, notices = len(found.rejected), list(found.notices)
    if not len(found.frame) and not rejected:
        notices.append("The file has column names but no rows.")
    elif rejected:
        notices.append(_rejected(rejected, found.rows_in))
    report = ReadReport(
        "csv",
        found.rows_in,
        found.rows_in - rejected,
        rejected,
        tuple(map(str, found.frame.columns)),
        tuple(notices),
        encoding=found.encoding,
        delimiter=found.delimiter,
        header_line=found.header_line,
        decisions=found.decisions,
    )
    return Table(found.frame.reset_index(drop=True), found.rejected, report, found.file, found.lines)


def _json(path: Path, filename: str, encoding: str | None, progress: Progress) -> Table:
    found = read_json(path, filename, encoding, progress)
    kept, rejected, notices = len(found.frame), len(found.rejected), list(found.notices)
    if rejected:
        notices.append(_rejected(rejected, kept + rejected))
    columns = tuple(map(str, found.frame.columns))
    report = ReadReport(
        "json",
        kept + rejected,
        kept,
        rejected,
        columns,
        tuple(notices),
        encoding=found.encoding,
        header_line=0,
        decisions=found.decisions,
    )
    return Table(found.frame, found.rejected, report, lines=found.lines)


def _rejected(rows: int, of: int) -> str:
    return f"Rejected: {rows:,} of {plural(of, 'row')}, listed with the line and the reason."


def _all_kept(frame: pd.DataFrame, rows: int, kind: str, notices: Sequence[str], file: Path | None = None) -> Table:
    """A table of which no row was rejected."""
    texts = pd.Series(dtype="str")
    rejected = pd.DataFrame({"line": np.empty(0, np.int64), "reason": texts, "text": texts})
    report = ReadReport(kind, rows, rows, 0, tuple(map(str, frame.columns)), tuple(notices))
    return Table(frame.reset_index(drop=True), rejected, report, file)


def _parquet(path: Path, filename: str, folder: Path | None, progress: Progress) -> Table:
    many = parquet.rows(path, filename) > large.LARGE
    out = folder / large.FILE if folder is not None and many else None
    found, notices = parquet.read(path, filename, out, progress)
    if not found.rows:
        notices.append("The file has columns but no rows.")
    progress(1, 1, note="Read")
    return _all_kept(found.head, found.rows, "parquet", notices, found.path)


def _of_sheet(found: Sheet, kind: str) -> Table:
    """The table of a sheet, whose rejected rows hold nothing but cells far from it."""
    kept, rejected = len(found.frame), len(found.rejected)
    notices = list(found.notices)
    if rejected:
        notices.append(_rejected(rejected, kept + rejected))
    report = ReadReport(
        kind,
        kept + rejected,
        kept,
        rejected,
        tuple(map(str, found.frame.columns)),
        tuple(notices),
        header_line=found.header_line,
        sheets=found.sheets,
        sheet=found.sheet or None,
        decisions=found.decisions,
    )
    return Table(found.frame, found.rejected, report, lines=found.lines)
