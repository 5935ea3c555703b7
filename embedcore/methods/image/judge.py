"""How good a picture's code is, on pictures that training did not see, beside a PCA of the pixels of the same width."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch

from embedcore.data import Dataset, Images
from embedcore.methods.base import figure
from embedcore.methods.evaluation import CLEAR, Split, Verdict, best, r2, same_value, split
from embedcore.methods.image import see
from embedcore.methods.image.fit import Model
from embedcore.progress import Progress, silent
from embedcore.vectors import unit

K = 10
# Chosen by hand: the check takes about as long as reading the pictures.
FEWEST = 40  # pictures below which nothing is held out
_MOST_HELD, _MOST_BASE = 1000, 8000
_SIDE = 32  # pixels of the PCA
_MOST_VALUES = 300
_LEAST_KNOWN = 20  # held-out pictures with a value below which a column is not judged
_COLUMNS = 2  # category columns that are shown: those of which pictures say most


@dataclass(frozen=True, eq=False)
class Trained:
    """What is judged. vectors: (n, d) of length 1, of all pictures of the dataset, in their order. held: rows of the
    pictures."""

    dataset: Dataset
    images: Images
    model: Model
    vectors: np.ndarray
    held: Split


class _Compared(NamedTuple):
    """A category column: the share of neighbours with the same value, ours and the PCA's, and how far the PCA's is
    above chance."""

    column: str
    ours: float
    pca: float
    above: float


def held_out(n: int, seed: int) -> Split:
    """Pictures to train on and to measure on: a tenth, at most 1,000, and none of very few."""
    return split(n, min(_MOST_HELD, n // 10) if n >= FEWEST else 0, seed)


def judge(subject: Trained, seed: int, progress: Progress = silent) -> Verdict:
    """Edges and pixels lost, and neighbours that share a category. Empty when nothing was held out."""
    if not len(subject.held.test):
        return Verdict()
    progress(0, 1, note="Measuring on pictures it has not seen")
    train = subject.held.train
    base = train[:: -(-len(train) // _MOST_BASE)]
    pixels, width = subject.images.pixels, subject.vectors.shape[1]
    flat = torch.cat([see.tensor(pixels[base[a : a + 1000]], _SIDE).flatten(1) for a in range(0, len(base), 1000)])
    new = see.tensor(pixels[subject.held.test], _SIDE).flatten(1)
    mean, directions, _ = see.principal(flat, width, seed)
    pca, pca_base = (new - mean) @ directions, (flat - mean) @ directions
    code, colour = subject.model.code(pixels[subject.held.test])
    drawn = torch.nn.functional.adaptive_avg_pool2d(subject.model.redraw(code, colour), _SIDE).flatten(1)
    redrawn = _edges(subject, code)
    redrawn += _pixels(subject, _lost(drawn - mean, new - mean), _lost(pca @ directions.T, new - mean))
    near = _neighbours(subject, base, pca.numpy(), pca_base.numpy())
    return Verdict(redrawn.figures + near.figures, near.notices + redrawn.notices)


def _lost(found: torch.Tensor, truth: torch.Tensor) -> float:
    """Share of the variance around 0 that is lost."""
    return 1 - r2(truth.numpy(), found.numpy(), mean=0.0)


def _edges(subject: Trained, code: torch.Tensor) -> Verdict:
    """What is lost of the edges, where the network redraws them."""
    model = subject.model
    if model.how.keep != "edges":
        return Verdict()
    seen = see.edges(see.tensor(subject.images.pixels[subject.held.test], model.how.size)) - model.mean
    linear = (seen @ model.directions) @ model.directions.T
    with torch.no_grad():
        redrawn = model.net.rebuild(code)
    help = "Squared error of the redrawn histograms of oriented gradients over their variance."
    baseline = f"PCA of the edges, {model.how.dimension} numbers"
    lost = _lost(redrawn, seen), _lost(linear, seen)
    return Verdict([figure("Edges lost", *lost, baseline, better="lower", help=help)])


def _pixels(subject: Trained, lost: float, by_pca: float) -> Verdict:
    help = (
        f"Squared error of the redrawn pixels ({_SIDE} x {_SIDE}) over their variance. The PCA spends its "
        "numbers on pixels alone, which are mostly colour."
    )
    baseline = f"PCA of the pixels, {subject.vectors.shape[1]} numbers"
    figures = [figure("Pixels lost", lost, by_pca, baseline, better="lower", help=help)]
    if lost <= by_pca + CLEAR:
        return Verdict(figures)
    why = ": this network spends its numbers on edges first" if subject.model.how.keep == "edges" else ""
    notice = (
        f"A plain PCA redraws the pixels of new pictures more exactly (it loses {by_pca:.0%} of what "
        f"tells them apart, this network {lost:.0%}){why}."
    )
    return Verdict(figures, [notice])


def _neighbours(subject: Trained, base: np.ndarray, pca: np.ndarray, pca_base: np.ndarray) -> Verdict:
    """Of the category columns of which the pixels say most: do the nearest pictures share the value?"""
    sides = [(subject.vectors[subject.held.test], subject.vectors[base]), (unit(pca), unit(pca_base))]
    found = [_column(subject, name, base, sides) for name in subject.dataset.columns("category")]
    figures, notices = [], []
    for column in sorted((c for c in found if c), key=lambda c: -c.above)[:_COLUMNS]:
        words = column.column.replace("_", " ")
        help = f"Share of the {K} nearest pictures (cosine) that have the value of a picture training did not see."
        baseline = f"PCA of the pixels, {subject.vectors.shape[1]} numbers"
        figures.append(figure(f"Neighbours with the same {words}", column.ours, column.pca, baseline, help=help))
        if column.pca > column.ours + CLEAR:
            notices.append(
                f"On these pictures a plain PCA of the pixels finds neighbours of the same {words} more "
                f"often: {column.pca:.0%} against {column.ours:.0%}."
            )
    return Verdict(figures, notices[::-1])


def _column(
    subject: Trained, name: str, base: np.ndarray, sides: list[tuple[np.ndarray, np.ndarray]]
) -> _Compared | None:
    """None when the column says little. sides: (vectors of the held-out pictures, of the base), ours and the PCA's."""
    cells = subject.dataset.column(name).iloc[subject.dataset.positions(subject.images.ids)]
    codes = cells.astype("category").cat.codes.to_numpy()
    new = codes[subject.held.test]
    known = new >= 0
    if not 2 <= cells.nunique() <= _MOST_VALUES or known.sum() < _LEAST_KNOWN or len(base) <= K:
        return None
    chance = float(((np.bincount(codes[codes >= 0]) / max((codes >= 0).sum(), 1)) ** 2).sum())
    ours, pca = (float(same_value(_nearest(x[known], among), codes[base], new[known]).mean()) for x, among in sides)
    return _Compared(name, ours, pca, (pca - chance) / max(1 - chance, 1e-9))


def _nearest(queries: np.ndarray, base: np.ndarray) -> np.ndarray:
    """(q, K) rows of `base` nearest by cosine; both of length 1."""
    return best(lambda rows: queries[rows] @ base.T, len(queries), K)
