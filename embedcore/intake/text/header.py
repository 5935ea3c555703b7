"""Whether a line names the columns, or is the first row: by the values below it first, by the words in it second."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from embedcore.intake.columns.vocabulary import CATALOGUE, PURCHASES, table, words_of
from embedcore.intake.text.swallowed import shape

NUMBER = re.compile(r"[-+(]?[\s$€£¥₹]*\d[\d\s.,'’]*(?:[eE][-+]?\d+)?[\s%$€£¥₹)]*\Z")
DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[ T]\d{1,2}:\d{2}.*)?\Z")
# Chosen by hand: the share of a column's values that must be alike, how many values must be there for their shape to
# count, how many letters a name has at most, and the years that stand above columns.
ALIKE, ENOUGH, LONGEST, YEARS = 0.8, 3, 60, range(1980, 2060)
# How likely a first line is a row at most where its cells count as names; the fewest values for that; and the share of
# them that must have a sign. Chosen by hand.
CHANCE, MANY, SIGNED = 0.05, 10, 0.95
_SIGNS = "/@.:_- "
_KNOWN = frozenset({*table(CATALOGUE), *table(PURCHASES)})
_IDENTIFIER = re.compile(r"[A-Za-z]+\d*(?:_[A-Za-z0-9]+)+\Z|[a-z]+(?:[A-Z][a-z0-9]+)+\Z")


def amount(cell: str) -> bool:
    """Whether a cell is a number or a date."""
    return bool(NUMBER.match(cell.strip()) or DATE.match(cell.strip()))


def counts(cells: Iterable[str]) -> bool:
    """Are these row numbers, 0, 1, 2 or 1, 2, 3?"""
    numbers = [int(c) if c.strip().isdecimal() else -1 for c in cells]
    return numbers[0] in (0, 1) and all(b > a >= 0 for a, b in pairwise(numbers))


def sure(names: Sequence[str], below: Sequence[list[str]]) -> bool:
    """Whether a name stands above a column of numbers or dates, so that it can only be a name."""
    for name, column in zip(names, zip(*below, strict=False), strict=False):
        values = [v.strip() for v in column if v.strip()]
        if name.strip() and not amount(name) and values and sum(map(amount, values)) >= ALIKE * len(values):
            return True
    return False


def is_label_row(cells: Sequence[str], below: Sequence[list[str]]) -> bool:
    """Are these names of columns? Not when they look like the values under them.

    >>> is_label_row(["sku", "2023", "2024"], [["A1", "5", "7"], ["A2", "6", "6"], ["A3", "0", "1"]])
    True
    >>> is_label_row(["A0", "5", "7"], [["A1", "5", "7"], ["A2", "6", "6"], ["A3", "0", "1"]])
    False
    """
    labels = [c.strip() for c in cells]
    filled = [c for c in labels if c]
    if not filled:
        return False
    if not below:
        return not any(map(amount, filled))
    if len(filled) > 1 and all(map(_is_known, filled)):
        return True
    columns = _columns(labels, below)
    if _over_marks(filled, columns):
        return True
    scale = _scale(labels, columns)
    for label, values in zip(labels, columns, strict=False):
        if not label or not values:
            continue
        if not scale and amount(label) and sum(map(amount, values)) >= ALIKE * len(values):
            return False
    if scale:
        return True
    if not sure(labels, below) and any(_alike(c, v) for c, v in zip(labels, columns, strict=False)):
        return False
    # Files put together from several carry the names again further down.
    others = [row for row in below if row != list(cells)]
    everywhere = {v.strip() for row in others for v in row}
    return sum(c in everywhere for c in filled) < 0.5 * len(filled)


def _over_marks(filled: Sequence[str], columns: Sequence[Sequence[str]]) -> bool:
    """Whether different labels, such as numbers of products, stand above columns of one or two marks: 0 and 1."""
    marks = {v for values in columns for v in values}
    enough = len(filled) >= ENOUGH and sum(map(len, columns)) >= MANY * len(filled) / 2
    return enough and len(marks) <= 2 and len(set(filled)) == len(filled) and not marks & set(filled)


def doubtful(cells: Sequence[str], below: Sequence[list[str]]) -> bool:
    """Whether nothing tells that a first line of texts above texts names the columns.

    >>> doubtful(["Mug", "red"], [["Pan", "blue"], ["Cup", "white"]]), doubtful(["Name", "Farbe"], [["Pan", "blue"]])
    (True, False)
    """
    labels = [c.strip() for c in cells]
    if not below or sure(cells, below):
        return False
    as_value = 1.0
    for label, values in zip(labels, _columns(labels, below), strict=False):
        if label and not re.search(r"\d", label) and "9" in _steady_shape(values):
            return False
        as_value *= _chance(label, values) if label else 1.0
    filled = [c for c in labels if c]
    return as_value > CHANCE and 2 * sum(map(_is_known, filled)) < len(filled)


def _chance(label: str, values: Sequence[str]) -> float:
    """How likely a value that is not seen below stands in the first line: by the share of values that are seen once (as
    Good and Turing have it), and by a sign that all values have and the label has not."""
    tally = Counter(values)
    if len(values) < MANY or label in tally:
        return 1.0
    if any(sign not in label and sum(sign in v for v in values) >= SIGNED * len(values) for sign in _SIGNS):
        return CHANCE
    return max(sum(n == 1 for n in tally.values()), 1) / len(values)


def repeated(cells: Sequence[str], below: Sequence[list[str]]) -> bool:
    """Whether a cell comes back in its own column, as a value does and a name does not."""
    columns = _columns([c.strip() for c in cells], [row for row in below if row != list(cells)])
    return any(c.strip() in values for c, values in zip(cells, columns, strict=False) if c.strip())


def _columns(labels: Sequence[str], below: Sequence[list[str]]) -> list[list[str]]:
    """The filled values below each label."""
    whole = [row for row in below if len(row) >= len(labels)]
    return [[v.strip() for v in column if v.strip()] for column in zip(*whole, strict=False)] or [[] for _ in labels]


def _is_known(label: str) -> bool:
    if len(label) > LONGEST:
        return False
    words = words_of(label)
    return bool(_IDENTIFIER.match(label)) or (0 < len(words) <= ENOUGH and bool({words[0], words[-1]} & _KNOWN))


def _steady_shape(values: Sequence[str]) -> str:
    """The shape of nearly all values, "" when there is none."""
    common, times = Counter(map(shape, values)).most_common(1)[0] if len(values) >= ENOUGH else ("", 0)
    return common if times >= ALIKE * len(values) else ""


def _alike(label: str, values: Sequence[str]) -> bool:
    """Whether a label with digits has the shape of the values below it, as SKU-1 above SKU-2."""
    return bool(re.search(r"\d", label)) and not amount(label) and shape(label) == _steady_shape(values)


def _scale(labels: Sequence[str], columns: Sequence[Sequence[str]]) -> bool:
    """Whether numbers above numbers are a scale, as years or stores are: they go up, and another label is a name."""
    found = [c for c in labels if c and amount(c)]
    if not found:
        return False
    texts = [(c, v) for c, v in zip(labels, columns, strict=False) if c and not amount(c)]
    if not any(_is_known(c) or (not re.search(r"\d", c) and "9" in _steady_shape(v)) for c, v in texts):
        return False
    if all(DATE.match(c) for c in found):
        return len(set(found)) == len(found)
    numbers = [int(c) if c.isdecimal() else -1 for c in found]
    if len(numbers) == 1:
        return numbers[0] in YEARS
    as_values = math.prod(_chance(c, v) for c, v in zip(labels, columns, strict=False) if c and amount(c))
    if len(set(numbers)) == len(numbers) and as_values <= CHANCE:
        return True
    return min(numbers) >= 0 and (all(b > a for a, b in pairwise(numbers)) or all(b < a for a, b in pairwise(numbers)))
