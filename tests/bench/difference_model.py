"""Learning what differences between titles, columns and codes weigh: a logistic regression beside the score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from embedcore.data import Dataset, Embedding
from embedcore.match import find
from embedcore.match.cut import logistic
from embedcore.match.score import PairWeights
from embedcore.match.variants import evidence
from embedcore.methods import title_vectors
from tests.bench import synthetic_shops as synthetic

# Weights by judgement, which the learned ones are held near; what is not here is held near 0.
ALONE = {"number_slot_copied": -1.5, "word_slot_copied": -1.0, "option_added": -1.0}
TEMPLATES = {
    "number_slot": -2.0,
    "word_slot": -1.0,
    "axis_slot": -2.0,
    "price_other": -1.0,
    "number_place": -5.0,
    "word_place": -4.0,
    "option_added": -1.0,
    "number_slot_copied": -1.0,
    "word_slot_copied": -1.0,
}
FIXED = {"option_differs": -5.5, "option_agrees": 1.0}
BY_TEMPLATES = (
    "number_slot",
    evidence.SURE,
    "word_slot",
    "axis_slot",
    "axis_words",
    "words_added",
    "option_added",
    "price_other",
    *evidence.HANDS,
    *evidence.PLACES,
)
HOLD = 2.0  # inverse variance of the weights
SLOPE_HOLD = 50.0  # of the slope of the score
MATCHES = 1000.0  # a family with more matches weighs as if it had so many


@dataclass(frozen=True, eq=False)
class Examples:
    """Candidates of one catalogue. score: (m,) log odds without differences. x: (m, D). y: (m,) bool. family: those
    of one have one intercept. others: candidates that differ in an option."""

    family: str
    score: np.ndarray
    x: np.ndarray
    y: np.ndarray
    others: int = 0


def terms() -> list[tuple[str, bool]]:
    """(difference, whether it counts as often as the catalogue is made of templates)."""
    alone = [n for n in evidence.NAMES if n not in (evidence.SURE, "one_place", *evidence.PLACES)]
    return [(n, False) for n in alone] + [(n, True) for n in BY_TEMPLATES]


def examples(
    family: str, dataset: Dataset, embedding: Embedding | None, truth: np.ndarray, weights: PairWeights | None = None
) -> Examples:
    """The candidates of a catalogue whose true groups are known, without those that are certain."""
    found = find(dataset, embedding, weights=weights)
    table = {n: found.feature(n) for n in found.names}
    known = [n for n in found.weights.names if n not in evidence.NAMES]
    at = [found.weights.names.index(n) for n in known]
    w = found.weights
    learned = evidence.shipped()
    share = np.log(w.prior / (1 - w.prior))
    plain = PairWeights(tuple(known), w.mean[at], w.spread[at], w.weight[at], w.bias, w.prior).log_odds(table)
    score = (plain - learned.intercept - share) / learned.slope
    words, numbers = evidence.templated(table)
    how = dict(zip(evidence.NAMES, evidence.multiples(words, numbers), strict=True))
    x = [table[n] * (how[n] if times else 1.0) for n, times in terms()]
    keep = ~found.apart & (found.feature("identical") == 0)
    y = (truth[found.a] == truth[found.b])[keep]
    return Examples(family, score[keep], np.stack(x, 1)[keep].astype(np.float64), y, int(found.apart.sum()))


def shops(seed: int = 100) -> list[tuple[str, synthetic.Shop]]:
    """(family, invented shop): large ones and small ones, with variants in titles, columns and codes, and without."""
    out = []
    bare, short = ("brand", "description", "category"), ("description",)
    for k in range(3):
        out.append(("titles", synthetic.shop(500, 0.05, seed=seed + k)))
        out.append(("titles", synthetic.shop(300, 0.0, without=short if k else (), seed=seed + 10 + k)))
        out.append(("columns", synthetic.shop(500, 0.05, "columns", seed=seed + 20 + k)))
        out.append(("plain", synthetic.shop(500, 0.05, "none", seed=seed + 30 + k)))
        out.append(("many", synthetic.shop(300, 0.35, without=short, seed=seed + 40 + k)))
    for k in range(24):
        rows, without = (12, 24, 36, 60)[k % 4], (bare, short, ())[k % 3]
        out.append(("small", synthetic.shop(rows, 0.08, without=without, seed=seed + 50 + k)))
    return out


def learn(parts: list[Examples]) -> dict[str, Any]:
    """The weights of the package, as JSON: regression with the score as an offset and one intercept a family."""
    from scipy.optimize import minimize

    families = sorted({p.family for p in parts})
    x, y = np.concatenate([p.x for p in parts]), np.concatenate([p.y for p in parts]).astype(float)
    score = np.concatenate([p.score for p in parts])
    of = np.concatenate([np.full(len(p.y), families.index(p.family)) for p in parts])
    matches = np.bincount(of, weights=y)
    weight = np.minimum(1.0, MATCHES / np.maximum(matches, 1))[of]
    hand = np.array([FIXED.get(n, (TEMPLATES if t else ALONE).get(n, 0.0)) for n, t in terms()])
    hold = np.array([1e6 if n in FIXED else 10 * HOLD if n in evidence.PLACES else HOLD for n, _ in terms()])
    k = len(families)

    def loss(p: np.ndarray) -> tuple[float, np.ndarray]:
        z = p[k] * score + x @ p[k + 1 :] + p[of]
        miss = weight * (logistic(z) - y)
        total = (weight * (np.logaddexp(0, z) - y * z)).sum()
        total += (hold / 2 * (p[k + 1 :] - hand) ** 2).sum() + SLOPE_HOLD / 2 * (p[k] - 1) ** 2
        slope = [*np.bincount(of, weights=miss, minlength=k), miss @ score + SLOPE_HOLD * (p[k] - 1)]
        return float(total), np.r_[slope, x.T @ miss + hold * (p[k + 1 :] - hand)]

    start = np.r_[np.zeros(k), 1.0, hand]
    p = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 1000}).x
    others = np.bincount([families.index(p.family) for p in parts], weights=[p.others for p in parts])
    share = matches / (np.bincount(of) + others)
    beside = dict(zip(families, p[:k] - np.log(share / (1 - share)), strict=True))
    found: Mapping[tuple[str, bool], float] = dict(zip(terms(), p[k + 1 :], strict=True))
    return {
        "slope": round(float(p[k]), 3),
        "intercept": round(float(np.median(list(beside.values()))), 3),
        "intercepts": {f: round(float(v), 2) for f, v in beside.items()},
        "alone": {n: round(float(v), 3) for (n, times), v in found.items() if not times},
        "templates": {n: round(float(v), 3) for (n, times), v in found.items() if times},
    }


def synthetic_examples(seed: int = 100) -> list[Examples]:
    """Those of the invented shops."""
    out = []
    for family, shop in shops(seed):
        dataset = shop.dataset()
        out.append(examples(family, dataset, title_vectors(dataset), shop.truth(dataset)))
    return out
