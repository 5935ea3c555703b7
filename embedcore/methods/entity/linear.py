"""The linear models that the network is measured against, on the same cells: one weight for each value and word."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

from embedcore.methods.columns import Inputs, TableEncoder, one_hot, sparse_rows

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from embedcore.methods.evaluation import Split

# The linear model has to be cheap beside the network. Right answers on products held back, kinds of Fashion Product
# Images (44,424 products, 136 kinds, 4,919 values and words): .974 in 5.4 s of CPU, .976 after hundreds of steps more,
# .973 from the 2,200 commonest values and words alone; of Ikea (3,694 products, 17 kinds): .650 in .1 s.
_STEPS = 30  # of L-BFGS
_ROWS = 50_000  # products it learns from, at most
_WEIGHTS = 1_000_000  # features x values, past which only the commonest are read; L-BFGS keeps 25 copies: 200 MB
_TOO_MANY = 4_000_000  # features x values past which no linear model is fitted
_RIDGE = 1.0  # penalty of the squared weights; chosen by hand


def features(table: TableEncoder, inputs: Inputs) -> csr_matrix:
    """(n, F) float32: one-hot values, words, standardised numbers and which of them are missing."""
    from scipy.sparse import csr_matrix, hstack

    values = one_hot(inputs.codes, [len(c.values) + 1 for c in table.categories])
    words = [sparse_rows(w, np.ones(w.shape), len(t.words)) for w, t in zip(inputs.words, table.words, strict=True)]
    numbers = np.concatenate([inputs.filled, inputs.missing], axis=1)
    return hstack([values, *words, csr_matrix(numbers)], format="csr", dtype=np.float32)


def classified(x: csr_matrix, y: np.ndarray, rows: Split, values: int, seed: int) -> np.ndarray | None:
    """The values (codes y (n,)) that multinomial logistic regression, learned from rows.train, gives rows.test; None
    when it would cost too much."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    if (x.shape[1] + 1) * values > _TOO_MANY:
        return None
    train = rows.train
    if len(train) > _ROWS:
        train = np.random.default_rng(seed).permutation(train)[:_ROWS]
    if len(np.unique(y[train])) < 2:
        return np.full(len(rows.test), y[train[0]])
    if x.shape[1] * values > _WEIGHTS:
        common = np.argsort(-x[train].getnnz(axis=0), kind="stable")[: _WEIGHTS // values]
        x = x[:, np.sort(common)]
    model = LogisticRegression(max_iter=_STEPS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(x[train], y[train])
    return np.asarray(model.predict(x[rows.test]))


def regressed(x: csr_matrix, y: np.ndarray, rows: Split) -> np.ndarray:
    """The amounts (y (n,), standardised) that ridge regression, learned from rows.train, gives rows.test."""
    from sklearn.linear_model import Ridge

    model = Ridge(alpha=_RIDGE, solver="sparse_cg", max_iter=100)
    return np.asarray(model.fit(x[rows.train], y[rows.train]).predict(x[rows.test]), np.float64)
