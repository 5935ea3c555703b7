"""A trained autoencoder at work, in numpy: vectors, rebuilt rows, and what it expects in a hidden cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from embedcore.methods.autoencoder.layout import Layout, Sheet

_BLOCK = 4_096  # rows at a time


@dataclass(frozen=True, eq=False)
class Expected:
    """What the model expects in one column when it sees the rest of each product's cells (n products).

    value: (n,) probability of what stands there, 1 where nothing can be said. likely: (n,) what it would say: object
    values of a category (None: an empty cell), float64 of a number. share: (n,) probability of `likely`, for a number
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
    """layout: what is where. arrays: the weights as the training gave them."""

    def __init__(self, layout: Layout, arrays: dict[str, np.ndarray]) -> None:
        self.layout, self.w = layout, arrays
        self._starts = layout.starts[:-1]
        self._hidden = self._starts + np.array([c.size + 2 for c in layout.columns], np.int64)

    def summed(self, sheet: Sheet, hide: int | None = None) -> np.ndarray:
        """(n, width): what goes into the first layer. hide: a column whose cells are hidden."""
        at = sheet.codes + self._starts
        if hide is not None:
            at[:, hide] = self._hidden[hide]
        x = self._bag(at, sheet.words)
        z = np.nan_to_num(sheet.z, nan=0.0)
        split = len(self.layout.columns) - self.layout.n_numbers
        if hide is not None and hide >= split:
            z[:, hide - split] = 0.0
        return np.asarray(x + z @ self.w["numbers"] + self.w["bias"], np.float32)

    def vectors(self, sheet: Sheet, hide: int | None = None) -> np.ndarray:
        """(n, dimension) float32: the narrowest layer."""
        return np.concatenate([self._code(self.summed(part, hide)) for part in _parts(sheet)])

    def outputs(self, sheet: Sheet) -> Iterator[tuple[slice, np.ndarray]]:
        """(rows, (m, outputs)) a block at a time."""
        done = 0
        for part in _parts(sheet):
            hidden = self._back(self._code(self.summed(part)))
            yield slice(done, done + len(part)), hidden @ self.w["head.weight"].T + self.w["head.bias"]
            done += len(part)

    def expected(self, sheet: Sheet, j: int) -> Iterator[tuple[slice, np.ndarray]]:
        """(rows, (m, size + 2) probabilities of the codes of column j) with that cell hidden, a block at a time."""
        outs = slice(int(self.layout.outs[j]), int(self.layout.outs[j + 1]))
        weight, bias = self.w["head.weight"][outs], self.w["head.bias"][outs]
        done = 0
        for part in _parts(sheet):
            logits = self._back(self._code(self.summed(part, j))) @ weight.T + bias
            yield slice(done, done + len(part)), softmax(logits)
            done += len(part)

    def _bag(self, at: np.ndarray, words: np.ndarray) -> np.ndarray:
        from scipy.sparse import csr_matrix

        n, columns = at.shape
        there = words >= 0
        many = there.sum(1)
        weight = np.repeat(1 / np.sqrt(np.maximum(many, 1)), many)
        index = np.concatenate([at, words], axis=1)
        keep = np.concatenate([np.ones((n, columns), bool), there], axis=1)
        data = np.ones(index.shape, np.float32)
        data[:, columns:][there] = weight
        indptr = np.r_[0, np.cumsum(columns + many)]
        rows = csr_matrix((data[keep], index[keep], indptr), shape=(n, self.layout.rows_in))
        return np.asarray(rows @ self.w["values"])

    def _code(self, x: np.ndarray) -> np.ndarray:
        x = _norm(_gelu(x), self.w["norm_in.weight"], self.w["norm_in.bias"])
        return np.asarray(x @ self.w["code.weight"].T + self.w["code.bias"], np.float32)

    def _back(self, code: np.ndarray) -> np.ndarray:
        x = _gelu(code @ self.w["back.weight"].T + self.w["back.bias"])
        return _norm(x, self.w["norm_out.weight"], self.w["norm_out.bias"])


def softmax(logits: np.ndarray) -> np.ndarray:
    """(n, k) -> probabilities."""
    e = np.exp(logits - logits.max(1, keepdims=True))
    return np.asarray(e / e.sum(1, keepdims=True), np.float32)


def _parts(sheet: Sheet) -> Iterator[Sheet]:
    for a in range(0, max(len(sheet), 1), _BLOCK):
        yield sheet.take(np.arange(a, min(a + _BLOCK, len(sheet))))


def _gelu(x: np.ndarray) -> np.ndarray:
    return np.asarray(0.5 * x * (1 + np.tanh(np.float32(0.7978845608) * (x + np.float32(0.044715) * x * x * x))))


def _norm(x: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    x = x - x.mean(1, keepdims=True)
    return np.asarray(x / np.sqrt((x * x).mean(1, keepdims=True) + 1e-5) * weight + bias)


def rebuilt(reader: Reader, sheet: Sheet) -> dict[str, np.ndarray]:
    """Column -> (n,) what the model says stands in each row: object values (None: an empty cell), float64 numbers."""
    layout, split = reader.layout, len(reader.layout.table.categories)
    codes, z = np.zeros(sheet.codes.shape, np.int64), np.zeros(sheet.z.shape)
    outs, last = layout.outs, int(layout.outs[-1])
    for rows, out in reader.outputs(sheet):
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
            said = np.array(column.middles)[step]
        else:
            borders = np.array([-np.inf, *column.edges, np.inf])
            said = np.clip(z[:, j - split], borders[step], borders[step + 1])
        found[column.name] = np.where(codes[:, j] == 0, np.nan, layout.number(j, said))
    return found


def expectations(reader: Reader, sheet: Sheet) -> Iterator[Expected]:
    """See FittedAutoencoder.expected."""
    layout, split, n = reader.layout, len(reader.layout.table.categories), len(sheet)
    for j, column in enumerate(layout.columns):
        code = sheet.codes[:, j]
        value, share, best = np.ones(n, np.float32), np.zeros(n, np.float32), np.zeros(n, np.int64)
        low, high = np.zeros(n, np.int64), np.zeros(n, np.int64)
        for rows, p in reader.expected(sheet, j):
            mine = code[rows]
            can = mine <= column.size + 1
            line = np.arange(len(p))
            value[rows] = np.where(can, p[line, np.minimum(mine, column.size + 1)], 1.0)
            if column.number and not column.exact:
                low[rows], best[rows], high[rows], share[rows] = _range(p[:, 1 : column.size + 1])
            else:
                best[rows] = p.argmax(1)
                share[rows] = p[line, best[rows]]
        if not column.number:
            said = np.array([None, *layout.table.categories[j].values[: column.size], "another value"], object)
            yield Expected(column.name, value, said[best], share)
            continue
        off = sheet.z[:, j - split].astype(np.float64)
        middles = np.array([*column.middles, column.middles[-1]])
        if column.exact:
            likely = middles[np.maximum(best - 1, 0)]
            ends = (likely, likely)
        else:
            likely = middles[best]
            borders = np.array([column.middles[0], *column.edges, column.middles[-1]])
            ends = (borders[low], borders[high + 1])
        empty = column.exact & (best == 0)
        yield Expected(
            column.name,
            value,
            np.where(empty, np.nan, layout.number(j, likely)),
            share,
            layout.number(j, ends[0]),
            layout.number(j, ends[1]),
            off - likely,
        )


def _range(p: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(first, middle, last step, probability) of the range that leaves at most a tenth on either side."""
    p = p / np.maximum(p.sum(1, keepdims=True), 1e-12)
    run = np.cumsum(p, axis=1)
    low, middle, high = ((run <= q).sum(1).clip(max=p.shape[1] - 1) for q in (0.1, 0.5, 0.9))
    line = np.arange(len(p))
    return low, middle, high, run[line, high] - run[line, low] + p[line, low]
