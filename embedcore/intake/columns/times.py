"""What is understood of the times of a table, in sentences that a person can correct."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from embedcore.intake.columns.date_cells import DateFormat, read_times
from embedcore.intake.columns.dates import DAYS, READ, WEEKS, Orders, date_format
from embedcore.intake.columns.names import plural
from embedcore.intake.columns.values import clean, first_values
from embedcore.intake.columns.vocabulary import CATALOGUE, PURCHASES, word_set, words_of
from embedcore.intake.decisions import NOTHING, Decision, Settings, setting

_LOOKS = (
    r"\d{1,4}\s*[-/.年년]\s*(?:\d{1,2}|[^\W\d_]{3,10})\s*[-/.月월]\s*\d{1,4}|\d{1,2}:\d{2}|"
    r"[^\W\d_]{3,10}\.?\s\d{1,2},?\s\d{4}"
)
_TIMES = word_set(PURCHASES["time"] + " " + CATALOGUE["date"])
_NUMBER = word_set("no nr number num nummer n of index study transaction trans purchase order sale counter count id")
_YEARS = word_set("year years yr jahr année annee año ano anno jaar rok год yıl 年 年份 연도")
_MONTHS = word_set("month months mon monat mois mes mês mese maand miesiąc měsíc месяц ay 月 月份 월")
_PARTS = _YEARS | _MONTHS
_CALENDAR = {"year": (_YEARS, 1990, 2100), "month": (_MONTHS, 1, 12), "day": (DAYS, 1, 31)}
_WEEK, _MONTH = 7, 31
_CLOCK = r"(?:[01]?\d|2[0-3])[:.h]\d{2}(?:[:.]\d{2}(?:\.\d+)?)?(?:\s?[AaPp]\.?[Mm]\.?)?(?:\s?(?:Uhr|h))?"
_WORDS = {
    "seconds": "counts seconds since 1970",
    "milliseconds": "counts milliseconds since 1970",
    "microseconds": "counts microseconds since 1970",
    "nanoseconds": "counts nanoseconds since 1970",
    "serials": "holds the numbers of days that spreadsheets count",
    "days": "counts days; the first is shown as 1 January 2000",
    "weeks": "counts weeks; the first is shown as the one from 1 January 2000",
    "day stamp, day first": "is read day first, without signs between",
    "short day stamp": "is read as year, month and day of two digits each",
    "short day stamp, day first": "is read as day, month and year of two digits each",
    "month stamp": "is read as year and month",
}
DAY_MONTH = (("day", "day first"), ("month", "month first"), ("empty", "leave unclear dates empty"))


def decide(column: str, texts: Mapping[str, int], settings: Settings = NOTHING) -> tuple[DateFormat, list[Decision]]:
    """How a column of dates is read, and what a person should know of it. texts: different ones -> how often.

    Setting: "date:<column>" day, month or empty, for dates such as 03/04/2024.

    >>> _, (found,) = decide("since", {"03/04/2024": 1})
    >>> found.unsure, found.sentence
    (True, '“since”: the file does not say whether “03/04/2024” has the day or the month first. It is read day first.')
    """
    orders = Orders()
    orders.add([*texts], [*texts.values()])
    how = date_format([*texts], column, orders)
    decisions = []
    if how.numbers in _WORDS:
        decisions.append(Decision(f"date:{column}", f"“{column}” {_WORDS[how.numbers]}."))
    if how.first == "year":
        decisions.append(Decision(f"date:{column}", f"“{column}” has the year first, as in “{next(iter(texts))}”."))
    elif orders.unclear or (orders.day and orders.month):
        key, guess = f"date:{column}", how.first or "empty"
        chosen = setting(settings, key, guess, [value for value, _ in DAY_MONTH])
        how = replace(how, first=None if chosen == "empty" else chosen)
        if said := _order_of(column, orders, chosen):
            unsure = orders.day == orders.month == 0 and orders.likely is None and key not in settings
            decisions.append(Decision(key, said, chosen, DAY_MONTH, orders.unclear, unsure=unsure))
    return how, decisions


def _order_of(column: str, orders: Orders, chosen: str) -> str:
    read = {"day": "read day first", "month": "read month first", "empty": "left empty"}[chosen]
    if orders.day and orders.month:
        found = (
            f"“{column}” holds dates in two orders: day/month as in “{orders.examples[0]}” ({orders.day:,}) and "
            f"month/day as in “{orders.examples[1]}” ({orders.month:,})."
        )
        could = plural(orders.unclear, "date")
        return f"{found} {could} such as “{orders.examples[2]}” could be either: {read}." if orders.unclear else found
    if orders.day or orders.month:
        return ""
    example = orders.examples[2]
    if orders.likely is None:
        return f"“{column}”: the file does not say whether “{example}” has the day or the month first. It is {read}."
    found = f"“{column}”: “{example}” could have the day or the month first; it is {read}"
    if chosen != orders.likely:
        return f"{found}."
    first, last = orders.between(chosen)
    return f"{found}, because the days then lie close together or in order ({first} to {last})."


def unread_time(column: str, cells: pd.Series) -> Decision | None:
    """Says that a column that is named like a time, or looks like one, is not read as one; None for others.

    >>> unread_time("ordered at", pd.Series(["2024-13-40", "2024-14-40"])).sentence
    '“ordered at” looks like a time, but cells such as “2024-13-40” are not read as one.'
    """
    some = first_values(cells, 200)
    if not len(some):
        return None
    looks = float(some.str.contains(_LOOKS, regex=True).mean()) >= READ
    told = named(column) and float(some.str.count(r"\d").ge(4).mean()) >= READ
    if not (looks or told):
        return None
    how = date_format(list(some.unique()), column)
    if float((~np.isnat(read_times(some, how))).mean()) >= READ:
        return None
    found = np.isnat(read_times(some, how))
    sentence = f"“{column}” looks like a time, but cells such as “{some[found].iloc[0]}” are not read as one."
    return Decision(f"date:{column}", sentence, rows=int(cells.notna().sum()))


def named(column: str) -> bool:
    """Whether the name of a column says that it holds times.

    >>> named("Bestelldatum"), named("colour")
    (True, False)
    """
    return bool(set(words_of(column)) & _TIMES)


def part_of_date(column: str) -> bool:
    """Whether the name of a column says that it holds years or months.

    >>> part_of_date("month"), part_of_date("units")
    (True, False)
    """
    return bool(set(words_of(column)) & _PARTS)


def clock_column(cells: Mapping[str, pd.Series]) -> str | None:
    """The column that holds a time of day alone, such as 15:16.

    >>> clock_column({"at": pd.Series(["15:16", "8:05 AM"]), "day": pd.Series(["1.2.2024"])})
    'at'
    """
    for column, s in cells.items():
        some = clean(s).dropna().head(500)
        if len(some) and named(column) and some.str.fullmatch(_CLOCK).mean() >= READ:
            return column
    return None


def counter_column(cells: Mapping[str, pd.Series]) -> str | None:
    """The column that counts the days, else the weeks, of purchases: whole numbers under such a name, and no days of
    the week or of the month.

    >>> counter_column({"DAY": pd.Series(["1", "711"]), "price": pd.Series(["3", "4"])})
    'DAY'
    """
    fit = {}
    parts_of_dates = any(set(words_of(c)) & _PARTS for c in cells)
    for column, s in cells.items():
        some, words = clean(s).dropna().head(500), set(words_of(column))
        counted = words & (DAYS | WEEKS)
        if not len(some) or not counted or words - counted - _NUMBER or (words & DAYS and words & WEEKS):
            continue
        if some.str.fullmatch(r"\d{1,5}").all():
            most = int(some.astype(int).max())
            if most > _MONTH or (most > _WEEK and not parts_of_dates):
                fit[column] = bool(words & WEEKS)
    return min(fit, key=lambda c: fit[c], default=None)


def calendar_columns(cells: Mapping[str, pd.Series]) -> tuple[str, ...]:
    """The columns of the year, the month and the day, where each has its own; () without them.

    >>> calendar_columns({"day": pd.Series(["31"]), "year": pd.Series(["2025"]), "month": pd.Series(["1"])})
    ('year', 'month', 'day')
    """
    found = {}
    for part, (words, low, high) in _CALENDAR.items():
        for column, s in cells.items():
            if part in found or not set(words_of(column)) & words:
                continue
            n = pd.to_numeric(clean(s).dropna().head(500), errors="coerce")
            if len(n) and n.between(low, high).all():
                found[part] = column
    return tuple(found[part] for part in _CALENDAR) if len(found) == len(_CALENDAR) else ()


def from_calendar(frame: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
    """(n,) datetime64[s] of a year, a month and a day in three columns.

    >>> from_calendar(pd.DataFrame({"y": ["2025"], "m": ["1"], "d": ["31"]}), ["y", "m", "d"]).dt.day.tolist()
    [31]
    """
    year, month, day = (clean(frame[c]).str.replace(r"\.0+\Z", "", regex=True) for c in columns)
    texts = (year + "-" + month + "-" + day).fillna("")
    return pd.Series(read_times(texts, DateFormat()), frame.index)


def clock(cells: pd.Series) -> np.ndarray:
    """(n,) timedelta64[s] of times of day; NaT where there is none.

    >>> clock(pd.Series(["15:16", "8:05 PM", ""])).astype(float).tolist()[:2]
    [54960.0, 72300.0]
    """
    codes, values = pd.factorize(clean(cells))
    texts = pd.Series([f"2000-1-1 {v}" for v in values], dtype="str")
    found = read_times(texts, DateFormat()) - np.datetime64("2000-01-01", "s")
    return np.append(found, np.timedelta64("NaT", "s"))[codes]


def of_table(
    frame: pd.DataFrame, roles: Mapping[str, str], settings: Settings = NOTHING
) -> tuple[dict[str, DateFormat], list[Decision]]:
    """(column -> how it is read, of the columns whose role is date; what a person should know of all columns).

    >>> how, _ = of_table(pd.DataFrame({"since": ["03/13/2024"]}, dtype="str"), {"since": "date"})
    >>> how["since"].first
    'month'
    """
    formats, decisions = {}, []
    for column, role in roles.items():
        if role == "date":
            many = clean(frame[column]).dropna().value_counts(sort=False)
            texts = {str(t): int(n) for t, n in many.items()}
            formats[column], about = decide(column, texts, settings)
            decisions += about
        elif role in ("text", "category", "title", "ignore") and (left := unread_time(column, frame[column])):
            decisions.append(left)
    return formats, decisions
