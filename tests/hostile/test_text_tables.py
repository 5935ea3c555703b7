"""Tables as programs and people really write them: the right cells, or the line and what to do."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from embedcore.errors import EmbedError
from embedcore.intake.tables.read import Table, read_table

HEAD = "sku,name,price\n"
ROWS = "A1,Mug,9.99\nA2,Cup,5.00\nA3,Hat,7.50\n"
TOOLS = [["A1", "Mug", "9.99"], ["A2", "Cup", "5.00"], ["A3", "Hat", "7.50"]]
MANY = [[f"A{n}", f"Tool {n}", f"{n}.50"] for n in range(40)]
MANY_TEXT = HEAD + "".join(",".join(row) + "\n" for row in MANY)

# name -> (text, the cells of all kept rows, the lines of rejected rows, words of a notice or a reason)
RIGHT: dict[str, tuple[str, list[list[str]], list[int], str]] = {
    "markdown": (
        "| sku | name | price |\n|-----|:----:|------:|\n"
        "| A1 | Mug | 9.99 |\n| A2 | Cup | 5.00 |\n| A3 | Hat | 7.50 |\n",
        TOOLS,
        [],
        "bars and dashes",
    ),
    "a database in a terminal": (
        "+-----+------+-------+\n| sku | name | price |\n+-----+------+-------+\n| A1  | Mug  |  9.99 |\n"
        "| A2  | Cup  |  5.00 |\n| A3  | Hat  |  7.50 |\n+-----+------+-------+\n3 rows in set (0.00 sec)\n",
        TOOLS,
        [8],
        "bars and dashes",
    ),
    "another database in a terminal": (
        " sku | name | price \n-----+------+-------\n"
        " A1  | Mug  |  9.99\n A2  | Cup  |  5.00\n A3  | Hat  |  7.50\n(3 rows)\n",
        TOOLS,
        [6],
        "bars and dashes",
    ),
    "columns set apart by spaces": (
        "SKU    NAME       PRICE\nA1     Mug         9.99\nA2     Red cup     5.00\nA3     Hat         7.50\n",
        [["A1", "Mug", "9.99"], ["A2", "Red cup", "5.00"], ["A3", "Hat", "7.50"]],
        [],
        "set apart by spaces",
    ),
    "two bars": ((HEAD + ROWS).replace(",", "||"), TOOLS, [], "separated by “||”"),
    "two colons, and one in a title": (
        "1::Toy: a story::Animation|Comedy\n2::Alien::Horror\n3::Heat::Crime\n",
        [["1", "Toy: a story", "Animation|Comedy"], ["2", "Alien", "Horror"], ["3", "Heat", "Crime"]],
        [],
        "separated by “::”",
    ),
    "a caret, with commas in the names": (
        "sku^name^price\n" + "".join(f"A{n}^Tool, steel {n}^{n}.50\n" for n in range(9)),
        [[f"A{n}", f"Tool, steel {n}", f"{n}.50"] for n in range(9)],
        [],
        "",
    ),
    "guards of a spreadsheet": (
        'sku,name,price\n="0012","Mug, red",9.99\n"=""0013""",Cup,5.00\n',
        [["0012", "Mug, red", "9.99"], ["0013", "Cup", "5.00"]],
        [],
        "were read as 0012",
    ),
    "quotes with a backslash": (
        'sku,name,price\nA1,"Pipe 8\\" wide",9.99\nA2,"Cup, \\"red\\"",5.00\nA3,Hat,7.50\n',
        [["A1", 'Pipe 8" wide', "9.99"], ["A2", 'Cup, "red"', "5.00"], ["A3", "Hat", "7.50"]],
        [],
        "written \\",
    ),
    "a backslash that is none of that": (
        'sku,folder,price\nA1,"C:\\tools\\",9.99\nA2,"D:\\x",5.00\n',
        [["A1", "C:\\tools\\", "9.99"], ["A2", "D:\\x", "5.00"]],
        [],
        "",
    ),
    "lines quoted as a whole": (
        '"sku,name,price"\n"A1,""Mug, red"",9.99"\n"A2,Cup,5.00"\n',
        [["A1", "Mug, red", "9.99"], ["A2", "Cup", "5.00"]],
        [],
        "quoted as a whole",
    ),
    "single quotes": (
        "sku,name,price\n'A1','Mug, red',9.99\n'A2','It''s a cup',5.00\n",
        [["A1", "Mug, red", "9.99"], ["A2", "It's a cup", "5.00"]],
        [],
        "quoted with '",
    ),
    "curly quotes": (
        "sku,name,price\nA1,“Mug, red”,9.99\nA2,“Cup”,5.00\n",
        [["A1", "Mug, red", "9.99"], ["A2", "Cup", "5.00"]],
        [],
        "quoted with “",
    ),
    "remarks as wide as the table": ("# shop export, of today, by Ann\n" + HEAD + ROWS, TOOLS, [], "1 line (line 1)"),
    "titles above the names": (
        "Price list\n\nof today\n" + HEAD + ROWS,
        TOOLS,
        [],
        "2 lines (lines 1 to 3): “Price list”",
    ),
    "names over three lines": ('sku,"name\nof the\n\ntool",price\n' + ROWS, TOOLS, [], ""),
    "names with an open quote": ('sku,"name,price\n' + ROWS, TOOLS, [], "have a quote that does not fit"),
    "names that swallowed rows": (
        'sku,"name,price\n' + "".join(f"A{n},Tool {n}{chr(34) * (n == 30)},{n}.50\n" for n in range(40)),
        [[f"A{n}", f"Tool {n}" + '"' * (n == 30), f"{n}.50"] for n in range(40)],
        [],
        "have a quote that does not fit",
    ),
    "another separator at the end": (
        MANY_TEXT + "B1;Pan;3.00\nB2;Pot;4.00\n",
        MANY,
        [42, 43],
        "separated by “;” and not by “,”",
    ),
    "other separators at the beginning": (
        "sku|name|price\nB1|Pan|3.00\n" + MANY_TEXT.removeprefix(HEAD),
        MANY,
        [2],
        "in line 1 are separated by “|”",
    ),
    "two exports put together": (
        "\ufeff" + HEAD + ROWS + "\ufeff" + HEAD + "A4,Tie,3.00\n\ufeffA5,Bag,4.00\n",
        [*TOOLS, ["A4", "Tie", "3.00"], ["A5", "Bag", "4.00"]],
        [5],
        "lines 5, 7",
    ),
    "a quote that swallows a single row": (
        MANY_TEXT + 'B1,"Pan,3.00\nB2,Pot",4.00\nB3,Pin,1.00\n',
        [*MANY, ["B2", 'Pot"', "4.00"], ["B3", "Pin", "1.00"]],
        [42],
        "closed only in line 43",
    ),
    "an address over three lines": (
        MANY_TEXT + 'B1,"Pan\n12, Main Street\nLondon, UK",3.00\n',
        [*MANY, ["B1", "Pan\n12, Main Street\nLondon, UK", "3.00"]],
        [],
        "",
    ),
    "a list inside a cell": (
        MANY_TEXT + 'B1,"size,colour\nS,red\nM,blue\nL,green",3.00\n',
        [*MANY, ["B1", "size,colour\nS,red\nM,blue\nL,green", "3.00"]],
        [],
        "",
    ),
    "a separator in a name without quotes": (
        HEAD + "A1,Mug,9.99\nA2,Cup, red,5.00\nA3,Hat,7.50\n",
        [TOOLS[0], TOOLS[2]],
        [3],
        "too many cells: 4 instead of 3",
    ),
    "remarks below the table": (
        MANY_TEXT + "(40 rows affected),,\n\nMade on 2026-01-05,,\nby Ann\n",
        MANY,
        [42, 44, 45],
        "only its first cell is filled",
    ),
    "carriage returns twice": ((HEAD + ROWS).replace("\n", "\r\r\n"), TOOLS, [], ""),
    "the end mark of an old system": (HEAD + ROWS + "\x1a", TOOLS, [], ""),
    "a letter nobody sees in an id": (
        HEAD + "A1\u200b,Mug,9.99\n",
        [["A1\u200b", "Mug", "9.99"]],
        [],
        "nobody can see, such as zero-width spaces, the first in line 2",
    ),
    "letters garbled before": (HEAD + "A1,MÃ¼g,9.99\n", [["A1", "MÃ¼g", "9.99"]], [], "as in line 2"),
    "a list in an object": (
        '{ "page": 1,\n "products": [\n {"sku": "A1", "name": "Mug", "price": 9.90},\n 7,\n'
        ' {"sku": "A2", "name": null, "price": 5, "tags": ["a", "b"]} ] }',
        [["A1", "Mug", "9.90", ""], ["A2", "", "5", "a,b"]],
        [1],
        "the list “products”",
    ),
    "two lists put together": (
        '[{"sku": "A1", "n": 1}, {"sku": "A2"}]\n[{"sku": "A3", "n": 2}]\n',
        [["A1", "1"], ["A2", ""], ["A3", "2"]],
        [],
        "",
    ),
    "half of an emoji": (
        '[{"sku": "A1", "n": "Mug \\ud83d"}, {"sku": "A\\u00002", "n": "\\ud83d\\ude00"}]',
        [["A1", "Mug \ufffd"], ["A2", "\U0001f600"]],
        [],
        "",
    ),
    "an object a line, one of them broken": (
        '{"sku": "A1", "n": {"a": 1}}\n\n{"sku": "A2"\n{"sku": "A3", "n": true}\n',
        [["A1", '{"a": "1"}'], ["A3", "true"]],
        [3],
        "no JSON from character",
    ),
}

# name -> (text, words of the sentence)
REFUSED: dict[str, tuple[str, str]] = {
    "JSON that is cut off": ('[ {"sku": "A1"},\n {"sku": "A2"},\n {"sku"', "ends too early, in line 3"),
    "JSON with a comma too much": ('[{"sku": "A1"},]', "is broken, in line 1 at character 16"),
    "JSON without end": ("[" * 50_000, "nested too deeply"),
    "a list printed by a program": ("[{'sku': 'A1'}]", "single quotes"),
    "a dump of a database": ("-- made today\n/* by a tool */;\nCREATE TABLE tools (sku text);\n", "SQL"),
    "YAML": ("- sku: A1\n  name: Mug\n- sku: A2\n  name: Cup\n", "YAML"),
    "XML without a first line": ("<tools>\n<tool><sku>A1</sku></tool>\n</tools>\n", "XML"),
    "settings": ("[tools]\nsku = A1\n", "settings"),
}


def _read(folder: Path, text: str) -> Table:
    path = folder / "upload"
    path.write_bytes(text.encode())
    return read_table(path, "tools.csv")


@pytest.mark.parametrize("name", RIGHT)
def test_the_cells_are_right_and_every_other_line_is_told(tmp_path: Path, name: str) -> None:
    text, cells, lines, words = RIGHT[name]
    table = _read(tmp_path, text)
    assert [["" if pd.isna(c) else c for c in row] for row in table.frame.to_numpy(object)] == cells
    assert table.rejected["line"].tolist() == lines
    assert table.report.rows_in == table.report.kept + table.report.rejected == len(cells) + len(lines)
    said = [d.sentence for d in table.report.decisions]
    assert words in " ".join([*table.report.notices, *said, *table.rejected["reason"]])


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_table_is_named_with_its_place(tmp_path: Path, name: str) -> None:
    text, words = REFUSED[name]
    with pytest.raises(EmbedError, match=re.escape(words)) as caught:
        _read(tmp_path, text)
    assert "tools.csv" in caught.value.message
    assert caught.value.hint


def test_there_are_more_than_twenty_of_them() -> None:
    assert len(RIGHT) + len(REFUSED) > 30
