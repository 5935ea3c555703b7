"""Text -> numbers and dates as people write them; what cannot be read becomes missing and is counted."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from embedcore.intake.columns.names import listed

MISSING = {
    "",
    "nan",
    "NaN",
    "NAN",
    "NULL",
    "null",
    "Null",
    "N/A",
    "n/a",
    "#N/A",
    "NA",
    "<NA>",
    "None",
    "NaT",
    "-",
    "--",
}
DECIDE = 5000  # different texts that say whether a comma is a decimal sign
DATE_SAMPLE = 2000  # different texts that say how dates are written
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
_DATE_FORMATS = (
    "ISO8601",
    "%d.%m.%Y",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%y",
    "%d/%m/%Y",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p",
    "%d/%m/%y",
    "%m/%d/%y",
    "%m/%d/%y %H:%M",
    "%d-%m-%Y",
    "%d-%m-%Y %H:%M",
    "%d-%m-%Y %H:%M:%S",
    "%Y/%m/%d",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%d %b %Y",
    "%d %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%a %b %d %H:%M:%S %Y",
)


EPOCH = r"1\d{9}(?:\d{3})?(?:\.0+)?"


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
    """Whether a comma is the decimal sign, by the first DECIDE different texts of a column."""
    comma = sum(bool(re.search(r"\d,\d{1,2}\D*\Z", v)) for v in values[:DECIDE])
    point = sum(bool(re.search(r"\.\d{1,2}\D*\Z", v)) for v in values[:DECIDE])
    return comma > point


def _number(text: str, *, comma: bool) -> float:
    m = _NUMBER.match(text)
    if m is None:
        return np.nan
    digits = re.sub(r"[\s'’]", "", m["digits"])
    point, mark = digits.rfind("."), digits.rfind(",")
    if point >= 0 and mark >= 0:
        decimal = "," if mark > point else "."
    elif mark >= 0:
        decimal = "." if digits.count(",") > 1 or (not comma and re.fullmatch(r"[1-9]\d{0,2},\d{3}", digits)) else ","
    elif point >= 0:
        thousands = digits.count(".") > 1 or (comma and re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", digits))
        decimal = "," if thousands else "."
    else:
        decimal = "."
    digits = digits.replace("," if decimal == "." else ".", "").replace(",", ".").rstrip(".")
    try:
        value = float(digits + (m["exp"] or ""))
    except ValueError:
        return np.nan
    negative = "-" in (m["sign1"], m["sign2"]) or "−" in (m["sign1"], m["sign2"]) or m["paren"]
    return -value if negative else value if np.isfinite(value) else np.nan


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


def dates(s: pd.Series, formats: Sequence[int] | None = None) -> tuple[pd.Series, np.ndarray]:
    """(datetime64[s] with NaT for missing, (n,) bool: there is text but no date).

    Reads ISO, day or month first (whichever fits more of the column), 20240131, and seconds or milliseconds since 1970.
    formats: what `date_formats` gave for the whole column, when this is a part of it.

    >>> dates(pd.Series(["31.1.2024", "soon"]))[0].dt.day.tolist()
    [31.0, nan]
    """
    codes, values = pd.factorize(clean(s))
    texts = pd.Series(values, dtype="str")
    if formats is None:
        formats = date_formats(texts.iloc[date_sample(len(texts))])
    best = pd.Series(np.full(len(texts), np.datetime64("NaT"), "datetime64[s]"))
    for n in formats:
        left = best.isna()
        if left.any():
            best = best.where(~left, _TRIES[n](texts))
    full = np.append(best.to_numpy("datetime64[s]"), np.datetime64("NaT", "s"))
    out = full[codes]
    return pd.Series(out, index=s.index), np.isnat(out) & (codes >= 0)


def date_sample(n: int) -> np.ndarray:
    """Which of the n different texts of a column, in the order they come, decide how its dates are written."""
    return np.linspace(0, n - 1, min(n, DATE_SAMPLE)).astype(int) if n else np.empty(0, int)


def date_formats(sample: pd.Series) -> tuple[int, ...]:
    """The ways to read dates that fit most of the texts, best first."""
    scores = [int(t(sample).notna().sum()) if len(sample) else 0 for t in _TRIES]
    return tuple(n for n in sorted(range(len(_TRIES)), key=lambda n: -scores[n])[:3] if scores[n])


def _format(how: str) -> Callable[[pd.Series], pd.Series]:
    def parse(s: pd.Series) -> pd.Series:
        if how == "ISO8601":
            # A bare number such as 7 or 2017 is no date; 20170131 is.
            s = s.where(s.str.len().ge(8))
        found = pd.to_datetime(s, format=how, errors="coerce", utc=True)
        return _seconds(found.dt.tz_localize(None))

    return parse


def _epoch(s: pd.Series) -> pd.Series:
    n = pd.to_numeric(s.where(s.str.fullmatch(EPOCH)), errors="coerce")
    return _seconds(pd.to_datetime(n.where(n < 1e11, n / 1000), unit="s", errors="coerce"))


def _seconds(s: pd.Series) -> pd.Series:
    inside = s.between(pd.Timestamp("1900-01-01"), pd.Timestamp("2200-01-01"))
    return s.where(inside).astype("datetime64[s]")


_TRIES: list[Callable[[pd.Series], pd.Series]] = [_epoch, *(_format(f) for f in _DATE_FORMATS)]
ISO = (1 + _DATE_FORMATS.index("ISO8601"),)  # what date_formats finds first where all texts are ISO and none is EPOCH
