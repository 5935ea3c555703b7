"""Finding products: by id, by name (words, beginnings, typos), by vector."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import numpy as np

from embedcore.dataset import Dataset
from embedcore.embedding import Embedding
from embedcore.neighbours import Graph, nearest

_WORD = re.compile(r"\w+")
_POOL = 2000  # titles that are compared letter by letter, at most


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
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


@dataclass(frozen=True, eq=False)
class _Names:
    """plain: (n,) normalised titles. words: sorted vocabulary. indptr, items: for each word the items that have it.
    ids: normalised id -> item. counts: baskets of each item, the tie break."""

    plain: list[str]
    words: list[str]
    indptr: np.ndarray
    items: np.ndarray
    ids: dict[str, int]
    counts: np.ndarray


# Two data sets are open at a time at most; about 40 MB for 100,000 products.
_cache: dict[str, _Names] = {}


def by_name(dataset: Dataset, query: str, k: int = 20) -> list[Hit]:
    """Products whose id or title matches what a person typed, best first; [] when nothing is like it.

    An exact id comes first, then titles that have all words or beginnings of words, then titles that differ by a
    few letters. Capitals and accents do not matter; equal matches are ordered by how often they are bought.
    """
    return []


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
        Hit(int(i), str(dataset.items[i]), str(dataset.titles[i]), float(s), "similar")
        for i, s in zip(items, scores, strict=True)
    ]
