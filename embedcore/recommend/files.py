"""Answers streamed to a file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from embedcore.recommend.batch import Answer

COLUMNS = ("query_id", "rank", "product_id", "score", "reason")
_ROWS = 20_000  # rows of a Parquet file that are written at a time


def write(answers: Iterator[Answer], out: Path) -> int:
    """Stream the answers to a CSV or Parquet file, which appears when it is whole; how many rows."""
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_name(f".{out.name}.part")
    try:
        rows = (_parquet if out.suffix.lower() == ".parquet" else _csv)(_rows(answers), partial)
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)
    return rows


def _rows(answers: Iterator[Answer]) -> Iterator[tuple[str, int, str, float, str]]:
    for query, found in answers:
        for rank, r in enumerate(found, 1):
            yield query, rank, r.id, round(r.score, 6), r.reason


def _csv(rows: Iterator[tuple[str, int, str, float, str]], path: Path) -> int:
    count = 0
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for row in rows:
            writer.writerow(row)
            count += 1
    return count


def _parquet(rows: Iterator[tuple[str, int, str, float, str]], path: Path) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = (pa.string(), pa.int32(), pa.string(), pa.float64(), pa.string())
    schema = pa.schema(list(zip(COLUMNS, kinds, strict=True)))
    count = 0
    with pq.ParquetWriter(str(path), schema) as writer:
        while some := list(islice(rows, _ROWS)):
            writer.write_table(pa.table(dict(zip(COLUMNS, zip(*some, strict=True), strict=True)), schema))
            count += len(some)
    return count
