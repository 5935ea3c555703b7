"""Other ways to write a table as text, turned line by line into the usual one: frames of bars and dashes, lines that
are quoted as a whole, quotes with a backslash, other quotes, separators of two letters, columns set apart by spaces.

Each way is taken only where the first lines speak for it, and said.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from embedcore.intake.tables import dialect
from embedcore.intake.tables.lexer import Lexer

UNIT = "\x1f"  # stands for a separator of several letters; no text has it
STEADY, LEAST = 0.9, 2  # share and number of lines that must speak for a way (chosen by hand)
LONG = ("::", "||", ";;", ",,", "~~", "^^", "|~|", "~|~", "##", "$$", "@@")
_RULE = re.compile(rb"\s*[+|]?(?=[^\n]*[-=]{2})(?=[^\n]*[+|])[-=:\s]+(?:[+|][-=:\s]+)*[+|]?\s*\Z")
_SEPARATED = rb"[,;\t|]"
_EDGE, _END = rb"(?:(?<=\A)|(?<=" + _SEPARATED + rb"))", rb"(?=" + _SEPARATED + rb"|\Z)"
_GUARD = re.compile(_EDGE + rb'(?:="([^"]*)"|"=""([^"]*)""")' + _END)
_SINGLE = re.compile(_EDGE + rb"'((?:[^']|'')*)'" + _END)
_SPACES = re.compile(rb" {2,}|\t")


_CURLY = re.compile(_EDGE + "(?:“|„|”)((?:(?!“|”|„).)*)(?:”|“)".encode() + _END)
_WHOLE = re.compile(rb'\s*"((?:[^"]|"")*)"\s*[,;]*\s*\Z')


@dataclass(frozen=True)
class Way:
    """change: one line -> the line as usual. notice: what is said. delimiter, written: when the way decides it, what
    the cells are separated by after the change, and in the file."""

    change: Callable[[bytes], bytes]
    notice: str
    delimiter: str | None = None
    written: str | None = None


def ways(lines: Sequence[bytes], delimiter: str | None = None) -> list[Way]:
    """How a text is written, from its first lines; [] when it is written as usual. delimiter: given by a person.

    >>> found = ways([b"| sku | name |", b"|-----|------|", b"| A1  | Mug  |"])
    >>> [found[0].change(line) for line in (b"| sku | name |", b"|-----|------|")]
    [b'sku|name', b'']
    """
    found: list[Way] = []
    for kind in (_framed, _quoted_lines, _guarded, _backslashed, _single_quoted, _curly_quoted):
        if way := kind(lines):
            found.append(way)
            lines = [way.change(line) for line in lines]
    if delimiter is None and not found and (way := _long_separator(lines) or _set_apart(lines)):
        found.append(way)
    return found


def rewrite(path: Path, out: Path, found: Sequence[Way]) -> Path:
    """Write the text as usual, line for line."""
    with path.open("rb") as source, out.open("wb") as to:
        for line in source:
            text = line.removesuffix(b"\n")
            for way in found:
                text = way.change(text)
            to.write(text + b"\n")
    return out


def _filled(lines: Sequence[bytes]) -> list[bytes]:
    return [line for line in lines if line.strip()]


def _framed(lines: Sequence[bytes]) -> Way | None:
    filled = _filled(lines)
    rules = [line for line in filled if _RULE.match(line)]
    if not rules or not any(_RULE.match(line) for line in filled[:5]):
        return None
    if sum(b"|" in line for line in filled) < STEADY * (len(filled) - len(rules) - 1):
        return None

    def change(line: bytes) -> bytes:
        if _RULE.match(line):
            return b""
        bare = line.strip()
        if bare.startswith(b"|") and bare.endswith(b"|") and len(bare) > 1:
            bare = bare[1:-1]
        return b"|".join(cell.strip() for cell in bare.split(b"|")) if b"|" in bare else bare

    return Way(change, "The table is drawn with bars and dashes: lines of dashes are left out.")


def _quoted_lines(lines: Sequence[bytes]) -> Way | None:
    filled = _filled(lines)

    def change(line: bytes) -> bytes:
        found = _WHOLE.match(line)
        return found.group(1).replace(b'""', b'"') if found else line

    if len(filled) < LEAST or sum(bool(_WHOLE.match(line)) for line in filled) < STEADY * len(filled):
        return None
    for d in dialect.DELIMITERS:
        widths = [len(Lexer(d).cells(change(line))) for line in filled]
        if widths[0] > 1 and widths.count(widths[0]) >= STEADY * len(filled):
            return Way(change, "Every line is quoted as a whole: the outer quotes were taken away.")
    return None


def _guarded(lines: Sequence[bytes]) -> Way | None:
    if not any(b'="' in line and _GUARD.search(line) for line in lines):
        return None

    def change(line: bytes) -> bytes:
        return _GUARD.sub(lambda m: b'"' + (m[1] if m[1] is not None else m[2]) + b'"', line) if b'="' in line else line

    return Way(change, 'Cells such as ="0012", which guard a code against a spreadsheet, were read as 0012.')


def _backslashed(lines: Sequence[bytes]) -> Way | None:
    held = [line for line in lines if b'\\"' in line]
    if not held:
        return None

    def change(line: bytes) -> bytes:
        return re.sub(rb'\\([\\"])', lambda m: b'""' if m[1] == b'"' else m[0], line) if b'\\"' in line else line

    changed = [change(line) for line in lines]
    for d in dialect.DELIMITERS:
        before, after = _problems(lines, d), _problems(changed, d)
        if len(after) < len(before) and not any(b'\\"' in lines[n] for n in after):
            return Way(change, 'Quotes inside cells are written \\" in this file: they were read as quotes.')
    return None


def _problems(lines: Sequence[bytes], delimiter: str) -> list[int]:
    records = Lexer(delimiter).records(lines.__getitem__, 0, len(lines))
    return [record.line for record in records if record.problem]


def _single_quoted(lines: Sequence[bytes]) -> Way | None:
    filled = _filled(lines)
    if len(filled) < LEAST or any(b'"' in line for line in lines):
        return None
    if sum(bool(_SINGLE.search(line)) for line in filled[1:]) < STEADY * (len(filled) - 1):
        return None

    def change(line: bytes) -> bytes:
        return _SINGLE.sub(lambda m: b'"' + m[1].replace(b"''", b"'").replace(b'"', b'""') + b'"', line)

    return Way(change, "Cells are quoted with ' in this file: these quotes were taken away.")


def _curly_quoted(lines: Sequence[bytes]) -> Way | None:
    """Only where such a quoted cell holds a separator: elsewhere the quotes are part of a text."""
    held = [m[1] for line in lines if b"\xe2\x80" in line for m in _CURLY.finditer(line)]
    if not any(re.search(_SEPARATED, text) for text in held):
        return None

    def change(line: bytes) -> bytes:
        return _CURLY.sub(lambda m: b'"' + m[1].replace(b'"', b'""') + b'"', line) if b"\xe2\x80" in line else line

    return Way(change, "Cells are quoted with “ and ” in this file: these quotes were taken away.")


def _steady(lines: Sequence[bytes]) -> bool:
    """Whether one of the usual delimiters stands equally often in nearly all lines."""
    for d in dialect.DELIMITERS:
        count, times = Counter(line.count(d.encode()) for line in lines).most_common(1)[0]
        if count and times >= STEADY * len(lines):
            return True
    return False


def _long_separator(lines: Sequence[bytes]) -> Way | None:
    filled = _filled(lines)
    if len(filled) < LEAST or any(b'"' in line for line in lines):
        return None
    for text in LONG:
        sep = text.encode()
        count, times = Counter(line.count(sep) for line in filled).most_common(1)[0]
        if not count or times < STEADY * len(filled) or UNIT.encode() in b"".join(lines):
            continue
        if text == "::":
            alone = _steady(filled)
        else:  # a letter that also stands alone is the separator, and two of them are an empty cell
            alone = any(line.count(sep[:1]) != sep.count(sep[:1]) * line.count(sep) for line in filled)
        if not alone:
            change = partial(_exchanged, sep)
            return Way(change, f"The cells are separated by “{text}”.", UNIT, text)
    return None


def _exchanged(separator: bytes, line: bytes) -> bytes:
    return line.replace(separator, UNIT.encode())


def _set_apart(lines: Sequence[bytes]) -> Way | None:
    """Aligned columns, separated by two or more spaces."""
    filled = _filled(lines)
    if len(filled) <= LEAST or any(b'"' in line for line in lines) or _steady(filled):
        return None
    width, times = Counter(len(_SPACES.split(line.strip())) for line in filled).most_common(1)[0]
    if width < 2 or times < STEADY * len(filled):
        return None
    notice = "The columns are set apart by spaces: two or more of them end a cell."
    return Way(lambda line: _SPACES.sub(b"\t", line.strip()), notice, "\t", "\t")
