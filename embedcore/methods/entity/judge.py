"""How good a trained network is, on products it did not learn from, beside the simplest alternatives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from embedcore.data import Dataset
from embedcore.methods.base import figure
from embedcore.methods.columns import Inputs, TableEncoder, softmax
from embedcore.methods.entity import answers, linear
from embedcore.methods.entity.target import Target
from embedcore.methods.evaluation import Split, Verdict, best, hits, r2
from embedcore.progress import Progress, silent

if TYPE_CHECKING:
    from embedcore.methods.entity.tasks import BasketTask

# Chosen by hand.
_PAIRS = 20_000  # held-out pairs of products that were bought together that are looked at
_FOUND = 10  # suggestions that are looked at
_FIRST = 5  # answers that may hold the right one
_FEW = 30  # held-out products below which a figure proves nothing


@dataclass(frozen=True, eq=False)
class ColumnSubject:
    """A network that predicts a column. weights: by name. h: (n, d) vectors of all products. targets: (n,) see
    target.of_column. rows: what it learned from, and what was held back."""

    table: TableEncoder
    inputs: Inputs
    target: Target
    weights: dict[str, np.ndarray]
    h: np.ndarray
    targets: np.ndarray
    rows: Split


@dataclass(frozen=True, eq=False)
class BasketSubject:
    """A network that predicts what is bought together. weights: by name, with the log popularity (n,) of the partners.
    h: (n, d) vectors of all products. often: (n,) standardised log share of baskets."""

    task: BasketTask
    weights: dict[str, np.ndarray]
    h: np.ndarray
    dataset: Dataset
    often: np.ndarray


def column(subject: ColumnSubject, seed: int, _progress: Progress = silent) -> Verdict:
    """Of a column: right answers or errors, beside the usual answer and a linear model on the same cells."""
    x = linear.features(subject.table, subject.inputs)
    scores = answers.scores(subject.weights, subject.h[subject.rows.test])
    if subject.target.kind == "number":
        return _amounts(subject, scores[:, 0], linear.regressed(x, subject.targets, subject.rows))
    values = len(subject.target.values)
    return _values(subject, scores, linear.classified(x, subject.targets, subject.rows, values, seed))


def _values(subject: ColumnSubject, scores: np.ndarray, linear_answers: np.ndarray | None) -> Verdict:
    """Of a target of values: scores (held, values)."""
    y, values = subject.targets[subject.rows.test], len(subject.target.values)
    order = np.argsort(-scores, axis=1, kind="stable")
    right = float((order[:, 0] == y).mean())
    commonest = np.argsort(-np.bincount(subject.targets[subject.rows.train], minlength=values), kind="stable")
    usual = float((y == commonest[0]).mean())
    simple = float((linear_answers == y).mean()) if linear_answers is not None else None
    figures = [
        figure(
            "Right answers",
            right,
            usual,
            "always the commonest value",
            help="Accuracy on products held out of the training.",
        )
    ]
    if simple is not None:
        figures.append(
            figure(
                "Right answers, beside a linear model",
                right,
                simple,
                "logistic regression",
                help="The linear model reads the same columns and words, and learned from the same products.",
            )
        )
    if values > _FIRST:
        figures.append(
            figure(
                "Right answer among the first five",
                float((order[:, :_FIRST] == y[:, None]).any(axis=1).mean()),
                float(np.isin(y, commonest[:_FIRST]).mean()),
                "the five commonest values",
                help="Top-5 accuracy on products held back.",
            )
        )
    heat = answers.temperature(scores, y) if len(y) >= _FEW else 1.0
    sure = answers.calibration(softmax(scores / heat).max(axis=1), order[:, 0] == y)
    return Verdict(figures, _beaten(right, simple, usual, len(y)), {"temperature": heat, "calibration": sure})


def _beaten(right: float, simple: float | None, usual: float, n: int) -> list[str]:
    """A notice where a simpler answer is as good or better."""
    chance = 2 * float(np.sqrt(max(right * (1 - right), 0.01) / n))
    if right <= usual:
        so = "the other columns say next to nothing about it, so neither its answers nor its vectors are of use."
        return [
            f"Always answering the commonest value is right as often ({_percent(usual)} against {_percent(right)}): "
            + (so if n >= _FEW else f"take its answers with care, {n} products are too few to say more.")
        ]
    if simple is not None and right < simple - chance:
        return [
            f"A simple linear model (logistic regression) does better on products that neither has seen: "
            f"{_percent(simple)} right against {_percent(right)}."
        ]
    if simple is not None and right <= simple:
        return [
            f"A simple linear model (logistic regression) predicts the column as well on held-out products: "
            f"{_percent(simple)} right against {_percent(right)}; the difference is within chance."
        ]
    return []


def _amounts(subject: ColumnSubject, z: np.ndarray, linear_z: np.ndarray) -> Verdict:
    """Of a target of amounts, in its own unit. z, linear_z: (held,) standardised answers."""
    target, truth = subject.target, subject.targets[subject.rows.test]
    middle = np.full(len(truth), np.median(subject.targets[subject.rows.train]))
    off, off_linear, off_middle = (
        float(np.abs(target.amounts(truth) - target.amounts(found)).mean()) for found in (z, linear_z, middle)
    )
    fit, linear_fit = r2(truth, z), r2(truth, linear_z)
    unit = "days" if target.date else "the column's unit"
    how: dict[str, Any] = {
        "kind": "number",
        "better": "lower",
        "help": f"Mean absolute error on products held back, in {unit}.",
    }
    scale = ", on the logarithm" if target.log else ""
    figures = [
        figure("Average error", off, off_middle, "always the middle value", **how),
        figure("Average error, beside a linear model", off, off_linear, "ridge regression", **how),
        figure(
            "Variance explained",
            fit,
            linear_fit,
            "ridge regression",
            help=f"R² on products held back{scale}: 1 is perfect, 0 no better than the mean.",
        ),
    ]
    notices = []
    if fit <= 0:
        notices = [
            "Always answering the mean is as good: the other columns say next to nothing about it, so neither "
            "its answers nor its vectors are of use."
        ]
    elif off_linear < off and linear_fit > fit:
        notices = [
            f"A simple linear model (ridge regression) does better on products that neither has seen: off by "
            f"{off_linear:.3g} on average against {off:.3g}."
        ]
    spread = np.quantile(truth - z, [0.1, 0.9])
    return Verdict(figures, notices, {"range": [float(v) for v in spread]})


def baskets(subject: BasketSubject, seed: int, _progress: Progress = silent) -> Verdict:
    """Of what is bought together: are products bought with one that it never saw among the first ten?"""
    task, weights, h = subject.task, subject.weights, subject.h
    products, partners = task.pairs(np.random.default_rng(seed), _PAIRS)
    out, popular = weights["head.weight"], weights["popularity"]
    queries, row = np.unique(products, return_inverse=True)
    found = best(lambda at: h[queries[at]] @ out.T + popular, len(queries), _FOUND, own=queries)
    hit = float(hits(found, row, partners).mean())
    usual = np.argsort(-popular, kind="stable")[:_FOUND]
    plain = float(np.isin(partners, usual).mean())
    z = (h[task.held] @ weights["extra.weight"].T + weights["extra.bias"])[:, 0]
    truth = subject.often[task.held]
    level, slope = _shrunk(truth[::2], z[::2])
    fit = r2(truth[1::2], level + slope * z[1::2])
    figures = [
        figure(
            "Bought together, among ten suggestions",
            hit,
            plain,
            "the ten bestsellers",
            help="Recall at 10 of other products of the baskets of products held out of the training.",
        ),
        figure(
            "Purchase frequency",
            fit,
            0.0,
            "always the mean",
            help="R² of the logarithm of the share of baskets, on held-out products; 0 is no better than the mean.",
        ),
    ]
    notices = []
    if hit <= plain:
        notices.append(
            "The ten bestsellers are as good a suggestion: what the catalogue says about a product "
            "tells next to nothing about what it is bought with."
        )
    if fit <= 0:
        notices.append(
            "How often a product is bought cannot be predicted from its columns here: take the purchase "
            "probabilities as the mean."
        )
    data = subject.dataset
    mean, spread = rate(data.counts, len(data.baskets or ()))
    facts = {"partners": [str(i) for i in data.items], "rate": [mean + spread * level, spread * slope]}
    return Verdict(figures, notices, facts)


def _shrunk(y: np.ndarray, z: np.ndarray) -> tuple[float, float]:
    """(level, slope from 0 to 1) that make predictions z of held-out amounts y as bold as they have a right to be."""
    if not len(z):
        return 0.0, 0.0
    around = z - z.mean()
    slope = float(np.clip(around @ y / (around @ around + 1.0), 0.0, 1.0))
    return float(y.mean() - slope * z.mean()), slope


def rate(counts: np.ndarray, baskets: int) -> tuple[float, float]:
    """(mean, spread) of the logarithm of the share of baskets that hold a product, of products that are bought."""
    share = np.log(counts[counts > 0] / baskets)
    return float(share.mean()), float(max(share.std(), 1e-6))


def _percent(x: float) -> str:
    return f"{100 * x:.1f} %"
