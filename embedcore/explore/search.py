"""Finding products: by id, by what is written about them (words, beginnings, typos), by meaning, by vector."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedcore.data import Dataset, Embedding
from embedcore.explore.lexicon import BEGINS, lexicon
from embedcore.explore.ngrams import plain
from embedcore.neighbours import nearest

_POOL = 500  # best items that are looked at closely
_INSIDE = 0.3  # what letters inside a title, or the beginning of an id, count for
_WORDS, _LETTERS = 0.3, 0.12  # share of the words, likeness of letters, from which an item is an answer
_SAID = 0.5  # share of the words below which meaning is the reason, not what is said
_MEANT = 0.21  # how far a cosine must stand out for the item to be an answer
_SHORT = 3  # letters from which a query can mean something


@dataclass(frozen=True)
class Hit:
    """A product that answers a search. item: its position in Dataset.items. score: 0..1, higher is better (cosine,
    so -1..1, when vectors were compared). why: a few plain words."""

    item: int
    id: str
    title: str
    score: float
    why: str


def find(
    dataset: Dataset, query: str, k: int = 20, embedding: Embedding | None = None, vector: np.ndarray | None = None
) -> list[Hit]:
    """Products that answer what a person typed, best first; [] when nothing is like it.

    An exact id comes first, then an exact title. Everything else is ordered by the mean of three or four scores that
    err in different ways: letter runs of the name, letter runs of all texts (Ngrams), the share of the query's words
    that the texts have (whole, begun or misspelt), and, with `embedding` (of the text method) and `vector` (d,) (the
    query encoded with it), how far the cosine similarity stands out among all products. Capitals and accents do not
    matter; equal matches are ordered by how often they are bought. The first call on a dataset builds the index.
    """
    text = plain(query)
    if not text or k < 1:
        return []
    index = lexicon(dataset)
    found, tells, begun = index.words(text)
    name, full = index.names.scores(text), index.full.scores(text)
    words = (tells / max(tells.sum(), 1e-9)) @ found if len(found) else np.zeros(len(dataset))
    total, answers, meant = name + full + words, (words >= _WORDS) | (full >= _LETTERS), np.zeros(len(dataset), bool)
    if embedding is not None and vector is not None and len(text) >= _SHORT:
        clear, meant = _meaning(dataset, embedding, np.asarray(vector, np.float32))
        total, answers = (total + clear) / 4, answers | meant
    else:
        total = total / 3
    out: dict[int, Hit] = {}

    def add(item: int, score: float, why: str) -> None:
        hit = Hit(item, str(dataset.items[item]), str(dataset.titles[item]), round(min(score, 1.0), 4), why)
        out.setdefault(item, hit)

    like_id = index.with_id(text, k)
    for item in [i for i in like_id if plain(str(dataset.items[i])) == text]:
        add(item, 1.0, "this id")
    if out:
        answers = words >= BEGINS  # who types an id means it
    among = np.flatnonzero(answers)
    best = total[among] + 0.001 * index.fame[among]
    if len(among) > max(_POOL, k):
        keep = np.argpartition(-best, max(_POOL, k))[: max(_POOL, k)]
        among, best = among[keep], best[keep]
    ranked = sorted(zip(among.tolist(), best.tolist(), strict=True), key=lambda s: (-round(s[1], 5), s[0]))
    same = [i for i, _ in ranked if index.titles[i] == text]
    for item in same[:k]:
        add(item, 1.0, "this name")
    for item, score in ranked[: k + len(out)]:
        add(item, score, _why(found[:, item], begun, bool(meant[item]) and words[item] < _SAID))
    if len(out) < k:
        for item in like_id:
            add(item, _INSIDE, "the id begins like this")
    if len(out) < k:
        inside = [i for i, t in enumerate(index.titles) if i not in out and text in t]
        for item in sorted(inside, key=lambda i: -index.fame[i])[: k - len(out)]:
            add(item, _INSIDE, "has these letters")
    return list(out.values())[:k]


def _meaning(dataset: Dataset, embedding: Embedding, vector: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """((n,) 0..1: how far the cosine stands out, (n,) bool: far enough to be an answer); 0 without a vector.

    Language models differ in what they call far, so 0 is the mean cosine of all products; 1 is the very same."""
    scores = embedding.unit @ (vector / max(float(np.linalg.norm(vector)), 1e-9))
    middle = float(scores.mean())
    out = np.zeros(len(dataset), np.float32)
    out[dataset.positions(embedding.ids)] = np.clip((scores - middle) / max(1 - middle, 1e-6), 0, 1)
    return out, out >= _MEANT


def _why(parts: np.ndarray, begun: np.ndarray, meant: bool) -> str:
    """parts: (words,) how well the item has each word of the query. meant: its meaning tells more than its words."""
    if len(parts) and (parts == 1).all():
        return "all the words"
    if len(parts) and (parts >= BEGINS).all():
        return "words that begin like this"
    if meant:
        return "a similar meaning"
    some = (parts >= BEGINS).any()
    if some:
        return "some of the words" if (parts == 0).any() or begun[parts < BEGINS].any() else "a similar spelling"
    return "a similar spelling"


def by_vector(
    dataset: Dataset, embedding: Embedding, vector: np.ndarray, k: int = 20, exclude: tuple[int, ...] = ()
) -> list[Hit]:
    """The k products whose vectors are closest to `vector` (d,). exclude: rows of the embedding."""
    found, scores = nearest(embedding, vector, k, exclude)
    rows = found[0]
    items = dataset.positions(embedding.ids[rows])
    return [
        Hit(int(i), str(dataset.items[i]), str(dataset.titles[i]), float(s), "a similar vector")
        for i, s in zip(items, scores[0], strict=True)
    ]
