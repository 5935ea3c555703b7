"""Options: columns and codes in which the variants of one product differ although their titles do not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from embedcore.data import Dataset
from embedcore.match import texts, words
from embedcore.match.variants.vocabulary import DENSE_NAMES, NAMES, SHORT

# Columns that say where a row is from, when, or what kind of thing it is: copies of one product differ in them, too.
_NEVER = re.compile(
    r"source|shop|store\b|seller|vendor|merchant|supplier|market|channel|handler|haendler|lieferant|quelle|\bsite|url|"
    r"link|domain|warehouse|lager|stock|bestand|status|avail|date|datum|image|picture|bild|currency|country|lang|locale|"
    r"created|updated|quantity|qty|condition|categor|kategor|department|division|section|group|class|collection|\btags?\b|"
    r"rubri|type|typ\b|season|saison|gender|rating|review"
)
_SIZE = re.compile(
    r"(?:x{0,4}|[2-6]x)[sl]|m|one ?size|uni|small|medium|large|(?:eu|uk|us|w|l|gr\.?|t\.?)? ?\d{1,3}(?:[.,/-]\d{1,3})?"
    r"|(?:w\d\d ?/? ?l\d\d)|\d+(?:[.,]\d+)? ?[x×] ?\d+(?:[.,]\d+)?"
    r"|klein|mittel|gross|petit|moyen|grand|left|right|links|rechts"
)
_PART = re.compile(r"[^\W_]+")
_TAIL = re.compile(r"(.*\d)([^\W\d_]{1,4})")
# Chosen by hand.
_MOST = 40  # rows of one title that are compared with each other
_GROUPS, _REUSED = 3, 1.5  # titles in which a column differs; titles that use one of its values
_NAMED, _UNNAMED = 0.1, 0.5  # share of the pairs of one title that differ in a column, if it is an axis
_TWINS = 0.1  # rows with an equal title, for a column without a telling name to count
_KNOWN = 0.7  # share of the values that are sizes, colours or amounts, for a column to need no telling name
_PRICE = 0.1  # log ratio of prices from which one shop means two things
_OWN = 1.2  # titles that use one beginning of a code, if it names the product
_ROOT = 3  # characters of a code that name the product

CODE = "code"  # the name of the ids as an option
MOST_AGREES = 3.0  # log odds at most for pairs that agree in all options


@dataclass(frozen=True, eq=False)
class Option:
    """code: (n,) int32, equal values have equal codes, -1 missing. within: (n,) int32, only rows with the same one (not
    -1) are compared; None: all are."""

    name: str
    code: np.ndarray
    within: np.ndarray | None = None

    def known(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """(m,) bool: both have a value, and the values can be compared."""
        out = (self.code[a] >= 0) & (self.code[b] >= 0)
        if self.within is not None:
            out &= (self.within[a] == self.within[b]) & (self.within[a] >= 0)
        return np.asarray(out)

    def differs(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """(m,) bool."""
        return np.asarray(self.known(a, b) & (self.code[a] != self.code[b]))


@dataclass(frozen=True, eq=False)
class Options:
    """The options of a catalogue, each with what agreeing in it says. parent: (n,) int32 code of the product of which a
    row is a variant, -1 none; None without a column of parents. others: the columns that are no options. price: (n,)
    NaN where there is none."""

    columns: list[Option]
    agrees: list[float]
    parent: np.ndarray | None
    others: list[Option]
    price: np.ndarray | None

    def priced(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """(m,) bool: prices that are more than _PRICE apart."""
        if self.price is None:
            return np.zeros(len(a), bool)
        with np.errstate(invalid="ignore"):
            return np.asarray(np.abs(np.log(self.price[a] / self.price[b])) > _PRICE)

    def copied(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """(m,) float: the rows have the same in every other column that both fill; half, when that is one column."""
        filled, differs = np.zeros(len(a)), np.zeros(len(a), bool)
        for column in self.others:
            known = column.known(a, b)
            filled += known
            differs |= known & (column.code[a] != column.code[b])
        return np.asarray(np.where(differs, 0, np.minimum(filled, 2) / 2))

    def apart(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """(m,) bool: the rows differ in an option, or are variants of one parent."""
        out = np.zeros(len(a), bool)
        for option in self.columns:
            out |= option.differs(a, b)
        return np.asarray(out | self.siblings(a, b))

    def siblings(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """(m,) bool: variants of one parent."""
        if self.parent is None:
            return np.zeros(len(a), bool)
        return np.asarray((self.parent[a] == self.parent[b]) & (self.parent[a] >= 0))

    def features(self, a: np.ndarray, b: np.ndarray) -> dict[str, np.ndarray]:
        """{feature: (m,) float32} of the pairs (a[i], b[i]); variants of one parent differ twice."""
        agrees, apart = np.zeros(len(a)), self.apart(a, b)
        for option, worth in zip(self.columns, self.agrees, strict=True):
            if worth:
                agrees += np.where(option.known(a, b), worth, 0)
        return {
            "option_differs": (apart * (1.0 + self.siblings(a, b))).astype(np.float32),
            "option_agrees": np.where(apart, 0, np.minimum(agrees, MOST_AGREES)).astype(np.float32),
        }


def read(
    dataset: Dataset,
    told: list[str],
    source: str | None,
    codes: np.ndarray | None,
    catalogue: texts.CatalogueTexts,
    pairs: tuple[np.ndarray, np.ndarray],
) -> Options:
    """The columns and codes in which rows of one title differ. told: columns that the titles tell (they are weighed by
    their own evidence). codes: (n,) what each row is called in the file. catalogue: of the same rows. pairs: (a, b),
    from which is read how often copies agree by chance."""
    (a, b), n = pairs, dataset.n_catalogue
    title = _titles(dataset, source)
    group = pd.factorize(np.array([" ".join(sorted(words.words(t))) for t in title], object))[0]
    group = np.where(np.array([bool(t) for t in title], bool), group, -1)
    p, q = _twins(group)
    found: list[Option] = []
    open_ = np.ones(len(p), bool)
    for named, option in _columns(dataset, told, source, n):
        if _is_axis(option, group, p, q, open_, named=named):
            found.append(option)
            open_ &= ~option.differs(p, q)
    for name, values in _coded(dataset, codes, source, n):
        coded = _code(name, values, group)
        if coded is not None and (coded.differs(p, q) & open_).any():
            found.append(coded)
            open_ &= ~coded.differs(p, q)
    agrees = []
    for option in found:
        known = option.known(a, b)
        share = (known & ~option.differs(a, b)).sum() / max(known.sum(), 1)
        agrees.append(float(-np.log(np.clip(share, 1e-3, 1))))
    others = _others(dataset, {*told, *(o.name for o in found)}, source, catalogue)
    return Options(found, agrees, _parents(dataset, {o.name for o in found}, n), others, catalogue.price)


def is_named(column: str) -> bool:
    """Whether a column is called as shops call an option."""
    label = texts.fold(column)
    return bool(DENSE_NAMES.search(label)) or any(w in NAMES for w in re.findall(r"[^\W_]+", label.replace("_", " ")))


def _titles(dataset: Dataset, source: str | None) -> np.ndarray:
    columns = dataset.columns("title") or texts.columns_of(dataset, source).title
    cells = [dataset.column(c)[: dataset.n_catalogue] for c in columns]
    some = [c.astype(object).where(c.notna(), "").astype(str) for c in cells]
    return np.array([texts.fold(" ".join(parts)).strip() for parts in zip(*some, strict=True)], object)


def _twins(group: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All pairs of rows with one title, of the first _MOST rows of each."""
    rows = np.argsort(group, kind="stable")
    rows = rows[group[rows] >= 0]
    of = group[rows]
    first = np.r_[True, of[1:] != of[:-1]] if len(of) else np.zeros(0, bool)
    rank = np.arange(len(of)) - np.maximum.accumulate(np.where(first, np.arange(len(of)), 0)) if len(of) else of
    left, right = [], []
    for step in range(1, min(_MOST, int(rank.max(initial=0)) + 1)):
        later = np.flatnonzero((rank >= step) & (rank < _MOST))
        left.append(rows[later - step])
        right.append(rows[later])
    empty = np.zeros(0, np.int64)
    return (np.concatenate(left), np.concatenate(right)) if left else (empty, empty)


def _columns(dataset: Dataset, told: list[str], source: str | None, n: int) -> list[tuple[bool, Option]]:
    """(whether its name or its values tell that it is an option, the column), those first."""
    taken = texts.columns_of(dataset, source)
    out = []
    for name in dataset.columns("category", "text", "number", "tags"):
        if name == source or name in (*told, *taken.title, *taken.brand, *taken.currency, *taken.price):
            continue
        named = is_named(name)
        if _NEVER.search(texts.fold(name).replace("_", " ")) or (name in taken.description and not named):
            named = named and name in taken.description
            if not named:
                continue
        code, values = _factorized(dataset, name, n)
        named = named or (len(values) > 1 and float(np.mean([_is_option(v) for v in values])) >= _KNOWN)
        if named or name not in dataset.columns("number"):
            out.append((named, Option(name, code)))
    return sorted(out, key=lambda o: not o[0])


def _factorized(dataset: Dataset, name: str, n: int) -> tuple[np.ndarray, list[str]]:
    """(code of each row, -1 missing; the values)."""
    cells = dataset.column(name)[:n]
    some = cells.astype(object).where(cells.notna(), "").astype(str)
    code, values = pd.factorize(np.array([" ".join(texts.fold(t).split()) for t in some], object))
    kept = np.array([bool(v) for v in values], bool)
    return np.where(kept[code], code, -1).astype(np.int32) if len(values) else code, [v for v in values if v]


def _is_option(value: str) -> bool:
    """A size, a colour or an amount."""
    parts = words.words(value)
    measured = words.MEASURE.sub("", value).strip() == "" and bool(words.MEASURE.search(value))
    return measured or bool(_SIZE.fullmatch(value)) or (bool(parts) and any(w in words.COLOURS for w in parts))


def is_option_size(value: str) -> bool:
    """Whether a folded value is a size: s, xl, 42, 90x200."""
    return bool(_SIZE.fullmatch(value))


def _is_axis(
    option: Option, group: np.ndarray, p: np.ndarray, q: np.ndarray, open_: np.ndarray, *, named: bool
) -> bool:
    """Whether rows of one title differ in it as variants do: often, and in values that other products use, too."""
    differs, known = option.differs(p, q) & open_, option.known(p, q) & open_
    titles = len(np.unique(group[p[differs]]))
    share = differs.sum() / max(known.sum(), 1)
    if not titles:
        return False
    if named:
        return bool(share >= _NAMED)
    inside = np.zeros(len(group), bool)
    inside[np.r_[p, q]] = True
    at = inside & (option.code >= 0)
    used = np.unique(option.code[at].astype(np.int64) * (group.max() + 2) + group[at])
    reused = len(used) / max(len(np.unique(option.code[at])), 1)
    return bool(titles >= _GROUPS and reused >= _REUSED and share >= _UNNAMED and inside.mean() >= _TWINS)


def _coded(dataset: Dataset, codes: np.ndarray | None, source: str | None, n: int) -> list[tuple[str, np.ndarray]]:
    """(name, values) of what numbers the rows: the ids and columns of codes."""
    given = dataset.items[:n] if codes is None else codes
    out = [(CODE, np.array([texts.fold(str(v)) for v in given], object))]
    for name in dataset.columns("text", "category", "parent"):
        if name == source:
            continue
        cells = dataset.column(name)[:n]
        values = cells.astype(object).where(cells.notna(), "").astype(str)
        some = [v for v in values if v]
        if len(some) > 1 and len(set(some)) >= 0.8 * len(some) and not any(" " in v.strip() for v in some[:200]):
            out.append((name, np.array([texts.fold(v) for v in values], object)))
    return out


def _code(name: str, values: np.ndarray, group: np.ndarray) -> Option | None:
    """Codes of which the beginning names the product and the rest the variant: FE101-BLK-S beside FE101-RED-M."""
    parts = [split_code(str(v)) for v in values]
    roots: dict[str, set[int]] = {}  # the titles that have it
    ends: dict[str, set[int]] = {}  # the families that have it
    families = list(_families(parts, group))
    for k, (members, same) in enumerate(families):
        for row in members:
            roots.setdefault("-".join(parts[row][:same]), set()).add(int(group[row]))
            for part in parts[row][same:]:
                ends.setdefault(part, set()).add(k)
    if not families:
        return None
    many = len(families) >= _GROUPS
    own = many and np.mean([len(g) for g in roots.values()]) <= _OWN and min(map(len, roots)) >= _ROOT
    shared = many and np.mean([len(g) for g in ends.values()]) >= _REUSED
    told = np.mean([(_is_option(p) and not p.isdigit()) or p in SHORT for p in ends]) >= _UNNAMED
    if not (own or shared or told):
        return None
    root, rest = np.full(len(values), -1, np.int32), np.full(len(values), -1, np.int32)
    heads, tails = {head: k for k, head in enumerate(roots)}, dict[str, int]()
    for row, split in enumerate(parts):
        for same in range(len(split) - 1, 0, -1):
            head = "-".join(split[:same])
            if head in heads:
                root[row], rest[row] = heads[head], tails.setdefault("-".join(split[same:]), len(tails))
                break
    return Option(name, rest, root)


def _families(parts: list[list[str]], group: np.ndarray) -> Iterator[tuple[list[int], int]]:
    """(rows of one title whose codes begin alike and end in different ways, how many parts are the same)."""
    order = np.argsort(group, kind="stable")
    order = order[group[order] >= 0]
    for rows in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
        found: dict[str, list[int]] = {}
        for row in rows.tolist():
            if len(parts[row]) > 1:
                found.setdefault(parts[row][0], []).append(row)
        for members in found.values():
            if len({tuple(parts[r]) for r in members}) > 1:
                same, shortest = 1, min(len(parts[r]) for r in members)
                while same < shortest - 1 and len({parts[r][same] for r in members}) == 1:
                    same += 1
                yield members, same


def split_code(code: str) -> list[str]:
    """A code in its parts: at signs, and where letters end it behind a number."""
    found = _PART.findall(code.replace("_", " "))
    if len(found) == 1 and (tail := _TAIL.fullmatch(found[0])):
        return [tail.group(1), tail.group(2)]
    return [str(p) for p in found]


def _parents(dataset: Dataset, codes: set[str], n: int) -> np.ndarray | None:
    """(n,) int32: the product of which a row is a variant, -1 none; a product that has variants is its own. codes:
    columns that only begin alike for variants: rows with the same code are no two variants."""
    for name in (c for c in dataset.columns("parent") if c not in codes):
        cells = dataset.column(name)[:n]
        given = cells.astype(object).where(cells.notna(), "").astype(str).str.strip().to_numpy(object)
        known = set(given) - {""}
        own = [g or (str(i) if str(i) in known else "") for g, i in zip(given, dataset.items[:n], strict=True)]
        code, values = pd.factorize(np.array(own, object))
        return np.where(np.array([bool(v) for v in values], bool)[code], code, -1).astype(np.int32)
    return None


def _others(dataset: Dataset, leave: set[str], source: str | None, catalogue: texts.CatalogueTexts) -> list[Option]:
    """The columns beside titles, options and the source."""
    taken, n = texts.columns_of(dataset, source), dataset.n_catalogue
    names = dataset.columns("brand", "category", "description", "text", "price", "number")
    leave |= {*taken.title, source or ""}
    out = []
    for name in names:
        if name not in leave:
            # A description is folded already, as far as it is read.
            code = _codes(catalogue.description) if [name] == taken.description else _factorized(dataset, name, n)[0]
            out.append(Option(name, code))
    return out


def _codes(folded: np.ndarray) -> np.ndarray:
    """(n,) int32: equal texts have equal codes, -1 where there is none."""
    code, values = pd.factorize(folded)
    return np.where(np.array([bool(v) for v in values], bool)[code], code, -1).astype(np.int32) if len(code) else code
