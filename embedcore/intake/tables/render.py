"""Values of any type -> the text a person would write: integers without ".0", dates as 2024-01-31, lists as a,b,c."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc


def text_of(value: Any) -> str | None:
    """One value; None when it is missing or empty."""
    if value is None or (isinstance(value, float) and value != value):
        return None
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e16 else repr(value)
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time(0)
        return value.strftime("%Y-%m-%d") if midnight else value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, list | tuple):
        return ",".join(t for v in value if (t := text_of(v)) is not None) or None
    return str(value)


def of_days(column: pa.ChunkedArray) -> bool:
    """Whether every time in a column of times is midnight."""
    return pc.all(pc.equal(column, pc.floor_temporal(column, unit="day"))).as_py() is not False


def has_bytes(kind: pa.DataType) -> bool:
    """Whether a column of this type holds bytes, such as images."""
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind))


def arrow_cells(column: pa.ChunkedArray, *, days: bool | None = None) -> pa.ChunkedArray | None:
    """An Arrow column as text, missing as null; None when it holds bytes, such as images.

    days: `of_days` of the whole column, when this is a part of it."""
    kind = column.type
    if has_bytes(kind):
        return None
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        found = column
    elif pa.types.is_timestamp(kind):
        days = of_days(column) if days is None else days
        # Formatting a time is slow, and the same times come again line after line.
        times = column.cast(pa.timestamp("s", kind.tz), safe=False).combine_chunks().dictionary_encode()
        found = pc.strftime(times.dictionary, format="%Y-%m-%d" if days else "%Y-%m-%d %H:%M:%S").take(times.indices)
    elif pa.types.is_integer(kind) or pa.types.is_date(kind):
        found = column.cast(pa.string())
    elif pa.types.is_float64(kind) and _plain(column):
        found = pc.add(column, 0.0).cast(pa.string())  # -0 is 0
        found = pc.if_else(pc.is_nan(column), pa.scalar(None, pa.string()), found)
    elif pa.types.is_floating(kind) and not pa.types.is_float64(kind):
        # 0.1 in 32 bits is 0.1, not 0.10000000149.
        return pa.chunked_array([pa.array([_short(v) for v in column.to_pylist()], pa.string())])
    else:
        return pa.chunked_array([pa.array([text_of(v) for v in column.to_pylist()], pa.string())])
    return pc.if_else(pc.equal(found, ""), pa.scalar(None, found.type), found)


def _plain(column: pa.ChunkedArray) -> bool:
    """No value is so large or small that Arrow would write it as 1e+10."""
    size = pc.abs(column)
    odd = pc.or_(pc.greater_equal(size, 1e10), pc.and_(pc.greater(size, 0.0), pc.less(size, 1e-4)))
    return pc.any(odd).as_py() is not True


def _short(value: float | None) -> str | None:
    return text_of(float(f"{value:.7g}")) if value is not None else None
