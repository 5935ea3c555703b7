"""The recommender of a dataset, built once."""

from __future__ import annotations

import hashlib
import time
from dataclasses import asdict

import numpy as np
from scipy import sparse

from embedcore.data import Dataset
from embedcore.progress import Progress, part, silent
from embedcore.recommend import cooccurrence, ease, habit
from embedcore.recommend import weights as learned
from embedcore.recommend.purchases import Histories, every, of_baskets
from embedcore.recommend.recommender import Recommender, SignalWeights

VERSION = 2  # raise it when the same dataset gives another model
_LINES = 20_000_000  # read at most, in a gigabyte; beyond it evenly spaced baskets and customers stand for all
# Chosen on held-out baskets (tests/bench/recommend.py).
_BASKETS, _CUSTOMERS = (1.0, -0.7, 0.75), (30.0, -0.7, 0.5)  # strength, length, pull of EASE


def key(dataset_hash: str) -> str:
    """sha256 (hex) of everything that determines a dataset's recommender.

    >>> len(key("abc"))
    64
    """
    return hashlib.sha256(f"{dataset_hash}\nrecommender\n{VERSION}".encode()).hexdigest()


def fit(dataset: Dataset, progress: Progress = silent, memory: int = ease.MEMORY) -> Recommender:
    """Build it. No randomness. memory: bytes the computation of EASE may take (see ease.head_size).

    NeedsError without baskets; Cancelled passes through from `progress`.

    >>> import pandas as pd
    >>> fit(Dataset.build("shop", None, pd.DataFrame({"basket": ["1", "1"], "item": ["jam", "tea"]}))).counts.tolist()
    [1, 1]
    """
    began = time.perf_counter()
    progress(0, 100, note="Reading the baskets")
    step = every(dataset, _LINES)
    x = of_baskets(dataset, step)
    counts = dataset.counts
    together = cooccurrence.fit(x, progress=part(progress, 5, 40))
    head = _head(counts, ease.head_size(memory))
    progress(40, 100, note="Which purchases predict which (baskets)")
    over_baskets, own_baskets = ease.fit(x, head, *_BASKETS)
    over_customers = known = own_customers = None
    histories = Histories.of(dataset)
    if histories is not None:
        progress(60, 100, note="Which purchases predict which (customers)")
        bought = histories.counts(np.arange(0, len(histories), step))
        softer = sparse.csr_array((np.log1p(bought.data), bought.indices, bought.indptr), shape=bought.shape)
        over_customers, own_customers = ease.fit(softer, head, *_CUSTOMERS)
        progress(80, 100, note="When customers buy again")
        known = habit.fit(histories, bought)
    out = Recommender(counts, together, head, over_baskets, over_customers, known, {})
    customers = None if own_customers is None else (own_customers, _CUSTOMERS[1])
    weights = SignalWeights()
    if step == 1:  # from a part of the baskets the others cannot be taken out
        stage = part(progress, 85, 100, "How much each signal counts")
        weights = learned.learn(out, x, histories, (own_baskets, _BASKETS[1]), customers, stage)
    progress(100, 100, note="Done")
    meta = {
        "version": VERSION,
        "seconds": round(time.perf_counter() - began, 2),
        "head": len(head),
        "pairs": int(together.nnz),
        "products": len(dataset),
        "every": step,
        "weights": asdict(weights),
        "recent": known.recent if known is not None else None,
    }
    half = None if over_customers is None else over_customers.astype(np.float16)
    return Recommender(counts, together, head, over_baskets.astype(np.float16), half, known, meta, weights)


def _head(counts: np.ndarray, most: int) -> np.ndarray:
    """The items bought most, at least twice, ascending."""
    order = np.argsort(-counts, kind="stable")[:most]
    return np.sort(order[counts[order] >= min(2, counts.max(initial=0))])
