"""Names of cells and columns, as a spreadsheet shows them."""

from __future__ import annotations


def reference(row: int, column: int) -> str:
    """The name of a cell.

    >>> reference(1048575, 16383)
    'XFD1048576'
    """
    return f"{letters(column)}{row + 1}"


def letters(column: int) -> str:
    """The name of a column in a spreadsheet.

    >>> letters(0), letters(26)
    ('A', 'AA')
    """
    found, column = "", column + 1
    while column:
        column, digit = divmod(column - 1, 26)
        found = chr(65 + digit) + found
    return found
