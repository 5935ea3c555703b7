"""How good a trained network is, on products it did not learn from, beside the simplest alternatives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from embedcore.data import Dataset
from embedcore.methods.base import figure
from embedcore.methods.columns.table import Table
from embedcore.methods.entity import answers as entity_answers
from embedcore.methods.entity import linear as entity_linear
from embedcore.methods.entity.inputs import Inputs
from embedcore.methods.entity.target import Target
from embedcore.methods.entity.tasks import Fellows

_GIVEN = 0.995  # share of products from which on a column gives the target away
_PAIRS = 20_000  # held-out pairs of products that were bought together that are looked at
_FOUND = 10  # suggestions that are looked at
_ROWS = 512
_FEW = 30  # held-out products below which a figure proves nothing


@dataclass(frozen=True)
class Judged:
    """figures and notices as Fitted.meta has them. facts: what answers need beside the weights."""

    figures: list[dict[str, Any]]
    notices: list[str]
    facts: dict[str, Any]
    calibration: list[dict[str, float]] = field(default_factory=list)


def column(
    table: Table,
    inputs: Inputs,
    target: Target,
    arrays: dict[str, np.ndarray],
    h: np.ndarray,
    wanted: np.ndarray,
    rows: np.ndarray,
    held: np.ndarray,
    seed: int,
) -> Judged:
    """Of a target column."""
    x = entity_linear.features(table, inputs)
    if target.kind == "number":
        return _amounts(target, x, entity_answers.scores(arrays, h[held])[:, 0], wanted, rows, held)
    out, y = entity_answers.scores(arrays, h[held]), wanted[held]
    order = np.argsort(-out, axis=1, kind="stable")
    right = float((order[:, 0] == y).mean())
    commonest = np.argsort(-np.bincount(wanted[rows], minlength=len(target.values)), kind="stable")
    usual = float((y == commonest[0]).mean())
    rival = entity_linear.logistic(x, wanted, rows, len(target.values), seed)
    linear = float((rival.scores(x[held]).argmax(axis=1) == y).mean()) if rival is not None else None
    figures = [
        figure(
            "Right answers",
            right,
            usual,
            "always the commonest value",
            help="Accuracy on products held back from the training.",
        )
    ]
    if linear is not None:
        figures.append(
            figure(
                "Right answers, beside a linear model",
                right,
                linear,
                "logistic regression",
                help="The linear model reads the same columns and words, and learned from the same products.",
            )
        )
    if len(target.values) > 5:
        among = float((order[:, :5] == y[:, None]).any(axis=1).mean())
        five = float(np.isin(y, commonest[:5]).mean())
        figures.append(
            figure(
                "Right answer among the first five",
                among,
                five,
                "the five commonest values",
                help="Top-5 accuracy on products held back.",
            )
        )
    heat = entity_answers.temperature(out, y) if len(held) >= 30 else 1.0
    p = entity_linear.softmax(out / heat)
    sure = entity_answers.calibration(p.max(axis=1), order[:, 0] == y)
    return Judged(figures, _verdict(right, linear, usual, len(held)), {"temperature": heat}, sure)


def _verdict(right: float, linear: float | None, usual: float, n: int) -> list[str]:
    """What has to be said first: where the network is not worth it."""
    chance = 2 * float(np.sqrt(max(right * (1 - right), 0.01) / n))
    if right <= usual:
        so = "the other columns say next to nothing about it, so neither its answers nor its vectors are of use."
        return [
            f"Always answering the commonest value is right as often ({_percent(usual)} against {_percent(right)}): "
            + (so if n >= _FEW else f"take its answers with care, {n} products are too few to say more.")
        ]
    if linear is not None and right < linear - chance:
        return [
            f"A simple linear model (logistic regression) predicts the column better on products held back: "
            f"{_percent(linear)} right against {_percent(right)}."
        ]
    if linear is not None and right <= linear:
        return [
            f"A simple linear model (logistic regression) predicts the column as well on products held back: "
            f"{_percent(linear)} right against {_percent(right)}; the difference is within chance."
        ]
    return []


def _amounts(target: Target, x: Any, z: np.ndarray, wanted: np.ndarray, rows: np.ndarray, held: np.ndarray) -> Judged:
    """Of a target of amounts, in its own unit."""
    y = target.amounts(wanted[held])
    usual = target.amounts(np.full(len(held), np.median(wanted[rows])))
    linear = target.amounts(entity_linear.ridge(x, wanted, rows).scores(x[held])[:, 0])
    mine = target.amounts(z)
    off = [float(np.abs(y - a).mean()) for a in (mine, linear, usual)]
    fit, base = _r2(wanted[held], z), _r2(wanted[held], entity_linear.ridge(x, wanted, rows).scores(x[held])[:, 0])
    unit = "days" if target.date else "the column's unit"
    figures = [
        figure(
            "Off by, on average",
            off[0],
            off[2],
            "always the middle value",
            kind="number",
            better="lower",
            help=f"Mean absolute error on products held back, in {unit}.",
        ),
        figure(
            "Off by, beside a linear model",
            off[0],
            off[1],
            "ridge regression",
            kind="number",
            better="lower",
            help=f"Mean absolute error on products held back, in {unit}.",
        ),
        figure(
            "Explained",
            fit,
            base,
            "ridge regression",
            help="R² on products held back"
            + (
                ", on the logarithm: 1 is perfect, 0 no better than the mean."
                if target.log
                else ": 1 is perfect, 0 no better than the mean."
            ),
        ),
    ]
    notices = []
    if fit <= 0:
        notices = [
            "Always answering the mean is as good: the other columns say next to nothing about it, so neither "
            "its answers nor its vectors are of use."
        ]
    elif off[1] < off[0] and base > fit:
        notices = [
            f"A simple linear model (ridge regression) predicts the column better on products held back: off by "
            f"{off[1]:.3g} on average against {off[0]:.3g}."
        ]
    spread = np.quantile(wanted[held] - z, [0.1, 0.9])
    return Judged(figures, notices, {"range": [float(v) for v in spread]})


def fellows(
    task: Fellows, arrays: dict[str, np.ndarray], h: np.ndarray, dataset: Dataset, wanted: np.ndarray, seed: int
) -> Judged:
    """Of what is bought together: are products bought with one that it never saw among the first ten?"""
    products, partners = task.pairs(np.random.default_rng(seed), _PAIRS)
    out, popular = arrays["head.weight"], arrays["popularity"]
    asked = np.unique(products)
    found = np.empty((len(asked), _FOUND), np.int64)
    usual = np.argsort(-popular, kind="stable")
    for start in range(0, len(asked), _ROWS):
        part = asked[start : start + _ROWS]
        s = h[part] @ out.T + popular
        s[np.arange(len(part)), part] = -np.inf
        found[start : start + _ROWS] = np.argsort(-s, axis=1, kind="stable")[:, :_FOUND]
    hit = float((found[np.searchsorted(asked, products)] == partners[:, None]).any(axis=1).mean())
    plain = float(np.isin(partners, usual[:_FOUND]).mean())
    z = (h[task.held] @ arrays["extra.weight"].T + arrays["extra.bias"])[:, 0]
    truth = wanted[task.held]
    level, slope = _shrunk(truth[::2], z[::2])
    fit = _r2(truth[1::2], level + slope * z[1::2])
    mean, spread = rate(dataset)
    figures = [
        figure(
            "Bought along, among ten suggestions",
            hit,
            plain,
            "the ten products bought most",
            help="Recall at 10 of other products of the baskets of products held back from the training.",
        ),
        figure(
            "How often it is bought",
            fit,
            0.0,
            "always the mean",
            help="R² of the logarithm of the share of baskets, on products held back; 0 is no better than the mean.",
        ),
    ]
    notices = []
    if hit <= plain:
        notices.append(
            "The ten products bought most are as good a suggestion: what the catalogue says of a product "
            "tells next to nothing about what it is bought with."
        )
    if fit <= 0:
        notices.append(
            "How often a product is bought cannot be told from its columns here: take the purchase "
            "probabilities as the mean."
        )
    return Judged(
        figures, notices, {"partners": [str(i) for i in dataset.items], "rate": [mean + spread * level, spread * slope]}
    )


def _shrunk(y: np.ndarray, z: np.ndarray) -> tuple[float, float]:
    """(level, slope from 0 to 1) that make predictions z of held-out amounts y as bold as they have a right to be."""
    around = z - z.mean() if len(z) else z
    slope = float(around @ y / (around @ around + 1.0)) if len(z) else 0.0
    slope = float(np.clip(slope, 0.0, 1.0))
    return (float(y.mean() - slope * z.mean()) if len(z) else 0.0), slope


def rate(dataset: Dataset) -> tuple[float, float]:
    """(mean, spread) of the logarithm of the share of baskets that hold a product, of products that are bought."""
    assert dataset.baskets is not None
    share = np.log(dataset.counts[dataset.counts > 0] / len(dataset.baskets))
    return float(share.mean()), float(max(share.std(), 1e-6))


def giveaways(table: Table, inputs: Inputs, y: np.ndarray) -> list[tuple[str, float]]:
    """Category columns that settle the target: (name, share of the products in which the commonest target of its
    value is right)."""
    out = []
    for codes, c in zip(inputs.codes.T, table.categories, strict=True):
        here = (codes > 0) & (y >= 0)
        if len(c.values) > here.sum() / 5:
            continue
        many = int(y.max()) + 1
        pairs, counts = np.unique(codes[here] * many + y[here], return_counts=True)
        best = np.zeros(len(c.values) + 1, np.int64)
        np.maximum.at(best, pairs // many, counts)
        share = float(best.sum() / max(int(here.sum()), 1))
        if share >= _GIVEN:
            out.append((c.name, share))
    return out


def _r2(y: np.ndarray, found: np.ndarray) -> float:
    spread = float(((y - y.mean()) ** 2).sum())
    return 1 - float(((y - found) ** 2).sum()) / spread if spread > 0 else 0.0


def _percent(x: float) -> str:
    return f"{100 * x:.1f} %"
