"""Counts of tokens as sparse tables: how rare each token is (idf), rows of length 1 (TF-IDF).

>>> table, columns = counted([["red", "shoe"], ["shoe"]])
>>> columns, tfidf(table).toarray().round(2).tolist()
({'red': 0, 'shoe': 1}, [[0.8100000023841858, 0.5799999833106995], [0.0, 1.0]])
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from scipy.sparse import csr_matrix

from embedcore.vectors import unit_rows


def counted(rows: Iterable[Iterable[str]], known: dict[str, int] | None = None) -> tuple[csr_matrix, dict[str, int]]:
    """((n, V) float32 how often each row holds each token, token -> column in the order in which they are met).

    known: use these columns and no others. V is at least 1.

    >>> counted([["tea", "tea"]])[0].toarray().tolist()
    [[2.0]]
    """
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
    """(V,) float32: inverse document frequency of tokens that `held` of n rows hold, smoothed (Spärck Jones 1972).

    >>> idf(np.array([1, 9]), 9).round(2).tolist()
    [2.609999895095825, 1.0]
    """
    return np.asarray(np.log((1 + n) / (1 + held)) + 1, np.float32)


def tfidf(counts: csr_matrix) -> csr_matrix:
    """(n, V) rows of length 1: 1 + log of each count, times idf; as a new table.

    >>> tfidf(counted([["tea"]])[0]).toarray().tolist()
    [[1.0]]
    """
    out = counts.copy()
    out.data = 1 + np.log(out.data)
    return unit_rows(out, idf(np.bincount(out.indices, minlength=out.shape[1]), out.shape[0]))
