"""How far a trained method may be believed: what is held out, what neighbours answer, ranks and shares with ties."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol, TypeVar

import numpy as np

from embedcore.data import Catalogue, Dataset
from embedcore.errors import NeedsError
from embedcore.progress import Progress, silent
from embedcore.vectors import top_k

CLEAR = 0.02  # differences of shares and of R2 below this count as chance: chosen by hand for some 400 held-out rows
_BLOCK = 256  # queries that are scored at a time: 256 x 1,000,000 scores are 1 GB

Subject = TypeVar("Subject", contravariant=True)
Score = Callable[[np.ndarray], np.ndarray]  # positions of queries (b,) -> their scores (b, n), higher is better


@dataclass(frozen=True)
class Verdict:
    """What a judge found. figures: rows made by `figure`. notices: plain sentences to read before anything else.
    facts: what the judge learned that answers need beside the weights, such as a calibration.

    >>> (Verdict(notices=["Few rows."]) + Verdict(notices=["No brand."])).notices
    ['Few rows.', 'No brand.']
    """

    figures: list[dict[str, Any]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    def __add__(self, other: Verdict) -> Verdict:
        return Verdict(self.figures + other.figures, self.notices + other.notices, self.facts | other.facts)


class Judge(Protocol[Subject]):
    """The signature of every judge. subject: what was trained and what it has not seen, in a record of the method's
    own. The judge measures it on that, beside the simplest alternative that could have been used instead."""

    def __call__(self, subject: Subject, seed: int, progress: Progress = silent, /) -> Verdict:
        """Judge what was trained; the same subject and seed give the same verdict."""
        ...


class Split(NamedTuple):
    """Rows to learn from and rows to measure on, both ascending."""

    train: np.ndarray
    test: np.ndarray


def split(rows: int | np.ndarray, held: int, rng: int | np.random.Generator) -> Split:
    """`held` of the rows (m,), or of the numbers below `rows`, picked at random to measure on. rng: or its seed.

    >>> train, test = split(10, 2, 0)
    >>> len(train), len(test), sorted({*train, *test}) == list(range(10))
    (8, 2, True)
    """
    order = np.random.default_rng(rng).permutation(rows)
    return Split(np.sort(order[held:]), np.sort(order[:held]))


def subset(dataset: Dataset, rows: np.ndarray) -> Dataset:
    """Some of the catalogue's products (ascending positions), without baskets; NeedsError without a catalogue.

    >>> import pandas as pd
    >>> frame = pd.DataFrame({"id": ["a", "b", "c"], "title": ["one", "two", "three"]})
    >>> shop = Dataset.build("shop", Catalogue(frame, {"id": "id", "title": "title"}))
    >>> list(subset(shop, np.array([0, 2])).items)
    ['a', 'c']
    """
    if dataset.catalogue is None:
        raise NeedsError("This dataset has no catalogue.", "Add one on the Data page.")
    frame = dataset.catalogue.frame.iloc[rows].reset_index(drop=True)
    return Dataset.build(dataset.name, Catalogue(frame, dataset.catalogue.roles))


def best(score: Score, queries: int, k: int, own: np.ndarray | None = None, block: int = _BLOCK) -> np.ndarray:
    """(queries, k') the k best columns of each query, best first, equal ones in their order.

    own: (queries,) the column that is the query itself and is never found; -1 for none.

    >>> best(lambda rows: np.eye(3)[rows], 3, 1).ravel().tolist()
    [0, 1, 2]
    >>> best(lambda rows: np.eye(3)[rows], 3, 1, own=np.arange(3)).ravel().tolist()
    [1, 0, 0]
    """
    found = [top_k(scores, k)[0] for _, scores in _blocks(score, queries, own, block)]
    return np.concatenate(found) if found else np.empty((0, k), np.int64)


def ranks(score: Score, truth: np.ndarray, own: np.ndarray | None = None, block: int = _BLOCK) -> np.ndarray:
    """(q,) expected rank of the true column (q,) of each query, from 1; among equal scores chance decides.

    own: as in `best`. The share that is found among the first k is `(ranks(...) <= k).mean()`, recall@k.

    >>> ranks(lambda rows: np.array([[0.9, 0.5, 0.5], [0.1, 0.2, 0.3]])[rows], np.array([1, 2])).tolist()
    [2.5, 1.0]
    """
    out = np.empty(len(truth))
    for at, scores in _blocks(score, len(truth), own, block):
        own_score = scores[np.arange(len(at)), truth[at]][:, None]
        out[at] = 1 + (scores > own_score).sum(axis=1) + ((scores == own_score).sum(axis=1) - 1) / 2
    return out


def recall(scores: np.ndarray, wanted: np.ndarray, k: int, exclude: np.ndarray | None = None) -> float:
    """Recall@k of one query: the share of the columns `wanted` that is among the k best of scores (n,).

    exclude: columns that are never found, such as what a customer already has.

    >>> recall(np.array([0.9, 0.8, 0.1]), np.array([1, 2]), 1, exclude=np.array([0]))
    0.5
    """
    scores = scores.astype(np.float64, copy=True)
    if exclude is not None:
        scores[exclude] = -np.inf
    return float(np.isin(wanted, top_k(scores[None], k)[0]).mean())


def hits(found: np.ndarray, row: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """(m,) bool: whether wanted[i] is among the found (q, k) of query row[i].

    >>> hits(np.array([[3, 5], [7, 2]]), np.array([0, 1, 1]), np.array([5, 5, 2])).tolist()
    [True, False, True]
    """
    return np.asarray((found[row] == wanted[:, None]).any(axis=1))


def majority(votes: np.ndarray) -> np.ndarray:
    """(q,) the most frequent of each row of codes (q, k), best first; the nearer one wins a tie.

    >>> majority(np.array([[2, 1, 1], [4, 3, 5]])).tolist()
    [1, 4]
    """
    same = (votes[:, :, None] == votes[:, None, :]).sum(axis=2)
    return np.asarray(votes[np.arange(len(votes)), same.argmax(axis=1)])


def same_value(near: np.ndarray, base: np.ndarray, queries: np.ndarray) -> np.ndarray:
    """(q,) the share of the neighbours near (q, k), rows of base (n,), that have the value of the query (q,).

    >>> same_value(np.array([[0, 1]]), np.array(["red", "blue"]), np.array(["red"])).tolist()
    [0.5]
    """
    return np.asarray((base[near] == queries[:, None]).mean(axis=1))


def usual(truth: np.ndarray, kind: str) -> float:
    """The best answer without looking at the product: the mean of a "number", the most frequent code of a "category";
    NaN is missing.

    >>> usual(np.array([1.0, 1.0, 4.0, np.nan]), "number"), usual(np.array([1.0, 1.0, 4.0, np.nan]), "category")
    (2.0, 1.0)
    """
    known = truth[np.isfinite(truth)]
    if not len(known):
        return 0.0
    return float(known.mean()) if kind == "number" else float(np.bincount(known.astype(int)).argmax())


def r2(truth: np.ndarray, found: np.ndarray, mean: float | None = None) -> float:
    """R2, the share of the variance that is explained: 1 is perfect, 0 no better than always answering `mean`, which is
    that of the truth unless given. 0.0 where nothing varies. Any shape; float64 sums.

    >>> r2(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 2.0]))
    0.5
    """
    truth, found = np.asarray(truth, np.float64), np.asarray(found, np.float64)
    if not truth.size:
        return 0.0
    spread = float(((truth - (truth.mean() if mean is None else mean)) ** 2).sum())
    return 1 - float(((truth - found) ** 2).sum()) / spread if spread > 0 else 0.0


def mean_r2(truth: np.ndarray, found: np.ndarray) -> float:
    """The mean R2 of the columns of (n, J) that vary, over the rows where both are known; 0.0 where none varies.

    >>> mean_r2(np.array([[1.0, 5.0], [2.0, 5.0], [3.0, np.nan]]), np.array([[1.0, 4.0], [2.0, 5.0], [2.0, 5.0]]))
    0.5
    """
    scores = []
    for t, f in zip(truth.T, found.T, strict=True):
        both = np.isfinite(t) & np.isfinite(f)
        if both.sum() > 1 and t[both].var() > 0:
            scores.append(r2(t[both], f[both]))
    return float(np.mean(scores)) if scores else 0.0


def _blocks(score: Score, queries: int, own: np.ndarray | None, block: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """(positions of some queries (b,), their scores (b, n), -inf at their own column), until all have come."""
    for start in range(0, queries, block):
        at = np.arange(start, min(start + block, queries))
        scores = score(at)
        if own is not None:
            self_known = np.flatnonzero(own[at] >= 0)
            scores[self_known, own[at][self_known]] = -np.inf
        yield at, scores
