"""Purchases as sparse tables, and each customer's baskets in time order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from embedcore.data import Baskets, Dataset, Texts
from embedcore.errors import NeedsError
from embedcore.explore import Recent
from embedcore.vectors import select_rows


def table(baskets: Sequence[np.ndarray], n: int) -> sparse.csr_array:
    """(len(baskets), n) float32 of ones: which items each basket holds."""
    ends = np.cumsum([len(b) for b in baskets])
    items = np.concatenate(list(baskets)) if len(baskets) else np.empty(0, np.int32)
    indptr = np.r_[0, ends].astype(np.int64)
    return sparse.csr_array((np.ones(len(items), np.float32), items, indptr), shape=(len(baskets), n))


def every(dataset: Dataset, most: int) -> int:
    """1 when the baskets have at most `most` lines; else the step at which every step-th basket has about so many."""
    return max(1, -(-len(dataset.baskets.items) // most)) if dataset.baskets is not None else 1


def of_baskets(dataset: Dataset, step: int = 1) -> sparse.csr_array:
    """(baskets, items) float32 of ones, of every step-th basket. NeedsError without baskets."""
    b = dataset.baskets
    if b is None:
        raise NeedsError("This dataset has no baskets.", "Add a baskets file to get recommendations.")
    return _ones(
        *((b.indptr, b.items) if step == 1 else select_rows(b.indptr, b.items, np.arange(0, len(b), step))), dataset
    )


def _ones(indptr: np.ndarray, items: np.ndarray, dataset: Dataset) -> sparse.csr_array:
    return sparse.csr_array((np.ones(len(items), np.float32), items, indptr), shape=(len(indptr) - 1, len(dataset)))


@dataclass(frozen=True, eq=False)
class Histories:
    """Every customer's baskets, oldest first. ids: (customers,) texts. indptr: (customers + 1,) int64 into
    order: (known baskets,) int64, the numbers of the baskets.

    >>> import pandas as pd
    >>> lines = pd.DataFrame({"basket": list("123"), "item": ["tea", "mug", "tea"], "customer": list("aba")})
    >>> histories = Histories.of(Dataset.build("shop", None, lines))
    >>> len(histories), [basket.tolist() for basket in histories.of_customer(0)]
    (2, [[1], [1]])
    """

    dataset: Dataset
    ids: Texts
    indptr: np.ndarray
    order: np.ndarray

    @classmethod
    def of(cls, dataset: Dataset) -> Histories | None:
        """None when the baskets carry no customers."""
        b = dataset.baskets
        if b is None or b.customers is None or b.customer_ids is None or not (b.customers >= 0).any():
            return None
        customers, ids = b.customers, b.customer_ids
        return _recent.get(dataset.hash, lambda: cls._build(dataset, customers, ids))

    @classmethod
    def _build(cls, dataset: Dataset, customers: np.ndarray, ids: Texts) -> Histories:
        order = np.argsort(customers, kind="stable")
        order = order[customers[order] >= 0]
        counts = np.bincount(customers[order], minlength=len(ids))
        return cls(dataset, ids, np.r_[0, np.cumsum(counts)].astype(np.int64), order.astype(np.int64))

    @property
    def baskets(self) -> Baskets:
        """The baskets of the dataset."""
        if self.dataset.baskets is None:
            raise NeedsError("This dataset has no baskets.", "Add a baskets file to get recommendations.")
        return self.dataset.baskets

    def __len__(self) -> int:
        return len(self.ids)

    def baskets_of(self, customer: int) -> np.ndarray:
        """Numbers of a customer's baskets, oldest first."""
        return self.order[self.indptr[customer] : self.indptr[customer + 1]]

    def of_customer(self, customer: int) -> list[np.ndarray]:
        """A customer's baskets (item positions), oldest first."""
        return [self.baskets.of(int(n)) for n in self.baskets_of(customer)]

    def counts(self, customers: np.ndarray | None = None) -> sparse.csr_array:
        """(customers, items) float32: in how many of a customer's baskets each item is. customers: numbers of some,
        else all."""
        b = self.baskets
        indptr, order = select_rows(self.indptr, self.order, np.arange(len(self)) if customers is None else customers)
        shape = (len(indptr) - 1, len(order))
        who = sparse.csr_array((np.ones(len(order), np.float32), np.arange(len(order)), indptr), shape=shape)
        return sparse.csr_array(who @ _ones(*select_rows(b.indptr, b.items, order), self.dataset))


@dataclass(frozen=True, eq=False)
class HistoriesByQuery(Mapping[str, list[np.ndarray]]):
    """Query -> the baskets of its customer, oldest first, read when they are needed: those of a hundred thousand
    customers are never in memory together. numbers: query -> customer, -1 for nobody, who has none.

    >>> import pandas as pd
    >>> lines = pd.DataFrame({"basket": ["1"], "item": ["tea"], "customer": ["a"]})
    >>> queries = HistoriesByQuery(Histories.of(Dataset.build("shop", None, lines)), {"q1": 0, "q2": -1})
    >>> queries["q1"], queries["q2"]
    ([array([0], dtype=int32)], [])
    """

    histories: Histories
    numbers: Mapping[str, int]

    def __getitem__(self, query: str) -> list[np.ndarray]:
        number = self.numbers[query]
        return self.histories.of_customer(number) if number >= 0 else []

    def __iter__(self) -> Iterator[str]:
        return iter(self.numbers)

    def __len__(self) -> int:
        return len(self.numbers)


def decayed(histories: Sequence[Sequence[np.ndarray]], n: int, decay: float) -> sparse.csr_array:
    """(len(histories), n) float32: each item's baskets, one that lies a baskets back counting decay^a."""
    rows, items, weights = [], [], []
    for row, history in enumerate(histories):
        for back, basket in enumerate(reversed(history)):
            rows.append(np.full(len(basket), row))
            items.append(basket)
            weights.append(np.full(len(basket), decay**back, np.float32))
    if not rows:
        return sparse.csr_array((len(histories), n), dtype=np.float32)
    at = (np.concatenate(rows), np.concatenate(items))
    return sparse.csr_array((np.concatenate(weights), at), shape=(len(histories), n))


_recent: Recent[Histories] = Recent(2)
