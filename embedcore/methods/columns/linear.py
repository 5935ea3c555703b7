"""The main directions of a sparse matrix, by seeded power iterations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from embedcore.progress import Progress, silent

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_ROUNDS = 5  # power iterations: enough for the slowly falling spectrum of baskets and words
_EXTRA = 10  # directions beyond those asked for, dropped at the end


def main_directions(
    m: csr_matrix,
    k: int,
    seed: int = 0,
    progress: Progress = silent,
    mean: np.ndarray | None = None,
    rounds: int = _ROUNDS,
) -> tuple[np.ndarray, np.ndarray]:
    """(right singular vectors (columns, k), singular values (k,)) of m, or of m - mean, which is never written out.

    Halko, Martinsson and Tropp 2011. k is cut to the smaller side of m. Signs are fixed, so that the same matrix and
    seed give the same vectors. rounds: of power iterations. Calls progress rounds + 1 times.

    >>> from scipy.sparse import csr_matrix
    >>> directions, values = main_directions(csr_matrix(np.diag([1.0, 3.0])), 1)
    >>> directions.round(3).ravel().tolist(), values.round(3).tolist()
    ([0.0, 1.0], [3.0])
    """
    k = min(k, *m.shape)
    if k == 0:
        return np.zeros((m.shape[1], 0), np.float32), np.zeros(0, np.float32)
    width = min(k + _EXTRA, *m.shape)
    back = m.T.tocsr()
    q = np.random.default_rng(seed).standard_normal((m.shape[1], width)).astype(np.float32)
    for n in range(rounds):
        q, _ = np.linalg.qr(_back(back, _along(m, q, mean), mean))
        progress(n + 1, rounds + 1, note="Finding the main directions")
    _, values, right = np.linalg.svd(np.linalg.qr(_along(m, q, mean))[1], full_matrices=False)
    vectors = q @ right[:k].T
    vectors *= np.sign(vectors[np.abs(vectors).argmax(axis=0), np.arange(k)])
    progress(rounds + 1, rounds + 1, note="Done")
    return vectors, values[:k]


def _along(m: csr_matrix, q: np.ndarray, mean: np.ndarray | None) -> np.ndarray:
    y = m @ q
    return np.asarray(y if mean is None else y - mean @ q)


def _back(back: csr_matrix, y: np.ndarray, mean: np.ndarray | None) -> np.ndarray:
    q = back @ y
    return np.asarray(q if mean is None else q - np.outer(mean, y.sum(axis=0)))
