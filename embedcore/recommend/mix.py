"""How the signals are put together: one mix for completing a basket, one for what a customer buys next.

How much each signal counts is the recommender's (weights.learn)."""

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
_POPULAR = 1e-6  # orders what no signal knows


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
    """((q, n) float32 scores of all products, -inf for those in the basket; what each signal adds)."""
    asked = table([np.unique(b) for b in baskets], len(model))
    weights = dict(zip(COMPLETING, model.weights.complete, strict=True))
    signals = completing(model, asked, [name for name, w in weights.items() if w])
    out, parts = _summed(model, signals, evened(signals, asked, 1), weights)
    out[np.repeat(np.arange(len(baskets)), np.diff(asked.indptr)), asked.indices] = -np.inf
    return out, parts


def completing(
    model: Recommender, asked: sparse.csr_array, wanted: Sequence[str] = COMPLETING
) -> dict[str, np.ndarray]:
    """What each of the wanted signals says about completing baskets (q, n): dense (q, n) float32, of any size."""
    ways: dict[str, Callable[[], np.ndarray]] = {
        "together": lambda: _dense(asked @ model.together),
        "pattern": lambda: _foretold(model, model.baskets, asked),
        "popular": lambda: _often(model, asked.shape[0]),
    }
    return {name: ways[name]() for name in wanted}


def next_baskets(
    model: Recommender,
    histories: Sequence[Sequence[np.ndarray]],
    people: People | None = None,
    but: np.ndarray | None = None,
) -> Next:
    """What customers with these histories (baskets, oldest first) buy next. but: their own numbers among `people`."""
    lately, lasting = memories(histories, len(model))
    weights = dict(zip(TRYING, model.weights.new, strict=True))
    signals = trying(model, lately, lasting, people, but, [name for name, w in weights.items() if w])
    new, told = _summed(model, signals, evened(signals, lasting, 20), weights)
    everything = new * np.float32(model.weights.fresh)
    bought, chance = None, np.empty(0)
    if model.habit is not None:
        bought, chance = model.habit.chance(histories)
        everything[bought.row, bought.item] = chance
    new[np.repeat(np.arange(len(histories)), np.diff(lasting.indptr)), lasting.indices] = -np.inf
    return Next(everything, new, told, bought, chance)


def memories(histories: Sequence[Sequence[np.ndarray]], n: int) -> tuple[sparse.csr_array, sparse.csr_array]:
    """Two rows for each history, (q, n): what was bought lately, and what was ever bought often."""
    lately, lasting = decayed(histories, n, 0.85), decayed(histories, n, 0.97)
    lately.data, lasting.data = np.sqrt(lately.data), np.log1p(lasting.data)
    return lately, lasting


def trying(
    model: Recommender,
    lately: sparse.csr_array,
    lasting: sparse.csr_array,
    people: People | None,
    but: np.ndarray | None,
    wanted: Sequence[str] = TRYING,
) -> dict[str, np.ndarray]:
    """What each of the wanted signals says about products that are new to customers: dense (q, n) float32, of any
    size."""
    rows = lately.shape[0]
    nothing = np.zeros((1, len(model)), np.float32)
    ways: dict[str, Callable[[], np.ndarray]] = {
        "pattern": lambda: (
            _foretold(model, model.customers, lasting) if model.customers is not None else nothing.repeat(rows, axis=0)
        ),
        "together": lambda: _dense(lately @ model.together),
        "people": lambda: (
            _dense(people.like(lasting, but=but) @ people.bought)
            if people is not None
            else nothing.repeat(rows, axis=0)
        ),
        "popular": lambda: _often(model, rows),
    }
    return {name: ways[name]() for name in wanted}


def evened(signals: dict[str, np.ndarray], asked: sparse.csr_array, best: int) -> list[np.ndarray]:
    """The signals in place: 0 for what is asked with, and the mean of each row's so many best is 1."""
    row = np.repeat(np.arange(asked.shape[0]), np.diff(asked.indptr))
    for part in signals.values():
        part[row, asked.indices] = 0
        k = min(best, part.shape[1])
        top = -np.partition(-part, k - 1, axis=1)[:, :k] if k > 1 else part.max(axis=1, keepdims=True, initial=0)
        floor = np.maximum(-part.min(axis=1, keepdims=True, initial=0) / 20, 1e-9)  # where hardly anything is foretold
        part /= np.maximum(top.mean(axis=1, keepdims=True), floor)
    return list(signals.values())


def _summed(
    model: Recommender, signals: dict[str, np.ndarray], evened: list[np.ndarray], weights: dict[str, float]
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Weighted in place and summed; and what each adds."""
    out = np.tile(popularity(model), (len(evened[0]), 1))
    for name, part in zip(signals, evened, strict=True):
        part *= np.float32(weights[name])
        out += part
    return out, signals


def _often(model: Recommender, rows: int) -> np.ndarray:
    """(rows, n): the share of the best-selling product's baskets."""
    share = model.counts / max(float(model.counts.max(initial=0)), 1.0)
    return np.tile(share.astype(np.float32), (rows, 1))


def popularity(model: Recommender) -> np.ndarray:
    """(n,) float32, tiny: only orders what nothing else orders."""
    return (model.counts / max(float(model.counts.max(initial=0)), 1.0) * _POPULAR).astype(np.float32)


def _foretold(model: Recommender, weights: np.ndarray, asked: sparse.csr_array) -> np.ndarray:
    """(q, n): EASE's answer, 0 outside the head."""
    out = np.zeros(asked.shape, np.float32)
    known = sparse.csr_array(sparse.csc_array(asked)[:, model.head])
    used = np.flatnonzero(np.bincount(known.indices, minlength=len(model.head)))
    if len(used):
        out[:, model.head] = sparse.csc_array(known)[:, used].tocsr() @ np.asarray(weights[used], np.float32)
    return out


def _dense(table: sparse.csr_array) -> np.ndarray:
    return np.asarray(table.toarray(), np.float32)
