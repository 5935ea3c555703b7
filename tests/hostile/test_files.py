"""Files as people really have them: each gives a table in which every row is accounted for, or one plain sentence."""

from __future__ import annotations

import gzip
import io
import os
import re
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from embedcore.errors import EmbedError, InputError
from embedcore.intake.tables.read import Table, read_table

HEAD = b"id,title,price\n"
ROWS = b"1,Shoe,9.99\n2,Shirt,5.00\n3,Hat,7.50\n"


def _xlsx(rows: list[list[object]], formula: bool = False) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("Products")
    for n, row in enumerate(rows):
        sheet.write_row(n, 0, row)
    if formula:
        sheet.write_formula(len(rows), 0, "=1+2", None, 3)
    book.close()
    return out.getvalue()


def _parquet(frame: pd.DataFrame) -> bytes:
    return frame.to_parquet(index=False)


def _zip(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr(name, content)
    return out.getvalue()


# name -> (bytes, rows kept, rows rejected)
READABLE: dict[str, tuple[bytes, int, int]] = {
    "plain": (HEAD + ROWS, 3, 0),
    "no line end at the end": ((HEAD + ROWS).rstrip(b"\n"), 3, 0),
    "windows line ends": ((HEAD + ROWS).replace(b"\n", b"\r\n"), 3, 0),
    "old mac line ends": ((HEAD + ROWS).replace(b"\n", b"\r"), 3, 0),
    "mixed line ends": (HEAD + b"1,Shoe,9.99\r\n2,Shirt,5.00\r3,Hat,7.50\n", 3, 0),
    "utf-8 with a mark": (b"\xef\xbb\xbf" + HEAD + ROWS, 3, 0),
    "utf-16 little end first": ((HEAD + ROWS).decode().encode("utf-16"), 3, 0),
    "utf-16 big end first": (b"\xfe\xff" + (HEAD + ROWS).decode().encode("utf-16-be"), 3, 0),
    "utf-16 without a mark": ((HEAD + ROWS).decode().encode("utf-16-le"), 3, 0),
    "utf-32": ((HEAD + ROWS).decode().encode("utf-32"), 3, 0),
    "windows-1252": (HEAD + "1,Café crème,9.99\n2,Größe,5.00\n".encode("cp1252"), 2, 0),
    "utf-8 with one bad byte": (HEAD + "1,Café,9\n2,Größe,5\n".encode() + b"3,Ol\xe9,7\n", 3, 0),
    "NUL bytes": (HEAD + b"1,Sh\x00oe,9.99\n2,\x00\x00Shirt,5.00\n", 2, 0),
    "too few and too many cells": (HEAD + b"1,Shoe\n2,Shirt,5.00\n3,Hat,7.50,extra\n4,Cap,1.00\n5,Tie,2.00\n", 3, 2),
    "empty lines": (HEAD + b"\n1,Shoe,9.99\n\n\n2,Shirt,5.00\n   \n\n", 2, 0),
    "spare delimiters at the end": (HEAD + b"1,Shoe,9.99,\n2,Shirt,5.00,\n3,Hat,7.50,\n", 3, 0),
    "a quote that never closes": (HEAD + b'1,"Shoe,9.99\n2,Shirt,5.00\n3,Hat,7.50\n', 2, 1),
    "text after a closing quote": (HEAD + b'1,"Shoe"s,9.99\n2,Shirt,5.00\n3,"a "b" c",7.50\n', 3, 0),
    "inch marks": (HEAD + b'1,5" nail,9.99\n2,6" x 4",5.00\n3,Hat,7.50\n', 3, 0),
    "quoted delimiters and quotes": (HEAD + b'1,"Shoe, red",9.99\n2,"the ""best"" shirt",5.00\n', 2, 0),
    "quoted line ends": (HEAD + b'1,"Shoe\nred\r\n\nsize 9",9.99\n2,Shirt,5.00\n', 2, 0),
    "quotes after spaces": (HEAD + b'1,   "Shoe, red" ,9.99\n2, "Shirt",5.00\n', 2, 0),
    "a very long cell": (HEAD + b"1," + b"x" * 3_000_000 + b",9.99\n2,Shirt,5.00\n", 2, 0),
    "a very long line of cells": (HEAD + ROWS + b"4" + b",x" * 200_000 + b"\n", 3, 1),
    "names twice": (b"id,name,name,price,name\n1,a,b,2,c\n", 1, 0),
    "names missing": (b"id,,price,\n1,a,2,b\n", 1, 0),
    "names only": (HEAD, 0, 0),
    "names only, no line end": (HEAD.strip(), 0, 0),
    "no names": (ROWS, 3, 0),
    "titles above the names": (b"Export of the shop\n2024-01-31\n\n" + HEAD + ROWS, 3, 0),
    "semicolons and decimal commas": (b"id;title;price\n1;Shoe, red;9,99\n2;Shirt;5,00\n", 2, 0),
    "tabs": ((HEAD + ROWS).replace(b",", b"\t"), 3, 0),
    "bars": ((HEAD + ROWS).replace(b",", b" | "), 3, 0),
    "the line for Excel": (b"sep=;\n" + (HEAD + ROWS).replace(b",", b";"), 3, 0),
    "one column": (b"title\nShoe\nShirt\n\nHat\n", 3, 0),
    "formulas": (HEAD + b'1,=1+1,9.99\n2,=HYPERLINK("http://x"),5\n3,@SUM(A1),7\n', 3, 0),
    "markup": (HEAD + b"1,<script>alert(1)</script>,9\n2,![x](http://x/y.png),5\n", 2, 0),
    "right to left and emoji": (HEAD + "1,\u202eevil\u202c 👟,9\n2,قميص,5\n".encode(), 2, 0),
    "control characters": (HEAD + b"1,Sh\x07oe\x1b[31m,9\n" + ROWS * 20, 61, 0),
    "names in the data again": (HEAD + ROWS + HEAD + ROWS, 6, 1),
    "gz": (gzip.compress(HEAD + ROWS), 3, 0),
    "JSON": (b'[{"id": 1, "title": "Shoe"}]', 1, 0),
    "a spreadsheet": (_xlsx([["id", "title", "price"], [1, "Shoe", 9.99], ["002", "Shirt", 5]], formula=True), 3, 0),
    "parquet": (_parquet(pd.DataFrame({"id": [1, 2], "title": ["Shoe", None], "price": [9.99, 5]})), 2, 0),
}

# name -> bytes that are no table
UNUSABLE: dict[str, bytes] = {
    "nothing": b"",
    "empty lines only": b"\n\n \n\r\n",
    "a mark only": b"\xef\xbb\xbf",
    "a PNG image": b"\x89PNG\r\n\x1a\n" + os.urandom(2000),
    "a JPEG image": b"\xff\xd8\xff\xe0" + os.urandom(2000),
    "a PDF": b"%PDF-1.7\n1 0 obj\n<<>>\n",
    "a web page": b"<!DOCTYPE html><html><body>sign in</body></html>",
    "JSON that is cut off": b'[{"id": 1, "title": "Shoe"}, {"id": 2, "ti',
    "JSON of nothing": b"[ ]",
    "random bytes": bytes(range(256)) * 40,
    "a zip archive": _zip("products.csv", HEAD + ROWS),
    "a damaged zip": _zip("xl/workbook.xml", b"<x/>" * 100)[:60],
    "a spreadsheet cut off": _xlsx([["id"], [1]])[:900],
    "a zip that says it is a spreadsheet": _zip("xl/workbook.xml", b"<x/>"),
    "old excel cut off": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "parquet cut off": _parquet(pd.DataFrame({"id": range(50)}))[:300],
    "parquet in name only": b"PAR1" + b"x" * 100,
    "gz cut off": gzip.compress(os.urandom(5000))[:3000],
    "gz of an image": gzip.compress(b"\x89PNG\r\n\x1a\n" + bytes(100)),
    "gz twice": gzip.compress(gzip.compress(HEAD + ROWS)),
    "gz of nothing": gzip.compress(b""),
    "utf-16 cut in a letter": b"\xff\xfe" + (HEAD + ROWS).decode().encode("utf-16-le")[:-1],
    "an empty spreadsheet": _xlsx([]),
}


def _read(folder: Path, content: bytes, **options: object) -> Table:
    path = folder / "upload"
    path.write_bytes(content)
    return read_table(path, "products.csv", **options)  # type: ignore[arg-type]


def _in_order(table: Table) -> None:
    """What holds for every table, whatever the file."""
    r = table.report
    assert r.rows_in == r.kept + r.rejected
    assert (r.kept, r.rejected) == (len(table.frame), len(table.rejected))
    assert list(table.frame.columns) == list(r.columns)
    assert len(set(r.columns)) == len(r.columns)
    assert all(r.columns)
    assert all(str(t) == "str" for t in table.frame.dtypes)
    assert list(table.rejected.columns) == ["line", "reason", "text"]
    assert (table.rejected["line"] > 0).all()
    assert (table.rejected["reason"].str.len() > 0).all()


@pytest.mark.parametrize("name", READABLE)
def test_every_row_is_kept_or_listed(tmp_path: Path, name: str) -> None:
    content, kept, rejected = READABLE[name]
    table = _read(tmp_path, content)
    _in_order(table)
    assert (table.report.kept, table.report.rejected) == (kept, rejected)


@pytest.mark.parametrize("name", UNUSABLE)
def test_what_is_no_table_gets_one_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(EmbedError) as caught:
        _read(tmp_path, UNUSABLE[name])
    problem = str(caught.value)
    assert "products.csv" in caught.value.message
    assert caught.value.hint
    assert problem.count(".") <= 4
    assert "\n" not in problem
    assert len(problem) < 250
    assert str(tmp_path) not in problem
    assert not re.search(r"Error|Exception|Traceback", problem)


def _check(name: str, tmp_path: Path) -> Table:
    return _read(tmp_path, READABLE[name][0])


def test_names_are_the_same_whatever_the_encoding_or_the_line_ends(tmp_path: Path) -> None:
    plain = _check("plain", tmp_path).frame
    for name in (
        "windows line ends",
        "old mac line ends",
        "mixed line ends",
        "utf-8 with a mark",
        "utf-32",
        "utf-16 little end first",
        "utf-16 big end first",
        "utf-16 without a mark",
        "tabs",
        "gz",
        "no line end at the end",
        "titles above the names",
        "the line for Excel",
    ):
        pd.testing.assert_frame_equal(_check(name, tmp_path).frame, plain)


@pytest.mark.parametrize(
    ("name", "titles"),
    [
        ("windows-1252", ["Café crème", "Größe"]),
        ("utf-8 with one bad byte", ["Café", "Größe", "Olé"]),
        ("NUL bytes", ["Shoe", "Shirt"]),
        ("inch marks", ['5" nail', '6" x 4"', "Hat"]),
        ("quoted delimiters and quotes", ["Shoe, red", 'the "best" shirt']),
        ("quoted line ends", ["Shoe\nred\n\nsize 9", "Shirt"]),
        ("quotes after spaces", ["Shoe, red", "Shirt"]),
        ("formulas", ["=1+1", '=HYPERLINK("http://x")', "@SUM(A1)"]),
        ("a quote that never closes", ["Shirt", "Hat"]),
    ],
)
def test_cells_come_out_as_they_were_meant(tmp_path: Path, name: str, titles: list[str]) -> None:
    assert _check(name, tmp_path).frame["title"].tolist() == titles


def test_rejected_rows_name_the_line_of_the_file_the_reason_and_the_text(tmp_path: Path) -> None:
    body = b'\n1,"two\nlines",1\n\n2,too few\n3,"x\ny",3\n4,too,many,cells\n5,"open,5\n6,fine,6\n'
    table = _read(tmp_path, b"A shop\n" + HEAD + body, header_line=2)
    _in_order(table)
    assert table.frame["id"].tolist() == ["1", "3", "6"]
    assert table.rejected["line"].tolist() == [7, 10, 11]
    assert table.rejected["text"].tolist() == ["2,too few", "4,too,many,cells", '5,"open,5']
    few, many, quote = table.rejected["reason"]
    assert "few" in few
    assert "4" in many
    assert "quote" in quote


def test_rows_that_an_open_quote_swallowed_are_found_again(tmp_path: Path) -> None:
    content = HEAD + b'1,"open,9\n' + b"2,Shirt,5\n" * 1500 + b'3,closed",7\n4,Hat,1\n'
    table = _read(tmp_path, content)
    _in_order(table)
    assert (table.report.kept, table.report.rejected) == (1502, 1)
    assert table.rejected["line"].tolist() == [2]
    assert "closed only in line 1,503" in table.rejected["reason"].iloc[0]


def test_a_cell_of_many_lines_stays_one_cell(tmp_path: Path) -> None:
    story = "\n".join(f"Line {n}, with a comma, {n} of them" if n % 3 else "" for n in range(1500))
    table = _read(tmp_path, HEAD + f'1,"{story}",9\n2,Hat,1\n'.encode())
    _in_order(table)
    assert table.frame["title"].tolist() == [story, "Hat"]
    assert any("from line 2 to line 1,501" in n for n in table.report.notices)


def test_names_that_occur_twice_or_are_missing_are_told(tmp_path: Path) -> None:
    twice = _check("names twice", tmp_path)
    assert twice.report.columns == ("id", "name", "name (2)", "price", "name (3)")
    assert any("more than once" in n for n in twice.report.notices)
    missing = _check("names missing", tmp_path)
    assert missing.report.columns == ("id", "column 2", "price", "column 4")
    assert any("without a name" in n for n in missing.report.notices)
    none = _check("no names", tmp_path)
    assert none.report.columns == ("column 1", "column 2", "column 3")
    assert none.report.header_line == 0


def test_a_file_that_unpacks_without_end_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from embedcore.intake.tables import spool

    bomb = tmp_path / "bomb"
    bomb.write_bytes(gzip.compress(bytes(50 << 20)))
    assert bomb.stat().st_size < 100_000
    with pytest.raises(InputError, match="unpacks to more than 10 MB"):
        spool.unpack(bomb, "products.csv.gz", tmp_path / "out", limit=10 << 20)
    assert (tmp_path / "out").stat().st_size <= 10 << 20
    monkeypatch.setattr(spool, "BOMB_BYTES", 20 << 20)
    with pytest.raises(InputError, match="500 times its size"):
        spool.unpack(bomb, "products.csv.gz", tmp_path / "out")
    assert (tmp_path / "out").stat().st_size <= 24 << 20


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    for content in (READABLE["gz"][0], READABLE["a quote that never closes"][0]):
        _read(tmp_path, content)
    with pytest.raises(InputError):
        _read(tmp_path, UNUSABLE["gz of an image"])
    assert [p.name for p in tmp_path.iterdir()] == ["upload"]


def test_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"“products\.csv” is not there"):
        read_table(tmp_path / "gone", "products.csv")


_piece = st.sampled_from(
    [
        ",",
        ",",
        ",",
        "\n",
        "\n",
        '"',
        '""',
        "a",
        "b c",
        " ",
        "1",
        "é",
        "\r\n",
        "\r",
        'x"y',
        ";",
        "\\",
        "\x00",
        '"q, r"',
        '"m\nn"',
        "  ",
        "\t",
    ]
)


_cell = st.text(st.one_of(st.characters(exclude_categories=("Cc", "Cs")), st.sampled_from('\n\r,;"" \t\\')), max_size=8)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=st.lists(_piece, max_size=40), width=st.integers(1, 4))
@example(pieces=["\n", "\n", ";", "\n", '"'], width=3)
@example(pieces=['"', ",", "\n", '  "q, r"', ",", "1", "\n"], width=2)
def test_whatever_stands_in_a_file_rows_in_are_rows_kept_and_rejected(
    tmp_path: Path, pieces: list[str], width: int
) -> None:
    head = ",".join(f"name{n}" for n in range(width)) + "\n"
    try:
        table = _read(tmp_path, (head + "".join(pieces)).encode(), delimiter=",", header_line=1, encoding="utf-8")
    except InputError:
        pytest.fail("text in UTF-8 with names above it can always be read")
    _in_order(table)


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300))
def test_any_bytes_give_a_table_or_a_sentence(tmp_path: Path, content: bytes) -> None:
    problem = None
    try:
        _in_order(_read(tmp_path, content))
    except InputError as e:
        problem = e
    assert problem is None or problem.message
    assert problem is None or "\n" not in problem.message


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(_cell, _cell, _cell), min_size=1, max_size=12), quote_all=st.booleans())
def test_what_a_correct_writer_wrote_comes_back(tmp_path: Path, rows: list[tuple[str, ...]], quote_all: bool) -> None:
    import csv

    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL)
    writer.writerow(["first", "second", "third"])
    writer.writerows(rows)
    text = out.getvalue()
    table = _read(tmp_path, text.encode("utf-8", "surrogatepass"), delimiter=",", header_line=1, encoding="utf-8")
    _in_order(table)
    want = [[c.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "") for c in row] for row in rows]
    got = [["" if pd.isna(c) else c for c in row] for row in table.frame.to_numpy(dtype=object)]
    assert got == want


def test_the_list_of_hostile_files_is_long() -> None:
    assert len(READABLE) + len(UNUSABLE) >= 60
