"""How the cells of a catalogue go into the autoencoder and come out of it: one layout for training and for reading."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from embedcore.data import Dataset
from embedcore.methods.columns import Encoded, Inputs, TableEncoder
from embedcore.methods.columns import inputs as table_inputs

# Chosen by hand.
BUDGET = 4_096  # values kept apart over all columns: past it, the rarest of the largest columns count as one
_STEPS, _STEPS_MANY = 16, 6  # of a number, when it has more different values than _FEW; where there are many numbers
_FEW = 24
_WORDS_IN, _WORDS_OUT = 6_000, 600  # words of a text that are read, and that are predicted: the commonest
_LONGEST = 40  # words of one text that are read
_FAR = 6.0  # standard deviations: a number further out is read as this far out


@dataclass(frozen=True)
class CodedColumn:
    """A column of cells to learn. size: values (or steps of a number) kept apart, codes 1..size; 0 is a missing cell,
    size + 1 any other value, size + 2 a hidden cell. edges, middles: the borders between a number's steps and what is
    typical of each, standardised. exact: each step is a single number."""

    name: str
    size: int
    number: bool = False
    edges: tuple[float, ...] = ()
    middles: tuple[float, ...] = ()
    exact: bool = False


@dataclass(frozen=True)
class Layout:
    """The layout. columns: categories, then numbers. texts: (name, words read, words predicted) of each text column.

    Input rows: for each column 0..size+2, then the words. Outputs: for each column 0..size+1, then one number for
    each number column, then the words predicted."""

    table: TableEncoder
    columns: tuple[CodedColumn, ...]
    texts: tuple[tuple[str, int, int], ...]

    @classmethod
    def of(cls, table: TableEncoder, encoded: Encoded) -> Layout:
        """The layout for a table and its rows."""
        room = BUDGET - sum(min(len(np.unique(x[np.isfinite(x)])), _STEPS) for x in encoded.numbers.T)
        most = _most([len(c.values) for c in table.categories], max(room, 16 * len(table.categories)))
        columns = [CodedColumn(c.name, min(len(c.values), most)) for c in table.categories]
        bins = _STEPS if len(table.numbers) <= BUDGET // (2 * _STEPS) else _STEPS_MANY
        for x, z in zip(table.numbers, encoded.numbers.T, strict=True):
            columns.append(_steps(x.name, np.clip(z[np.isfinite(z)], -_FAR, _FAR).astype(np.float64), bins))
        texts = [(w.name, min(len(w.words), _WORDS_IN), min(len(w.words), _WORDS_OUT)) for w in table.words]
        return cls(table, tuple(columns), tuple(texts))

    @property
    def n_numbers(self) -> int:
        """How many number columns there are."""
        return len(self.table.numbers)

    @property
    def starts(self) -> np.ndarray:
        """(J + 1,) first input row of each column, and of the words."""
        return np.cumsum([0, *(c.size + 3 for c in self.columns)], dtype=np.int64)

    @property
    def outs(self) -> np.ndarray:
        """(J + 1,) first output of each column, and of the numbers."""
        return np.cumsum([0, *(c.size + 2 for c in self.columns)], dtype=np.int64)

    @property
    def rows_in(self) -> int:
        """How many input rows there are."""
        return int(self.starts[-1]) + sum(t[1] for t in self.texts)

    @property
    def rows_out(self) -> int:
        """How many outputs there are."""
        return int(self.outs[-1]) + self.n_numbers + sum(t[2] for t in self.texts)

    def read(self, dataset: Dataset, rows: Encoded | None = None) -> Inputs:
        """The products of `dataset`, with the codes (n, J) of all columns, the steps of numbers among them. A value
        that training never saw counts as hidden, not as missing. rows: the dataset as the table encodes it."""
        rows = self.table.encode(dataset) if rows is None else rows
        inputs = table_inputs.of_rows(rows, _FAR, _LONGEST, [read for _, read, _ in self.texts])
        n, split = len(dataset), len(self.table.categories)
        has = set(dataset.catalogue.roles) if dataset.catalogue is not None else set()
        codes = np.zeros((n, len(self.columns)), np.int32)
        for j, column in enumerate(self.columns[:split]):
            code = np.minimum(inputs.codes[:, j], column.size + 1)
            there = dataset.column(column.name).notna().to_numpy() if column.name in has else np.ones(n, bool)
            all_kept = column.size == len(self.table.categories[j].values)
            codes[:, j] = np.where((code == 0) & there, column.size + (2 if all_kept else 1), code)
        for j, (column, z) in enumerate(zip(self.columns[split:], inputs.numbers.T, strict=True), split):
            code = np.searchsorted(np.array(column.edges), z, side="right") + 1
            codes[:, j] = np.where(np.isfinite(z), code, 0 if column.name in has else column.size + 2)
        return replace(inputs, codes=codes)

    def word_rows(self, inputs: Inputs) -> np.ndarray:
        """(n, W) int32 input rows of the words of all texts side by side, -1 where there are fewer."""
        parts, start = [np.empty((len(inputs), 0), np.int32)], int(self.starts[-1])
        for (_, read, _), words in zip(self.texts, inputs.words, strict=True):
            parts.append(np.where(words < 0, words, words + start).astype(np.int32))
            start += read
        return np.concatenate(parts, axis=1)

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
            CodedColumn(**{**c, "edges": tuple(c["edges"]), "middles": tuple(c["middles"])}) for c in plain["columns"]
        ]
        texts = [(name, read, predicted) for name, read, predicted in plain["texts"]]
        return cls(TableEncoder.from_plain(plain["table"]), tuple(columns), tuple(texts))


def trimmed(layout: Layout) -> list[str]:
    """One sentence about each column of which only the commonest values are kept apart."""
    out = []
    for column, c in zip(layout.columns, layout.table.categories, strict=False):
        if column.size < len(c.values):
            out.append(
                f"“{c.name}” has {len(c.values):,} different values: the {column.size:,} commonest are kept "
                "apart, the others count as one."
            )
    return out


def _most(sizes: list[int], room: int) -> int:
    """The largest number of values a column may keep so that all columns fit."""
    low, high = 16, max([*sizes, 16])
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if sum(min(s, middle) for s in sizes) <= room else (low, middle - 1)
    return low


def _steps(name: str, z: np.ndarray, bins: int) -> CodedColumn:
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
    return CodedColumn(name, len(edges) + 1, True, tuple(float(v) for v in edges), tuple(middles), exact)
