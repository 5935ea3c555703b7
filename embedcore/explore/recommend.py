"""What goes with a product or a basket, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embedcore.dataset import Baskets, Dataset
from embedcore.embedding import Embedding
from embedcore.errors import NeedsError
from embedcore.neighbours import Graph


@dataclass(frozen=True)
class Recommendation:
    """A product we suggest. item: its position in Dataset.items. score: higher is better, comparable inside one
    list only. reason: plain words with the evidence. source: "bought together" or "alike"."""

    item: int
    id: str
    title: str
    score: float
    reason: str
    source: str


@dataclass(frozen=True, eq=False)
class Together:
    """Who is bought with whom, answered from inverted lists of the baskets; no table of all pairs."""

    baskets: Baskets
    counts: np.ndarray

    @classmethod
    def of(cls, dataset: Dataset) -> Together:
        """NeedsError when the dataset has no baskets."""
        if dataset.baskets is None:
            raise NeedsError("This dataset has no baskets.", "Add a baskets file to see what is bought together.")
        return cls(dataset.baskets, dataset.counts)

    def partners(self, item: int) -> tuple[np.ndarray, np.ndarray]:
        """(items, in how many baskets each is together with `item`), most first."""
        return np.empty(0, np.int64), np.empty(0, np.int64)

    def score(self, items: Sequence[int] | np.ndarray) -> np.ndarray:
        """(n,) float32: how well every product goes with a basket of these items."""
        return np.zeros(len(self.counts), np.float32)


def similar_products(
    dataset: Dataset,
    embedding: Embedding,
    graph: Graph | None,
    item: int,
    k: int = 10,
    together: Together | None = None,
) -> list[Recommendation]:
    """Products like `item`, with the evidence for each."""
    return []


def for_basket(
    dataset: Dataset,
    items: Sequence[int],
    k: int = 10,
    embedding: Embedding | None = None,
    together: Together | None = None,
) -> list[Recommendation]:
    """What goes with a basket of these items (positions in Dataset.items), which are never among the answers."""
    return []
