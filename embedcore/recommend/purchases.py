"""Purchases as sparse tables, and each customer's baskets in time order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from embedcore.data import Dataset, Texts
from embedcore.errors import NeedsError
from embedcore.explore.recent import Recent
from embedcore.vectors import select_rows


def table(baskets: Sequence[np.ndarray], n: int) -> sparse.csr_array:
    """(len(baskets), n) float32 of ones: which items each basket holds."""
    ends = np.cumsum([len(b) for b in baskets])
    items = np.concatenate(list(baskets)) if len(baskets) else np.empty(0, np.int32)
    heads = np.r_[0, ends].astype(np.int64)
    return sparse.csr_array((np.ones(len(items), np.float32), items, heads), shape=(len(baskets), n))


def every(dataset: Dataset, most: int) -> int:
    """1 when the baskets have at most so many lines; else every how many of them hold about so many."""
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
    """Every customer's baskets, oldest first. ids: (customers,) texts. heads: (customers + 1,) int64 into
    order: (known baskets,) int64, the numbers of the baskets."""

    dataset: Dataset
    ids: Texts
    heads: np.ndarray
    order: np.ndarray

    @classmethod
    def of(cls, dataset: Dataset) -> Histories | None:
        """None when the baskets carry no customers."""
        b = dataset.baskets
        if b is None or b.customers is None or b.customer_ids is None or not (b.customers >= 0).any():
            return None
        return _recent.get(dataset.hash, lambda: cls._build(dataset))

    @classmethod
    def _build(cls, dataset: Dataset) -> Histories:
        b = dataset.baskets
        assert b is not None
        assert b.customers is not None
        assert b.customer_ids is not None
        order = np.argsort(b.customers, kind="stable")
        order = order[b.customers[order] >= 0]
        counts = np.bincount(b.customers[order], minlength=len(b.customer_ids))
        return cls(dataset, b.customer_ids, np.r_[0, np.cumsum(counts)].astype(np.int64), order.astype(np.int64))

    def __len__(self) -> int:
        return len(self.ids)

    def baskets_of(self, customer: int) -> np.ndarray:
        """Numbers of a customer's baskets, oldest first."""
        return self.order[self.heads[customer] : self.heads[customer + 1]]

    def of_customer(self, customer: int) -> list[np.ndarray]:
        """A customer's baskets (item positions), oldest first."""
        b = self.dataset.baskets
        assert b is not None
        return [b.of(int(n)) for n in self.baskets_of(customer)]

    def counts(self, customers: np.ndarray | None = None) -> sparse.csr_array:
        """(customers, items) float32: in how many of a customer's baskets each item is. customers: numbers of some,
        else all."""
        b = self.dataset.baskets
        assert b is not None
        heads, order = select_rows(self.heads, self.order, np.arange(len(self)) if customers is None else customers)
        shape = (len(heads) - 1, len(order))
        who = sparse.csr_array((np.ones(len(order), np.float32), np.arange(len(order)), heads), shape=shape)
        return sparse.csr_array(who @ _ones(*select_rows(b.indptr, b.items, order), self.dataset))


@dataclass(frozen=True, eq=False)
class HistoriesByQuery(Mapping[str, list[np.ndarray]]):
    """Question -> the baskets of its customer, oldest first, read when they are asked for: those of a hundred thousand
    customers are never held together. numbers: question -> customer, -1 for nobody, who has none."""

    histories: Histories
    numbers: Mapping[str, int]

    def __getitem__(self, question: str) -> list[np.ndarray]:
        number = self.numbers[question]
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
