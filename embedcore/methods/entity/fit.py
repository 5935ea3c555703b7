"""From a dataset to a trained network and its measures. Imported when something is trained: it needs torch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from embedcore.data import Baskets, Dataset, Embedding
from embedcore.errors import NeedsError
from embedcore.methods.columns import Cells, Inputs, TableEncoder
from embedcore.methods.entity import forward, judge, net, notices
from embedcore.methods.entity import target as entity_target
from embedcore.methods.entity.params import BASKETS, EntityParams
from embedcore.methods.entity.start import start_tables
from embedcore.methods.entity.target import Target
from embedcore.methods.entity.tasks import BasketTask, ColumnTask
from embedcore.methods.evaluation import Split, Verdict, split
from embedcore.progress import Progress

# Chosen by hand.
UNSURE = 20  # a value in fewer products than this has too little company to say how it is used
_ENOUGH = 30  # products to hold back at least, where that is at most a quarter
_MOST_HELD = 5_000
_LINES = 20_000_000  # lines of baskets that are learned from, of more those of evenly spaced baskets
_AFTER = 0.15  # share of the progress that belongs to what follows the training
_AGAIN = 20_000  # examples up to which it learns once more, from all of them, after it was measured
_FEWEST_AGAIN = 50  # steps of that


@dataclass(frozen=True, eq=False)
class Learned:
    """What `fit` gives: the parts of a FittedEntity."""

    embeddings: dict[str, Embedding]
    weights: dict[str, np.ndarray]
    table: TableEncoder
    target: Target
    facts: dict[str, Any]
    meta: dict[str, Any]


@dataclass(frozen=True, eq=False)
class Problem:
    """What is to be learned. targets: (n,) see target.of_column; rows: products to learn from, and held back."""

    dataset: Dataset
    params: EntityParams
    target: Target
    targets: np.ndarray
    cells: Cells
    inputs: Inputs
    rows: Split
    task: ColumnTask | BasketTask

    @property
    def known(self) -> np.ndarray:
        """Positions of the products that have a known cell."""
        return np.flatnonzero(self.inputs.known)

    @property
    def again(self) -> bool:
        """Whether it is small enough to learn once more from all products."""
        return self.task.examples <= _AGAIN and not self.cells.table.wide

    def vectors(self, weights: dict[str, np.ndarray]) -> np.ndarray:
        """(n, d) float32; zeros where nothing is known of a product."""
        h = np.zeros((len(self.inputs), len(weights["product.bias"])), np.float32)
        h[self.known] = forward.vectors(weights, self.inputs.take(self.known))
        return h


def fit(dataset: Dataset, p: EntityParams, progress: Progress, seed: int) -> Learned:
    """See EntityEmbeddings.fit."""
    problem = _problem(dataset, p, seed)
    setup = net.Setup(start_tables(problem.dataset, problem.cells, p, seed), problem.inputs, problem.task, p)
    steps = _Steps(progress, 2 if problem.again else 1)
    trained = net.train(setup, steps.first, seed)
    steps.note("Measuring on products it has not seen")
    weights = trained.weights
    h = problem.vectors(weights)
    verdict, popular = _judge(problem, weights, h, seed)
    if problem.again:
        more = replace(setup, task=problem.task.with_all())
        weights = net.train(more, steps.second, seed, steps=max(trained.best, _FEWEST_AGAIN)).weights
        h = problem.vectors(weights)
    weights = weights | popular
    known = problem.known
    embeddings = {"product": Embedding("product", problem.dataset.items[known], h[known])}
    if value := _values(problem.cells.table, weights, problem.target):
        embeddings["value"] = value
    calibration = verdict.facts.pop("calibration", [])
    meta = {**_meta(problem, setup, trained), "calibration": calibration, "figures": verdict.figures}
    meta["notices"] = [*verdict.notices, *notices.about(problem)]
    steps.note("Done", at_end=True)
    return Learned(embeddings, weights, problem.cells.table, problem.target, verdict.facts, meta)


def _problem(dataset: Dataset, p: EntityParams, seed: int) -> Problem:
    task: ColumnTask | BasketTask
    if p.learn == BASKETS:
        baskets = _baskets(dataset).thinned(_LINES)
        dataset, column = replace(dataset, baskets=baskets), ""
        target, targets = Target("bought with"), _log_shares(dataset, baskets)
    else:
        column = p.target or entity_target.choose(dataset, p.exclude)
        target, targets = entity_target.of_column(dataset, column)
    cells = Cells.of(dataset, {*p.exclude, column} - {""})
    inputs = forward.read(cells.table, dataset)
    rows = _split(inputs, targets, p.held_out, seed)
    if p.learn == BASKETS:
        task = BasketTask(baskets, rows.train, rows.test, np.nan_to_num(targets))
    else:
        task = ColumnTask(rows.train, rows.test, targets, len(target.values) or 1)
    return Problem(dataset, p, target, targets, cells, inputs, rows, task)


def _baskets(dataset: Dataset) -> Baskets:
    if dataset.baskets is None:
        raise NeedsError("This dataset has no baskets.", "Add a baskets file.")
    return dataset.baskets


def _log_shares(dataset: Dataset, b: Baskets) -> np.ndarray:
    """(n,) log share of baskets, standardised by judge.rate; NaN for products never bought with another one."""
    together = np.zeros(len(dataset), bool)
    together[b.items[np.repeat(b.sizes, b.sizes) > 1]] = True
    together[dataset.n_catalogue :] = False
    mean, spread = judge.rate(dataset.counts, len(b))
    z = (np.log(np.maximum(dataset.counts, 0.5) / len(b)) - mean) / spread
    return np.where(together, z, np.nan)


def _split(inputs: Inputs, targets: np.ndarray, share: float, seed: int) -> Split:
    """Rows to learn from and rows held back; NeedsError when there are too few."""
    rows = np.flatnonzero(inputs.known & ~_blank(targets))
    if len(rows) < 4:
        raise NeedsError(
            "Fewer than four products have both a known cell and something to predict: nothing can be learned.",
            "Choose another column to predict, or leave out fewer columns.",
        )
    few = min(_ENOUGH, len(rows) // 4)  # in a small table a tenth measures nothing
    return split(rows, int(np.clip(round(share * len(rows)), few, _MOST_HELD)), seed)


def _blank(targets: np.ndarray) -> np.ndarray:
    return np.asarray(targets < 0 if targets.dtype.kind == "i" else np.isnan(targets))


class _Steps:
    """The progress of the whole: a training, what is measured, and perhaps a second training."""

    def __init__(self, progress: Progress, trainings: int) -> None:
        self._progress, self._trainings = progress, trainings
        self._at, self._whole = 0, 0

    def first(self, step: int, of: int, loss: float | None = None, note: str = "") -> None:
        """Progress of the training."""
        self._at, self._whole = step, round(of * (self._trainings + _AFTER)) + 1
        self._progress(step, self._whole, loss, note)

    def second(self, step: int, of: int, loss: float | None = None, note: str = "") -> None:  # noqa: ARG002  a Progress
        """Progress of the training from all products, whose losses are not those of the curve."""
        at = self._at + round(step / of * (self._whole - self._at) * 0.9)
        self._progress(at, self._whole, note="Learning once more, from all products")

    def note(self, note: str, *, at_end: bool = False) -> None:
        """Say what comes next."""
        self._progress(self._whole if at_end else self._at, self._whole, note=note)


def _judge(
    problem: Problem, weights: dict[str, np.ndarray], h: np.ndarray, seed: int
) -> tuple[Verdict, dict[str, np.ndarray]]:
    """(the verdict on the network, weights that answers need beside those of the network)"""
    task = problem.task
    if isinstance(task, ColumnTask):
        subject = judge.ColumnSubject(
            problem.cells.table, problem.inputs, problem.target, weights, h, problem.targets, problem.rows
        )
        return judge.column(subject, seed), {}
    popular = {"popularity": np.log(task.popularity).astype(np.float32)}
    return judge.baskets(
        judge.BasketSubject(task, weights | popular, h, problem.dataset, problem.targets), seed
    ), popular


def _meta(problem: Problem, setup: net.Setup, trained: net.TrainedNet) -> dict[str, Any]:
    """Facts about the training and what it read."""
    data, target, table, rows = problem.dataset, problem.target, problem.cells.table, problem.rows
    from_baskets = problem.params.learn == BASKETS
    missing = 0 if from_baskets else int(_blank(problem.targets)[: data.n_catalogue].sum())
    return {
        "losses": trained.losses,
        "vocabulary": len(problem.known),
        "left_out": len(data) - len(problem.known),
        "target": {"column": target.column, "kind": target.kind, "values": len(target.values), "blank": missing},
        "chosen": not from_baskets and not problem.params.target,
        "inputs": {c.name: t.shape[1] for c, t in zip(table.categories, setup.start.values, strict=True)},
        "numbers": [x.name for x in table.numbers],
        "texts": [w.name for w in table.words],
        "unused": [list(pair) for pair in table.left_out],
        "held_out": len(rows.test),
        "learned_from": len(rows.train),
        "steps": trained.steps,
        "best": trained.best,
        "again": problem.again,
        "checks": [list(c) for c in trained.checks],
    }


def _values(table: TableEncoder, weights: dict[str, np.ndarray], target: Target) -> Embedding | None:
    """The learned vectors of the values of each column, and of the target's, which lie in the head."""
    parts = [(c.name, c.values, c.counts, weights[f"value.{j}"][1:]) for j, c in enumerate(table.categories)]
    if target.kind == "category":
        parts.append((target.column, target.values, target.counts, weights["head.weight"]))
    parts = [(name, values, n, v - v.mean(axis=0)) for name, values, n, v in parts]  # what all share says nothing
    if not parts:
        return None
    width = max(v.shape[1] for *_, v in parts)
    counts = [n for _, _, c, _ in parts for n in c]
    facts = {
        "counts": counts,
        "unsure": [n < UNSURE for n in counts],
        "unsure_below": UNSURE,
        "sizes": {name: int(v.shape[1]) for name, _, _, v in parts},
        "alone": True,
    }
    ids = np.array([f"{name}={v}" for name, values, _, _ in parts for v in values], object)
    vectors = np.concatenate([np.pad(v, ((0, 0), (0, width - v.shape[1]))) for *_, v in parts])
    return Embedding("value", ids, vectors, facts)
