"""Which purchases are taken back by a return or a cancellation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Found:
    """Some lines: rows (their numbers), customer, basket and item (hashes, 0 where missing), amount (pieces, above
    zero) and time (seconds, NaN where not known)."""

    rows: np.ndarray
    customer: np.ndarray
    basket: np.ndarray
    item: np.ndarray
    amount: np.ndarray
    time: np.ndarray

    def keys(self, who: np.ndarray) -> np.ndarray:
        """(n,) uint64: one number for who, which product and how many; 0 where one of them is missing."""
        mixed = who * np.uint64(0x9E3779B97F4A7C15) ^ (self.item * np.uint64(0xC2B2AE3D27D4EB4F) + np.uint64(1))
        mixed ^= self.amount.astype(np.float64).view(np.uint64) * np.uint64(0x165667B19E3779F9)
        return np.where((who == 0) | (self.item == 0) | np.isnan(self.amount), np.uint64(0), mixed)


class Movements:
    """Returns first, then the purchases that they may take back.

    >>> one, two = np.array([1], np.uint64), np.array([2], np.uint64)
    >>> bought = Found(np.array([0]), one, two, one, np.array([3.0]), np.array([10.0]))
    >>> back = Found(np.array([7]), one, one, one, np.array([3.0]), np.array([20.0]))
    >>> moves = Movements()
    >>> moves.returns(back, one); moves.settle(); moves.purchases(bought); moves.taken().tolist()
    [0]
    """

    def __init__(self) -> None:
        self._returns: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        self._purchases: list[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]] = []
        self._known = np.empty(0, np.uint64)

    @property
    def any(self) -> bool:
        """Whether anything came back."""
        return bool(self._returns)

    def returns(self, found: Found, orders: np.ndarray) -> None:
        """Lines that came back. orders: the order that each cancels by its number."""
        self._returns.append((found.keys(found.customer), found.keys(orders), found.time))

    def settle(self) -> None:
        """All returns are there."""
        self._known = np.unique(np.concatenate([k for customer, order, _ in self._returns for k in (customer, order)]))

    def purchases(self, found: Found) -> None:
        """Lines that may have been taken back; only those that a return could be about are kept."""
        customer, order = found.keys(found.customer), found.keys(found.basket)
        some = self._is_known(customer) | self._is_known(order)
        if some.any():
            self._purchases.append((found.rows[some], customer[some], order[some], found.time[some]))

    def taken(self) -> np.ndarray:
        """Rows of the purchases that are taken back, each by one return: the last one before it."""
        if not self._purchases:
            return np.empty(0, np.int64)
        rows, customer, order, time = (np.concatenate(columns) for columns in zip(*self._purchases, strict=True))
        waiting: dict[int, list[int]] = {}
        for n in np.lexsort((rows, np.where(np.isnan(time), -np.inf, time))):
            for key in {int(customer[n]), int(order[n])} - {0}:
                waiting.setdefault(key, []).append(int(n))
        taken: set[int] = set()
        for keys, when in self._in_time():
            match = next(
                (n for key in keys for n in reversed(waiting.get(key, ())) if _fits(n, when, time, taken)), None
            )
            if match is not None:
                taken.add(match)
        return np.sort(rows[sorted(taken)])

    def _in_time(self) -> Iterator[tuple[list[int], float]]:
        customer, order, time = (np.concatenate(columns) for columns in zip(*self._returns, strict=True))
        for n in np.argsort(np.where(np.isnan(time), np.inf, time), kind="stable"):
            yield [k for k in (int(order[n]), int(customer[n])) if k], float(time[n])

    def _is_known(self, keys: np.ndarray) -> np.ndarray:
        at = np.minimum(np.searchsorted(self._known, keys), len(self._known) - 1)
        return np.asarray((self._known[at] == keys) & (keys != 0))


def _fits(n: int, when: float, time: np.ndarray, taken: set[int]) -> bool:
    return n not in taken and (np.isnan(when) or np.isnan(time[n]) or time[n] <= when)
