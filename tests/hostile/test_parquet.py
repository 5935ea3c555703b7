"""Parquet files as programs really write them, and as somebody who means harm would."""

from __future__ import annotations

import datetime as dt
import decimal
import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from embedcore.errors import InputError
from embedcore.intake.tables.read import Table, read_table

WHEN = dt.datetime(2024, 1, 31, 23, 30)  # noqa: DTZ001  as it is written
BAD_LETTERS = pa.Array.from_buffers(
    pa.string(), 2, [None, pa.py_buffer(np.array([0, 1, 2], np.int32)), pa.py_buffer(b"\xff\xfe")]
)


def _file(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd")
    return out.getvalue()


def _read(folder: Path, content: bytes) -> Table:
    (folder / "upload").write_bytes(content)
    return read_table(folder / "upload", "products.parquet")


def test_more_columns_than_can_be_read_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has 5,001 columns, too many"):
        _read(tmp_path, _file(pa.table({f"c{n}": [1] for n in range(5001)})))


@pytest.mark.parametrize(
    ("values", "seen"),
    [
        (pa.array([["a", "b"], []]), ["a,b", None]),
        (pa.array([[1.5, 2], None], pa.list_(pa.float32(), 2)), ["1.5,2", None]),
        (pa.array([["a"], None], pa.list_view(pa.string())), ["a", None]),
        (pa.array([{"a": 1, "b": WHEN}, None]), ['{"a": 1, "b": "2024-01-31 23:30:00"}', None]),
        (pa.array([[("size", 1)], None], pa.map_(pa.string(), pa.int32())), ["size,1", None]),
        (pa.array([decimal.Decimal("9.90"), None]), ["9.90", None]),
        (pa.array([decimal.Decimal("-0.01"), None], pa.decimal256(60, 2)), ["-0.01", None]),
        (pa.array([WHEN, None], pa.timestamp("us", "Europe/Berlin")), ["2024-02-01 00:30:00", None]),
        (pa.array([5, None]).dictionary_encode(), ["5", None]),
        (pa.array(["é", None], pa.string_view()), ["é", None]),
        (pa.array([2**64 - 1, None], pa.uint64()), ["18446744073709551615", None]),
        (pa.array([4006381333931.0, None]), ["4006381333931", None]),
        (pa.array(np.array([1.5, 2], np.float16)), ["1.5", "2"]),
        (pa.array([float("nan"), float("inf")]), [None, "inf"]),
        (pa.nulls(2), [None, None]),
        (pa.array([True, None]), ["True", None]),
        (pa.array([2**30, None], pa.date32()), ["<value out of range: 1073741824>", None]),
    ],
)
def test_values_of_every_type_are_text(tmp_path: Path, values: pa.Array, seen: list[str | None]) -> None:
    table = _read(tmp_path, _file(pa.table({"id": ["1", "2"], "v": values})))
    assert [None if pd.isna(v) else v for v in table.frame["v"]] == seen
    assert (table.report.rows_in, table.report.kept, len(table.frame)) == (2, 2, 2)


def test_tables_without_rows_with_one_column_and_with_names_twice_are_read(tmp_path: Path) -> None:
    none = _read(tmp_path, _file(pa.table({"id": pa.array([], pa.string()), "v": pa.array([], pa.int64())})))
    assert (none.report.kept, none.report.columns) == (0, ("id", "v"))
    assert none.report.notices == ("The file has columns but no rows.",)
    assert _read(tmp_path, _file(pa.table({"id": ["1"]}))).frame.to_numpy().tolist() == [["1"]]
    twice = _read(tmp_path, _file(pa.table([pa.array([1]), pa.array([2])], names=["a", "a"])))
    assert twice.frame.to_dict("records") == [{"a": "1", "a (2)": "2"}]
    raw = _read(tmp_path, _file(pa.table({"id": ["1"], "photo": pa.array([b"x"]).dictionary_encode()})))
    assert raw.report.columns == ("id",)
    assert "“photo”" in raw.report.notices[0]


def _turned(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 255]) + content[at + 1 :]


GOOD = _file(pa.table({"id": [f"{n * 7919}" for n in range(3000)], "v": list(range(3000))}))
BAD: dict[str, bytes] = {
    "a zone of nowhere": _file(pa.table({"v": pa.array([0], pa.timestamp("us", "Mars/Olympus"))})),
    "letters that are none": _file(pa.table({"v": BAD_LETTERS})),
    "a time beyond all": _file(pa.table({"v": pa.array([2**62], pa.duration("s"))})),
    "cut off": GOOD[:-500],
    "a footer without end": GOOD[:-8] + b"\xff\xff\xff\x7fPAR1",
    "a footer of nothing": GOOD[:-8] + b"\0\0\0\0PAR1",
    "zeros in the middle": GOOD[:200] + bytes(6000) + GOOD[6200:],
    "encrypted": b"PARE" + bytes(200) + b"PARE",
    "no column": _file(pa.table({})),
    "bytes only": _file(pa.table({"v": pa.array([b"x"])})),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_read_is_one_sentence(tmp_path: Path, case: str) -> None:
    with pytest.raises(InputError, match=r"“products\.parquet” (is|has)") as caught:
        _read(tmp_path, BAD[case])
    assert caught.value.hint
    assert "\n" not in str(caught.value)


def test_a_turned_byte_gives_a_table_or_a_sentence(tmp_path: Path) -> None:
    small = _file(pa.table({"id": [f"{n * 7919}" for n in range(40)], "v": [[n] for n in range(40)]}))
    for at in range(4, len(small), max(1, len(small) // 150)):
        try:
            table = _read(tmp_path, _turned(small, at))
        except InputError as e:
            assert e.hint  # noqa: PT017  either is right
        else:
            assert table.report.rows_in == len(table.frame)


def _bombs() -> dict[str, pa.Table]:
    zeros = pa.array(np.zeros(2_900_000, np.int32))
    long = pa.DictionaryArray.from_arrays(zeros, ["x" * 100_000])
    return {
        "a long text a million times": pa.table({"id": long}),
        "the same without a type": pa.table({"id": long}).replace_schema_metadata({}),
        "a list of millions": pa.table({"id": ["1"], "v": pa.array([np.zeros(40_000_000, np.int8)])}),
        "a text of millions": pa.table({"id": ["1"], "v": ["x" * 300_000_000]}),
        "millions of rows of one letter": pa.table({"id": pa.DictionaryArray.from_arrays(zeros, ["x"])}),
    }


_MEASURE = r"""
import json, os, re, sys, time
from pathlib import Path
import pandas, pyarrow.parquet
from embedcore.errors import InputError
from embedcore.intake.tables.read import read_table
for path in sorted(Path(sys.argv[1]).iterdir()):
    if os.fork():
        os.wait()
        continue
    begin = time.process_time()
    try:
        rows = read_table(path, "products.parquet").report.kept
    except InputError:
        rows = 0
    peak = re.search(r"VmHWM:\s*(\d+)", Path("/proc/self/status").read_text())[1]
    print(json.dumps([path.name, time.process_time() - begin, int(peak) / 1024, rows]), flush=True)
    os._exit(0)
"""


def test_no_parquet_file_takes_all_time_or_memory(tmp_path: Path) -> None:
    for name, table in _bombs().items():
        (tmp_path / name).write_bytes(_file(table))
    ran = subprocess.run(
        [sys.executable, "-c", _MEASURE, str(tmp_path)], capture_output=True, text=True, timeout=300, check=True
    )
    found = {name: rest for name, *rest in map(json.loads, ran.stdout.splitlines())}
    assert set(found) == set(_bombs())
    for name, (seconds, megabytes, rows) in found.items():
        assert seconds < 5, name
        assert megabytes < 500, name
        assert rows == (2_900_000 if name == "millions of rows of one letter" else 0), name
