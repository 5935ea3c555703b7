"""The simplest rival of the network: a linear model on the same cells, one number per value and word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from embedcore.methods.columns.table import Table
from embedcore.methods.entity.inputs import Inputs

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_WEIGHTS = 4_000_000  # more (features x values) are not fitted: the rival is to be cheap
_EPOCHS, _BATCH, _RATE, _DECAY = 5, 1_024, 0.03, 0.02
_STEPS = (300, 600)
_DAMP = 1.0  # ridge penalty


def features(table: Table, inputs: Inputs) -> csr_matrix:
    """(n, F) one-hot values, words and standardised numbers with their flags."""
    from scipy.sparse import csr_matrix, hstack

    n, blocks = len(inputs), []

    def block(rows: np.ndarray, columns: np.ndarray, width: int) -> None:
        ones = np.ones(len(rows), np.float32)
        blocks.append(csr_matrix((ones, (rows, columns)), (n, width)))

    for codes, c in zip(inputs.codes.T, table.categories, strict=True):
        rows = np.flatnonzero(codes)
        block(rows, codes[rows] - 1, len(c.values))
    for words, w in zip(inputs.words, table.words, strict=True):
        rows, at = np.nonzero(words < len(w.words))
        block(rows, words[rows, at], len(w.words))
    blocks.append(csr_matrix(inputs.numbers))
    return hstack(blocks, format="csr")


def logistic(x: csr_matrix, y: np.ndarray, rows: np.ndarray, values: int, seed: int) -> LinearModel | None:
    """Multinomial logistic regression (softmax) by AdamW; None when it would be dear."""
    if (x.shape[1] + 1) * values > _WEIGHTS:
        return None
    rng, size = np.random.default_rng(seed), int(np.clip(len(rows) // 8, 16, _BATCH))
    weights, bias = np.zeros((x.shape[1], values), np.float32), np.zeros(values, np.float32)
    steps = int(np.clip(_EPOCHS * len(rows) // size, *_STEPS))
    order = np.concatenate([rng.permutation(rows) for _ in range(-(-steps * size // len(rows)))])
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(steps):
        part = order[step * size : (step + 1) * size]
        error = softmax(x[part] @ weights + bias)
        error[np.arange(len(part)), y[part]] -= 1
        slope = np.asarray(x[part].T @ error, np.float32) / len(part)
        rate = _RATE * min(1.0, 3 * (1 - step / steps))
        first += 0.1 * (slope - first)
        second += 0.01 * (slope * slope - second)
        fix = np.sqrt(1 - 0.99 ** (step + 1)) / (1 - 0.9 ** (step + 1))
        weights -= rate * (fix * first / (np.sqrt(second) + 1e-6) + _DECAY * weights)
        bias -= 10 * rate * error.mean(0)
    return LinearModel(weights, bias)


def ridge(x: csr_matrix, y: np.ndarray, rows: np.ndarray) -> LinearModel:
    """Ridge regression by LSQR."""
    from scipy.sparse.linalg import lsqr

    mean = float(y[rows].mean())
    found = lsqr(x[rows], y[rows] - mean, damp=_DAMP, iter_lim=100)[0]
    return LinearModel(found[:, None].astype(np.float32), np.array([mean], np.float32))


class LinearModel:
    """Scores of rows: x @ weights + bias."""

    def __init__(self, weights: np.ndarray, bias: np.ndarray) -> None:
        self.weights, self.bias = weights, bias

    def scores(self, x: csr_matrix) -> np.ndarray:
        """(n, values)."""
        return np.asarray(x @ self.weights + self.bias)


def softmax(scores: np.ndarray) -> np.ndarray:
    """Rows of scores as probabilities, float32."""
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True), np.float32)
