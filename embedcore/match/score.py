"""The score: a linear model that ships with the package, half learned from known duplicates, half set by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from embedcore.match import sparse

IDENTICAL = 8.0  # log odds of two of many copies of a row
EXTRA = 0.5  # log odds that likeness in another embedding adds per standard deviation; chosen by hand
_WIDE = 2.5  # standard deviations at which that likeness is clipped


@dataclass(frozen=True, eq=False)
class PairWeights:
    """Log odds of "the same product" = bias + sum of weight x (feature - mean) / spread.

    >>> weights = PairWeights(("chars",), np.array([0.5]), np.array([0.5]), np.array([2.0]), -1.0, 0.1)
    >>> weights.log_odds({"chars": np.array([1.0, 0.5])}).tolist()
    [1.0, -1.0]

    names: F features. mean, spread, weight: (F,) float64. prior: share of matches among the pairs it was learned on.
    moved: shift of the log odds in the catalogue where it was taught; None: estimate it anew.
    """

    names: tuple[str, ...]
    mean: np.ndarray
    spread: np.ndarray
    weight: np.ndarray
    bias: float
    prior: float
    moved: float | None = None

    def log_odds(self, features: Mapping[str, np.ndarray]) -> np.ndarray:
        """(m,) float64; a feature that is not there counts as average."""
        m = len(next(iter(features.values())))
        out = np.full(m, self.bias)
        for name, mean, spread, weight in zip(self.names, self.mean, self.spread, self.weight, strict=True):
            if name in features and weight:
                out += (features[name].astype(np.float64) - mean) * (weight / spread)
        return out

    def standard(self, features: np.ndarray) -> np.ndarray:
        """(m, F) features in the order of `names` -> standardised."""
        return np.asarray((features - self.mean) / self.spread)

    def and_also(self, names: Sequence[str], weight: np.ndarray | float = EXTRA) -> PairWeights:
        """The same with further features, which need no standardising. weight: of each, or of all."""
        k = len(names)
        return replace(
            self,
            names=(*self.names, *names),
            mean=np.r_[self.mean, np.zeros(k)],
            spread=np.r_[self.spread, np.ones(k)],
            weight=np.r_[self.weight, np.broadcast_to(weight, k)],
        )

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "names": list(self.names),
            "mean": self.mean.tolist(),
            "spread": self.spread.tolist(),
            "weight": self.weight.tolist(),
            "bias": self.bias,
            "prior": self.prior,
            "moved": self.moved,
        }

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> PairWeights:
        """From what `plain` gave."""
        mean, spread, weight = (np.array(plain[k], np.float64) for k in ("mean", "spread", "weight"))
        bias, prior = float(plain["bias"]), float(plain["prior"])
        return cls(tuple(plain["names"]), mean, spread, weight, bias, prior, plain.get("moved"))


@cache
def shipped(*, meaning: bool) -> PairWeights:
    """The weights of the package. meaning: those for when text vectors are there."""
    text = files("embedcore.match").joinpath("weights.json").read_text(encoding="utf-8")
    return PairWeights.of(json.loads(text)["with meaning" if meaning else "without meaning"])


def average(learned: PairWeights, by_hand: Mapping[str, float], bias: float) -> PairWeights:
    """Half of a learned model and half of a hand-made one, whose weights are per unit of a feature."""
    hand = np.array([by_hand.get(n, 0.0) for n in learned.names])
    return replace(
        learned,
        weight=(learned.weight + hand * learned.spread) / 2,
        bias=(learned.bias + bias + float(hand @ learned.mean)) / 2,
    )


@dataclass(frozen=True, eq=False)
class Likeness:
    """Likeness in another embedding as a feature: 0 on average and where it is unknown, clipped at _WIDE.

    unit: (n, d) float32 vectors of length 1. has: (n,) bool which rows have one. mean, spread: of the candidates."""

    unit: np.ndarray
    has: np.ndarray
    mean: float = 0.0
    spread: float = 1.0

    @classmethod
    def fit(cls, unit: np.ndarray, has: np.ndarray, a: np.ndarray, b: np.ndarray) -> Likeness:
        """Take mean and spread from these pairs."""
        raw = sparse.cosines(unit, a, b)[has[a] & has[b]]
        return cls(unit, has, float(raw.mean()), float(max(raw.std(), 1e-6))) if len(raw) > 1 else cls(unit, has)

    def of(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """(m,) float32."""
        z = np.clip((sparse.cosines(self.unit, a, b) - self.mean) / self.spread, -_WIDE, _WIDE)
        return np.where(self.has[a] & self.has[b], z, 0).astype(np.float32)
