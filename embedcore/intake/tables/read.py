"""A file of any kind -> a Table: text in every cell, the rejected rows, and a report of how it was read."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from embedcore.errors import InputError, MissingError
from embedcore.intake.columns.names import column_names, listed, plural
from embedcore.intake.tables import delimited, large, spool
from embedcore.intake.tables.excel import read_excel
from embedcore.intake.tables.render import arrow_text
from embedcore.progress import Progress, part, silent


@dataclass(frozen=True)
class ReadReport:
    """How a file was read. header_line: 1-based line of the column names, 0 when there are none. rows_in == kept +
    rejected. notices: plain sentences that a person should see.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "a.csv").write_text("sku;name\\n1;Mug\\n2\\n")
    ...     report = read_table(Path(folder) / "a.csv", "a.csv").report
    >>> report.delimiter, report.rows_in, report.kept, report.rejected
    (';', 2, 1, 1)
    """

    kind: str
    encoding: str | None
    delimiter: str | None
    header_line: int
    rows_in: int
    kept: int
    rejected: int
    columns: tuple[str, ...]
    sheets: tuple[str, ...]
    notices: tuple[str, ...]
    sheet: str | None = None


@dataclass(frozen=True, eq=False)
class Table:
    """A table of text. frame: every column str, missing as NA. rejected: line (1-based line of the file), reason, text.
    file: a Parquet file with all rows, when frame holds only the first of them.

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

    def whole(self) -> pd.DataFrame:
        """All rows in memory."""
        return self.frame if self.file is None else pd.read_parquet(self.file)

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
    def load(cls, folder: Path, head: bool = False) -> Table:
        """Read what `save` wrote; MissingError when it is not there. head: of a large table only the first rows."""
        try:
            report: Mapping[str, object] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
            rejected = pd.read_parquet(folder / "rejected.parquet")
            file = folder / large.FILE if head and int(str(report["kept"])) > large.LARGE else None
            frame = pd.read_parquet(folder / large.FILE) if file is None else large.first_rows(file)
        except FileNotFoundError:
            raise MissingError("This file is no longer in the data folder.", "Read it again.") from None
        values = {k: tuple(v) if isinstance(v, list) else v for k, v in report.items()}
        return cls(frame, rejected, ReadReport(**values), file)  # type: ignore[arg-type]


def read_table(
    path: Path,
    filename: str,
    *,
    delimiter: str | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
    header_line: int | None = None,
    ragged: bool = False,
    folder: Path | None = None,
    progress: Progress = silent,
) -> Table:
    """Read CSV, TSV or any delimited text, gz, Excel or Parquet, known by its first bytes.

    filename: what the person calls it, for messages. delimiter, encoding, sheet, header_line (1-based, 0: there are no
    column names): found where None. ragged: each line of the text is one basket (found by itself in clear cases).
    folder: where the rows of a table with more than large.LARGE rows are kept instead of in memory (Table.file).
    InputError, one sentence, for anything that is not a table.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "a.csv").write_text("sku,name\\n1,Mug\\n")
    ...     table = read_table(Path(folder) / "a.csv", "a.csv")
    >>> table.frame.to_dict("records")
    [{'sku': '1', 'name': 'Mug'}]
    """
    path = Path(path)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    kind = spool.kind(path, filename)
    if kind == "gz":
        with TemporaryDirectory(prefix="embedcore-", dir=folder) as near:
            inner = Path(near) / "unpacked"
            spool.unpack(path, filename, inner, part(progress, 0, 20))
            if spool.kind(inner, filename) == "gz":
                raise InputError(f"“{filename}” is packed twice.", "Unpack it once and try again.")
            return read_table(
                inner,
                filename,
                delimiter=delimiter,
                encoding=encoding,
                sheet=sheet,
                header_line=header_line,
                ragged=ragged,
                folder=folder,
                progress=part(progress, 20, 100),
            )
    if kind == "parquet":
        if folder is not None and large.parquet_rows(path, filename) > large.LARGE:
            return _large_parquet(path, filename, folder, progress)
        return _parquet(path, filename, progress)
    if kind == "excel":
        return _excel(path, filename, sheet, header_line, progress)
    r = delimited.read_text(
        path,
        filename,
        delimiter=delimiter,
        encoding=encoding,
        header_line=header_line,
        ragged=ragged,
        folder=folder,
        progress=progress,
    )
    notices = list(r.notices)
    if not len(r.frame) and not len(r.rejected):
        notices.append("The file has column names but no rows.")
    elif len(r.rejected):
        notices.append(
            f"Rejected: {len(r.rejected):,} of {plural(r.rows_in, 'row')}, listed with the line and the reason."
        )
    return _done(r.frame, r.rejected, "csv", r.rows_in, notices, r.header_line, r.encoding, r.delimiter, file=r.file)


def _done(
    frame: pd.DataFrame,
    rejected: pd.DataFrame,
    kind: str,
    rows_in: int,
    notices: list[str],
    header_line: int = 1,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheets: tuple[str, ...] = (),
    sheet: str | None = None,
    file: Path | None = None,
) -> Table:
    report = ReadReport(
        kind,
        encoding,
        delimiter,
        header_line,
        rows_in,
        rows_in - len(rejected),
        len(rejected),
        tuple(map(str, frame.columns)),
        sheets,
        tuple(notices),
        sheet,
    )
    return Table(frame.reset_index(drop=True), rejected, report, file)


def _none_rejected() -> pd.DataFrame:
    texts = pd.Series(dtype="str")
    return pd.DataFrame({"line": np.empty(0, np.int64), "reason": texts, "text": texts})


def _parquet(path: Path, filename: str, progress: Progress) -> Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(os.fspath(path)) as source:  # which reads columns of the same name, too
            table = source.read()
    except (pa.ArrowException, OSError, ValueError):
        raise large.damaged(filename) from None
    columns: list[pd.Series] = []
    names, left_out = [], []
    for n, name in enumerate(table.column_names):
        progress(n, table.num_columns, note="Reading the columns")
        series = None if name.startswith("__index_level_") else arrow_text(table.column(n))
        if series is not None:
            columns.append(series)
            names.append(name)
        elif not name.startswith("__index_level_"):
            left_out.append(name)
    if not columns:
        raise InputError(f"“{filename}” has no column of text, numbers or dates.", "Choose another file.")
    final, notices = column_names(names, len(names))
    frame = pd.concat(columns, axis=1)
    frame.columns = pd.Index(final)
    notices += _without(left_out)
    if not len(frame):
        notices.append("The file has columns but no rows.")
    progress(1, 1, note="Read")
    return _done(frame, _none_rejected(), "parquet", len(frame), notices, header_line=0)


def _large_parquet(path: Path, filename: str, folder: Path, progress: Progress) -> Table:
    rows, left_out, notices = large.parquet(path, filename, folder / large.FILE, progress)
    notices += _without(left_out)
    return _done(rows.head, _none_rejected(), "parquet", rows.rows, notices, header_line=0, file=rows.path)


def _without(left_out: list[str]) -> list[str]:
    return [f"Columns of raw bytes, such as images, are left out: {listed(left_out)}."] if left_out else []


def _excel(path: Path, filename: str, sheet: str | None, header_line: int | None, progress: Progress) -> Table:
    r = read_excel(path, filename, sheet, header_line, progress)
    return _done(
        r.frame, _none_rejected(), "excel", len(r.frame), list(r.notices), r.header_line, sheets=r.sheets, sheet=r.sheet
    )
