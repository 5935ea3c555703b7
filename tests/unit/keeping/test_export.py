"""What leaves the app as a file runs nothing in a spreadsheet, and stays as it is where somebody asks for that."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pandas as pd
import pytest

from embedcore import export
from embedcore.__main__ import main
from embedcore.export import harmless
from tests.shared import ROOT

FORMULA = "cmd|' /C calc'!A0"
SIGNS = "=+-@＝＋－＠﹦﹢﹣﹫"
UNSEEN = [" ", "\u00a0", "\u200b", "\u200f", "\u202e", "\ufeff", "\u00ad", "\u3000", "\x00", '"', "“", "\u2060\u200d "]
APART = [",", ";", "\t", "\n", "\r\n", "\r", "；", "\u2028", "\x85", "; \u200b", ";;"]


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("unseen", ["", *UNSEEN])
def test_a_formula_behind_what_nobody_sees_is_quoted(sign: str, unseen: str) -> None:
    assert harmless(f"{unseen}{sign}{FORMULA}") == f"'{unseen}{sign}{FORMULA}"


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("apart", APART)
def test_a_formula_behind_a_separator_is_quoted(sign: str, apart: str) -> None:
    quoted = harmless(f"blue{apart}{sign}{FORMULA}")
    assert re.search(f"'[ \u200b]*{re.escape(sign)}cmd", quoted)
    assert quoted.replace("'", "", 1).replace("'", "") == f"blue{apart}{sign}{FORMULA}".replace("'", "")
    assert harmless(quoted) == quoted, "twice is once"


def test_each_part_of_a_cell_is_safe_however_it_is_split() -> None:
    cell = "a,=1;@b\t+c(1)\n-d|e\r\n＝f,\u200b=g"
    for part in re.split(r"[,;\t\r\n]+", harmless(cell)):
        assert not re.match(rf"[\s\u200b]*[{re.escape(SIGNS)}]", part), part


@pytest.mark.parametrize(
    "text",
    ["-5", "+3.5", "-1,234.50", "-5 %", "1e-5", "1;-5;3", "red-blue", "a - b", "x@y.example", "a, -5 to 10", "",
     "Soft:\n- cotton\n- wool (organic)", "red, - white", "07", "S, M, -, L", "'=1", "2026-01-02"],
)  # fmt: skip
def test_numbers_and_ordinary_texts_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text


def test_cells_that_begin_with_a_tab_or_a_line_break_are_quoted() -> None:
    assert [harmless(t) for t in ("\tx", "\rx", "\nx")] == ["'\tx", "'\rx", "'\nx"]


def test_column_names_and_objects_are_safe_and_raw_is_exact() -> None:
    frame = pd.DataFrame({"=a": ["@b", None], "n": [-1, 2], "list": [["=c"], ["d"]], "=c": pd.Categorical(["+x", "y"])})
    rows = list(csv.reader(io.StringIO(export.csv(frame).decode())))
    assert rows == [["'=a", "n", "list", "'=c"], ["'@b", "-1", "['=c']", "'+x"], ["", "2", "['d']", "y"]]
    assert export.csv(frame, raw=True).decode().splitlines()[0] == "=a,n,list,=c"


def test_names_of_files_hide_nothing() -> None:
    for name in (
        "=cmd",
        "＝cmd",
        "../../x",
        "a\u202egpj.exe",
        "-rf",
        " .hidden",
        "CON",
        "a/b\\c:d",
        "x\n=y",
        "a" * 300,
        "",
    ):
        made = export.file_name(name, ".csv")
        assert re.fullmatch(r"[\w ][\w .=-]{0,84}\.csv|[\w]+\.csv", made), made
        assert made[0] not in SIGNS + ". "
        assert "\u202e" not in made
        assert made.upper() != "CON.CSV"


def test_csv_is_written_in_one_place_and_pages_download_by_the_kit() -> None:
    writers, buttons = [], []
    for path in [*(ROOT / "embedcore").rglob("*.py"), *(ROOT / "pages").rglob("*.py")]:
        text = path.read_text(encoding="utf-8")
        name = path.relative_to(ROOT).as_posix()
        writers += [name] * bool(re.search(r"\.to_csv\(|csv\.writer\(|write_csv|to_excel", text))
        buttons += [name] * bool(re.search(r"\bdownload_button\(|link_button\(", text))
    assert set(writers) == {"embedcore/export.py", "embedcore/recommend/files.py"}
    assert set(buttons) <= {"pages/ui/downloads.py"}


# ---------------------------------------------------------------- the commands


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Products and purchases whose ids and names are formulas."""
    rows = [f'=p{n},"{"@" if n % 2 else "+"}Mug no{n // 2};=1+1",kind{n % 3}' for n in range(12)]
    (tmp_path / "products.csv").write_text("\n".join(["product_id,title,category", *rows]), encoding="utf-8")
    lines = [f"b{n},=p{m}" for n in range(30) for m in (n % 12, (n + 1) % 12, (n + 5) % 12)]
    (tmp_path / "lines.csv").write_text("\n".join(["basket_id,product_id", *lines]), encoding="utf-8")
    (tmp_path / "queries.csv").write_text("query_id,product_id\n=q1,=p1\n=q2,=p2\n", encoding="utf-8")
    return tmp_path


def commands(folder: Path) -> dict[str, list[str]]:
    products, out = str(folder / "products.csv"), str(folder / "out.csv")
    recommend = ["recommend", str(folder / "lines.csv"), "--queries", str(folder / "queries.csv"), "--for", "products"]
    return {
        "train": ["train", products, "--out", out, "--set", "check=false"],
        "duplicates": ["duplicates", products, "--no-vectors", "--out", out],
        "recommend": [*recommend, "--out", out],
    }


@pytest.mark.parametrize("name", ["train", "duplicates", "recommend"])
@pytest.mark.parametrize("raw", [False, True])
def test_what_a_command_writes_is_safe_unless_raw_is_asked_for(name: str, raw: bool, shop: Path) -> None:
    assert main([*commands(shop)[name], *(["--raw"] if raw else [])]) == 0
    cells = [c for row in csv.reader((shop / "out.csv").open(encoding="utf-8", newline="")) for c in row]
    assert any("=p" in c for c in cells)
    bare = [c for c in cells if re.match(r"[=+@]|-\D", c)]
    assert bool(bare) is raw, bare
