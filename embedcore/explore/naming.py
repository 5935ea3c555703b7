"""Names for groups of products: what is frequent inside and rare outside."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from embedcore.data import Dataset, Embedding, tag_rows
from embedcore.explore.wording import WORD, readable, title_words

LONGEST = 40  # characters
_SEVERAL = re.compile(r"\s*[&/,(]\s*|\s+(?:and|und|et|y)\s+")  # between several types in the name of one


# What a trait says: the product type, another property, a word of the titles, the brand. A column says it better than a
# word, and a brand says least about what the products are.
_TYPE, _PROPERTY, _TITLE, _BRAND = range(4)
_LEVELS = np.array([1.0, 0.9, 0.7, 0.5])
_TYPE_NAMES = re.compile(r"categor|depart|type|class|group|aisle|famil|segment|kind|warengr|rayon", re.IGNORECASE)
_YES, _NO = frozenset({"yes", "y", "true", "1", "ja", "oui"}), frozenset({"no", "n", "false", "0", "nein", "non"})
_EMPTY = frozenset({"none", "unknown", "other", "others", "na", "n/a", "-", "misc"})
# Chosen by hand, reading the names of groups of the sample shops.
_MOST = 0.5  # share of a group that has to have a trait which alone says what the group is
_SOME = (0.15, 0.05)  # share from which a type is worth naming; the second where none reaches the first
_OFTEN = 0.3  # share from which a word of the titles is
_CLEAR = np.log(1.5)  # how much more frequent a type has to be than elsewhere, as long as there is one that is
_TYPES, _DETAILS = 3, 2  # named at most
_PURE = 0.4  # share of products whose group a column predicts from which it is taken for their type, whatever its name
_ALL = 0.9  # share of a type that has a trait which then says nothing new about it
_LIFT = 1.3  # times more frequent than elsewhere: less does not set a group apart


@dataclass(frozen=True, eq=False)
class _Traits:
    """What products have. texts: one per trait. level: (t,) index into _LEVELS. column: (t,) number of its column.
    has: (n, t) CSR of ones, one row per product of the embedding."""

    texts: list[str]
    level: np.ndarray
    column: np.ndarray
    has: Any

    @classmethod
    def of(cls, items: np.ndarray, labels: np.ndarray, dataset: Dataset) -> _Traits:
        from scipy.sparse import csr_matrix

        texts: list[str] = []
        levels: list[int] = []
        columns: list[int] = []
        rows: list[np.ndarray] = []
        codes: list[np.ndarray] = []

        def add(values: list[str], row: np.ndarray, code: np.ndarray, level: int) -> None:
            codes.append(code + len(texts))
            rows.append(row)
            texts.extend(values)
            levels.extend([level] * len(values))
            columns.extend([len(rows)] * len(values))

        known = np.flatnonzero(items < dataset.n_catalogue)
        named_type = any(_TYPE_NAMES.search(c) for c in dataset.columns("category"))
        makers: set[str] = set()
        for column in dataset.columns("category", "tags", "brand"):
            values, row, code = _values(column, *_cells(dataset, column, items[known]))
            brand = column in dataset.columns("brand")
            if brand:
                makers.update(w for text in values for w in WORD.findall(text.lower()))
            if len(values) > 0.7 * len(row):
                continue  # a value of its own for nearly every product says nothing about a group
            is_type = bool(_TYPE_NAMES.search(column)) if named_type else _pure(labels[known[row]], code) >= _PURE
            add(values, known[row], code, _BRAND if brand else _TYPE if is_type else _PROPERTY)
        if dataset.columns("title"):
            add(*title_words(dataset.titles[items], makers), _TITLE)
        row, code = (np.concatenate([*parts, np.empty(0, np.int64)]) for parts in (rows, codes))
        has = csr_matrix((np.ones(len(row), np.float32), (row, code)), (len(items), len(texts)))
        has.data[:] = 1  # a word that a title has in two spellings counts once
        return cls(texts, np.array(levels, np.int64), np.array(columns, np.int64), has)

    def over(self, inside: np.ndarray, among: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """((t,) share of the rows `inside` that have each trait, (t,) log of how many times more frequent it is there
        than in the rows `among`, 0 where that does not set them apart)."""
        count = np.asarray(self.has[inside].sum(0), np.float64).ravel()
        overall = np.asarray(self.has[among].sum(0), np.float64).ravel() / max(len(among), 1)
        # Half a product less, so that a trait of one or two products counts for little.
        lift = np.maximum(count - 0.5, 0) / max(len(inside), 1) / np.maximum(overall, 1e-12)
        enough = (count >= min(3, max(2, len(inside) // 4))) & (lift >= _LIFT)
        return count / max(len(inside), 1), np.where(enough, np.log(np.maximum(lift, 1)), 0)

    def rows(self, traits: list[int]) -> np.ndarray:
        """The rows that have one of them."""
        return np.flatnonzero(np.asarray(self.has[:, traits].sum(1)).ravel())

    def implied(self, trait: int) -> np.ndarray:
        """(t,) bool: what nearly all that have a trait have too, like the department of a category: it says nothing
        new."""
        return np.asarray(self.has[self.rows([trait])].mean(0)).ravel() >= _ALL


def names_of(labels: np.ndarray, k: int, embedding: Embedding, dataset: Dataset) -> tuple[str, ...]:
    """A short, unique name for each of the k groups: what most of its members are, then what sets them apart from
    others of that type. labels: (n,) group of each row of the embedding, -1 for none."""
    items = dataset.positions(embedding.ids)
    traits = _Traits.of(items, labels, dataset)
    taken: set[str] = set()
    out = []
    for label in range(k):
        rows = np.flatnonzero(labels == label)
        types = _types(traits, rows)
        texts = list(dict.fromkeys(traits.texts[t] for t in types))
        details = _details(traits, rows, types) if types else []
        out.append(_unique(texts, details, _examples(rows, items, embedding, dataset), taken))
    return tuple(out)


def _types(traits: _Traits, rows: np.ndarray) -> list[int]:
    """What the products of these rows are: the types that say most about them, each among those that the earlier ones
    leave over, or words of titles where no column holds types; a brand where that says more."""
    share, log = traits.over(rows, np.arange(traits.has.shape[0]))
    weight = share * log * _LEVELS[traits.level]
    tries = ((level, least) for level in (_TYPE, _TITLE) for least in _SOME)
    things = next((found for level, least in tries if (found := _leading(traits, rows, log, level, least))), [])
    common = np.flatnonzero((share >= _MOST) & (weight > 0))
    if things:
        common = common[(traits.level[common] == _BRAND) & (weight[common] > weight[things[0]])]
    return [int(common[np.argmax(weight[common])])] if len(common) else things


def _leading(traits: _Traits, rows: np.ndarray, log: np.ndarray, level: int, least: float) -> list[int]:
    """Traits of a level that at least this share of the rows has, the first of them clearly more than others."""
    left = rows
    found: list[int] = []
    allowed = np.flatnonzero((traits.level == level) & (log > 0))
    while len(left) and len(allowed) and len(found) < _TYPES:
        here = np.asarray(traits.has[left][:, allowed].sum(0)).ravel() / len(rows)
        worth = np.where(here >= least, here * log[allowed], 0)
        clear = worth * (log[allowed] >= _CLEAR)
        best = int(np.argmax(clear if clear.any() else worth))
        if not worth[best] or (found and not clear[best]):
            break
        found.append(int(allowed[best]))
        left = np.setdiff1d(left, traits.rows(found[-1:]))
        allowed = allowed[~traits.implied(found[-1])[allowed]]
    return found


def _details(traits: _Traits, rows: np.ndarray, types: list[int]) -> list[str]:
    """What sets these rows apart from all others of the types, the most telling first; what the rest of them are, when
    few are of the types."""
    of_types = traits.rows(types)
    rest = np.setdiff1d(rows, of_types)
    few = len(rest) > (1 - _MOST) * len(rows)
    inside, among = (rest, np.arange(traits.has.shape[0])) if few else (rows, np.union1d(rows, of_types))
    share, log = traits.over(inside, among)
    weight = share**0.5 * log * np.where(traits.level == _TYPE, 1.5, _LEVELS[traits.level])
    weight[share < np.array([_SOME[1], _SOME[0], _OFTEN, _SOME[0]])[traits.level]] = 0
    for t in types:
        weight[traits.implied(t)] = 0
        weight[(traits.column == traits.column[t]) & (traits.level != _TITLE) & ~few] = 0
    named = _stems(" ".join(traits.texts[t] for t in types))
    used: set[str] = set()
    out = []
    for t in np.lexsort((traits.texts, -weight))[:60] if len(weight) else ():
        text = traits.texts[t]
        new = _stems(text) - named  # a finer type may repeat the coarser one: shoes · dress shoes
        if weight[t] > 0 and new and not new & used and (traits.level[t] == _TYPE or new == _stems(text)):
            out.append(text)
            used |= new
    return out


def _cells(dataset: Dataset, column: str, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(row, value) of the cells of some items: one of each, or as many as a set holds."""
    cells = dataset.column(column)
    if column in dataset.columns("tags"):
        return tag_rows(cells.iloc[at])
    return np.arange(len(at)), cells.to_numpy(dtype=object)[at]


def _values(column: str, rows: np.ndarray, values: np.ndarray) -> tuple[list[str], np.ndarray, np.ndarray]:
    """(texts, row, text of the row): one entry per value that says something."""
    code: dict[str, int] = {}
    found = [
        (n, code.setdefault(text, len(code)))
        for n, v in zip(rows.tolist(), values, strict=True)
        if (text := _worded(column, v))
    ]
    pairs = np.array(found, np.int64).reshape(-1, 2)
    return [readable(text) for text in code], pairs[:, 0], pairs[:, 1]


def _worded(column: str, value: object) -> str:
    """A value in words: a bare "yes" needs the name of its column."""
    text = value.strip() if isinstance(value, str) else ""
    if text.lower() in _YES | _NO:
        column = " ".join(column.replace("_", " ").lower().split())
        return column if text.lower() in _YES else f"no {column}"
    return "" if text.lower() in _EMPTY else text


def _pure(labels: np.ndarray, codes: np.ndarray) -> float:
    """The share of products that have the value of a column which sets their group apart most."""
    inside = labels >= 0
    if not inside.any():
        return 0.0
    k, values = int(labels.max()) + 1, int(codes.max()) + 1
    table = np.bincount(labels[inside] * values + codes[inside], minlength=k * values).reshape(k, values)
    usual = table.sum(0) / table.sum()
    table = np.where(table >= _LIFT * usual * table.sum(1, keepdims=True), table, 0)
    return float(table.max(1).sum() / inside.sum())


def _stems(text: str) -> set[str]:
    return {w.removesuffix("s")[:4] for w in WORD.findall(text.lower())} or {text.lower()}


def _examples(rows: np.ndarray, items: np.ndarray, embedding: Embedding, dataset: Dataset) -> list[str]:
    """The most bought products of a group; where nothing was bought, the most central ones."""
    counts = dataset.counts[items[rows]].astype(float)
    central = embedding.unit[rows] @ embedding.unit[rows].mean(0)
    best = rows[np.lexsort((rows, -central, -counts))][:6]
    titles = [str(dataset.titles[items[r]]).removesuffix(f" · {embedding.ids[r]}") for r in best]
    return list(dict.fromkeys(readable(t) for t in titles))


def _unique(types: list[str], details: list[str], examples: list[str], taken: set[str]) -> str:
    """“First, second · Detail, other detail”, as long as it fits. When the name is taken, the next details step in,
    then an example, then a number."""
    if not types:
        types, details, examples = examples[:1] or ["Cluster"], examples[1:], []
    if len(", ".join(types)) > LONGEST:
        types = [first if len(first := _SEVERAL.split(t)[0]) > 3 else t for t in types]
    start = _cut(types[0])
    for more in types[1:]:
        start = _fitting(start, ", ", more)
    options = [_joined(start, details[n:]) for n in range(len(details))] or [start]
    options += [_joined(start, [e]) for e in examples]
    name, number = next((o for o in options if o.lower() not in taken), options[0]), 2
    plain = name
    while name.lower() in taken:
        name, number = f"{plain[: LONGEST - 4].rstrip(' ,·')} {number}", number + 1
    taken.add(name.lower())
    return name


def _joined(start: str, details: list[str]) -> str:
    """With as many of the details as fit, at most _DETAILS."""
    name, used = start, 0
    for detail in details:
        longer = _fitting(name, ", " if used else " · ", detail)
        used += longer != name
        name = longer
        if used == _DETAILS:
            break
    return name


def _fitting(name: str, joint: str, more: str) -> str:
    """With more of it where that is not too long."""
    longer = f"{name}{joint}{more}"
    return longer if len(longer) <= LONGEST else name


def _cut(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return text[: LONGEST - 1].rsplit(" ", 1)[0].rstrip(" ,·-/") + "…"
