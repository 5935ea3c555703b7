"""Answers streamed to a CSV or Parquet file."""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Iterator
from itertools import islice
from pathlib import Path

from embedcore.recommend.batch import Answer

COLUMNS = ("query_id", "rank", "product_id", "score", "reason")
_ROWS = 20_000  # rows of a Parquet file that are written at a time


def write(
    answers: Iterator[Answer], out: Path, numbers: Collection[str] = (), *, clean: Callable[[str], str] | None = None
) -> int:
    """Stream the answers to a CSV or Parquet file, which appears when it is whole; how many rows. numbers: columns of
    ids that were whole numbers and are so again in Parquet. clean: what becomes of each text in CSV.

    >>> from tempfile import TemporaryDirectory
    >>> from embedcore.explore import TOGETHER, Recommendation
    >>> jam = Recommendation(0, "jam", "Plum jam", 0.5, "bought together with “tea”", TOGETHER)
    >>> with TemporaryDirectory() as folder:
    ...     count = write(iter([("q1", [jam])]), Path(folder) / "lists.csv")
    ...     count, (Path(folder) / "lists.csv").read_text(encoding="utf-8").splitlines()
    (1, ['query_id,rank,product_id,score,reason', 'q1,1,jam,0.5,bought together with “tea”'])
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_name(f".{out.name}.part")
    try:
        lines = _rows(answers)
        rows = _parquet(lines, partial, numbers) if out.suffix.lower() == ".parquet" else _csv(lines, partial, clean)
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)
    return rows


def _rows(answers: Iterator[Answer]) -> Iterator[tuple[str, int, str, float, str]]:
    for query, found in answers:
        for rank, r in enumerate(found, 1):
            yield query, rank, r.id, round(r.score, 6), r.reason


def _csv(rows: Iterator[tuple[str, int, str, float, str]], path: Path, clean: Callable[[str], str] | None) -> int:
    count = 0
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for row in rows:
            writer.writerow([clean(cell) if clean and isinstance(cell, str) else cell for cell in row])
            count += 1
    return count


def whole_numbers(path: Path, column: str) -> bool:
    """Is a column of a Parquet file one of whole numbers? (False for other files and where it is not there.)"""
    if path.suffix.lower() != ".parquet":
        return False
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pq.read_schema(str(path))
    return column in schema.names and pa.types.is_integer(schema.field(column).type)


def _parquet(rows: Iterator[tuple[str, int, str, float, str]], path: Path, numbers: Collection[str]) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = (pa.string(), pa.int32(), pa.string(), pa.float64(), pa.string())
    schema = pa.schema(
        [(name, pa.int64() if name in numbers else type_) for name, type_ in zip(COLUMNS, types, strict=True)]
    )
    count = 0
    with pq.ParquetWriter(str(path), schema) as writer:
        while some := list(islice(rows, _ROWS)):
            columns = dict(zip(COLUMNS, map(list, zip(*some, strict=True)), strict=True))
            columns |= {name: [int(id) for id in columns[name]] for name in numbers}
            writer.write_table(pa.table(columns, schema))
            count += len(some)
    return count
