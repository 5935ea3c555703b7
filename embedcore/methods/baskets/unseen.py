"""Products that training did not see: how well the catalogue finds the baskets they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from embedcore.data import row_slices
from embedcore.methods.baskets.content import ContentMap, rarity, weighted
from embedcore.methods.baskets.documents import Documents, drawn
from embedcore.methods.columns import Cells

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

SHARP = 3  # power of the cosine: what fits one product of a basket well beats what fits all a little
_POPULARITY = 0.35  # power of how often products like it are bought, as in Product2Vec.score
_HIDDEN = 1_000  # products at most that are hidden
_STEPS = 8  # of the conjugate gradients in the check
_LEARNED = 20_000  # products at most that the check learns from, those bought most
_ASKED = 1_000  # baskets at most that are asked
_LONGEST = 30  # products of a basket that are looked at


@dataclass(frozen=True)
class Found:
    """Share of the asked baskets whose hidden product is among the k best of all hidden ones: by the catalogue's place
    (mine), by likeness of words, by the popularity of its category (the column that does best; None without such
    columns), by chance."""

    mine: float
    words: float | None
    category: float | None
    chance: float
    k: int
    hidden: int
    asked: int


def fit(known: np.ndarray, new: np.ndarray, popular: np.ndarray) -> np.ndarray:
    """(n, m): how well each of m new products goes with each of n known ones; both of length 1. Add it up over a
    basket. popular: (m,) the log of how often products like the new ones are bought."""
    return np.asarray(np.maximum(known @ new.T, 0) ** SHARP * np.exp(_POPULARITY * popular))


def check(
    cells: Cells, matrix: csr_matrix, said: np.ndarray, docs: Documents, vectors: np.ndarray, seed: int
) -> Found | None:
    """Hide products, learn the map from the others, ask with the baskets they were in. The vectors of the others have
    seen those baskets; the map has not. matrix, said, vectors: of the vocabulary of docs. None where there are too
    few products to tell."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(np.flatnonzero(said))
    hidden, rest = np.split(order, [min(_HIDDEN, len(order) // 5)])
    if len(hidden) < 10:
        return None
    at = np.full(len(vectors), -1, np.int32)
    at[hidden] = np.arange(len(hidden))
    asked = _ask(docs, at, rng)
    if asked is None:
        return None
    basket, truth = asked
    rest = rest[np.argsort(-docs.counts[rest], kind="stable")[:_LEARNED]]
    learned = ContentMap.fit(cells, matrix, rest, vectors[rest], docs.counts[rest], steps=_STEPS)
    k = max(1, min(20, len(hidden) // 5))
    place, _, popular = learned.predict(matrix)
    used = np.unique(basket.indices)
    rest_of = drawn(vectors, place, said, docs.counts)[used]
    mine = basket[:, used] @ fit(_unit(rest_of), _unit(place[hidden]), popular[hidden])
    kinds, first = len(cells.table.categories), len(cells.table.categories) + len(cells.table.numbers)
    words = category = None
    if len(cells.columns) > first:
        x = weighted(matrix, rarity(matrix) * (cells.owner >= first))
        words = _share((basket @ x @ x[hidden].T).toarray(), truth, k)
    if kinds:
        shares = []
        for column in range(kinds):
            inside = matrix[:, np.flatnonzero(cells.owner == column)]
            popular = inside[rest].T @ docs.counts[rest]
            shares.append(_share(np.tile(inside[hidden] @ popular, (len(truth), 1)), truth, k))
        category = max(shares)
    return Found(_share(mine, truth, k), words, category, k / len(hidden), k, len(hidden), len(truth))


def _ask(docs: Documents, at: np.ndarray, rng: np.random.Generator) -> tuple[csr_matrix, np.ndarray] | None:
    """((q, v) the known products of baskets with a hidden one, (q,) which hidden product). at: (v,) number among the
    hidden ones or -1."""
    which, x = _holding(docs, at >= 0)
    if not len(which):
        return None
    number = at[x.indices]
    hits = np.flatnonzero(number >= 0)
    basket = np.repeat(np.arange(len(which)), np.diff(x.indptr))[hits]
    x.data = (number < 0).astype(np.float32)
    left = np.asarray(x.sum(axis=1)).ravel()
    hits, basket = hits[left[basket] > 0], basket[left[basket] > 0]
    chosen = np.sort(rng.permutation(len(hits))[:_ASKED])
    if not len(chosen):
        return None
    return x[basket[chosen]], number[hits[chosen]]


def _holding(docs: Documents, chosen: np.ndarray) -> tuple[np.ndarray, csr_matrix]:
    """(numbers of documents that hold a chosen product, evenly spaced ones of them when they are many, their
    (documents, v) products, at most _LONGEST of each beside the chosen ones). chosen: (v,) bool."""
    from scipy.sparse import csr_matrix

    found = []
    for start, stop in row_slices(docs.indptr):
        heads = docs.indptr[start:stop]
        part = chosen[docs.items[heads[0] : docs.indptr[stop]]]
        found.append(start + np.flatnonzero(np.add.reduceat(part, heads - heads[0], dtype=np.int64)))
    which = np.concatenate(found)
    which = which[:: max(1, len(which) // (20 * _ASKED))]
    rows = []
    for n in which.tolist():
        items = np.asarray(docs.items[docs.indptr[n] : docs.indptr[n + 1]])
        if len(items) > _LONGEST:
            mine = chosen[items]
            others = items[~mine]
            items = np.r_[items[mine], others[:: max(1, len(others) // _LONGEST)]]
        rows.append(items)
    heads = np.r_[0, np.cumsum([len(r) for r in rows])].astype(np.int64)
    items = np.concatenate(rows) if rows else np.empty(0, np.int32)
    return which, csr_matrix((np.ones(len(items), np.float32), items, heads), (len(which), len(chosen)))


def _share(scores: np.ndarray, truth: np.ndarray, k: int) -> float:
    """Of the rows of (q, m) scores: whose true column is among the k best; ties count as their expected place."""
    theirs = scores[np.arange(len(truth)), truth][:, None]
    place = 1 + (scores > theirs).sum(axis=1) + ((scores == theirs).sum(axis=1) - 1) / 2
    return float((place <= k).mean())


def _unit(x: np.ndarray) -> np.ndarray:
    return np.asarray(x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-9))
