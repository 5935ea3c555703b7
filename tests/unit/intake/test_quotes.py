"""Quotes as programs and people write them: no row is swallowed, and no long text is torn."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from embedcore.intake.tables.read import Table, read_table

# name -> (text, the cells of all rows, what the quotes are said to be)
RIGHT: dict[str, tuple[str, list[list[str]], str]] = {
    "every line quoted": (
        '"id,title,price"\n"1,""Chair, oak"",20.00"\n"2,""Desk 8"""" wide"",30.00"\n"3,Lamp,5.00"\n',
        [["1", "Chair, oak", "20.00"], ["2", 'Desk 8" wide', "30.00"], ["3", "Lamp", "5.00"]],
        "lines",
    ),
    "every line but the names quoted": (
        'id,title,price\n"1,""Chair, oak"",20.00"\n"2,Desk,30.00"\n"3,Lamp,5.00"\n',
        [["1", "Chair, oak", "20.00"], ["2", "Desk", "30.00"], ["3", "Lamp", "5.00"]],
        "lines",
    ),
    "lines quoted, with semicolons": (
        '"id;title;price"\n"1;""Chair; oak"";20,00"\n"2;Lamp;5,00"\n',
        [["1", "Chair; oak", "20,00"], ["2", "Lamp", "5,00"]],
        "lines",
    ),
    "one column of texts with commas": ('title\n"Shoe, red"\n"Hat, blue"\n', [["Shoe, red"], ["Hat, blue"]], ""),
    "backslashes with carets": (
        'id^title^price\n1^"Pipe 8\\" wide^ red"^5\n2^"Cup \\"A\\""^6\n3^"Plain"^7\n',
        [["1", 'Pipe 8" wide^ red', "5"], ["2", 'Cup "A"', "6"], ["3", "Plain", "7"]],
        "backslash",
    ),
    "backslashes in a text of two lines": (
        'id,title,price\n1,"Pipe 8\\" wide\nand, long",5\n2,"Cup \\"A\\"",6\n',
        [["1", 'Pipe 8" wide\nand, long', "5"], ["2", 'Cup "A"', "6"]],
        "backslash",
    ),
    "backslashes far below": (
        "id,title,price\n" + "".join(f'{n},"Mug {n}",5\n' for n in range(2500)) + '2500,"Pipe 8\\" wide, red",5\n',
        [*([str(n), f"Mug {n}", "5"] for n in range(2500)), ["2500", 'Pipe 8" wide, red', "5"]],
        "backslash",
    ),
    "single quotes, and names without": (
        "id,title,price\n'1','Mug, red','5'\n'2','Cup','6'\n'3','It''s','7'\n",
        [["1", "Mug, red", "5"], ["2", "Cup", "6"], ["3", "It's", "7"]],
        "single",
    ),
    "single quotes where they are needed": (
        "id,title,price\n1,'Mug, red',5\n2,Cup,6\n3,Plate,7\n4,'Pan, big',9\n",
        [["1", "Mug, red", "5"], ["2", "Cup", "6"], ["3", "Plate", "7"], ["4", "Pan, big", "9"]],
        "single",
    ),
    "inches in single quotes": (
        "id;title;price\n'1';'Pipe 8\" wide';'5'\n'2';'Chef\\'s cup';'6'\n",
        [["1", 'Pipe 8" wide', "5"], ["2", "Chef's cup", "6"]],
        "single",
    ),
    "apostrophes": (
        "id,title,price\n1,'t Hoen mug,5\n2,Chef's cup,6\n3,Levi's' jeans,7\n4,'90s shirt',8\n",
        [["1", "'t Hoen mug", "5"], ["2", "Chef's cup", "6"], ["3", "Levi's' jeans", "7"], ["4", "'90s shirt'", "8"]],
        "",
    ),
    "inches between tabs": (
        'sku\tname\tprice\nA1\t5" pipe\t9\nA2\t"Best" pipe\t8\nA3\t"Quoted start\t5\nA4\tpipe 6"\t1\n',
        [["A1", '5" pipe', "9"], ["A2", '"Best" pipe', "8"], ["A3", '"Quoted start', "5"], ["A4", 'pipe 6"', "1"]],
        "none",
    ),
    "one odd quote between many between tabs": (
        '"sku"\t"name"\n' + "".join(f'"K{n}"\t"Tool {n}"\n' for n in range(9)) + 'K9\t"Best" tool\n',
        [*([f"K{n}", f"Tool {n}"] for n in range(9)), ["K9", '"Best" tool']],
        "loose",
    ),
    "lines quoted, with two colons": (
        '"sku::name"\n' + "".join(f'"K{n}::Tool {n}"\n' for n in range(9)),
        [[f"K{n}", f"Tool {n}"] for n in range(9)],
        "lines",
    ),
    "lines in single quotes": (
        "'sku,name'\n" + "".join(f"'K{n},Tool {n}'\n" for n in range(9)),
        [[f"K{n}", f"Tool {n}"] for n in range(9)],
        "lines",
    ),
    "angle quotes": (
        "sku;name\n" + "".join(f"«K{n}»;«Tool; {n}»\n" for n in range(9)),
        [[f"K{n}", f"Tool; {n}"] for n in range(9)],
        "curly",
    ),
    "delimiters with a backslash": (
        "sku,name\n" + "".join(f"K{n},Tool\\, steel {n}\n" for n in range(9)),
        [[f"K{n}", f"Tool, steel {n}"] for n in range(9)],
        "escaped",
    ),
    "quotes that are needed between tabs": (
        'sku\tname\tprice\nA1\t"Mug\tred"\t5\nA2\t"Cup"\t6\n',
        [["A1", "Mug\tred", "5"], ["A2", "Cup", "6"]],
        "",
    ),
}
LONG = "Line one, with commas, and more\n" + "".join(f"- point {n}, good, {n}\n" for n in range(300)) + "the end"


def _read(folder: Path, text: str, **settings: str) -> Table:
    (folder / "tools.csv").write_text(text, encoding="utf-8")
    return read_table(folder / "tools.csv", "tools.csv", settings=settings)


def _cells(table: Table) -> list[list[str]]:
    return [["" if pd.isna(c) else c for c in row] for row in table.frame.to_numpy(object)]


def _rows(count: int, *, texts: bool) -> list[list[str]]:
    if texts:
        return [[f"t{n % 5}", f"Tool {'abcdefg'[n % 7]}", "ok", ("red", "blue")[n % 2]] for n in range(count)]
    return [[f"K{n}", f"Tool {n}", "ok", f"{n}.0"] for n in range(count)]


@pytest.mark.parametrize("name", RIGHT)
def test_quotes_of_any_kind_are_taken_away_and_said(tmp_path: Path, name: str) -> None:
    text, cells, said = RIGHT[name]
    table = _read(tmp_path, text)
    assert _cells(table) == cells
    assert table.report.rejected == 0
    assert next((d.chosen for d in table.report.decisions if d.key == "quotes"), "") == said


@pytest.mark.parametrize("texts", [False, True])
@pytest.mark.parametrize("far", [3, 30, 3000])
def test_a_quote_closed_any_number_of_rows_later_swallows_none(tmp_path: Path, *, far: int, texts: bool) -> None:
    rows = _rows(far + 40, texts=texts)
    rows[10][2], rows[10 + far][2] = '"see drawer', 'drawer 4"'
    text = "kind,name,note,more\n" + "".join(",".join(row) + "\n" for row in rows)
    table = _read(tmp_path, text)
    assert _cells(table) == rows[:10] + rows[11:]
    assert table.rejected["line"].tolist() == [12]
    assert f"closed only in line {12 + far:,}" in table.rejected["reason"][0]
    (said,) = (d for d in table.report.decisions if d.key == "quotes")
    assert (said.rows, said.lost) == (1, 1)
    everything = _read(tmp_path, text, quotes="none")
    assert _cells(everything) == rows
    assert everything.report.rejected == 0


def test_a_long_text_with_commas_stays_one_cell(tmp_path: Path) -> None:
    rows = [[f"K{n}", LONG if n == 10 else f"Tool {n}", f"{n}.0"] for n in range(40)]
    text = "sku,name,price\n" + "".join(f'{a},"{b}",{c}\n' for a, b, c in rows)
    table = _read(tmp_path, text)
    assert _cells(table) == rows
    assert table.report.decisions == ()


def test_a_quote_that_is_never_closed_costs_its_own_row(tmp_path: Path) -> None:
    rows = _rows(40, texts=False)
    rows[20][1] = '"Tool 20'
    table = _read(tmp_path, "sku,name,note,price\n" + "".join(",".join(row) + "\n" for row in rows))
    assert _cells(table) == rows[:20] + rows[21:]
    assert table.rejected["text"].tolist() == [",".join(rows[20])]


def test_rejected_rows_are_shown_as_the_file_has_them(tmp_path: Path) -> None:
    table = _read(tmp_path, "".join(f"K{n}::Tool {n}::{n}.0\n" for n in range(60)) + "K60::one cell\n")
    assert table.rejected["text"].tolist() == ["K60::one cell"]
    assert table.report.rows_in == table.report.kept + table.report.rejected == 61


def test_quotes_inside_of_cells_that_are_not_doubled_cost_no_row(tmp_path: Path) -> None:
    rows = [[f"K{n}", f'Pipe {n}" wide, red', f"{n}.0"] if n % 3 else [f"K{n}", '"Best" mug', "1"] for n in range(30)]
    text = "sku,name,price\n" + "".join(f'{a},"{b}",{c}\n' if "Pipe" in b else f"{a},{b},{c}\n" for a, b, c in rows)
    table = _read(tmp_path, text)
    assert _cells(table) == rows
    (said,) = table.report.decisions
    assert (said.key, said.chosen) == ("quotes", "loose")
    assert said.sentence.startswith("30 rows with quotes that are not doubled")
    strict = _read(tmp_path, text, quotes="usual")
    assert strict.report.kept + strict.report.rejected == 30
    assert strict.report.rejected == 30


def test_a_lone_quote_where_none_belongs_costs_its_row_and_is_told(tmp_path: Path) -> None:
    table = _read(tmp_path, '"1";"a";";"9.99"\n"2";"b";"c";"5.00"\n"3";"c";"d";"1.00"\n"4";"d";"e";"1.00"\n')
    assert table.rejected["line"].tolist() == [1]
    assert table.rejected["reason"].tolist() == ["there is text after a closing quote"]
    assert table.report.rows_in == 4
