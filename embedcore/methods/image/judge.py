"""How good a picture's code is, on pictures that training did not see, beside a PCA of the pixels of the same width."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from embedcore.data import Dataset
from embedcore.methods.base import figure
from embedcore.methods.image import see
from embedcore.methods.image.fit import Model

K = 10
FEWEST = 40  # pictures below which nothing is held out
_MOST_HELD, _MOST_BASE = 1000, 8000
_SIDE = 32  # pixels of the PCA
_MOST_VALUES = 300
_CLEAR = 0.02  # a difference in shares below this is chance


def held_out(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(rows to train on, rows to measure on), ascending: a tenth, at most 1,000, and none of very few."""
    order = np.random.default_rng(seed).permutation(n)
    k = min(_MOST_HELD, n // 10) if n >= FEWEST else 0
    return np.sort(order[k:]), np.sort(order[:k])


def judge(
    dataset: Dataset, model: Model, vectors: np.ndarray, train: np.ndarray, test: np.ndarray, seed: int
) -> tuple[list[dict[str, Any]], list[str]]:
    """(figures, notices). vectors: (n, d) of length 1, of all pictures of the dataset, in their order."""
    assert dataset.images is not None
    if not len(test):
        return [], []
    pixels, base = dataset.images.pixels, train[:: -(-len(train) // _MOST_BASE)]
    d = vectors.shape[1]
    flat = torch.cat([see.tensor(pixels[base[a : a + 1000]], _SIDE).flatten(1) for a in range(0, len(base), 1000)])
    asked = see.tensor(pixels[test], _SIDE).flatten(1)
    mean, ways, _ = see.principal(flat, d, seed)
    plain, plain_base = (asked - mean) @ ways, (flat - mean) @ ways
    figures, notices = [], []
    code, colour = model.code(pixels[test])
    if model.how.keep == "edges":
        seen = see.edges(see.tensor(pixels[test], model.how.size)) - model.mean
        linear = (seen @ model.directions) @ model.directions.T
        with torch.no_grad():
            told = model.net.tell(code)
        figures.append(
            figure(
                "Edges lost",
                _lost(told, seen),
                _lost(linear, seen),
                f"PCA of the edges, {model.how.dimension} numbers",
                better="lower",
                help="Squared error of the redrawn histograms of oriented gradients over their variance.",
            )
        )
    drawn = torch.nn.functional.adaptive_avg_pool2d(model.redraw(code, colour), _SIDE).flatten(1)
    lost, by_pca = _lost(drawn - mean, asked - mean), _lost(plain @ ways.T, asked - mean)
    figures.append(
        figure(
            "Pixels lost",
            lost,
            by_pca,
            f"PCA of the pixels, {d} numbers",
            better="lower",
            help=f"Squared error of the redrawn pixels ({_SIDE} x {_SIDE}) over their variance. The PCA spends its "
            "numbers on pixels alone, which are mostly colour.",
        )
    )
    if lost > by_pca + _CLEAR:
        why = ": this network spends its numbers on edges first" if model.how.keep == "edges" else ""
        notices.append(
            f"A plain PCA redraws the pixels of new pictures more exactly (it loses {by_pca:.0%} of what "
            f"tells them apart, this network {lost:.0%}){why}."
        )
    labels = [
        _labels(dataset, name, test, base, vectors[test], vectors[base], unit(plain), unit(plain_base))
        for name in dataset.columns("category")
    ]
    best = sorted((t for t in labels if t), key=lambda t: -t[3])[:2]
    for name, ours, theirs, _ in best:
        words = name.replace("_", " ")
        figures.append(
            figure(
                f"Neighbours with the same {words}",
                ours,
                theirs,
                f"PCA of the pixels, {d} numbers",
                help=f"Share of the {K} nearest pictures (cosine) that have the value of a picture "
                "training did not see.",
            )
        )
        if theirs > ours + _CLEAR:
            notices.insert(
                0,
                f"On these pictures a plain PCA of the pixels finds neighbours of the same {words} more "
                f"often: {theirs:.0%} against {ours:.0%}.",
            )
    return figures, notices


def unit(x: torch.Tensor) -> np.ndarray:
    """Rows of length 1; a row of zeros stays."""
    return np.asarray((x / x.norm(dim=1, keepdim=True).clamp(min=1e-9)).numpy())


def _lost(found: torch.Tensor, truth: torch.Tensor) -> float:
    return float((found - truth).pow(2).sum() / truth.pow(2).sum().clamp(min=1e-9))


def _labels(
    dataset: Dataset,
    name: str,
    test: np.ndarray,
    base: np.ndarray,
    mine: np.ndarray,
    mine_base: np.ndarray,
    plain: np.ndarray,
    plain_base: np.ndarray,
) -> tuple[str, float, float, float] | None:
    """(column, our share, the PCA's, how far the PCA is above chance); None when the column says little."""
    assert dataset.images is not None
    cells = dataset.column(name).iloc[dataset.positions(dataset.images.ids)]
    codes, values = cells.astype("category").cat.codes.to_numpy(), cells.nunique()
    known = codes[test] >= 0
    if not 2 <= values <= _MOST_VALUES or known.sum() < 20 or len(base) <= K:
        return None
    chance = float(((np.bincount(codes[codes >= 0]) / max((codes >= 0).sum(), 1)) ** 2).sum())
    shares = [
        float((codes[base][nearest(q[known], b)] == codes[test][known][:, None]).mean())
        for q, b in ((mine, mine_base), (plain, plain_base))
    ]
    return name, shares[0], shares[1], (shares[1] - chance) / max(1 - chance, 1e-9)


def nearest(asked: np.ndarray, base: np.ndarray) -> np.ndarray:
    """(n, K) rows of `base` nearest by cosine; both of length 1."""
    return np.argpartition(-(asked @ base.T), K, axis=1)[:, :K]
