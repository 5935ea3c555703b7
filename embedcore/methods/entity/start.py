"""What the tables of the network begin with: co-occurrence vectors of values and words, or noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedcore.data import Dataset
from embedcore.errors import NeedsError
from embedcore.methods.columns import Cells
from embedcore.methods.entity.params import EntityParams

# Chosen by hand on Fashion Product Images and Ikea (bench catalogues).
_DIRECTIONS = 64  # of the co-occurrence that values and words begin with
_SPREAD, _NOISE = 0.25, 0.05  # standard deviation of the starting vectors, and of what has none
_CONTEXT = 0.75  # exponent of the context frequency (Levy, Goldberg and Dagan 2015)


@dataclass(frozen=True, eq=False)
class StartTables:
    """values: (values + 1, size) float32 for each category column, row 0 for missing and unknown. words: (words + 1,
    size) for each text column, the last row for no word."""

    values: list[np.ndarray]
    words: list[np.ndarray]

    @property
    def width(self) -> int:
        """The length of a product's values and words side by side."""
        return sum(t.shape[1] for t in (*self.values, *self.words))


def usual_size(values: int) -> int:
    """The usual length of the vectors of a column of so many values.

    >>> usual_size(46)
    14
    """
    return int(max(1, min(600, round(1.6 * values**0.56))))


def start_tables(dataset: Dataset, cells: Cells, p: EntityParams, seed: int) -> StartTables:
    """The tables that training begins with."""
    t, rng = cells.table, np.random.default_rng(seed)
    found = _together(dataset, cells, seed) if p.start and not t.wide else np.zeros((len(cells.owner), 0), np.float32)
    start, at = StartTables([], []), 0

    def table(n: int, size: int, begin: np.ndarray) -> np.ndarray:
        out = rng.normal(scale=_NOISE, size=(n, size)).astype(np.float32)
        out[:, : min(size, begin.shape[1])] += begin[:, :size]
        return out

    for c in t.categories:
        n, size = len(c.values), p.value_size or usual_size(len(c.values))
        start.values.append(np.concatenate([np.zeros((1, size), np.float32), table(n, size, found[at : at + n])]))
        at += n
    at = len(found) - sum(len(w.words) for w in t.words)
    for w in t.words:
        n = len(w.words)
        none = np.zeros((1, p.word_size), np.float32)
        start.words.append(np.concatenate([table(n, p.word_size, found[at : at + n]), none]))
        at += n
    return start


def _together(dataset: Dataset, cells: Cells, seed: int) -> np.ndarray:
    """(T, d) co-occurrence vectors of all tokens, evenly spread; d = 0 where nothing occurs together."""
    from embedcore.methods.columns import token_vectors

    try:
        found, _ = token_vectors(cells.matrix(dataset), cells, _DIRECTIONS, _CONTEXT, seed)
    except NeedsError:
        return np.zeros((len(cells.owner), 0), np.float32)
    return np.asarray(found * (_SPREAD / max(float(found.std()), 1e-9)), np.float32)
