"""How much each signal counts, learned from the dataset's own baskets: what ranks best what was really bought?

The usual weights come from held-out baskets of several shops. They are left only for others that are better on this
dataset's baskets by more than chance, so that a small dataset is not led astray by a few of them."""

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

_CELLS = 40_000_000  # scores of one signal that are computed in all: the larger the range, the fewer the questions
_MOST, _LEAST = 500, 150  # questions
_BLOCK = 64
_SURE = 2.0  # standard errors by which other weights must be better than the usual ones
_TIMES = (0.0, 0.3, 0.55, 1.8, 3.3)
_POPULAR = (0.03, 0.1, 0.3, 1.0)  # tried for popularity, which counts nothing at first
_PAGE = 20
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
    told = completions(model, x, baskets, progress)
    complete = usual.complete if told is None else choose(told, usual.complete)
    asked = new_ones(model, histories, customers, progress) if histories is not None and customers else None
    if asked is None:
        return SignalWeights(complete)
    tells = asked.wanted > 0
    new = choose(asked.only(tells), usual.new) if tells.any() else usual.new
    return SignalWeights(complete, new, share_of_new(asked, asked.mixed(new), usual.fresh))


def completions(
    model: Recommender, x: sparse.csr_array, ease: Ease, progress: Progress = silent
) -> SignalScores | None:
    """Baskets with one product hidden, asked as if they had never been bought. None without a basket of two."""
    sizes = np.diff(x.indptr)
    useful = np.flatnonzero(sizes >= 2)
    if not len(useful):
        return None
    numbers = useful[np.linspace(0, len(useful) - 1, _questions(len(model))).astype(np.int64)]
    rng = np.random.default_rng(0)
    counts = model.counts.astype(np.float64)
    blocks = []
    for start in range(0, len(numbers), _BLOCK):
        progress(start, 2 * len(numbers))
        chosen = numbers[start : start + _BLOCK]
        whole = [x.indices[x.indptr[b] : x.indptr[b + 1]] for b in chosen]
        at = [int(rng.integers(len(b))) for b in whole]
        hidden = [b[[n]] for b, n in zip(whole, at, strict=True)]
        asked = purchases.table([np.delete(b, n) for b, n in zip(whole, at, strict=True)], len(model))
        signals = mix.completing(model, asked)
        out = [(x[chosen], -(sizes[chosen].astype(np.float64) ** ease[1]))]
        _foretold(model, model.baskets, ease[0], signals, asked, out)
        for row, (basket, item) in enumerate(zip(whole, hidden, strict=True)):
            less = cooccurrence.seen_once_less(model.together, counts, basket, item, len(basket))
            signals["together"][row, item] += less.sum(axis=0)
            signals["popular"][row, item] -= 1 / counts.max()
        blocks.append((mix.evened(signals, asked, 1), hidden, asked.astype(bool).toarray()))
    return heldout.gather(blocks)


def new_ones(model: Recommender, histories: Histories, ease: Ease, progress: Progress = silent) -> SignalScores | None:
    """Each customer's last basket, asked as if it had never been bought: what of it was new to them. None where nobody
    has two baskets."""
    assert model.customers is not None
    some = np.flatnonzero(np.diff(histories.heads) >= 2)
    some = some[:: max(1, -(-len(some) // _questions(len(model))))]
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
        _foretold(model, model.customers, ease[0], signals, lasting, out)
        for row, basket in enumerate(hidden):
            mine = slice(lately.indptr[row], lately.indptr[row + 1])
            both, at, _ = np.intersect1d(lately.indices[mine], basket, return_indices=True)
            less = cooccurrence.seen_once_less(model.together, counts, both, basket, len(basket))
            signals["together"][row, basket] += lately.data[mine][at] @ less
            signals["popular"][row, basket] -= 1 / counts.max()
        lasting.data = np.ones_like(lasting.data)  # a purchase long ago weighs nothing, and is no new product for it
        blocks.append((mix.evened(signals, lasting, 20), hidden, lasting.astype(bool).toarray()))
    return heldout.gather(blocks)


def choose(told: SignalScores, usual: Sequence[float]) -> tuple[float, ...]:
    """One signal's weight after the other, the best of a few, twice around; the usual ones when chance may be why."""
    first = gain = told.gain(usual)
    best = tuple(usual)
    for _ in range(2):
        for signal, weight in enumerate(best):
            others = [weight * t for t in _TIMES] if weight else _POPULAR
            tried = [(*best[:signal], w, *best[signal + 1 :]) for w in others]
            gains = [told.gain(mine) if max(mine) > 0 else gain - 1 for mine in tried]
            n = int(np.argmax([g.mean() for g in gains]))
            if surely(gains[n], gain):
                best, gain = tried[n], gains[n]
    return best if surely(gain, first) else tuple(usual)


def share_of_new(told: SignalScores, scores: np.ndarray, usual: float) -> float:
    """What a score of new products is worth as a chance to be bought: the bought among each customer's first page of
    them, by the scores there. scores: SignalScores.mixed."""
    page = np.argsort(-scores, axis=1, kind="stable")[:, :_PAGE]
    best = np.maximum(np.take_along_axis(scores, page, axis=1), 0)  # -inf where there is no product
    hits = float(np.take_along_axis(told.true, page, axis=1).sum())
    return (hits + _PRIOR * usual) / (float(best.sum()) + _PRIOR)


def surely(new: np.ndarray, old: np.ndarray) -> bool:
    """Is the mean of the new gains higher by more than chance?"""
    d = new - old
    return bool(d.mean() > max(_SURE * d.std() / max(len(d), 1) ** 0.5, 1e-6))


def _foretold(
    model: Recommender,
    weights: np.ndarray,
    own: np.ndarray,
    signals: dict[str, np.ndarray],
    asked: sparse.csr_array,
    out: list[tuple[sparse.csr_array, np.ndarray]],
) -> None:
    parts = [(sparse.csr_array(rows[:, model.head]), weight) for rows, weight in out]
    found = heldout.foretold(weights, own, sparse.csr_array(asked[:, model.head]), parts)
    signals["pattern"][:, model.head] = found


def _questions(n: int) -> int:
    return int(np.clip(_CELLS // max(n, 1), _LEAST, _MOST))
