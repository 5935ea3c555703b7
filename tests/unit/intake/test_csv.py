"""Delimited text: the dialect is found, quotes follow one rule, and nothing is lost."""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path

import pandas as pd
import pytest

from embedcore.errors import Cancelled, InputError
from embedcore.intake.columns.names import column_names, listed
from embedcore.intake.tables.read import read_table
from embedcore.intake.text import delimited as intake
from embedcore.intake.text import dialect
from embedcore.intake.text.lexer import AFTER_QUOTE, NEVER_CLOSED, Lexer, TextRecord


def _find(text: str, **options: object) -> dialect.Dialect:
    return dialect.find([line.encode() for line in text.split("\n")], **options)  # type: ignore[arg-type]


def _records(text: str) -> list[TextRecord]:
    lines = text.encode().split(b"\n")
    return list(Lexer(",").records(lines.__getitem__, 0, len(lines)))


def test_delimiter_is_the_one_that_is_steady_from_the_names_on() -> None:
    assert _find("a,b\n1,2\n3,4").delimiter == ","
    assert _find("a;b;c\n1;2,5;x\n2;3,5;y\n3;1,5;z").delimiter == ";"
    assert _find("id;title;price\n" + "1;Shoe;9,99\n" * 50 + "2;Hat\n" * 4).delimiter == ";"
    assert _find("a\tb\n1, 2\tx\n3\ty").delimiter == "\t"
    assert _find("user_id | product_id\n1 | 12783,16311,12771").delimiter == "|"
    assert _find("a,b;c,d\n1,2;3,4", delimiter=";").columns == ("a,b", "c,d")


def test_names_are_found_below_titles_and_missed_when_there_are_none() -> None:
    found = _find("Shop export\n\nmade on,Monday\nid,title,price\n1,Shoe,5\n2,Hat,6")
    assert (found.header, found.first, found.columns) == (3, 4, ("id", "title", "price"))
    assert _find("1,Shoe,5\n2,Hat,6\n3,Tie,7").header is None
    assert _find("milk,bread\nbread,jam\nmilk,jam\njam,milk").header is None
    assert _find("id,title\n1,Shoe\nid,title\n2,Hat").header == 0


def test_a_person_may_say_where_the_names_are() -> None:
    assert _find("a,b\nc,d\n1,2", header_line=2).columns == ("c", "d")
    none = _find("a,b\nc,d\n1,2", header_line=0)
    assert (none.header, none.first, none.width) == (None, 0, 2)


def test_one_name_too_few_is_a_spare_delimiter_or_a_row_number() -> None:
    assert _find("a,b,c\n1,2,3,\n4,5,6,").columns == ("a", "b", "c", "")
    assert _find("a,b,c\n0,1,2,3\n1,4,5,6").columns == ("", "a", "b", "c")


def test_more_cells_than_names_are_rejected_and_never_read_one_column_off() -> None:
    for surplus in ("red", "red,blue"):
        found = _find("id,title,price\n" + "".join(f"A{n},Shoe {n},{surplus},9\n" for n in range(9)))
        assert (found.header, found.columns, found.width) == (0, ("id", "title", "price"), 3)


def test_without_names_no_first_row_is_passed_over() -> None:
    found = _find("1,Shoe\n2,Hat,6\n3,Tie,7")
    assert (found.header, found.first, found.width) == (None, 0, 3)


def test_lines_of_many_lengths_are_baskets_and_not_broken_rows() -> None:
    text = "milk,bread\njam\nmilk,jam,tea\nbread\ntea,jam,milk,bread,egg\negg,milk\n"
    assert _find(text).ragged
    assert _find(text).header is None
    assert _find("items\n" + text).header == 0
    assert not _find("id,title\n" + "1,Shoe\n" * 20 + "2,a,b\n3\n").ragged
    assert _find("a,b\n1,2\n3,4", ragged=True).ragged


def test_titles_with_commas_are_one_column() -> None:
    found = _find("title\nShoe, red\nShirt\nHat\nCap, blue, large\nTie\nSock\nBelt\nScarf")
    assert found.width == 1
    assert found.columns == ("title",)


def test_quotes_follow_one_rule() -> None:
    assert _records('a,"b,c",d') == [TextRecord(0, 1)]
    assert _records('5" nail,6" x 4"') == [TextRecord(0, 1)]
    assert _records('a,"b\nc\nd",e\nf') == [TextRecord(0, 3)]
    assert _records('a,"b"c,d\ne,f') == [TextRecord(0, 1, AFTER_QUOTE)]
    assert _records('a,"b\nc,d\ne') == [TextRecord(0, 1, NEVER_CLOSED)]
    assert _records('a,"b\nc"d,"e"') == [TextRecord(0, 1, AFTER_QUOTE), TextRecord(1, 1)]
    assert _records('a,"b""\nc"') == [TextRecord(0, 2)]


def test_cells_of_a_record_lose_their_quotes_only() -> None:
    assert Lexer(",").cells(b'a, "b,""c""" ,5" nail,,"x\ny"') == ["a", 'b,"c"', '5" nail', "", "x\ny"]
    assert Lexer("|").cells(b"1 | 2,3") == ["1 ", " 2,3"]
    assert Lexer(",").cells(b"") == [""]


def test_the_quick_reader_and_the_rules_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What DuckDB reads is what our own rules read, cell by cell and line by line, over a thousand odd rows."""
    dice = random.Random(7)
    pieces = [
        ",",
        ",",
        ",",
        ",",
        "a",
        "b c",
        '"q, r"',
        '"m\nn"',
        '"x""y"',
        'in"ch',
        "\n",
        "\n",
        ' "s" ',
        "é",
        "\\",
        "'",
    ]
    text = "one,two,three\n" + "".join(dice.choice(pieces) for _ in range(6000)) + "\n1,2,3\n" * 50
    path = tmp_path / "odd.csv"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(intake, "SMALL", 0)
    quick = intake.read_text(path, "odd.csv", delimiter=",", header_line=1)
    assert len(quick.frame) > 50
    assert len(quick.rejected) > 200
    monkeypatch.setattr(intake, "parse", lambda *_: pd.DataFrame())
    slow = intake.read_text(path, "odd.csv", delimiter=",", header_line=1)
    assert slow.frame.to_numpy(object).tolist() == quick.frame.to_numpy(object).tolist() or slow.frame.equals(
        quick.frame
    )
    assert slow.rejected["line"].tolist() == quick.rejected["line"].tolist()
    assert slow.rejected["text"].tolist() == quick.rejected["text"].tolist()


def test_when_the_reader_loses_rows_they_are_read_another_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = intake.parse

    def lossy(*args: object) -> pd.DataFrame:
        *some, kept, progress = args
        rejected = real(*some, kept, progress)  # type: ignore[arg-type]
        kept.rows -= 1  # type: ignore[attr-defined]
        return rejected

    monkeypatch.setattr(intake, "parse", lossy)
    monkeypatch.setattr(intake, "SMALL", 0)
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n3,4\n5\n", encoding="utf-8")
    read = intake.read_text(path, "a.csv")
    assert read.frame["a"].tolist() == ["1", "3"]
    assert len(read.rejected) == 1
    assert read.rows_in == 3


def test_large_files_are_read_in_seconds_with_progress(tmp_path: Path) -> None:
    path, out = tmp_path / "large.csv", io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(["basket", "product", "title"])
    writer.writerows((n // 8, n % 997, "two\nlines" if n % 1000 == 0 else 'a "b", c') for n in range(120_000))
    path.write_text(out.getvalue(), encoding="utf-8")
    seen: list[int] = []
    table = read_table(path, "large.csv", progress=lambda step, of, loss=None, note="": seen.append(step))
    assert (table.report.rows_in, table.report.kept) == (120_000, 120_000)
    assert seen == sorted(seen)
    assert seen[-1] == 100
    assert len(seen) >= 4


def test_reading_can_be_stopped(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")

    def stop(step: int, of: int, loss: float | None = None, note: str = "") -> None:
        raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        read_table(path, "a.csv", progress=stop)


@pytest.mark.parametrize(
    "options",
    [{"delimiter": "ab"}, {"delimiter": '"'}, {"encoding": "klingon"}, {"encoding": "ascii"}, {"header_line": 99}],
)
def test_options_that_do_not_fit_get_a_sentence(tmp_path: Path, options: dict[str, object]) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\né,2\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_table(path, "a.csv", **options)  # type: ignore[arg-type]
    assert caught.value.hint


def test_an_encoding_can_be_chosen(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("id,title\n1,Привет\n".encode("cp1251"))
    assert read_table(path, "a.csv", encoding="cp1251").frame["title"].tolist() == ["Привет"]
    guessed = read_table(path, "a.csv").report
    assert guessed.encoding == "cp1251"
    assert guessed.decisions[0].sentence == "Read as Windows-1251 (Cyrillic), for example “Привет”."


def test_names_of_columns_are_unique_and_never_empty() -> None:
    names, notices = column_names(["a", "", "a", "a (2)", " b  c "], 6)
    assert names == ["a", "column 2", "a (3)", "a (2)", "b c", "column 6"]
    assert len(notices) == 2
    assert listed(["a", "b"], 1) == "“a” and 1 more"
