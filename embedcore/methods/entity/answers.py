"""Predictions of a trained network: values with probabilities, numbers with a range, products bought together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from embedcore.methods.columns import softmax
from embedcore.methods.entity.target import Target

TOP = 5
_BLOCK = 2048  # rows answered at a time
Top = tuple[tuple[tuple[str, float], ...], ...]  # for each product, (value, probability), best first


@dataclass(frozen=True, eq=False)
class Predictions:
    """One answer a product, n of them.

    ids: (n,) object str. target: the column, or "bought with". kind: "category", "number" or "bought with".
    values: (n,) object, the likeliest value (str; a product id for "bought with") or amount (float; a day as
    "2024-01-31"). confidence: (n,) float32, its probability; NaN for amounts. top: per product the five likeliest
    (value, probability), best first; () for amounts. low, high: (n,) object, the range that holds 80 % of such
    amounts; None otherwise. purchase: (n,) float32 share of baskets that would hold the product ("bought with"), else
    NaN. known: (n,) bool, whether anything was known of the product: without, the answer is the commonest."""

    ids: np.ndarray
    target: str
    kind: str
    values: np.ndarray
    confidence: np.ndarray
    top: Top
    low: np.ndarray
    high: np.ndarray
    purchase: np.ndarray
    known: np.ndarray

    def __len__(self) -> int:
        """How many products."""
        return len(self.ids)

    def take(self, rows: np.ndarray) -> Predictions:
        """Some of the answers."""
        top = tuple(self.top[r] for r in rows)
        return Predictions(
            self.ids[rows],
            self.target,
            self.kind,
            self.values[rows],
            self.confidence[rows],
            top,
            self.low[rows],
            self.high[rows],
            self.purchase[rows],
            self.known[rows],
        )

    def plain(self) -> dict[str, Any]:
        """As JSON; what is not a number becomes None."""
        return {
            "ids": [str(i) for i in self.ids],
            "target": self.target,
            "kind": self.kind,
            "values": list(self.values),
            "confidence": _nones(self.confidence),
            "top": [list(t) for t in self.top],
            "low": list(self.low),
            "high": list(self.high),
            "purchase": _nones(self.purchase),
            "known": self.known.tolist(),
        }


@dataclass(frozen=True, eq=False)
class Head:
    """What makes answers of product vectors. weights: by name. facts: "temperature", or "range" (10 % and 90 % of the
    held-out errors, on the learned scale), or "partners" (ids) and "rate" (mean and spread of the log share of
    baskets)."""

    target: Target
    weights: Mapping[str, np.ndarray]
    facts: Mapping[str, Any]

    @cached_property
    def _row(self) -> dict[str, int]:
        """The row of each partner."""
        return {i: n for n, i in enumerate(self.facts["partners"])}

    def answers(self, h: np.ndarray, ids: np.ndarray, known: np.ndarray) -> Predictions:
        """From product vectors h (n, d). ids, known: see Predictions."""
        n = len(h)
        nan, none = np.full(n, np.nan, np.float32), np.full(n, None, object)
        target = self.target
        if target.kind == "number":
            z = scores(self.weights, h)[:, 0]
            low, high = self.facts["range"]
            middle, least, most = (_written(target, target.amounts(np.asarray(x))) for x in (z, z + low, z + high))
            return Predictions(ids, target.column, target.kind, middle, nan, ((),) * n, least, most, nan, known)
        values, chances, top = self._likeliest(h, ids)
        often, label = nan, target.column
        if target.kind == "bought with":
            often, label = self._purchases(h), target.kind
        return Predictions(ids, label, target.kind, values, chances, top, none, none, often, known)

    def probabilities(self, h: np.ndarray, ids: np.ndarray) -> np.ndarray:
        """(n, values) rows that sum to 1. For "bought with": of the partners in baskets; a product is not its own."""
        if self.target.kind == "category":
            return softmax(scores(self.weights, h) / self.facts["temperature"])
        s = np.asarray(h @ self.weights["head.weight"].T + self.weights["popularity"])
        at = np.array([self._row.get(str(i), -1) for i in ids])
        s[np.flatnonzero(at >= 0), at[at >= 0]] = -np.inf
        return softmax(s)

    def _likeliest(self, h: np.ndarray, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray, Top]:
        """((n,) the likeliest value, (n,) its probability, the TOP likeliest of each)."""
        n, names = len(h), self.target.values if self.target.kind == "category" else self.facts["partners"]
        best = np.empty((n, min(TOP, len(names))), np.int64)
        chance = np.empty(best.shape, np.float32)
        for start in range(0, n, _BLOCK):
            part = slice(start, start + _BLOCK)
            p = self.probabilities(h[part], ids[part])
            best[part] = np.argsort(-p, axis=1, kind="stable")[:, : best.shape[1]]
            chance[part] = np.take_along_axis(p, best[part], axis=1)
        top = tuple(
            tuple((names[k], round(float(p), 4)) for k, p in zip(ks, ps, strict=True))
            for ks, ps in zip(best, chance, strict=True)
        )
        return np.array([names[k] for k in best[:, 0]], object), chance[:, 0], top

    def _purchases(self, h: np.ndarray) -> np.ndarray:
        """(n,) float32 share of baskets that would hold each product."""
        mean, spread = self.facts["rate"]
        z = h @ self.weights["extra.weight"].T + self.weights["extra.bias"]
        return np.asarray(np.minimum(np.exp(z[:, 0] * spread + mean), 1.0), np.float32)


def scores(weights: Mapping[str, np.ndarray], h: np.ndarray) -> np.ndarray:
    """(n, outputs) of the head."""
    return np.asarray(h @ weights["head.weight"].T + weights["head.bias"])


def temperature(scores: np.ndarray, y: np.ndarray) -> float:
    """What held-out scores are divided by so that probabilities are as right as they say (Guo et al. 2017)."""
    tried = np.geomspace(0.25, 4.0, 33)
    rows = np.arange(len(y))
    loss = [-np.log(np.maximum(softmax(scores / t)[rows, y], 1e-12)).mean() for t in tried]
    return float(tried[int(np.argmin(loss))])


def calibration(p: np.ndarray, right: np.ndarray) -> list[dict[str, float]]:
    """How often answers of each confidence were right: p (n,) confidence, right (n,) bool -> from, to, rows, right."""
    out = []
    for low, high in ((0.0, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 0.97), (0.97, 1.0)):
        here = (p >= low) & ((p < high) | (high == 1.0))
        if here.any():
            out.append({"from": low, "to": high, "rows": int(here.sum()), "right": float(right[here].mean())})
    return out


def _nones(x: np.ndarray) -> list[float | None]:
    return [None if v != v else round(float(v), 6) for v in x]


def _written(target: Target, x: np.ndarray) -> np.ndarray:
    """Amounts as floats with six meaningful digits; days as text."""
    if target.date:
        return np.datetime_as_string((x * 86400).astype("datetime64[s]").astype("datetime64[D]")).astype(object)
    return np.array([float(f"{v:.6g}") for v in x], object)
