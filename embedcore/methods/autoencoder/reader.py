"""A trained autoencoder in numpy: vectors, rebuilt rows, and what it expects in a hidden cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from embedcore.methods.autoencoder.layout import Layout
from embedcore.methods.columns import Inputs, gelu, layer_norm, softmax, sparse_rows
from embedcore.methods.columns import inputs as table_inputs

_BLOCK = 4_096  # rows at a time


@dataclass(frozen=True, eq=False)
class Expected:
    """What the model expects in one column when it sees the rest of each product's cells (n products).

    value: (n,) probability of what stands there, 1 where that is not known. likely: (n,) the likeliest: object values
    of a category (None: an empty cell), float64 of a number. share: (n,) probability of `likely`, for a number
    of the range low..high around it. off: (n,) float64, how far a number stands from `likely`, in standard deviations
    of the column (NaN where missing); None for categories."""

    column: str
    value: np.ndarray
    likely: np.ndarray
    share: np.ndarray
    low: np.ndarray | None = None
    high: np.ndarray | None = None
    off: np.ndarray | None = None


class Reader:
    """layout: what is where. weights: by name, as the training gave them."""

    def __init__(self, layout: Layout, weights: dict[str, np.ndarray]) -> None:
        self.layout, self.w = layout, weights
        self._starts = layout.starts[:-1]
        self._hidden = self._starts + np.array([c.size + 2 for c in layout.columns], np.int64)

    def summed(self, inputs: Inputs, hide: int | None = None) -> np.ndarray:
        """(n, width) float32: what goes into the first layer. hide: a column whose cells are hidden."""
        at, z = inputs.codes + self._starts, inputs.filled
        split = len(self.layout.columns) - self.layout.n_numbers
        if hide is not None:
            at[:, hide] = self._hidden[hide]
            if hide >= split:
                z[:, hide - split] = 0.0
        x = self._bag(at, self.layout.word_rows(inputs))
        return np.asarray(x + z @ self.w["numbers"] + self.w["bias"], np.float32)

    def vectors(self, inputs: Inputs, hide: int | None = None) -> np.ndarray:
        """(n, dimension) float32: the narrowest layer."""
        return np.concatenate([self._code(self.summed(part, hide)) for _, part in _parts(inputs)])

    def outputs(self, inputs: Inputs) -> Iterator[tuple[slice, np.ndarray]]:
        """(rows, (m, outputs)) a block at a time."""
        for rows, part in _parts(inputs):
            hidden = self._back(self._code(self.summed(part)))
            yield rows, hidden @ self.w["head.weight"].T + self.w["head.bias"]

    def expected(self, inputs: Inputs, j: int) -> Iterator[tuple[slice, np.ndarray]]:
        """(rows, (m, size + 2) probabilities of the codes of column j) with that cell hidden, a block at a time."""
        outs = slice(int(self.layout.outs[j]), int(self.layout.outs[j + 1]))
        weight, bias = self.w["head.weight"][outs], self.w["head.bias"][outs]
        for rows, part in _parts(inputs):
            yield rows, softmax(self._back(self._code(self.summed(part, j))) @ weight.T + bias)

    def _bag(self, at: np.ndarray, words: np.ndarray) -> np.ndarray:
        """(n, width) sum of the vectors of the cells at (n, J) and of the words (n, W), which share a weight."""
        share = 1 / np.sqrt(np.maximum((words >= 0).sum(axis=1, keepdims=True), 1))
        weights = np.concatenate([np.ones(at.shape), np.broadcast_to(share, words.shape)], axis=1)
        rows = sparse_rows(np.concatenate([at, words], axis=1), weights, self.layout.rows_in)
        return np.asarray(rows @ self.w["values"])

    def _code(self, x: np.ndarray) -> np.ndarray:
        x = layer_norm(gelu(x, table_inputs.CUBE * x * x * x), self.w["norm_in.weight"], self.w["norm_in.bias"])
        return np.asarray(x @ self.w["code.weight"].T + self.w["code.bias"], np.float32)

    def _back(self, code: np.ndarray) -> np.ndarray:
        x = code @ self.w["back.weight"].T + self.w["back.bias"]
        return layer_norm(gelu(x, table_inputs.CUBE * x * x * x), self.w["norm_out.weight"], self.w["norm_out.bias"])


def _parts(inputs: Inputs) -> Iterator[tuple[slice, Inputs]]:
    """(rows, those products) a block at a time; one empty block where there are none."""
    n = len(inputs)
    for start in range(0, max(n, 1), _BLOCK):
        rows = slice(start, min(start + _BLOCK, n))
        yield rows, inputs.take(np.arange(n)[rows])


def rebuilt(reader: Reader, inputs: Inputs) -> dict[str, np.ndarray]:
    """Column -> (n,) what the model gives for each row: object values (None: an empty cell), float64 numbers."""
    layout, split = reader.layout, len(reader.layout.table.categories)
    codes, z = np.zeros(inputs.codes.shape, np.int64), np.zeros(inputs.numbers.shape)
    outs, last = layout.outs, int(layout.outs[-1])
    for rows, out in reader.outputs(inputs):
        z[rows] = out[:, last : last + layout.n_numbers]
        for j, column in enumerate(layout.columns):
            codes[rows, j] = out[:, outs[j] : outs[j] + column.size + 1].argmax(1)
    found: dict[str, np.ndarray] = {}
    for j, column in enumerate(layout.columns):
        if not column.number:
            found[column.name] = np.array([None, *layout.table.categories[j].values], object)[codes[:, j]]
            continue
        step = np.maximum(codes[:, j] - 1, 0)
        if column.exact:
            amount = np.array(column.middles)[step]
        else:
            borders = np.array([-np.inf, *column.edges, np.inf])
            amount = np.clip(z[:, j - split], borders[step], borders[step + 1])
        found[column.name] = np.where(codes[:, j] == 0, np.nan, layout.number(j, amount))
    return found


def expectations(reader: Reader, inputs: Inputs) -> Iterator[Expected]:
    """See FittedAutoencoder.expected."""
    for j, column in enumerate(reader.layout.columns):
        yield _number(reader, inputs, j) if column.number else _category(reader, inputs, j)


def _category(reader: Reader, inputs: Inputs, j: int) -> Expected:
    column, values = reader.layout.columns[j], reader.layout.table.categories[j].values
    value, share, best = _ones(inputs), _ones(inputs), np.zeros(len(inputs), np.int64)
    for rows, p in reader.expected(inputs, j):
        value[rows] = _probability(p, inputs.codes[rows, j])
        best[rows] = p.argmax(1)
        share[rows] = p[np.arange(len(p)), best[rows]]
    names = np.array([None, *values[: column.size], "another value"], object)
    return Expected(column.name, value, names[best], share)


def _number(reader: Reader, inputs: Inputs, j: int) -> Expected:
    """Of an exact number the likeliest step, else the median with a range around it."""
    layout, column, n = reader.layout, reader.layout.columns[j], len(inputs)
    value, share = _ones(inputs), _ones(inputs)
    low, best, high = (np.zeros(n, np.int64) for _ in range(3))
    for rows, p in reader.expected(inputs, j):
        value[rows] = _probability(p, inputs.codes[rows, j])
        if column.exact:
            best[rows] = p.argmax(1)
            share[rows] = p[np.arange(len(p)), best[rows]]
        else:
            low[rows], best[rows], high[rows], share[rows] = _range(p[:, 1 : column.size + 1])
    middles = np.array([*column.middles, column.middles[-1]])
    if column.exact:
        likely = middles[np.maximum(best - 1, 0)]
        ends = (likely, likely)
    else:
        likely = middles[best]
        borders = np.array([column.middles[0], *column.edges, column.middles[-1]])
        ends = (borders[low], borders[high + 1])
    amounts = np.where(column.exact & (best == 0), np.nan, layout.number(j, likely))
    least, most = (layout.number(j, end) for end in ends)
    z = inputs.numbers[:, j - len(layout.table.categories)].astype(np.float64)
    return Expected(column.name, value, amounts, share, least, most, z - likely)


def _ones(inputs: Inputs) -> np.ndarray:
    return np.ones(len(inputs), np.float32)


def _probability(p: np.ndarray, code: np.ndarray) -> np.ndarray:
    """(m,) of p (m, size + 2) at the codes (m,); 1 for a hidden cell, of which nothing is known."""
    last = p.shape[1] - 1
    return np.where(code <= last, p[np.arange(len(p)), np.minimum(code, last)], 1.0)


def _range(p: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(first, middle, last step, probability) of the range that leaves at most a tenth on either side."""
    p = p / np.maximum(p.sum(1, keepdims=True), 1e-12)
    run = np.cumsum(p, axis=1)
    low, middle, high = ((run <= q).sum(1).clip(max=p.shape[1] - 1) for q in (0.1, 0.5, 0.9))
    row = np.arange(len(p))
    return low, middle, high, run[row, high] - run[row, low] + p[row, low]
