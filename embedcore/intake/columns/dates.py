"""Text -> dates as people write them, day or month first by the whole column; what cannot be read is counted."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from embedcore.intake.columns.date_cells import LENGTHS, NUMBER, DateFormat, read_times
from embedcore.intake.columns.values import clean
from embedcore.intake.columns.vocabulary import word_set, words_of

DATE_SAMPLE = 2000  # different texts that say how dates are written
MOST = 0.95  # share of one order among the dates that can only be read one way, from which the unclear ones follow it
READ = 0.8  # share of the texts of a column that one reading has to fit (chosen by hand)
_FEW, _NEARER = 3, 3.0  # different days, and times as many days between first and last, that make one order likelier
_ORDERED = re.compile(r"\s*(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")
DAYS = word_set("day days dayno daynum dia giorno jour dag tag dzień den день gün 日 天 일 date datum fecha data")
WEEKS = word_set("week weeks weekno woche kw semaine semana settimana tydzień týden неделя hafta 周 週 주차")
ISO = DateFormat()  # what reads a column in which all texts begin with the year


@dataclass
class Orders:
    """Of the dates written with two numbers before the year: how many can only be day/month or only month/day, with an
    example of each, and how many could be either (unclear; not those whose day is their month). seen: the different
    dates in the order they come, as long as all could be either."""

    day: int = 0
    month: int = 0
    unclear: int = 0
    examples: tuple[str, str, str] = ("", "", "")
    seen: dict[tuple[int, int, int], None] = field(default_factory=dict)
    short: dict[tuple[int, int, int], None] = field(default_factory=dict)

    def add(self, texts: Sequence[str], counts: Sequence[int] | None = None) -> None:
        """Count different texts, each as often as it occurs."""
        found = list(self.examples)
        many: dict[tuple[str, ...], tuple[int, str]] = {}
        for n, text in enumerate(texts):
            if (m := _ORDERED.match(text)) is not None:
                times, example = many.get(m.groups(), (0, text))
                many[m.groups()] = times + (counts[n] if counts is not None else 1), example
        for (one, sign, two, last), (times, example) in many.items():
            a, b, year = int(one), int(two), int(last)
            if len(last) == 2:
                self.short[a, b, year] = None
            if not (1 <= min(a, b) <= 12 and max(a, b) <= 31):
                continue
            if max(a, b) <= 12 and sign != ".":
                self.seen[a, b, year] = None
            if a == b:
                continue
            # Nobody writes the month first with dots without a reason: there, unclear days are day first.
            at = 1 if b > 12 else 0 if a > 12 or sign == "." else 2
            found[at] = found[at] or example
            self.day, self.month, self.unclear = (
                value + (times if k == at else 0) for k, value in enumerate((self.day, self.month, self.unclear))
            )
        self.examples = (found[0], found[1], found[2])

    @property
    def first(self) -> str | None:
        """ "day" or "month", whichever unclear dates are read as; None when they are left empty."""
        if self.year_first:
            return "year"
        if self.day == self.month == 0 and self.unclear:
            return self.likely or "day"
        if self.month == 0 or self.day >= MOST * (self.day + self.month):
            return "day"
        return "month" if self.month >= MOST * (self.day + self.month) else None

    @property
    def year_first(self) -> bool:
        """Whether dates such as 25-03-17 begin with the year: it hardly changes, and the last number does."""
        firsts, lasts = ({d[at] for d in self.short} for at in (0, 2))
        if not self.short or any(not (1 <= b <= 12 and 1 <= c <= 31) for _, b, c in self.short):
            return False
        return len(lasts) > _FEW * len(firsts) and min(firsts) >= 10

    @property
    def likely(self) -> str | None:
        """The order in which the days that could be either lie close together, or ascend; None when both do."""
        if len(self.seen) < _FEW:
            return None
        seen = np.array([*self.seen], np.int64)
        year = np.where(seen[:, 2] < 100, seen[:, 2] + 2000, seen[:, 2])
        days = {
            "day": (year - 1970) * 372 + (seen[:, 1] - 1) * 31 + seen[:, 0],
            "month": (year - 1970) * 372 + (seen[:, 0] - 1) * 31 + seen[:, 1],
        }
        span = {k: int(np.ptp(d)) + 1 for k, d in days.items()}
        if span["day"] >= _NEARER * span["month"]:
            return "month"
        if span["month"] >= _NEARER * span["day"]:
            return "day"
        back = {k: int((np.diff(d) < 0).sum()) for k, d in days.items()}
        few = 0.1 * len(seen)  # of the dates, those that may go back in a file in order (chosen by hand)
        if (back["day"] <= few) != (back["month"] <= few):
            return "day" if back["day"] <= few else "month"
        return None

    def between(self, first: str) -> tuple[str, str]:
        """The first and the last of the days that could be either, in words. first: "day" or "month"."""
        days = [(y + 2000 if y < 100 else y, *((b, a) if first == "day" else (a, b))) for a, b, y in self.seen]
        low, high = (dt.date(*found) for found in (min(days), max(days)))
        return f"{low.day} {low:%B %Y}", f"{high.day} {high:%B %Y}"


def dates(s: pd.Series, how: DateFormat | None = None) -> tuple[pd.Series, np.ndarray]:
    """(datetime64[s] with NaT for missing, (n,) bool: there is text but no date).

    Reads ISO, day or month first (as the whole column has it), names of months in many languages, AM and PM, 20240131,
    seconds since 1970 and the days of spreadsheets (45292). how: what `date_format` gave for the whole column, when
    this is a part of it.

    >>> dates(pd.Series(["31.1.2024", "soon"]))[0].dt.day.tolist()
    [31.0, nan]
    """
    codes, values = pd.factorize(clean(s))
    texts = pd.Series(values, dtype="str")
    found = read_times(texts, how if how is not None else date_format(list(texts.to_numpy(object))))
    out = np.append(found, np.datetime64("NaT", "s"))[codes]
    return pd.Series(out, index=s.index), np.isnat(out) & (codes >= 0)


def dated(texts: pd.Series, *, serials: bool = True) -> float:
    """Share of some texts that look like dates, 0..1. serials: bare numbers can be dates, too."""
    how = date_format(list(clean(texts).dropna()))
    found, _ = dates(texts, how if serials else replace(how, numbers=""))
    return float(found.notna().mean())


def date_sample(n: int) -> np.ndarray:
    """Which of the n different texts of a column, in the order they come, decide how its dates are written."""
    return np.linspace(0, n - 1, min(n, DATE_SAMPLE)).astype(int) if n else np.empty(0, int)


def date_format(texts: Sequence[str], column: str = "", orders: Orders | None = None) -> DateFormat:
    """How the dates among the different texts of a column are written. column: its name, which may say that numbers
    count days. orders: what is known of day and month, where that was counted before.

    >>> date_format(["03/13/2024"]), date_format(["978300856"]).numbers
    (DateFormat(first='month', numbers='', start=0), 'seconds')
    """
    if orders is None:
        orders = Orders()
        orders.add(texts)
    some = pd.Series([texts[n] for n in date_sample(len(texts))], dtype="str")
    bare = some[some.str.fullmatch(NUMBER[1:-1]).astype(bool)]
    numbers, start = _numbers_of(bare, column) if len(bare) else ("", 0)
    return DateFormat(orders.first, numbers, start)


def _numbers_of(bare: pd.Series, column: str) -> tuple[str, int]:
    """(what bare numbers are, the smallest of them)."""
    best, most = "", 0.0
    length = bare.str.len().to_numpy(np.int64)
    for kind, (shortest, longest) in LENGTHS.items():
        if float(((length >= shortest) & (length <= longest)).mean()) <= most:
            continue
        share = float((~np.isnat(read_times(bare, DateFormat(numbers=kind)))).mean())
        if share > most:
            best, most = kind, share
    words = set(words_of(column))
    if most < READ and words & (DAYS | WEEKS) and bare.str.fullmatch(r"[0-9]{1,5}").all():
        return "weeks" if words & WEEKS else "days", int(bare.astype(int).min())
    return best, 0
