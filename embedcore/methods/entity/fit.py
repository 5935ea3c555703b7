"""From a dataset to a trained network and its measures. Imported when something is trained: it needs torch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from embedcore.data import Dataset, Embedding
from embedcore.methods.columns import TableEncoder
from embedcore.methods.entity import judge, net, notices
from embedcore.methods.entity.params import BASKETS, EntityParams
from embedcore.methods.entity.problem import Problem, blank_cells, problem_of
from embedcore.methods.entity.start import start_tables
from embedcore.methods.entity.target import Target
from embedcore.methods.entity.tasks import ColumnTask
from embedcore.methods.evaluation import Verdict
from embedcore.progress import Progress

# Chosen by hand.
UNSURE = 20  # a value in fewer products than this has too little company to say how it is used
_AFTER = 0.15  # share of the progress that belongs to what follows the training
_FEWEST_AGAIN = 50  # steps of the second training, from all products


@dataclass(frozen=True, eq=False)
class Learned:
    """What `fit` gives: the parts of a FittedEntity."""

    embeddings: dict[str, Embedding]
    weights: dict[str, np.ndarray]
    table: TableEncoder
    target: Target
    facts: dict[str, Any]
    meta: dict[str, Any]


def fit(dataset: Dataset, p: EntityParams, progress: Progress, seed: int) -> Learned:
    """See EntityEmbeddings.fit."""
    problem = problem_of(dataset, p, seed)
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
    missing = 0 if from_baskets else int(blank_cells(problem.targets)[: data.n_catalogue].sum())
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
    parts += [(w.name, w.words, w.counts, weights[f"word.{j}"]) for j, w in enumerate(table.words) if w.tags]
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
