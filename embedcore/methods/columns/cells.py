"""The cells of a catalogue as tokens: a value, the range a number lies in, a word of a text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from embedcore.data import Dataset
from embedcore.methods import pack_json, unpack_json
from embedcore.methods.columns.table import TableEncoder

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

LEVELS = (4, 12, 36)  # a number lies in a wide, a middle and a narrow range of equal counts
_MANY = 100  # number columns above which one level has to do
_ONE = (12,)


@dataclass(frozen=True, eq=False)
class Cells:
    """The vocabulary of tokens, column by column in the order of `columns`.

    edges: per number column, per level, the borders of the ranges (on the scale of TableEncoder.encode).
    owner: (T,) int32, the column of each token. share: (T,) float32, 1 / levels for ranges, so that a number says as
    much as a value; 0 for words without a letter, which are sizes and codes; else 1.
    Columns of sets are read like texts: each value of a cell is a token.

    >>> import pandas as pd
    >>> from embedcore.data import Catalogue
    >>> frame = pd.DataFrame({"id": ["a", "b", "c"], "colour": ["red", "red", "blue"], "price": [1.0, 2.0, 3.0]})
    >>> shop = Dataset.build("shop", Catalogue(frame, {"id": "id", "colour": "category", "price": "price"}))
    >>> cells = Cells.of(shop)
    >>> cells.columns, cells.values
    (('colour', 'price'), ['colour=red', 'colour=blue'])
    """

    table: TableEncoder
    edges: tuple[tuple[np.ndarray, ...], ...]

    @classmethod
    def of(cls, dataset: Dataset, exclude: Iterable[str] = ()) -> Cells:
        """Read the vocabulary of `dataset`; NeedsError when no column can be used."""
        table = TableEncoder.of(dataset, exclude)
        levels = LEVELS if len(table.numbers) <= _MANY else _ONE
        numbers = table.standardised(dataset)
        edges = []
        for x in numbers.T:
            known = x[np.isfinite(x)]
            edges.append(tuple(np.unique(np.quantile(known, np.arange(1, n) / n)).astype(np.float32) for n in levels))
        return cls(table, tuple(edges))

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns that are used: categories, numbers, texts."""
        return self.table.used

    @cached_property
    def _sizes(self) -> list[int]:
        """Tokens of each column."""
        ranges = [sum(len(e) + 1 for e in levels) for levels in self.edges]
        return [*(len(c.values) for c in self.table.categories), *ranges, *(len(w.words) for w in self.table.words)]

    @cached_property
    def owner(self) -> np.ndarray:
        """(T,) int32, the column of each token."""
        return np.repeat(np.arange(len(self.columns), dtype=np.int32), self._sizes)

    @cached_property
    def share(self) -> np.ndarray:
        """(T,) float32, how much a token says beside the others of its cell."""
        out = np.ones(len(self.owner), np.float32)
        first, last = len(self.table.categories), len(self.table.categories) + len(self.table.numbers)
        for n, levels in enumerate(self.edges):
            out[self.owner == first + n] = 1 / len(levels)
        for n, w in enumerate(self.table.words):
            out[self.owner == last + n] = [w.tags or any(c.isalpha() for c in word) for word in w.words]
        return out

    @property
    def values(self) -> list[str]:
        """The tokens that are values of categories and of sets, as "column=value"."""
        sets = [f"{w.name}={v}" for w in self.table.words if w.tags for v in w.words]
        return [f"{c.name}={v}" for c in self.table.categories for v in c.values] + sets

    @property
    def values_at(self) -> np.ndarray:
        """(len(values),) which tokens they are."""
        first = len(self.table.categories) + len(self.table.numbers)
        sets = [first + n for n, w in enumerate(self.table.words) if w.tags]
        return np.flatnonzero((self.owner < len(self.table.categories)) | np.isin(self.owner, sets))

    def matrix(self, dataset: Dataset) -> csr_matrix:
        """(n, T) of 0 and 1: which tokens each product of `dataset` has. What is not in the vocabulary is skipped."""
        from scipy.sparse import csr_matrix, hstack

        e, n, blocks = self.table.encode(dataset), len(dataset), []

        def block(rows: np.ndarray, codes: np.ndarray, width: int) -> None:
            indptr = np.r_[0, np.cumsum(np.bincount(rows, minlength=n))]
            blocks.append(csr_matrix((np.ones(len(codes), np.float32), codes, indptr), (n, width)))

        for codes, c in zip(e.categories.T, self.table.categories, strict=True):
            rows = np.flatnonzero(codes)
            block(rows, codes[rows] - 1, len(c.values))
        for x, levels in zip(e.numbers.T, self.edges, strict=True):
            rows = np.flatnonzero(np.isfinite(x))
            for border in levels:
                block(rows, np.searchsorted(border, x[rows], side="right"), len(border) + 1)
        for (indptr, codes), w in zip(e.words, self.table.words, strict=True):
            blocks.append(csr_matrix((np.ones(len(codes), np.float32), codes, indptr), (n, len(w.words))))
        return hstack(blocks, format="csr")

    def pack(self) -> dict[str, np.ndarray]:
        """As arrays for a model's file."""
        plain = {"table": self.table.plain(), "edges": [[e.tolist() for e in levels] for levels in self.edges]}
        return {"cells": pack_json(plain)}

    @classmethod
    def unpack(cls, arrays: dict[str, np.ndarray]) -> Cells:
        """From what `pack` gave."""
        plain = unpack_json(arrays["cells"])
        edges = tuple(tuple(np.array(e, np.float32) for e in levels) for levels in plain["edges"])
        return cls(TableEncoder.from_plain(plain["table"]), edges)
