"""How good an autoencoder is on products it has not seen, beside a PCA of the same width and the commonest value."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from embedcore.data import Dataset
from embedcore.methods.autoencoder.layout import Layout, Sheet
from embedcore.methods.autoencoder.read import Reader, rebuilt
from embedcore.methods.base import Method, Params, figure
from embedcore.methods.columns import TableMethod, judge_table, main_directions
from embedcore.progress import Progress

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_ROWS = 10_000  # rows the PCA beside it is made of
_CLEAR = 0.02  # differences of R2 below this are not worth a sentence
_STEPS = 200  # steps of training for each hidden column
_COLUMNS = 4  # that are hidden, one after the other: a few seconds
_ASKED = 24  # category columns of a wide table of which each cell is hidden in turn


def measure(
    reader: Reader, learned: Sheet, held: Sheet, dimension: int, seed: int
) -> tuple[list[str], list[dict[str, Any]]]:
    """(notices, figures): cells and rows rebuilt, numbers explained, hidden cells guessed; on the rows held back."""
    if not len(held):
        return ["There are too few products to hold some back: how well it does on unseen ones is not known."], []
    layout, out, said = reader.layout, [], []
    codes, z = _answers(reader, held)
    pca_codes, pca_z = _pca(layout, learned, held, dimension, seed)
    split = len(layout.table.categories)
    if split:
        truth = held.codes[:, :split]
        told = truth <= np.array([c.size + 1 for c in layout.columns[:split]])
        common = np.array([np.bincount(learned.codes[:, j]).argmax() for j in range(split)])
        right, simple, naive = codes[:, :split] == truth, pca_codes == truth, (common == truth)[told].mean()
        cells, pca_cells = float(right[told].mean()), float(simple[told].mean())
        rows, pca_rows = float((right | ~told).all(1).mean()), float((simple | ~told).all(1).mean())
        if pca_cells > cells or pca_rows > rows:
            said.append(
                "On this table a plain PCA of the same width rebuilds products as well or better: "
                f"{pca_cells:.1%} of the cells, here {cells:.1%}."
            )
        out += [
            figure(
                "Cells rebuilt right",
                cells,
                pca_cells,
                "PCA of the same width",
                help=f"Accuracy over the cells of all category columns, on {len(held):,} products that were held back.",
            ),
            figure(
                "Products rebuilt wholly right",
                rows,
                pca_rows,
                "PCA of the same width",
                help="Share of held-out products of which every category cell is right.",
            ),
            figure(
                "Way from the commonest value to always right",
                (cells - naive) / max(1 - naive, 1e-9),
                (pca_cells - naive) / max(1 - naive, 1e-9),
                "PCA of the same width",
                help="Gain over always "
                f"answering the commonest value of the column, which alone is right in {naive:.1%} of the cells.",
            ),
        ]
    if layout.n_numbers:
        ours, theirs = _explained(held.z, z), _explained(held.z, pca_z)
        if theirs > ours + _CLEAR:
            said.append(
                f"A plain PCA of the same width rebuilds the numbers better: {theirs:.0%} of their variance, "
                f"here {ours:.0%}."
            )
        out.append(
            figure(
                "Numbers rebuilt",
                ours,
                theirs,
                "PCA of the same width",
                help="R2 (share of the variance "
                "that is explained), mean over the number columns, on held-out products.",
            )
        )
    out += _guessed(reader, learned, held)
    return said, out


def neighbours(
    method: Method, params: Params, dataset: Dataset, seed: int, progress: Progress
) -> tuple[list[str], list[dict[str, Any]]]:
    """(notices, figures) of the check that hides columns in turn, with shorter trainings."""
    brief = replace(params, steps=min(params.steps, _STEPS))  # type: ignore[attr-defined, call-arg]
    verdict = judge_table(TableMethod(method, brief, dataset, _COLUMNS), seed, progress)
    return verdict.notices, verdict.figures


def _answers(reader: Reader, sheet: Sheet) -> tuple[np.ndarray, np.ndarray]:
    """(codes (n, J), standardised numbers (n, N)) that the model says stand in each row."""
    layout, split = reader.layout, len(reader.layout.table.categories)
    codes = np.zeros(sheet.codes.shape, np.int64)
    for rows, out in reader.outputs(sheet):
        for j, column in enumerate(layout.columns[:split]):
            codes[rows, j] = out[:, layout.outs[j] : layout.outs[j] + column.size + 2].argmax(1)
    cells = rebuilt(reader, sheet)
    z = np.full(sheet.z.shape, np.nan)
    for k, x in enumerate(layout.table.numbers):
        value = cells[x.name]
        z[:, k] = ((np.log1p(np.maximum(value, 0)) if x.log else value) - x.mean) / x.std
    return codes, z


def _pca(layout: Layout, learned: Sheet, held: Sheet, dimension: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The same answers from the principal components of one-hot columns and standardised numbers."""
    split = len(layout.table.categories)
    order = np.random.default_rng(seed).permutation(len(learned))[:_ROWS]
    x, new = _one_hot(layout, learned.take(np.sort(order))), _one_hot(layout, held)
    mean = np.asarray(x.mean(axis=0), np.float32).ravel()
    components, _ = main_directions(x, dimension, seed, mean=mean)
    back = (new @ components - mean @ components) @ components.T + mean
    starts = np.r_[0, np.cumsum([c.size + 3 for c in layout.columns[:split]])].astype(int)
    codes = [back[:, a:b].argmax(1) for a, b in pairwise(starts)]
    return np.stack(codes, 1) if codes else np.zeros((len(held), 0), int), back[:, starts[-1] :]


def _one_hot(layout: Layout, sheet: Sheet) -> csr_matrix:
    from scipy.sparse import csr_matrix, hstack

    split, n = len(layout.table.categories), len(sheet)
    starts = layout.starts
    at = (sheet.codes[:, :split] + starts[:split]).ravel()
    ones = np.ones(len(at), np.float32)
    values = csr_matrix((ones, at, np.arange(n + 1) * split), (n, int(starts[split])))
    return hstack([values, csr_matrix(np.nan_to_num(sheet.z, nan=0.0))], format="csr")


def _explained(truth: np.ndarray, said: np.ndarray) -> float:
    """Mean R2 over the columns."""
    found = []
    for t, s in zip(truth.T, said.T, strict=True):
        ok = np.isfinite(t) & np.isfinite(s)
        if ok.sum() > 1 and t[ok].var() > 0:
            found.append(1 - float(((t[ok] - s[ok]) ** 2).mean() / t[ok].var()))
    return float(np.mean(found)) if found else 0.0


def _guessed(reader: Reader, learned: Sheet, held: Sheet) -> list[dict[str, Any]]:
    """How often the model tells a hidden category cell, beside the commonest value."""
    layout, right, naive = reader.layout, [], []
    for j in _asked(layout):
        common = np.bincount(learned.codes[:, j]).argmax()
        for rows, p in reader.expected(held, j):
            truth = held.codes[rows, j]
            right.append(p.argmax(1) == truth)
            naive.append(truth == common)
    if not right:
        return []
    ours, simple = float(np.concatenate(right).mean()), float(np.concatenate(naive).mean())
    told = "One category cell hidden at a time, told from the product's other cells, on held-out products."
    if layout.table.wide:
        told = told[:-1] + f"; of {len(_asked(layout))} columns, evenly picked."
    return [figure("Hidden cells guessed right", ours, simple, "the commonest value", help=told)]


def _asked(layout: Layout) -> list[int]:
    """The category columns of which each cell is hidden in turn: of a wide table, some, evenly picked."""
    n = len(layout.table.categories)
    some = np.arange(n) if not layout.table.wide or n <= _ASKED else np.linspace(0, n - 1, _ASKED).round()
    return [int(j) for j in some]
