"""Answers of a trained network: values with probabilities, amounts with a range, fellows in baskets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from embedcore.methods.entity.linear import softmax
from embedcore.methods.entity.target import Target

TOP = 5
_ROWS = 2048


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
    top: tuple[tuple[tuple[str, float], ...], ...]
    low: np.ndarray
    high: np.ndarray
    purchase: np.ndarray
    known: np.ndarray

    def __len__(self) -> int:
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


def answers(
    target: Target,
    arrays: Mapping[str, np.ndarray],
    h: np.ndarray,
    ids: np.ndarray,
    known: np.ndarray,
    facts: Mapping[str, Any],
) -> Predictions:
    """From product vectors h (n, d). facts: "temperature", "range" (10 % and 90 % of held-out errors, on the learned
    scale), "partners" (ids), "rate" (mean and spread of the log share of baskets)."""
    n = len(h)
    nan, none = np.full(n, np.nan, np.float32), np.full(n, None, object)
    if target.kind == "number":
        z = scores(arrays, h)[:, 0]
        spread = facts["range"]
        amounts = [_written(target, target.amounts(np.asarray(x))) for x in (z, z + spread[0], z + spread[1])]
        middle, low, high = amounts
        return Predictions(ids, target.column, target.kind, middle, nan, ((),) * n, low, high, nan, known)
    names = target.values if target.kind == "category" else facts["partners"]
    best = np.empty((n, min(TOP, len(names))), np.int64)
    chance = np.empty(best.shape, np.float32)
    for start in range(0, n, _ROWS):
        part = slice(start, start + _ROWS)
        p = probabilities(target, arrays, h[part], facts, ids[part])
        best[part] = np.argsort(-p, axis=1, kind="stable")[:, : best.shape[1]]
        chance[part] = np.take_along_axis(p, best[part], axis=1)
    top = tuple(
        tuple((names[k], round(float(p), 4)) for k, p in zip(ks, ps, strict=True))
        for ks, ps in zip(best, chance, strict=True)
    )
    values = np.array([names[k] for k in best[:, 0]], object)
    often, label = nan, target.column
    if target.kind == "bought with":
        mean, spread = facts["rate"]
        z = h @ arrays["extra.weight"].T + arrays["extra.bias"]
        often, label = np.minimum(np.exp(z[:, 0] * spread + mean), 1.0).astype(np.float32), target.kind
    return Predictions(ids, label, target.kind, values, chance[:, 0], top, none, none, often, known)


def scores(arrays: Mapping[str, np.ndarray], h: np.ndarray) -> np.ndarray:
    """(n, outputs) of the head."""
    return np.asarray(h @ arrays["head.weight"].T + arrays["head.bias"])


def probabilities(
    target: Target,
    arrays: Mapping[str, np.ndarray],
    h: np.ndarray,
    facts: Mapping[str, Any],
    ids: np.ndarray | None = None,
) -> np.ndarray:
    """(n, values) rows that sum to 1. For "bought with": of the partners in baskets; a product is not its own (ids)."""
    if target.kind == "category":
        return softmax(scores(arrays, h) / facts["temperature"])
    s = np.asarray(h @ arrays["head.weight"].T + arrays["popularity"])
    if ids is not None:
        row = facts["row"]
        at = np.array([row.get(str(i), -1) for i in ids])
        s[np.flatnonzero(at >= 0), at[at >= 0]] = -np.inf
    return softmax(s)


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
