"""Parquet -> a table of text, part by part: what a file declares and what its bytes may stand for is bounded."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from embedcore.errors import InputError
from embedcore.intake.columns.names import MAX_COLUMNS, column_names, listed
from embedcore.intake.tables import large
from embedcore.intake.tables.render import arrow_cells, has_bytes, of_days
from embedcore.progress import Progress

if TYPE_CHECKING:
    import pyarrow as pa

# What a file may stand for, beside its size (chosen by hand): one kilobyte can repeat a text a billion times.
_SMALL = 200 << 20  # bytes that any file may unpack to
_RATIO = 100  # times its size that a larger one may
_LONG = 20_000  # elements of a list, on average
_PART = 64 << 20  # bytes of a part, where texts may repeat
_NESTED_ROWS, _NESTED = 128, 4 << 20  # rows with lists that are written as text together, and their bytes


def damaged(filename: str) -> InputError:
    """The error for a Parquet file that cannot be read."""
    return InputError(f"“{filename}” is a damaged Parquet file.", "Write or copy it again.")


def too_large(filename: str) -> InputError:
    """The error for a Parquet file that unpacks to more than can be read."""
    return InputError(
        f"“{filename}” unpacks to far more than a table of its size holds.",
        "Leave out columns with very long texts or lists, or export it as CSV.",
    )


def rows(path: Path, filename: str) -> int:
    """How many rows a Parquet file has, by its own account."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        found = pq.read_metadata(os.fspath(path))
    except (pa.ArrowException, OSError, ValueError):
        raise damaged(filename) from None
    if found.num_rows > max(20_000_000, _RATIO * path.stat().st_size):
        raise too_large(filename)
    return int(found.num_rows)


class InMemory:
    """Keeps rows of text in memory, as large.Writer does in a file."""

    path = None

    def __init__(self, names: list[str]) -> None:
        self._names, self.rows = names, 0
        self._parts: list[list[Any]] = [[] for _ in names]

    def __enter__(self) -> InMemory:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def add(self, columns: list[Any]) -> None:
        """The next rows: one Arrow array of text per column."""
        import pyarrow as pa

        for parts, column in zip(self._parts, columns, strict=True):
            texts = column.cast(pa.large_string())
            parts.extend(texts.chunks if isinstance(texts, pa.ChunkedArray) else [texts])
        self.rows += len(columns[0])

    @property
    def head(self) -> pd.DataFrame:
        """All of them."""
        import pyarrow as pa

        found = [pa.chunked_array(parts, pa.large_string()).to_pandas().astype("str") for parts in self._parts]
        frame: pd.DataFrame = pd.concat(found, axis=1)
        frame.columns = pd.Index(self._names)
        return frame


def read(path: Path, filename: str, out: Path | None, progress: Progress) -> tuple[large.Writer | InMemory, list[str]]:
    """(the rows, notices) of a Parquet file, as read_table. out: a file to write them to, when there are many."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(os.fspath(path), buffer_size=1 << 20) as source:
            schema = source.schema_arrow
            fields = [(n, f) for n, f in enumerate(schema) if not f.name.startswith("__index_level_")]
            left_out = [f.name for _, f in fields if has_bytes(f.type)]
            fields = [(n, f) for n, f in fields if not has_bytes(f.type)]
            if not fields:
                raise InputError(f"“{filename}” has no column of text, numbers or dates.", "Choose another file.")
            if len(fields) > MAX_COLUMNS:
                raise InputError(
                    f"“{filename}” has {len(fields):,} columns, too many to read.",
                    f"Keep at most {MAX_COLUMNS:,} columns.",
                )
            names, notices = column_names([f.name for _, f in fields], len(fields))
            some = _rows_at_once(source, fields, filename)
            days = _days(source, [(n, f) for n, f in fields if pa.types.is_timestamp(f.type)], some, progress)
            unpacked, most = 0, max(_SMALL, _RATIO * path.stat().st_size)
            with large.Writer(out, names) if out is not None else InMemory(names) as writer:
                for batch in _batches(source, fields, some):
                    texts = [_texts(column, filename, days=days.get(n)) for n, column in batch.items()]
                    unpacked += sum(column.nbytes for column in texts)
                    if unpacked > most:
                        raise too_large(filename)
                    writer.add(texts)
                    progress(writer.rows, source.metadata.num_rows, note="Reading the rows")
                    del batch, texts
    except (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError):
        raise damaged(filename) from None
    if left_out:
        notices.append(f"Columns of raw bytes, such as images, are left out: {listed(left_out)}.")
    return writer, notices


def _texts(column: pa.ChunkedArray, filename: str, *, days: bool | None) -> Any:
    import pyarrow as pa

    kind = column.type
    if not pa.types.is_nested(kind) and not isinstance(kind, pa.BaseExtensionType):
        found = arrow_cells(column, days=days)
        if found is not None:
            found.validate(full=True)  # texts that are not UTF-8
            return found
    parts: list[pa.Array] = []
    for start in range(0, len(column), _NESTED_ROWS):
        part = column.slice(start, _NESTED_ROWS)
        if part.nbytes > _NESTED:
            raise too_large(filename)
        found = arrow_cells(part, days=days)
        parts += found.chunks if found is not None else []
    return pa.chunked_array(parts, pa.string())


def _rows_at_once(source: Any, fields: list[tuple[int, pa.Field]], filename: str) -> int:
    """How many rows are read together. A long text that repeats is stored once: fewer where there may be one.
    InputError when the parts of the file say that they unpack to much more than they take."""
    about, size, packed, found = source.metadata, 0, 0, large.ROWS
    names = {f.name for _, f in fields}
    for group in range(about.num_row_groups):
        for n in range(about.num_columns):
            chunk = about.row_group(group).column(n)
            if chunk.path_in_schema.split(".")[0] not in names:
                continue
            size, packed = size + chunk.total_uncompressed_size, packed + chunk.total_compressed_size
            if chunk.num_values > max(1_000_000, _LONG * about.row_group(group).num_rows):
                raise too_large(filename)
            if chunk.physical_type == "BYTE_ARRAY" and chunk.total_uncompressed_size < 8 * chunk.num_values:
                found = min(found, max(64, _PART // max(1, chunk.total_uncompressed_size)))
    if size > max(_SMALL, _RATIO * packed):
        raise too_large(filename)
    return int(found)


def _days(source: Any, fields: list[tuple[int, pa.Field]], some: int, progress: Progress) -> dict[int, bool]:
    """Which columns of times (by their place) hold nothing but days."""
    days, done = {n: True for n, _ in fields}, 0
    for batch in _batches(source, fields, some) if fields else ():
        for n, column in batch.items():
            days[n] = days[n] and of_days(column)
        done += len(next(iter(batch.values())))
        progress(0, 1, note=f"Looking at the times: {done:,} rows")
        if not any(days.values()):
            break
    return days


def _batches(source: Any, fields: list[tuple[int, pa.Field]], some: int) -> Iterator[dict[int, pa.ChunkedArray]]:
    """Some columns, by their place, part by part."""
    import pyarrow as pa

    names = source.schema_arrow.names
    # By name, a column whose name repeats, or is a prefix of another with a dot, would bring others along.
    plain = len(set(names)) == len(names) and not any("." in name for name in names)
    wanted = [f.name for _, f in fields] if plain else None
    for batch in large.parts(source, some, wanted):
        at = {n: batch.schema.get_field_index(f.name) if plain else n for n, f in fields}
        yield {n: pa.chunked_array([batch.column(k)]) for n, k in at.items()}
