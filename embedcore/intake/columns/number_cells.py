"""One text -> a number with its currency or unit, as people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from embedcore.intake.columns.currencies import SIGNS, currency_of

FOREIGN = str.maketrans(
    {chr(n): chr(n - 0xFEE0) for n in range(0xFF01, 0xFF5F)}
    | dict.fromkeys("\u200b\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2069\ufeff", None)
    | {"￥": "¥", "￦": "₩", "￡": "£", "￠": "¢", "−": "-", "’": "'", "`": "'", "´": "'", "٫": ".", "٬": "'", "‐": "-"}
)
PLAIN = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d{1,2}|\.\d{4,})?")  # one reading only, and float() has it
CELL = re.compile(
    r"(?P<open>[(\[])?\s*(?P<sign1>[-+])?\s*(?P<before>[^\d\s+\-()\[\].,'][^\d+\-()\[\]]{0,15}?)?\s*(?P<sign2>[-+])?\s*"
    r"(?P<inner>\()?(?P<digits>\d[\d.,'\s]*|(?<![^\W\d_])[.,]\d+)(?P<exp>[eE][-+]?\d{1,3})?"
    r"(?P<none>[:/]-|[-–—]{1,2})?\s*(?P<minus>-)?\s*\(?(?P<behind>[^\d\s+()\[\]–—-][^\d+()\[\]]{0,23}?)?\s*(?P<last>-)?"
    r"[)\]]?\*?"
)
_TAX = re.compile(r"\s*\(?\b(?:inkl|incl|inc|zzgl|exkl|excl|plus|tva|iva|vat|gst)\b\.?.*", re.IGNORECASE | re.DOTALL)
_THOUSANDS = re.compile(r"(?P<whole>[1-9]\d{0,2}(?P<sign>[.,' ])\d{3}(?:(?P=sign)\d{3})*)(?P<rest>[.,]\d*)?")
_INDIAN = re.compile(r"(?P<whole>[1-9]\d?(?P<sign>,)(?:\d{2},)+\d{3})(?P<rest>\.\d*)?")
_ZEROS = re.compile(r"0\d+")
_NO_DIGITS = re.compile(r"\D*")
_LETTERS = frozenset("".join(filter(str.isalpha, sign)) for sign in SIGNS)
FROM = re.compile(
    r"(?:ab|from|von|starting(?: at| from)?|as low as|desde|a partir d[eo]|à partir de|dès|da|a partire da|vanaf|od|от|"
    r"fra|från|从|自|min\.?)\s*(?=[^\W\d_]{0,3}\s*\W?\s*\d)",
    re.IGNORECASE,
)
_UP = re.compile(r"(?<=\S)\s*(?:起|から|～|〜|and up|\+)\s*\Z", re.IGNORECASE)
_BETWEEN = re.compile(
    r"\s*(?:-|–|—|~|～|〜|…|\.{2,3}|\b(?:to|bis|à|do|til|till|tot|hasta|до)\b|(?<=\s)a(?=\s)|至|到)\s*", re.I
)
_FOR = re.compile(r"(\d{1,2})\s*(?:for|für|pour|por|per|voor|za|за)\s+(.+)", re.IGNORECASE)


@dataclass(frozen=True)
class NumberFormat:
    """How the numbers of a column are written. comma: a comma is the decimal sign. units: word beside the numbers ->
    its factor. ranges: what “10 - 15” is, "lowest" or "highest"; "" when no ranges are read. currency: the only one
    that is read; "" for all. codes: the cells are no numbers though they look like some (R0001)."""

    comma: bool = False
    units: dict[str, float] = field(default_factory=dict)
    ranges: str = ""
    currency: tuple[str, ...] = ()
    codes: bool = False


class Cell(NamedTuple):
    """What one text is. value: NaN when it is no number. currency: code or "". word: unit beside it. ranged: it was a
    range, or a price for several."""

    value: float
    currency: str = ""
    word: str = ""
    ranged: bool = False


NONE = Cell(np.nan)


def cell_of(text: str, how: NumberFormat) -> Cell:
    """Read one text.

    >>> cell_of("12,50 €", NumberFormat(comma=True)), cell_of("10 - 15", NumberFormat(ranges="lowest"))
    (Cell(value=12.5, currency='EUR', word='', ranged=False), Cell(value=10.0, currency='', word='', ranged=True))
    """
    if how.codes:
        return NONE
    if PLAIN.fullmatch(text):
        return NONE if how.currency and "" not in how.currency else Cell(_finite(float(text)))
    if not text.isascii() or "`" in text:
        text = text.translate(FOREIGN)
    found = single(text, how)
    if np.isnan(found.value) and how.ranges:
        found = _ranged(text, how)
    if how.currency and found.currency not in how.currency:
        return NONE
    return found


def _finite(value: float) -> float:
    return value if np.isfinite(value) else np.nan


def single(text: str, how: NumberFormat) -> Cell:
    """Read one text that is no range (see cell_of).

    >>> single("5.00-", NumberFormat()).value, single("1 - 2", NumberFormat()).value
    (-5.0, nan)
    """
    if (word := words_before(text)) and word not in _LETTERS:
        return NONE  # as most names and codes, in which CELL would look for long
    text = text.strip(' "')
    if text[-2:] in ("CR", "DR") and text[:1].isdigit():  # on one side of an account or the other
        one = single(text[:-2], how)
        return one._replace(value=-one.value) if text.endswith("CR") else one
    m = CELL.fullmatch(text) or CELL.fullmatch(_TAX.sub("", text))
    if m is None:
        return NONE
    before, digits = (m["before"] or "").strip(), m["digits"]
    if before and digits[0] in ".," and (before[-1].isalpha() or before == "S/"):  # “Rs.250”
        before, digits = before + digits[0], digits[1:]
    about = _about(before, (m["behind"] or "").strip(), digits, how)
    plain = _plain(re.sub(r"\s", " ", digits).strip(), comma=how.comma)
    ends = digits.rstrip()[-1:] in (".", ",") or m["none"] in (":-", "/-")  # “12,-” has no cents
    if about is None or plain is None or (m["none"] and not ends and m["none"] != "-"):
        return NONE
    negative = "-" in (m["sign1"], m["sign2"], m["minus"], m["last"]) or m["open"] or m["inner"]
    negative = negative or (m["none"] == "-" and not ends)
    try:
        value = _finite(float(plain + (m["exp"] or "")))
    except ValueError:
        return NONE
    code, word = about
    return Cell((-value if negative else value) * how.units.get(word, 1.0), code, word)


def words_before(text: str) -> str:
    """The letters before the first digit.

    >>> words_before("US$ 5 each"), words_before("5 each")
    ('US', '')
    """
    before = _NO_DIGITS.match(text)
    return "".join(filter(str.isalpha, before[0])) if before is not None else ""


def _about(before: str, behind: str, digits: str, how: NumberFormat) -> tuple[str, str] | None:
    """(currency, unit) by the words before and behind digits; None when they are something else."""
    code, word = currency_of(before), ""
    if before and not code:
        return None
    if len(before) == 1 and before.isalpha() and re.match(r"0\d", digits):
        return None  # R00001
    if behind and behind != "%":
        other = currency_of(behind, behind=True) or _first_currency(behind)
        if (not other and behind not in how.units) or (code and other and code != other):
            return None
        code, word = code or other, "" if other else behind
    return code, word


def _first_currency(behind: str) -> str:
    """Of “€ VB”, “€/Stk” or “EUR inkl. MwSt.”."""
    first, *rest = re.split(r"(?<=\w)\s+|(?<=\W)\s*(?=[^\W\d_])|\s*/", behind, maxsplit=1)
    return currency_of(first, behind=True) if rest else ""


def _plain(digits: str, *, comma: bool) -> str | None:
    """Digits with a point before the decimals and no other sign; None where the signs are not those of one number, as
    in 1.2.3. A sign groups thousands only when three digits follow each of them."""
    one = re.fullmatch(r"(\d*)(?:([.,])(\d*))?", digits)
    if one is not None:
        grouped = one[2] == ("." if comma else ",") and re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", digits)
        return one[1] + one[3] if grouped else f"{one[1]}.{one[3] or ''}".rstrip(".")
    found = _THOUSANDS.fullmatch(digits) or _INDIAN.fullmatch(digits)
    if found is None or (found["rest"] and found["rest"][0] == found["sign"]):
        return None
    return found["whole"].replace(found["sign"], "") + (found["rest"] or "").replace(",", ".").rstrip(".")


def _ranged(text: str, how: NumberFormat) -> Cell:
    text = text.strip()
    for cut in (FROM.sub("", text, count=1), _UP.sub("", text, count=1)):
        if cut != text:
            one = single(cut, how)
            return NONE if np.isnan(one.value) else Cell(one.value, one.currency, one.word, ranged=True)
    if (word := words_before(text)) and word not in _LETTERS:
        return NONE
    if (m := _FOR.fullmatch(text)) is not None and int(m[1]):
        one = single(m[2], how)
        return NONE if np.isnan(one.value) else Cell(one.value / int(m[1]), one.currency, one.word, ranged=True)
    parts = _BETWEEN.split(text)
    if len(parts) != 2 or any(_ZEROS.match(p) for p in parts):
        return NONE
    low, high = (single(p, how) for p in parts)
    if not low.value <= high.value or (low.currency and high.currency and low.currency != high.currency):
        return NONE
    value = high.value if how.ranges == "highest" else low.value
    return Cell(value, low.currency or high.currency, low.word or high.word, ranged=True)


def has_currency(text: str) -> bool:
    """Whether a text is an amount of money with its sign.

    >>> has_currency("$5"), has_currency("5 EUR"), has_currency("5"), has_currency("R00001")
    (True, True, False, False)
    """
    return bool(cell_of(text.strip(), NumberFormat()).currency)
