"""How good an autoencoder is on products it has not seen, beside a PCA of the same width and the commonest value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from embedcore.data import Dataset
from embedcore.methods.autoencoder.layout import Layout
from embedcore.methods.autoencoder.params import AutoencoderParams
from embedcore.methods.autoencoder.reader import Reader, rebuilt
from embedcore.methods.base import Method, figure
from embedcore.methods.columns import Inputs, TableMethod, judge_table, main_directions, one_hot
from embedcore.methods.evaluation import CLEAR, Verdict, mean_r2
from embedcore.progress import Progress, silent

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

# Chosen by hand, for a few seconds of checking.
_ROWS = 10_000  # rows that the PCA beside it is fitted on
_STEPS = 200  # steps of training for each hidden column
_COLUMNS = 4  # that are hidden, one after the other
_QUERIED = 24  # category columns of a wide table of which each cell is hidden in turn
_PCA = "PCA of the same width"


@dataclass(frozen=True, eq=False)
class Rebuilder:
    """A trained autoencoder. train, test: the products it learned from, and those that were held back."""

    reader: Reader
    train: Inputs
    test: Inputs
    dimension: int


@dataclass(frozen=True, eq=False)
class Rebuilt:
    """codes: (n, C) of the category columns, z: (n, N) standardised numbers that a model gives for each row."""

    codes: np.ndarray
    z: np.ndarray


def rebuilding(subject: Rebuilder, seed: int, _progress: Progress = silent) -> Verdict:
    """Cells and rows rebuilt, variance of the numbers explained, hidden cells guessed, all on held-out rows."""
    if not len(subject.test):
        return Verdict(
            notices=["There are too few products to hold some back: how well it does on unseen ones is not known."]
        )
    layout, verdict = subject.reader.layout, Verdict()
    ours, pca = _ours(subject), _pca(subject, seed)
    if layout.table.categories:
        verdict += _cells(subject, ours, pca)
    if layout.n_numbers:
        verdict += _numbers(subject, ours, pca)
    return verdict + _guessed(subject)


def neighbours(method: Method, params: AutoencoderParams, dataset: Dataset, seed: int, progress: Progress) -> Verdict:
    """The check that hides columns in turn, with shorter trainings."""
    brief = replace(params, steps=min(params.steps, _STEPS))
    return judge_table(TableMethod(method, brief, dataset, _COLUMNS), seed, progress)


def _cells(subject: Rebuilder, ours: Rebuilt, pca: Rebuilt) -> Verdict:
    """Category cells and whole rows."""
    layout, split = subject.reader.layout, len(subject.reader.layout.table.categories)
    truth = subject.test.codes[:, :split]
    learned = truth <= np.array([c.size + 1 for c in layout.columns[:split]])  # not hidden
    common = np.array([np.bincount(subject.train.codes[:, j]).argmax() for j in range(split)])
    right, simple = ours.codes == truth, pca.codes == truth
    naive = float((common == truth)[learned].mean())
    cells, pca_cells = float(right[learned].mean()), float(simple[learned].mean())
    rows, pca_rows = float((right | ~learned).all(1).mean()), float((simple | ~learned).all(1).mean())
    notices = []
    if pca_cells > cells or pca_rows > rows:
        notices = [
            "On this table a plain PCA of the same width rebuilds products as well or better: "
            f"{pca_cells:.1%} of the cells, here {cells:.1%}."
        ]
    figures = [
        figure(
            "Cells rebuilt right",
            cells,
            pca_cells,
            _PCA,
            help=f"Accuracy over the cells of all category columns, on {len(truth):,} products that were held back.",
        ),
        figure(
            "Products rebuilt without an error",
            rows,
            pca_rows,
            _PCA,
            help="Share of held-out products of which every category cell is right.",
        ),
        figure(
            "Improvement over the commonest value",
            (cells - naive) / max(1 - naive, 1e-9),
            (pca_cells - naive) / max(1 - naive, 1e-9),
            _PCA,
            help="Share of the way from always answering the commonest value of a column, which is right in "
            f"{naive:.1%} of the cells, to always right.",
        ),
    ]
    return Verdict(figures, notices)


def _numbers(subject: Rebuilder, ours: Rebuilt, pca: Rebuilt) -> Verdict:
    explained, pca_explained = mean_r2(subject.test.numbers, ours.z), mean_r2(subject.test.numbers, pca.z)
    notices = []
    if pca_explained > explained + CLEAR:
        notices = [
            f"A plain PCA of the same width rebuilds the numbers better: {pca_explained:.0%} of their variance, "
            f"here {explained:.0%}."
        ]
    what = "R2 (share of the variance that is explained), mean over the number columns, on held-out products."
    return Verdict([figure("Numbers rebuilt", explained, pca_explained, _PCA, help=what)], notices)


def _ours(subject: Rebuilder) -> Rebuilt:
    reader, test = subject.reader, subject.test
    layout, split = reader.layout, len(reader.layout.table.categories)
    codes = np.zeros((len(test), split), np.int64)
    for rows, out in reader.outputs(test):
        for j, column in enumerate(layout.columns[:split]):
            codes[rows, j] = out[:, layout.outs[j] : layout.outs[j] + column.size + 2].argmax(1)
    cells = rebuilt(reader, test)
    z = np.full(test.numbers.shape, np.nan)
    for k, x in enumerate(layout.table.numbers):
        value = cells[x.name]
        z[:, k] = ((np.log1p(np.maximum(value, 0)) if x.log else value) - x.mean) / x.std
    return Rebuilt(codes, z)


def _pca(subject: Rebuilder, seed: int) -> Rebuilt:
    """From the principal components of one-hot columns and standardised numbers."""
    layout, split = subject.reader.layout, len(subject.reader.layout.table.categories)
    order = np.random.default_rng(seed).permutation(len(subject.train))[:_ROWS]
    x, new = _features(layout, subject.train.take(np.sort(order))), _features(layout, subject.test)
    mean = np.asarray(x.mean(axis=0), np.float32).ravel()
    components, _ = main_directions(x, subject.dimension, seed, mean=mean)
    back = (new @ components - mean @ components) @ components.T + mean
    starts = layout.starts[: split + 1]
    codes = [back[:, a:b].argmax(1) for a, b in pairwise(starts)]
    return Rebuilt(np.stack(codes, 1) if codes else np.zeros((len(new.indptr) - 1, 0), int), back[:, starts[-1] :])


def _features(layout: Layout, inputs: Inputs) -> csr_matrix:
    """(n, F) float32: one-hot category columns, standardised numbers."""
    from scipy.sparse import csr_matrix, hstack

    split = len(layout.table.categories)
    values = one_hot(inputs.codes[:, :split], [c.size + 3 for c in layout.columns[:split]])
    return hstack([values, csr_matrix(inputs.filled)], format="csr")


def _guessed(subject: Rebuilder) -> Verdict:
    """How often the model guesses a hidden category cell, beside the commonest value."""
    layout = subject.reader.layout
    right: list[np.ndarray] = []
    naive: list[np.ndarray] = []
    queried = _queried(layout)
    for j in queried:
        common = np.bincount(subject.train.codes[:, j]).argmax()
        for rows, p in subject.reader.expected(subject.test, j):
            truth = subject.test.codes[rows, j]
            right.append(p.argmax(1) == truth)
            naive.append(truth == common)
    if not right:
        return Verdict()
    ours, simple = float(np.concatenate(right).mean()), float(np.concatenate(naive).mean())
    how = "One category cell hidden at a time, guessed from the product's other cells, on held-out products"
    how += f"; of {len(queried)} columns, evenly picked." if layout.table.wide else "."
    guess: dict[str, Any] = figure("Hidden cells guessed right", ours, simple, "the commonest value", help=how)
    return Verdict([guess])


def _queried(layout: Layout) -> list[int]:
    """The category columns of which each cell is hidden in turn: of a wide table, some, evenly picked."""
    n = len(layout.table.categories)
    some = np.arange(n) if not layout.table.wide or n <= _QUERIED else np.linspace(0, n - 1, _QUERIED).round()
    return [int(j) for j in some]
