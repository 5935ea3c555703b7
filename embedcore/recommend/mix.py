"""How the signals are combined: one mix for completing a basket, one for what a customer buys next.

How much each signal counts is part of the recommender (weights.learn).

>>> len(COMPLETING), len(TRYING)
(3, 4)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from embedcore.recommend.habit import Bought
from embedcore.recommend.people import People
from embedcore.recommend.purchases import decayed, table
from embedcore.recommend.recommender import Recommender

COMPLETING, TRYING = ("together", "pattern", "popular"), ("pattern", "together", "people", "popular")  # the signals
_POPULAR = 1e-6  # weight of popularity, which only orders what no signal knows
# Chosen by hand, judged by held-out baskets in tests/bench/recommend.py.
_LATELY, _LASTING = 0.85, 0.97  # a purchase a baskets back counts by these to the power a
_BEST_BASKET, _BEST_CUSTOMER = 1, 20  # products of each row whose mean score a signal is scaled by


@dataclass(frozen=True, eq=False)
class Next:
    """Scores of customers' next baskets. any: (q, n) all products. new: (q, n), -inf where bought before.
    parts: name -> (q, n), what each signal adds to `new`. bought: their repeats, chance: (rows of bought,)."""

    any: np.ndarray
    new: np.ndarray
    parts: dict[str, np.ndarray]
    bought: Bought | None
    chance: np.ndarray


def completion(model: Recommender, baskets: Sequence[np.ndarray]) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """((q, n) float32 scores of all products, -inf for those in the basket; what each signal adds).

    >>> import pandas as pd
    >>> from embedcore import Dataset
    >>> from embedcore.recommend.model import fit
    >>> lines = pd.DataFrame({"basket": [*"112233"], "item": ["jam", "tea"] * 3})
    >>> scores, parts = completion(fit(Dataset.build("shop", None, lines)), [np.array([0])])
    >>> scores.argmax(), sorted(parts)
    (np.int64(1), ['pattern', 'together'])
    """
    queries = table([np.unique(b) for b in baskets], len(model))
    weights = dict(zip(COMPLETING, model.weights.complete, strict=True))
    signals = completing(model, queries, [name for name, w in weights.items() if w])
    out, parts = _summed(model, signals, evened(signals, queries, _BEST_BASKET), weights)
    out[np.repeat(np.arange(len(baskets)), np.diff(queries.indptr)), queries.indices] = -np.inf
    return out, parts


def completing(
    model: Recommender, queries: sparse.csr_array, wanted: Sequence[str] = COMPLETING
) -> dict[str, np.ndarray]:
    """The scores of each wanted signal for completing baskets (q, n): dense (q, n) float32, of any scale."""
    ways: dict[str, Callable[[], np.ndarray]] = {
        "together": lambda: _dense(queries @ model.together),
        "pattern": lambda: _ease_scores(model, model.baskets, queries),
        "popular": lambda: _often(model, queries.shape[0]),
    }
    return {name: ways[name]() for name in wanted}


def next_baskets(
    model: Recommender,
    histories: Sequence[Sequence[np.ndarray]],
    people: People | None = None,
    exclude: np.ndarray | None = None,
) -> Next:
    """What customers with these histories (baskets, oldest first) buy next. exclude: (q,) each one's own number among
    `people` (-1: none), since nobody is their own neighbour."""
    lately, lasting = memories(histories, len(model))
    weights = dict(zip(TRYING, model.weights.new, strict=True))
    signals = trying(model, lately, lasting, people, exclude, [name for name, w in weights.items() if w])
    new, parts = _summed(model, signals, evened(signals, lasting, _BEST_CUSTOMER), weights)
    everything = new * np.float32(model.weights.fresh)
    bought, chance = None, np.empty(0)
    if model.habit is not None:
        bought, chance = model.habit.chance(histories)
        everything[bought.row, bought.item] = chance
    new[np.repeat(np.arange(len(histories)), np.diff(lasting.indptr)), lasting.indices] = -np.inf
    return Next(everything, new, parts, bought, chance)


def memories(histories: Sequence[Sequence[np.ndarray]], n: int) -> tuple[sparse.csr_array, sparse.csr_array]:
    """Two rows for each history, (q, n): what was bought lately, and what was ever bought often."""
    lately, lasting = decayed(histories, n, _LATELY), decayed(histories, n, _LASTING)
    lately.data, lasting.data = np.sqrt(lately.data), np.log1p(lasting.data)
    return lately, lasting


def trying(
    model: Recommender,
    lately: sparse.csr_array,
    lasting: sparse.csr_array,
    people: People | None,
    exclude: np.ndarray | None,
    wanted: Sequence[str] = TRYING,
) -> dict[str, np.ndarray]:
    """The scores of each wanted signal for products that are new to customers: dense (q, n) float32, of any scale."""
    rows = lately.shape[0]
    nothing = np.zeros((1, len(model)), np.float32)
    ways: dict[str, Callable[[], np.ndarray]] = {
        "pattern": lambda: (
            _ease_scores(model, model.customers, lasting)
            if model.customers is not None
            else nothing.repeat(rows, axis=0)
        ),
        "together": lambda: _dense(lately @ model.together),
        "people": lambda: (
            _dense(people.like(lasting, exclude=exclude) @ people.bought)
            if people is not None
            else nothing.repeat(rows, axis=0)
        ),
        "popular": lambda: _often(model, rows),
    }
    return {name: ways[name]() for name in wanted}


def evened(signals: dict[str, np.ndarray], queries: sparse.csr_array, best: int) -> list[np.ndarray]:
    """The signals scaled in place: 0 for the products of the query, and the mean of each row's `best` best is 1."""
    row = np.repeat(np.arange(queries.shape[0]), np.diff(queries.indptr))
    for scores in signals.values():
        scores[row, queries.indices] = 0
        k = min(best, scores.shape[1])
        top = -np.partition(-scores, k - 1, axis=1)[:, :k] if k > 1 else scores.max(axis=1, keepdims=True, initial=0)
        floor = np.maximum(-scores.min(axis=1, keepdims=True, initial=0) / 20, 1e-9)  # where hardly any is above 0
        np.divide(scores, np.maximum(top.mean(axis=1, keepdims=True), floor), out=scores)
    return list(signals.values())


def _summed(
    model: Recommender, signals: dict[str, np.ndarray], evened: list[np.ndarray], weights: dict[str, float]
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Weighted in place and summed; and what each adds."""
    out = np.tile(popularity(model), (len(evened[0]), 1))
    for name, scores in zip(signals, evened, strict=True):
        out += np.multiply(scores, np.float32(weights[name]), out=scores)
    return out, signals


def _often(model: Recommender, rows: int) -> np.ndarray:
    """(rows, n): the share of the best-selling product's baskets."""
    share = model.counts / max(float(model.counts.max(initial=0)), 1.0)
    return np.tile(share.astype(np.float32), (rows, 1))


def popularity(model: Recommender) -> np.ndarray:
    """(n,) float32, tiny: only orders what nothing else orders."""
    return (model.counts / max(float(model.counts.max(initial=0)), 1.0) * _POPULAR).astype(np.float32)


def _ease_scores(model: Recommender, weights: np.ndarray, queries: sparse.csr_array) -> np.ndarray:
    """(q, n): EASE's scores, 0 outside the head."""
    out = np.zeros(queries.shape, np.float32)
    known = sparse.csr_array(sparse.csc_array(queries)[:, model.head])
    used = np.flatnonzero(np.bincount(known.indices, minlength=len(model.head)))
    if len(used):
        out[:, model.head] = sparse.csc_array(known)[:, used].tocsr() @ np.asarray(weights[used], np.float32)
    return out


def _dense(table: sparse.csr_array) -> np.ndarray:
    return np.asarray(table.toarray(), np.float32)
