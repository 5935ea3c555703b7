"""A second estimate of each pair's probability, from the distribution of log odds in its own catalogue."""

from __future__ import annotations

import numpy as np

from embedcore.match.cut import logistic

# Chosen by hand.
_FROM = -3.0  # log odds below which the shape says nothing
_LEAST = 5  # pairs above that for there to be a shape
_NARROW = 0.7  # least standard deviation of the log odds of matches
_HOLD = 50.0  # pairs that the fall of the others is held by
_ROUNDS = 200
_CERTAIN = 1e-9


def opinion(log_odds: np.ndarray) -> np.ndarray:
    """(m,) probability of a match: above _FROM, other pairs fall off exponentially and matches are a normal bump, both
    fitted by expectation maximisation; it never falls with the log odds. Below that it is the probability itself."""
    p = logistic(log_odds)
    at = np.flatnonzero(log_odds > _FROM)
    if len(at) < _LEAST:
        return p
    x = log_odds[at]
    fall, share, middle, wide = 1.0, 0.2, float(np.quantile(x, 0.9)), 1.5
    q = np.zeros(len(x))
    for _ in range(_ROUNDS):
        match = share * np.exp(-0.5 * ((x - middle) / wide) ** 2) / wide / np.sqrt(2 * np.pi)
        q = match / (match + (1 - share) * fall * np.exp(-fall * (x - _FROM)) + 1e-300)
        share = float(np.clip((q.sum() + 0.5) / (len(x) + 5), 1e-4, 0.95))
        middle = float((q * x).sum() / max(q.sum(), _CERTAIN))
        wide = max(_NARROW, float(np.sqrt((q * (x - middle) ** 2).sum() / max(q.sum(), _CERTAIN))))
        others = float(((1 - q) * (x - _FROM)).sum())
        fall = float(np.clip(((1 - q).sum() + _HOLD) / (others + _HOLD), 0.3, 5.0))
    order = np.argsort(x, kind="stable")
    q[order] = np.maximum.accumulate(q[order])
    p[at] = q
    return p


def softened(log_odds: np.ndarray, share: float = 0.5) -> np.ndarray:
    """(m,) log odds of the mean of both opinions. share: of the second one."""
    p = (1 - share) * logistic(log_odds) + share * opinion(log_odds)
    p = np.clip(p, _CERTAIN, 1 - _CERTAIN)
    return np.asarray(np.log(p / (1 - p)))
