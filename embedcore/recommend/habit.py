"""What a customer is due to buy again: how often, how recently and in which rhythm, with weights learned from the
dataset's own customers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from embedcore.recommend import purchases

# Chosen by hand, judged by the next basket of customers in tests/bench/recommend.py.
_RATES = (0.7, 0.9, 0.97)  # a purchase a baskets back counts by these to the power a; the middle one is Bought.rate
_RECENT = 0.4  # weight of the recent rate beside the learned chance: the sum ranks better than one of them alone
LAST = 200  # baskets of a customer that are read; older ones say nothing about the next
_LEARNED_FROM = 1_500  # customers, each with up to three hidden baskets
_PRIOR = 5.0  # customers' worth of the average repeat rate, for products few have bought
_RIDGE = 1.0  # penalty of the squared weights (standardised features)
_FEW = 50  # repeats among the examples below which nothing is learned
# Log of the baskets since the last purchase over the usual gap, within which a repeat is due.
_EARLY, _LATE = -0.35, 0.35
_RECENT_BASKETS = 10  # whose mean size is a feature
_AGAIN, _COUNT = -2, -1  # columns of `_features`
Histories = Sequence[Sequence[np.ndarray]]


@dataclass(frozen=True, eq=False)
class Bought:
    """One row per customer and product they bought. row: the customer. times: baskets with it among the last. last: how
    many baskets ago (0 = the latest). gap: mean number of baskets from one purchase to the next. of: baskets looked
    at. rate: share of the baskets that hold it, the later ones counting more."""

    row: np.ndarray
    item: np.ndarray
    times: np.ndarray
    last: np.ndarray
    gap: np.ndarray
    of: np.ndarray
    rate: np.ndarray


@dataclass(frozen=True, eq=False)
class Habit:
    """Logistic weights over the features of `_features`, learned from baskets that customers really bought next.
    weights: (f + 1,) with the intercept first, or empty when there was too little to learn from. again: (n,) share of
    a product's buyers who bought it again. counts: (n,). recent: weight of the recent rate beside the learned chance;
    where nothing was learned, the ratio of the chance of a repeat to that rate."""

    weights: np.ndarray
    mean: np.ndarray
    spread: np.ndarray
    again: np.ndarray
    counts: np.ndarray
    recent: float = _RECENT

    def chance(self, histories: Histories) -> tuple[Bought, np.ndarray]:
        """(what they bought, (rows,) float64: how likely each is in the next basket, plus its recent rate
        at less than half)."""
        bought, likely = self.learned(histories)
        return bought, likely + self.recent * bought.rate

    def learned(self, histories: Histories) -> tuple[Bought, np.ndarray]:
        """(what they bought, (rows,) float64: the learned probability; almost 0 when there was too little to learn)."""
        bought, features = _features(histories, self.again, self.counts)
        if not len(self.weights):
            often = self.counts[bought.item] / max(float(self.counts.max(initial=0)), 1.0)
            return bought, often * 1e-4  # among equal rates, what sells more
        z = (features - self.mean) / self.spread @ self.weights[1:] + self.weights[0]
        return bought, np.asarray(1 / (1 + np.exp(-np.clip(z, -30, 30))))

    def likely(self, bought: Bought, chance: np.ndarray) -> np.ndarray:
        """(rows,) in 0..1: the probability alone, from what `chance` gave to rank by."""
        return np.asarray(np.clip(chance - self.recent * bought.rate if len(self.weights) else chance, 0.0, 1.0))


def fit(histories: purchases.Histories, table: sparse.csr_array) -> Habit:
    """Learn from the customers' own last baskets: what was bought before each, and what came back in it.

    table: (customers, n), in how many baskets of each customer each item is (Histories.counts())."""
    counts = histories.dataset.counts
    n, (buyers, twice) = len(counts), _buyers(table)
    again = _again(buyers, twice)
    long = np.flatnonzero(np.diff(histories.indptr) >= 2)
    some = long[:: max(1, -(-len(long) // _LEARNED_FROM))]
    useful = [histories.of_customer(int(c)) for c in some]
    ever_bought = histories.counts(some)
    parts, right, rates = [], [], []
    for hidden in (1, 2, 3):
        enough = [c for c, h in enumerate(useful) if len(h) > hidden]
        if not enough:
            continue
        lists = [useful[c] for c in enough]
        bought, features = _features([h[: len(h) - hidden] for h in lists], again, counts)
        row = np.repeat(np.arange(len(lists)), [len(h[-hidden]) for h in lists])
        true = np.unique(row * n + np.concatenate([h[-hidden] for h in lists]))
        # The counts of a product are those without the hidden baskets, which would predict themselves.
        ever = np.asarray(ever_bought[enough][bought.row, bought.item]).ravel()
        before = np.maximum(twice[bought.item] - (ever > 1) + (bought.times > 1), 0)
        features[:, _AGAIN] = np.log(_again(buyers[bought.item], before, twice.sum() / max(buyers.sum(), 1)) + 1e-6)
        features[:, _COUNT] = np.log(np.maximum(counts[bought.item] - np.maximum(ever - bought.times, 0), 1))
        parts.append(features)
        rates.append(bought.rate)
        right.append(np.isin(bought.row * n + bought.item, true))
    nothing = Habit(np.empty(0), np.empty(0), np.empty(0), again, counts, 1.0)
    if not parts:
        return nothing
    x, y = np.concatenate(parts), np.concatenate(right).astype(np.float64)
    share = float((y.sum() + 1) / (np.concatenate(rates).sum() + 1))
    nothing = replace(nothing, recent=min(share, 1.0))
    if y.sum() < _FEW or (1 - y).sum() < _FEW:
        return nothing
    mean, spread = x.mean(0), x.std(0) + 1e-6
    return Habit(_logistic((x - mean) / spread, y), mean, spread, again, counts)


def _buyers(table: sparse.csr_array) -> tuple[np.ndarray, np.ndarray]:
    """(n,) customers who bought it, (n,) those who did in two baskets or more; from (customers, n) counts."""
    n = table.shape[1]
    return np.bincount(table.indices, minlength=n), np.bincount(table.indices, table.data > 1, n)


def _again(buyers: np.ndarray, twice: np.ndarray, share: float | None = None) -> np.ndarray:
    """Share of the buyers who bought it again, drawn to the share of all (or to `share`) where they are few."""
    share = float(twice.sum() / max(buyers.sum(), 1)) if share is None else share
    return np.asarray((twice + _PRIOR * share) / (buyers + _PRIOR))


def _lines(histories: Histories, last: int = LAST) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(row, item, how many baskets ago) of every purchase in the last baskets."""
    rows: list[np.ndarray] = []
    items: list[np.ndarray] = []
    ages: list[np.ndarray] = []
    for n, history in enumerate(histories):
        recent = history[-last:]
        sizes = [len(b) for b in recent]
        rows.append(np.full(sum(sizes), n))
        items.extend(recent)
        ages.append(np.repeat(np.arange(len(recent) - 1, -1, -1), sizes))
    if not items:
        return (np.empty(0, np.int64),) * 3
    return np.concatenate(rows), np.concatenate(items).astype(np.int64), np.concatenate(ages).astype(np.int64)


def _features(histories: Histories, again: np.ndarray, counts: np.ndarray) -> tuple[Bought, np.ndarray]:
    n = max(len(counts), 1)
    row, item, age = _lines(histories)
    pairs, at = np.unique(row * n + item, return_inverse=True)
    who, what = pairs // n, pairs % n
    times = np.bincount(at, minlength=len(pairs)).astype(np.float64)
    last, first = np.full(len(pairs), LAST), np.zeros(len(pairs), np.int64)
    np.minimum.at(last, at, age)
    np.maximum.at(first, at, age)
    lengths = np.array([min(len(h), LAST) for h in histories], np.float64)
    sizes = np.array([np.mean([len(b) for b in h[-_RECENT_BASKETS:]]) if len(h) else 1.0 for h in histories])
    of = lengths[who] if len(who) else np.empty(0)
    rates = [np.bincount(at, d**age, len(pairs)) * (1 - d) / (1 - d**of) for d in _RATES]
    gap = np.where(times > 1, (first - last) / np.maximum(times - 1, 1), of)
    over = np.log((last + 1) / np.maximum(gap, 1))
    steady = times > 2  # a rhythm needs two gaps
    columns = [
        steady,
        steady & (over < _EARLY),
        steady & (np.abs(over) <= _LATE),
        steady * np.maximum(over, -1),
        *(np.log(r + 1e-3) for r in rates),
        np.log(times),
        times == 1,
        np.log(last + 1.0),
        last == 0,
        over,
        over**2,
        np.log(of),
        np.log(np.maximum(sizes[who], 1)) if len(who) else of,
        np.log(again[what] + 1e-6),
        np.log(np.maximum(counts[what], 1)),
    ]
    return Bought(who, what, times, last, gap, of, rates[1]), np.column_stack(columns).astype(np.float64)


def _logistic(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Weights of a logistic regression of y (m,) on standardised x (m, f), the intercept first."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1 / _RIDGE, solver="newton-cholesky", tol=1e-6).fit(x, y)
    return np.concatenate([model.intercept_, model.coef_[0]])
