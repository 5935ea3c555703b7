"""Finding products: by id, by their texts (words, beginnings of words, typing errors), by meaning, by vector.

>>> import pandas as pd
>>> from embedcore import Catalogue
>>> table = pd.DataFrame({"id": ["p1", "p2"], "name": ["Green tea", "Desk lamp"]})
>>> shop = Dataset.build("shop", Catalogue(table, {"id": "id", "name": "title"}))
>>> [(hit.id, hit.why) for hit in find(shop, "gren tea")]
[('p1', 'a similar spelling')]
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedcore.data import Dataset, Embedding
from embedcore.explore.lexicon import PREFIX_WEIGHT, Lexicon, lexicon
from embedcore.explore.ngrams import plain
from embedcore.neighbours import nearest

# Chosen by hand.
_POOL = 500  # best items that are ranked exactly
_INSIDE = 0.3  # score of letters inside a title, or of the beginning of an id
_ENOUGH_WORDS, _ENOUGH_LETTERS = 0.3, 0.12  # share of the words, similarity of letters, that make an item an answer
_FEW_WORDS = 0.5  # share of the words below which meaning, if it matches, is given as the reason
_ENOUGH_MEANING = 0.21  # how far a cosine must stand out for the item to be an answer
_SHORTEST = 3  # letters from which a query is compared by meaning
_POPULARITY = 0.001  # weight of how often an item is bought, which only orders equal matches


@dataclass(frozen=True)
class Hit:
    """A product that answers a search. item: its position in Dataset.items. score: 0..1, higher is better (cosine,
    so -1..1, when vectors were compared). why: a few plain words.

    >>> Hit(0, "p1", "Green tea", 1.0, "this id").why
    'this id'
    """

    item: int
    id: str
    title: str
    score: float
    why: str


@dataclass(frozen=True, eq=False)
class _Scores:
    """How well each of n items answers a query. total, words: (n,) 0..1. meant, answers: (n,) bool: by meaning alone;
    well enough to be listed. found: (words, n), begun: (words,), as Lexicon.words gives them."""

    total: np.ndarray
    words: np.ndarray
    meant: np.ndarray
    answers: np.ndarray
    found: np.ndarray
    begun: np.ndarray

    def why(self, item: int) -> str:
        """The reason for an item, in a few plain words."""
        parts = self.found[:, item]
        if len(parts) and (parts == 1).all():
            return "all the words"
        if len(parts) and (parts >= PREFIX_WEIGHT).all():
            return "words that begin like this"
        if self.meant[item] and self.words[item] < _FEW_WORDS:
            return "a similar meaning"
        missing = (parts == 0).any() or self.begun[parts < PREFIX_WEIGHT].any()
        return "some of the words" if (parts >= PREFIX_WEIGHT).any() and missing else "a similar spelling"


def find(
    dataset: Dataset, query: str, k: int = 20, embedding: Embedding | None = None, vector: np.ndarray | None = None
) -> list[Hit]:
    """Products that answer a query as a person types it, best first; [] when nothing is like it.

    An exact id comes first, then an exact title. Everything else is ordered by the mean of three or four scores that
    err in different ways: letter runs of the name, letter runs of all texts (Ngrams), the share of the query's words
    that the texts have (whole, begun or misspelt), and, with `embedding` (of the text method) and `vector` (d,) (the
    query encoded with it), how far the cosine similarity stands out among all products. Capitals and accents do not
    matter; equal matches are ordered by how often they are bought. The first call on a dataset builds the index.

    >>> import pandas as pd
    >>> from embedcore import Catalogue
    >>> table = pd.DataFrame({"id": ["p1", "p2"], "name": ["Green tea", "Tea pot"]})
    >>> shop = Dataset.build("shop", Catalogue(table, {"id": "id", "name": "title"}))
    >>> [hit.title for hit in find(shop, "tea")], [hit.why for hit in find(shop, "p2")]
    (['Tea pot', 'Green tea'], ['this id'])
    """
    text = plain(query)
    if not text or k < 1:
        return []
    index = lexicon(dataset)
    scores = _scores(dataset, index, text, embedding, vector)
    out: dict[int, Hit] = {}

    def add(item: int, score: float, why: str) -> None:
        hit = Hit(item, str(dataset.items[item]), str(dataset.titles[item]), round(min(score, 1.0), 4), why)
        out.setdefault(item, hit)

    like_id = index.with_id(text, k)
    for item in [i for i in like_id if plain(str(dataset.items[i])) == text]:
        add(item, 1.0, "this id")
    ranked = _ranked(
        index, scores, scores.words >= PREFIX_WEIGHT if out else scores.answers, k
    )  # an id is meant as one
    for item in [i for i, _ in ranked if index.titles[i] == text][:k]:
        add(item, 1.0, "this name")
    for item, score in ranked[: k + len(out)]:
        add(item, score, scores.why(item))
    if len(out) < k:
        for item in like_id:
            add(item, _INSIDE, "the id begins like this")
    if len(out) < k:
        inside = [i for i, t in enumerate(index.titles) if i not in out and text in t]
        for item in sorted(inside, key=lambda i: -index.popularity[i])[: k - len(out)]:
            add(item, _INSIDE, "has these letters")
    return list(out.values())[:k]


def _scores(
    dataset: Dataset, index: Lexicon, text: str, embedding: Embedding | None, vector: np.ndarray | None
) -> _Scores:
    found, idf, begun = index.words(text)
    name, full = index.names.scores(text), index.full.scores(text)
    words = (idf / max(idf.sum(), 1e-9)) @ found if len(found) else np.zeros(len(dataset))
    total, meant = name + full + words, np.zeros(len(dataset), bool)
    answers = (words >= _ENOUGH_WORDS) | (full >= _ENOUGH_LETTERS)
    if embedding is not None and vector is not None and len(text) >= _SHORTEST:
        clear, meant = _meaning(dataset, embedding, np.asarray(vector, np.float32))
        return _Scores((total + clear) / 4, words, meant, answers | meant, found, begun)
    return _Scores(total / 3, words, meant, answers, found, begun)


def _ranked(index: Lexicon, scores: _Scores, answers: np.ndarray, k: int) -> list[tuple[int, float]]:
    """(item, score) of the best answers, best first, equal ones by position."""
    among = np.flatnonzero(answers)
    best = scores.total[among] + _POPULARITY * index.popularity[among]
    if len(among) > max(_POOL, k):
        keep = np.argpartition(-best, max(_POOL, k))[: max(_POOL, k)]
        among, best = among[keep], best[keep]
    return sorted(zip(among.tolist(), best.tolist(), strict=True), key=lambda s: (-round(s[1], 5), s[0]))


def _meaning(dataset: Dataset, embedding: Embedding, vector: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """((n,) 0..1: how far the cosine stands out, (n,) bool: far enough to be an answer); 0 without a vector.

    Language models differ in which cosine is far, so 0 is the mean cosine of all products; 1 is the very same."""
    scores = embedding.unit @ (vector / max(float(np.linalg.norm(vector)), 1e-9))
    middle = float(scores.mean())
    out = np.zeros(len(dataset), np.float32)
    out[dataset.positions(embedding.ids)] = np.clip((scores - middle) / max(1 - middle, 1e-6), 0, 1)
    return out, out >= _ENOUGH_MEANING


def by_vector(
    dataset: Dataset, embedding: Embedding, vector: np.ndarray, k: int = 20, exclude: tuple[int, ...] = ()
) -> list[Hit]:
    """The k products whose vectors are closest to `vector` (d,), best first. exclude: rows of the embedding.

    >>> import pandas as pd
    >>> shop = Dataset.build("shop", None, pd.DataFrame({"basket": ["1", "1"], "item": ["lamp", "tea"]}))
    >>> axes = Embedding("product", np.array(["lamp", "tea"], object), np.eye(2, dtype=np.float32))
    >>> [hit.id for hit in by_vector(shop, axes, np.array([0.1, 1.0]), k=1)]
    ['tea']
    """
    found, scores = nearest(embedding, vector, k, exclude)
    rows = found[0]
    items = dataset.positions(embedding.ids[rows])
    return [
        Hit(int(i), str(dataset.items[i]), str(dataset.titles[i]), float(s), "a similar vector")
        for i, s in zip(items, scores[0], strict=True)
    ]
