"""From the cells of a product to its vector, in plain numpy: a trained network answers without torch."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from embedcore.data import Dataset
from embedcore.methods.columns import WIDE, Inputs, TableEncoder, gelu, layer_norm, sparse_rows
from embedcore.methods.columns import inputs as table_inputs

_LONGEST = 64  # different words of a text that are read, the first ones; chosen by hand
_FAR = 5.0  # standard deviations beyond which a number counts as this far; chosen by hand
_RANGES = (16, 4)  # of about equally many products, in which a number is read beside its size; in wide tables
_BLOCK = 4096  # rows computed at a time


def read(table: TableEncoder, dataset: Dataset) -> Inputs:
    """All products of `dataset` (also those that only baskets know: nothing is known of them)."""
    return table_inputs.read(table, dataset, _FAR, _LONGEST)


def range_edges(inputs: Inputs) -> np.ndarray:
    """(N, 17; 5 in a wide table) float32 borders of the ranges of each number, strictly ascending: each is read by how
    far it reaches into each range (piecewise linear encoding; Gorishniy, Rubachev and Babenko 2022), which a small
    network needs to see steps in a number."""
    n = inputs.numbers.shape[1]
    ranges = _RANGES[n > WIDE]
    out = np.empty((n, ranges + 1), np.float32)
    place = np.linspace(0, 1, ranges + 1)
    for j, z in enumerate(inputs.numbers.T):
        known = z[np.isfinite(z)]
        found = np.unique(np.quantile(known, place)) if len(known) else np.zeros(1)
        out[j] = np.interp(place, np.linspace(0, 1, len(found)), found) + 1e-4 * np.arange(ranges + 1)
    return out


def vectors(weights: Mapping[str, np.ndarray], inputs: Inputs) -> np.ndarray:
    """(n, d) float32: the layer before the head. weights: by name, as `net.train` gives them.

    A row depends on its own product alone, up to the last bit of a matrix product."""
    out = np.empty((len(inputs), len(weights["product.bias"])), np.float32)
    for start in range(0, len(inputs), _BLOCK):
        rows = np.arange(start, min(start + _BLOCK, len(inputs)))
        out[rows] = _block(weights, inputs.take(rows))
    return out


def _block(weights: Mapping[str, np.ndarray], part: Inputs) -> np.ndarray:
    columns = [weights[f"value.{j}"][codes] for j, codes in enumerate(part.codes.T)]
    columns += [_mean(weights[f"word.{j}"], words) for j, words in enumerate(part.words)]
    low, high = weights["edges"][:, :-1], weights["edges"][:, 1:]
    z, missing = part.filled, part.missing.astype(np.float32)
    ranges = np.clip((z[:, :, None] - low) / (high - low), 0, 1) * (1 - missing[:, :, None])
    x = np.concatenate([*columns, z, missing, ranges.reshape(len(part), -1)], axis=1)
    x = x @ weights["hidden.weight"].T + weights["hidden.bias"]
    x = layer_norm(gelu(x, table_inputs.CUBE * x**3), weights["norm.weight"], weights["norm.bias"])
    return np.asarray(x @ weights["product.weight"].T + weights["product.bias"])


def _mean(table: np.ndarray, words: np.ndarray) -> np.ndarray:
    """(n, d) mean of the vectors of each row's words; zero without words."""
    share = 1.0 / np.maximum((words >= 0).sum(axis=1, keepdims=True), 1)
    return np.asarray(sparse_rows(words, np.broadcast_to(share, words.shape), len(table)) @ table, np.float32)
