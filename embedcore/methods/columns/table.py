"""The catalogue as numbers: read the same way by every method that learns from columns, for known and new products."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from embedcore.data import Dataset, split_tags, words_in
from embedcore.errors import NeedsError

CATEGORIES = ("category", "brand")
NUMBERS = ("price", "number", "date")
WORDS = ("title", "description", "text")
TAGS = ("tags",)
_HUGE = 1e150  # larger numbers have no square
_SKEWED = 2.0  # skewness above which a column of positive numbers is read on a logarithmic scale
WIDE = 100  # columns above which a method does less for each, so that its work does not grow with them
_COMMON = 0.5  # share of different values in a category column above which it tells products apart, not kinds


@dataclass(frozen=True)
class Category:
    """A column of values. values: the different ones, most frequent first (ties by name); code 0 stands for missing
    or never seen, value n has code n + 1. counts: rows of each value."""

    name: str
    values: tuple[str, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Number:
    """A column of numbers. log: read as log1p. mean, std: of what is known (after the log)."""

    name: str
    log: bool
    mean: float
    std: float


@dataclass(frozen=True)
class Words:
    """A column of text. words: the vocabulary, most frequent first, lower case. counts: rows that hold each. tags: it
    is a column of sets, and the words are their values as they are written."""

    name: str
    words: tuple[str, ...]
    counts: tuple[int, ...]
    tags: bool = False

    @property
    def cut(self) -> Callable[[str], list[str]]:
        """Takes a cell apart."""
        return split_tags if self.tags else tokens


@dataclass(frozen=True, eq=False)
class Encoded:
    """Rows as numbers, n = len(Dataset.items).

    categories: (n, C) int32 codes, 0 = missing or unknown. numbers: (n, N) float32 standardised, NaN = missing.
    words: for each text column (indptr (n+1,) int64, codes int32): the known words of a row, each once.

    >>> import pandas as pd
    >>> from embedcore.data import Catalogue
    >>> frame = pd.DataFrame({"id": ["a", "b", "c"], "colour": ["red", "red", "blue"], "price": [1.0, 2.0, 3.0]})
    >>> shop = Dataset.build("shop", Catalogue(frame, {"id": "id", "colour": "category", "price": "price"}))
    >>> encoded = TableEncoder.of(shop).encode(shop)
    >>> encoded.categories.ravel().tolist(), encoded.numbers.round(1).ravel().tolist()
    ([1, 1, 2], [-1.2000000476837158, 0.0, 1.2000000476837158])
    """

    categories: np.ndarray
    numbers: np.ndarray
    words: tuple[tuple[np.ndarray, np.ndarray], ...]

    @property
    def known(self) -> np.ndarray:
        """(n,) bool: rows of which at least one cell says something."""
        some = (self.categories > 0).any(1) | np.isfinite(self.numbers).any(1)
        for indptr, _ in self.words:
            some |= np.diff(indptr) > 0
        return np.asarray(some)


@dataclass(frozen=True)
class TableEncoder:
    """What was learned from the columns of one catalogue; `encode` reads any dataset with it.

    >>> import pandas as pd
    >>> from embedcore.data import Catalogue
    >>> frame = pd.DataFrame({"id": ["a", "b", "c"], "colour": ["red", "red", "blue"], "price": [1.0, 2.0, 3.0]})
    >>> shop = Dataset.build("shop", Catalogue(frame, {"id": "id", "colour": "category", "price": "price"}))
    >>> TableEncoder.of(shop, exclude=["price"]).used
    ('colour',)
    """

    categories: tuple[Category, ...]
    numbers: tuple[Number, ...]
    words: tuple[Words, ...]
    left_out: tuple[tuple[str, str], ...] = ()  # (column, why it is not used)

    @classmethod
    def of(
        cls,
        dataset: Dataset,
        exclude: Iterable[str] = (),
        rows: np.ndarray | None = None,
        min_word: int = 2,
        max_words: int = 20_000,
    ) -> TableEncoder:
        """Read the vocabulary, means and spreads of `dataset` (of its positions `rows` only, when given).

        exclude: columns not to use. min_word: in how many rows a word must stand. Columns that are constant, empty or
        different in every row are left out, with the reason. NeedsError when no column is left."""
        hidden, out = set(exclude), []
        found: dict[str, list[Any]] = {"categories": [], "numbers": [], "words": []}
        roles = dataset.catalogue.roles if dataset.catalogue is not None else {}
        for name, role in roles.items():
            if name in hidden or role not in (*CATEGORIES, *NUMBERS, *WORDS, *TAGS):
                continue
            cells = dataset.column(name)
            cells = cells.iloc[: dataset.n_catalogue] if rows is None else cells.iloc[rows]
            kind = _kind(cells, role)
            if kind == "number":
                number = _number(name, numeric(cells))
                found["numbers"] += [number] if number else []
                out += [] if number else [(name, "it is empty or the same everywhere")]
            elif kind == "category":
                counts = cells.dropna().astype(str).value_counts()
                order = sorted(zip(-counts.to_numpy(), counts.index, strict=True))
                if len(order) < 1 or (len(order) == 1 and not cells.isna().any()):
                    out.append((name, "it is empty or the same everywhere"))
                else:
                    values = tuple(str(v) for _, v in order)
                    found["categories"].append(Category(name, values, tuple(int(-c) for c, _ in order)))
            else:
                words = _vocabulary(name, cells, 1 if role in TAGS else min_word, max_words, tags=role in TAGS)
                found["words"] += [words] if words.words else []
                out += [] if words.words else [(name, "no word stands in two products")]
        table = cls(tuple(found["categories"]), tuple(found["numbers"]), tuple(found["words"]), tuple(out))
        if not (table.categories or table.numbers or table.words):
            raise NeedsError(
                "No column of this catalogue says anything that products share: all are empty, the same everywhere or "
                "left out.",
                "Mark columns as category, number or text on the Data page.",
            )
        return table

    @property
    def used(self) -> tuple[str, ...]:
        """Names of the columns that are read: categories, numbers, texts."""
        return (*(c.name for c in self.categories), *(x.name for x in self.numbers), *(w.name for w in self.words))

    @property
    def wide(self) -> bool:
        """Whether there are so many columns that methods save work on each."""
        return len(self.used) > WIDE

    def encode(self, dataset: Dataset) -> Encoded:
        """The products of `dataset` as numbers. Columns it does not have count as missing."""
        n = len(dataset)
        has = set(dataset.catalogue.roles) if dataset.catalogue is not None else set()
        codes = np.zeros((n, len(self.categories)), np.int32)
        for j, c in enumerate(self.categories):
            if c.name in has:
                codes[:, j] = _known(c.values, _text(dataset.column(c.name))) + 1
        words = []
        for w in self.words:
            cells = _text(dataset.column(w.name)) if w.name in has else np.full(n, "", object)
            words.append(_lookup(cells, {word: k for k, word in enumerate(w.words)}, w.cut))
        return Encoded(codes, self.standardised(dataset), tuple(words))

    def standardised(self, dataset: Dataset) -> np.ndarray:
        """Encoded.numbers alone."""
        has = set(dataset.catalogue.roles) if dataset.catalogue is not None else set()
        numbers = np.full((len(dataset), len(self.numbers)), np.nan, np.float32)
        for j, x in enumerate(self.numbers):
            if x.name in has:
                v = numeric(dataset.column(x.name))
                v = np.log1p(np.maximum(v, 0)) if x.log else v
                numbers[:, j] = np.clip((v - x.mean) / x.std, -1e4, 1e4)
        return numbers

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> TableEncoder:
        """From what `plain` gave, after a round trip through JSON."""
        return cls(
            tuple(Category(c["name"], tuple(c["values"]), tuple(c["counts"])) for c in plain["categories"]),
            tuple(Number(**x) for x in plain["numbers"]),
            tuple(
                Words(w["name"], tuple(w["words"]), tuple(w["counts"]), w.get("tags", False)) for w in plain["words"]
            ),
            tuple((a, b) for a, b in plain["left_out"]),
        )


def numeric(cells: pd.Series) -> np.ndarray:
    """(n,) float64, NaN where missing; dates as days since 1970.

    >>> numeric(pd.Series(["1.5", "none"])).tolist()
    [1.5, nan]
    """
    if pd.api.types.is_datetime64_any_dtype(cells):
        days = cells.to_numpy("datetime64[s]").astype("int64") / 86400.0
        return np.where(cells.isna().to_numpy(), np.nan, days)
    x = pd.to_numeric(cells, errors="coerce").to_numpy(np.float64)
    return np.where(np.isfinite(x), np.clip(x, -_HUGE, _HUGE), np.nan)


def tokens(text: str) -> list[str]:
    """The different words of a text, lower case, in their order."""
    return list(dict.fromkeys(words_in(text.lower())))


def _kind(cells: pd.Series, role: str) -> str:
    if role in NUMBERS:
        return "number"
    if role in (*WORDS, *TAGS):
        return "words"
    some = cells.dropna()
    # A "category" that names nearly every product says nothing as a value; its words may.
    return "words" if len(some) > 50 and some.nunique() > _COMMON * len(some) else "category"


def _number(name: str, x: np.ndarray) -> Number | None:
    x = x[np.isfinite(x)]
    if len(x) < 2 or x.min() == x.max():
        return None
    spread = x.std()
    log = bool(x.min() >= 0 and (((x - x.mean()) / spread) ** 3).mean() > _SKEWED)
    x = np.log1p(x) if log else x
    return Number(name, log, float(x.mean()), float(max(x.std(), 1e-9)))


def _text(cells: pd.Series) -> np.ndarray:
    return np.asarray(cells.astype(object).where(cells.notna(), "").astype(str).to_numpy(dtype=object))


def _known(values: tuple[str, ...], cells: np.ndarray) -> np.ndarray:
    """Which value each cell is, -1 for none; a new one in other capitals is the known one."""
    found = pd.Index(values).get_indexer(pd.Index(cells))
    new = np.flatnonzero((found < 0) & (cells != ""))
    if len(new):
        folded = {v.casefold(): n for n, v in reversed([*enumerate(values)])}
        found[new] = [folded.get(v.casefold(), -1) for v in cells[new]]
    return found


def _vocabulary(name: str, cells: pd.Series, min_word: int, most: int, *, tags: bool = False) -> Words:
    counts: dict[str, int] = {}
    cut = split_tags if tags else tokens
    # Catalogues say the same thing of many products: each different text is taken apart once.
    codes, texts = pd.factorize(_text(cells))
    for text, rows in zip(texts, np.bincount(codes, minlength=len(texts)).tolist(), strict=True):
        for word in cut(text):
            counts[word] = counts.get(word, 0) + rows
    order = sorted(((-c, w) for w, c in counts.items() if c >= min_word))[:most]
    return Words(name, tuple(w for _, w in order), tuple(-c for c, _ in order), tags)


def _lookup(cells: np.ndarray, known: dict[str, int], cut: Callable[[str], list[str]]) -> tuple[np.ndarray, np.ndarray]:
    codes, texts = pd.factorize(cells)
    found = [np.array([known[w] for w in cut(t) if w in known], np.int32) for t in texts]
    sizes = np.array([len(f) for f in found], np.int64)
    indptr = np.r_[0, np.cumsum(sizes[codes])].astype(np.int64)
    return indptr, np.concatenate([found[c] for c in codes]) if len(codes) else np.empty(0, np.int32)
