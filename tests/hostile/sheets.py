"""Spreadsheets written by hand, as no library would write them."""

from __future__ import annotations

import io
import zipfile

_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_RELS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEAD = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c><c r="B1" t="inlineStr"><is><t>title</t></is></c></row>'
)
ROWS = "".join(
    f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="B{n}" t="inlineStr"><is><t>{title}</t></is></c></row>'
    for n, title in ((2, "Shoe"), (3, "Shirt"), (4, "Hat"))
)


def packed(parts: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, content in parts.items():
            z.writestr(name, content)
    return out.getvalue()


def xlsx(
    rows: str = HEAD + ROWS,
    *,
    after: str = "",
    styles: str = "",
    strings: str = "",
    workbook: str = "",
    sheets: str = '<sheet name="Products" sheetId="1" r:id="rId1"/>',
    before: str = "",
    more: dict[str, str | bytes] | None = None,
) -> bytes:
    """An xlsx. rows: the XML of the sheet's rows. after, before: what follows them, and stands before the first tag.
    styles: formats and cellXfs. strings: shared texts. workbook: XML before its sheets. more: parts, by name."""
    related = f'<Relationship Id="rId1" Type="{_KIND}/worksheet" Target="worksheets/sheet1.xml"/>'
    related += f'<Relationship Id="rId8" Type="{_KIND}/styles" Target="styles.xml"/>'
    related += f'<Relationship Id="rId9" Type="{_KIND}/sharedStrings" Target="sharedStrings.xml"/>'
    related += f'<Relationship Id="rId2" Type="{_KIND}/worksheet" Target="worksheets/worksheet2.xml"/>'
    related += f'<Relationship Id="rId4" Type="{_KIND}/chartsheet" Target="chartsheets/sheet1.xml"/>'
    return packed(
        {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": f'<Relationships {_RELS}><Relationship Id="a" Type="{_KIND}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook {_MAIN} xmlns:r="{_KIND}">{workbook}<sheets>{sheets}</sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f"<Relationships {_RELS}>{related}</Relationships>",
            "xl/styles.xml": f"<styleSheet {_MAIN}>{styles}</styleSheet>",
            "xl/sharedStrings.xml": f"<sst {_MAIN}>{strings}</sst>",
            "xl/worksheets/sheet1.xml": f"{before}<worksheet {_MAIN}><sheetData>{rows}</sheetData>{after}</worksheet>",
            **(more or {}),
        }
    )


def sheet(rows: str) -> str:
    """The XML of one more sheet."""
    return f"<worksheet {_MAIN}><sheetData>{rows}</sheetData></worksheet>"


def ods(rows: str, *, name: str = "Products") -> bytes:
    """An ods with one sheet. rows: the XML of its rows."""
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"' for short in ("office", "table", "text")
    )
    return packed(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": f"<office:document-content {spaces}><office:body><office:spreadsheet>"
            f'<table:table table:name="{name}">{rows}</table:table></office:spreadsheet></office:body>'
            "</office:document-content>",
        }
    )


def ods_row(*cells: str, more: str = "", repeat: int = 1) -> str:
    """A row of texts. more: further cells."""
    texts = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{c}</text:p></table:table-cell>' for c in cells
    )
    return f'<table:table-row table:number-rows-repeated="{repeat}">{texts}{more}</table:table-row>'


def xls(cells: list[tuple[int, int, float]], texts: dict[tuple[int, int], str]) -> bytes:
    """An old xls (BIFF8 in a compound file): numbers and texts by row and column."""
    import struct

    def record(kind: int, content: bytes) -> bytes:
        return struct.pack("<HH", kind, len(content)) + content

    def bof(kind: int) -> bytes:
        return record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6))

    end = record(0x000A, b"")
    body = bof(0x10)
    for (row, column), text in texts.items():
        letters = text.encode("utf-16-le")
        body += record(0x0204, struct.pack("<HHHHB", row, column, 0, len(text), 1) + letters)
    for row, column, number in cells:
        body += record(0x0203, struct.pack("<HHHd", row, column, 0, number))
    body += end
    name = b"Products"
    start = len(bof(5)) + len(record(0x0042, b"..")) + 4 + 8 + len(name) + len(end)
    globals_ = bof(5) + record(0x0042, struct.pack("<H", 1200))
    globals_ += record(0x0085, struct.pack("<IBBBB", start, 0, 0, len(name), 0) + name) + end
    stream = (globals_ + body).ljust(4096, b"\0")
    stream = stream.ljust(-(-len(stream) // 512) * 512, b"\0")
    sectors = len(stream) // 512
    fat_sectors = (sectors + 2 + 127) // 128
    first_fat, directory = sectors, sectors + fat_sectors
    table = [*range(1, sectors), 0xFFFFFFFE, *[0xFFFFFFFD] * fat_sectors, 0xFFFFFFFE]
    fat = struct.pack(f"<{len(table)}I", *table).ljust(512 * fat_sectors, b"\xff")

    def entry(label: str, kind: int, child: int, begin: int, size: int) -> bytes:
        raw = label.encode("utf-16-le")
        head = raw.ljust(64, b"\0") + struct.pack(
            "<HBBIII", len(raw) + 2 if raw else 0, kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child
        )
        return head + bytes(36) + struct.pack("<IQ", begin, size)

    entries = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry("Workbook", 2, 0xFFFFFFFF, 0, len(stream))
    entries += entry("", 0, 0xFFFFFFFF, 0, 0) * 2
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, fat_sectors, directory, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += struct.pack("<109I", *[first_fat + n if n < fat_sectors else 0xFFFFFFFF for n in range(109)])
    return head + stream + fat + entries


def xlsb(numbers: list[tuple[int, int, float]], texts: dict[tuple[int, int], str]) -> bytes:
    """A binary xlsx with one sheet: numbers and texts by row and column."""
    import struct

    def record(kind: int, content: bytes = b"") -> bytes:
        number = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
        return number + bytes([len(content)]) + content

    def wide(text: str) -> bytes:
        return struct.pack("<I", len(text)) + text.encode("utf-16-le")

    cells: dict[int, list[tuple[int, bytes]]] = {}
    for row, column, number in numbers:
        cells.setdefault(row, []).append((column, record(5, struct.pack("<IId", column, 0, number))))
    for (row, column), text in texts.items():
        cells.setdefault(row, []).append((column, record(6, struct.pack("<II", column, 0) + wide(text))))
    rows = b"".join(
        record(0, struct.pack("<II", row, 0) + bytes(17)) + b"".join(cell for _, cell in sorted(cells[row]))
        for row in sorted(cells)
    )
    size = record(148, struct.pack("<IIII", 0, max(cells), 0, 5))
    bound = record(156, struct.pack("<II", 0, 1) + wide("rId1") + wide("Products"))
    related = f'<Relationship Id="rId1" Type="{_KIND}/worksheet" Target="worksheets/sheet1.bin"/>'
    return packed(
        {
            "[Content_Types].xml": "<Types/>",
            "xl/workbook.bin": record(131) + record(143) + bound + record(144) + record(132),
            "xl/_rels/workbook.bin.rels": f"<Relationships {_RELS}>{related}</Relationships>",
            "xl/worksheets/sheet1.bin": record(129) + size + record(145) + rows + record(146) + record(130),
        }
    )
