"""What is bought together, counted from inverted lists of the baskets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embedcore.data import Dataset, row_slices, scratch_array
from embedcore.errors import NeedsError
from embedcore.explore.recent import Recent

ENOUGH = 3  # shared baskets below which a comparison with chance says nothing
_LINES = 600_000  # basket lines read for one question; beyond it evenly spaced baskets stand for all
_BASKETS = 100_000  # baskets read at a time


@dataclass(frozen=True, eq=False)
class Together:
    """Two inverted lists: basket -> items (indptr, items) and item -> baskets (heads, baskets). No table of pairs.

    weights: (baskets,) float64, size to the power -.7, so that a pair in a long basket says less.
    counts: (items,) in how many baskets each is.
    """

    indptr: np.ndarray
    items: np.ndarray
    heads: np.ndarray
    baskets: np.ndarray
    weights: np.ndarray
    counts: np.ndarray

    @classmethod
    def of(cls, dataset: Dataset) -> Together:
        """The lists of a dataset, kept for the two datasets used last. NeedsError without baskets."""
        if dataset.baskets is None:
            raise NeedsError("This dataset has no baskets.", "Add a baskets file to see what is bought together.")
        return _recent.get(dataset.hash, lambda: cls._build(dataset))

    @classmethod
    def _build(cls, dataset: Dataset) -> Together:
        b = dataset.baskets
        assert b is not None
        heads = np.r_[0, np.cumsum(dataset.counts)].astype(np.int64)
        basket, free = scratch_array(len(b.items), np.int32, b.folder), heads[:-1].copy()
        for start, stop in row_slices(b.indptr):
            items = b.items[b.indptr[start] : b.indptr[stop]]
            order = np.argsort(items, kind="stable")
            item, first, many = np.unique(items[order], return_index=True, return_counts=True)
            to = np.repeat(free[item] - first, many) + np.arange(len(order))
            basket[to] = np.repeat(np.arange(start, stop), np.diff(b.indptr[start : stop + 1]))[order]
            free[item] += many
        weights = np.maximum(b.sizes, 1).astype(np.float64) ** -0.7
        return cls(b.indptr, b.items, heads, basket, weights, dataset.counts)

    def __len__(self) -> int:
        """Baskets in all."""
        return len(self.weights)

    def baskets_of(self, item: int) -> np.ndarray:
        """The baskets that hold an item, ascending."""
        return self.baskets[self.heads[item] : self.heads[item + 1]]

    def partners(self, item: int) -> tuple[np.ndarray, np.ndarray]:
        """(items, in how many baskets each is together with `item`), most first, equal counts by item."""
        held, shared = self.baskets_of(item), np.zeros(len(self.counts), np.int64)
        for start in range(0, len(held), _BASKETS):
            lines, _ = self._lines(held[start : start + _BASKETS])
            shared += np.bincount(self.items[lines], minlength=len(shared))
        shared[item] = 0
        found = np.flatnonzero(shared)
        found = found[np.argsort(-shared[found], kind="stable")]
        return found, shared[found]

    def shared(self, items: Sequence[int] | np.ndarray, others: Sequence[int] | np.ndarray) -> np.ndarray:
        """(items, others) int64: in how many baskets each pair is together."""
        out = np.zeros((len(items), len(others)), np.int64)
        mark = np.zeros(len(self), bool)
        for n, i in enumerate(items):
            mark[self.baskets_of(i)] = True
            out[n] = [mark[self.baskets_of(j)].sum() for j in others]
            mark[self.baskets_of(i)] = False
        return out

    def score(self, items: Sequence[int] | np.ndarray) -> np.ndarray:
        """(n,) float32: how well every product goes with a basket of these items; 0 for the items themselves and for
        what was never bought with any of them.

        Sum over the items i of C_ij / (f_i^.7 f_j^.3 + 5), where C counts shared baskets, each by its size to the
        power -.7, and f is in how many baskets a product is. The 5 keeps a pair seen once from counting as certain.
        Items whose baskets hold more than their part of 600,000 lines are estimated from evenly spaced baskets.
        """
        wanted = np.unique(np.asarray(items, np.int64))
        out = np.zeros(len(self.counts))
        spread = self.counts.astype(np.float64) ** 0.3
        for i in wanted:
            held = self.baskets_of(int(i))
            if not len(held):
                continue
            step = -(-int((self.indptr[held + 1] - self.indptr[held]).sum()) // max(1, _LINES // len(wanted)))
            read = held[::step]
            lines, weights = self._lines(read)
            c = np.bincount(self.items[lines], weights, len(out)) * (len(held) / len(read))
            out += c / (float(self.counts[i]) ** 0.7 * spread + 5)
        out[wanted] = 0
        return out.astype(np.float32)

    def _lines(self, held: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(positions in `items` of all lines of these baskets, the weight of each line's basket)."""
        sizes = self.indptr[held + 1] - self.indptr[held]
        ends = np.cumsum(sizes)
        total = int(ends[-1]) if len(ends) else 0
        lines = np.arange(total) + np.repeat(self.indptr[held] - (ends - sizes), sizes)
        return lines, np.repeat(self.weights[held], sizes)

    def evidence(self, a: int, b: int, shared: int) -> str:
        """Plain words for `shared` baskets with both a and b, compared with chance ("" when there are none)."""
        if shared == 0:
            return ""
        times = f"in {shared:,} {'basket' if shared == 1 else 'baskets'} together"
        if shared < ENOUGH:
            return times
        chance = float(self.counts[a]) * float(self.counts[b]) / max(len(self), 1)
        if chance < 1:
            return f"{times}, where chance would give less than one"
        lift = shared / chance
        if lift >= 1.2:
            return f"{times}, {lift:.1f}x more than chance" if lift < 10 else f"{times}, {lift:.0f}x more than chance"
        return f"{times}, about as often as chance" if lift > 0.8 else f"{times}, less often than chance"


_recent: Recent[Together] = Recent(2)
