"""Delimiters and column names as programs and people write them: read as they were meant, or asked about."""

from __future__ import annotations

import random
from pathlib import Path

import pandas as pd
import pytest

from embedcore.intake import guess_shape, understand
from embedcore.intake.tables.read import Table, read_table

HEAD = ["sku", "name", "price", "group"]
TOOLS = [[f"K{n:03}", f"Tool, steel {n}", f"{n}.00", "ABC"[n % 3]] for n in range(40)]
WORDY = [[f"K{n:03}", f"Tool, steel, long, hard {n}", f"{n}.00", "ABC"[n % 3]] for n in range(40)]
SHELF = [
    [f"K{n:03}", ("Mug", "Large pot with lid", "Süßer Käse")[n % 3], f"{n}.50", ("kitchen", "", "garden shed")[n % 3]]
    for n in range(30)
]
WIDTHS = (4, 18, 6, 12)
CODES = [[str(n % 7 + 1), str(n * 37 % 91), str(n % 5 + 1), str(978300000 + n)] for n in range(40)]
_DICE = random.Random(1)
RATINGS = "".join(
    f"{n // 6 + 1}::{int(_DICE.paretovariate(1)) % 90 + 1}::{_DICE.randint(1, 5)}::{978300000 + n // 3}\n"
    for n in range(300)
)


def _text(separator: str, rows: list[list[str]]) -> str:
    return "".join(separator.join(row) + "\n" for row in rows)


def _aligned(rows: list[list[str]], gap: int) -> str:
    return "".join((" " * gap).join(c.ljust(w) for c, w in zip(r, WIDTHS, strict=True)).rstrip() + "\n" for r in rows)


def _unnamed(width: int) -> list[str]:
    return [f"column {n + 1}" for n in range(width)]


def _read(folder: Path, text: str, **settings: str) -> Table:
    (folder / "tools.txt").write_text(text, encoding="utf-8")
    return read_table(folder / "tools.txt", "tools.txt", settings=settings)


def _cells(table: Table) -> list[list[str]]:
    return [["" if pd.isna(c) else c.strip() for c in row] for row in table.frame.to_numpy(object)]


def _decision(table: Table, key: str) -> str:
    return next((d.chosen for d in table.report.decisions if d.key == key), "")


@pytest.mark.parametrize(
    "separator",
    ["^", "~", "\x01", "\x1e", "\x1f", "::", "||", ";;", "#", "!", ":", "¦", "þ", "~|~", "^|^", " -> ", "|\t", "@@"],
)
def test_any_sign_that_every_line_has_equally_often_separates(tmp_path: Path, separator: str) -> None:
    table = _read(tmp_path, _text(separator, [HEAD, *TOOLS]))
    assert list(table.report.columns) == HEAD
    assert _cells(table) == TOOLS
    assert table.report.delimiter == separator
    assert _decision(table, "delimiter") == {"\x01": "ctrl-a"}.get(separator, separator)
    nameless = _read(tmp_path, _text(separator, TOOLS))
    assert list(nameless.report.columns) == _unnamed(4)
    assert _cells(nameless) == TOOLS
    assert _decision(nameless, "header") == "0"


@pytest.mark.parametrize("separator", [";", "|", "\t", "^", "~"])
def test_commas_in_every_name_do_not_win(tmp_path: Path, separator: str) -> None:
    names = ["sku", "name, with, all, words", "price", "group"]
    table = _read(tmp_path, _text(separator, [names, *WORDY]))
    assert list(table.report.columns) == names
    assert _cells(table) == WORDY
    prices = [[str(n), f"{n},00", f"{n + 1},50"] for n in range(40)]
    assert _cells(_read(tmp_path, _text(separator, prices))) == prices


@pytest.mark.parametrize("gap", [1, 2])
@pytest.mark.parametrize("rule", ["", "-", "="])
def test_columns_set_apart_by_spaces_are_found_by_edges_or_dashes(tmp_path: Path, gap: int, rule: str) -> None:
    dashes = [[rule * width for width in WIDTHS]] if rule else []
    table = _read(tmp_path, _aligned([HEAD, *dashes, *SHELF], gap))
    assert list(table.report.columns) == HEAD
    assert _cells(table) == SHELF
    assert _decision(table, "delimiter") == "spaces"
    assert table.report.rejected == 0


def test_right_aligned_numbers_longer_than_the_first_ones_stay_whole(tmp_path: Path) -> None:
    rows = [[f"K{n:04}", "Mug", str(n) if n < 1100 else str(n * 1000)] for n in range(1, 1200)]
    text = "".join(f"{a:<8}{b:<10}{c:>10}\n" for a, b, c in [HEAD[:3], *rows])
    assert _cells(_read(tmp_path, text)) == rows


def test_a_table_of_codes_is_separated_by_spaces_and_titles_are_not(tmp_path: Path) -> None:
    table = _read(tmp_path, _text(" ", CODES))
    assert _cells(table) == CODES
    assert _decision(table, "delimiter") == "space"
    assert _read(tmp_path, _text(" ", [["user", "item", "stars", "time"], *CODES])).report.columns[0] == "user"
    for lines in (["Tool 01", "Tool 02", "Tool 03"] * 5, ["2024-01-05 10:30:00"] * 9, ["Red mug", "Blue cup"] * 9):
        assert len(_read(tmp_path, "title\n" + "\n".join(lines) + "\n").report.columns) == 1


def test_a_drawn_table_needs_no_line_of_dashes(tmp_path: Path) -> None:
    table = _read(tmp_path, "".join(f"| {' | '.join(row)} |\n" for row in [HEAD, *TOOLS]))
    assert list(table.report.columns) == HEAD
    assert _cells(table) == TOOLS


def test_a_person_decides_the_delimiter(tmp_path: Path) -> None:
    text = "sku,name\nA-1-red,Mug\nB-2-blue,Cup\n"
    assert _read(tmp_path, text, delimiter="-").report.columns == tuple(_unnamed(3))
    assert _read(tmp_path, text, delimiter="none").report.columns == ("sku,name",)
    assert _read(tmp_path, "a<>b\n1<>2\n", delimiter="<>").report.columns == ("a", "b")
    assert _read(tmp_path, "a\tb\n1\t2\n", delimiter="tab").report.columns == ("a", "b")
    assert _read(tmp_path, _aligned([HEAD, *SHELF], 2), delimiter="spaces").report.columns == tuple(HEAD)


def test_one_useless_column_is_told_with_what_to_try(tmp_path: Path) -> None:
    table = _read(tmp_path, "".join(f"Mug {n} - red - kitchen\n" for n in range(20)))
    said = next(d for d in table.report.decisions if d.key == "delimiter")
    assert "one column" in said.sentence
    assert " - " in dict(said.choices)
    assert len(_read(tmp_path, "title\n" + "Red mug\nBlue cup with lid\n" * 9).report.decisions) == 0


def test_ratings_without_names_are_purchases_of_the_second_column(tmp_path: Path) -> None:
    shape = guess_shape(_read(tmp_path, RATINGS).frame)
    assert (shape.item, shape.rating, shape.time) == ("column 2", "column 3", "column 4")
    assert "column 1" in (shape.customer, shape.basket)


@pytest.mark.parametrize(
    ("names", "row"),
    [
        (["sku", "name", "2021", "2022", "2023"], ["A{}", "Mug {}", "{}", "1", "0"]),
        (["article", "1", "2", "3"], ["A{}", "{}", "0", "1"]),
        (["article", "101", "205", "310"], ["1{}", "{}", "0", "1"]),
        (["article", "2024-01-01", "2024-02-01"], ["A{}", "{}", "3"]),
        (["article", "01/2024", "02/2024"], ["A{}", "{}", "3"]),
        (["Bezeichnung", "Farbe", "Raum"], ["Tasse", "rot", "Küche"]),
        (["bread", "milk", "tea"], ["True", "False", "False"]),
    ],
)
def test_names_that_are_numbers_or_texts_are_names(tmp_path: Path, names: list[str], row: list[str]) -> None:
    rows = [[cell.format(n) for cell in row] for n in range(12)]
    table = _read(tmp_path, _text(";", [names, *rows]))
    assert list(table.report.columns) == names
    assert _cells(table) == rows
    assert not table.report.decisions


@pytest.mark.parametrize(
    "row",
    [
        ["SKU-{}", "Mug {}"],
        ["10{}", "Mug", "red"],
        ["u1", "Mug", "{} Jan 2024"],
        ["A{}", "Mug", "€{}.00"],
        ["Mug {}", "red", "kitchen"],
    ],
)
def test_a_first_row_like_the_others_is_no_name(tmp_path: Path, row: list[str]) -> None:
    rows = [[cell.format(n) for cell in row] for n in range(1, 9)]
    table = _read(tmp_path, _text(",", rows))
    assert list(table.report.columns) == _unnamed(len(row))
    assert _cells(table) == rows


def test_texts_above_texts_are_asked_about(tmp_path: Path) -> None:
    text = "Mug,red\nPan,black\nTowel,white\nSoap,green\n"
    asked = next(d for d in _read(tmp_path, text).report.decisions if d.key == "header")
    assert asked.unsure
    for line, rows in (("0", 4), ("1", 3)):
        table = _read(tmp_path, text, header=line)
        assert table.report.rows_in == rows
        assert not any(d.unsure for d in table.report.decisions)


def test_baskets_of_one_product_each_are_asked_about(tmp_path: Path) -> None:
    lone = _read(tmp_path, "".join(f"Mug {n} red\n" for n in range(20)))
    assert [d.key for d in understand(baskets=lone).unsure] == ["shape"]
    assert not understand(baskets=lone, basket_settings={"shape": "lines"}).unsure
    bought = _read(tmp_path, "items\n" + "milk\nbread,jam\nmilk,jam,tea\nbread\ntea,jam\negg,milk\n" * 4)
    assert not understand(baskets=bought).unsure


OTHERS: dict[str, tuple[str, list[str], list[list[str]]]] = {
    "a title above carets": ("Price list\n\n" + _text("^", [HEAD, *TOOLS]), HEAD, TOOLS),
    "films with lists of genres": (
        "1::Toy Story (1995)::Animation|Children's|Comedy\n2::Jumanji (1995)::Adventure|Fantasy\n"
        "3::Heat (1995)::Action\n12::Dracula: Dead and Loving It (1995)::Comedy|Horror\n",
        _unnamed(3),
        [
            ["1", "Toy Story (1995)", "Animation|Children's|Comedy"],
            ["2", "Jumanji (1995)", "Adventure|Fantasy"],
            ["3", "Heat (1995)", "Action"],
            ["12", "Dracula: Dead and Loving It (1995)", "Comedy|Horror"],
        ],
    ),
    "separators inside of quotes": (
        _text("::", [HEAD, *([a, f'"{b}::x"', c, d] for a, b, c, d in TOOLS)]),
        HEAD,
        [[a, f"{b}::x", c, d] for a, b, c, d in TOOLS],
    ),
    "a title above columns of spaces": ("STOCK LIST 2024\n\n" + _aligned([HEAD, *SHELF], 2), HEAD, SHELF),
    "a bar inside a drawn cell": (
        "| sku | name |\n|---|---|\n| A1 | a \\| b |\n| A2 | c |\n",
        ["sku", "name"],
        [["A1", "a | b"], ["A2", "c"]],
    ),
    "products as names of columns": (
        _text(",", [["order", "1007", "1002", "1003"], *([str(n), "1", "0", str(n % 2)] for n in range(1, 20))]),
        ["order", "1007", "1002", "1003"],
        [[str(n), "1", "0", str(n % 2)] for n in range(1, 20)],
    ),
    "lists in a column": (
        _text(",", [["order", "items"], *([str(n), f"a{n % 3};b{n % 4};c"] for n in range(20))]),
        ["order", "items"],
        [[str(n), f"a{n % 3};b{n % 4};c"] for n in range(20)],
    ),
    "times below names, between numbers alone": (
        _text(
            ",", [["order", "sku", "ts"], *([str(n), str(n % 7), f"{9 + n % 9:02}:{n % 60:02}:00"] for n in range(40))]
        ),
        ["order", "sku", "ts"],
        [[str(n), str(n % 7), f"{9 + n % 9:02}:{n % 60:02}:00"] for n in range(40)],
    ),
    "addresses alone": (
        "url\n" + "".join(f"https://a.example/c/{n}.html\n" for n in range(20)),
        ["url"],
        [[f"https://a.example/c/{n}.html"] for n in range(20)],
    ),
}


@pytest.mark.parametrize("name", OTHERS)
def test_titles_lists_and_addresses_do_not_mislead(tmp_path: Path, name: str) -> None:
    text, names, cells = OTHERS[name]
    table = _read(tmp_path, text)
    assert list(table.report.columns) == names
    assert _cells(table) == cells


@pytest.mark.parametrize("price", ["12,50 €", "12.50$", "12,5 %", "£12.50", "12,50 zł", "12元", "¥1200"])
@pytest.mark.parametrize("delimiter", [";", "|", "\t"])
def test_a_sign_of_money_beside_a_delimiter_separates_nothing(tmp_path: Path, price: str, delimiter: str) -> None:
    rows = [["Référence", "Désignation", "Prix TTC", "Code-barres"]]
    rows += [[f"R{n:05}", f"Tasse bleue {n}", price, f"37600{n:08}"] for n in range(40)]
    (tmp_path / "p.csv").write_text("".join(delimiter.join(row) + "\n" for row in rows), encoding="utf-8")
    frame = read_table(tmp_path / "p.csv", "p.csv", use="catalogue").frame
    assert list(frame.columns) == rows[0]
    assert len(frame) == 40
