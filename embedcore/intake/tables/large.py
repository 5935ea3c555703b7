"""Tables with more rows than memory should hold: written to a file part by part, the first rows kept for the screen."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from embedcore.errors import InputError
from embedcore.intake.columns.names import column_names
from embedcore.intake.tables.render import arrow_cells, has_bytes, of_days
from embedcore.progress import Progress

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

LARGE = 3_000_000  # rows from which a table stays in its file (chosen by hand)
HEAD = 100_000  # first rows of such a table that are kept, to propose roles and to show
ROWS = 100_000  # rows at a time
SHOWN = 300_000  # rows from which a page holds only the first of a table
SHOWN_HEAD = 20_000  # how many it holds then
FILE = "table.parquet"


class Writer:
    """Writes rows of text into a Parquet file. Use it as a context: the file is removed when something is raised. rows:
    how many there are so far."""

    def __init__(self, path: Path, names: Sequence[str]) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.path, self.rows = path, 0
        path.parent.mkdir(parents=True, exist_ok=True)
        self._schema = pa.schema([(name, pa.large_string()) for name in names])
        self._out = pq.ParquetWriter(path, self._schema)
        self._head: list[pa.Table] = []

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._out.close()
        if kind is not None:
            self.path.unlink(missing_ok=True)

    def add(self, columns: Sequence[Any]) -> None:
        """The next rows: one Arrow array of text per column."""
        import pyarrow as pa

        table = pa.table([c.cast(pa.large_string()) for c in columns], schema=self._schema)
        if self.rows < HEAD:
            self._head.append(table.slice(0, HEAD - self.rows))
        self._out.write_table(table)
        self.rows += len(table)

    @property
    def head(self) -> pd.DataFrame:
        """The first HEAD rows."""
        import pyarrow as pa

        frame: pd.DataFrame = pa.concat_tables(self._head or [self._schema.empty_table()]).to_pandas()
        return frame.astype("str")


def first_rows(path: Path, rows: int = HEAD) -> pd.DataFrame:
    """The first rows of what a Writer wrote."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, buffer_size=1 << 20) as source:
        batch = next(source.iter_batches(rows), None)
        table = pa.Table.from_batches([] if batch is None else [batch], source.schema_arrow)
        frame: pd.DataFrame = table.to_pandas()
        return frame.astype("str")


def damaged(filename: str) -> InputError:
    """The error for a Parquet file that cannot be read."""
    return InputError(f"“{filename}” is a damaged Parquet file.", "Write or copy it again.")


def parquet_rows(path: Path, filename: str) -> int:
    """How many rows a Parquet file has, by its own account."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return int(pq.read_metadata(os.fspath(path)).num_rows)
    except (pa.ArrowException, OSError, ValueError):
        raise damaged(filename) from None


def parquet(path: Path, filename: str, out: Path, progress: Progress) -> tuple[Writer, list[str], list[str]]:
    """(what was written to `out`, columns of bytes that were left out, notices) of a Parquet file, as read_table."""
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
            names, notices = column_names([f.name for _, f in fields], len(fields))
            days = _days(source, [(n, f) for n, f in fields if pa.types.is_timestamp(f.type)], progress)
            with Writer(out, names) as writer:
                for batch in _batches(source, fields):
                    writer.add([arrow_cells(column, days=days.get(n)) for n, column in batch.items()])
                    progress(writer.rows, source.metadata.num_rows, note="Reading the rows")
                    del batch
    except (pa.ArrowException, OSError, ValueError):
        raise damaged(filename) from None
    return writer, left_out, notices


def _days(source: Any, fields: list[tuple[int, pa.Field]], progress: Progress) -> dict[int, bool]:
    """Which columns of times (by their place) hold nothing but days."""
    days, done = {n: True for n, _ in fields}, 0
    for batch in _batches(source, fields) if fields else ():
        for n, column in batch.items():
            days[n] = days[n] and of_days(column)
        done += len(next(iter(batch.values())))
        progress(0, 1, note=f"Looking at the times: {done:,} rows")
        if not any(days.values()):
            break
    return days


def parts(source: pq.ParquetFile, rows: int, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
    """The rows of a Parquet file, some at a time. One row group after the other: asked for all, the reader keeps each
    until the last is read."""
    for group in range(source.num_row_groups):
        yield from source.iter_batches(rows, row_groups=[group], columns=columns)


def _batches(source: Any, fields: list[tuple[int, pa.Field]]) -> Any:
    """Some columns, by their place, part by part."""
    import pyarrow as pa

    names = source.schema_arrow.names
    # By name, a column whose name repeats, or is a prefix of another with a dot, would bring others along.
    plain = len(set(names)) == len(names) and not any("." in name for name in names)
    wanted = [f.name for _, f in fields] if plain else None
    for batch in parts(source, ROWS, wanted):
        at = {n: batch.schema.get_field_index(f.name) if plain else n for n, f in fields}
        yield {n: pa.chunked_array([batch.column(k)]) for n, k in at.items()}
