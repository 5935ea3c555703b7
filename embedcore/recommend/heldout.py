"""Held-out baskets without another training: the model's exact scores as if it had never seen a basket."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

WIDE = 300  # best products of each signal that are compared; together they hold every list's first page
_ROUNDING = 1e-5  # smaller scores are what rounding leaves of a row that was taken out


@dataclass(frozen=True, eq=False)
class SignalScores:
    """The scores of each signal in q held-out queries, for the m products that matter in each. values: (signals, q, m)
    float32. items: (q, m) int64, -1 where there are fewer. true: (q, m) bool, what was really bought. wanted: (q,) how
    many products were bought, also ones that no signal knows."""

    values: np.ndarray
    items: np.ndarray
    true: np.ndarray
    wanted: np.ndarray

    def only(self, rows: np.ndarray) -> SignalScores:
        """Some of the queries."""
        return SignalScores(self.values[:, rows], self.items[rows], self.true[rows], self.wanted[rows])

    def mixed(self, weights: Sequence[float]) -> np.ndarray:
        """(q, m) float32 scores, -inf where there is no product."""
        out = np.einsum("s,sqm->qm", np.asarray(weights, np.float32), self.values)
        out += 1e-6 * self.values[-1]  # popularity orders what nothing else orders
        out[self.items < 0] = -np.inf
        return np.asarray(out)

    def gain(self, weights: Sequence[float]) -> np.ndarray:
        """(q,) how well the mix of the signals ranks what was bought: 1 for the first place, .5 for the third, .2 for
        the thirtieth (the discount of NDCG)."""
        order = np.argsort(-self.mixed(weights), axis=1, kind="stable")
        worth = 1 / np.log2(np.arange(order.shape[-1]) + 2.0)
        return np.asarray(np.take_along_axis(self.true, order, axis=1) @ worth / np.maximum(self.wanted, 1))


def gather(blocks: Sequence[tuple[list[np.ndarray], list[np.ndarray], np.ndarray]]) -> SignalScores:
    """Blocks of queries, cut to the products that matter. Each: the signals, (q, n), 0 where they are silent; what was
    bought; (q, n) bool, what is no answer."""
    values, items, true, wanted = [], [], [], []
    for signals, bought, forbidden in blocks:
        for row, real in enumerate(bought):
            answers = real[~forbidden[row, real]]
            lists = [answers]
            for signal in signals:
                k = min(WIDE, signal.shape[1])
                lists.append(np.argpartition(-signal[row], k - 1)[:k])
            found = np.unique(np.concatenate(lists)).astype(np.int64)
            found = found[~forbidden[row, found]]
            values.append(np.stack([s[row, found] for s in signals]))
            items.append(found)
            true.append(np.isin(found, answers))
            wanted.append(len(answers))
    m = max((len(i) for i in items), default=0)
    out = SignalScores(
        np.zeros((len(values[0]), len(items), m), np.float32),
        np.full((len(items), m), -1),
        np.zeros((len(items), m), bool),
        np.array(wanted),
    )
    for n, found in enumerate(items):
        out.values[:, n, : len(found)] = values[n]
        out.items[n, : len(found)] = found
        out.true[n, : len(found)] = true[n]
    return out


def scores_without(
    weights: np.ndarray, own: np.ndarray, queries: sparse.csr_array, out: Sequence[tuple[sparse.csr_array, np.ndarray]]
) -> np.ndarray:
    """(q, h): EASE's scores as if, for each query, the rows in `out` had not been there.

    weights, own: as ease.fit returns them. queries: (q, h). out: pairs of (q, h) rows and their (q,) weights in the
    table, negative for one that is taken out and positive for one that is put in. By Woodbury's identity (1950);
    only the part of the regularisation that comes from the row itself stays.
    """

    def through(x: sparse.csr_array) -> np.ndarray:  # times the inverse
        return np.asarray((x.toarray() - x @ weights) * own[None, :], np.float64)

    def dot(x: sparse.csr_array, y: np.ndarray) -> np.ndarray:
        return np.asarray(x.multiply(y).sum(axis=1)).ravel()

    straight, ways = through(queries), [through(x) for x, _ in out]
    inner = np.stack([np.stack([dot(x, way) for way in ways], axis=1) for x, _ in out], axis=1)
    for n, (_, weight) in enumerate(out):
        inner[:, n, n] += 1 / weight
    inverse = np.linalg.inv(inner)
    right = np.stack([dot(x, straight) for x, _ in out], axis=1)
    solved = np.einsum("qab,qb->qa", inverse, right)
    answer = straight - sum(solved[:, n, None] * way for n, way in enumerate(ways))
    diagonal = own[None, :] - sum(
        inverse[:, a, b, None] * ways[a] * ways[b] for a in range(len(out)) for b in range(len(out))
    )
    found = queries.toarray() - answer / np.maximum(diagonal, 1e-12)
    found[np.abs(found) < _ROUNDING] = 0
    return np.asarray(found, np.float32)
