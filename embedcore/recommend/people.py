"""Customers with similar purchases, and what they buy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from embedcore.explore import Recent
from embedcore.recommend.purchases import Histories
from embedcore.vectors import unit_rows

_POOL = 20_000  # customers who are compared with; beyond it evenly spaced ones
_NEAR = 50  # nearest customers whose purchases count; chosen by hand


@dataclass(frozen=True, eq=False)
class People:
    """numbers: (p,) which customers of the histories. unit: (p, n) float32 rows of length 1: log(1 + baskets) of each
    product times the log of how rare it is. bought: (p, n) log(1 + baskets).

    >>> import pandas as pd
    >>> from embedcore import Dataset
    >>> lines = pd.DataFrame({"basket": list("1234"), "item": ["tea", "tea", "mug", "ink"], "customer": list("abcd")})
    >>> people = People.of(Histories.of(Dataset.build("shop", None, lines)))
    >>> people.like(people.bought[[0]], k=2, exclude=np.array([0])).indices.tolist()  # the other one who buys tea
    [1]
    """

    histories: Histories
    numbers: np.ndarray
    rare: np.ndarray
    unit: sparse.csr_array
    bought: sparse.csr_array

    @classmethod
    def of(cls, histories: Histories) -> People:
        """Kept for the two datasets used last."""
        return _recent.get(histories.dataset.hash, lambda: cls._build(histories))

    @classmethod
    def _build(cls, histories: Histories) -> People:
        numbers = np.arange(len(histories))[:: max(1, -(-len(histories) // _POOL))]
        counts = histories.dataset.counts
        total = len(histories.dataset.baskets) if histories.dataset.baskets is not None else 1
        rare = np.log((total + 1) / (counts + 1)).astype(np.float32)
        bought = histories.counts(numbers)
        bought.data = np.log1p(bought.data)
        return cls(histories, numbers, rare, unit_rows(bought, rare), bought)

    def like(self, vectors: sparse.csr_array, k: int = _NEAR, exclude: np.ndarray | None = None) -> sparse.csr_array:
        """(q, p): cosine of each row of `vectors` (q, n) with its k nearest customers. exclude: (q,) the customer
        who is left out of each row, since nobody is their own neighbour (-1: nobody)."""
        cosine = (unit_rows(vectors, self.rare) @ self.unit.T).toarray()
        if exclude is not None:
            cosine[np.asarray(exclude)[:, None] == self.numbers[None, :]] = 0
        if k < cosine.shape[1]:
            floor = -np.partition(-cosine, k - 1, axis=1)[:, k - 1 : k]
            cosine[cosine < floor] = 0
        return sparse.csr_array(cosine)


_recent: Recent[People] = Recent(2)
