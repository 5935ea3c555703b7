"""Products that training did not see: how well the catalogue finds the baskets they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from embedcore.data import row_slices
from embedcore.methods.base import figure
from embedcore.methods.baskets.content import ContentMap, rarity
from embedcore.methods.baskets.documents import Documents, drawn
from embedcore.methods.columns import Cells
from embedcore.methods.evaluation import Verdict, ranks
from embedcore.progress import Progress, silent
from embedcore.vectors import unit, unit_rows

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

# Chosen on withheld products of three shops (tests/bench/newcomers.py), by the share of baskets that find them.
SHARP = 3  # power of the cosine: what fits one product of a basket well beats what fits all a little
_POPULARITY = 0.35  # power of how often products like it are bought, as in Product2Vec.score
_CHANCE = 2.0  # the catalogue must find new products so many times as often as chance, or it is left alone
# Chosen by hand: the check takes a second or two.
_HIDDEN = 1_000  # products at most that are hidden
_LEAST = 10  # hidden products below which nothing is measured
_STEPS = 8  # of the conjugate gradients in the check
_LEARNED = 20_000  # products at most that the check learns from, those bought most
_QUERIES = 1_000  # baskets at most
_LONGEST = 30  # products of a basket that are looked at
_FOUND = 20  # hidden products that are suggested at most


@dataclass(frozen=True, eq=False)
class NewProducts:
    """What is judged. matrix (v, T), known (v,) bool (of which the catalogue says anything), vectors (v, d): of the
    vocabulary of docs."""

    cells: Cells
    matrix: csr_matrix
    known: np.ndarray
    docs: Documents
    vectors: np.ndarray


class _Queries(NamedTuple):
    """basket: (q, v) the known products of baskets with a hidden one. truth: (q,) which hidden one. hidden: (h,) rows
    of the vocabulary. rest: the rows that are learned from. k: how many are suggested."""

    basket: csr_matrix
    truth: np.ndarray
    hidden: np.ndarray
    rest: np.ndarray
    k: int


def affinity(known: np.ndarray, new: np.ndarray, popular: np.ndarray) -> np.ndarray:
    """(n, m): how well each of m new products goes with each of n known ones; both of length 1. Add it up over a
    basket. popular: (m,) the log of how often products like the new ones are bought."""
    return np.asarray(np.maximum(known @ new.T, 0) ** SHARP * np.exp(_POPULARITY * popular))


def judge(subject: NewProducts, seed: int, progress: Progress = silent) -> Verdict:
    """Hide products, learn the map from the others, query with the baskets they were in. The vectors of the others have
    seen those baskets; the map has not. Beside it: similarity of words, and the popularity of categories. Empty where
    there are too few products to measure. facts: "helps", whether the catalogue is worth listening to."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(np.flatnonzero(subject.known))
    hidden, rest = np.split(order, [min(_HIDDEN, len(order) // 5)])
    queries = _queries(subject.docs, hidden, rest, rng) if len(hidden) >= _LEAST else None
    if queries is None:
        return Verdict(facts={"helps": True})
    progress(0, 1, note="Reading the catalogue")
    chance = queries.k / len(hidden)
    ours = _by_catalogue(subject, queries)
    baselines = {
        "products with similar words (TF-IDF)": _by_words(subject, queries),
        "best-selling category": _by_category(subject, queries),
    }
    return _verdict(ours, {name: b for name, b in baselines.items() if b is not None}, chance, queries)


def _verdict(ours: float, baselines: dict[str, float], chance: float, queries: _Queries) -> Verdict:
    help = (
        f"{len(queries.hidden):,} products were held out and placed by their columns "
        f"and words only. Of {len(queries.truth):,} baskets that held one of them: in which share is it among the "
        f"{queries.k} that fit the rest of the basket best, of all hidden ones? By chance {chance:.1%}."
    )
    name = "New products found for the baskets they belong to"
    figures = [figure(name, ours, b, of, help=help) for of, b in (baselines or {"chance": chance}).items()]
    if ours < _CHANCE * chance:
        useless = "The catalogue does not say what products are bought with here, so it does not help the rare ones."
        return Verdict(figures, [useless], {"helps": False})
    plain = {
        "products with similar words (TF-IDF)": "comparing words alone",
        "best-selling category": "the popularity of categories",
    }
    notices = [
        f"For products that nobody has bought yet, {plain[of]} finds more here than the vectors do ({b:.1%} "
        f"against {ours:.1%} of their baskets). The recommender uses both."
        for of, b in baselines.items()
        if ours < b
    ]
    return Verdict(figures, notices, {"helps": True})


def _by_catalogue(subject: NewProducts, queries: _Queries) -> float:
    """By the places that the map gives to the hidden products."""
    docs, rest = subject.docs, queries.rest
    learned = ContentMap.fit(
        subject.cells, subject.matrix, rest, subject.vectors[rest], docs.counts[rest], steps=_STEPS
    )
    place, _, popular = learned.predict(subject.matrix)
    used = np.unique(queries.basket.indices)
    others = drawn(subject.vectors, place, subject.known, docs.counts)[used]
    fits = affinity(unit(others), unit(place[queries.hidden]), popular[queries.hidden])
    return _share(queries.basket[:, used] @ fits, queries)


def _by_words(subject: NewProducts, queries: _Queries) -> float | None:
    """By the words that a hidden product shares with the basket; None without texts."""
    table = subject.cells.table
    first = len(table.categories) + len(table.numbers)
    if len(subject.cells.columns) <= first:
        return None
    x = unit_rows(subject.matrix, rarity(subject.matrix) * (subject.cells.owner >= first))
    return _share((queries.basket @ x @ x[queries.hidden].T).toarray(), queries)


def _by_category(subject: NewProducts, queries: _Queries) -> float | None:
    """By how often the category of a hidden product is bought, of the column that does best; None without any."""
    shares = []
    for column in range(len(subject.cells.table.categories)):
        inside = subject.matrix[:, np.flatnonzero(subject.cells.owner == column)]
        popular = inside[queries.rest].T @ subject.docs.counts[queries.rest]
        shares.append(_share(np.tile(inside[queries.hidden] @ popular, (len(queries.truth), 1)), queries))
    return max(shares, default=None)


def _share(scores: np.ndarray, queries: _Queries) -> float:
    """Recall@k of (q, h) scores."""
    return float((ranks(lambda rows: scores[rows], queries.truth) <= queries.k).mean())


def _queries(docs: Documents, hidden: np.ndarray, rest: np.ndarray, rng: np.random.Generator) -> _Queries | None:
    """None when no basket holds a hidden product beside a known one."""
    at = np.full(len(docs.vocabulary), -1, np.int32)
    at[hidden] = np.arange(len(hidden))
    which, x = _holding(docs, at >= 0)
    if not len(which):
        return None
    number = at[x.indices]
    hits = np.flatnonzero(number >= 0)
    basket = np.repeat(np.arange(len(which)), np.diff(x.indptr))[hits]
    x.data = (number < 0).astype(np.float32)
    left = np.asarray(x.sum(axis=1)).ravel()
    hits, basket = hits[left[basket] > 0], basket[left[basket] > 0]
    chosen = np.sort(rng.permutation(len(hits))[:_QUERIES])
    if not len(chosen):
        return None
    rest = rest[np.argsort(-docs.counts[rest], kind="stable")[:_LEARNED]]
    return _Queries(x[basket[chosen]], number[hits[chosen]], hidden, rest, max(1, min(_FOUND, len(hidden) // 5)))


def _holding(docs: Documents, chosen: np.ndarray) -> tuple[np.ndarray, csr_matrix]:
    """(numbers of documents that hold a chosen product, evenly spaced ones of them when they are many, their
    (documents, v) products, at most _LONGEST of each beside the chosen ones). chosen: (v,) bool."""
    from scipy.sparse import csr_matrix

    found = []
    for start, stop in row_slices(docs.indptr):
        indptr = docs.indptr[start:stop]
        part = chosen[docs.items[indptr[0] : docs.indptr[stop]]]
        found.append(start + np.flatnonzero(np.add.reduceat(part, indptr - indptr[0], dtype=np.int64)))
    which = np.concatenate(found)
    which = which[:: max(1, len(which) // (20 * _QUERIES))]
    rows = []
    for n in which.tolist():
        items = np.asarray(docs.items[docs.indptr[n] : docs.indptr[n + 1]])
        if len(items) > _LONGEST:
            others = items[~chosen[items]]
            items = np.r_[items[chosen[items]], others[:: max(1, len(others) // _LONGEST)]]
        rows.append(items)
    indptr = np.r_[0, np.cumsum([len(r) for r in rows])].astype(np.int64)
    items = np.concatenate(rows) if rows else np.empty(0, np.int32)
    return which, csr_matrix((np.ones(len(items), np.float32), items, indptr), (len(which), len(chosen)))
