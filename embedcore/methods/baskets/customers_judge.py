"""What customer vectors find on the second halves of histories, learned from the first halves only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from embedcore.data import Dataset
from embedcore.methods.base import figure
from embedcore.methods.baskets.histories import customer_baskets, factors, purchases, rarity, weighted
from embedcore.methods.evaluation import Verdict, ranks, recall
from embedcore.progress import Progress, part, silent
from embedcore.vectors import unit

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

# Chosen by hand: enough for two digits, and quicker than the training.
_QUERIES = 2_000  # customers at most
_LEAST = 30  # customers below which nothing is measured
_NEEDED = 4  # baskets of a customer whose history is cut in two
_NEAREST, _SUGGESTED = 10, 20  # customers and products that are looked at
_NOTE = "Checking on the second halves of histories"


@dataclass(frozen=True)
class CustomerVectors:
    """What is judged: vectors of so many numbers, learned again from the first halves of the histories."""

    dataset: Dataset
    dimension: int


class _Halves(NamedTuple):
    """early: (b,) bool, baskets of the first halves, and all of customers with few. customers: codes of the others.
    following: customer -> the first basket of the second half."""

    early: np.ndarray
    customers: np.ndarray
    following: dict[int, int]


class _Learned(NamedTuple):
    """From the first halves: (v, d) product vectors of the products `bought` (v,), positions in Dataset.items, with how
    often each was. old, new: (c, v) the weighted halves of the customers."""

    bought: np.ndarray
    vectors: np.ndarray
    popular: np.ndarray
    old: csr_matrix
    new: csr_matrix


def judge(subject: CustomerVectors, seed: int, progress: Progress = silent) -> Verdict:
    """Is a customer found again among all by the later half of their purchases (baseline: the whole shopping list,
    tf-idf), and are products found that are new to them in the first basket of the later half (baseline: what is
    bought most)?"""
    halves = _halves(subject.dataset)
    if len(halves.customers) < _LEAST:
        few = f"Fewer than {_LEAST} customers have {_NEEDED} baskets, so how good this is could not be checked."
        return Verdict(notices=[few])
    some = np.sort(np.random.default_rng(seed).permutation(halves.customers)[:_QUERIES])
    learned = _learn(subject, halves, some, seed, part(progress, 0, 60))
    progress(70, 100, note=_NOTE)
    found = _found_again(learned)
    progress(85, 100, note=_NOTE)
    return found + _new_products(subject.dataset, halves, some, learned, part(progress, 85, 100, _NOTE))


def _halves(dataset: Dataset) -> _Halves:
    baskets, customers, _ = customer_baskets(dataset)
    order = np.argsort(customers, kind="stable")
    order = order[customers[order] >= 0]
    codes, count = np.unique(customers[order], return_counts=True)
    place = np.arange(len(order)) - np.repeat(np.cumsum(count) - count, count)
    total = np.repeat(count, count)
    early = np.zeros(len(baskets), bool)
    early[order] = (place < total // 2) | (total < _NEEDED)
    starts = order[(place == total // 2) & (total >= _NEEDED)]
    following = dict(zip(customers[starts].tolist(), starts.tolist(), strict=True))
    return _Halves(early, codes[count >= _NEEDED], following)


def _learn(subject: CustomerVectors, halves: _Halves, some: np.ndarray, seed: int, progress: Progress) -> _Learned:
    bought = np.flatnonzero(subject.dataset.counts)
    first, first_customers = purchases(subject.dataset, 0, halves.early)
    first = first[:, bought]
    popular = np.bincount(first.indices, first.data, minlength=len(bought))
    idf = rarity(popular, int(halves.early.sum()))
    vectors, m = factors(first, idf, subject.dimension, seed, progress)
    later, later_customers = purchases(subject.dataset, 0, ~halves.early)
    old = m[np.searchsorted(first_customers, some)]
    new = weighted(later[np.searchsorted(later_customers, some)][:, bought], idf)
    return _Learned(bought, vectors, popular, old, new)


def _found_again(learned: _Learned) -> Verdict:
    n = learned.old.shape[0]
    old, new = unit(learned.old @ learned.vectors), unit(learned.new @ learned.vectors)
    found = float((ranks(lambda rows: new[rows] @ old.T, np.arange(n)) <= _NEAREST).mean())
    lists = ranks(lambda rows: (learned.new[rows] @ learned.old.T).toarray(), np.arange(n))
    baseline = float((lists <= _NEAREST).mean())
    help = (
        "Learned from the first halves of all histories; each second half looks for its first half among "
        f"{n:,} customers: the share that has it among the {_NEAREST} nearest. Baseline: cosine of TF-IDF over "
        "all products, which needs as many dimensions as there are products."
    )
    name = "Customers recognised by their later purchases"
    row = figure(name, found, baseline, "whole purchase histories (TF-IDF)", help=help)
    if found >= baseline:
        return Verdict([row])
    notice = (
        "For recognising one customer, comparing whole purchase histories does better here "
        f"({baseline:.0%} against {found:.0%}); these vectors are for maps, segments and similar customers."
    )
    return Verdict([row], [notice])


def _new_products(
    dataset: Dataset, halves: _Halves, some: np.ndarray, learned: _Learned, progress: Progress
) -> Verdict:
    """Of the products of the first basket of the second half that a customer never bought before: how many are
    suggested."""
    baskets, _, _ = customer_baskets(dataset)
    column = np.full(len(dataset), -1)
    column[learned.bought] = np.arange(len(learned.bought))
    score = np.asarray(learned.old @ learned.vectors)
    found = []
    for n, customer in enumerate(some.tolist()):
        known = learned.old[n].indices
        wanted = np.setdiff1d(column[baskets.of(halves.following[customer])], known)
        if len(wanted):
            ours = recall(learned.vectors @ score[n], wanted, _SUGGESTED, exclude=known)
            found.append((ours, recall(learned.popular, wanted, _SUGGESTED, exclude=known)))
        if n % 200 == 0:
            progress(n, len(some))
    if not found:
        return Verdict()
    ours, popular = (float(x) for x in np.mean(found, axis=0))
    help = f"Recall@{_SUGGESTED} over the never-bought products of the first basket of the second half."
    name = "Next purchases among products new to the customer"
    worse = "For products that a customer never bought, simply suggesting bestsellers does better here."
    return Verdict([figure(name, ours, popular, "bestsellers", help=help)], [worse] if ours < popular else [])
