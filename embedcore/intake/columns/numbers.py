"""Text -> numbers as people write them, by what the whole column says; what cannot be read is counted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from embedcore.intake.columns.currencies import THREE, currency_of, unit_of
from embedcore.intake.columns.number_cells import (
    CELL,
    FOREIGN,
    FROM,
    PLAIN,
    NumberFormat,
    cell_of,
    single,
    words_before,
)
from embedcore.intake.columns.values import clean

DECIDE = 5000  # different texts that say how the numbers of a column are written
_NEARLY = 0.9  # share of the numbers with one word behind them, from which it is their unit (chosen by hand)
_MOSTLY = 0.5  # share of a column that has to be numbers before "10-15" is a range of them (chosen by hand)
_PRICED = 0.6  # share of whole numbers that end as prices do, above which equal lengths are no sign of codes
_LONGEST = 16  # characters of a unit

# One reading only, whatever stands before and behind the digits. An arrow of many texts at once.
_SIMPLE = r"^(?P<before>[^\pN.,']*)(?P<digits>(?:0|[1-9][0-9]*)(?:[.,][0-9]{1,2})?)(?P<behind>[^\pN.,']*)$"
_ABOUT = 200  # different pairs of what stands before and behind digits (chosen by hand)
# What cannot stand before thousands: one or two digits, four and more, or three after a 0 or after a long number.
_COMMA_DECIMALS = re.compile(
    r"\d,(?:\d{1,2}|\d{4,})(?:[^\d,.]|[,.](?!\d))*\Z|(?:(?<![\d.,])0|\d{4}),\d{3}\D*\Z|\d\.\d{3},\d{3}\D*\Z"
)
_POINT_DECIMALS = re.compile(
    r"\.(?:\d{1,2}|\d{4,})(?:[^\d,.]|[,.](?!\d))*\Z|(?:(?<![\d.,])0|\d{4})\.\d{3}\D*\Z|\d,\d{3}\.\d{3}\D*\Z"
)
_POINT_GROUPS, _COMMA_GROUPS = re.compile(r"\d\.\d{3}\.\d{3}(?!\d)"), re.compile(r"\d,\d{2,3},\d{3}(?!\d)")
_OTHER_GROUPS = re.compile(r"\d'\d{3}(?!\d)")  # 1'250: then a point stands before decimals
_GROUP = re.compile(r"[^\d.,]*?\.?(?<!\d)([1-9]\d{0,2})([.,])(\d{3})(?:[^\d.,].*)?")
_WHOLE = re.compile(r"[^\d.,]*\.?([1-9]\d*)(?:[^\d.,].*)?")
_CODE = re.compile(r"([^\W\d_]{1,4})(\d+)|(\d+)([A-Z]{1,3})")
_ZEROS = re.compile(r"0\d+")


def numbers(s: pd.Series, how: NumberFormat | None = None) -> tuple[np.ndarray, np.ndarray]:
    """((n,) float64 with NaN for missing, (n,) bool: there is text but no number).

    Reads "1,299.00", "1.299,00", "12,50 €", "$1 299", "(5.00)", "5.00-", "1’100.–" and "1.6E5". how: what
    `number_format` gave for the whole column, when this is a part of it; "1.299" is 1299 where others are written
    "12,50".

    >>> numbers(pd.Series(["1.299", "12,50 €", "free"]))[0].tolist()
    [1299.0, 12.5, nan]
    """
    codes, values = pd.factorize(clean(s))
    how = how or number_format(values[:DECIDE].tolist())
    found = np.append(_all(pd.Series(values, dtype="str"), how), np.nan)
    out = found[codes]
    return out, np.isnan(out) & (codes >= 0)


def _all(texts: pd.Series, how: NumberFormat) -> np.ndarray:
    """(n,) float64 of different texts: those with one reading only by what stands about their digits, the rest one by
    one."""
    import pyarrow as pa
    import pyarrow.compute as pc

    out, left = np.full(len(texts), np.nan), np.ones(len(texts), bool)
    parts = pc.extract_regex(pa.array(texts, pa.string()), _SIMPLE)
    simple = np.asarray(parts.is_valid())
    if simple.any() and not how.codes:
        digits, before, behind = (parts.filter(parts.is_valid()).field(n) for n in ("digits", "before", "behind"))
        value = np.asarray(pc.replace_substring(digits, ",", ".").cast(pa.float64()))
        kinds, about = pd.factorize(pd.Series(pc.binary_join_element_wise(before, behind, "1"), dtype="str"))
        cells = [cell_of(a, how) for a in about[:_ABOUT].tolist()]
        factor = np.array([c.value for c in cells] + [np.nan] * (len(about) - len(cells)))
        ranged = np.array([c.ranged for c in cells] + [True] * (len(about) - len(cells)))
        out[simple] = value * factor[kinds]
        left[simple] = ranged[kinds]
    if left.any():
        out[left] = [cell_of(t, how).value for t in texts[left].tolist()]
    return np.where(np.isfinite(out), out, np.nan)


def number_format(
    texts: Sequence[str], kind: str = "", *, neighbours: bool | None = None, signs: Signs | None = None
) -> NumberFormat:
    """How the numbers among the first DECIDE different texts of a column are written. kind: what the column was said to
    hold, "price", "quantity" or "number"; "" when nobody said, and codes are none then. neighbours: whether the other
    columns have decimal commas; None when they do not say. signs: what sign_of found, where that is known.

    >>> number_format(["15.000", "1.250.000"]).comma, number_format(["12 Stück", "3 Stück"]).units
    (True, {'Stück': 1.0})
    """
    texts = [t if t.isascii() else t.translate(FOREIGN) for t in texts[:DECIDE]]
    odd = [t for t in texts if not PLAIN.fullmatch(t)]
    if not odd:
        return NumberFormat()
    if not kind and codes(texts):
        return NumberFormat(codes=True)
    units = _units(odd, len(texts))
    comma = (signs or sign_of(texts, kind, neighbours=neighbours)).comma
    ranges = "lowest" if _has_ranges(texts, odd, NumberFormat(comma, units), money=kind == "price") else ""
    return NumberFormat(comma, units, ranges)


def _has_ranges(texts: Sequence[str], odd: Sequence[str], plain: NumberFormat, *, money: bool) -> bool:
    """Whether what looks like a range of numbers is one: with prices about it, or in a column of prices; “2-3” among
    sizes is a name."""
    both = replace(plain, ranges="lowest")
    left = [t for t in odd if np.isnan(single(t, plain).value)]
    cells = [(t, c) for t in left if not np.isnan((c := cell_of(t, both)).value)]
    if not cells or len(texts) - len(left) + len(cells) < _MOSTLY * len(texts):
        return False
    priced = sum(bool(c.currency or re.search(r"[.,]\d\d\b", t) or FROM.match(t)) for t, c in cells)
    return money or priced > _MOSTLY * len(cells) or len(left) <= (1 - _NEARLY) * len(texts)


def codes(texts: Sequence[str]) -> bool:
    """Whether texts are codes that only look like amounts: R00001, K100 and K101, 00042.

    >>> codes(["R00001", "R00002"]), codes(["R100", "R101", "R102"]), codes(["R250", "R99"]), codes(["01067", "99999"])
    (True, True, False, True)
    """
    texts = texts[:DECIDE]
    if sum(bool(_ZEROS.fullmatch(t)) for t in texts) > 0:
        # “00” and “0123” beside “12.50” are slips; codes are whole numbers throughout.
        return all(t.isdigit() for t in texts[:200]) or sum(t.isdigit() for t in texts) >= _NEARLY * len(texts)
    found = [m for t in texts if (m := _CODE.fullmatch(t)) is not None]
    if len(found) < _NEARLY * len(texts) or len(found) < 2:
        return False
    digits = [m[2] or m[3] for m in found]
    if any(d.startswith("0") and len(d) > 1 for d in digits):
        return True
    if any(m[4] and unit_of(m[4]) for m in found) or len({len(m[0]) for m in found}) > 1 or len(found) < 3:
        return False
    return sum(d[-1] in "059" for d in digits) <= _PRICED * len(digits)


def _units(odd: list[str], of: int) -> dict[str, float]:
    """The word that stands behind nearly all numbers of a column, or the units of one dimension."""
    if len(odd) < _NEARLY * of:
        return {}
    words: dict[str, int] = {}
    for text in odd:
        if words_before(text):
            continue
        m = CELL.fullmatch(text.strip())
        word = (m["behind"] or "").strip() if m is not None and not m["before"] else ""
        letter = len(word) == 1 and word.isascii() and word.isupper() and unit_of(word) is None  # sizes, as in 38R
        if word and word != "%" and not letter and not currency_of(word, behind=True):
            words[word] = words.get(word, 0) + 1
    if not words or sum(words.values()) < _NEARLY * of:
        return {}
    sizes = {w: unit_of(w) for w in words}
    known = {w: u for w, u in sizes.items() if u is not None}
    if len(known) == len(words) and len({u[0] for u in known.values()}) == 1:
        if len({u[1] for u in known.values()}) == 1:
            return dict.fromkeys(words, 1.0)
        return {w: u[1] for w, u in known.items()}
    word, n = max(words.items(), key=lambda item: item[1])
    return {word: 1.0} if n >= _NEARLY * of and n > 1 and len(word) <= _LONGEST else {}


@dataclass(frozen=True)
class Signs:
    """Which sign stands before decimals. comma: it is the comma. sure: the column says so, or there is nothing to
    decide. example: a text such as “1.299” that has two readings; "" without one. said: some text has decimals, or
    several groups of thousands, for sure."""

    comma: bool = False
    sure: bool = True
    example: str = ""
    said: bool = False


def sign_of(texts: Sequence[str], kind: str = "", *, neighbours: bool | None = None) -> Signs:
    """What the different texts of a column say about points and commas (kind, neighbours: see `number_format`).

    >>> sign_of(["15.000", "1.250.000"]), sign_of(["1.299", "2.450"]).sure
    (Signs(comma=True, sure=True, example='15.000', said=True), False)
    """
    texts = [t if t.isascii() else t.translate(FOREIGN) for t in texts[:DECIDE]]
    marked = [t for t in texts if "." in t or "," in t or "'" in t]
    odd = [t for t in marked if not PLAIN.fullmatch(t)]
    groups = [m for t in odd if (m := _GROUP.fullmatch(t)) is not None]
    comma = sum(bool(_COMMA_DECIMALS.search(t) or _POINT_GROUPS.search(t)) for t in odd)
    point = sum(bool(_POINT_DECIMALS.search(t) or _COMMA_GROUPS.search(t) or _OTHER_GROUPS.search(t)) for t in odd)
    point += len(marked) - len(odd)  # of the plain ones, those with a point
    example = groups[0][0] if groups else ""
    if comma != point:
        return Signs(comma > point, sure=True, example=example, said=True)
    if not groups:
        return Signs()
    points = [m for m in groups if m[2] == "."]
    sign, of = (".", points) if 2 * len(points) >= len(groups) else (",", [m for m in groups if m[2] == ","])
    thousands, sure = _grouped(texts, of, kind, neighbours=neighbours)
    return Signs((sign == ".") == thousands, sure, of[0][0])


def _grouped(
    texts: Sequence[str], groups: list[re.Match[str]], kind: str, *, neighbours: bool | None
) -> tuple[bool, bool]:
    """(whether 1.299 is 1299 where no cell has decimals for sure, whether the file says so). groups: texts with one
    sign before three digits."""
    point = groups[0][2] == "."
    currencies = {c for t in texts[:200] if (c := cell_of(t, NumberFormat(ranges="lowest")).currency)}
    if currencies:  # money has two decimals or none, but in a few countries three
        return not currencies <= THREE, not currencies & THREE or currencies <= THREE
    if neighbours:
        return point, True
    whole = [int(m[1][:9]) for t in texts if (m := _WHOLE.fullmatch(t)) is not None]
    if whole and not point:
        return True, True
    if whole:
        # Beside whole numbers nobody writes the last 0 of decimals: 1.250 is 1250. Those without the sign are about as
        # large as the last group (899).
        large = max(whole) < 1000 and float(np.median(whole)) >= 100
        return large, large and any(m[3][-1] == "0" for m in groups)
    if kind == "quantity" and all(m[3] == "000" for m in groups):
        return False, False  # “3,000” pieces with three decimals, as large business software writes them
    return not point or kind == "price" or any(m[3].endswith("00") for m in groups), False
