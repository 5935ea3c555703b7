"""How many customers are behind a count of baskets: what one customer always buys together counts less."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from embedcore.data import Dataset
from embedcore.explore import Together


def spread(
    dataset: Dataset, together: Together, item: int, others: Sequence[int] | np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """((others,) int64 customers with both in a basket, 0 where nobody is known; (others,) float64 how many baskets
    count as one, at least 1).

    The second is the design effect of baskets that come in clusters, one per customer: the sum of the squared counts
    by their sum (Kish 1965). A deviation from chance is divided by its root."""
    people, effect = np.zeros(len(others), np.int64), np.ones(len(others))
    baskets = dataset.baskets
    if baskets is None or baskets.customers is None:
        return people, effect
    mark = np.zeros(len(together), bool)
    mark[together.baskets_of(item)] = True
    for n, other in enumerate(others):
        held = together.baskets_of(int(other))
        customers = np.asarray(baskets.customers[held[mark[held]]])
        known = np.unique(customers[customers >= 0], return_counts=True)[1].astype(np.float64)
        unknown = int((customers < 0).sum())
        people[n] = len(known)
        if len(customers):
            effect[n] = ((known**2).sum() + unknown) / len(customers)
    return people, effect


def by_customers(people: int, shared: int) -> str:
    """Such as ", by 38 customers"; "" where it would say nothing."""
    if people == 0 or shared < 2:
        return ""
    return ", all by one customer" if people == 1 else f", by {people:,} customers"
