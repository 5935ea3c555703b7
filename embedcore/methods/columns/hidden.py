"""How good are vectors on this very table? Hide each column in turn and see whether neighbours still tell it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from embedcore.data import Catalogue, Dataset
from embedcore.errors import NeedsError
from embedcore.methods.base import Method, Params, figure
from embedcore.methods.columns.table import Table
from embedcore.progress import Progress, silent

K = 10  # neighbours that are asked
ROWS = 3_000  # rows of the table that are looked at
_CELLS = 100_000  # cells (words counted singly) that are looked at: a second or two
_PAIRS = 10_000_000  # and pairs of cells in a row, which is what co-occurrence counts
_FEW = 100  # rows below which the outcome is chance
_COLUMNS = 6  # columns that are hidden, one after the other
_CLEAR = 0.02  # differences below this are chance, too


@dataclass(frozen=True)
class Told:
    """How well the neighbours' values tell the hidden one. kind: "category" (score: share right; naive: always the
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


def part(dataset: Dataset, rows: np.ndarray) -> Dataset:
    """Some of the catalogue's products (ascending positions), without baskets."""
    assert dataset.catalogue is not None
    frame = dataset.catalogue.frame.iloc[rows].reset_index(drop=True)
    return Dataset.build(dataset.name, Catalogue(frame, dataset.catalogue.roles))


def sample(dataset: Dataset, exclude: Sequence[str], rows: int, seed: int) -> Dataset | None:
    """At most `rows` products, and fewer where each has many cells; None when that leaves too few to judge."""
    n = dataset.n_catalogue
    order = np.random.default_rng(seed).permutation(n)
    some = part(dataset, np.sort(order[:rows]))
    seen = Table.of(some, exclude).encode(some)
    cells = seen.categories.shape[1] + seen.numbers.shape[1] + sum(len(codes) for _, codes in seen.words) / len(some)
    keep = min(len(some), int(_CELLS / max(cells, 1)), int(_PAIRS / max(cells, 1) ** 2))
    if keep < _FEW:
        return None
    return some if keep == len(some) else part(dataset, np.sort(order[:keep]))


def columns(dataset: Dataset, exclude: Sequence[str], most: int = _COLUMNS) -> list[Hidden]:
    """The columns that can be hidden: categories and numbers, evenly picked when there are more than `most`."""
    table = Table.of(dataset, exclude)
    seen = table.encode(dataset)
    codes = np.where(seen.categories > 0, seen.categories, np.nan).astype(np.float64)
    found = [Hidden(c.name, "category", codes[:, n]) for n, c in enumerate(table.categories) if len(c.values) > 1]
    found += [Hidden(x.name, "number", seen.numbers[:, n].astype(np.float64)) for n, x in enumerate(table.numbers)]
    if len(found) <= most:
        return found
    return [found[n] for n in np.linspace(0, len(found) - 1, most).round().astype(int)]


def tell(
    method: Method, params: Params, data: Dataset, hidden: Hidden, train: np.ndarray, test: np.ndarray, seed: int = 0
) -> Told:
    """Fit on the products `train` without the column; give those of `test` vectors as new products; ask the 10
    nearest of `train` by cosine similarity. A product without a vector gets the naive answer.

    params: must have `exclude`; a `check` is switched off. NeedsError when nothing is left without the column."""
    off: dict[str, Any] = {"check": False} if hasattr(params, "check") else {}
    off["exclude"] = (*params.exclude, hidden.column)  # type: ignore[attr-defined]
    blind = replace(params, **off)
    known, asked = part(data, train), part(data, test)
    fitted = method.fit(known, blind, seed=seed)
    base, found = fitted.embeddings["product"], fitted.embed(asked)
    truth, answers = hidden.truth[train], hidden.truth[test]
    likely = _likely(truth, hidden.kind)
    said = np.full(len(test), likely)
    there = known.positions(base.ids)
    there, rows = there[np.isfinite(truth[there])], np.flatnonzero(np.isfinite(truth[there]))
    if len(there):
        scores = found.unit @ base.unit[rows].T
        near = np.argsort(-scores, axis=1, kind="stable")[:, :K]
        votes = truth[there][near]
        said[asked.positions(found.ids)] = votes.mean(1) if hidden.kind == "number" else _majority(votes)
    ok = np.isfinite(answers)
    return Told(hidden.column, hidden.kind, *_score(said[ok], answers[ok], likely, hidden.kind))


def check(
    method: Method, params: Params, dataset: Dataset, seed: int = 0, progress: Progress = silent, most: int = _COLUMNS
) -> tuple[list[str], list[dict[str, Any]]]:
    """(notices, figures) for the meta of a result: the method beside a plain PCA of the same length, on a sample of
    the table, 80 % known and 20 % new. Both empty when the table is too small or too wide to say. most: how many
    columns are hidden, one after the other."""
    from embedcore.methods.columns.pca import TablePCA

    exclude: Sequence[str] = params.exclude  # type: ignore[attr-defined]
    try:
        data = sample(dataset, exclude, ROWS, seed)
    except NeedsError:
        return [], []
    if data is None:
        return [], []
    order = np.random.default_rng(seed).permutation(len(data))
    cut = len(data) // 5
    test, train = np.sort(order[:cut]), np.sort(order[cut:])
    pca = TablePCA()
    simple = pca.Params.of({"exclude": tuple(exclude), "dimension": params.dimension})  # type: ignore[attr-defined]
    some, ours, theirs = columns(data, exclude, most), [], []
    for n, hidden in enumerate(some):
        progress(n, len(some), note=f"Checking with “{hidden.column}” hidden")
        try:
            told = tell(method, params, data, hidden, train, test, seed)
            theirs.append(tell(pca, simple, data, hidden, train, test, seed))
            ours.append(told)
        except NeedsError:
            continue
    if not ours:
        return [], []
    return _notices(ours, theirs), [_figure(a, b, len(data)) for a, b in zip(ours, theirs, strict=True)]


def _notices(ours: list[Told], theirs: list[Told]) -> list[str]:
    mine, pca = (float(np.mean([max(t.gain, 0.0) for t in told])) for told in (ours, theirs))
    if pca <= mine + _CLEAR:
        worse = [f"“{a.column}”" for a, b in zip(ours, theirs, strict=True) if b.score > a.score + _CLEAR]
        if not worse:
            return []
        more = f" and {len(worse) - 3} more" if len(worse) > 3 else ""
        return [
            f"A plain PCA tells {', '.join(worse[:3])}{more} better when {'it is' if len(worse) == 1 else 'they are'} "
            "hidden; over all columns these vectors do as well or better (the figures have each column)."
        ]
    return [
        "On this table a plain PCA does better: with each column hidden in turn, its neighbours tell the hidden value "
        f"{pca:.0%} of the way from a blind guess to always right, these {mine:.0%}. Try the method “PCA” "
        "as well."
    ]


def _figure(mine: Told, pca: Told, rows: int) -> dict[str, Any]:
    if mine.kind == "number":
        name = f"“{mine.column}”, hidden: how much of it neighbours explain"
        naive = "R2 on products that were held back; always answering the mean gives 0 %"
    else:
        name = f"“{mine.column}”, hidden: told right by neighbours"
        naive = f"Accuracy on products that were held back; always answering the most frequent value: {mine.naive:.0%}"
    return figure(
        name,
        mine.score,
        pca.score,
        "plain PCA",
        help=f"{naive}. The column was hidden from the training; {K} nearest neighbours answer; {rows:,} rows.",
    )


def _likely(truth: np.ndarray, kind: str) -> float:
    """The best answer without looking at the product."""
    known = truth[np.isfinite(truth)]
    if not len(known):
        return 0.0
    return float(known.mean()) if kind == "number" else float(np.bincount(known.astype(int)).argmax())


def _majority(votes: np.ndarray) -> np.ndarray:
    """(n,) the most frequent of each row of codes; the nearer one wins a tie."""
    same = (votes[:, :, None] == votes[:, None, :]).sum(axis=2)
    return np.asarray(votes[np.arange(len(votes)), same.argmax(axis=1)])


def _score(said: np.ndarray, truth: np.ndarray, likely: float, kind: str) -> tuple[float, float]:
    """(score, naive) of Told."""
    if not len(truth):
        return 0.0, 0.0
    if kind == "category":
        return float((said == truth).mean()), float((truth == likely).mean())
    spread = float(((truth - likely) ** 2).mean())
    return (1 - float(((truth - said) ** 2).mean()) / spread if spread > 0 else 0.0), 0.0
