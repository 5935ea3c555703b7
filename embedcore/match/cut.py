"""How many pairs are matches here, how sure each is, and where to cut: all without a single label."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_FEW, _USUAL = 300, 0.005  # so many pairs with that share of matches are assumed beside those seen; chosen by hand
_LEAST, _MOST = 1e-6, 0.9  # shares of matches that are taken for possible
# Matches look less alike in a catalogue that the weights were not learned on: 76 to 94 % of the true ones were found
# (one known catalogue judged by weights of the other).
_MORE = 1.0
_FLOOR = 0.2  # a pair less likely than this is never taken, however few better ones there are


def logistic(x: np.ndarray) -> np.ndarray:
    """Log odds -> probability."""
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -40, 40))))


def shift(log_odds: np.ndarray, prior: float, others: int = 0, rounds: int = 200) -> float:
    """What to add to log odds so that they hold in this catalogue, whose share of matches is estimated by expectation
    maximisation.

    prior: the share of matches where the log odds were learned. others: pairs beside these that are surely none.
    Saerens, Latinne and Decaestecker 2002, Adjusting the outputs of a classifier to new a priori probabilities."""
    if not len(log_odds):
        return 0.0
    share = prior
    for _ in range(rounds):
        p = logistic(log_odds - _odds(prior) + _odds(share))
        new = float(np.clip((p.sum() + _FEW * _USUAL) / (len(log_odds) + others + _FEW), _LEAST, _MOST))
        done = abs(new - share) < 1e-4 * share
        share = new
        if done:
            break
    return _odds(float(np.clip(_MORE * share, _LEAST, _MOST))) - _odds(prior)


def with_share(log_odds: np.ndarray, share: float) -> np.ndarray:
    """The log odds, shifted so that their mean probability is `share`."""
    if not len(log_odds):
        return log_odds
    low, high = -60.0, 60.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if logistic(log_odds + middle).mean() < share else (low, middle)
    return log_odds + (low + high) / 2


def _odds(share: float) -> float:
    return float(np.log(share / (1 - share)))


@dataclass(frozen=True, eq=False)
class ExpectedQuality:
    """What to expect of every cut. at: (m,) probabilities in descending order; precision, recall, f1: (m,) of taking
    all pairs down to there."""

    at: np.ndarray
    precision: np.ndarray
    recall: np.ndarray
    f1: np.ndarray

    def of(self, cut: float) -> tuple[float, float, int]:
        """(precision, recall, pairs) of the pairs at or above a cut; precision is 1 when there is none."""
        k = int(np.searchsorted(-self.at, -cut, side="right"))
        return (float(self.precision[k - 1]), float(self.recall[k - 1]), k) if k else (1.0, 0.0, 0)

    @property
    def best(self) -> float:
        """The cut with the highest expected F1, not below _FLOOR; 0.5 when nothing is likely."""
        if not len(self.at) or self.at[0] < _FLOOR:
            return 0.5
        return max(float(self.at[int(self.f1.argmax())]), _FLOOR)


def expected(probability: np.ndarray) -> ExpectedQuality:
    """The curve from the probabilities alone: matches among the first k are the sum of their probabilities."""
    at = np.sort(probability)[::-1]
    found, k = np.cumsum(at), np.arange(1, len(at) + 1)
    total = max(float(found[-1]), 1e-12) if len(at) else 1.0
    return ExpectedQuality(at, found / k, found / total, 2 * found / (k + total))
