"""What the network of the entity embeddings can learn: the values or amounts of a column, or what is bought together.
It needs torch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from embedcore.data import Baskets
from embedcore.methods.entity.net import EntityNet

_PURCHASES = 0.2  # weight of how often a product is bought beside what it is bought with; chosen by hand


class ColumnTask:
    """Values (codes, cross-entropy with label smoothing) or amounts (standardised, Huber loss) of a column."""

    extra = 0

    def __init__(self, rows: np.ndarray, held: np.ndarray, targets: np.ndarray, outputs: int) -> None:
        """targets: (n,) codes as int64 or standardised amounts as float64, for all products."""
        self.rows, self.held, self.targets, self._outputs = rows, held, targets, outputs
        self._amounts = targets.dtype.kind == "f"

    @property
    def outputs(self) -> int:
        """Values of the column, or 1 for an amount."""
        return self._outputs

    @property
    def examples(self) -> int:
        """Products to learn from."""
        return len(self.rows)

    def batches(self, rng: np.random.Generator, size: int) -> Iterator[tuple[np.ndarray, Any]]:
        """See Task."""
        order = rng.permutation(self.rows)
        for start in range(0, len(order), size):
            part = order[start : start + size]
            yield part, self._of(part)

    def check(self, rng: np.random.Generator, most: int) -> tuple[np.ndarray, Any]:
        """See Task."""
        rows = rng.permutation(self.held)[:most]
        return rows, self._of(rows)

    def loss(self, net: EntityNet, h: Tensor, targets: Tensor, smoothing: float) -> Tensor:
        """See Task."""
        out = net.head(h)
        if self._amounts:
            return F.smooth_l1_loss(out[:, 0], targets)
        return F.cross_entropy(out, targets, label_smoothing=smoothing)

    def with_all(self) -> ColumnTask:
        """The same with nothing held back."""
        return ColumnTask(np.union1d(self.rows, self.held), self.held, self.targets, self._outputs)

    def _of(self, rows: np.ndarray) -> Tensor:
        return torch.from_numpy(self.targets[rows].astype(np.float32 if self._amounts else np.int64))


class BasketTask:
    """What a product is bought with: another product of the same basket against those of the other baskets of the batch
    (in-batch sampled softmax, Yi et al. 2019; the answers put back the partners' popularity, which the sampling divides
    away), and beside it how often the product is bought."""

    extra = 1

    def __init__(self, baskets: Baskets, rows: np.ndarray, held: np.ndarray, often: np.ndarray) -> None:
        """rows, held: products that are in a basket with others. often: (n,) standardised log share of baskets.

        popularity: (n,) how often each is the other product of a basket, as a share."""
        self.rows, self.held, self.often, self._baskets = rows, held, often.astype(np.float32), baskets
        self._outputs = len(often)
        size = np.repeat(baskets.sizes, baskets.sizes)
        self._basket = np.repeat(np.arange(len(baskets)), baskets.sizes)
        taken = np.bincount(baskets.items[size > 1], minlength=self._outputs)
        self.popularity = np.maximum(taken, 0.1) / max(int(taken.sum()), 1)
        self._lines, self._held_lines = (self._lines_of(some, size) for some in (rows, held))

    @property
    def outputs(self) -> int:
        """All products."""
        return self._outputs

    @property
    def examples(self) -> int:
        """Purchases to learn from."""
        return len(self._lines)

    def batches(self, rng: np.random.Generator, size: int) -> Iterator[tuple[np.ndarray, Any]]:
        """See Task."""
        order = rng.permutation(self._lines)
        for start in range(0, len(order), size):
            lines = order[start : start + size]
            yield self._baskets.items[lines].astype(np.int64), self._partners(rng, lines)

    def check(self, rng: np.random.Generator, most: int) -> tuple[np.ndarray, Any]:
        """See Task."""
        lines = rng.permutation(self._held_lines)[:most]
        return self._baskets.items[lines].astype(np.int64), self._partners(rng, lines)

    def pairs(self, rng: np.random.Generator, most: int) -> tuple[np.ndarray, np.ndarray]:
        """Held-out (products, another product of a basket of each)."""
        rows, (_, partners, _) = self.check(rng, most)
        return rows, partners.numpy()

    def loss(self, net: EntityNet, h: Tensor, targets: tuple[Tensor, Tensor, Tensor], _smoothing: float) -> Tensor:
        """See Task; there is no label smoothing."""
        rows, partners, often = targets
        scores = h @ F.embedding(partners, net.head.weight).T
        same = (partners[:, None] == partners[None, :]) | (partners[None, :] == rows[:, None])
        same.fill_diagonal_(False)
        found = F.cross_entropy(scores.masked_fill(same, -1e9), torch.arange(len(h)), label_smoothing=0.0)
        often_head = net.extra
        if often_head is None:
            raise TypeError("This network has no second head.")
        return found + _PURCHASES * F.smooth_l1_loss(often_head(h)[:, 0], often)

    def with_all(self) -> BasketTask:
        """The same with nothing held back."""
        return BasketTask(self._baskets, np.union1d(self.rows, self.held), self.held, self.often)

    def _lines_of(self, rows: np.ndarray, size: np.ndarray) -> np.ndarray:
        """Lines of baskets with two products or more that name one of `rows`."""
        may = np.zeros(self._outputs, bool)
        may[rows] = True
        return np.flatnonzero(may[self._baskets.items] & (size > 1))

    def _partners(self, rng: np.random.Generator, lines: np.ndarray) -> tuple[Tensor, Tensor, Tensor]:
        b = self._baskets
        basket = self._basket[lines]
        start, size = b.indptr[basket], b.indptr[basket + 1] - b.indptr[basket]
        step = 1 + (rng.random(len(lines)) * (size - 1)).astype(np.int64)
        other = start + (lines - start + step) % size  # any line of the basket but its own
        rows, partners = b.items[lines].astype(np.int64), b.items[other].astype(np.int64)
        return torch.from_numpy(rows), torch.from_numpy(partners), torch.from_numpy(self.often[rows])
