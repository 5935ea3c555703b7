"""What is told about the lines of a text that are no rows, and about rows that took many lines."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from embedcore.errors import InputError
from embedcore.intake.columns.names import plural
from embedcore.intake.text.dialect import DELIMITERS, Dialect, separator_line, spoken
from embedcore.intake.text.lexer import Lexer
from embedcore.intake.text.line_index import LineIndex

LONG_RECORD = 1000  # lines from which a row is worth a word (chosen by hand)
MAX_RECORD = 128 << 20  # bytes that a row may have: a longer one is no row (chosen by hand)
SHOWN, CUT, LOOKED_AT = 3, 60, 1000


def above(line: Callable[[int], bytes], how: Dialect) -> list[str]:
    """The filled lines above the column names, or above the first row: how many, which, and how they begin. line(n) is
    its text."""
    notices = []
    end, start = how.first if how.header is None else how.header, 0
    if end > 0 and (named := separator_line(line(0))):
        start = 1
        notices.append(f"Line 1 names the separator of the cells, {spoken(named)}.")
    empty = (b"", b'""') if how.width == 1 else (b"",)  # in one column an empty cell and an empty line are the same
    lines = [n for n in range(start, end) if line(n).strip() not in empty]
    if lines:
        where = f"line {lines[0] + 1:,}" if len(lines) == 1 else f"lines {lines[0] + 1:,} to {lines[-1] + 1:,}"
        texts = [line(n)[: 4 * CUT].decode("utf-8", "replace").strip()[:CUT] for n in lines[:SHOWN]]
        shown = ", ".join(f"“{t}”" for t in texts) + (" …" if len(lines) > SHOWN else "")
        notices.append(f"Passed over above them: {plural(len(lines), 'line')} ({where}): {shown}")
    return notices


def long_rows(index: LineIndex) -> list[str]:
    """The row that takes most lines, when it takes very many."""
    line, lines = max(index.spans.items(), key=lambda x: x[1], default=(0, 0))
    if lines <= LONG_RECORD:
        return []
    return [
        f"CAUTION: one quoted cell goes on from line {line + 1:,} to line {line + lines:,}. It was read as one, "
        "because its quotes fit and its lines do not look like rows: look at it before you go on."
    ]


def refuse_endless(index: LineIndex) -> None:
    """InputError when one row is longer than anything that a row can be."""
    if index.longest > MAX_RECORD:
        raise InputError(
            f"A row of this file has more than {MAX_RECORD >> 20:,} MB, which cannot be one row.",
            "Look for a missing line end or a quote that is not closed, and try again.",
        )


def better_reasons(rejected: pd.DataFrame, how: Dialect) -> pd.DataFrame:
    """The same rejected rows; the first of them that only have another separator than the rest say so."""
    reasons = rejected["reason"].tolist()
    for n, text in enumerate(rejected["text"].head(LOOKED_AT)):
        fits = (d for d in DELIMITERS if d != how.delimiter and how.width > 1 and d in text)
        other = next((d for d in fits if len(Lexer(d).cells(text.encode())) == how.width), None)
        if other is not None:
            reasons[n] = f"its cells are separated by {spoken(other)} and not by {spoken(how.delimiter)}"
    return rejected.assign(reason=pd.Series(reasons, dtype="str"))
