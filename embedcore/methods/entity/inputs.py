"""What the network of the entity embeddings reads, and its way from there to a product's vector, in plain numpy: a
trained model answers without torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from embedcore.data import Dataset
from embedcore.methods.columns.table import WIDE, Table

_LONGEST = 64  # different words of a text that are read; the first ones
_FAR = 5.0  # standard deviations beyond which a number counts as this far
_ROWS = 4096  # rows computed at a time
_EPS = 1e-5  # of the layer normalisation, as in torch
_RANGES = (16, 4)  # of about equally many products, in which a number is read beside its size; in wide tables


@dataclass(frozen=True, eq=False)
class Inputs:
    """n products as the network reads them.

    codes: (n, C) int64 category codes, 0 = missing or never seen. numbers: (n, 2N) float32: N standardised numbers (0
    where missing), then N flags that are 1 where missing. words: one (n, L) int64 array a text column: words of the
    text, filled up with the size of the vocabulary. known: (n,) bool, whether any cell says something."""

    codes: np.ndarray
    numbers: np.ndarray
    words: tuple[np.ndarray, ...]
    known: np.ndarray

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, rows: np.ndarray) -> Inputs:
        """Some of the rows."""
        return Inputs(self.codes[rows], self.numbers[rows], tuple(w[rows] for w in self.words), self.known[rows])


def read(table: Table, dataset: Dataset) -> Inputs:
    """All products of `dataset` (also those that only baskets know: nothing is known of them)."""
    found = table.encode(dataset)
    missing = ~np.isfinite(found.numbers)
    z = np.where(missing, 0.0, np.clip(found.numbers, -_FAR, _FAR))
    words = tuple(
        _filled(indptr, codes, len(w.words)) for (indptr, codes), w in zip(found.words, table.words, strict=True)
    )
    numbers = np.concatenate([z, missing], axis=1).astype(np.float32)
    return Inputs(found.categories.astype(np.int64), numbers, words, found.known)


def _filled(indptr: np.ndarray, codes: np.ndarray, empty: int) -> np.ndarray:
    length = np.minimum(np.diff(indptr), _LONGEST)
    place = np.arange(max(1, int(length.max(initial=0))))[None, :]
    out = np.full((len(length), place.shape[1]), empty, np.int64)
    here = place < length[:, None]
    out[here] = codes[(indptr[:-1, None] + place)[here]]
    return out


def edges(inputs: Inputs) -> np.ndarray:
    """(N, 17; 5 in a wide table) float32 borders of the ranges of each number, strictly ascending: each is read by how
    far it reaches into each range (piecewise linear encoding; Gorishniy, Rubachev and Babenko 2022), which a small
    network needs to see steps in a number."""
    n = inputs.numbers.shape[1] // 2
    ranges = _RANGES[n > WIDE]
    out = np.empty((n, ranges + 1), np.float32)
    place = np.linspace(0, 1, ranges + 1)
    for j in range(n):
        z = inputs.numbers[inputs.numbers[:, n + j] == 0, j]
        found = np.unique(np.quantile(z, place)) if len(z) else np.zeros(1)
        out[j] = np.interp(place, np.linspace(0, 1, len(found)), found) + 1e-4 * np.arange(ranges + 1)
    return out


def vectors(arrays: Mapping[str, np.ndarray], inputs: Inputs) -> np.ndarray:
    """(n, d) float32: the layer before the head. arrays: as `entity_net.train` gives them.

    A row depends on its own product alone, up to the last bit of a matrix product."""
    out = np.empty((len(inputs), len(arrays["product.bias"])), np.float32)
    for start in range(0, len(inputs), _ROWS):
        part = inputs.take(np.arange(start, min(start + _ROWS, len(inputs))))
        columns = [arrays[f"value.{j}"][part.codes[:, j]] for j in range(part.codes.shape[1])]
        columns += [_mean(arrays[f"word.{j}"], w) for j, w in enumerate(part.words)]
        low, high, n = arrays["edges"][:, :-1], arrays["edges"][:, 1:], len(arrays["edges"])
        ranges = np.clip((part.numbers[:, :n, None] - low) / (high - low), 0, 1) * (1 - part.numbers[:, n:, None])
        x = np.concatenate([*columns, part.numbers, ranges.reshape(len(part), -1)], axis=1)
        x = _gelu(x @ arrays["hidden.weight"].T + arrays["hidden.bias"])
        x = (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + _EPS)
        x = x * arrays["norm.weight"] + arrays["norm.bias"]
        out[start : start + len(part)] = x @ arrays["product.weight"].T + arrays["product.bias"]
    return out


def _mean(table: np.ndarray, words: np.ndarray) -> np.ndarray:
    """Mean of the vectors of each row's words; zero without words."""
    from scipy.sparse import csr_matrix

    here = words < len(table)
    count = here.sum(1)
    share = np.repeat(1.0 / np.maximum(count, 1), count).astype(np.float32)
    bag = csr_matrix((share, words[here], np.r_[0, np.cumsum(count)]), (len(words), len(table)))
    return np.asarray(bag @ table, np.float32)


def _gelu(x: np.ndarray) -> np.ndarray:
    """Gaussian error linear unit, in its tanh form."""
    return np.asarray(0.5 * x * (1 + np.tanh(np.float32(0.7978845608) * (x + np.float32(0.044715) * x**3))), np.float32)
