"""Tables with more rows than memory should hold: written to a file part by part, the first rows kept for the screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

LARGE = 3_000_000  # rows from which a table stays in its file (chosen by hand)
HEAD = 100_000  # first rows of such a table that are kept, to propose roles and to show
ROWS = 100_000  # rows at a time
SHOWN = 300_000  # rows from which a page holds only the first of a table
SHOWN_HEAD = 20_000  # how many it holds then
FILE = "table.parquet"


class RowSink(Protocol):
    """What takes the rows: a file, or memory. rows: how many there are so far."""

    rows: int

    @property
    def head(self) -> pd.DataFrame:
        """The first rows, or all of them."""

    def add(self, columns: Sequence[Any]) -> None:
        """The next rows: one Arrow array of text per column."""

    def __enter__(self) -> Any: ...
    def __exit__(self, *_: Any) -> None: ...


class InMemory:
    """Takes the rows of a text in memory, all of them."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names, self.rows = names, 0
        self._parts: list[Any] = []

    def __enter__(self) -> InMemory:
        return self

    def __exit__(self, *_: Any) -> None:
        pass

    def add(self, columns: Sequence[Any]) -> None:
        """The next rows: one Arrow array of text per column."""
        self._parts.append(columns)
        self.rows += len(columns[0])

    @property
    def head(self) -> pd.DataFrame:
        """All rows."""
        import pyarrow as pa

        text = pa.large_string()
        found = [pa.chunked_array([p[n] for p in self._parts], pa.string()).cast(text) for n in range(len(self._names))]
        series = [pd.Series(c.to_pandas().astype("str")) for c in found]
        frame = pd.concat(series, axis=1) if series else pd.DataFrame()
        frame.columns = pd.Index(self._names)
        return frame


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


def parts(source: pq.ParquetFile, rows: int, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
    """The rows of a Parquet file, some at a time. One row group after the other: asked for all, the reader keeps each
    until the last is read."""
    for group in range(source.num_row_groups):
        yield from source.iter_batches(rows, row_groups=[group], columns=columns)
