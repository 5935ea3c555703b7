"""What a column of text looks like: how many values, and whether they are numbers, dates, amounts, links, codes."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from embedcore.intake.columns import dates
from embedcore.intake.columns.missing import values_among
from embedcore.intake.columns.number_cells import NumberFormat, has_currency
from embedcore.intake.columns.numbers import DECIDE, codes, number_format, numbers
from embedcore.intake.columns.values import clean
from embedcore.intake.columns.vocabulary import CATALOGUE, HEAD_FIRST, table, words_of

SAMPLE = 20_000  # different values of a column that are looked at
SAMPLES_SHOWN = 5
ROLE_OF = table(CATALOGUE)
_PROBE = 500  # different values that are looked at one by one
_UNIT = re.compile(r"\s*[-+]?\d[\d.,'’ \u00a0\u202f]*([^\d\s][^\d]{0,9})\Z")  # 12元, 500 ml, 1,5 l
_AMOUNT = 40  # characters of an amount with its words at most; chosen by hand
_UNITS = 3  # different words behind the numbers of one column, at most; chosen by hand

_DIGITS = 0.4  # share of the texts with a digit below which they need not be read as numbers to see that they are none


@dataclass(frozen=True, eq=False)
class Facts:
    """What a column looks like; shares are of its values that are not missing. mixed: of the cells, those with a text
    between numbers, but for the commonest one, which may be a way to write nothing."""

    column: str
    name: str
    words: tuple[str, ...]
    rows: int
    missing: int
    distinct: int
    samples: tuple[str, ...]
    numeric: float
    odd_texts: int
    whole: bool
    money: float
    dated: float
    length: float
    spaces: float
    links: float
    pictures: float
    counting: bool
    units: float
    letters: float
    mixed: float

    @property
    def there(self) -> int:
        """How many values there are."""
        return self.rows - self.missing

    @property
    def unique(self) -> float:
        """Share of different values, 0..1."""
        return self.distinct / max(self.there, 1)

    @property
    def lost(self) -> int:
        """Rows that would be left out if this were the id: without a value, or with that of an earlier row."""
        return self.rows - self.distinct

    @cached_property
    def roles(self) -> tuple[str, ...]:
        """What the words of its name say, in their order."""
        return tuple(ROLE_OF[w] for w in self.words if w in ROLE_OF)

    @cached_property
    def named(self) -> str | None:
        """The role that its name suggests."""
        return named_role(self.words)


def named_role(words: tuple[str, ...]) -> str | None:
    """The role that the words of a name suggest, by the last known one: brand_name is a brand; prix de référence is a
    price, where the thing itself comes first.

    >>> named_role(("brand", "name")), named_role(("prix", "de", "reference")), named_role(("shape", "id"))
    ('brand', 'price', 'id')
    """
    known = [w for w in words if ROLE_OF.get(w, "product") not in ("product", "parent")]
    if not known:
        return "title" if any(ROLE_OF.get(w) == "product" for w in words) else None
    if known[0] in HEAD_FIRST:
        return ROLE_OF[known[0]]
    if len(known) > 1 and ROLE_OF.get(words[-1]) == "title":
        known.pop()
    return ROLE_OF[known[-1]]


def facts(column: str, s: pd.Series) -> Facts:
    """Look at a column of text.

    >>> f = facts("Prix", pd.Series(["12 €", "15 €", None], dtype="str"))
    >>> f.named, f.money, f.missing, f.lost
    ('price', 1.0, 1, 1)
    """
    s = clean(s, keep=values_among(column, s.astype("str").str.strip()))
    there = s.dropna()
    values = pd.Series(there.unique())
    some = values if len(values) <= SAMPLE else values.sample(SAMPLE, random_state=0)
    n = max(len(some), 1)
    # Most values of a column of numbers are short: long texts are not looked through for amounts.
    short = len(some) > 0 and float(some.str.len().median()) <= _AMOUNT
    some_digits = short and some.str.contains(r"\d").mean() >= _DIGITS
    words = words_of(column)
    value, bad = np.full(len(some), np.nan), np.ones(len(some), bool)
    if some_digits:
        value, bad = numbers(some, _format(words, some))
    good = value[~np.isnan(value)]
    plain = some.str.fullmatch(r"[-+]?\d+(?:\.0+)?").astype(bool)
    dated = 0.0
    probe = some.head(_PROBE)
    if len(probe) and probe.str.contains(r"\d").mean() > 0.8:
        dated = dates.dated(probe)
    numeric = 1 - float(bad.sum()) / n if len(some) else 0.0
    counting = len(good) == len(some) == len(there) > 1 and bool((np.diff(pd.to_numeric(there, "coerce")) == 1).all())
    return Facts(
        column,
        "_".join(words),
        words,
        len(s),
        int(s.isna().sum()),
        len(values),
        tuple(str(v) for v in values.head(SAMPLES_SHOWN)),
        numeric,
        int(bad.sum()),
        bool(len(some)) and bool(plain.all()),
        float(np.mean([has_currency(v) for v in probe])) if len(probe) else 0.0,
        dated,
        float(some.str.len().mean()) if len(some) else 0.0,
        float(some.str.contains(" ", regex=False).mean()) if len(some) else 0.0,
        float(probe.str.match(r"(?:https?:)?//|www\.").mean()) if len(probe) else 0.0,
        float(probe.str.contains(r"\.(?:jpe?g|png|webp|gif)(?:\?|\Z)", case=False).mean()) if len(probe) else 0.0,
        counting,
        _with_units(list(probe)),
        float(probe.str.contains(r"[^\W\d_]").mean()) if len(probe) else 0.0,
        _mixed(there, some[bad]) if 0 < bad.sum() < n else 0.0,
    )


def _mixed(cells: pd.Series, odd: pd.Series) -> float:
    """Share of the cells with one of these texts, but for the commonest of them."""
    times = cells[cells.isin(odd)].value_counts()
    return float(times.iloc[1:].sum()) / len(cells)


def _format(words: tuple[str, ...], some: pd.Series) -> NumberFormat:
    """How numbers are written: “10 - 15” is a range in a column of prices, and a size elsewhere."""
    texts = [str(v) for v in some.head(DECIDE)]
    priced = any(ROLE_OF.get(w) == "price" for w in words) and not codes(texts)
    return number_format(texts, "price" if priced else "")


def _with_units(texts: list[str]) -> float:
    """Share of texts that are a number with the same short word behind it."""
    behind = Counter(m[1].strip().casefold() for t in texts if (m := _UNIT.match(t)))
    return sum(times for _, times in behind.most_common(_UNITS)) / max(len(texts), 1)
