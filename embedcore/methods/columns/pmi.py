"""How much more often two cells stand in one row than chance would have it, and vectors from that."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from embedcore.errors import NeedsError
from embedcore.methods.columns.cells import Cells
from embedcore.methods.columns.linear import main_directions
from embedcore.progress import Progress, silent

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

PAIRS = 4e8  # pairs of cells that are counted at most, a few CPU seconds; of more rows, a sample is read


def token_vectors(
    x: csr_matrix, cells: Cells, dimension: int, context: float, seed: int, progress: Progress = silent
) -> tuple[np.ndarray, int]:
    """((T, d) float32 vectors of the tokens, how many rows were counted).

    x: (n, T) of 0 and 1. Positive pointwise mutual information with an exponent on the context's frequency (Levy,
    Goldberg and Dagan 2015), its truncated SVD, singular values to the power 1/2. Two values of one column never
    stand together, so only pairs across columns count, and words of one text; of a single number column, the wide and
    narrow ranges.
    d is smaller than `dimension` when there are few tokens.

    >>> import pandas as pd
    >>> from embedcore.data import Catalogue, Dataset
    >>> frame = pd.DataFrame({"id": ["a", "b", "c"], "colour": ["red", "red", "blue"], "price": [1.0, 2.0, 3.0]})
    >>> shop = Dataset.build("shop", Catalogue(frame, {"id": "id", "colour": "category", "price": "price"}))
    >>> cells = Cells.of(shop)
    >>> vectors, rows = token_vectors(cells.matrix(shop), cells, 4, context=0.75, seed=0)
    >>> vectors.shape[0] == len(cells.owner), rows
    (True, 3)
    """
    from scipy.sparse import diags

    rows = sample_rows(np.diff(x.indptr).astype(np.float64) ** 2, PAIRS, seed)
    counted = (x if rows is None else x[rows]) @ diags(np.sqrt(cells.share))
    counted.eliminate_zeros()
    found = _positive(counted.tocsr(), cells, context, progress)
    unit, values = main_directions(found.T.tocsr(), dimension, seed)
    progress(1, 1, note="Finding the main directions")
    return (unit * np.sqrt(values)).astype(np.float32), x.shape[0] if rows is None else len(rows)


def sample_rows(pairs: np.ndarray, most: float, seed: int) -> np.ndarray | None:
    """Positions of the rows to count, of which each has so many pairs (n,); None for all.

    >>> sample_rows(np.array([4.0, 9.0]), 100, seed=0) is None
    True
    """
    if pairs.sum() <= most:
        return None
    order = np.random.default_rng(seed).permutation(len(pairs))
    return np.sort(order[: max(int((pairs[order].cumsum() <= most).sum()), 100)])


def context_chance(often: np.ndarray, context: float) -> np.ndarray:
    """(n,) how likely each context is by chance: its share of the frequencies to the power `context`.

    >>> context_chance(np.array([1.0, 3.0]), 1.0).tolist()
    [0.25, 0.75]
    """
    return np.asarray(often**context / (often**context).sum())


def mutual_information(count: np.ndarray, often: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """Pointwise mutual information of pairs seen `count` times. often: how often the first of each pair is seen;
    chance: how likely the second is.

    >>> mutual_information(np.array([2.0]), np.array([4.0]), np.array([0.25])).round(3).tolist()
    [0.693]
    """
    return np.asarray(np.log(count / (often * chance)))


def _positive(x: csr_matrix, cells: Cells, context: float, progress: Progress) -> csr_matrix:
    """(T, T) the positive pointwise mutual information of token (row) and context (column)."""
    from scipy.sparse import coo_matrix

    by_token, owner = x.tocsc(), cells.owner
    starts = np.r_[0, np.flatnonzero(np.diff(owner)) + 1, len(owner)]
    inside = {len(cells.columns) - 1 - n for n in range(len(cells.table.words))} | ({0} if len(starts) == 2 else set())
    a, b, counts = [], [], []
    for n, (low, high) in enumerate(pairwise(starts)):
        first = low if n in inside else high
        both = (by_token[:, low:high].T @ by_token[:, first:]).tocoo()
        once = both.row + low < both.col + first
        a.append(both.row[once] + low)
        b.append(both.col[once] + first)
        counts.append(both.data[once])
        progress(n + 1, len(starts), note="Counting what stands together")
    row, col, count = np.concatenate(a), np.concatenate(b), np.concatenate(counts).astype(np.float64)
    row, col, count = np.r_[row, col], np.r_[col, row], np.r_[count, count]  # the same pair from the other side
    if not len(count):
        raise NeedsError(
            "Values are learned from the company they keep, and in this catalogue no two cells of different columns "
            "stand in one row.",
            "Use more columns, or choose the plain PCA.",
        )
    often = np.bincount(row, count, len(owner))
    score = mutual_information(count, often[row], context_chance(often, context)[col])
    good = score > 0
    if not good.any():
        good[:] = True
    return coo_matrix((score[good].astype(np.float32), (row[good], col[good])), (len(owner), len(owner))).tocsr()
