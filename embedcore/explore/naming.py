"""Names for groups of products: what is frequent inside and rare outside."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np

from embedcore.dataset import Dataset
from embedcore.embedding import Embedding

LONGEST = 40  # characters
_WORD = re.compile(r"[^\W\d_]{3,}")
_COMMON = frozenset(
    re.findall(
        r"\w+",
        """the and for with from our your this that all new per fluid ounce ounces pack packs count size
    set pcs piece pieces und der die das mit pour les des avec para con los las del""",
    )
)
# Short forms of supermarket hierarchies, written out where a person reads them.
_LONG = {
    "frzn": "frozen", "frz": "frozen", "refrgratd": "chilled", "refrigerated": "chilled", "refrig": "chilled",
    "prdcts": "products", "prod": "products", "veg": "vegetables", "vegtbl": "vegetable", "choc": "chocolate",
    "bev": "beverages", "drnk": "drink", "dnnr": "dinner", "dnrs": "dinners", "sft": "soft", "crm": "cream",
    "ckn": "chicken", "chkn": "chicken", "chick": "chicken", "bkfst": "breakfast", "asst": "assorted",
}  # fmt: skip
_SMALL = frozenset({"and", "of", "for", "with", "in", "the", "to", "a", "an", "or", "on"})


@dataclass(frozen=True)
class _Trait:
    """Something that sets a group apart. weight: share inside x log(share inside / share overall), how much it tells
    about the group as a whole. detail: the same with the root of the share, which lets the finer traits through."""

    text: str
    weight: float
    detail: float
    level: int  # index into _LEVELS


# What a trait tells: what kind of thing it is, another property, a word of the titles, the brand. A column says it
# better than a word, and a brand says least about what the things are.
_LEVELS = (1.0, 0.9, 0.7, 0.5)
_KIND, _PROPERTY, _TITLE, _BRAND = range(4)
_KIND_NAMES = re.compile(r"categor|depart|type|class|group|aisle|famil|segment|kind|warengr|rayon", re.IGNORECASE)


def names_of(labels: np.ndarray, k: int, embedding: Embedding, dataset: Dataset) -> tuple[str, ...]:
    """A short, unique name for each of the k groups. labels: (n,) group of each row of the embedding, -1 for none."""
    items = dataset.positions(embedding.ids)
    traits: list[list[_Trait]] = [[] for _ in range(k)]
    if dataset.catalogue is not None:
        known = items < dataset.n_catalogue
        kinds = [c for c in dataset.columns("category") if _KIND_NAMES.search(c)] or dataset.columns("category")
        makers: set[str] = set()
        for column in dataset.columns("category", "brand"):
            texts, rows, codes = _values(dataset.catalogue.frame[column].to_numpy(dtype=object)[items[known]])
            brand = dataset.catalogue.roles[column] == "brand"
            if brand:
                makers.update(w for text in texts for w in _WORD.findall(text.lower()))
            level = _BRAND if brand else _KIND if column in kinds else _PROPERTY
            _add(traits, labels[known], texts, rows, codes, level)
        if dataset.columns("title"):
            _add(traits, labels, *_words(dataset.titles[items], makers), _TITLE)
    taken: set[str] = set()
    out = []
    for label in range(k):
        rows = np.flatnonzero(labels == label)
        found = sorted(traits[label], key=lambda t: (-t.weight, t.text))
        parts = _different(found)
        if not parts:
            parts = _examples(rows, items, embedding, dataset)
        out.append(_unique(parts, taken))
    return tuple(out)


def readable(text: str) -> str:
    """Text as a person would write it in a heading: ALL CAPS and short forms are spelled out, mixed case stays."""
    text = " ".join(text.split())
    if text != text.upper() and text != text.lower():
        return text
    out, start = "", 0
    for m in re.finditer(r"[^\W\d_]+(?:'[^\W\d_]+)?", text):
        word = _LONG.get(m[0].lower(), m[0].lower())
        if len(m[0]) in (2, 3) and m[0].isupper() and not set(word) & set("aeiouy"):
            word = m[0]  # an abbreviation: TV, DVD, BBQ
        elif out == "" or word not in _SMALL:
            word = word[0].upper() + word[1:]
        out, start = out + text[start : m.start()] + word, m.end()
    return out + text[start:]


def _values(values: np.ndarray) -> tuple[list[str], np.ndarray, np.ndarray]:
    """(texts, row, text of the row): one entry per row that has a value."""
    code: dict[str, int] = {}
    stated = [(n, v.strip()) for n, v in enumerate(values) if isinstance(v, str) and v.strip()]
    found = [(n, code.setdefault(v, len(code))) for n, v in stated]
    pairs = np.array(found, np.int64).reshape(-1, 2)
    return list(code), pairs[:, 0], pairs[:, 1]


def _words(titles: np.ndarray, skip: set[str]) -> tuple[list[str], np.ndarray, np.ndarray]:
    code: dict[str, int] = {}
    rows, words = [], []
    for n, title in enumerate(titles):
        for word in dict.fromkeys(_WORD.findall(str(title).lower())):
            if word not in _COMMON and word not in skip:
                rows.append(n)
                words.append(code.setdefault(word, len(code)))
    return list(code), np.array(rows, np.int64), np.array(words, np.int64)


def _add(
    traits: list[list[_Trait]], labels: np.ndarray, texts: list[str], rows: np.ndarray, codes: np.ndarray, level: int
) -> None:
    """Add the traits that these texts give to each group."""
    if not len(rows) or (len(texts) > 0.7 * len(np.unique(rows)) and level != _TITLE):
        return  # a value of its own for nearly every product says nothing about a group
    k, n = len(traits), max(len(labels), 1)
    sizes = np.bincount(labels[labels >= 0], minlength=k)
    overall = np.bincount(codes, minlength=len(texts)) / n
    inside = labels[rows] >= 0
    table = np.bincount(labels[rows[inside]] * len(texts) + codes[inside], minlength=k * len(texts))
    for label in range(k):
        count = table[label * len(texts) : (label + 1) * len(texts)]
        share = count / max(sizes[label], 1)
        # Half a product less, so that one of few counts for little.
        lift = np.maximum(count - 0.5, 0) / max(sizes[label], 1) / np.maximum(overall, 1e-12)
        enough = (count >= min(3, max(2, sizes[label] // 4))) & (share >= 0.05) & (lift >= 1.3)
        for c in np.flatnonzero(enough):
            tells = math.log(float(lift[c])) * _LEVELS[level]
            traits[label].append(_Trait(texts[c], float(share[c]) * tells, float(share[c]) ** 0.5 * tells, level))


def _different(traits: list[_Trait], most: int = 8) -> list[str]:
    """The texts of the first traits that do not repeat each other's words, readable. The first one says what kind of
    thing it is, when such a trait is not much weaker than the strongest."""
    if traits:
        head = next((t for t in traits if t.level == _KIND and t.weight >= 0.35 * traits[0].weight), traits[0])
        details = sorted((t for t in traits if t is not head), key=lambda t: (-t.detail, t.text))
        traits = [head, *details]
    out: list[str] = []
    used: set[str] = set()
    for t in traits:
        text = readable(t.text)
        stems = {w[:4] for w in _WORD.findall(text.lower())} or {text.lower()}
        if not stems & used:
            out.append(text)
            used |= stems
        if len(out) == most:
            break
    return out


def _examples(rows: np.ndarray, items: np.ndarray, embedding: Embedding, dataset: Dataset) -> list[str]:
    """The most bought products of a group; where nothing was bought, the most central ones."""
    counts = dataset.counts[items[rows]].astype(float)
    central = embedding.unit[rows] @ embedding.unit[rows].mean(0)
    best = rows[np.lexsort((rows, -central, -counts))][:6]
    called = [str(dataset.titles[items[r]]).removesuffix(f" · {embedding.ids[r]}") for r in best]
    return list(dict.fromkeys(readable(c) for c in called))


def _unique(parts: list[str], taken: set[str]) -> str:
    """“First · Second, third”, as long as it fits; later parts step in when the name is taken, then a number."""
    head, rest = _cut(parts[0] if parts else "Cluster"), parts[1:]
    options = [_joined(head, rest[start:]) for start in range(max(1, len(rest)))]
    name = next((o for o in options if o.lower() not in taken), "")
    number = 2
    while not name:
        numbered = f"{options[0][: LONGEST - 4].rstrip(' ,·')} {number}"
        name = numbered if numbered.lower() not in taken else ""
        number += 1
    taken.add(name.lower())
    return name


def _joined(head: str, rest: list[str]) -> str:
    name = head
    for n, part in enumerate(rest[:2]):
        lower = part[0].lower() + part[1:] if part[1:].islower() else part
        longer = f"{name} · {part}" if n == 0 else f"{name}, {lower}"
        if len(longer) > LONGEST:
            break
        name = longer
    return name


def _cut(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return text[: LONGEST - 1].rsplit(" ", 1)[0].rstrip(" ,·-/") + "…"
