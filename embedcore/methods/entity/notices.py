"""What a reader should know about the data an entity network was trained on, in plain sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from embedcore.methods.columns import WIDE, Inputs, TableEncoder

if TYPE_CHECKING:
    from embedcore.methods.entity.problem import Problem

_GIVEN = 0.995  # share of products from which on a column gives the target away; chosen by hand
_FEW = 100  # held-out products below which figures are rough


def about(problem: Problem) -> list[str]:
    """All notices about the data."""
    table, target, held = problem.cells.table, problem.target, len(problem.rows.test)
    out = [*_chosen(problem), *([_spared(problem)] if table.wide else [])]
    if held < _FEW:
        what = "1 product was" if held == 1 else f"{held} products were"
        out.append(f"Only {what} held back to measure it, so the figures below are rough.")
    if target.kind != "category":
        return out
    for name, share in giveaways(table, problem.inputs, problem.targets):
        out.append(
            f"“{name}” alone gives “{target.column}” away in {100 * share:.1f} % of the products: leave it out if it "
            "would not be known beforehand."
        )
    n = problem.dataset.n_catalogue
    cells = problem.dataset.column(target.column).iloc[:n]
    if rare := int(((problem.targets[:n] < 0) & cells.notna().to_numpy()).sum()):
        out.append(
            f"{rare:,} products have a value of “{target.column}” that is too rare to learn: it is never the answer."
        )
    return out


def _chosen(problem: Problem) -> list[str]:
    """What it predicts, where no column was chosen."""
    target = problem.target
    if not target.column or problem.params.target:
        return []
    if target.kind != "category":
        return [f"No column was chosen and no column of values fits, so it learned to predict “{target.column}”."]
    return [
        f"No column was chosen, so it learned to predict “{target.column}”, the column with the most values that still "
        "has enough products for each. Choose another one if something else matters more."
    ]


def _spared(problem: Problem) -> str:
    """What was done less because of the many columns, so that memory and time stay small."""
    table = problem.cells.table
    less = ["it did not learn once more from all products after it was measured"]
    if problem.params.start:
        less.append("its values did not start from co-occurrence")
    if len(table.numbers) > WIDE:
        less.append("numbers are read in wider ranges")
    listed = less[0] if len(less) == 1 else f"{', '.join(less[:-1])} and {less[-1]}"
    return f"This table has {len(table.used):,} columns, so {listed}. Leave out columns that do not matter."


def giveaways(table: TableEncoder, inputs: Inputs, y: np.ndarray) -> list[tuple[str, float]]:
    """Category columns that decide the target y (n,), -1 = missing: (name, share of the products in which the commonest
    target of its value is right)."""
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
