"""Delimited text -> a table of text in which every line of the file is accounted for."""

from __future__ import annotations

import mmap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from embedcore.errors import InputError
from embedcore.intake.columns.names import column_names
from embedcore.intake.tables import dialect, large, spool
from embedcore.intake.tables.lexer import Lexer
from embedcore.intake.tables.line_index import TEXT, Bad, Books, audit, too_many
from embedcore.progress import Progress, part, silent

SAMPLE_BYTES, SAMPLE_LINES = 1 << 20, 1000
LONG_RECORD = 1000
MAX_COLUMNS = 5000
# One row may be noted once per missing or surplus cell. Beyond this the rows do not add up, and are read by hand.
MAX_REJECTS = 200_000
BY_HAND = 20_000  # rows at a time
_READ = """
SELECT * FROM read_csv($path, auto_detect=false, header=false, columns={columns}, delim=$delim, quote=$quote,
    escape=$quote, new_line='\\n', nullstr='', store_rejects=true, rejects_limit={rejects}, strict_mode=true,
    parallel={parallel}, max_line_size={longest}, buffer_size={buffer})
"""
_REJECTS = """
SELECT line_byte_position - 1 AS at, first(error_type ORDER BY column_idx) AS kind, max(column_idx) AS cells
FROM reject_errors GROUP BY line_byte_position ORDER BY line_byte_position
"""


@dataclass(frozen=True, eq=False)
class Read:
    """What was read. header_line: 1-based line of the column names, 0 when there are none. file: where all rows lie,
    when frame holds only the first of them."""

    frame: pd.DataFrame
    rejected: pd.DataFrame
    encoding: str
    delimiter: str
    header_line: int
    rows_in: int
    notices: tuple[str, ...]
    file: Path | None = None


def read_text(
    path: Path,
    filename: str,
    *,
    delimiter: str | None = None,
    encoding: str | None = None,
    header_line: int | None = None,
    ragged: bool = False,
    folder: Path | None = None,
    progress: Progress = silent,
) -> Read:
    """Read delimited text; rows_in == rows + len(rejected). folder: for the rows of a large table. InputError when
    there is nothing to read."""
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '" \n\r\x00' or not delimiter.isascii()):
        raise InputError("A delimiter is one plain character, such as a comma.", "Choose comma, semicolon, tab or bar.")
    with TemporaryDirectory(prefix="embedcore-", dir=folder) as near:
        text = spool.to_text(path, filename, Path(near) / "text", encoding, part(progress, 0, 40))
        size = text.path.stat().st_size
        lines = _sample(text.path)
        if not any(line.strip() for line in lines) and size < SAMPLE_BYTES:
            raise InputError(f"“{filename}” holds nothing but empty lines.", "Choose a file with a header and rows.")
        if header_line and header_line > len(lines):
            raise InputError(f"“{filename}” has no line {header_line:,} for the column names.", "Choose another line.")
        how = dialect.find(lines, delimiter, header_line, ragged)
        if how.width > MAX_COLUMNS:
            raise InputError(f"“{filename}” has {how.width:,} columns, more than we can read.", "Check the delimiter.")
        with text.path.open("r+b") as f:
            # Closed when the last array that looks into it is gone, not before.
            data = mmap.mmap(f.fileno(), 0)
        if how.ragged:
            return _ragged(data, how, text, progress)
        out = folder / large.FILE if folder is not None else None
        return _table(data, how, text, Path(near), out, progress)


def _sample(path: Path) -> list[bytes]:
    lines = spool.first_bytes(path, SAMPLE_BYTES).split(b"\n")
    return (lines[:-1] or lines)[:SAMPLE_LINES]


def _table(
    data: mmap.mmap, how: dialect.Dialect, text: spool.Text, near: Path, out: Path | None, progress: Progress
) -> Read:
    notices = list(text.notices)
    if how.header is not None and how.header > 0:
        notices.append(f"The column names were found in line {how.header + 1:,}; the lines above it are not used.")
    names, said = column_names(how.columns, how.width)
    notices += said
    progress(40, 100, note="Finding the rows")
    books = audit(data, how, near, part(progress, 40, 60))
    notices += _long(books)
    much = out is not None and books.records > large.LARGE

    def rows() -> Rows:
        return large.Writer(out, names) if much and out is not None else _Kept(names)

    # Cases that the parser reads otherwise than our rules, or not at all, are rare or small.
    kept: Rows | None = None
    tell = part(progress, 60, 100)
    if books.records > len(books.bad) and not books.padded and not (books.bad and len(names) == 1):
        books.blot()
        data.flush()
        with rows() as kept:
            rejected = _duckdb(text.path, near, how.delimiter, len(names), books, kept, tell)
    if kept is None or kept.rows + len(rejected) != books.records:
        with rows() as kept:
            rejected = _by_hand(books, how.delimiter, len(names), kept, tell)
        if kept.rows + len(rejected) != books.records:
            if much and out is not None:
                out.unlink()
            raise InputError(
                "Some lines of this file could not be accounted for, so nothing was read.",
                "Open it in a spreadsheet and save it again as CSV.",
            )
    progress(100, 100, note="Read")
    header = 0 if how.header is None else how.header + 1
    return Read(
        kept.head, rejected, text.encoding, how.delimiter, header, books.records, tuple(notices), out if much else None
    )


class Rows(Protocol):
    """What takes the rows: a file, or memory."""

    rows: int

    @property
    def head(self) -> pd.DataFrame: ...
    def add(self, columns: Sequence[Any]) -> None: ...
    def __enter__(self) -> Any: ...
    def __exit__(self, *_: Any) -> None: ...


class _Kept:
    """Rows in memory, all of them."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names, self.rows = names, 0
        self._parts: list[Any] = []

    def __enter__(self) -> _Kept:
        return self

    def __exit__(self, *_: Any) -> None:
        pass

    def add(self, columns: Sequence[Any]) -> None:
        self._parts.append(columns)
        self.rows += len(columns[0])

    @property
    def head(self) -> pd.DataFrame:
        import pyarrow as pa

        text = pa.large_string()
        found = [pa.chunked_array([p[n] for p in self._parts], pa.string()).cast(text) for n in range(len(self._names))]
        series = [pd.Series(c.to_pandas().astype("str")) for c in found]
        frame = pd.concat(series, axis=1) if series else pd.DataFrame()
        frame.columns = pd.Index(self._names)
        return frame


def _long(books: Books) -> list[str]:
    """A quote that swallowed real rows looks like one very long record: say so loudly."""
    if not books.spans:
        return []
    line, lines = max(books.spans.items(), key=lambda x: x[1])
    if lines <= LONG_RECORD:
        return []
    return [
        f"CAUTION: one row begins in line {line + 1:,} and goes on for {lines:,} lines. A quote is probably missing "
        "there, and the rows after it were swallowed: look at that line before you go on."
    ]


def _duckdb(
    path: Path, folder: Path, delimiter: str, width: int, books: Books, kept: Rows, tell: Progress
) -> pd.DataFrame:
    """Read the body of the text, every cell VARCHAR, into `kept`; the rows that were rejected."""
    body = path
    if books.first:
        body = folder / "body"
        with path.open("rb") as f, body.open("wb") as to:
            f.seek(int(books.start[books.first]))
            while chunk := f.read(spool.CHUNK):
                to.write(chunk)
                tell(0, 1, note="Reading the rows")
    longest = max(books.longest + 1024, 2 << 20)
    query = _READ.format(
        columns="{" + ", ".join(f"'c{n}': 'VARCHAR'" for n in range(width)) + "}",
        # The parallel reader guesses where records begin, and loses rows in text with quoted line ends.
        parallel="false" if books.quotes else "true",
        rejects=MAX_REJECTS,
        longest=longest,
        buffer=max(longest + 1024, 16 << 20),
    )
    config: dict[str, str | bool | int | float | list[str]]
    config = {"autoinstall_known_extensions": "false", "temp_directory": str(folder / "spill"), "memory_limit": "2GB"}
    with duckdb.connect(config=config) as con:
        con.execute("SET enable_progress_bar = false")
        relation = con.sql(query, params={"path": str(body), "delim": delimiter, "quote": '"' if books.quotes else ""})
        for batch in relation.to_arrow_reader(large.ROWS):
            if width == 1:
                batch = batch.filter(pc.not_equal(pc.ascii_trim(pc.fill_null(batch.column(0), ""), " "), ""))
            kept.add(batch.columns)
            tell(kept.rows, books.records, note="Reading the rows")
        found = con.execute(_REJECTS).fetchall()
    offset = int(books.start[books.first])
    at = np.array([f[0] for f in found], np.int64) + offset
    lines = np.searchsorted(books.start, at, side="right") - 1
    rows = []
    for line, (_, kind, cells) in zip(lines.tolist(), found, strict=True):
        n = books.record_at(line)
        if n is not None:
            rows.append(books.bad.get(n) or Bad(n, _reason(kind, cells, width), _text(books, n)))
    return _rejected(rows)


def _reason(kind: str, cells: int | None, width: int) -> str:
    if kind == "MISSING COLUMNS":
        return f"too few cells: fewer than the {width:,} of the header"
    if kind == "TOO MANY COLUMNS":
        return too_many(cells or width + 1, width)
    return kind.lower()


def _text(books: Books, n: int) -> str:
    return books.line(n, books.spans.get(n, 1))[: 4 * TEXT].decode("utf-8", "replace")[:TEXT]


def _rejected(rows: list[Bad]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "line": np.array([r.line + 1 for r in rows], np.int64),
            "reason": pd.Series([r.reason for r in rows], dtype="str"),
            "text": pd.Series([r.text for r in rows], dtype="str"),
        }
    )


def _by_hand(books: Books, delimiter: str, width: int, kept: Rows, tell: Progress) -> pd.DataFrame:
    """The same as _duckdb by our own rules, slower: for text that the parser and the rules read differently."""
    lexer, n = Lexer(delimiter), books.first
    part: list[list[str | None]] = []
    rejected: list[Bad] = []

    def full() -> None:
        if part:
            kept.add([pa.array(column, pa.string()) for column in zip(*part, strict=True)])
            part.clear()

    while n < books.lines:
        span = books.spans.get(n, 1)
        if n in books.bad:
            rejected.append(books.bad[n])
        elif not books.blank[n]:
            cells = lexer.cells(books.line(n, span))
            # The parser lets surplus cells pass that are empty, and so do we.
            if len(cells) >= width and not any(cells[width:]):
                part.append([c or None for c in cells[:width]])
            else:
                kind = "MISSING COLUMNS" if len(cells) < width else "TOO MANY COLUMNS"
                rejected.append(Bad(n, _reason(kind, len(cells), width), _text(books, n)))
        n += span
        if len(part) >= BY_HAND:
            full()
            tell(n, books.lines, note="Reading the rows")
    full()
    return _rejected(rejected)


def _ragged(data: mmap.mmap, how: dialect.Dialect, text: spool.Text, progress: Progress) -> Read:
    """Lines of different lengths: one column that holds the line; with names above, the last one takes the rest."""
    lines = data[:].decode("utf-8").split("\n")
    body = pd.Series([s for line in lines[how.first :] if (s := line.strip())], dtype="str")
    names, said = column_names(how.columns or ("line",), max(len(how.columns), 1))
    if len(names) > 1:
        frame = body.str.split(how.delimiter, n=len(names) - 1, expand=True, regex=False)
        frame = frame.reindex(columns=range(len(names))).astype("str")
        frame = frame.mask(frame == "")
    else:
        frame = body.to_frame()
    frame.columns = pd.Index(names)
    notice = "Lines hold different numbers of cells: each line was read as one basket."
    progress(100, 100, note="Read")
    header = 0 if how.header is None else how.header + 1
    return Read(frame, _rejected([]), text.encoding, how.delimiter, header, len(frame), (*text.notices, *said, notice))
