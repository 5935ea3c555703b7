"""Other ways to write a table as text, turned line by line into the usual one: frames of bars and dashes, lines that
are quoted as a whole, quotes with a backslash, other quotes, separators of two letters, columns set apart by spaces.

Each way is taken only where the lines speak for it, and said as a decision.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from embedcore.intake.columns.names import plural
from embedcore.intake.text import dialect, fixed, separators
from embedcore.intake.text.lexer import Lexer

UNIT = "\x1f"  # stands for a separator of several letters; no text has it
SPACES = "spaces"  # the delimiter of columns that are set apart by spaces
STEADY, LEAST = 0.9, 2  # share and number of lines that must speak for a way (chosen by hand)
_RULE = re.compile(rb"\s*[+|]?(?=[^\n]*[-=]{2})(?=[^\n]*[+|])[-=:\s]+(?:[+|][-=:\s]+)*[+|]?\s*\Z")
_BARS = re.compile(rb"(?<!\\)\|")
_WHOLE = re.compile(rb'\s*"((?:[^"]|"")*)"\s*[,;]*\s*\Z')
_SINGLE_WHOLE = re.compile(rb"\s*'((?:[^']|'')*)'\s*[,;]*\s*\Z")
_CURLY = re.compile("“|„|”|«|»|`".encode())
_QUOTED = rb'"(?:[^"]|"")*"'


@dataclass(frozen=True)
class Way:
    """change: one line -> the line as usual, None when nothing changes. notice: what is said. quotes: what the quotes
    are, of options.QUOTES, when the way is about them. delimiter, written: when the way decides it, what the cells are
    separated by after the change, and in the file."""

    change: Callable[[bytes], bytes] | None
    notice: str
    quotes: str = ""
    delimiter: str | None = None
    written: str | None = None


def ways(lines: Sequence[bytes], delimiter: str | None = None, quotes: str | None = None) -> list[Way]:
    """How a text is written, from some of its lines; [] when it is written as usual. delimiter, quotes: as a person
    chose them.

    >>> found = ways([b"| sku | name |", b"|-----|------|", b"| A1  | Mug  |"])
    >>> [found[0].change(line) for line in (b"| sku | name |", b"|-----|------|")]
    [b'sku|name', b'']
    """
    found: list[Way] = []
    named = dialect.separator_line(lines[0]) is not None

    def take(way: Way | None) -> None:
        nonlocal lines, delimiter
        if way:
            found.append(way)
            lines = [way.change(line) for line in lines] if way.change else lines
            delimiter = way.delimiter or delimiter

    if delimiter is None and not named:
        take(_framed(lines))
    drawn = bool(found)
    if quotes in (None, "lines"):
        take(_quoted_lines(lines, sure=quotes == "lines"))
    if quotes is None:
        take(_guarded(lines))
    if delimiter or not (drawn or named):
        take(_separated(lines, delimiter or separators.find(lines) or _spaces(lines), given=delimiter is not None))
    for name, quoted in _QUOTINGS.items():
        if quotes in (None, name):
            take(quoted(lines, delimiter, sure=quotes == name))
    return found


def loose(known: Mapping[bytes, bytes]) -> Way:
    """Lines whose quotes are known to be mended."""
    rows = f"{plural(len(known), 'row')} with quotes that are not doubled inside of a cell"
    notice = f"{rows} {'was' if len(known) == 1 else 'were'} kept: there, a quote ends a cell only before a delimiter."
    return Way(lambda line: known.get(line, line), notice, "loose")


def rewrite(path: Path, out: Path, found: Sequence[Way]) -> Path:
    """Write the text as usual, line for line."""
    changes = [way.change for way in found if way.change]
    with path.open("rb") as source, out.open("wb") as to:
        for line in source:
            text = line.removesuffix(b"\n")
            for change in changes:
                text = change(text)
            to.write(text + b"\n")
    return out


def _filled(lines: Sequence[bytes]) -> list[bytes]:
    return [line for line in lines if line.strip()]


def _framed(lines: Sequence[bytes]) -> Way | None:
    filled = _filled(lines)
    rules = [line for line in filled if _RULE.match(line)]
    edged = [line for line in filled if line.strip().startswith(b"|") and line.strip().endswith(b"|")]
    drawn = bool(rules) and any(_RULE.match(line) for line in filled[:5])
    if not drawn and (len(filled) <= LEAST or len(edged) < len(filled)):
        return None
    if sum(b"|" in line for line in filled) < STEADY * (len(filled) - len(rules) - 1):
        return None

    def change(line: bytes) -> bytes:
        if _RULE.match(line):
            return b""
        bare = line.strip()
        if bare.startswith(b"|") and bare.endswith(b"|") and len(bare) > 1:
            bare = bare[1:-1]
        return b"|".join(_drawn_cell(cell.strip()) for cell in _BARS.split(bare)) if b"|" in bare else bare

    return Way(change, "The table is drawn with bars and dashes: lines of dashes are left out.")


def _drawn_cell(cell: bytes) -> bytes:
    r"""The cell as CSV; a bar inside it is written \|."""
    return b'"' + cell.replace(b"\\|", b"|").replace(b'"', b'""') + b'"' if b"\\|" in cell else cell


def _quoted_lines(lines: Sequence[bytes], *, sure: bool) -> Way | None:
    filled = _filled(lines)

    for whole, mark in ((_WHOLE, b'"'), (_SINGLE_WHOLE, b"'")):
        change = partial(_unwrapped, whole, mark)
        way = Way(change, "Every line is quoted as a whole: the outer quotes were taken away.", "lines")
        quoted = sum(bool(whole.match(line)) for line in filled[1:])
        if len(filled) < LEAST or quoted < STEADY * (len(filled) - 1):
            continue
        inner = [change(line) for line in filled]
        if sure or separators.find(inner):
            return way
        for d in (*dialect.DELIMITERS, *dialect.RARE):
            widths = [len(Lexer(d).cells(line)) for line in inner]
            if widths[0] > 1 and widths.count(widths[0]) >= STEADY * len(filled):
                return way
    return None


def _unwrapped(whole: re.Pattern[bytes], mark: bytes, line: bytes) -> bytes:
    found = whole.match(line)
    return found.group(1).replace(mark * 2, mark) if found else line


def _edges(delimiter: str | None) -> tuple[bytes, bytes]:
    """What stands before and behind a cell."""
    signs = re.escape(delimiter.encode()) if delimiter else b",;\\t|"
    return rb"(?:(?<=\A)|(?<=[" + signs + rb"]))", rb"(?=[" + signs + rb"]|\Z)"


def _guarded(lines: Sequence[bytes]) -> Way | None:
    begin, end = _edges(None)
    guard = re.compile(begin + rb'(?:="([^"]*)"|"=""([^"]*)""")' + end)
    if not any(b'="' in line and guard.search(line) for line in lines):
        return None

    def change(line: bytes) -> bytes:
        return guard.sub(lambda m: b'"' + (m[1] if m[1] is not None else m[2]) + b'"', line) if b'="' in line else line

    return Way(change, 'Cells such as ="0012", which guard a code against a spreadsheet, were read as 0012.')


def _backslashed(lines: Sequence[bytes], delimiter: str | None, *, sure: bool) -> Way | None:
    if not sure and not any(b'\\"' in line for line in lines):
        return None

    def change(line: bytes) -> bytes:
        return re.sub(rb'\\([\\"])', lambda m: b'""' if m[1] == b'"' else m[0], line) if b'\\"' in line else line

    way = Way(change, 'Quotes inside cells are written \\" in this file: they were read as quotes.', "backslash")
    changed = [change(line) for line in lines]
    for d in [delimiter] if delimiter else dialect.DELIMITERS:
        before, after = _problems(lines, d), _problems(changed, d)
        if sure or (len(after) < len(before) and not any(b'\\"' in lines[n] for n in after)):
            return way
    return None


def _problems(lines: Sequence[bytes], delimiter: str) -> list[int]:
    records = Lexer(delimiter).records(lines.__getitem__, 0, len(lines))
    return [record.line for record in records if record.problem]


def _single_quoted(lines: Sequence[bytes], delimiter: str | None, *, sure: bool) -> Way | None:
    filled = _filled(lines)
    begin, end = _edges(delimiter)
    single = re.compile(begin + rb"'((?:[^'\\]|''|\\.)*)'" + end)

    def text(cell: bytes) -> bytes:
        return b'"' + re.sub(rb"''|\\'", b"'", cell).replace(b'"', b'""') + b'"'

    def change(line: bytes) -> bytes:
        return single.sub(lambda m: text(m[1]), line) if b"'" in line else line

    way = Way(change, "Cells are quoted with ' in this file: these quotes were taken away.", "single")
    if sure:
        return way
    if len(filled) < LEAST or any(re.search(begin + rb' *"', line) for line in filled if b'"' in line):
        return None
    if sum(bool(single.search(line)) for line in filled[1:]) >= STEADY * (len(filled) - 1):
        return way
    # Where only some cells are quoted, those that hold a delimiter must make all lines equally wide.
    for d in [delimiter] if delimiter else dialect.DELIMITERS:
        held = any(d.encode() in m[1] for line in filled for m in single.finditer(line))
        widths = [len(Lexer(d).cells(change(line))) for line in filled]
        if held and widths[0] > 1 and widths.count(widths[0]) == len(widths):
            return way
    return None


def _curly_quoted(lines: Sequence[bytes], delimiter: str | None, *, sure: bool) -> Way | None:
    """Only where such a quoted cell holds a separator: elsewhere the quotes are part of a text."""
    begin, end = _edges(delimiter)
    curly = re.compile(begin + "(?:“|„|”|«|`)((?:(?!“|”|„|«|»|`).)*)(?:”|“|»|`)".encode() + end)
    held = [m[1] for line in lines if _CURLY.search(line) for m in curly.finditer(line)]
    if not sure and not any(re.search(re.escape(delimiter.encode()) if delimiter else rb"[,;\t|]", t) for t in held):
        return None

    def change(line: bytes) -> bytes:
        return curly.sub(lambda m: b'"' + m[1].replace(b'"', b'""') + b'"', line) if _CURLY.search(line) else line

    first = next((line for line in lines if _CURLY.search(line)), b"").decode("utf-8", "replace")
    marks = "« and »" if "«" in first else "`" if "`" in first else "“ and ”"
    return Way(change, f"Cells are quoted with {marks} in this file: these quotes were taken away.", "curly")


def _escaped(lines: Sequence[bytes], delimiter: str | None, *, sure: bool) -> Way | None:
    """Delimiters inside of cells with a backslash before them, and no quotes around."""
    filled = _filled(lines)
    for d in [delimiter] if delimiter else dialect.DELIMITERS:
        sign = d.encode()
        if not any(b"\\" + sign in line for line in filled):
            continue
        cut = re.compile(rb"(?<!\\)" + re.escape(sign))
        widths = [len(cut.split(line)) for line in filled]
        if sure or (widths[0] > 1 and widths.count(widths[0]) >= STEADY * len(widths)):
            return Way(
                partial(_without_escapes, cut, sign), "Delimiters inside cells have a \\ before them.", "escaped"
            )
    return None


def _without_escapes(cut: re.Pattern[bytes], sign: bytes, line: bytes) -> bytes:
    if b"\\" + sign not in line:
        return line
    cells = cut.split(line)
    return sign.join(b'"' + c.replace(b"\\" + sign, sign) + b'"' if b"\\" + sign in c else c for c in cells)


def _plain_quotes(lines: Sequence[bytes], delimiter: str | None, *, sure: bool) -> Way | None:
    """Quotes that are part of the text: where tabs separate the cells, and every line is whole without quoting."""
    if sure and delimiter is None:
        delimiter = dialect.find([line.replace(b'"', b"") for line in lines]).delimiter
    d = (delimiter or "\t").encode()

    def change(line: bytes) -> bytes:
        if b'"' not in line:
            return line
        cells = line.split(d)
        return d.join(b'"' + c.replace(b'"', b'""') + b'"' if c.lstrip(b" ").startswith(b'"') else c for c in cells)

    way = Way(change, "Quotes are part of the text in this file: they were kept as they stand.", "none")
    if sure:
        return way
    if d != b"\t" or not any(b'"' in line for line in lines):
        return None
    filled = _filled(lines)
    steady = bool(filled) and filled[0].count(d) > 0 and all(line.count(d) == filled[0].count(d) for line in filled)
    if not steady:
        return None
    # Where most cells that begin with a quote end with one, the file is quoted and a few quotes are odd.
    begun = [c for line in filled if b'"' in line for c in line.split(d) if c.startswith(b'"')]
    if 2 * sum(len(c) > 1 and c.endswith(b'"') for c in begun) > len(begun):
        return None
    records = list(Lexer("\t").records(filled.__getitem__, 0, len(filled)))
    return way if any(record.problem or record.lines > 1 for record in records) else None


def _spaces(lines: Sequence[bytes]) -> str | None:
    filled = _filled(lines)
    if any(b'"' in line for line in filled) or any(_usual(filled, d.encode()) for d in dialect.DELIMITERS):
        return None
    if separators.coded(filled):
        return " "
    return SPACES if fixed.find(filled) else None


def _usual(filled: Sequence[bytes], sign: bytes) -> bool:
    """Whether a usual delimiter stands equally often in nearly all lines."""
    counts = [line.count(sign) for line in filled]
    common = max(set(counts), key=counts.count, default=0)
    return common > 0 and counts.count(common) >= STEADY * len(counts)


def _separated(lines: Sequence[bytes], separator: str | None, *, given: bool) -> Way | None:
    if separator is None or (given and len(separator) == 1 and separator.isascii() and separator != " "):
        return None
    if separator == SPACES:
        change = fixed.find(lines)
        notice = "The columns are set apart by spaces."
        return Way(change, notice, "", "\t", SPACES) if change else None
    if separator == " ":
        return Way(fixed.words, "The cells are separated by spaces.", "", "\t", " ")
    notice = f"The cells are separated by {dialect.spoken(separator)}."
    if len(separator) == 1 and separator.isascii():
        return Way(None, notice, "", separator)
    return Way(partial(_exchanged, separator.encode()), notice, "", UNIT, separator)


def _exchanged(separator: bytes, line: bytes) -> bytes:
    """The unit sign for each separator outside of quotes."""
    if b'"' not in line:
        return line.replace(separator, UNIT.encode())
    either = re.compile(_QUOTED + rb"|" + re.escape(separator))
    return either.sub(lambda m: UNIT.encode() if m[0] == separator else m[0], line)


_QUOTINGS = {
    "backslash": _backslashed,
    "single": _single_quoted,
    "curly": _curly_quoted,
    "escaped": _escaped,
    "none": _plain_quotes,
}
