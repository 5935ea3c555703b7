"""What a person may say about how a file is to be read."""

from __future__ import annotations

from typing import TypedDict


class ReadOptions(TypedDict, total=False):
    """What is left out, or None, is found.

    delimiter: one plain character. encoding: a name that Python knows. header_line: 1-based line of the column names,
    0 when there are none. ragged: each line is one basket. sheet: of a spreadsheet; other files have none.
    """

    delimiter: str | None
    encoding: str | None
    header_line: int | None
    ragged: bool
    sheet: str | None
