"""Tables in web pages, as shops and SAP export them under the name of xls: HTML, MHTML -> the cells of the largest."""

from __future__ import annotations

import codecs
import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

from embedcore.errors import InputError
from embedcore.intake.columns.names import plural
from embedcore.intake.sheets import xml2003
from embedcore.intake.sheets.cells import COLUMNS, ROWS, Cells, Sheet
from embedcore.progress import Progress, silent

MAX_BYTES = 100 << 20  # of a web page (chosen by hand)
_CHUNK = 1 << 18
_OPEN = 4 << 20  # letters of one tag or comment, at most
_DEPTH = 50  # tables in tables
_TAGS = (
    "!doctype html|!--|html|head|body|meta|title|style|script|link|table|thead|tbody|tr|td|div|span|center|font|form|p|"
    "br|h[1-6]|b|img|a|section|main|base"
)
_STARTS = re.compile(rb"<(?:%s)[\s>/]|<!--" % _TAGS.encode(), re.IGNORECASE)
_MHTML = re.compile(rb"(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*){0,20}?MIME-Version:", re.IGNORECASE)
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
_SPOKEN_NUMBER = re.compile(r"[-+]?\d[\d.,]*E[-+]?\d+", re.IGNORECASE)
_SILENT = {"script", "style", "noscript", "template", "head", "title", "select", "textarea", "svg"}
_BREAKS = {"br", "p", "div", "li", "h1", "h2", "h3", "h4"}


def is_web(head: bytes) -> bool:
    """Whether a file that begins like this is a web page, or a spreadsheet written as XML.

    >>> is_web(b"<table><tr><td>1"), is_web(b"id;title"), is_web(b"<name>;price")
    (True, False, False)
    """
    start = _text(head)[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    return bool(_STARTS.match(start) or _MHTML.match(start)) or (start.startswith(b"<?xml") and xml2003.is_one(head))


def _text(head: bytes) -> bytes:
    """The same in UTF-8 when it is UTF-16."""
    encoding = wide(head)
    return head[: len(head) // 2 * 2].decode(encoding, "replace").encode() if encoding else head


def wide(head: bytes) -> str | None:
    """utf-16-le or utf-16-be, by the mark or by the zeros beside the first letter."""
    for encoding, mark, letter in (("utf-16-le", b"\xff\xfe", b"<\0"), ("utf-16-be", b"\xfe\xff", b"\0<")):
        if head.startswith((mark, letter)):
            return encoding
    return None


def read_web(
    path: Path, filename: str, sheet: str | None, header_line: int | None, progress: Progress = silent
) -> Sheet:
    """The largest table of a web page, or a sheet of a spreadsheet in XML; InputError when there is none."""
    with path.open("rb") as f:
        head = f.read(1 << 16)
    if xml2003.is_one(head):
        return xml2003.read_xml(path, filename, sheet, header_line, progress)
    if path.stat().st_size > MAX_BYTES:
        raise InputError(f"“{filename}” is a web page of more than {MAX_BYTES >> 20} MB.", "Export the table as CSV.")
    mhtml = _MHTML.match(head.lstrip()) is not None
    tables: list[_Table] = []
    for page in _pages(path) if mhtml else [_decoded(path, head)]:
        parser = _Tables(filename)
        for part in page:
            progress(0, 100, note="Reading the table")
            parser.feed(part)
            if len(parser.rawdata) > _OPEN:
                break  # a tag that never ends
        parser.finish()
        tables += parser.tables
    real = [t for t in tables if t.rows >= 2 and len(t.cells.columns) >= 2]
    if not real:
        raise InputError(f"“{filename}” is a web page, not a table.", "Open it in a spreadsheet and save it as xlsx.")
    best = max(real, key=lambda t: t.cells.count)
    found = best.cells.sheet((), header_line)
    several = (f"The largest of {plural(len(real), 'table')} in the web page was read.",) if len(real) > 1 else ()
    return replace(found, sheets=(), sheet="", notices=(*found.notices, *several))


def _decoded(path: Path, head: bytes) -> Iterator[str]:
    encoding = wide(head) or _declared(head) or _utf8(path)
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    with path.open("rb") as f:
        while chunk := f.read(_CHUNK):
            yield decoder.decode(chunk).replace("\0", "")
    yield decoder.decode(b"", True)


def _declared(head: bytes) -> str | None:
    found = _CHARSET.search(head)
    try:
        name = codecs.lookup(found[1].decode()).name if found else ""
    except LookupError:
        return None
    return name if name and not name.startswith(("utf", "iso8859-1", "ascii")) else None


def _utf8(path: Path) -> str:
    """UTF-8 when all of it is, else what single bytes stand for in Windows-1252."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as f:
            while chunk := f.read(_CHUNK):
                decoder.decode(chunk)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _pages(path: Path) -> Iterator[list[str]]:
    """The web pages in a page saved with all that belongs to it."""
    with path.open("rb") as f:
        message = email.message_from_binary_file(f, policy=email.policy.compat32)
    for part in message.walk():
        content = (
            part.get_payload(decode=True) if part.get_content_type() in ("text/html", "application/xhtml+xml") else None
        )
        if isinstance(content, bytes):
            encoding = wide(content) or _declared(content[:4096]) or "utf-8"
            try:
                text = content.decode(encoding)
            except UnicodeDecodeError:
                text = content.decode("cp1252", "replace")
            yield [text[n : n + _CHUNK] for n in range(0, len(text), _CHUNK)]


class _Table:
    """One table while it is read. spans: columns that a cell of an earlier row still fills: (rows left, its text)."""

    def __init__(self, filename: str) -> None:
        self.cells = Cells(filename, "the web page")
        self.row, self.rows, self.column = -1, 0, 0
        self.spans: dict[int, tuple[int, str]] = {}
        self.taken: set[int] = set()  # columns of this row
        self.parts: list[str] | None = None
        self.attributes: dict[str, str | None] = {}

    def next_row(self) -> None:
        self.end_cell()
        self.row, self.column = self.row + 1, 0
        self.taken = set(self.spans)
        for column, (left, text) in [*self.spans.items()]:
            self.cells.add(self.row, column, text)
            if left > 1:
                self.spans[column] = (left - 1, text)
            else:
                del self.spans[column]

    def start_cell(self, attributes: dict[str, str | None]) -> None:
        self.end_cell()
        if self.row < 0:
            self.next_row()
        self.parts, self.attributes = [], attributes

    def end_cell(self) -> None:
        if self.parts is None:
            return
        text, self.parts = _cell(self.parts, self.attributes), None
        while self.column in self.taken:
            self.column += 1
        wide_by, down = _span(self.attributes, "colspan", 1000), _span(self.attributes, "rowspan", ROWS)
        self.cells.add(self.row, self.column, text)
        if down > 1:
            # The text stands for every row, but only for the first of several columns: titles span them all.
            for c in range(self.column, min(self.column + wide_by, COLUMNS)):
                self.spans[c] = (down - 1, text if c == self.column else "")
        self.column += wide_by
        self.rows = max(self.rows, self.row + 1) if text else self.rows


class _Tables(HTMLParser):
    """Reads all tables of a page; text of scripts and styles is passed over, nothing is ever run or fetched."""

    def __init__(self, filename: str) -> None:
        super().__init__(convert_charrefs=True)
        self._filename = filename
        self.tables: list[_Table] = []
        self._open: list[_Table] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        table = self._open[-1] if self._open else None
        if tag in _SILENT:
            self._silent += 1
        elif tag == "table":
            if len(self._open) < _DEPTH:
                self._open.append(_Table(self._filename))
                self.tables.append(self._open[-1])
        elif table is None:
            return
        elif tag == "tr":
            table.next_row()
        elif tag in ("td", "th"):
            table.start_cell(dict(attrs))
        elif tag in _BREAKS and table.parts is not None:
            table.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif self._open and tag in ("td", "th", "tr"):
            self._open[-1].end_cell()
        elif self._open and tag == "table":
            self._open.pop().end_cell()
        elif self._open and tag in _BREAKS and (parts := self._open[-1].parts) is not None:
            parts.append("\n")

    def handle_data(self, data: str) -> None:
        if self._open and not self._silent and (parts := self._open[-1].parts) is not None:
            # A line end in the source is a space on the page.
            parts.append(data.replace("\n", " "))

    def finish(self) -> None:
        """The end of the page, also where it is cut off."""
        for table in self._open:
            table.end_cell()


def _span(attributes: dict[str, str | None], name: str, most: int) -> int:
    value = (attributes.get(name) or "1").strip()
    return min(max(int(value), 1), most) if value.isdecimal() and len(value) < 9 else 1


def _cell(parts: list[str], attributes: dict[str, str | None]) -> str:
    lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
    text = "\n".join(line for line in lines if line)
    exact = attributes.get("x:num") or attributes.get("sdval")
    # A long code is shown as 4.00638E+12; its number stands beside it.
    return exact if exact and _SPOKEN_NUMBER.fullmatch(text) else text
