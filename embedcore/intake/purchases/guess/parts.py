"""Which column of purchases is what, by its values first and its name second."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from embedcore.intake.columns.dates import dated
from embedcore.intake.columns.facts import ROLE_OF
from embedcore.intake.columns.number_cells import has_currency
from embedcore.intake.columns.numbers import codes, numbers
from embedcore.intake.columns.times import counter_column, part_of_date
from embedcore.intake.columns.vocabulary import (
    ATTRIBUTES,
    EVENTS,
    IDS,
    LINE_TOTALS,
    PLACES,
    PURCHASES,
    STATES,
    fold,
    table,
    word_set,
    words_of,
)
from embedcore.intake.purchases.screening.words import truth_of

_PART_OF = table(PURCHASES)
_ELSE = word_set(PLACES) | word_set(ATTRIBUTES)
_NOT_ITEMS = ("category", "brand", "description", "image", "ignore")
_STATES, _EVENTS, _TOTALS = word_set(STATES), word_set(EVENTS), word_set(LINE_TOTALS)
_TAXES = word_set("tax taxes")
_BACK = word_set("refunded returned cancelled canceled stock returns retour storno")
_UNIT_PRICE = word_set(
    "price pu einzelpreis preis prix precio prezzo preço prijs pris cena цена fiyat 单价 價格 价格 単価 価格 단가"
)
ELSE = "else"  # a name that says that a column is no part of a purchase, such as a place
# Chosen by hand: shares of the rows, and how large a quantity and how many different ones may be.
_MOST, _HALF = 0.9, 0.5
_EPOCH = r"(?:9\d{8}|1\d{9}(?:\d{3})?)(?:\.0+)?"  # seconds or milliseconds since 1970, from 1998 on
_OLD_EPOCH = r"8[2-9]\d{7}|9\d{8}"
_DATES, _NOT_NUMBERS = 0.8, 0.2  # of a column: readable dates at least, cells that are no numbers at most
_CENTS = 0.2  # of the numbers of a column, those with decimals, from which they are amounts
_PIECES, _SEVERAL = 1000, 50
_GROUPED = 1.2  # runs of equal values, for each different one, up to which a column stands in blocks
_SAME = 0.98  # of the rows of a block, those with the same customer
_LOSS = 0.1  # share of the rows that may lack a value where another column has them all


def named(name: str) -> str | None:
    """What the name of a column says: product_price is a price, order_date a time, product_id a product, order_city
    something else.

    >>> named("Prix unitaire"), named("Номер заказа"), named("客户编号"), named("City")
    ('price', 'basket', 'customer', 'else')
    """
    words = words_of(name)
    parts = [_PART_OF[w] for w in words if w in _PART_OF]
    if words[:2] == ("number", "of"):
        return "quantity" if "item" in parts else ELSE
    if "id" in words or (IDS & set(words) and not {"time", "price"} & set(parts)):
        strong = [p for p in parts if p in ("item", "basket", "customer")]
        if strong:
            return strong[0]
        if "id" in words or words[-1] in IDS:
            return ELSE if _ELSE & set(words) else None
    for part in ("quantity", "price", "time", "status", "event", "rating"):
        if part in parts and not (part == "price" and "quantity" in parts):
            elsewhere = _ELSE - _TAXES if _UNIT_PRICE & set(words) else _ELSE  # the price with or without taxes
            return ELSE if part in ("quantity", "price") and elsewhere & set(words) else part
    if _ELSE & set(words) or any(ROLE_OF.get(w) in _NOT_ITEMS for w in words if w not in _PART_OF):
        return ELSE
    return parts[-1] if parts else None


_UNNAMED = re.compile(r"column \d+")  # as columns without a name in the file are called


@dataclass(frozen=True, eq=False)
class Look:
    """A column of purchases, by its first rows (missing values are NaN)."""

    column: str
    cells: pd.Series
    named: str | None

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of its name."""
        return words_of(self.column)

    @cached_property
    def there(self) -> pd.Series:
        """The cells that are not missing."""
        return self.cells.dropna()

    @cached_property
    def filled(self) -> float:
        """Share of the rows with a value."""
        return len(self.there) / max(len(self.cells), 1)

    @cached_property
    def distinct(self) -> int:
        """How many different values there are."""
        return int(self.there.nunique())

    @cached_property
    def unique(self) -> float:
        """Share of different values."""
        return self.distinct / max(len(self.there), 1)

    @cached_property
    def values(self) -> np.ndarray:
        """The numbers in it; what is none is NaN."""
        return numbers(self.there)[0]

    @cached_property
    def numeric(self) -> float:
        """Share of the values that are numbers."""
        return float((~np.isnan(self.values)).mean()) if len(self.there) else 0.0

    @cached_property
    def amounts(self) -> bool:
        """Whether it holds money or other measured amounts, which name nothing."""
        if self.numeric < _MOST:
            return False
        good = self.values[~np.isnan(self.values)]
        texts = self.there.head(200)
        cents = float((good % 1 != 0).mean()) > _CENTS or float(texts.str.contains(r"\d[.,]\d\d\D*\Z").mean()) > _MOST
        return cents or (float(np.mean([has_currency(t) for t in texts])) > _HALF and not codes(list(texts)))

    @cached_property
    def pieces(self) -> bool:
        """Whether it holds small whole numbers, most of them 1 and none 0, which is a mark."""
        good = self.values
        whole = len(good) > 0 and not np.isnan(good).any() and bool((good % 1 == 0).all())
        if not whole or (good == 0).any() or np.abs(good).max() > _PIECES or not 1 < self.distinct <= _SEVERAL:
            return False
        values, times = np.unique(good, return_counts=True)
        return bool(values[times.argmax()] == 1)

    @cached_property
    def stars(self) -> bool:
        """Whether it holds ratings: few whole or half numbers up to 5 or 10, most of them not 1."""
        good = self.values
        if not len(good) or np.isnan(good).any() or not 3 <= self.distinct <= 20 or self.pieces:
            return False
        return bool((good * 2 % 1 == 0).all() and good.min() >= 0 and good.max() in (5, 10))

    @cached_property
    def runs(self) -> int:
        """How many blocks of equal values there are."""
        there = self.there.to_numpy(object)
        return int((there[1:] != there[:-1]).sum()) + 1 if len(there) else 0

    @cached_property
    def grouped(self) -> bool:
        """Whether equal values stand together, row below row."""
        return self.distinct > 1 and self.unique < _MOST and self.runs <= _GROUPED * self.distinct

    @cached_property
    def mails(self) -> bool:
        """Whether it holds e-mail addresses."""
        return bool(len(self.there)) and float(self.there.head(200).str.contains(r"\S@\S+\.\S").mean()) > _MOST

    def holds(self, words: Collection[str]) -> float:
        """Share of the different values, of at most _SEVERAL, that are among some words."""
        if not 1 < self.distinct <= _SEVERAL:
            return 0.0
        return float(np.mean([fold(v).replace(" ", "_") in words or fold(v) in words for v in self.there.unique()]))


def looks(some: pd.DataFrame) -> dict[str, Look]:
    """A look at each column of the first rows of a table, cleaned."""
    return {str(c): Look(str(c), some[c], named(str(c))) for c in some.columns}


def time_of(found: Mapping[str, Look], taken: Collection[str] = ()) -> str | None:
    """The column of real dates, a full one before one that is partly empty, one with a time of day before one
    without."""
    best, score = None, 0.0
    rated = any(look.stars for look in found.values())
    for column, look in found.items():
        cells = look.there.head(200)
        is_named = look.named == "time"
        # Where columns have no names, or are called a, b and c, seconds since 1970 are a time.
        nameless = bool(_UNNAMED.fullmatch(column)) or (look.named is None and len(column) <= 2)
        epoch = nameless and len(cells) > 0 and bool(cells.str.fullmatch(_EPOCH).all())
        # Ratings are older than most shops: theirs may be of 1996 and 1997.
        epoch = epoch or (nameless and rated and len(cells) > 0 and bool(cells.str.fullmatch(_OLD_EPOCH).all()))
        dated_text = epoch or cells.str.contains(r"[-/.:年년]|\d\s*[^\W\d_]{3}").all()
        if column in taken or not len(cells) or not (is_named or dated_text):
            continue
        share = dated(cells, serials=is_named or epoch)
        points = share + 0.5 * is_named + 0.2 * float(cells.str.contains(":").mean()) + 2 * (look.filled > _HALF)
        if share > _DATES and points > score:
            best, score = column, points
    return best or counter_column({c: look.there for c, look in found.items() if c not in taken})


def item_of(found: Mapping[str, Look], shares: Mapping[str, float], taken: Collection[str]) -> str | None:
    """The column of products. shares: of the values of each column, those that are products of the catalogue."""
    free = [look for c, look in found.items() if c not in taken]
    named_item = [look for look in free if look.named == "item"]
    best = max(free, key=lambda f: (shares[f.column] > 0.1 and f.named == "item", shares[f.column]), default=None)
    if best is not None and shares[best.column] > 0.1:
        return best.column
    if chosen := best_item(named_item):
        return chosen.column
    # What all lines of an order share is no product.
    orders = [look for look in free if look.named == "basket" and look.grouped]
    vary = [look for look in free if not any(_one_each(order, look) for order in orders)] or free
    rest = [look for look in vary if look.named is None] or [look for look in vary if look.named == ELSE]
    rest = rest or [look for look in free if look.named is None]
    if len(rest) > 1:
        rest = [f for f in rest if f.distinct > 1 and not (f.amounts or f.pieces or f.stars)] or rest
    # Receipts come in runs of equal values, products do not.
    return max(rest, key=lambda f: f.runs, default=Look("", pd.Series(dtype="str"), None)).column or None


def best_item(items: list[Look]) -> Look | None:
    """Of the columns named as products: ids before names, but not when many rows lack them, nor numbers of lines."""

    def rank(look: Look) -> tuple[bool, bool, bool, bool]:
        fit = not (look.amounts or look.distinct <= 1 or look.pieces)
        return look.filled > full - _LOSS, fit, not look.grouped, _coded(look)

    full = max((look.filled for look in items), default=0.0)
    return max(items, key=rank, default=None)


def _coded(look: Look) -> bool:
    return bool(IDS & set(look.words))


def may_be_basket(look: Look) -> bool:
    """Whether a column can say which lines were bought together: no amounts, not mostly empty, not always the same, no
    yes and no."""
    if look.distinct <= 2 and all(truth_of(str(v)) is not None and not str(v).isdigit() for v in look.there.unique()):
        return False
    return look.distinct > 1 and look.filled > _HALF and not look.amounts and not look.stars


def baskets_of(found: Mapping[str, Look], taken: Collection[str], customer: str | None, time: str | None) -> list[str]:
    """The columns that may be the basket, best first: those named so, then those whose values stand in blocks of one
    customer and one time."""
    free = [look for c, look in found.items() if c not in taken and may_be_basket(look)]
    by_name = [look for look in free if look.named == "basket"]
    by_name.sort(key=lambda f: (f.unique > _SAME, id_rank(f.words)))
    blocks = [look for look in free if look.named in (None, "item") and look.grouped and not look.mails]
    blocks = [f for f in blocks if all(_one_each(f, found[c]) for c in (customer, time) if c is not None)]
    people = found[customer].distinct if customer is not None else 0
    blocks = [f for f in blocks if f.distinct > people * 1.02]
    blocks.sort(key=lambda f: (f.named == "item", -f.distinct))
    return [look.column for look in (*by_name, *blocks)]


def customer_of(found: Mapping[str, Look], taken: Collection[str]) -> str | None:
    """The column of customers: named so, or of e-mail addresses."""
    free = [look for c, look in found.items() if c not in taken and look.distinct > 1 and not look.amounts]
    by_name = [look for look in free if look.named == "customer" and look.filled > _LOSS]
    by_name = by_name or [look for look in free if look.mails]
    best = min(by_name, key=lambda f: (id_rank(f.words), not f.filled > _HALF), default=None)
    return best.column if best is not None else None


def id_rank(words: tuple[str, ...]) -> int:
    """order_id before order_number before add_to_cart_order."""
    first = ("id", "no", "nr", "number", "code", "key")
    return min((first.index(w) if w in first else 6 for w in words if w in IDS), default=9)


def _one_each(block: Look, other: Look) -> bool:
    """Whether nearly every row has what the first row of its block has in another column."""
    both = pd.DataFrame({"block": block.cells, "other": other.cells}).dropna()
    first = both.groupby("block")["other"].transform("first")
    return len(both) == 0 or float((both["other"] == first).mean()) > _SAME


def quantity_of(found: Mapping[str, Look], taken: Collection[str]) -> str | None:
    """The column of pieces: named so, or small whole numbers, most of them 1."""
    free = [look for c, look in found.items() if c not in taken]
    by_name = [f for f in free if f.named == "quantity" and len(f.there) and f.numeric > 1 - _NOT_NUMBERS]
    by_name.sort(key=lambda f: bool(_BACK & set(f.words)))
    by_value = [f for f in free if f.named is None and f.pieces and f.filled > _MOST and not part_of_date(f.column)]
    return next((f.column for f in (*by_name, *by_value)), None)


def price_of(found: Mapping[str, Look], taken: Collection[str], basket: str | None) -> str | None:
    """The column of the money of each line: named so, the price of one piece first, or amounts."""
    free = [look for c, look in found.items() if c not in taken]
    by_name = [f for f in free if f.named == "price" and len(f.there) and f.numeric > 1 - _NOT_NUMBERS]
    if basket is not None:
        by_name = [f for f in by_name if not (_TOTALS & set(f.words) and _of_whole(found[basket], f))]
    rank = {"price": 0, "value": 1, "sales": 2, "amount": 3}
    by_name.sort(
        key=lambda f: min(
            (0 if w in _UNIT_PRICE else rank.get(w, 8 if w in _TOTALS else 5) for w in f.words if w in _PART_OF),
            default=9,
        )
    )
    by_value = [f for f in free if f.named is None and f.amounts and f.filled > _MOST]
    return next((f.column for f in (*by_name, *by_value)), None)


def _of_whole(basket: Look, amount: Look) -> bool:
    """Whether an amount is that of the whole basket: one for all its lines, or in the first line only."""
    return amount.filled < _HALF or (basket.grouped and _one_each(basket, amount))


def other_of(found: Mapping[str, Look], part: str, taken: Collection[str]) -> str | None:
    """The column of status, event or rating: by its values where they are words for it, or by its name."""
    free = [look for c, look in found.items() if c not in taken and len(look.there)]
    if part == "rating":
        good = [f for f in free if f.named == part and f.numeric > _MOST]
        return next((f.column for f in good or [f for f in free if f.named is None and f.stars]), None)
    words = _STATES if part == "status" else _EVENTS
    fit = [(f.holds(words) + (f.named == part), f) for f in free if f.distinct <= _SEVERAL and f.named in (part, None)]
    best = max(fit, key=lambda two: two[0], default=None)
    return best[1].column if best is not None and best[0] >= _HALF else None
