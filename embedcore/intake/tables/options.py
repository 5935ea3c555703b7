"""What a person may say about how a file is to be read."""

from __future__ import annotations

import re
from typing import TypedDict

from embedcore.errors import InputError
from embedcore.intake.decisions import Settings, setting

# Delimiters that are better said than written; "spaces" are columns set apart by them.
NAMED = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "bar": "|", "pipe": "|", "space": " "}
NAMED |= {f"ctrl-{chr(96 + n)}": chr(n) for n in range(1, 9)}  # signs that no keyboard has
# What the setting “delimiter” may be: any sign of up to LONGEST characters, and these names.
DELIMITERS: tuple[tuple[str, str], ...] = (
    (",", "comma ,"),
    (";", "semicolon ;"),
    ("tab", "tab"),
    ("|", "bar |"),
    ("spaces", "columns set apart by spaces"),
    ("space", "one space"),
    ("^", "caret ^"),
    ("~", "tilde ~"),
    ("::", "two colons ::"),
    ("||", "two bars ||"),
    ("none", "none: one column"),
)
ONE_COLUMN = "none"  # the delimiter of a text that has none
LONGEST = 3  # letters of a delimiter (chosen by hand)
QUOTES = (
    ("usual", 'quotes (") around cells'),
    ("backslash", 'a quote in a cell is written \\"'),
    ("single", "single quotes (') around cells"),
    ("curly", "“ ”, « » or ` ` around cells"),
    ("escaped", "a delimiter in a cell has a backslash before it"),
    ("lines", "every line is quoted as a whole"),
    ("loose", "a quote ends a cell only before a delimiter"),
    ("none", "quotes are part of the text"),
)


class ReadOptions(TypedDict, total=False):
    """What is left out, or None, is found.

    delimiter: one to three characters, "spaces" for columns that are set apart by spaces, "none" for one column.
    encoding: a name that Python knows. header_line: 1-based line of the column names, 0 when there are none. ragged:
    each line is one basket. sheet: of a spreadsheet; other files have none. quotes: one of QUOTES.
    """

    delimiter: str | None
    encoding: str | None
    header_line: int | None
    ragged: bool
    sheet: str | None
    quotes: str | None


def with_settings(options: ReadOptions, settings: Settings) -> ReadOptions:
    """The options, and what a person chose by the keys of decisions: encoding, delimiter, quotes, sheet and header.

    >>> with_settings({"delimiter": ";"}, {"header": "3", "delimiter": "tab"})
    {'delimiter': '\\t', 'header_line': 3}
    """
    found = options.copy()
    if "encoding" in settings:
        found["encoding"] = settings["encoding"]
    if "quotes" in settings:
        found["quotes"] = setting(settings, "quotes", "usual", (value for value, _ in QUOTES))
    if said := settings.get("delimiter"):
        found["delimiter"] = NAMED.get(said, said)
    if "sheet" in settings:
        found["sheet"] = settings["sheet"]
    if "header" in settings:
        line = {"no": "0", "none": "0"}.get(settings["header"], settings["header"])
        if not re.fullmatch(r"\d{1,9}", line):
            raise InputError(
                f"“{line}” is no line for the column names.", "Give the number of the line, or 0 for none."
            )
        found["header_line"] = int(line)
    return found
