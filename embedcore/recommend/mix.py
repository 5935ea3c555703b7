"""How the signals are put together: one mix for completing a basket, one for what a customer buys next.

The weights were chosen on held-out baskets of three shops; in a wide range around them the results hardly change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from embedcore.recommend.habit import Bought
from embedcore.recommend.model import Recommender
from embedcore.recommend.people import People
from embedcore.recommend.purchases import decayed, table

COMPLETE = (1.0, 0.7)  # co-occurrence, EASE over baskets; each row's best product is 1
NEW = (1.0, 0.5, 0.25)  # EASE over customers, co-occurrence, nearest customers; each row's best 20 are 1 on average
FRESH = 0.02  # what the 20 best new products weigh beside the chance of a repeat
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
    parts = {"together": _dense(asked @ model.together), "pattern": _foretold(model, model.baskets, asked)}
    out = popularity(model)[None, :].repeat(len(baskets), axis=0)
    row = np.repeat(np.arange(len(baskets)), np.diff(asked.indptr))
    for part, weight in zip(parts.values(), COMPLETE, strict=True):
        part[row, asked.indices] = 0
        part *= weight / np.maximum(part.max(axis=1, keepdims=True, initial=0), 1e-9)
        out += part
    out[row, asked.indices] = -np.inf
    return out, parts


def next_baskets(
    model: Recommender,
    histories: Sequence[Sequence[np.ndarray]],
    people: People | None = None,
    but: np.ndarray | None = None,
) -> Next:
    """What customers with these histories (baskets, oldest first) buy next. but: their own numbers among `people`."""
    n, q = len(model), len(histories)
    lately = decayed(histories, n, 0.85)
    lately.data = np.sqrt(lately.data)
    lasting = decayed(histories, n, 0.97)
    lasting.data = np.log1p(lasting.data)
    parts = {
        "pattern": _foretold(model, model.customers, lasting) if model.customers is not None else None,
        "together": _dense(lately @ model.together),
        "people": _dense(people.like(lasting, but=but) @ people.bought) if people is not None else None,
    }
    row = np.repeat(np.arange(q), np.diff(lasting.indptr))
    new = np.tile(popularity(model), (q, 1))
    told: dict[str, np.ndarray] = {}
    for (name, part), weight in zip(parts.items(), NEW, strict=True):
        if part is None:
            continue
        part[row, lasting.indices] = 0
        k = min(20, n)
        best = -np.partition(-part, k - 1, axis=1)[:, :k]
        part *= weight / np.maximum(best.mean(axis=1, keepdims=True), 1e-9)
        new += part
        told[name] = part
    everything = new * np.float32(FRESH)
    bought, chance = None, np.empty(0)
    if model.habit is not None:
        bought, chance = model.habit.chance(histories)
        everything[bought.row, bought.item] = chance
    new[row, lasting.indices] = -np.inf
    return Next(everything, new, told, bought, chance)


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
