"""How much each signal counts, learned from the dataset's own baskets: which weights rank best what was really bought?

The usual weights come from held-out baskets of several shops. They are replaced only by others that are better on this
dataset's baskets by more than chance, so a small dataset is not misled by a few of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from embedcore.progress import Progress, silent
from embedcore.recommend import cooccurrence, heldout, mix, purchases
from embedcore.recommend.heldout import SignalScores
from embedcore.recommend.people import People
from embedcore.recommend.purchases import Histories
from embedcore.recommend.recommender import Recommender, SignalWeights

_CELLS = 40_000_000  # scores of one signal that are computed in all: the larger the range, the fewer the queries
_MOST, _LEAST = 500, 150  # held-out queries
_BLOCK = 64
_SURE = 2.0  # standard errors by which other weights must be better than the usual ones
_TIMES = (0.0, 0.3, 0.55, 1.8, 3.3)  # multiples of a weight that are tried
_POPULAR = (0.03, 0.1, 0.3, 1.0)  # tried for popularity, whose usual weight is 0
_PAGE = 20  # products of a first page
_PRIOR = 200.0  # scores' worth of the usual share
Ease = tuple[np.ndarray, float]  # the diagonal as ease.fit gives it, and the exponent of a row's length


def learn(
    model: Recommender,
    x: sparse.csr_array,
    histories: Histories | None,
    baskets: Ease,
    customers: Ease | None,
    progress: Progress = silent,
) -> SignalWeights:
    """The weights for this dataset. x: (baskets, n) of ones. baskets, customers: of its EASE over them."""
    usual = SignalWeights()
    completed = completions(model, x, baskets, progress)
    complete = usual.complete if completed is None else choose(completed, usual.complete)
    tried = new_ones(model, histories, customers, progress) if histories is not None and customers else None
    if tried is None:
        return SignalWeights(complete)
    useful = tried.wanted > 0
    new = choose(tried.only(useful), usual.new) if useful.any() else usual.new
    return SignalWeights(complete, new, share_of_new(tried, tried.mixed(new), usual.fresh))


def completions(
    model: Recommender, x: sparse.csr_array, ease: Ease, progress: Progress = silent
) -> SignalScores | None:
    """Baskets with one product hidden, scored as if they had never been bought. None without a basket of two."""
    sizes = np.diff(x.indptr)
    useful = np.flatnonzero(sizes >= 2)
    if not len(useful):
        return None
    numbers = useful[np.linspace(0, len(useful) - 1, _queries(len(model))).astype(np.int64)]
    rng = np.random.default_rng(0)
    counts = model.counts.astype(np.float64)
    blocks = []
    for start in range(0, len(numbers), _BLOCK):
        progress(start, 2 * len(numbers))
        chosen = numbers[start : start + _BLOCK]
        whole = [x.indices[x.indptr[b] : x.indptr[b + 1]] for b in chosen]
        at = [int(rng.integers(len(b))) for b in whole]
        hidden = [b[[n]] for b, n in zip(whole, at, strict=True)]
        queries = purchases.table([np.delete(b, n) for b, n in zip(whole, at, strict=True)], len(model))
        signals = mix.completing(model, queries)
        out = [(x[chosen], -(sizes[chosen].astype(np.float64) ** ease[1]))]
        _unlearn(model, model.baskets, ease[0], signals, queries, out)
        for row, (basket, item) in enumerate(zip(whole, hidden, strict=True)):
            change = cooccurrence.change_without_basket(model.together, counts, basket, item, len(basket))
            signals["together"][row, item] += change.sum(axis=0)
            signals["popular"][row, item] -= 1 / counts.max()
        blocks.append((mix.evened(signals, queries, 1), hidden, queries.astype(bool).toarray()))
    return heldout.gather(blocks)


def new_ones(model: Recommender, histories: Histories, ease: Ease, progress: Progress = silent) -> SignalScores | None:
    """Each customer's last basket, scored as if it had never been bought: what of it was new to them. None where nobody
    has two baskets."""
    if model.customers is None:
        return None
    some = np.flatnonzero(np.diff(histories.indptr) >= 2)
    some = some[:: max(1, -(-len(some) // _queries(len(model))))]
    if not len(some):
        return None
    people, counts = People.of(histories), model.counts.astype(np.float64)
    blocks = []
    for start in range(0, len(some), _BLOCK):
        progress(len(some) + start, 2 * len(some))
        who = some[start : start + _BLOCK]
        lists = [histories.of_customer(int(c)) for c in who]
        before, hidden = [h[:-1] for h in lists], [h[-1] for h in lists]
        out = []
        for baskets, sign in ((lists, -1.0), (before, 1.0)):
            rows = purchases.decayed(baskets, len(model), 1.0)
            rows.data = np.log1p(rows.data)
            out.append((rows, sign * np.maximum(np.diff(rows.indptr), 1).astype(np.float64) ** ease[1]))
        lately, lasting = mix.memories(before, len(model))
        signals = mix.trying(model, lately, lasting, people, who)
        _unlearn(model, model.customers, ease[0], signals, lasting, out)
        for row, basket in enumerate(hidden):
            own = slice(lately.indptr[row], lately.indptr[row + 1])
            both, at, _ = np.intersect1d(lately.indices[own], basket, return_indices=True)
            change = cooccurrence.change_without_basket(model.together, counts, both, basket, len(basket))
            signals["together"][row, basket] += lately.data[own][at] @ change
            signals["popular"][row, basket] -= 1 / counts.max()
        lasting.data = np.ones_like(lasting.data)  # what was bought long ago has a weight of 0, and is not new either
        blocks.append((mix.evened(signals, lasting, 20), hidden, lasting.astype(bool).toarray()))
    return heldout.gather(blocks)


def choose(scores: SignalScores, usual: Sequence[float]) -> tuple[float, ...]:
    """The best of a few weights, one signal after the other, twice; the usual ones where chance may explain it."""
    first = gain = scores.gain(usual)
    best = tuple(usual)
    for _ in range(2):
        for signal, weight in enumerate(best):
            others = [weight * t for t in _TIMES] if weight else _POPULAR
            tried = [(*best[:signal], w, *best[signal + 1 :]) for w in others]
            gains = [scores.gain(weights) if max(weights) > 0 else gain - 1 for weights in tried]
            n = int(np.argmax([g.mean() for g in gains]))
            if surely(gains[n], gain):
                best, gain = tried[n], gains[n]
    return best if surely(gain, first) else tuple(usual)


def share_of_new(tried: SignalScores, scores: np.ndarray, usual: float) -> float:
    """The chance to be bought per score of a new product: the bought among each customer's first page of them, over the
    sum of the scores there. scores: SignalScores.mixed."""
    page = np.argsort(-scores, axis=1, kind="stable")[:, :_PAGE]
    best = np.maximum(np.take_along_axis(scores, page, axis=1), 0)  # -inf where there is no product
    hits = float(np.take_along_axis(tried.true, page, axis=1).sum())
    return (hits + _PRIOR * usual) / (float(best.sum()) + _PRIOR)


def surely(new: np.ndarray, old: np.ndarray) -> bool:
    """Is the mean of the new gains higher by more than chance?"""
    d = new - old
    return bool(d.mean() > max(_SURE * d.std() / max(len(d), 1) ** 0.5, 1e-6))


def _unlearn(
    model: Recommender,
    weights: np.ndarray,
    own: np.ndarray,
    signals: dict[str, np.ndarray],
    queries: sparse.csr_array,
    out: list[tuple[sparse.csr_array, np.ndarray]],
) -> None:
    """Replace the scores of EASE by those as if the rows in `out` had not been there."""
    parts = [(sparse.csr_array(rows[:, model.head]), weight) for rows, weight in out]
    found = heldout.scores_without(weights, own, sparse.csr_array(queries[:, model.head]), parts)
    signals["pattern"][:, model.head] = found


def _queries(n: int) -> int:
    return int(np.clip(_CELLS // max(n, 1), _LEAST, _MOST))
