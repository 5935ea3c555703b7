"""Numbers in a spreadsheet as their cells show them: dates, spans of time and codes with zeros before them."""

from __future__ import annotations

import datetime as dt
import re

from embedcore.intake.tables.render import text_of

_DATES = {*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)}  # formats that have a number and no text
_HIDDEN = re.compile(r'"[^"]*"|\\.|[_*].|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)  # parts that show no value
_LAST_DAY = 2_958_466  # 31 December 9999


def shown_as(number: str, formats: dict[str, str]) -> str:
    """How a number format shows a number: "date", "span" (hours and more), its zeros ("0000"), or "".

    >>> shown_as("14", {}), shown_as("164", {"164": '[$-409]d/m/yy "at" h:mm'}), shown_as("165", {"165": "00000"})
    ('date', 'date', '00000')
    """
    if number not in formats:
        return "span" if number == "46" else "date" if number.isdecimal() and int(number) in _DATES else ""
    code = _HIDDEN.sub("", formats[number]).split(";")[0].lower()
    if re.search(r"\[(h+|m+|s+)\]", code):
        return "span"
    if re.fullmatch(r"00+", code):
        return code
    return "date" if re.search(r"[dmyhs]", code) and "general" not in code and "standard" not in code else ""


def shown_number(number: float, shown: str, *, from_1904: bool = False) -> str | None:
    """A number in the format of its cell (see `shown_as`).

    >>> shown_number(45292.5, "date"), shown_number(1.25, "span"), shown_number(42, "0000")
    ('2024-01-01 12:00:00', '30:00:00', '0042')
    """
    if shown == "span":
        seconds = round(number * 86400)
        sign, seconds = "-" if seconds < 0 else "", abs(seconds)
        return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if shown != "date":
        return f"{int(number):0{len(shown)}}" if number >= 0 and number == int(number) else text_of(number)
    if not 0 <= number < _LAST_DAY:
        return text_of(number)
    moment = dt.timedelta(milliseconds=round(number * 86_400_000))
    if number < 1 and not from_1904:
        return f"{moment.seconds // 3600:02}:{moment.seconds // 60 % 60:02}:{moment.seconds % 60:02}"
    # 1900 has a 29 February in spreadsheets.
    zero = dt.datetime(1904, 1, 1) if from_1904 else dt.datetime(1899, 12, 30 if number >= 60 else 31)  # noqa: DTZ001  as written
    return text_of(zero + moment)
