"""Basket completion, a small evaluation: hide one product of a held-out basket, rank every product, where is it?

The same questions and formulas as the shared protocol: full ranking without sampled negatives, ties count as
their expected place, a product that training never saw counts as a miss. Used when the protocol is not at hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Score = Callable[[list[np.ndarray]], np.ndarray]


@dataclass(frozen=True)
class Split:
    """train: baskets as product numbers; freq (n_items,); cq: the rest of a basket; ct: the hidden product or -1."""

    train: list[np.ndarray]
    freq: np.ndarray
    cq: list[np.ndarray]
    ct: np.ndarray

    @property
    def n_items(self) -> int:
        return len(self.freq)


def hide_last(baskets: list[np.ndarray], customers: np.ndarray, at_most: int = 5, seed: int = 0) -> Split:
    """Hide the last basket of each customer with three or more; from each up to `at_most` questions."""
    last: dict[int, int] = {}
    count: dict[int, int] = {}
    for n, c in enumerate(customers):
        last[c], count[c] = n, count.get(c, 0) + 1
    held = {last[c] for c in last if count[c] >= 3}
    train = [b for n, b in enumerate(baskets) if n not in held]
    freq = np.bincount(np.concatenate(train), minlength=max(int(b.max()) for b in baskets) + 1)
    new = np.where(freq > 0, np.cumsum(freq > 0) - 1, -1)
    rng, cq, ct = np.random.default_rng(seed), [], []
    for n in sorted(held):
        basket = new[baskets[n]]
        for j in rng.permutation(len(basket))[:at_most] if len(basket) > 1 else ():
            rest = np.delete(basket, j)
            rest = rest[rest >= 0]
            if len(rest):
                cq.append(rest)
                ct.append(basket[j])
    return Split([new[b] for b in train], freq[freq > 0], cq, np.array(ct))


def measure(split: Split, score: Score, batch: int = 256) -> tuple[float, float]:
    """(HR@10, MRR)."""
    places = []
    for a in range(0, len(split.cq), batch):
        queries, hidden = split.cq[a : a + batch], split.ct[a : a + batch]
        scores = np.array(score(queries), np.float32)
        for r, rest in enumerate(queries):
            scores[r, rest] = -np.inf
        hidden_scores = scores[np.arange(len(queries)), np.maximum(hidden, 0)][:, None]
        place = 1 + (scores > hidden_scores).sum(1) + ((scores == hidden_scores).sum(1) - 1) / 2
        places.append(np.where(hidden >= 0, place, np.inf))
    rank = np.concatenate(places)
    return float((rank <= 10).mean()), float((1 / rank).mean())
