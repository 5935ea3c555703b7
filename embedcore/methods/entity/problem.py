"""What an entity network is to learn from a dataset: targets, inputs, and the products held back. It needs torch."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from embedcore.data import Baskets, Dataset
from embedcore.errors import NeedsError
from embedcore.methods.columns import Cells, Inputs
from embedcore.methods.entity import forward, judge
from embedcore.methods.entity import target as entity_target
from embedcore.methods.entity.params import BASKETS, EntityParams
from embedcore.methods.entity.target import Target
from embedcore.methods.entity.tasks import BasketTask, ColumnTask
from embedcore.methods.evaluation import Split, split

# Chosen by hand.
_ENOUGH = 30  # products to hold back at least, where that is at most a quarter
_MOST_HELD = 5_000
_LINES = 20_000_000  # lines of baskets that are learned from, of more those of evenly spaced baskets
_AGAIN = 20_000  # examples up to which it learns once more, from all of them, after it was measured


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


def problem_of(dataset: Dataset, p: EntityParams, seed: int) -> Problem:
    """Read the dataset; InputError or NeedsError when there is nothing to learn."""
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
    rows = np.flatnonzero(inputs.known & ~blank_cells(targets))
    if len(rows) < 4:
        raise NeedsError(
            "Fewer than four products have both a known cell and something to predict: nothing can be learned.",
            "Choose another column to predict, or leave out fewer columns.",
        )
    few = min(_ENOUGH, len(rows) // 4)  # in a small table a tenth measures nothing
    return split(rows, int(np.clip(round(share * len(rows)), few, _MOST_HELD)), seed)


def blank_cells(targets: np.ndarray) -> np.ndarray:
    """(n,) bool, where there is no target."""
    return np.asarray(targets < 0 if targets.dtype.kind == "i" else np.isnan(targets))
