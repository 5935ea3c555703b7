"""What was understood of a delimited text, as decisions: the delimiter, the quotes, the line of the names."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from embedcore.intake.columns.names import plural
from embedcore.intake.decisions import Decision
from embedcore.intake.tables.options import DELIMITERS, NAMED, ONE_COLUMN, QUOTES
from embedcore.intake.text import separators
from embedcore.intake.text.dialect import Dialect, spoken
from embedcore.intake.text.writing import SPACES, Way

LONG, FEW = 5, 3  # letters of cells that may hold several, and cells there must be (chosen by hand)
LINES, CUT = 4, 50  # lines offered for the column names, and letters of them that are shown
_WORDS = {"\t": "tab", " ": "space", **{sign: name for name, sign in NAMED.items() if name.startswith("ctrl-")}}
_SHOWN = {n: " · " for n in range(32) if chr(n) != "\t"}  # signs that cannot be seen
_OFFERED = DELIMITERS[:5]
_ORDINARY = (",", ";", "\t")  # of which nothing needs to be said


def delimiters(chosen: str) -> tuple[tuple[str, str], ...]:
    """The choices of the decision “delimiter”, the chosen one among them.

    >>> delimiters("^")[-1]
    ('^', '“^”')
    """
    if chosen in dict(_OFFERED):
        return _OFFERED
    return (*_OFFERED, (chosen, spoken(NAMED.get(chosen, chosen))))


def about_ways(found: Sequence[Way], given: str | None) -> tuple[Decision, ...]:
    """The delimiter and the quotes, when they are not the usual ones, or a person chose them."""
    out = []
    for way in found:
        written = way.written or way.delimiter
        if way.quotes:
            out.append(Decision("quotes", way.notice, way.quotes, QUOTES))
        elif written and written not in _ORDINARY:
            chosen = _WORDS.get(written, written)
            out.append(Decision("delimiter", way.notice, chosen, delimiters(chosen)))
    if given == ONE_COLUMN:
        return (
            *out,
            Decision("delimiter", "The file is read as one column.", given, ((given, "one column"), *_OFFERED)),
        )
    if given and not any(d.key == "delimiter" for d in out):
        chosen = _WORDS.get(given, given)
        out.append(Decision("delimiter", f"The cells are separated by {spoken(given)}.", chosen, delimiters(chosen)))
    return tuple(out)


def about_quotes(rejected: pd.DataFrame, found: Sequence[Decision]) -> tuple[Decision, ...]:
    """The decisions found so far, and the rows that are lost for a quote that does not fit."""
    odd = rejected["reason"].str.startswith(("a quote is opened", "there is text after a closing quote"))
    lost = int(odd.sum())
    if not lost:
        return tuple(found)
    first = int(rejected.loc[odd, "line"].iloc[0])
    sentence = (
        f"{plural(lost, 'row')} with a quote that does not fit {'is' if lost == 1 else 'are'} left out, the first in "
        f"line {first:,}."
    )
    known = next((d for d in found if d.key == "quotes"), None)
    sentence = f"{known.sentence} {sentence}" if known else sentence
    decision = Decision("quotes", sentence, known.chosen if known else "usual", QUOTES, lost, lost)
    return (*(d for d in found if d.key != "quotes"), decision)


def about_header(how: Dialect, line: Callable[[int], bytes], lines: int, *, given: bool) -> tuple[Decision, ...]:
    """Where the column names are, when that is not line 1 for sure."""
    if how.header == 0 and not how.doubtful and not given:
        return ()
    chosen = 0 if how.header is None else how.header + 1
    shown = sorted({*(n + 1 for n in range(min(lines, LINES))), chosen} - {0})
    choices = [("0", "no column names: the first line is a row")]
    for n in shown:
        text = line(n - 1)[: 4 * CUT].decode("utf-8", "replace").translate(_SHOWN).strip()[:CUT]
        if text:
            choices.append((str(n), f"line {n:,}: {text}"))
    if how.doubtful:
        sentence = "Line 1 is taken for the column names, but it could as well be the first row."
    elif chosen:
        sentence = f"The column names were found in line {chosen:,}."
    else:
        sentence = "There is no line with column names: the columns are called “column 1”, “column 2” and so on."
    return (Decision("header", sentence, str(chosen), tuple(choices), unsure=how.doubtful and not given),)


def about_one_column(cells: Sequence[str], delimiter: str) -> tuple[Decision, ...]:
    """What to try where everything ended in one column of long texts that share a sign."""
    long = [c for c in cells if c]
    if len(long) < FEW or sum(map(len, long)) < LONG * len(long):
        return ()
    sign = separators.shared_sign(long)
    if not sign or sign == delimiter:
        return ()
    value = {" ": "space", "  ": SPACES, "\t": "tab"}.get(sign, sign)
    words = "spaces" if sign == "  " else spoken(sign)
    sentence = (
        f"The file was read as one column, but its lines hold {words} equally often. If that separates the cells, "
        "choose it as the delimiter."
    )
    return (Decision("delimiter", sentence, ONE_COLUMN, ((ONE_COLUMN, "one column"), *delimiters(value)), len(long)),)
