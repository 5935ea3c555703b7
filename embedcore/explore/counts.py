"""Counts as sparse tables, of words in texts or of purchases: how rare each column is, rows of length 1."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from scipy.sparse import csr_matrix

from embedcore.vectors import unit_rows


def counted(rows: Iterable[Iterable[str]], known: dict[str, int] | None = None) -> tuple[csr_matrix, dict[str, int]]:
    """((n, V) float32 how often each row holds each token, token -> column in the order in which they are met).

    known: use these columns and no others. V is at least 1."""
    columns: dict[str, int] = {} if known is None else known
    indptr, indices = [0], []
    for row in rows:
        if known is None:
            indices += [columns.setdefault(token, len(columns)) for token in row]
        else:
            indices += [columns[token] for token in row if token in columns]
        indptr.append(len(indices))
    shape = (len(indptr) - 1, max(len(columns), 1))
    parts = (np.ones(len(indices), np.float32), np.array(indices, np.int32), np.array(indptr, np.int32))
    found = csr_matrix(parts, shape)
    found.sum_duplicates()
    return found, columns


def idf(held: np.ndarray, n: int) -> np.ndarray:
    """(V,) float32: how much a token says that so many of n rows hold (inverse document frequency, smoothed)."""
    return np.asarray(np.log((1 + n) / (1 + held)) + 1, np.float32)


def tfidf(counts: csr_matrix) -> csr_matrix:
    """Rows of length 1: 1 + log of each count, times idf."""
    out = counts.copy()
    out.data = 1 + np.log(out.data)
    return unit_rows(out, idf(np.bincount(out.indices, minlength=out.shape[1]), out.shape[0]))
