"""A dataset's recommender: the signals and how much each counts, kept as files and loaded in a moment."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from embedcore.errors import MissingError
from embedcore.recommend.habit import Habit
from embedcore.vectors import unit_rows


@dataclass(frozen=True)
class SignalWeights:
    """complete: of co-occurrence, EASE over baskets and popularity; each row's best product is 1. new: of EASE over
    customers, co-occurrence, nearest customers and popularity; each row's best 20 are 1 on average. fresh: the weight
    of new products beside the chance of a repeat. The usual ones were chosen on held-out baskets of several shops
    (tests/bench/recommend.py); in a wide range around them the results hardly change."""

    complete: tuple[float, ...] = (1.0, 0.7, 0.0)
    new: tuple[float, ...] = (1.0, 0.5, 0.25, 0.0)
    fresh: float = 0.01


@dataclass(frozen=True, eq=False)
class Recommender:
    """counts: (n,) baskets of each item. together: (n, n) float32 sparse, see cooccurrence. head: (h,) the items bought
    most, ascending; baskets, customers: (h, h) float16 weights of EASE over baskets and over customers (None without
    customers). place: (n,) int32, an item's row in head or -1. habit: None without customers. meta: seconds, head,
    pairs (JSON-able). weights: how much each signal counts, see weights.learn.

    >>> import pandas as pd
    >>> from embedcore import Dataset
    >>> from embedcore.recommend.model import fit
    >>> lines = pd.DataFrame({"basket": ["1", "1", "2"], "item": ["jam", "tea", "tea"]})
    >>> model = fit(Dataset.build("shop", None, lines))
    >>> len(model), model.counts.tolist()
    (2, [1, 2])
    """

    counts: np.ndarray
    together: sparse.csr_array
    head: np.ndarray
    baskets: np.ndarray
    customers: np.ndarray | None
    habit: Habit | None
    meta: dict[str, Any]
    weights: SignalWeights = SignalWeights()

    @cached_property
    def place(self) -> np.ndarray:
        """(n,) int32: the row of each item in head, -1 where it has none."""
        place = np.full(len(self.counts), -1, np.int32)
        place[self.head] = np.arange(len(self.head))
        return place

    @cached_property
    def profiles(self) -> sparse.csr_array:
        """(n, n) float32: the rows of `together` at length 1; the product of two is the cosine of what they are bought
        with."""
        return unit_rows(self.together)

    def __len__(self) -> int:
        """Products in all."""
        return len(self.counts)

    def save(self, folder: Path) -> None:
        """Arrays as .npy (mapped into memory when read), the rest as JSON."""
        folder.mkdir(parents=True, exist_ok=True)
        t = self.together
        arrays: dict[str, np.ndarray | None] = {
            "counts": self.counts,
            "head": self.head,
            "baskets": self.baskets,
            "customers": self.customers,
            "indptr": t.indptr.astype(np.int64),
            "indices": t.indices.astype(np.int32),
            "scores": t.data,
        }
        if self.habit is not None:
            arrays |= {f"habit_{k}": getattr(self.habit, k) for k in ("weights", "mean", "spread", "again")}
        for name, array in arrays.items():
            if array is not None:
                np.save(folder / f"{name}.npy", array, allow_pickle=False)
        (folder / "recommender.json").write_text(json.dumps(self.meta), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Recommender:
        """Read what `save` wrote; MissingError when it is not there."""

        def read(name: str) -> Any:
            return np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)

        try:
            meta = json.loads((folder / "recommender.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise MissingError("The recommendations are not prepared yet.", "Prepare them first.") from None
        counts = np.asarray(read("counts"))
        together = sparse.csr_array((read("scores"), read("indices"), read("indptr")), shape=(len(counts),) * 2)
        known = None
        if (folder / "habit_weights.npy").exists():
            parts = {k: np.asarray(read(f"habit_{k}")) for k in ("weights", "mean", "spread", "again")}
            known = Habit(**parts, counts=counts, recent=float(meta["recent"]))
        customers = read("customers") if (folder / "customers.npy").exists() else None
        stored = meta["weights"]
        weights = SignalWeights(tuple(stored["complete"]), tuple(stored["new"]), float(stored["fresh"]))
        return cls(counts, together, np.asarray(read("head")), read("baskets"), customers, known, meta, weights)
