"""How the cells of a catalogue go into the autoencoder and come out of it: one layout for training and for reading."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from embedcore.data import Dataset
from embedcore.methods.columns import Encoded, Table, numeric

BUDGET = 4_096  # values told apart over all columns: past it, the rarest of the largest columns count as one
_BINS = 16  # steps of a number, when it has more different values than _FEW
_FEW = 24
_WORDS_IN, _WORDS_OUT = 6_000, 600  # words of a text that are read, and that are learned to be told
_LENGTH = 40  # words of one text that are read
_FAR = 6.0  # standard deviations: a number further out is read as this far out


@dataclass(frozen=True)
class Column:
    """A column of cells to learn. size: values (or steps of a number) told apart, codes 1..size; 0 is a missing cell,
    size + 1 any other value, size + 2 a hidden cell. edges, middles: the borders between a number's steps and what is
    typical of each, standardised. exact: each step is a single number."""

    name: str
    size: int
    number: bool = False
    edges: tuple[float, ...] = ()
    middles: tuple[float, ...] = ()
    exact: bool = False


@dataclass(frozen=True, eq=False)
class Sheet:
    """Rows ready for the net, n products, J columns, N of them numbers (the last ones), W words at most.

    codes: (n, J) int32. z: (n, N) float32 standardised, NaN where missing. words: (n, W) int32 rows of the input
    table, -1 where there are fewer. known: (n,) bool, rows of which some cell says something."""

    codes: np.ndarray
    z: np.ndarray
    words: np.ndarray
    known: np.ndarray

    def take(self, rows: np.ndarray) -> Sheet:
        """Some of the rows."""
        return Sheet(self.codes[rows], self.z[rows], self.words[rows], self.known[rows])

    def __len__(self) -> int:
        return len(self.codes)


@dataclass(frozen=True)
class Layout:
    """The layout. columns: categories, then numbers. texts: (name, words read, words told) of each text column.

    Input rows: for each column 0..size+2, then the words. Outputs: for each column 0..size+1, then one number for
    each number column, then the words told."""

    table: Table
    columns: tuple[Column, ...]
    texts: tuple[tuple[str, int, int], ...]

    @classmethod
    def of(cls, table: Table, encoded: Encoded) -> Layout:
        """The layout for a table and its rows."""
        room = BUDGET - sum(min(len(np.unique(x[np.isfinite(x)])), _BINS) for x in encoded.numbers.T)
        most = _most([len(c.values) for c in table.categories], max(room, 16 * len(table.categories)))
        columns = [Column(c.name, min(len(c.values), most)) for c in table.categories]
        bins = _BINS if len(table.numbers) <= BUDGET // (2 * _BINS) else 6
        for x, z in zip(table.numbers, encoded.numbers.T, strict=True):
            columns.append(_steps(x.name, np.clip(z[np.isfinite(z)], -_FAR, _FAR).astype(np.float64), bins))
        texts = [(w.name, min(len(w.words), _WORDS_IN), min(len(w.words), _WORDS_OUT)) for w in table.words]
        return cls(table, tuple(columns), tuple(texts))

    @property
    def n_numbers(self) -> int:
        return len(self.table.numbers)

    @property
    def starts(self) -> np.ndarray:
        """(J + 1,) first input row of each column, and of the words."""
        return np.r_[0, np.cumsum([c.size + 3 for c in self.columns])].astype(np.int64)

    @property
    def outs(self) -> np.ndarray:
        """(J + 1,) first output of each column, and of the numbers."""
        return np.r_[0, np.cumsum([c.size + 2 for c in self.columns])].astype(np.int64)

    @property
    def rows_in(self) -> int:
        return int(self.starts[-1]) + sum(t[1] for t in self.texts)

    @property
    def rows_out(self) -> int:
        return int(self.outs[-1]) + self.n_numbers + sum(t[2] for t in self.texts)

    def sheet(self, dataset: Dataset, encoded: Encoded) -> Sheet:
        """The products of `dataset`. A value that training never saw counts as hidden, not as missing."""
        n, split = len(dataset), len(self.table.categories)
        has = set(dataset.catalogue.roles) if dataset.catalogue is not None else set()
        codes = np.zeros((n, len(self.columns)), np.int32)
        for j, column in enumerate(self.columns[:split]):
            code = np.minimum(encoded.categories[:, j], column.size + 1)
            there = dataset.column(column.name).notna().to_numpy() if column.name in has else np.ones(n, bool)
            all_told = column.size == len(self.table.categories[j].values)
            codes[:, j] = np.where((code == 0) & there, column.size + (2 if all_told else 1), code)
        z = np.clip(encoded.numbers, -_FAR, _FAR)
        for j, column in enumerate(self.columns[split:]):
            code = np.searchsorted(np.array(column.edges), z[:, j], side="right") + 1
            codes[:, split + j] = np.where(np.isfinite(z[:, j]), code, 0 if column.name in has else column.size + 2)
        return Sheet(codes, z, self._words(encoded, n), encoded.known)

    def _words(self, encoded: Encoded, n: int) -> np.ndarray:
        parts, start = [np.empty((n, 0), np.int32)], int(self.starts[-1])
        for (_, read, _), (indptr, words) in zip(self.texts, encoded.words, strict=True):
            row = np.repeat(np.arange(n), np.diff(indptr))
            keep = words < read
            row, word = row[keep], words[keep]
            place = np.arange(len(row)) - np.searchsorted(row, row)
            width = min(_LENGTH, int(place.max()) + 1 if len(place) else 0)
            part = np.full((n, width), -1, np.int32)
            keep = place < width
            part[row[keep], place[keep]] = word[keep] + start
            parts.append(part)
            start += read
        return np.concatenate(parts, axis=1)

    def value(self, j: int, code: int) -> Any:
        """What a code of column j stands for: a value, the number typical of a step, None for a missing cell."""
        column = self.columns[j]
        if code == 0:
            return None
        if column.number:
            return self.number(j, column.middles[min(code, column.size) - 1])
        return self.table.categories[j].values[code - 1] if code <= column.size else "another value"

    def number(self, j: int, z: Any) -> Any:
        """Standardised -> as it stands in the catalogue (number column j), to six digits."""
        x = self.table.numbers[j - len(self.table.categories)]
        value = np.asarray(z, np.float64) * x.std + x.mean
        value = np.expm1(value) if x.log else value
        size = 10.0 ** (5 - np.floor(np.log10(np.maximum(np.abs(value), 1e-9))))
        value = np.round(value * size) / size
        return float(value) if np.ndim(value) == 0 else value

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return {"table": self.table.plain(), "columns": [asdict(c) for c in self.columns], "texts": list(self.texts)}

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Layout:
        """From what `plain` gave, after a round trip through JSON."""
        columns = [
            Column(**{**c, "edges": tuple(c["edges"]), "middles": tuple(c["middles"])}) for c in plain["columns"]
        ]
        texts = [(name, read, told) for name, read, told in plain["texts"]]
        return cls(Table.from_plain(plain["table"]), tuple(columns), tuple(texts))


def trimmed(layout: Layout) -> list[str]:
    """One sentence about each column of which only the commonest values are told apart."""
    out = []
    for column, c in zip(layout.columns, layout.table.categories, strict=False):
        if column.size < len(c.values):
            out.append(
                f"“{c.name}” has {len(c.values):,} different values: the {column.size:,} commonest are told "
                "apart, the others count as one."
            )
    return out


def values(dataset: Dataset, name: str) -> np.ndarray:
    """(n,) float64 of a number or date column, NaN where missing."""
    return numeric(dataset.column(name))


def _most(sizes: list[int], room: int) -> int:
    """The largest number of values a column may keep so that all columns fit."""
    low, high = 16, max([*sizes, 16])
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if sum(min(s, middle) for s in sizes) <= room else (low, middle - 1)
    return low


def _steps(name: str, z: np.ndarray, bins: int) -> Column:
    """One step for each number when there are few different ones, else quantiles."""
    different = np.unique(z)
    exact = len(different) <= _FEW
    if exact:
        edges = (different[1:] + different[:-1]) / 2
    else:
        edges = np.unique(np.quantile(z, np.linspace(0, 1, bins + 1)[1:-1]))
        edges = edges[(edges > different[0]) & (edges <= different[-1])]
    step = np.searchsorted(edges, z, side="right")
    middles = [float(np.median(z[step == k])) for k in range(len(edges) + 1)]
    return Column(name, len(edges) + 1, True, tuple(float(v) for v in edges), tuple(middles), exact)
