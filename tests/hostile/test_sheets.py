"""Spreadsheets and web tables as people really have them: right, or refused with a sentence, and never large."""

from __future__ import annotations

import io
import json
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from embedcore.errors import InputError
from embedcore.intake.sheets.cells import letters
from embedcore.intake.tables.read import Table, read_table
from tests.hostile.sheets import HEAD, ROWS, ods, ods_row, packed, sheet, xls, xlsb, xlsx

TEXTS = {(0, 0): "id", (0, 1): "title", (1, 1): "Shoe", (2, 1): "Hat"}
NUMBERS = [(1, 0, 1.0), (2, 0, 2.0)]
EMPTY_ODS = ods_row(more='<table:table-cell table:number-columns-repeated="16384"/>', repeat=1_048_570)
FORMATTED = "".join(f'<row r="{n}"><c r="A{n}" s="1"/><c r="B{n}" s="1"/></row>' for n in range(5, 9000))
PAIR = "<row><c><v>{}</v></c><c><v>{}</v></c></row>"
ENTITY = '<!DOCTYPE s [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>'
LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)
THIRD = '<sheet name="{}" sheetId="{}" r:id="rId{}"{}/>'
WEB = "<tr><td>id</td><td>title</td></tr><tr><td>1</td><td>Shoe</td></tr><tr><td>2</td><td>Hat, blue</td></tr></table>"
XML = (
    '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook '
    'xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
    '<Worksheet ss:Name="Products"><Table><Row><Cell><Data ss:Type="String">id</Data></Cell><Cell><Data '
    'ss:Type="String">title</Data></Cell></Row><Row ss:Index="3"><Cell><Data ss:Type="Number">4006381333931</Data>'
    '</Cell><Cell ss:Index="2"><Data ss:Type="String">Shoe &amp; <B>sock</B></Data></Cell></Row></Table></Worksheet>'
    "</Workbook>"
)
MHTML = (
    "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=X\r\n\r\n--X\r\nContent-Type: text/html; "
    'charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<html><table border=3D1>'
    + WEB.replace("=", "=3D").replace("Shoe", "Sho=C3=A9")
    + "</html>\r\n--X--\r\n"
)


def _cell(at: str, value: str, more: str = "") -> str:
    return f'<c r="{at}"{more}><v>{value}</v></c>'


def _one(value: str, more: str = "", styles: str = "", strings: str = "", workbook: str = "") -> bytes:
    """A sheet whose one product has this cell in the column "value"."""
    head = HEAD.replace("</row>", '<c r="C1" t="str"><v>value</v></c></row>')
    row = f'<row r="2">{_cell("A2", "1")}<c r="B2" t="str"><v>Shoe</v></c><c r="C2"{more}>{value}</c></row>'
    return xlsx(head + row, styles=styles, strings=strings, workbook=workbook)


def _styled(code: str) -> str:
    return (
        f'<numFmts><numFmt numFmtId="164" formatCode="{code}"/></numFmts><cellXfs><xf numFmtId="0"/>'
        '<xf numFmtId="164"/></cellXfs>'
    )


MERGED = ROWS.replace(">Shirt<", "><").replace(">Hat<", "><")

# name -> (a file, rows kept, rows rejected, words of a notice or a decision, or "")
READ: dict[str, tuple[bytes, int, int, str]] = {
    "a cell at the far end": (xlsx(HEAD + ROWS + f'<row r="1048576">{_cell("XFD1048576", "1")}</row>'), 3, 1, "XFD10"),
    "a far cell in a row": (xlsx(HEAD + ROWS.replace("</row>", _cell("XFD2", "7") + "</row>", 1)), 3, 0, "XFD2 (“7”)"),
    "a space at the end": (xlsx(HEAD + ROWS + '<row r="1048576"><c r="Z1048576" t="str"><v> </v></c></row>'), 3, 0, ""),
    "thousands of formatted empty rows": (xlsx(HEAD + ROWS + FORMATTED), 3, 0, ""),
    "places left out": (xlsx(PAIR.format(7, 8) + PAIR.format(9, 9)), 2, 0, ""),
    "a hidden sheet first": (
        xlsx(
            "<row><c><v>1</v></c></row>",
            sheets=THIRD.format("Old", 1, 1, ' state="veryHidden"') + THIRD.format("Products", 2, 2, ""),
            more={"xl/worksheets/worksheet2.xml": sheet(HEAD + ROWS)},
        ),
        3,
        0,
        "“Products” was read",
    ),
    "only a hidden sheet": (
        xlsx(sheets=THIRD.format("Old", 1, 1, ' state="hidden"') + THIRD.format("New", 2, 4, "")),
        3,
        0,
        "",
    ),
    "merged cells": (
        xlsx(HEAD + MERGED, after='<mergeCells><mergeCell ref="B2:B4"/></mergeCells>'),
        3,
        0,
        "1 merged cell holds its value for several rows: filled into 2 cells",
    ),
    "two thousand sheets": (
        xlsx(
            "",
            sheets="".join(THIRD.format(f"S{n}", n, 1 + (n == 2001), "") for n in range(1, 2002)),
            more={"xl/worksheets/worksheet2.xml": sheet(HEAD + ROWS)},
        ),
        3,
        0,
        "the file has 2,001",
    ),
    "ods with repeated emptiness": (ods(ods_row("id", "title") + ods_row("1", "Shoe") + EMPTY_ODS), 1, 0, ""),
    "ods with a row three times": (ods(ods_row("id", "title") + ods_row("1", "Shoe", repeat=3)), 3, 0, ""),
    "ods with a formula never computed": (
        ods(ods_row("id", "title", "price") + ods_row("1", "Shoe", more='<table:table-cell table:formula="of:=1+1"/>')),
        1,
        0,
        "1 cell of “price” is a formula",
    ),
    "an old xls": (xls(NUMBERS, TEXTS), 2, 0, ""),
    "a table that is called xls": (b"<table>" + WEB.encode(), 2, 0, ""),
    "a page with a style": (b"\r\n<meta charset=utf-8>\n<style>td{}</style><div><table>" + WEB.encode(), 2, 0, ""),
    "utf-16": (("<html><table>" + WEB).encode("utf-16"), 2, 0, ""),
    "two tables": (("<center><table><tr><td>a<td>b<tr><td>c<td>d</table><table>" + WEB).encode(), 2, 0, "largest of 2"),
    "a table in a table": (("<table><tr><td>menu</td><td><table>" + WEB + "</td></tr></table>").encode(), 2, 0, ""),
    "tags that are not closed": (b"<table><tr><td>id<td>title<tr><td>1<td>Shoe<tr><td>2<td>Hat", 2, 0, ""),
    "a spreadsheet in XML": (XML.encode(), 1, 0, ""),
    "a spreadsheet in XML, utf-16": (XML.encode("utf-16"), 1, 0, ""),
    "a saved web page": (MHTML.encode(), 2, 0, ""),
}  # fmt: skip

# name -> (a file, words of the sentence)
REFUSED: dict[str, tuple[bytes, str]] = {
    "entities": (xlsx(before='<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'), "damaged"),
    "a document type in texts": (xlsx(more={"xl/sharedStrings.xml": ENTITY + "<sst><si>&b;</si></sst>"}), "damaged"),
    "a text that is not there": (_one("<v>7</v>", ' t="s"'), "damaged"),
    "a row below the last": (xlsx('<row r="1048577"><c><v>1</v></c></row>'), "more rows or columns"),
    "a column beyond the last": (xlsx(HEAD + f'<row r="2">{_cell("XFE2", "1")}</row>'), "more rows or columns"),
    "more cells than columns": (xlsx("<row>" + "<c><v>1</v></c>" * 20_000 + "</row>"), "more rows or columns"),
    "columns without end": (xlsx(("<row>" + "<c><v>1</v></c>" * 6000 + "</row>") * 3), "6,000 columns, too many"),
    "charts only": (xlsx(sheets=THIRD.format("Chart", 1, 4, "")), "only charts"),
    "a diagonal": (xlsx("".join(f"<row>{_cell(letters(n) + '1', '1')}</row>" for n in range(9000))), "though only"),
    "cut off": (xlsx(HEAD + ROWS * 50)[:-700], "damaged"),
    "xml that ends early": (xlsx(more={"xl/worksheets/sheet1.xml": sheet(HEAD + ROWS)[:-40]}), "damaged"),
    "no sheet": (xlsx(sheets=""), "damaged"),
    "a bomb": (xlsx('<row r="1">' + "<c/>" * 8_000_000 + "</row>"), "far more than"),
    "a password": (LOCKED, "password"),
    "ods with a password": (
        packed({"content.xml": b"\x01\x02", "META-INF/manifest.xml": "<m><manifest:encryption-data/></m>"}),
        "password",
    ),
    "ods with repeated texts": (ods(ods_row("x", repeat=1_048_576)), "repeats its cells"),
    "an xls with a far cell": (xls([*NUMBERS, (65535, 255, 1.0)], TEXTS), "reaches to cell IV65536 though only 7"),
    "a far cell in xlsb": (xlsb([*NUMBERS, (1048575, 16383, 1.0)], TEXTS), "reaches to cell XFD1048576 though only"),
    "a page to sign in": (b"<!doctype html><html><body><form>Password</form></body></html>", "is a web page, not a"),
    "a page of scripts": (b"<html><script>document.write('<table>')</script><div>x</div></html>", "is a web page"),
    "a tag without end": (b"<table><tr><td " + b"a" * 5_000_000, "is a web page"),
    "other XML": (b'<?xml version="1.0"?><products><product/></products>', "XML, not a table"),
    "XML with entities": (
        XML.replace("<Workbook", '<!DOCTYPE a [<!ENTITY b "cc">]><Workbook').encode(), "damaged"),
}  # fmt: skip


def _read(folder: Path, content: bytes) -> Table:
    (folder / "upload").write_bytes(content)
    return read_table(folder / "upload", "products.xls")


@pytest.mark.parametrize("name", READ)
def test_every_row_of_a_sheet_is_kept_or_listed(tmp_path: Path, name: str) -> None:
    content, kept, rejected, words = READ[name]
    table = _read(tmp_path, content)
    report = table.report
    assert (report.kept, report.rejected, report.rows_in) == (kept, rejected, kept + rejected)
    assert (len(table.frame), len(table.rejected)) == (kept, rejected)
    assert list(table.frame.columns) == list(report.columns)
    assert words in " ".join([*report.notices, *(decision.sentence for decision in report.decisions)])
    assert words or not [n for n in report.notices if "column names" not in n and "the file has" not in n]


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_gets_one_sentence(tmp_path: Path, name: str) -> None:
    content, words = REFUSED[name]
    with pytest.raises(InputError, match=words) as caught:
        _read(tmp_path, content)
    assert caught.value.hint
    assert "\n" not in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "seen"),
    [
        (_one("<v>42</v>", ' s="1"', _styled("0000")), "0042"),
        (_one("<v>4.006381333931E12</v>"), "4006381333931"),
        (_one("<v>12345678901234567890</v>"), "12345678901234567890"),
        (_one("<v>45292</v>", ' s="1"', _styled("[$-409]d/m/yy;@")), "2024-01-01"),
        (_one("<v>43830</v>", ' s="1"', _styled("yyyy-mm-dd"), workbook='<workbookPr date1904="1"/>'), "2024-01-01"),
        (_one("<v>45292.5</v>", ' s="1"', _styled("d.m.yy h:mm")), "2024-01-01 12:00:00"),
        (_one("<v>1.25</v>", ' s="1"', _styled("[h]:mm")), "30:00:00"),
        (_one("<v>0.25</v>", ' s="1"', _styled("0%")), "0.25"),
        (_one("<v>2.5</v>", ' s="1"', _styled("0.00 &quot;days&quot;")), "2.5"),
        (_one("<v>1</v>", ' t="b"'), "True"),
        (_one("<v>2024-01-31T00:00:00</v>", ' t="d"'), "2024-01-31"),
        (_one("<is><r><t>red </t></r><r><t>shoe</t></r><rPh><t>aka</t></rPh></is>", ' t="inlineStr"'), "red shoe"),
        (_one("<v>0</v>", ' t="s"', strings="<si><r><t>a_x000A_</t></r><t>b</t><rPh><t>c</t></rPh></si>"), "a\nb"),
        (_one("<f>1+1</f><v>2</v>"), "2"),
        (_one("<v>0012</v>", ' t="str"'), "0012"),
    ],
)  # fmt: skip
def test_a_cell_is_what_a_person_sees(tmp_path: Path, content: bytes, seen: str) -> None:
    assert _read(tmp_path, content).frame["value"].tolist() == [seen]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (_one("<f>A2*2</f>"), "1 cell of “value” is a formula whose value the file does not hold"),
        (_one("<f>A2*2</f><v></v>"), "1 cell of “value” is a formula whose value the file does not hold"),
        (_one("<f>A2</f><v>0</v>", workbook='<calcPr fullCalcOnLoad="1"/>'), "is a formula whose value the file"),
        (_one("<v>#REF!</v>", ' t="e"'), "1 cell of “value” holds an error such as #REF!: left empty."),
    ],
)
def test_values_that_are_not_there_are_told_with_their_column(tmp_path: Path, content: bytes, told: str) -> None:
    table = _read(tmp_path, content)
    assert table.frame["value"].isna().tolist() == [True]
    assert told in " ".join(table.report.notices)


def test_cells_of_a_web_table_are_texts_of_the_page(tmp_path: Path) -> None:
    page = (
        "<table><tr><th colspan=3>Prices &amp; more</th></tr><tr><th>id</th><th>title</th><th>size</th></tr>"
        "<tr><td x:num='4006381333931'>4.00638E+12</td><td rowspan=2><b>Caf&eacute;</b>\n  <i>blue</i></td><td>S</td>"
        "<tr><td>=1+1</td><td>M<br>L<script>x()</script></td></tr></table>"
    )
    table = _read(tmp_path, page.encode())
    assert table.frame.to_numpy().tolist() == [["4006381333931", "Café blue", "S"], ["=1+1", "Café blue", "M\nL"]]
    assert _read(tmp_path, XML.encode()).frame.to_numpy().tolist() == [["4006381333931", "Shoe & sock"]]
    assert _read(tmp_path, MHTML.encode()).frame["title"].tolist() == ["Shoé", "Hat, blue"]
    latin = "<table>" + WEB.replace("Shoe", "Größe")
    assert _read(tmp_path, latin.encode("cp1252")).frame["title"][0] == "Größe"


def _bombs() -> dict[str, bytes]:
    long = "x" * 30_000
    row = "".join(
        f'<row r="{n}">{_cell(f"A{n}", "0", chr(32) + "t=" + chr(34) + "s" + chr(34))}</row>' for n in range(1, 30_001)
    )
    wide = "".join(f'<row r="{n}">{_cell(f"A{n}", "1")}{_cell(f"XFD{n}", "1")}</row>' for n in range(1, 20_001))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, content in (("xl/workbook.xml", b"<workbook/>"), ("xl/worksheets/sheet1.xml", bytes(90 << 20))):
            z.writestr(name, content)
    return {
        "a long text in many cells": xlsx(row, strings=f"<si><t>{long}</t></si>"),
        "a shorter text in many cells": xlsx(row, strings=f"<si><t>{long[:5000]}</t></si>"),
        "two columns far from each other": xlsx(wide),
        "ninety megabytes of nothing": out.getvalue(),
        "six million cells in one row": xlsx('<row r="1">' + '<c r="A1"><v>1</v></c>' * 6_000_000 + "</row>"),
        "an xls with a far cell": xls([*NUMBERS, (65535, 255, 1.0)], TEXTS),
        "spans without end": b"<table><tr>" + b"<td rowspan=65534 colspan=1000>x" * 30 + b"</tr>" + b"<tr>" * 50_000,
        "thousands of open tables": b"<table><tr><td>" * 60_000,
    }


_MEASURE = r"""
import json, re, sys, time
from pathlib import Path
from embedcore.errors import InputError
from embedcore.intake.tables.read import read_table
found = {}
for path in sorted(Path(sys.argv[1]).iterdir()):
    begin = time.process_time()
    try:
        read_table(path, "products.xls")
    except InputError as e:
        pass
    peak = re.search(r"VmHWM:\s*(\d+)", Path("/proc/self/status").read_text())[1]
    found[path.name] = (time.process_time() - begin, int(peak) / 1024)
print(json.dumps(found))
"""


def test_no_spreadsheet_takes_all_time_or_memory(tmp_path: Path) -> None:
    for name, content in _bombs().items():
        (tmp_path / name).write_bytes(content)
    ran = subprocess.run(
        [sys.executable, "-c", _MEASURE, str(tmp_path)], capture_output=True, text=True, timeout=300, check=True
    )
    for name, (seconds, megabytes) in json.loads(ran.stdout).items():
        assert seconds < 5, name
        assert megabytes < 500, name


def test_the_same_values_come_from_every_kind_of_spreadsheet(tmp_path: Path) -> None:
    rows = ods_row("id", "title") + ods_row("1", "Shoe") + ods_row("2", "Hat")
    for content in (xls(NUMBERS, TEXTS), xlsb(NUMBERS, TEXTS), ods(rows)):
        want = pd.DataFrame({"id": ["1", "2"], "title": ["Shoe", "Hat"]}, dtype="str")
        pd.testing.assert_frame_equal(_read(tmp_path, content).frame, want)


def _changed(content: bytes, rng: random.Random) -> bytes:
    """Some bytes turned, taken out or put in."""
    found = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        at, length = rng.randrange(len(found)), rng.randint(1, 30)
        how = rng.randrange(4)
        if how == 0:
            found[at] = rng.randrange(256)
        elif how == 1 and len(found) > 100:
            del found[at : at + length]
        elif how == 2:
            found[at:at] = found[:length]
        else:
            found[at : at + 4] = rng.choice([b"\xff\xff\xff\xff", b"9999", b"-1", b"1e99", b"</c>", b"&#0;"])
    return bytes(found)


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls", "xlsb", "web", "xml", "mhtml"])
def test_a_damaged_sheet_is_a_table_or_a_sentence(tmp_path: Path, kind: str) -> None:
    good = {
        "xlsx": xlsx(styles=_styled("0000")),
        "ods": ods(ods_row("id", "title") + ods_row("1", "Shoe")),
        "xls": xls(NUMBERS, TEXTS),
        "xlsb": xlsb(NUMBERS, TEXTS),
        "web": b"<table>" + WEB.encode(),
        "xml": XML.encode(),
        "mhtml": MHTML.encode(),
    }[kind]
    rng = random.Random(0)
    for _ in range(8 if kind in ("xls", "xlsb") else 40):
        content = good
        if good.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(good)) as z:
                parts: dict[str, str | bytes] = {name: z.read(name) for name in z.namelist()}
            part = rng.choice(sorted(parts))
            parts[part] = _changed(bytes(parts[part]), rng)  # type: ignore[arg-type]
            content = packed(parts)
        else:
            content = _changed(good, rng)
        try:
            table = _read(tmp_path, content)
        except InputError as e:
            assert e.hint  # noqa: PT017  either is right
        else:
            assert table.report.rows_in == len(table.frame) + len(table.rejected)


def test_an_old_spreadsheet_that_asks_for_all_memory_ends_a_process_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dying = tmp_path / "dying.py"
    dying.write_text("import os; os.abort()")
    monkeypatch.setattr("embedcore.intake.sheets.binary.__file__", str(dying))
    with pytest.raises(InputError, match="damaged"):
        _read(tmp_path, xls(NUMBERS, TEXTS))
