"""Text -> numbers as people write them; what cannot be read becomes missing and is counted."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from embedcore.intake.columns.missing import MISSING
from embedcore.intake.columns.names import listed

DECIDE = 5000  # different texts that say whether a comma is a decimal sign
_CURRENCY = (
    r"(?:US\$|R\$|C\$|A\$|[$€£¥₹₽₩฿₺R]|USD|EUR|GBP|CHF|SEK|NOK|DKK|PLN|CZK|HUF|RON|JPY|CNY|RMB|INR|Rs\.?|SAR|SR|AED|THB|"
    r"AUD|CAD|NZD|SGD|HKD|MXN|ZAR|BRL|TRY|RUB|UAH|KRW|kr\.?|zł|Kč|Ft|лв)"
)
_NUMBER = re.compile(
    rf"(?P<paren>\()?\s*(?P<sign1>[-+−])?\s*(?P<currency1>{_CURRENCY})?\s*(?P<sign2>[-+−])?\s*"
    r"(?P<digits>\d[\d.,'’\s]*|[.,]\d+)(?P<exp>[eE][-+]?\d{1,3})?"
    rf"\s*(?:\(?(?P<currency2>{_CURRENCY})\)?)?\s*%?-?\s*\)?\Z",
    re.IGNORECASE,
)
_THOUSANDS = re.compile(r"(?P<whole>[1-9]\d{0,2}(?P<sign>[.,' ])\d{3}(?:(?P=sign)\d{3})*)(?P<rest>[.,]\d*)?")
_INDIAN = re.compile(r"(?P<whole>[1-9]\d?(?P<sign>,)(?:\d{2},)+\d{3})(?P<rest>\.\d*)?")
# What cannot stand before thousands: one or two digits, four and more, or three after a 0 or after a long number.
_COMMA_DECIMALS = re.compile(r"\d,(?:\d{1,2}|\d{4,})\D*\Z|(?:(?<![\d.,])0|\d{4}),\d{3}\D*\Z")
_POINT_DECIMALS = re.compile(r"\.(?:\d{1,2}|\d{4,})\D*\Z|(?:(?<![\d.,])0|\d{4})\.\d{3}\D*\Z")
_GROUP = re.compile(r"\D*[1-9]\d{0,2}[.,]\d{3}\D*")
_WHOLE = re.compile(r"[^\d.,]*([1-9]\d*)[^\d.,]*")


def clean(s: pd.Series) -> pd.Series:
    """Stripped text; what stands for nothing ("", "NULL", "N/A", "-" ...) is missing."""
    s = s.astype("str").str.strip()
    return s.mask(s.isin(MISSING))


def exact_text(s: pd.Series) -> pd.Series:
    """Text as it is, spaces included; only an empty cell is missing.

    >>> exact_text(pd.Series([" 7", "NULL", ""])).tolist()
    [' 7', 'NULL', nan]
    """
    found = s.astype("str").where(s.notna())
    return found.mask(found == "")


def numbers(s: pd.Series, *, comma: bool | None = None) -> tuple[np.ndarray, np.ndarray]:
    """((n,) float64 with NaN for missing, (n,) bool: there is text but no number).

    Reads "1,299.00", "1.299,00", "12,50 €", "$1 299", "(5.00)" and "1.6E5". comma: whether a comma is the decimal sign,
    where it was decided before on the whole column; "1.299" is 1299 where others are written "12,50".

    >>> numbers(pd.Series(["1.299", "12,50 €", "free"]))[0].tolist()
    [1299.0, 12.5, nan]
    """
    codes, values = pd.factorize(clean(s))
    if comma is None:
        comma = comma_is_decimal(list(values))
    found = np.array([_number(str(v), comma=comma) for v in values.to_numpy(object)] + [np.nan], np.float64)
    out = found[codes]
    return out, np.isnan(out) & (codes >= 0)


def comma_is_decimal(values: list[str]) -> bool:
    """Whether a comma is the decimal sign, by the first DECIDE different texts of a column.

    >>> comma_is_decimal(["12,50"]), comma_is_decimal(["1.299", "899"]), comma_is_decimal(["1.299", "0.5"])
    (True, True, False)
    """
    values = values[:DECIDE]
    comma = sum(bool(_COMMA_DECIMALS.search(v)) for v in values)
    point = sum(bool(_POINT_DECIMALS.search(v)) for v in values)
    return comma > point or (comma == point == 0 and _grouped(values, "."))


def _grouped(values: list[str], sign: str) -> bool:
    """Whether 1.299 is 1299, where no cell has decimals for sure: numbers of more than three digits come with the sign
    only, and those without it are about as large as the last group (899)."""
    if not any(sign in v and _GROUP.fullmatch(v) for v in values):
        return False
    whole = [int(m[1][:9]) for v in values if (m := _WHOLE.fullmatch(v)) is not None]
    return bool(whole) and max(whole) < 1000 and float(np.median(whole)) >= 100


def ambiguous(s: pd.Series) -> str | None:
    """A number such as 1.299 or 1,299 in a column in which nothing says whether the sign stands before decimals.

    >>> ambiguous(pd.Series(["1.299", "2.450"])), ambiguous(pd.Series(["1.299", "12.50"]))
    ('1.299', None)
    """
    values = [str(v) for v in clean(s).dropna().unique()[:DECIDE]]
    if any(_COMMA_DECIMALS.search(v) or _POINT_DECIMALS.search(v) for v in values):
        return None
    return next((v for v in values if _GROUP.fullmatch(v) and not _grouped(values, "." if "." in v else ",")), None)


def _number(text: str, *, comma: bool) -> float:
    m = _NUMBER.match(text)
    plain = _plain(re.sub(r"\s", " ", m["digits"]).strip().replace("’", "'"), comma=comma) if m is not None else None
    if m is None or plain is None:
        return np.nan
    try:
        value = float(plain + (m["exp"] or ""))
    except ValueError:
        return np.nan
    negative = "-" in (m["sign1"], m["sign2"]) or "−" in (m["sign1"], m["sign2"]) or m["paren"]
    return -value if negative else value if np.isfinite(value) else np.nan


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


def has_currency(text: str) -> bool:
    """Whether a text is an amount of money with its sign, such as $5 or 5 EUR."""
    m = _NUMBER.match(text.strip())
    return m is not None and bool(m["currency1"] or m["currency2"])


def not_read(s: pd.Series, bad: np.ndarray, what: str) -> str:
    """The notice of a column with cells that are no number or date. bad: (n,) bool. what: "number" or "date"."""
    return unread(str(s.name), int(bad.sum()), len(s), list(s[bad].unique()[:3]), what)


def unread(column: str, bad: int, of: int, examples: list[str], what: str) -> str:
    """The same notice, by counts."""
    return (
        f"“{column}”: {bad:,} of {of:,} values could not be read as a {what} and count as missing "
        f"(for example {listed(examples)})."
    )
