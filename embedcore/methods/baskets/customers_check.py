"""What customer vectors find on the second halves of histories, learned from the first halves only."""

from __future__ import annotations

from typing import Any

import numpy as np

from embedcore.data import Dataset
from embedcore.methods.base import figure
from embedcore.methods.baskets.histories import factors, purchases, rarity, weighted
from embedcore.progress import Progress, part

_ASKED = 2_000  # customers at most
_LEAST = 30
_NEEDED = 4  # baskets of a customer who is cut in two


def check(dataset: Dataset, dimension: int, seed: int, progress: Progress) -> dict[str, Any]:
    """{"figures", "notices"} for meta: is a customer found again among all by the later half of their purchases
    (baseline: the whole shopping list, tf-idf), and are products found that are new to them in the first basket of the
    later half (baseline: what is bought most)?"""
    b = dataset.baskets
    assert b is not None
    assert b.customers is not None
    order = np.argsort(b.customers, kind="stable")
    order = order[b.customers[order] >= 0]
    who, many = np.unique(b.customers[order], return_counts=True)
    place = np.arange(len(order)) - np.repeat(np.cumsum(many) - many, many)
    total = np.repeat(many, many)
    early = np.zeros(len(b), bool)
    early[order] = (place < total // 2) | (total < _NEEDED)
    chosen = who[many >= _NEEDED]
    if len(chosen) < _LEAST:
        few = f"Fewer than {_LEAST} customers have {_NEEDED} baskets, so how good this is could not be checked."
        return {"figures": [], "notices": [few]}
    chosen = np.sort(np.random.default_rng(seed).permutation(chosen)[:_ASKED])
    bought = np.flatnonzero(dataset.counts)
    first, first_who = purchases(dataset, 0, early)
    first = first[:, bought]
    idf = rarity(np.bincount(first.indices, first.data, minlength=len(bought)), int(early.sum()))
    vectors, m = factors(first, idf, dimension, seed, part(progress, 0, 60))
    later, later_who = purchases(dataset, 0, ~early)
    old = m[np.searchsorted(first_who, chosen)]
    new = weighted(later[np.searchsorted(later_who, chosen)][:, bought], idf)
    column = np.full(len(dataset), -1)
    column[bought] = np.arange(len(bought))
    progress(70, 100, note="Checking on the second halves of histories")
    mine = _found(_unit(old @ vectors), _unit(new @ vectors))
    theirs = _found(old, new)
    progress(85, 100, note="Checking on the second halves of histories")
    starts = order[(place == total // 2) & (total >= _NEEDED)]
    basket = dict(zip(b.customers[starts].tolist(), starts.tolist(), strict=True))
    popular = np.bincount(first.indices, first.data, minlength=len(bought))
    hits: list[tuple[float, float]] = []
    score = np.asarray(old @ vectors)
    for n, customer in enumerate(chosen.tolist()):
        had = old[n].indices
        wanted = np.setdiff1d(column[b.of(basket[customer])], had)
        if len(wanted):
            hits.append((_recall(vectors @ score[n], had, wanted), _recall(popular, had, wanted)))
        if n % 200 == 0:
            progress(85 + round(15 * n / len(chosen)), 100, note="Checking on the second halves of histories")
    said = [
        figure(
            "A customer is found again by later purchases",
            mine,
            theirs,
            "their whole shopping lists (tf-idf)",
            help="Learned from the first halves of all histories; each second half looks for its first half among "
            f"{len(chosen):,} customers: the share that has it among the 10 nearest. Baseline: cosine of tf-idf over "
            "all products, which needs as many numbers as there are products.",
        )
    ]
    if hits:
        a, p = np.mean(hits, axis=0)
        said.append(
            figure(
                "Products new to a customer that they bought next",
                float(a),
                float(p),
                "what is bought most",
                help="Recall@20 over the never-bought products of the first basket of the second half.",
            )
        )
    notices = []
    if mine < theirs:
        notices.append(
            f"For recognising one customer, comparing whole shopping lists does better here "
            f"({theirs:.0%} against {mine:.0%}); these vectors are for maps, segments and customers alike."
        )
    if len(said) > 1 and said[1]["value"] < said[1]["baseline"]:
        notices.append("For products that a customer never bought, simply what is bought most does better here.")
    return {"figures": said, "notices": notices}


def _found(a: Any, b: Any) -> float:
    """Share of the rows of b whose own row of a is among the 10 most alike; ties count against it by half."""
    right = []
    for start in range(0, b.shape[0], 500):
        some = b[start : start + 500] @ a.T
        some = some.toarray() if hasattr(some, "toarray") else some
        own = some[np.arange(len(some)), start + np.arange(len(some))][:, None]
        rank = 1 + (some > own).sum(axis=1) + ((some == own).sum(axis=1) - 1) / 2
        right.append(rank <= 10)
    return float(np.concatenate(right).mean())


def _unit(x: np.ndarray) -> np.ndarray:
    return np.asarray(x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-9))


def _recall(score: np.ndarray, had: np.ndarray, wanted: np.ndarray, k: int = 20) -> float:
    score = score.astype(np.float64, copy=True)
    score[had] = -np.inf
    k = min(k, len(score))
    return float(np.isin(wanted, np.argpartition(-score, k - 1)[:k]).mean())
