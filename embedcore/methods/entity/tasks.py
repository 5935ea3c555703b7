"""The three things the network of the entity embeddings can learn: values, amounts, fellows in baskets. Needs torch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from embedcore.data import Baskets
from embedcore.methods.entity.net import Net


class Column:
    """Values (codes, cross-entropy with label smoothing) or amounts (standardised, Huber loss) of a column."""

    def __init__(self, rows: np.ndarray, held: np.ndarray, wanted: np.ndarray, outputs: int) -> None:
        """wanted: (n,) codes as int64 or standardised amounts as float64, for all products."""
        self.rows, self.held, self.wanted, self._outputs = rows, held, wanted, outputs
        self._amounts = wanted.dtype.kind == "f"

    @property
    def outputs(self) -> int:
        return self._outputs

    @property
    def examples(self) -> int:
        return len(self.rows)

    def batch(self, rng: np.random.Generator, size: int) -> Iterator[tuple[np.ndarray, Any]]:
        order = rng.permutation(self.rows)
        for start in range(0, len(order), size):
            part = order[start : start + size]
            yield part, self._of(part)

    def check(self, rng: np.random.Generator, most: int) -> tuple[np.ndarray, Any]:
        rows = rng.permutation(self.held)[:most]
        return rows, self._of(rows)

    def loss(self, net: Net, h: Tensor, wanted: Tensor, smoothing: float) -> Tensor:
        out = net.head(h)
        if self._amounts:
            return F.smooth_l1_loss(out[:, 0], wanted)
        return F.cross_entropy(out, wanted, label_smoothing=smoothing)

    def with_all(self) -> Column:
        """The same with nothing held back."""
        return Column(np.union1d(self.rows, self.held), self.held, self.wanted, self._outputs)

    def _of(self, rows: np.ndarray) -> Tensor:
        return torch.from_numpy(self.wanted[rows].astype(np.float32 if self._amounts else np.int64))


class Fellows:
    """What a product is bought with: another product of the same basket, told apart from those of the other baskets
    of the batch (in-batch sampled softmax; the partners' popularity, which the sampling divides away, is put back by
    `entity`), and beside it how often it is bought."""

    def __init__(self, baskets: Baskets, rows: np.ndarray, held: np.ndarray, often: np.ndarray) -> None:
        """rows, held: products that are in a basket with others. often: (n,) standardised log share of baskets.

        popularity: (n,) how often each is the other product of a basket, as a share."""
        self.rows, self.held, self.often, self._baskets = rows, held, often.astype(np.float32), baskets
        self._outputs = len(often)
        size = np.repeat(baskets.sizes, baskets.sizes)
        self._basket = np.repeat(np.arange(len(baskets)), baskets.sizes)
        may = np.zeros(self._outputs, bool)
        may[rows] = True
        self._lines = np.flatnonzero(may[baskets.items] & (size > 1))
        taken = np.bincount(baskets.items[size > 1], minlength=self._outputs)
        self.popularity = np.maximum(taken, 0.1) / max(int(taken.sum()), 1)
        may[:] = False
        may[held] = True
        self._held_lines = np.flatnonzero(may[baskets.items] & (size > 1))

    @property
    def outputs(self) -> int:
        return self._outputs

    @property
    def examples(self) -> int:
        return len(self._lines)

    def batch(self, rng: np.random.Generator, size: int) -> Iterator[tuple[np.ndarray, Any]]:
        order = rng.permutation(self._lines)
        for start in range(0, len(order), size):
            lines = order[start : start + size]
            yield self._baskets.items[lines].astype(np.int64), self._partners(rng, lines)

    def check(self, rng: np.random.Generator, most: int) -> tuple[np.ndarray, Any]:
        lines = rng.permutation(self._held_lines)[:most]
        return self._baskets.items[lines].astype(np.int64), self._partners(rng, lines)

    def pairs(self, rng: np.random.Generator, most: int) -> tuple[np.ndarray, np.ndarray]:
        """Held-out (products, another product of a basket of each)."""
        rows, (_, partners, _) = self.check(rng, most)
        return rows, partners.numpy()

    def loss(self, net: Net, h: Tensor, wanted: tuple[Tensor, Tensor, Tensor], smoothing: float) -> Tensor:
        rows, partners, often = wanted
        scores = h @ F.embedding(partners, net.head.weight).T
        same = (partners[:, None] == partners[None, :]) | (partners[None, :] == rows[:, None])
        same.fill_diagonal_(False)
        found = F.cross_entropy(scores.masked_fill(same, -1e9), torch.arange(len(h)), label_smoothing=0.0)
        assert net.extra is not None
        return found + 0.2 * F.smooth_l1_loss(net.extra(h)[:, 0], often)

    def with_all(self) -> Fellows:
        """The same with nothing held back."""
        return Fellows(self._baskets, np.union1d(self.rows, self.held), self.held, self.often)

    def _partners(self, rng: np.random.Generator, lines: np.ndarray) -> tuple[Tensor, Tensor, Tensor]:
        b = self._baskets
        basket = self._basket[lines]
        start, size = b.indptr[basket], b.indptr[basket + 1] - b.indptr[basket]
        step = 1 + (rng.random(len(lines)) * (size - 1)).astype(np.int64)
        other = start + (lines - start + step) % size  # any line of the basket but its own
        rows, partners = b.items[lines].astype(np.int64), b.items[other].astype(np.int64)
        return torch.from_numpy(rows), torch.from_numpy(partners), torch.from_numpy(self.often[rows])
