"""Texts -> times, however people write them, once it is decided what comes first and what bare numbers are."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from embedcore.intake.columns.number_cells import FOREIGN
from embedcore.intake.columns.vocabulary import fold

# January to December, each in full and in short: English, German, French, Spanish, Portuguese, Italian, Dutch and the
# Nordic ones, Polish, Czech, Russian, Turkish; a semicolon before the next month.
_NAMES = """
january jan januar jänner janvier janv enero ene janeiro gennaio genn gen januari styczeń stycznia sty leden ledna
январь января янв ocak oca ; february feb februar feber février févr fév febrero fevereiro fev febbraio febbr februari
luty lutego lut únor února февраль февраля фев şubat şub ; march mar märz mrz mär mars marzo març março maart mrt
marts marzec marca březen března март марта мар mart ; april apr avril avr abril abr aprile kwiecień kwietnia kwi
duben dubna апрель апреля апр nisan nis ; may mai mayo maio maggio magg mag mei maj maja květen května май мая mayıs ;
june jun juni juin junho junio giugno giu czerwiec czerwca cze červen června июнь июня июн haziran haz ; july jul juli
juillet juil julio julho luglio lug lipiec lipca lip červenec července июль июля июл temmuz tem ; august aug août aou
agosto ago augustus augusti sierpień sierpnia sie srpen srpna август августа авг ağustos ağu ; september sep sept
septembre septiembre setiembre setembro set settembre sett wrzesień września wrz září сентябрь сентября сен сент eylül
eyl ; october oct oktober okt octobre octubre outubro out ottobre ott październik października paź říjen října октябрь
октября окт ekim eki ; november nov novembre noviembre noviembr novembro listopad listopada lis ноябрь ноября ноя нояб
kasım kas ; december dec dezember dez décembre déc diciembre dic dezembro dicembre grudzień grudnia gru prosinec
prosince декабрь декабря дек desember aralık ara
"""
_SHORT = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {fold(w): _SHORT[n] for n, words in enumerate(_NAMES.split(";")) for w in words.split()}
# “listopad” is October to Czechs and November to Poles: the column says nothing, and Poles are more.
_HALVES = {
    **dict.fromkeys(("上午", "午前", "오전", "凌晨", "早上"), "am"),
    **dict.fromkeys(("下午", "午後", "오후", "晚上", "中午"), "pm"),
}
_WORDS = """at um uhr on the of de del di da le el à a las la alle ore h hrs hours kl klo kello o в г год года час den
dne dnia godz om uur th st nd rd er ter r"""
_ABOUT = frozenset(fold(w) for w in _WORDS.split())
_NAT = np.datetime64("NaT", "s")
_FIRST, _LAST = np.datetime64("1900-01-01", "s"), np.datetime64("2200-01-01", "s")
COUNTED_FROM = np.datetime64("2000-01-01", "s")  # the first day of a column that only counts days
_SERIALS = (36526, 54789)  # 2000 to 2049 in days since 1900, as spreadsheets count them
_ISO_LENGTH = 8  # a bare 2017 or 2017-03 is no day
NUMBER = r"^[0-9]{1,19}(?:[.,][0-9]+)?$"
# Of an arrow of many texts at once: day, month and year in any order, maybe with a time of day.
_SHAPE = (
    r"(?i)^(?P<a>[0-9]{1,4})(?P<s>[-/. ])(?P<b>[0-9]{1,2}|[a-z]{3})(?P<t>[-/. ])(?P<c>[0-9]{4}|[0-9]{1,2})"
    r"(?:[ t]+(?P<h>[0-9]{1,2})[:.h](?P<m>[0-9]{2})(?:[:.](?P<sec>[0-9]{2})(?:[.,][0-9]+)?)?\s*(?P<half>[ap]m)?)?$"
)
_ZONE = re.compile(
    r"(?<=[\dm])\s*(?:\b(?:utc|gmt|z)\b|\b(?:[a-z]{1,3}[sd]?t|msk|hst)\b|(?<=\d)z)?\s*(?P<shift>[+-]\d{1,2}(?::?\d{2})?)?"
    r"(?:\s*(?:\([^)]*\)|\b[a-z]{3,4}))?\Z"
)
_TIME = r"\d{1,2}[:.h]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?(?: ?[ap]m)?"


@dataclass(frozen=True)
class DateFormat:
    """How the times of a column are written. first: "day", "month" or "year" (25-03-01) of dates such as 03/04/2024;
    None: those that could be either are left empty. numbers: what bare numbers are, a key of NUMBERS; "" when they are
    no times. start: the smallest, where they count days or weeks."""

    first: str | None = "day"
    numbers: str = ""
    start: int = 0


def read_times(texts: pd.Series, how: DateFormat) -> np.ndarray:
    """(n,) datetime64[s] of texts, NaT where there is none.

    >>> read_times(pd.Series(["1. März 2025", "03/01/25 3:16 PM"], dtype="str"), DateFormat("month")).tolist()
    [datetime.datetime(2025, 3, 1, 0, 0), datetime.datetime(2025, 3, 1, 15, 16)]
    """
    out = np.full(len(texts), _NAT)
    bare = texts.str.fullmatch(NUMBER[1:-1]).to_numpy(bool)
    if bare.any() and how.numbers:
        numbers = pd.to_numeric(texts[bare].str.replace(",", ".", regex=False)).to_numpy(np.float64)
        out[bare] = NUMBERS[how.numbers](numbers, texts[bare], how)
    left = np.flatnonzero(~bare)
    for step in (_iso, _plain, _spoken):
        if len(left):
            out[left] = step(texts.iloc[left], how)
            left = left[np.isnat(out[left])]
    return np.asarray(np.where((out >= _FIRST) & (out < _LAST), out, _NAT))


def _iso(texts: pd.Series, how: DateFormat) -> np.ndarray:
    del how
    long = texts.where(texts.str.len().ge(_ISO_LENGTH))
    found = pd.to_datetime(long, format="ISO8601", errors="coerce", utc=True)
    return np.asarray(found.dt.tz_localize(None).to_numpy("datetime64[s]"))


def _spoken(texts: pd.Series, how: DateFormat) -> np.ndarray:
    found = [_plainly(str(t)) for t in texts]
    if not any(text for text, _ in found):
        return np.full(len(texts), _NAT)
    plain = _plain(pd.Series([text for text, _ in found], dtype="str"), how)
    return np.asarray(plain - np.array([shift for _, shift in found], "timedelta64[s]"))


def _plain(texts: pd.Series, how: DateFormat) -> np.ndarray:
    import pyarrow as pa
    import pyarrow.compute as pc

    parts = pc.extract_regex(pa.array(texts, pa.string()), _SHAPE)
    fits = np.asarray(parts.is_valid())
    out = np.full(len(texts), _NAT)
    if not fits.any():
        return out
    found = parts.filter(parts.is_valid())
    a, s, b, t, c, h, m, sec, half = (found.field(n) for n in range(9))
    named = np.asarray(pc.match_substring_regex(b, "[A-Za-z]"))
    month = _number(pc.if_else(named, "0", b))
    if named.any():
        names = pd.Series(pc.utf8_lower(b), dtype="str").map({name: n for n, name in enumerate(_SHORT, 1)})
        month = np.where(named, names.to_numpy(np.float64), month)
    digits = np.asarray(pc.utf8_length(a)), np.asarray(pc.utf8_length(c))
    year, month, day = _ordered((_number(a), month, _number(c)), digits, named, how)
    good = np.asarray(pc.equal(s, t)) & (named | np.asarray(pc.not_equal(s, " ")))
    hour, minute, second = _number(h), _number(m), _number(sec)
    late, early = (np.asarray(pc.equal(pc.utf8_lower(half), which)) for which in ("pm", "am"))
    hour = np.where(late & (hour < 12), hour + 12, np.where(early & (hour == 12), 0, hour))
    good &= (hour < 24) & (minute < 60) & (second < 60)
    out[fits] = np.where(good, _assembled(year, month, day) + _span(hour * 3600 + minute * 60 + second), _NAT)
    return out


def _number(digits: Any) -> np.ndarray:
    """(n,) float64 of an arrow of digits, 0 for none."""
    import pyarrow.compute as pc

    return np.asarray(pc.if_else(pc.equal(digits, ""), "0", digits).cast("double"))


def _ordered(
    parts: tuple[np.ndarray, np.ndarray, np.ndarray],
    digits: tuple[np.ndarray, np.ndarray],
    named: np.ndarray,
    how: DateFormat,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(year, month, day), NaN in the year where the parts are no date. parts: three numbers as they come. digits: of
    the first and the last. named: whether the month is a word."""
    (a, b, c), (digits_a, digits_c) = parts, digits
    year_first = (digits_a == 4) & (digits_c <= 2)
    short_first = (how.first == "year") & (digits_a <= 2) & (digits_c <= 2)
    year_last = (digits_a <= 2) & (digits_c != 1) & (digits_c != 3) & ~short_first
    month_first = year_last & ~named & ((b > 12) | ((a <= 12) & (how.first == "month")))
    year = np.where(year_first | short_first, a, np.where(year_last, c, np.nan))
    two = np.where(year_last, digits_c, digits_a) <= 2
    year = np.where(two, np.where(year < 69, year + 2000, year + 1900), year)
    month = np.where(month_first, a, b)
    day = np.where(year_last, np.where(month_first, b, a), c)
    if how.first is None:
        unclear = year_last & ~named & (a <= 12) & (b <= 12) & (a != b)
        year = np.where(unclear, np.nan, year)
    return year, month, day


def _assembled(year: np.ndarray, month: np.ndarray, day: np.ndarray) -> np.ndarray:
    """(n,) datetime64[s] of the calendar's days; NaT for others."""
    good = (year >= 1900) & (year < 2200) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    y, m, d = (np.where(good, x, 1).astype(np.int64) for x in (year, month, day))
    first = ((y - 1970) * 12 + m - 1).astype("datetime64[M]")
    found = first.astype("datetime64[D]") + (d - 1)
    good &= found.astype("datetime64[M]") == first
    return np.asarray(np.where(good, found.astype("datetime64[s]"), _NAT))


def _span(seconds: np.ndarray) -> np.ndarray:
    return np.asarray(np.nan_to_num(seconds).astype("timedelta64[s]"))


@lru_cache(1 << 14)
def _plainly(text: str) -> tuple[str, int]:
    """(a date as _SHAPE has it, seconds before universal time) of a text in words; "" when it is none."""
    if not any(c.isdigit() for c in text) or len(text) > 60:
        return "", 0
    t = fold(text.translate(FOREIGN)).strip()
    t = re.sub(r"[(（]\w{1,3}[)）]|星期.|周[一二三四五六日天]|.曜日?|.요일", " ", t)
    t = re.sub(r"\s*[年년]\s*", "-", t)
    t = re.sub(r"(\d)\s*[月월]\s*", r"\1-", t)
    t = re.sub(r"(\d)\s*[日일号]", r"\1 ", t)
    t = re.sub(r"(\d)\s*[時时点시](?!\w*間)\s*", r"\1:", t)
    t = re.sub(r"(\d)\s*[分분]\s*", r"\1:", t)
    t = re.sub(r"(\d)\s*[秒초]", r"\1", t).rstrip(": ")
    t = re.sub(r"\b([ap])\.?\s?m\b\.?", r"\1m", t)
    for words, half in _HALVES.items():
        t = t.replace(words, f" {half} ")
    t = re.sub(r"(\d{4})\.\s*(\d{1,2})\.\s*(\d{1,2})\.?(?=\s|\Z)", r"\1-\2-\3", t)
    t = re.sub(r"(?<!\d)(\d{1,2})\.\s+(\d{1,2})\.\s+(\d{4})", r"\1.\2.\3", t)
    t = re.sub(r"(\d{1,2}) (\d{1,2}:\d\d(?::\d\d)?) ([a-z]{1,5}(?:[+-]\d\d:?\d\d)?) (\d{4})\Z", r"\1 \4 \2 \3", t)
    t, shift = _universal(t)
    t = _in_english(t)
    if not t:
        return "", 0
    t = re.sub(r"\s+[-–|]\s+(?=\d{1,2}[:.h]\d)|,|\s+", " ", t)
    t = re.sub(r"\s+", " ", t).strip(" .-")
    t = re.sub(rf"\b([ap]m) ({_TIME})", r"\2 \1", t)
    t = re.sub(r"^([a-z]{3})[ .\-/]*(\d{1,2})[ .\-/]+(\d{1,2}:\d{2}(?::\d{2})?) (\d{4})\Z", r"\2 \1 \4 \3", t)
    t = re.sub(r"^([a-z]{3})[ .\-/]*(\d{1,2})[ .\-/]+(\d{4}|\d{2})(?![\d:])", r"\2 \1 \3", t)
    t = re.sub(r"^(\d{1,2})[ .\-/]*([a-z]{3})[ .\-/]*(\d{4}|\d{2})(?![\d:])", r"\1 \2 \3", t)
    t = re.sub(r"^(\d{4})[ .\-/]*([a-z]{3})[ .\-/]*(\d{1,2})(?![\d:])", r"\1 \2 \3", t)
    t = re.sub(r"^([a-z]{3})[ .\-/]*(\d{4})\Z", r"1 \1 \2", t)
    t = re.sub(r"^(\d{4}-\d{1,2})\Z", r"\1-1", t)
    t = re.sub(rf"^({_TIME}) (.+)\Z", r"\2 \1", t)
    return t, shift


def _universal(t: str) -> tuple[str, int]:
    if not re.search(r"\d[:.h]\d\d", t):
        return t, 0
    m = _ZONE.search(t)
    if m is None or not m[0].strip() or not re.search(r"\d{1,2}[:.h]\d\d[\d:.]*\s*(?:[ap]m)?\s*\Z", t[: m.start()]):
        return t, 0
    shift = m["shift"] or "+0"
    digits = shift[1:].replace(":", "")
    hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
    return t[: m.start()], (-1 if shift[0] == "-" else 1) * (hours * 3600 + minutes * 60)


def _in_english(t: str) -> str:
    """A text whose months are the English ones in short and whose other words are gone; "" when it holds a word that
    stands in no date."""
    known = True

    def instead(m: re.Match[str]) -> str:
        nonlocal known
        word = m[1]
        if word in _MONTHS:
            return f" {_MONTHS[word]} "
        if word in ("am", "pm"):
            return f" {word}"
        if word == "h" or (word == "t" and m.start() > 0):
            return word if t[m.end() : m.end() + 1].isdigit() else ""
        if word in _ABOUT or m.start() == 0:  # the first word is the day of the week
            return " "
        known = False
        return ""

    found = re.sub(r"([^\W\d_]+)\.?", instead, t)
    return found if known else ""


def _epoch(of_a_second: int) -> Callable[[np.ndarray, pd.Series, DateFormat], np.ndarray]:
    def read(n: np.ndarray, texts: pd.Series, how: DateFormat) -> np.ndarray:
        del texts, how
        seconds = np.floor(n / of_a_second)
        good = (seconds >= 1e8) & (seconds < 4.2e9)
        return np.where(good, np.where(good, seconds, 0).astype(np.int64).astype("datetime64[s]"), _NAT)

    return read


def _stamp(layout: str) -> Callable[[np.ndarray, pd.Series, DateFormat], np.ndarray]:
    """Digits without signs, such as yyyymmddHH."""

    def read(n: np.ndarray, texts: pd.Series, how: DateFormat) -> np.ndarray:
        del n, how
        fits = texts.str.fullmatch(rf"[0-9]{{{len(layout)}}}").to_numpy(bool)
        some = texts.where(fits, "0" * len(layout))

        def part(letter: str, otherwise: int) -> np.ndarray:
            at = layout.find(letter)
            if at < 0:
                return np.full(len(texts), otherwise, np.float64)
            return pd.to_numeric(some.str.slice(at, at + layout.count(letter))).to_numpy(np.float64)

        year = part("y", 0)
        year = year if layout.count("y") == 4 else np.where(year < 69, year + 2000, year + 1900)
        hour, minute, second = part("H", 0), part("M", 0), part("S", 0)
        fits = fits & (hour < 24) & (minute < 60) & (second < 60)
        found = _assembled(year, part("m", 1), part("d", 1)) + _span(hour * 3600 + minute * 60 + second)
        return np.where(fits, found, _NAT)

    return read


def _serial(n: np.ndarray, texts: pd.Series, how: DateFormat) -> np.ndarray:
    del texts, how
    good = (n >= _SERIALS[0]) & (n <= _SERIALS[1])
    seconds = np.round(np.where(good, n, 0) * 86400).astype("timedelta64[s]")
    return np.where(good, np.datetime64("1899-12-30", "s") + seconds, _NAT)


def _counted(days: int) -> Callable[[np.ndarray, pd.Series, DateFormat], np.ndarray]:
    def read(n: np.ndarray, texts: pd.Series, how: DateFormat) -> np.ndarray:
        del texts
        good = (n >= 0) & (n < 36500)
        return np.where(good, COUNTED_FROM + _span(np.where(good, (n - how.start) * days * 86400, 0)), _NAT)

    return read


# What bare numbers can be, the likeliest first; those that only count days or weeks need a name that says so.
NUMBERS: dict[str, Callable[[np.ndarray, pd.Series, DateFormat], np.ndarray]] = {
    "hour stamp": _stamp("yyyymmddHH"),
    "seconds": _epoch(1),
    "minute stamp": _stamp("yyyymmddHHMM"),
    "milliseconds": _epoch(1000),
    "second stamp": _stamp("yyyymmddHHMMSS"),
    "microseconds": _epoch(10**6),
    "nanoseconds": _epoch(10**9),
    "day stamp": _stamp("yyyymmdd"),
    "day stamp, day first": _stamp("ddmmyyyy"),
    "month stamp": _stamp("yyyymm"),
    "short day stamp": _stamp("yymmdd"),
    "short day stamp, day first": _stamp("ddmmyy"),
    "serials": _serial,
    "days": _counted(1),
    "weeks": _counted(7),
}
# How many characters, at least and at most, a text has that can be each of the others.
LENGTHS = {
    "hour stamp": (10, 10),
    "seconds": (9, 10**9),
    "minute stamp": (12, 12),
    "milliseconds": (12, 10**9),
    "second stamp": (14, 14),
    "microseconds": (15, 10**9),
    "nanoseconds": (18, 10**9),
    "day stamp": (8, 8),
    "day stamp, day first": (8, 8),
    "month stamp": (6, 6),
    "short day stamp": (6, 6),
    "short day stamp, day first": (6, 6),
    "serials": (5, 10**9),
}
