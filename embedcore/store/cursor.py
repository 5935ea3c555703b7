"""The smallest things that every piece of SQL needs."""

from __future__ import annotations

from typing import Any

# DuckDB ships no type hints for its cursor that survive a release; every cursor here is a duckdb.DuckDBPyConnection.
Cursor = Any


def one(cursor: Cursor, sql: str, params: list[Any]) -> tuple[Any, ...] | None:
    """The first row, or None. Fetches to the end: DuckDB 2.0 refuses the next query while a result is unfinished."""
    rows = cursor.execute(sql, params).fetchall()
    return rows[0] if rows else None
