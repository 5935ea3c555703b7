"""Text -> dates as people write them, day or month first by the whole column; what cannot be read is counted."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from embedcore.intake.columns.names import plural
from embedcore.intake.columns.values import clean

DATE_SAMPLE = 2000  # different texts that say how dates are written
MOST = 0.95  # share of one order among the dates that can only be read one way, from which the unclear ones follow it
UNCLEAR = -1  # among formats: a day that could be either is left empty
EPOCH = r"(?:9\d{8}|1\d{9}(?:\d{3})?)(?:\.0+)?"
_SERIAL = r"[345]\d{4}(?:\.\d+)?"  # days since 1900, as spreadsheets count them
_SERIALS = (36526, 54789)  # 2000 to 2049
_FORMATS = (
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
    "%d/%m/%Y %I:%M:%S %p",
    "%d/%m/%Y %I:%M %p",
    "%d/%m/%y %H:%M",
    "%m-%d-%Y",
    "%m-%d-%Y %H:%M",
    "%m-%d-%Y %H:%M:%S",
    "%m.%d.%Y",
    "%d.%m.%y %H:%M",
    "%Y.%m.%d",
    "%Y.%m.%d %H:%M:%S",
)
_ORDERED = re.compile(r"\s*(\d{1,2})([/.-])(\d{1,2})\2(?:\d{4}|\d{2})(?!\d)")


@dataclass
class Orders:
    """Of the dates written with two numbers before the year: how many can only be day/month or only month/day, with an
    example of each, and how many could be either (unclear; not those whose day is their month)."""

    day: int = 0
    month: int = 0
    unclear: int = 0
    examples: tuple[str, str, str] = ("", "", "")

    def add(self, texts: Sequence[str], counts: Sequence[int] | None = None) -> None:
        """Count different texts, each as often as it occurs."""
        found = list(self.examples)
        for n, text in enumerate(texts):
            m = _ORDERED.match(text)
            if m is None or m[1] == m[3]:
                continue
            a, b, times = int(m[1]), int(m[3]), counts[n] if counts is not None else 1
            if not (1 <= min(a, b) <= 12 and max(a, b) <= 31) or a == b:
                continue
            # Nobody writes the month first with dots without a reason: there, unclear days are day first.
            at = 1 if b > 12 else 0 if a > 12 or m[2] == "." else 2
            found[at] = found[at] or text
            self.day, self.month, self.unclear = (
                value + (times if k == at else 0) for k, value in enumerate((self.day, self.month, self.unclear))
            )
        self.examples = (found[0], found[1], found[2])

    def add_cells(self, s: pd.Series) -> None:
        """Count the cells of a column, or of a part of it."""
        many = clean(s).dropna().value_counts(sort=False)
        self.add([str(t) for t in many.index], [int(n) for n in many])

    @property
    def first(self) -> str | None:
        """ "day" or "month", whichever unclear dates are read as; None when they are left empty."""
        if self.month == 0 or self.day >= MOST * (self.day + self.month):
            return "day"
        return "month" if self.month >= MOST * (self.day + self.month) else None

    def notices(self, column: str, first: str | None) -> list[str]:
        """What a person should know about the order of a column's dates. first: how unclear ones were read."""
        if self.day and self.month:
            found = (
                f"“{column}” holds dates in two orders: day/month as in “{self.examples[0]}” ({self.day:,}) and "
                f"month/day as in “{self.examples[1]}” ({self.month:,})."
            )
            if not self.unclear:
                return [found]
            could = plural(self.unclear, "date")
            if first is None:
                return [f"{found} {could} such as “{self.examples[2]}” could be either: left empty."]
            return [f"{found} {could} such as “{self.examples[2]}” could be either: read {first} first."]
        if self.unclear and not self.day and not self.month:
            return [
                f"“{column}”: nothing says whether “{self.examples[2]}” has the day or the month first; all were read "
                "day first."
            ]
        return []


def date_notices(s: pd.Series) -> list[str]:
    """The sentences about the order of day and month in a column of dates.

    >>> date_notices(pd.Series(["13/02/2024", "02/14/2024", "03/04/2024"], name="since"))[0][:42]
    '“since” holds dates in two orders: day/mon'
    """
    cells, texts = Orders(), Orders()
    cells.add_cells(s)
    texts.add([str(t) for t in clean(s).dropna().unique()])
    return cells.notices(str(s.name), texts.first)


def dates(s: pd.Series, formats: Sequence[int] | None = None) -> tuple[pd.Series, np.ndarray]:
    """(datetime64[s] with NaT for missing, (n,) bool: there is text but no date).

    Reads ISO, day or month first (as the whole column has it; a day that could be either in a column that holds both
    is left empty), 20240131, seconds or milliseconds since 1970 and the days of spreadsheets (45292).
    formats: what `date_formats` gave for the whole column, when this is a part of it.

    >>> dates(pd.Series(["31.1.2024", "soon"]))[0].dt.day.tolist()
    [31.0, nan]
    """
    codes, values = pd.factorize(clean(s))
    texts = pd.Series(values, dtype="str")
    if formats is None:
        formats = date_formats(texts)
    best = pd.Series(np.full(len(texts), np.datetime64("NaT"), "datetime64[s]"))
    for n in formats:
        left = best.isna()
        if left.any() and n != UNCLEAR:
            best = best.where(~left, _TRIES[n](texts))
    if UNCLEAR in formats:
        best = best.mask(texts.map(_unclear).astype(bool))
    full = np.append(best.to_numpy("datetime64[s]"), np.datetime64("NaT", "s"))
    out = full[codes]
    return pd.Series(out, index=s.index), np.isnat(out) & (codes >= 0)


def dated(texts: pd.Series, *, serials: bool = True) -> float:
    """Share of some texts that look like dates, 0..1. serials: days as spreadsheets count them are dates, too."""
    without = {UNCLEAR} if serials else {UNCLEAR, len(_TRIES) - 1}
    found, _ = dates(texts, [n for n in date_formats(texts) if n not in without])
    return float(found.notna().mean())


def _unclear(text: str) -> bool:
    orders = Orders()
    orders.add([text])
    return orders.unclear > 0


def date_sample(n: int) -> np.ndarray:
    """Which of the n different texts of a column, in the order they come, decide how its dates are written."""
    return np.linspace(0, n - 1, min(n, DATE_SAMPLE)).astype(int) if n else np.empty(0, int)


def date_formats(texts: pd.Series, orders: Orders | None = None) -> tuple[int, ...]:
    """The ways to read dates that fit most of the different texts of a column, best first, of one order of day and
    month unless the column holds both. orders: what is known of the whole column, when these are some of its texts."""
    if orders is None:
        orders = Orders()
        orders.add(list(texts))
    sample = texts.iloc[date_sample(len(texts))]
    scores = [int(t(sample).notna().sum()) if len(sample) else 0 for t in _TRIES]
    ranked = [n for n in sorted(range(len(_TRIES)), key=lambda n: -scores[n]) if scores[n]]
    other = {"day": _MONTH_FIRST, "month": _DAY_FIRST, None: frozenset()}[orders.first]
    if not (orders.day and orders.month):
        return tuple(n for n in ranked if n not in other)[:3]
    # Both occur: dates of the rarer order that can only be read one way are read so.
    both = [n for n in ranked if n not in other][:3] + [n for n in ranked if n in other][:2]
    both += [n for n in ranked if n in _MONTH_FIRST and n not in both][:2]
    return (*both, UNCLEAR) if orders.first is None else tuple(both)


def ordered(formats: Sequence[int]) -> bool:
    """Whether ways to read dates are among `formats` in which day and month could be mistaken for each other."""
    return any(n in _MONTH_FIRST or n in _DAY_FIRST for n in formats)


def first_of(formats: Sequence[int]) -> str | None:
    """What unclear dates are read as: "day" or "month" first; None when they are left empty."""
    if UNCLEAR in formats:
        return None
    return "month" if next((n in _MONTH_FIRST for n in formats if ordered([n])), False) else "day"


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


def _serial(s: pd.Series) -> pd.Series:
    n = pd.to_numeric(s.where(s.str.fullmatch(_SERIAL)), errors="coerce")
    n = n.where(n.between(*_SERIALS))
    return _seconds(
        (pd.Timestamp("1899-12-30") + pd.to_timedelta((n * 86400).round(), unit="s")).astype("datetime64[ns]")
    )


def _seconds(s: pd.Series) -> pd.Series:
    inside = s.between(pd.Timestamp("1900-01-01"), pd.Timestamp("2200-01-01"))
    return s.where(inside).astype("datetime64[s]")


_TRIES: list[Callable[[pd.Series], pd.Series]] = [_epoch, *(_format(f) for f in _FORMATS), _serial]
ISO = (1 + _FORMATS.index("ISO8601"),)  # what date_formats finds first where all texts are ISO and none is EPOCH
_MONTH_FIRST = frozenset(n for n, f in enumerate(_FORMATS, 1) if re.match(r"%m[/.-]%d", f))
_DAY_FIRST = frozenset(n for n, f in enumerate(_FORMATS, 1) if re.match(r"%d[/.-]%m", f))
