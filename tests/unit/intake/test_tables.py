"""Parquet, Excel and packed files give the same table as the text would."""

from __future__ import annotations

import datetime as dt
import gzip
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from embedcore.errors import InputError, MissingError
from embedcore.intake.tables.read import Table, read_table
from embedcore.intake.tables.render import text_of
from tests.shared import shared


def _at(*when: int) -> dt.datetime:
    return dt.datetime(*when, tzinfo=dt.UTC)


def _book(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    book = xlsxwriter.Workbook(path)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for n, row in enumerate(rows):
            for k, value in enumerate(row):
                if isinstance(value, dt.date):
                    sheet.write_datetime(n, k, dt.datetime.combine(value, dt.time()), day)
                elif value is not None:
                    sheet.write(n, k, value)
    book.close()
    return path


def _rows(table: Table) -> list[list[object]]:
    return [[None if pd.isna(c) else c for c in row] for row in table.frame.to_numpy(dtype=object)]


def test_a_table_comes_back_from_disk_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,title\n1,Shoe\n2\n3,\n", encoding="utf-8")
    table = read_table(tmp_path / "a.csv", "a.csv")
    table.save(tmp_path / "kept")
    again = Table.load(tmp_path / "kept")
    assert again.report == table.report
    pd.testing.assert_frame_equal(again.frame, table.frame)
    pd.testing.assert_frame_equal(again.rejected, table.rejected)
    with pytest.raises(MissingError):
        Table.load(tmp_path / "gone")


def test_parquet_values_are_written_as_a_person_would(tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": pa.array([1, 2, None], pa.int64()),
            "price": pa.array([9.5, 12.0, None], pa.float64()),
            "weight": pa.array([0.1, 3.0, float("nan")], pa.float32()),
            "tiny": pa.array([1e-9, 1e20, 2.0]),
            "day": pa.array(
                [dt.datetime(2024, 1, 31, tzinfo=dt.UTC), None, dt.datetime(2024, 2, 1, tzinfo=dt.UTC)],
                pa.timestamp("us"),
            ),
            "at": pa.array(
                [dt.datetime(2024, 1, 31, 8, 30, tzinfo=dt.UTC), None, dt.datetime(2024, 2, 1, tzinfo=dt.UTC)],
                pa.timestamp("ns"),
            ),
            "born": pa.array([dt.date(2024, 1, 31), None, None], pa.date32()),
            "kind": pa.array(["shoe", "hat", "shoe"]).dictionary_encode(),
            "sold": pa.array([True, False, None]),
            "products": pa.array([[1, 2], [], None], pa.list_(pa.int32())),
            "photo": pa.array([b"\x89PNG", b"", None]),
            "empty": pa.array(["", "x", None]),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    read = read_table(tmp_path / "a.parquet", "a.parquet")
    assert _rows(read) == [
        ["1", "9.5", "0.1", "1e-09", "2024-01-31", "2024-01-31 08:30:00", "2024-01-31", "shoe", "True", "1,2", None],
        ["2", "12", "3", "1e+20", None, None, None, "hat", "False", None, "x"],
        [None, None, None, "2", "2024-02-01", "2024-02-01 00:00:00", None, "shoe", None, None, None],
    ]
    assert any("“photo”" in n for n in read.report.notices)
    assert all(str(t) == "str" for t in read.frame.dtypes)
    assert read.report.kind == "parquet"


def test_parquet_of_images_only_is_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"photo": pa.array([b"x"])}), tmp_path / "a.parquet")
    with pytest.raises(InputError):
        read_table(tmp_path / "a.parquet", "a.parquet")


def test_excel_is_read_below_its_titles_and_says_which_sheet(tmp_path: Path) -> None:
    sheets: dict[str, list[list[object]]] = {
        "Cover": [],
        "Products": [
            ["Price list"],
            [],
            [None, "Made on", dt.date(2024, 1, 31)],
            [],
            ["sku", "title", "price", "since", None, "note"],
            [101, "Shoe", 9.5, dt.date(2023, 5, 1), None, None],
            ["00102", "Shirt", 12.0, None, None, "=1+1"],
            [],
            [103, None, 7, None, "loose", None],
        ],
        "Other": [["a", "b"], [1, 2]],
    }
    path = _book(tmp_path / "list.xlsx", sheets)
    table = read_table(path, "list.xlsx")
    assert table.report.columns == ("sku", "title", "price", "since", "column 5", "note")
    assert _rows(table)[0] == ["101", "Shoe", "9.5", "2023-05-01", None, None]
    assert [r[0] for r in _rows(table)] == ["101", "00102", "103"]
    assert (table.report.sheet, table.report.header_line, table.report.rows_in) == ("Products", 5, 3)
    assert table.report.sheets == ("Cover", "Products", "Other")
    assert any("“Products”" in d.sentence for d in table.report.decisions)
    other = read_table(path, "list.xlsx", sheet="Other")
    assert _rows(other) == [["1", "2"]]
    with pytest.raises(InputError, match="no sheet “Third”"):
        read_table(path, "list.xlsx", sheet="Third")
    with pytest.raises(InputError, match="“Cover”"):
        read_table(path, "list.xlsx", sheet="Cover")


def test_excel_without_names_gets_some(tmp_path: Path) -> None:
    path = _book(tmp_path / "a.xlsx", {"S": [[1, "Shoe", 9.5], [2, "Hat", 7]]})
    table = read_table(path, "a.xlsx")
    assert table.report.columns == ("column 1", "column 2", "column 3")
    assert len(table.frame) == 2
    assert read_table(path, "a.xlsx", header_line=1).report.columns == ("1", "Shoe", "9.5")


def test_a_spreadsheet_behind_a_password_is_named_as_such(tmp_path: Path) -> None:
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000) + "EncryptedPackage".encode("utf-16-le") + bytes(1000)
    (tmp_path / "a.xlsx").write_bytes(locked)
    with pytest.raises(InputError, match="password"):
        read_table(tmp_path / "a.xlsx", "a.xlsx")


def test_formulas_of_a_spreadsheet_give_their_last_value(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["id", "price", "note"])
    sheet.write(1, 0, 1)
    sheet.write_formula(1, 1, "=2+3", None, 5)
    sheet.write_formula(1, 2, "=1/0", None, "#DIV/0!")
    book.close()
    assert _rows(read_table(tmp_path / "a.xlsx", "a.xlsx"))[0][:2] == ["1", "5"]


def test_the_first_bytes_and_not_the_name_say_what_a_file_is(tmp_path: Path) -> None:
    book = _book(tmp_path / "a.csv", {"S": [["id", "title"], [1, "Shoe"]]})
    assert read_table(book, "a.csv").report.kind == "excel"
    packed = tmp_path / "b.xlsx"
    packed.write_bytes(gzip.compress(b"id,title\n1,Shoe\n"))
    assert read_table(packed, "b.xlsx").report.kind == "csv"
    inside = tmp_path / "c.gz"
    inside.write_bytes(gzip.compress(book.read_bytes()))
    assert _rows(read_table(inside, "c.gz")) == [["1", "Shoe"]]


def test_lines_of_many_lengths_stay_whole(tmp_path: Path) -> None:
    text = "citrus fruit,semi-finished bread,margarine\ncoffee\nmilk,coffee\n\ntea,milk,jam,bread\nyogurt\n"
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    table = read_table(tmp_path / "a.csv", "a.csv")
    assert table.report.columns == ("line",)
    assert (table.report.rows_in, table.report.rejected) == (5, 0)
    assert table.frame["line"].tolist() == [line for line in text.split("\n") if line]
    forced = read_table(tmp_path / "a.csv", "a.csv", ragged=True)
    pd.testing.assert_frame_equal(forced.frame, table.frame)
    (tmp_path / "b.csv").write_text("user_id,product_id\n1,5,6,7\n2,5\n3,7,8\n4\n5,1,2,3,4\n", encoding="utf-8")
    assert _rows(read_table(tmp_path / "b.csv", "b.csv"))[:2] == [["1", "5,6,7"], ["2", "5"]]


def test_values_are_text_of_one_kind() -> None:
    assert [text_of(v) for v in (1, 2.0, 2.5, True, "x", "", None, float("nan"), (1, None, "a"), {"a": 1})] == [
        "1",
        "2",
        "2.5",
        "True",
        "x",
        None,
        None,
        None,
        "1,a",
        '{"a": 1}',
    ]


@pytest.mark.shared
@pytest.mark.parametrize(
    ("path", "rows", "columns"),
    [
        ("data/recs/instacart1k/baskets.csv.gz", 155_824, 10),
        ("data/recs/instacart1k/products.csv.gz", 49_688, 4),
        ("data/recs/groceries/baskets.csv.gz", 43_367, 2),
        ("data/duplicates/abt-buy/catalogue.csv", 2_173, 6),
        ("data/duplicates/wdc-dev/catalogue.csv", 2_287, 6),
        ("data/catalogues/fashion_styles.parquet", 44_424, 10),
        ("data/catalogues/ikea.parquet", 3_694, 13),
    ],
)
def test_real_files_are_read_whole(path: str, rows: int, columns: int) -> None:
    table = read_table(shared(path), Path(path).name)
    assert (table.report.rows_in, table.report.kept, table.report.rejected) == (rows, rows, 0)
    assert len(table.report.columns) == columns
    # Its titles come from many shops, and one had garbled its letters.
    garbled = [n for n in table.report.notices if "garbled before" in n]
    assert list(table.report.notices) == garbled
    assert len(garbled) == ("wdc" in path)
