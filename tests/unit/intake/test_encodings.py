"""Text in any encoding is read in the one in which its letters make sense, and said."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from embedcore.errors import InputError
from embedcore.intake.tables import spool
from embedcore.intake.tables.read import Table, read_table
from embedcore.intake.text.encodings import ENCODINGS
from tests.unit.intake.languages import LANGUAGES, shop

EVERY = [(language, encoding) for language, (encodings, *_) in LANGUAGES.items() for encoding in encodings]


def _read(folder: Path, content: bytes, **settings: str) -> Table:
    (folder / "products.csv").write_bytes(content)
    return read_table(folder / "products.csv", "products.csv", settings=settings)


def _lines(table: Table) -> list[str]:
    return [",".join(table.report.columns), *(",".join(row) for row in table.frame.to_numpy(object))]


@pytest.mark.parametrize(("language", "encoding"), EVERY)
def test_a_shop_of_any_language_is_read_in_its_encoding(tmp_path: Path, language: str, encoding: str) -> None:
    for rows in (20, 1000):
        text = shop(language, rows)
        table = _read(tmp_path, text.encode(encoding))
        assert _lines(table) == text.splitlines()
        (said,) = table.report.decisions
        assert said.key == "encoding"
        assert not said.unsure
        assert said.chosen in dict(said.choices)
        cell = said.sentence.partition("“")[2].partition("”")[0]
        assert cell in text
        assert not cell.isascii()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("language", ["German", "Japanese"])
def test_what_says_its_encoding_needs_no_decision(tmp_path: Path, language: str, encoding: str) -> None:
    table = _read(tmp_path, shop(language, 20).encode(encoding))
    assert _lines(table) == shop(language, 20).splitlines()
    assert table.report.decisions == ()


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("language", ["German", "Russian", "Japanese", "Korean"])
def test_wide_characters_need_no_mark(tmp_path: Path, language: str, encoding: str) -> None:
    table = _read(tmp_path, shop(language, 20).encode(encoding))
    assert _lines(table) == shop(language, 20).splitlines()
    assert table.report.encoding == encoding


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("cp1251", "АРТИКУЛ|ЧАШКА|ТАРЕЛКА|НОЖ"),
        ("koi8-r", "АРТИКУЛ|ЧАШКА|ТАРЕЛКА|НОЖ"),
        ("cp1251", "Название|Чай «Беседа» №5|Сахар"),
        ("cp1253", "ΚΩΔΙΚΟΣ|ΠΟΤΗΡΙ|ΜΑΧΑΙΡΙ|ΚΑΡΕΚΛΑ"),
        ("cp1254", "ÜRÜN|ÇAY BARDAĞI|KAŞIK|ŞİŞE"),
        ("cp1252", "NAME|SCHÜSSEL|LÖFFEL|KÜCHE"),
        ("cp1252", "name|Mug – “best”…|5,50 €"),
        ("cp932", "商品名|ソファ|表札|十能"),
        ("big5", "名稱|功能飲料|許願瓶|蓋子"),
        ("cp932", "ｼｮｳﾋﾝﾒｲ|ﾉｰﾄ|ﾎﾞｰﾙﾍﾟﾝ|ｼｬｰﾌﾟ"),
    ],
)
def test_capitals_signs_and_letters_that_end_in_a_backslash_are_read(tmp_path: Path, encoding: str, words: str) -> None:
    name, *products = words.split("|")
    text = f"{name};id\n" + "".join(f"{products[n % len(products)]};{n}\n" for n in range(20))
    table = _read(tmp_path, text.encode(encoding))
    assert [";".join(row) for row in table.frame.to_numpy(object)] == text.splitlines()[1:]
    assert table.report.encoding == encoding


def test_one_word_deep_in_a_large_file_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "CHUNK", 1 << 12)
    rows = [f"A{n},Tool {n},{n}.50" for n in range(4000)]
    rows[3210] = "A3210,Полотенце банное,5.00"
    table = _read(tmp_path, ("sku,name,price\n" + "\n".join(rows) + "\n").encode("cp1251"))
    assert table.frame["name"][3210] == "Полотенце банное"
    assert "“Полотенце банное”" in table.report.decisions[0].sentence


def test_a_setting_is_obeyed_and_shown_with_an_example(tmp_path: Path) -> None:
    content = "id,title\n1,Чашка\n2,Тарелка\n".encode("cp1251")
    table = _read(tmp_path, content, encoding="cp1252")
    assert table.report.decisions[0].chosen == "cp1252"
    assert "“Òàðåëêà”" in table.report.decisions[0].sentence
    with pytest.raises(InputError, match="UTF-8 throughout"):
        _read(tmp_path, content, encoding="utf-8")


def test_letters_that_two_encodings_explain_alike_are_asked_about(tmp_path: Path) -> None:
    said = _read(tmp_path, b"id,title\n1,M\xe3\n2,L\xe3\n").report.decisions[0]
    assert said.unsure
    assert "as likely" in said.sentence
    assert not _read(tmp_path, b"id,title\n1,M\xe3\n2,L\xe3\n", encoding="cp1252").report.decisions[0].unsure


def test_signs_alone_are_no_reason_to_ask(tmp_path: Path) -> None:
    text = "id,title,price\n1,Levi’s® 501,€9\n2,Pipe ½” 20°,€5\n3,Nike™ – Air,€7\n"
    table = _read(tmp_path, text.encode("cp1252"))
    assert _lines(table) == text.splitlines()
    assert not table.report.decisions[0].unsure


def test_bytes_that_fit_no_encoding_are_counted(tmp_path: Path) -> None:
    table = _read(tmp_path, shop("Japanese", 50).encode("cp932") + b"A9999,\x81\x20\x81,1,x\n")
    assert table.report.encoding == "cp932"
    assert "2 characters could not be read" in table.report.decisions[0].sentence


def test_json_is_read_in_any_encoding(tmp_path: Path) -> None:
    table = _read(tmp_path, '[{"id": 1, "title": "赤いマグカップ"}]'.encode("cp932"))
    assert table.frame.to_dict("records") == [{"id": "1", "title": "赤いマグカップ"}]
    assert table.report.decisions[0].chosen == "cp932"


def test_every_encoding_on_the_list_is_one_that_python_knows() -> None:
    assert all(pd.Series(["a"]).str.encode(name).str.decode(name).eq("a").all() for name, _ in ENCODINGS)
