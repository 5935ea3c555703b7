"""How good are vectors on this very table? Hide each column in turn and see whether neighbours still know it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from embedcore.data import Dataset
from embedcore.errors import NeedsError
from embedcore.methods import Method, Params, evaluation, figure
from embedcore.methods.columns.table import TableEncoder
from embedcore.progress import Progress, silent
from embedcore.vectors import top_k

K = 10  # neighbours that answer
ROWS = 3_000  # rows of the table that are looked at
# Limits chosen by hand so that the check takes a second or two on two cores.
_CELLS = 100_000  # cells (words counted singly) that are looked at
_PAIRS = 10_000_000  # pairs of cells in a row, which is what co-occurrence counts
_FEW = 100  # rows below which the outcome is chance
_COLUMNS = 6  # columns that are hidden, one after the other


@dataclass(frozen=True)
class TableMethod:
    """What is judged: a method that learns from columns (its params have `exclude`), and the table. most: how many
    columns are hidden, one after the other.

    >>> import pandas as pd
    >>> from embedcore.data import Catalogue
    >>> frame = pd.DataFrame({"id": ["a", "b", "c"], "colour": ["red", "red", "blue"], "price": [1.0, 2.0, 3.0]})
    >>> shop = Dataset.build("shop", Catalogue(frame, {"id": "id", "colour": "category", "price": "price"}))
    >>> from embedcore.methods import get
    >>> TableMethod(get("pca"), get("pca").Params(), shop).most
    6
    """

    method: Method
    params: Any
    dataset: Dataset
    most: int = _COLUMNS


@dataclass(frozen=True)
class Recovered:
    """How well the neighbours' values give the hidden one. kind: "category" (score: share right; naive: always the
    most frequent value) or "number" (score: R2, 1 - squared error / variance; naive: always the mean, 0)."""

    column: str
    kind: str
    score: float
    naive: float

    @property
    def gain(self) -> float:
        """Share of the way from the naive answer to a perfect one."""
        return (self.score - self.naive) / max(1 - self.naive, 1e-9)


@dataclass(frozen=True, eq=False)
class Hidden:
    """A column whose values are known here and hidden from the methods.

    truth: (n,) float64, codes of a category or standardised numbers; NaN where missing."""

    column: str
    kind: str
    truth: np.ndarray


def judge(subject: TableMethod, seed: int, progress: Progress = silent) -> evaluation.Verdict:
    """The method beside a plain PCA of the same length, on a sample of the table, 80 % known and 20 % new. Empty when
    the table is too small or too wide to judge.

    >>> import pandas as pd
    >>> from embedcore.data import Catalogue
    >>> frame = pd.DataFrame({"id": ["a", "b", "c"], "colour": ["red", "red", "blue"], "price": [1.0, 2.0, 3.0]})
    >>> shop = Dataset.build("shop", Catalogue(frame, {"id": "id", "colour": "category", "price": "price"}))
    >>> from embedcore.methods import get
    >>> judge(TableMethod(get("pca"), get("pca").Params(), shop), seed=0).figures  # three rows are too few
    []
    """
    from embedcore.methods.columns.pca import TablePCA

    exclude = tuple(subject.params.exclude)
    try:
        data = sample(subject.dataset, exclude, ROWS, seed)
    except NeedsError:
        return evaluation.Verdict()
    if data is None:
        return evaluation.Verdict()
    held = evaluation.split(len(data), len(data) // 5, seed)
    pca = TablePCA()
    simple = pca.Params.of({"exclude": exclude, "dimension": subject.params.dimension})
    some, ours, baseline = columns(data, exclude, subject.most), [], []
    for n, hidden in enumerate(some):
        progress(n, len(some), note=f"Checking with “{hidden.column}” hidden")
        try:
            found = recover(subject.method, subject.params, data, hidden, held, seed)
            baseline.append(recover(pca, simple, data, hidden, held, seed))
            ours.append(found)
        except NeedsError:
            continue
    if not ours:
        return evaluation.Verdict()
    return evaluation.Verdict(
        [_figure(a, b, len(data)) for a, b in zip(ours, baseline, strict=True)], _notices(ours, baseline)
    )


def sample(dataset: Dataset, exclude: Sequence[str], rows: int, seed: int) -> Dataset | None:
    """At most `rows` products, and fewer where each has many cells; None when that leaves too few to judge."""
    n = dataset.n_catalogue
    order = np.random.default_rng(seed).permutation(n)
    some = evaluation.subset(dataset, np.sort(order[:rows]))
    seen = TableEncoder.of(some, exclude).encode(some)
    cells = seen.categories.shape[1] + seen.numbers.shape[1] + sum(len(codes) for _, codes in seen.words) / len(some)
    keep = min(len(some), int(_CELLS / max(cells, 1)), int(_PAIRS / max(cells, 1) ** 2))
    if keep < _FEW:
        return None
    return some if keep == len(some) else evaluation.subset(dataset, np.sort(order[:keep]))


def columns(dataset: Dataset, exclude: Sequence[str], most: int = _COLUMNS) -> list[Hidden]:
    """The columns that can be hidden: categories and numbers, evenly picked when there are more than `most`."""
    table = TableEncoder.of(dataset, exclude)
    seen = table.encode(dataset)
    codes = np.where(seen.categories > 0, seen.categories, np.nan).astype(np.float64)
    found = [Hidden(c.name, "category", codes[:, n]) for n, c in enumerate(table.categories) if len(c.values) > 1]
    found += [Hidden(x.name, "number", seen.numbers[:, n].astype(np.float64)) for n, x in enumerate(table.numbers)]
    if len(found) <= most:
        return found
    return [found[n] for n in np.linspace(0, len(found) - 1, most).round().astype(int)]


def recover(
    method: Method, params: Any, data: Dataset, hidden: Hidden, held: evaluation.Split, seed: int = 0
) -> Recovered:
    """Fit on the products `held.train` without the column; give those of `held.test` vectors as new products; ask the
    10 nearest of the training by cosine similarity. A product without a vector gets the naive answer.

    params: must have `exclude`; a `check` is switched off. NeedsError when nothing is left without the column."""
    off: dict[str, Any] = {"check": False} if hasattr(params, "check") else {}
    blind: Params = replace(params, **off, exclude=(*params.exclude, hidden.column))
    known, new = evaluation.subset(data, held.train), evaluation.subset(data, held.test)
    fitted = method.fit(known, blind, seed=seed)
    base, found = fitted.embeddings["product"], fitted.embed(new)
    truth, answers = hidden.truth[held.train], hidden.truth[held.test]
    naive = evaluation.usual(truth, hidden.kind)
    predicted = np.full(len(held.test), naive)
    there = known.positions(base.ids)
    there, rows = there[np.isfinite(truth[there])], np.flatnonzero(np.isfinite(truth[there]))
    if len(there):
        votes = truth[there][top_k(found.unit @ base.unit[rows].T, K)[0]]
        predicted[new.positions(found.ids)] = votes.mean(1) if hidden.kind == "number" else evaluation.majority(votes)
    ok = np.isfinite(answers)
    if not ok.any():
        return Recovered(hidden.column, hidden.kind, 0.0, 0.0)
    if hidden.kind == "number":
        return Recovered(hidden.column, hidden.kind, evaluation.r2(answers[ok], predicted[ok], naive), 0.0)
    right, often = (float((guess == answers[ok]).mean()) for guess in (predicted[ok], naive))
    return Recovered(hidden.column, hidden.kind, right, often)


def _notices(ours: list[Recovered], baseline: list[Recovered]) -> list[str]:
    mean, pca = (float(np.mean([max(t.gain, 0.0) for t in some])) for some in (ours, baseline))
    if pca > mean + evaluation.CLEAR:
        return [
            "On this table a plain PCA does better: with each column hidden in turn, its neighbours recover the hidden "
            f"value {pca:.0%} of the way from a blind guess to always right, these {mean:.0%}. Try the method “PCA” as "
            "well."
        ]
    worse = [f"“{a.column}”" for a, b in zip(ours, baseline, strict=True) if b.score > a.score + evaluation.CLEAR]
    if not worse:
        return []
    more = f" and {len(worse) - 3} more" if len(worse) > 3 else ""
    return [
        f"A plain PCA recovers {', '.join(worse[:3])}{more} better when {'it is' if len(worse) == 1 else 'they are'} "
        "hidden; over all columns these vectors do as well or better (the figures have each column)."
    ]


def _figure(ours: Recovered, pca: Recovered, rows: int) -> dict[str, Any]:
    if ours.kind == "number":
        name = f"“{ours.column}” explained by neighbours"
        naive = "R2 on held-out products; always answering the mean gives 0 %"
    else:
        name = f"“{ours.column}” guessed right by neighbours"
        naive = f"Accuracy on held-out products; always answering the most frequent value: {ours.naive:.0%}"
    help = f"{naive}. The column was hidden from the training; {K} nearest neighbours answer; {rows:,} rows."
    return figure(name, ours.score, pca.score, "plain PCA", help=help)
