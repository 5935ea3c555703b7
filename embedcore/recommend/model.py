"""The recommender of a dataset: built once, kept as files, loaded in a moment."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from embedcore.dataset import Dataset
from embedcore.errors import MissingError
from embedcore.methods.base import Progress, silent
from embedcore.recommend import cooccurrence, ease, habit
from embedcore.recommend.habit import Habit
from embedcore.recommend.purchases import Histories, every, of_baskets, unit_rows

VERSION = 1  # raise it when the same dataset gives another model
_LINES = 20_000_000  # read at most, in a gigabyte; beyond it evenly spaced baskets and customers stand for all
_BASKETS, _CUSTOMERS = (1.0, -0.7, 0.75), (30.0, -0.7, 0.5)  # strength, length, pull of EASE; held-out baskets chose


@dataclass(frozen=True, eq=False)
class Recommender:
    """counts: (n,) baskets of each item. together: (n, n) float32 sparse, see cooccurrence. head: (h,) the items bought
    most, ascending; baskets, customers: (h, h) float16 weights of EASE over baskets and over customers (None without
    customers). place: (n,) int32, an item's row in head or -1. habit: None without customers. meta: seconds, head,
    pairs (JSON-able)."""

    counts: np.ndarray
    together: sparse.csr_array
    head: np.ndarray
    baskets: np.ndarray
    customers: np.ndarray | None
    habit: Habit | None
    meta: dict[str, Any]

    @cached_property
    def place(self) -> np.ndarray:
        place = np.full(len(self.counts), -1, np.int32)
        place[self.head] = np.arange(len(self.head))
        return place

    @cached_property
    def company(self) -> sparse.csr_array:
        """(n, n) float32: the rows of `together` at length 1, so that a product of two is the cosine of the company
        they are bought in."""
        return unit_rows(self.together, np.ones(len(self), np.float32))

    def __len__(self) -> int:
        """Products in all."""
        return len(self.counts)

    def save(self, folder: Path) -> None:
        """Arrays as .npy (mapped into memory when read), the rest as JSON."""
        folder.mkdir(parents=True, exist_ok=True)
        t = self.together
        arrays: dict[str, np.ndarray | None] = {
            "counts": self.counts, "head": self.head, "baskets": self.baskets, "customers": self.customers,
            "indptr": t.indptr.astype(np.int64), "indices": t.indices.astype(np.int32), "scores": t.data,
        }  # fmt: skip
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
            known = Habit(**parts, counts=counts)
        customers = read("customers") if (folder / "customers.npy").exists() else None
        return cls(counts, together, np.asarray(read("head")), read("baskets"), customers, known, meta)


def key(dataset_hash: str) -> str:
    """sha256 (hex) of everything that determines a dataset's recommender."""
    return hashlib.sha256(f"{dataset_hash}\nrecommender\n{VERSION}".encode()).hexdigest()


def fit(dataset: Dataset, progress: Progress = silent, memory: int = ease.MEMORY) -> Recommender:
    """Build it. No randomness. memory: bytes the computation of EASE may take (see ease.head_size).

    NeedsError without baskets; Cancelled passes through from `progress`.
    """
    began = time.perf_counter()
    progress(0, 100, note="Reading the baskets")
    step = every(dataset, _LINES)
    x = of_baskets(dataset, step)
    counts = dataset.counts
    together = cooccurrence.fit(x, progress=_stage(progress, 5, 40))
    head = _head(counts, ease.head_size(memory))
    progress(40, 100, note="Which purchases foretell which (baskets)")
    over_baskets = ease.fit(x, head, *_BASKETS)
    over_customers = known = None
    histories = Histories.of(dataset)
    if histories is not None:
        progress(60, 100, note="Which purchases foretell which (customers)")
        bought = histories.counts(np.arange(0, len(histories), step))
        softer = sparse.csr_array((np.log1p(bought.data), bought.indices, bought.indptr), shape=bought.shape)
        over_customers = ease.fit(softer, head, *_CUSTOMERS)
        progress(80, 100, note="When customers buy again")
        known = habit.fit(histories, bought)
    progress(100, 100, note="Done")
    meta = {"version": VERSION, "seconds": round(time.perf_counter() - began, 2), "head": len(head),
            "pairs": int(together.nnz), "products": len(dataset), "every": step}  # fmt: skip
    return Recommender(counts, together, head, over_baskets, over_customers, known, meta)


def _head(counts: np.ndarray, most: int) -> np.ndarray:
    """The items bought most, at least twice, ascending."""
    order = np.argsort(-counts, kind="stable")[:most]
    return np.sort(order[counts[order] >= min(2, counts.max(initial=0))])


def _stage(progress: Progress, start: int, end: int) -> Progress:
    def report(step: int, of: int, loss: float | None = None, note: str = "") -> None:
        progress(round(start + (end - start) * step / max(of, 1)), 100, None, note)

    return report
