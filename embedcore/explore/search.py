"""Finding products: by id, by name (words, beginnings, typos), by vector."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass

import numpy as np

from embedcore.dataset import Dataset
from embedcore.embedding import Embedding
from embedcore.explore.recent import Recent
from embedcore.neighbours import Graph, nearest

_WORD = re.compile(r"\w+")
_POOL = 500  # titles that are compared letter by letter
_LIKE = 75  # out of 100: how alike a mistyped word must be to one that we know
_PREFIX, _INSIDE = 0.9, 0.7  # what the beginning of a word, or letters inside a title, count for


@dataclass(frozen=True)
class Hit:
    """A product that answers a search. item: its position in Dataset.items. score: 0..1, higher is better (cosine,
    so -1..1, when vectors were compared). why: a few plain words."""

    item: int
    id: str
    title: str
    score: float
    why: str


def plain(text: str) -> str:
    """Lower case, without accents, single spaces: what is compared when a person types a name."""
    text = text.casefold()
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(text.split())


@dataclass(frozen=True, eq=False)
class _Names:
    """What by_name looks things up in.

    titles, ids: (n,) plain texts. words: sorted vocabulary of the titles; word w is in the titles
    items[indptr[w]:indptr[w + 1]]. by_id: positions in the order of `ids`. counts: in how many baskets each is.
    """

    titles: list[str]
    ids: list[str]
    by_id: np.ndarray
    words: list[str]
    indptr: np.ndarray
    items: np.ndarray
    counts: np.ndarray

    @classmethod
    def of(cls, dataset: Dataset) -> _Names:
        ids = [plain(str(i)) for i in dataset.items]
        # Products without a title are called "category · id": the id has its own index and would blur the name.
        titles = [plain(str(t)).removesuffix(f" · {i}") for t, i in zip(dataset.titles, ids, strict=True)]
        found: dict[str, list[int]] = {}
        for n, title in enumerate(titles):
            for word in set(_WORD.findall(title)):
                found.setdefault(word, []).append(n)
        words = sorted(found)
        lists = [found[w] for w in words]
        indptr = np.r_[0, np.cumsum([len(x) for x in lists], dtype=np.int64)]
        items = np.fromiter((i for x in lists for i in x), np.int32, int(indptr[-1]))
        by_id = np.array(sorted(range(len(ids)), key=ids.__getitem__), np.int64)
        return cls(titles, [ids[i] for i in by_id], by_id, words, indptr, items, dataset.counts)

    def match(self, word: str) -> np.ndarray:
        """(n,) float32: how well each title has this word: 1 as it is, _PREFIX as a beginning, less if mistyped."""
        out = np.zeros(len(self.titles), np.float32)
        low, high = bisect_left(self.words, word), bisect_left(self.words, word + "\U0010ffff")
        out[self.items[self.indptr[low] : self.indptr[high]]] = _PREFIX
        if low < high and self.words[low] == word:
            out[self.items[self.indptr[low] : self.indptr[low + 1]]] = 1
        if low == high and len(word) > 2:
            from rapidfuzz import fuzz, process

            for _, alike, w in process.extract(word, self.words, scorer=fuzz.ratio, score_cutoff=_LIKE, limit=20):
                here = self.items[self.indptr[w] : self.indptr[w + 1]]
                out[here] = np.maximum(out[here], alike / 100 * _PREFIX)
        return out

    def with_id(self, text: str, k: int) -> list[int]:
        """Up to k items whose id is, or begins with, this text; the exact one first."""
        low, high = bisect_left(self.ids, text), bisect_left(self.ids, text + "\U0010ffff")
        return [int(i) for i in self.by_id[low : min(high, low + k)]]


# About 60 MB for 100,000 products.
_recent: Recent[_Names] = Recent(2)


def by_name(dataset: Dataset, query: str, k: int = 20) -> list[Hit]:
    """Products whose id or title matches what a person typed, best first; [] when nothing is like it.

    An exact id comes first, then titles that have all the words (whole, as beginnings, or mistyped by a letter or
    two), then titles that have some of them or the same letters inside. Capitals and accents do not matter; equal
    matches are ordered by how often they are bought. The first call on a dataset builds the index.
    """
    text = plain(query)
    tokens = list(dict.fromkeys(_WORD.findall(text)))[:12]
    if not text or k < 1:
        return []
    names = _recent.get(dataset.hash, lambda: _Names.of(dataset))
    out: dict[int, Hit] = {}

    def add(item: int, score: float, why: str) -> None:
        hit = Hit(item, str(dataset.items[item]), str(dataset.titles[item]), round(score, 4), why)
        out.setdefault(item, hit)

    like_id = names.with_id(text, k)
    for item in [i for i in like_id if plain(str(dataset.items[i])) == text]:
        add(item, 1.0, "this id")
    if tokens:
        parts = np.stack([names.match(t) for t in tokens])
        for item, score in _ranked(names, text, parts, k):
            add(item, score, _why(parts[:, item], names.titles[item] == text))
    for item in like_id:
        add(item, _INSIDE, "the id begins like this")
    if len(out) < k:
        inside = [i for i, t in enumerate(names.titles) if i not in out and text in t]
        for item in sorted(inside, key=lambda i: -names.counts[i])[: k - len(out)]:
            add(item, _INSIDE, "has these letters")
    exact = [h for h in out.values() if h.why == "this id"]
    return (exact + sorted((h for h in out.values() if h.why != "this id"), key=lambda h: -h.score))[:k]


def _ranked(names: _Names, text: str, parts: np.ndarray, k: int) -> list[tuple[int, float]]:
    """(item, score) of the best titles. parts: (words, n) how well each title has each word."""
    from rapidfuzz import fuzz

    # A title that lacks a word of the query ranks below every title that has them all.
    rough = parts.mean(0) * np.where((parts > 0).all(0), 1.0, 0.6)
    found = np.flatnonzero(rough > 0.15)
    pool = found[np.lexsort((found, -names.counts[found], -rough[found]))][: max(_POOL, k)]
    scored = [(int(i), 0.8 * float(rough[i]) + 0.002 * fuzz.ratio(text, names.titles[i])) for i in pool]
    return sorted(scored, key=lambda s: (-round(s[1], 3), -names.counts[s[0]], s[0]))[:k]


def _why(parts: np.ndarray, same: bool) -> str:
    if same:
        return "this name"
    if (parts == 0).any():
        return "some of the words"
    if (parts == 1).all():
        return "all the words"
    begins = np.isin(parts, np.array([1, _PREFIX], np.float32)).all()
    return "words that begin like this" if begins else "a similar spelling"


def by_vector(
    dataset: Dataset, embedding: Embedding, vector: np.ndarray, k: int = 20, exclude: tuple[int, ...] = ()
) -> list[Hit]:
    """The k products whose vectors are closest to `vector` (d,). exclude: rows of the embedding."""
    rows, scores = nearest(embedding, vector, k, exclude)
    return _hits(dataset, embedding, rows[0], scores[0])


def neighbours_of(
    dataset: Dataset, embedding: Embedding, item: int, k: int = 20, graph: Graph | None = None
) -> list[Hit]:
    """The k products closest to `item` (position in Dataset.items); MissingError when it has no vector.

    graph: the run's neighbour lists, used when they are long enough; without it the answer is searched."""
    row = embedding.row(str(dataset.items[item]))
    if graph is not None and graph.k >= k:
        rows, scores = graph.of(row)
        return _hits(dataset, embedding, rows[:k], scores[:k])
    return by_vector(dataset, embedding, embedding.unit[row], k, (row,))


def _hits(dataset: Dataset, embedding: Embedding, rows: np.ndarray, scores: np.ndarray) -> list[Hit]:
    items = dataset.positions(embedding.ids[rows])
    return [
        Hit(int(i), str(dataset.items[i]), str(dataset.titles[i]), float(s), "a similar vector")
        for i, s in zip(items, scores, strict=True)
    ]
