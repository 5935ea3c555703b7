"""Compare methods on the user's own table: hide each column in turn and let the neighbours tell what stood there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from embedcore.dataset import Dataset
from embedcore.errors import InputError, NeedsError
from embedcore.methods.base import Method, Params, Progress, silent
from embedcore.methods.hidden import ROWS, columns, sample, tell


@dataclass(frozen=True, eq=False)
class Report:
    """One row of `table` per column and method: column, kind ("category", "number"), method, score, naive, gain.

    score: share of held-out products whose hidden value the 10 nearest known products tell right, or R2 of a number;
    naive: the most frequent value always, or the mean (0); gain: share of the way from naive to perfect.
    rows: products looked at. skipped: (column, method, why)."""

    table: pd.DataFrame
    rows: int
    skipped: tuple[tuple[str, str, str], ...]

    @property
    def means(self) -> pd.Series:
        """method -> mean gain over the columns that every method could be asked about (below 0 counts as 0), best
        first."""
        wide = self.table.pivot(index="column", columns="method", values="gain").dropna().clip(lower=0)
        return wide.mean().sort_values(ascending=False, kind="stable")

    @property
    def best(self) -> str:
        """The method whose neighbours tell most."""
        return str(self.means.index[0])


def compare(
    dataset: Dataset,
    methods: Mapping[str, tuple[Method, Params]],
    exclude: tuple[str, ...] = (),
    rows: int = ROWS,
    folds: int = 5,
    most: int = 6,
    seed: int = 0,
    progress: Progress = silent,
) -> Report:
    """Hide each of at most `most` columns in turn; every product is held out once, in one of `folds` parts.

    methods: name -> (method, params with `exclude`). exclude: columns that are neither learned from nor asked about.
    rows: products looked at at most, fewer where each has many cells.
    InputError when folds or methods make no sense, NeedsError when the table is too small or has nothing to hide."""
    lost = [name for name, (_, params) in methods.items() if not hasattr(params, "exclude")]
    if lost or not methods:
        raise InputError(f"“{lost[0]}” cannot leave out a column." if lost else "There is no method to compare.")
    if folds < 2:
        raise InputError(f"The number of parts is {folds}.", "Choose at least 2.")
    data = sample(dataset, exclude, rows, seed)
    some = columns(data, exclude, most) if data is not None else []
    if data is None or not some:
        raise NeedsError("The table is too small or too wide to compare methods on it.", "100 products are needed.")
    part_of = np.random.default_rng(seed).permutation(len(data)) % folds
    found: list[dict[str, object]] = []
    skipped: list[tuple[str, str, str]] = []
    steps = len(some) * len(methods) * folds
    for name, (method, params) in methods.items():
        full = method.Params.of({**params.__dict__, "exclude": tuple({*exclude, *params.exclude})})  # type: ignore[attr-defined]
        for hidden in some:
            told = []
            try:
                for fold in range(folds):
                    done = len(found) * folds + fold
                    progress(min(done, steps), steps, note=f"{name} with “{hidden.column}” hidden")
                    test = np.flatnonzero(part_of == fold)
                    told.append(tell(method, full, data, hidden, np.flatnonzero(part_of != fold), test, seed))
            except NeedsError as problem:
                skipped.append((hidden.column, name, problem.message))
                continue
            score, naive = (float(np.mean([getattr(t, what) for t in told])) for what in ("score", "naive"))
            gain = (score - naive) / max(1 - naive, 1e-9)
            found.append({"column": hidden.column, "kind": hidden.kind, "method": name, "score": score, "naive": naive,
                          "gain": gain})  # fmt: skip
    if not found:
        raise NeedsError("Without any one of its columns, nothing of this table can be learned from.")
    progress(steps, steps, note="Done")
    return Report(pd.DataFrame(found), len(data), tuple(skipped))
