"""Delimited text -> a table of text in which every line of the file is accounted for."""

from __future__ import annotations

import mmap
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Unpack

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from embedcore.errors import InputError
from embedcore.intake.columns.names import MAX_COLUMNS, column_names
from embedcore.intake.decisions import Decision
from embedcore.intake.tables import large, spool
from embedcore.intake.tables.options import LONGEST, ONE_COLUMN, ReadOptions
from embedcore.intake.text import dialect, line_notices, loose, sample, understood, writing
from embedcore.intake.text.lexer import AFTER_QUOTE, Lexer
from embedcore.intake.text.line_index import TEXT, BadLine, LineIndex, index_lines, too_many
from embedcore.progress import Progress, part, silent

# One row may be noted once per missing or surplus cell. Beyond this the rows do not add up, and are read by hand.
MAX_REJECTS = 200_000
_NONE: Mapping[bytes, bytes] = {}
BY_HAND = 20_000  # rows at a time
SMALL = 2_000  # rows up to which our own rules are quicker than starting the parser
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
class ReadText:
    """What was read. header_line: 1-based line of the column names, 0 when there are none. file: where all rows lie,
    when frame holds only the first of them. lines: (rows,) int64, the 1-based line in which each row begins; None when
    the rows lie in a file."""

    frame: pd.DataFrame
    rejected: pd.DataFrame
    encoding: str
    delimiter: str
    header_line: int
    rows_in: int
    notices: tuple[str, ...]
    file: Path | None = None
    decisions: tuple[Decision, ...] = ()
    lines: np.ndarray | None = None


def read_text(
    path: Path,
    filename: str,
    *,
    folder: Path | None = None,
    progress: Progress = silent,
    known: Mapping[bytes, bytes] = _NONE,
    **options: Unpack[ReadOptions],
) -> ReadText:
    """Read delimited text; rows_in == rows + len(rejected).

    folder: where the rows of a large table are kept. known: lines with broken quotes that a first reading found, and
    how they are mended. InputError when there is nothing to read.
    """
    given, header_line, ragged = options.get("delimiter"), options.get("header_line"), options.get("ragged", False)
    if given is not None and not _fits(given):
        raise InputError(
            "A delimiter is one to three characters, such as a comma, and no quote.",
            "Choose comma, semicolon, tab or bar.",
        )
    with TemporaryDirectory(prefix="embedcore-", dir=folder) as near:
        text = spool.to_text(path, filename, Path(near) / "text", options.get("encoding"), part(progress, 0, 40))
        size = text.path.stat().st_size
        lines = sample.first_lines(text.path)
        if not any(line.strip() for line in lines) and size < sample.BYTES:
            raise InputError(f"“{filename}” holds nothing but empty lines.", "Choose a file with a header and rows.")
        if header_line and header_line > len(lines):
            raise InputError(f"“{filename}” has no line {header_line:,} for the column names.", "Choose another line.")
        delimiter = writing.UNIT if given == ONE_COLUMN else given
        looked_at = [*lines, *sample.odd_quotes(text.path, lines)]
        quotes = None if options.get("quotes") == "loose" else options.get("quotes")
        found = [] if ragged else writing.ways(looked_at, delimiter, quotes)
        found += [writing.loose(known)] if known else []
        original = text.path
        if any(way.change for way in found):
            text = replace(text, path=writing.rewrite(original, Path(near) / "usual", found))
            lines = sample.first_lines(text.path)
        delimiter = next((way.delimiter for way in reversed(found) if way.delimiter), delimiter)
        how = dialect.find(lines, delimiter, header_line, ragged=ragged)
        if how.width > MAX_COLUMNS:
            raise InputError(f"“{filename}” has {how.width:,} columns, too many to read.", "Check the delimiter.")
        about = (*text.decisions, *understood.about_ways(found, given))
        if not how.ragged:
            about += understood.about_header(how, lines.__getitem__, len(lines), given=header_line is not None)
        plain = tuple(way.notice for way in found if not (way.quotes or way.delimiter))
        text = replace(text, notices=(*text.notices, *plain), decisions=about)
        with text.path.open("r+b") as f:
            # It closes when the last array that looks into it is gone.
            data = mmap.mmap(f.fileno(), 0)
        out = folder / large.FILE if folder is not None else None
        if how.ragged:
            read = _ragged(data, how, text, progress)
        else:
            read = _table(data, how, text, (Path(near), out), progress)
        if text.path != original:
            read = replace(read, rejected=_as_written(read.rejected, original))
        elif quotes is None and not how.ragged and (broken := _mended(read.rejected, how)):
            again = part(progress, 99, 100)
            return read_text(path, filename, folder=folder, progress=again, known=broken, **options)
        return _with_decisions(read, next((way.written for way in found if way.written), how.delimiter), given)


def _mended(rejected: pd.DataFrame, how: dialect.Dialect) -> dict[bytes, bytes]:
    """Rejected lines that are whole rows but for a quote inside of a cell, and how they should be written."""
    odd = rejected["text"][(rejected["reason"] == AFTER_QUOTE) & (rejected["text"].str.len() < TEXT)]
    return loose.mend([text.encode() for text in odd], how.delimiter, how.width) if len(odd) else {}


def _as_written(rejected: pd.DataFrame, original: Path) -> pd.DataFrame:
    """Rejected rows of one line with their text as the file has it."""
    wanted = {int(line) for line, text in zip(rejected["line"], rejected["text"], strict=True) if "\n" not in text}
    if not wanted:
        return rejected
    with original.open("rb") as f:
        texts = {n: t[: 4 * TEXT].decode("utf-8", "replace").rstrip("\n") for n, t in enumerate(f, 1) if n in wanted}
    found = [texts.get(int(n), t)[:TEXT] for n, t in zip(rejected["line"], rejected["text"], strict=True)]
    return rejected.assign(text=pd.Series(found, rejected.index, dtype="str"))


def _with_decisions(read: ReadText, written: str, given: str | None) -> ReadText:
    """What only the rows tell: those lost for a quote, and a lone column that may be several."""
    about = understood.about_quotes(read.rejected, read.decisions)
    if len(read.frame.columns) == 1 and given is None:
        cells = read.frame.iloc[: sample.LINES, 0].dropna().tolist()
        about += understood.about_one_column(cells, read.delimiter)
    return replace(read, delimiter=written, decisions=about)


def _fits(delimiter: str) -> bool:
    """Whether cells can be separated by this."""
    if delimiter in (writing.SPACES, ONE_COLUMN):
        return True
    lettered = any(c.isascii() and c.isalnum() for c in delimiter)
    return 0 < len(delimiter) <= LONGEST and not lettered and not set('"\n\r\x00') & set(delimiter)


def _table(
    data: mmap.mmap, how: dialect.Dialect, text: spool.Text, folders: tuple[Path, Path | None], progress: Progress
) -> ReadText:
    near, out = folders
    names, about_names = column_names(how.columns, how.width)
    progress(40, 100, note="Finding the rows")
    index = index_lines(data, how, near, part(progress, 40, 60))
    line_notices.refuse_endless(index)
    notices = [
        *text.notices,
        *line_notices.above(index.line, how),
        *how.notices,
        *(n for n in about_names if how.header is not None or not n.startswith("There is no line")),
        *line_notices.long_rows(index),
    ]
    much = out is not None and index.records > large.LARGE

    def rows() -> large.RowSink:
        return large.Writer(out, names) if much and out is not None else large.InMemory(names)

    # What the parser reads differently from our rules, or not at all, is read by hand; that is rare or small.
    kept, rejected = None, _rejected([])
    reading = part(progress, 60, 100)
    if index.records > max(len(index.bad), SMALL) and not index.padded and not (index.bad and len(names) == 1):
        index.blot()
        data.flush()
        with rows() as kept:
            try:
                rejected = parse(text.path, near, len(names), index, kept, reading)
            except duckdb.Error:  # it wants more memory for a line than it may have
                kept.rows = -1
    if kept is None or kept.rows + len(rejected) != index.records:
        with rows() as kept:
            rejected = parse_by_hand(len(names), index, kept, reading)
        if kept.rows + len(rejected) != index.records:
            if much and out is not None:
                out.unlink()
            raise InputError(
                "Some lines of this file would have been lost, so nothing was read.",
                "Open it in a spreadsheet and save it again as CSV.",
            )
    progress(100, 100, note="ReadText")
    header = 0 if how.header is None else how.header + 1
    return ReadText(
        kept.head,
        line_notices.better_reasons(rejected, how),
        text.encoding,
        how.delimiter,
        header,
        index.records,
        tuple(notices),
        out if much else None,
        text.decisions,
        None if much else index.kept_lines(rejected["line"].to_numpy()),
    )


def parse(
    path: Path, folder: Path, width: int, index: LineIndex, kept: large.RowSink, progress: Progress
) -> pd.DataFrame:
    """Read the body of the text into `kept`, every cell as text; returns the rejected rows (line, reason, text)."""
    body = path
    if index.first:
        body = folder / "body"
        with path.open("rb") as f, body.open("wb") as to:
            f.seek(int(index.start[index.first]))
            while chunk := f.read(spool.CHUNK):
                to.write(chunk)
                progress(0, 1, note="Reading the rows")
    longest = max(index.longest + 1024, 2 << 20)
    query = _READ.format(
        columns="{" + ", ".join(f"'c{n}': 'VARCHAR'" for n in range(width)) + "}",
        # The parallel reader guesses where records begin, and loses rows in text with quoted line ends.
        parallel="false" if index.quotes else "true",
        rejects=MAX_REJECTS,
        longest=longest,
        buffer=max(longest + 1024, 16 << 20),
    )
    config: dict[str, str | bool | int | float | list[str]]
    config = {"autoinstall_known_extensions": "false", "temp_directory": str(folder / "spill"), "memory_limit": "2GB"}
    with duckdb.connect(config=config) as con:
        con.execute("SET enable_progress_bar = false")
        relation = con.sql(
            query, params={"path": str(body), "delim": index.delimiter, "quote": '"' if index.quotes else ""}
        )
        for found in relation.to_arrow_reader(large.ROWS):
            kept.add((_not_blank(found) if width == 1 else found).columns)
            progress(kept.rows, index.records, note="Reading the rows")
        rejects = con.execute(_REJECTS).fetchall()
    offset = int(index.start[index.first])
    at = np.array([reject[0] for reject in rejects], np.int64) + offset
    lines = np.searchsorted(index.start, at, side="right") - 1
    rows = []
    for line, (_, kind, cells) in zip(lines.tolist(), rejects, strict=True):
        n = index.record_at(line)
        if n is not None:
            rows.append(index.bad.get(n) or BadLine(n, _reason(kind, cells, width), _text(index, n)))
    return _rejected(rows)


def _not_blank(batch: pa.RecordBatch) -> pa.RecordBatch:
    """In one column an empty cell is an empty line, which is no record."""
    return batch.filter(pc.not_equal(pc.ascii_trim(pc.fill_null(batch.column(0), ""), " "), ""))


def _reason(kind: str, cells: int | None, width: int) -> str:
    if kind == "MISSING COLUMNS":
        return f"too few cells: fewer than the {width:,} of the header"
    if kind == "TOO MANY COLUMNS":
        return too_many(cells or width + 1, width)
    return kind.lower()


def _text(index: LineIndex, n: int) -> str:
    return index.line(n, index.spans.get(n, 1))[: 4 * TEXT].decode("utf-8", "replace")[:TEXT]


def _rejected(rows: list[BadLine]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "line": np.array([r.line + 1 for r in rows], np.int64),
            "reason": pd.Series([r.reason for r in rows], dtype="str"),
            "text": pd.Series([r.text for r in rows], dtype="str"),
        }
    )


def parse_by_hand(width: int, index: LineIndex, kept: large.RowSink, progress: Progress) -> pd.DataFrame:
    """The same as `parse` by our own rules, slower: for text that the parser and the rules read differently."""
    lexer, n = Lexer(index.delimiter), index.first
    part: list[list[str | None]] = []
    rejected: list[BadLine] = []

    def full() -> None:
        if part:
            kept.add([pa.array(column, pa.string()) for column in zip(*part, strict=True)])
            part.clear()

    while n < index.lines:
        span = index.spans.get(n, 1)
        if n in index.bad:
            rejected.append(index.bad[n])
        elif not index.blank[n]:
            cells = lexer.cells(index.line(n, span))
            # Like the parser, accept surplus cells that are empty.
            if len(cells) >= width and not any(cells[width:]):
                part.append([c or None for c in cells[:width]])
            else:
                kind = "MISSING COLUMNS" if len(cells) < width else "TOO MANY COLUMNS"
                rejected.append(BadLine(n, _reason(kind, len(cells), width), _text(index, n)))
        n += span
        if len(part) >= BY_HAND:
            full()
            progress(n, index.lines, note="Reading the rows")
    full()
    return _rejected(rejected)


def _ragged(data: mmap.mmap, how: dialect.Dialect, text: spool.Text, progress: Progress) -> ReadText:
    """Lines of different lengths: one column that holds the line; with names above, the last one takes the rest."""
    lines = data[:].decode("utf-8").split("\n")
    filled = [(n, s) for n, line in enumerate(lines, 1) if n > how.first and (s := line.strip()) not in ("", '""')]
    body = pd.Series([line for _, line in filled], dtype="str")
    names, about_names = column_names(how.columns or ("line",), max(len(how.columns), 1))
    if len(names) > 1:
        frame = body.str.split(how.delimiter, n=len(names) - 1, expand=True, regex=False)
        frame = frame.reindex(columns=range(len(names))).astype("str")
        frame = frame.mask(frame == "")
    else:
        frame = body.to_frame()
    frame.columns = pd.Index(names)
    above = line_notices.above(lambda n: lines[n].encode(), how)
    notice = "The lines have different numbers of cells: each line was read as one basket."
    progress(100, 100, note="ReadText")
    header = 0 if how.header is None else how.header + 1
    return ReadText(
        frame,
        _rejected([]),
        text.encoding,
        how.delimiter,
        header,
        len(frame),
        (*text.notices, *above, *about_names, notice),
        decisions=text.decisions,
        lines=np.array([n for n, _ in filled], np.int64),
    )
