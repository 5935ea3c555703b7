"""What is bought together, counted from inverted lists of the baskets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embedcore.data import Baskets, Dataset, row_slices, scratch_array
from embedcore.errors import NeedsError
from embedcore.explore.recent import Recent

ENOUGH = 3  # shared baskets below which a comparison with chance says nothing
_LINES = 600_000  # basket lines read for one query; beyond it evenly spaced baskets stand for all
# How much a product's own popularity and the size of a basket count; see `score`. Chosen on held-out
# baskets of instacart1k (HR@10 of completion: .258).
_OWN, _OTHER, _SIZE, _HOLD = 0.7, 0.3, -0.7, 5
_CLEARLY, _HARDLY = 1.2, 0.8  # lifts above and below which a pair is more, or less, often together than by chance
_BASKETS = 100_000  # baskets read at a time


@dataclass(frozen=True, eq=False)
class Together:
    """Two inverted lists: basket -> items (indptr, items), item -> baskets (item_indptr, baskets). No table of pairs.

    weights: (baskets,) float64, size to the power -.7, so that a pair in a long basket says less.
    counts: (items,) in how many baskets each is.

    >>> import pandas as pd
    >>> lines = pd.DataFrame({"basket": ["1", "1", "2", "2", "3"], "item": ["cup", "tea", "cup", "tea", "tea"]})
    >>> together = Together.of(Dataset.build("shop", None, lines))
    >>> together.shared([0], [1]).tolist(), together.evidence(0, 1, 2)
    ([[2]], 'in 2 baskets together')
    """

    indptr: np.ndarray
    items: np.ndarray
    item_indptr: np.ndarray
    baskets: np.ndarray
    weights: np.ndarray
    counts: np.ndarray

    @classmethod
    def of(cls, dataset: Dataset) -> Together:
        """The lists of a dataset, kept for the two datasets used last. NeedsError without baskets."""
        if dataset.baskets is None:
            raise NeedsError("This dataset has no baskets.", "Add a baskets file to see what is bought together.")
        baskets = dataset.baskets
        return _recent.get(dataset.hash, lambda: cls.build(baskets, dataset.counts))

    @classmethod
    def build(cls, b: Baskets, counts: np.ndarray) -> Together:
        """Count now. counts: (items,) in how many baskets each item is."""
        item_indptr = np.r_[0, np.cumsum(counts)].astype(np.int64)
        basket, free = scratch_array(len(b.items), np.int32, b.folder), item_indptr[:-1].copy()
        for start, stop in row_slices(b.indptr):
            items = b.items[b.indptr[start] : b.indptr[stop]]
            order = np.argsort(items, kind="stable")
            item, first, many = np.unique(items[order], return_index=True, return_counts=True)
            to = np.repeat(free[item] - first, many) + np.arange(len(order))
            basket[to] = np.repeat(np.arange(start, stop), np.diff(b.indptr[start : stop + 1]))[order]
            free[item] += many
        weights = np.maximum(b.sizes, 1).astype(np.float64) ** _SIZE
        return cls(b.indptr, b.items, item_indptr, basket, weights, counts)

    def __len__(self) -> int:
        """Baskets in all."""
        return len(self.weights)

    def baskets_of(self, item: int) -> np.ndarray:
        """The baskets that hold an item, ascending."""
        return self.baskets[self.item_indptr[item] : self.item_indptr[item + 1]]

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
        power -.7, and f is the number of baskets a product is in. The 5 keeps a pair seen once from counting as
        certain.
        Items whose baskets hold more than their part of 600,000 lines are estimated from evenly spaced baskets.
        """
        wanted = np.unique(np.asarray(items, np.int64))
        out = np.zeros(len(self.counts))
        spread = self.counts.astype(np.float64) ** _OTHER
        for i in wanted:
            held = self.baskets_of(int(i))
            if not len(held):
                continue
            step = -(-int((self.indptr[held + 1] - self.indptr[held]).sum()) // max(1, _LINES // len(wanted)))
            read = held[::step]
            lines, weights = self._lines(read)
            c = np.bincount(self.items[lines], weights, len(out)) * (len(held) / len(read))
            out += c / (float(self.counts[i]) ** _OWN * spread + _HOLD)
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
            return f"{times}, fewer than 1 expected by chance"
        lift = shared / chance
        if lift >= _CLEARLY:
            return f"{times}, {lift:.{1 if lift < 10 else 0}f}x as often as by chance"
        return f"{times}, about as often as by chance" if lift > _HARDLY else f"{times}, less often than by chance"


_recent: Recent[Together] = Recent(2)
