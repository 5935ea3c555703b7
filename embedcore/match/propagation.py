"""Evidence from other pairs: what the matches of both products say about a pair, and one-to-one matches of shops."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from embedcore.match import sparse
from embedcore.match.cut import logistic, with_share

# Chosen by hand, and judged on abt-buy and wdc-dev by tests/bench/train_matcher.py.
ROUNDS = 2
_SHARED, _FEWER_LEFT, _MORE_LEFT = 0.5, 2.0, 1.0  # weights of shared partners, and of those that only one product has
_CALM = 1.0  # pairs that learn from each other repeat each other's errors: they are less sure than they seem
_UNLIKELY = 0.02  # pairs less likely than this say nothing about others


def propagate(log_odds: np.ndarray, a: np.ndarray, b: np.ndarray, n: int, rounds: int = ROUNDS) -> np.ndarray:
    """(m,) log odds after the evidence of neighbouring pairs; the expected number of matches stays.

    log_odds: (m,) of the pairs (a[i], b[i]) of n rows. Partners that both products share speak for the pair. Partners
    of one that the other does not share speak against it: when the charger surely is the black charger, it is not the
    white one."""
    share = float(logistic(log_odds).mean()) if len(log_odds) else 0.0
    now = log_odds
    for _ in range(rounds):
        p = logistic(now).astype(np.float32)
        table = csr_matrix((np.r_[p, p], (np.r_[a, b], np.r_[b, a])), (n, n))
        table.data[table.data < _UNLIKELY] = 0
        table.eliminate_zeros()
        shared = sparse.dots(table, table, a, b)
        total = np.asarray(table.sum(1)).ravel()
        own = np.where(p < _UNLIKELY, 0, p)
        x, y = np.maximum(total[a] - own - shared, 0), np.maximum(total[b] - own - shared, 0)
        evidence = _SHARED * np.log1p(shared) - _FEWER_LEFT * np.log1p(np.minimum(x, y))
        evidence -= _MORE_LEFT * np.log1p(np.maximum(x, y))
        now = with_share(log_odds + evidence, share)
    return with_share(_CALM * now, share)


def one_to_one(
    likelihood: np.ndarray, a: np.ndarray, b: np.ndarray, shop: np.ndarray, tried: int
) -> tuple[np.ndarray, np.ndarray]:
    """(probability (m,), chosen (m,) bool) when a product has at most one partner in each other shop.

    likelihood: (m,) log of how much likelier the pair is among matches than among others. tried: candidates that were
    looked at, these included. For each two shops: how many products have a partner is estimated by expectation
    maximisation, partners compete, the best assignment as a whole is taken, and what it chose is set against having no
    partner. Pairs that were not chosen keep a tenth of their share, to be listed below."""
    probability, chosen = np.zeros(len(a)), np.zeros(len(a), bool)
    if not len(a):
        return probability, chosen
    first, second = np.where(shop[a] <= shop[b], a, b), np.where(shop[a] <= shop[b], b, a)
    shops = shop[first].astype(np.int64) * (int(shop.max()) + 2) + shop[second]
    size = np.bincount(shop + 1)
    for k in np.unique(shops):
        at = np.flatnonzero(shops == k)
        x, y = first[at], second[at]
        fewer = max(1, int(min(size[shop[x[0]] + 1], size[shop[y[0]] + 1])))
        share = tried * len(at) / len(a) / fewer
        probability[at], chosen[at] = _assigned(np.exp(np.clip(likelihood[at], -30, 30)), x, y, fewer, share)
    return probability, chosen


def _assigned(
    odds: np.ndarray, x: np.ndarray, y: np.ndarray, fewer: int, tried: float
) -> tuple[np.ndarray, np.ndarray]:
    """One pair of shops. fewer: products of the smaller one. tried: candidates per product of it."""
    _, left = np.unique(x, return_inverse=True)
    _, right = np.unique(y, return_inverse=True)
    rivals = np.bincount(left, weights=odds)[left] + np.bincount(right, weights=odds)[right] - odds
    partnered = 0.5
    for _ in range(50):
        weight = partnered / tried / (1 - partnered)
        p = weight * odds / (1 + weight * rivals)
        partnered = float(np.clip(p.sum() / fewer, 1e-3, 0.999))
    chosen = _best_assignment(np.log1p(weight * odds), left, right)
    alone = p
    for _ in range(50):
        weight = partnered / tried / (1 - partnered)
        alone = weight * odds / (1 + weight * odds)
        partnered = float(np.clip(alone[chosen].sum() / fewer, 1e-3, 0.999))
    return np.where(chosen, alone, p / 10), chosen


def _best_assignment(gain: np.ndarray, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """(m,) bool: the pairs of the assignment with the highest total gain; a product may stay alone."""
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    rows, columns = int(left.max()) + 1, int(right.max()) + 1
    alone = np.arange(rows)
    # Each row may also take a column of its own, which stands for having no partner.
    table = csr_matrix(
        (np.r_[gain + 1e-6, np.full(rows, 1e-9)], (np.r_[left, alone], np.r_[right, columns + alone])),
        (rows, columns + rows),
    )
    x, y = min_weight_full_bipartite_matching(table, maximize=True)
    partner = np.full(rows, -1)
    partner[x] = y
    return np.asarray(partner[left] == right)
