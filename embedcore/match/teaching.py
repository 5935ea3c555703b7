"""Teaching: which pairs to ask about, and how the answers move the weights without forgetting what they knew."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from embedcore.match.cut import logistic
from embedcore.match.matches import NO_VERDICTS, Matches, PairVerdicts, rescored, rows_of
from embedcore.match.reasons import LABELS
from embedcore.match.score import PairWeights

# Chosen by hand.
LOOSE = 0.2  # standard deviation of the prior on each standardised weight
_BIAS = 1.0  # of the prior on the bias
_STEPS = 50  # of Newton's method at most
_UNSURE, _SHOWN = 0.01, 0.01  # p (1 - p) from which a pair is worth asking about; changes of a weight worth naming


@dataclass(frozen=True, eq=False)
class Taught:
    """weights: the moved weights. matches: the pairs by them. used: verdicts that are among the pairs. changed: plain
    sentences, the largest change first, at most five. flipped: rows that became, or are no longer, the same.

    >>> from embedcore.match.score import shipped
    >>> Taught(shipped(meaning=False), None, 0, ("“the same brand” counts more than before.",), np.empty(0)).used
    0
    """

    weights: PairWeights
    matches: Matches
    used: int
    changed: tuple[str, ...]
    flipped: np.ndarray


def ask(matches: Matches, verdicts: PairVerdicts = NO_VERDICTS, count: int = 10, seed: int = 0) -> np.ndarray:
    """(<= count,) rows of the pairs to ask about (uncertainty sampling, Lewis and Gale 1994): half where the matcher is
    least sure, half at random among the uncertain. No product comes twice in one round, and no pair with a verdict.

    >>> import pandas as pd
    >>> from embedcore import Catalogue, Dataset
    >>> from embedcore.match.finding import find
    >>> table = pd.DataFrame({"id": ["a", "b", "c"], "name": ["Red tea pot", "Red tea pot XL", "Oak shelf"]})
    >>> len(ask(find(Dataset.build("shop", Catalogue(table, {"id": "id", "name": "title"}))), count=1))
    1
    """
    rng = np.random.default_rng([seed, len(verdicts.a)])
    p = matches.probability
    unsure = p * (1 - p)
    judged = rows_of(matches, verdicts)
    unsure[judged[judged >= 0]] = 0
    pool = np.flatnonzero(unsure > _UNSURE)
    if not len(pool):
        pool = np.flatnonzero(unsure > 0)
    if not len(pool):
        return np.empty(0, np.int64)
    by_doubt = pool[np.lexsort((rng.random(len(pool)), -np.round(unsure[pool], 2)))]
    at_random = rng.choice(pool, len(pool), replace=False, p=unsure[pool] / unsure[pool].sum())
    chosen: list[int] = []
    seen: set[int] = set()
    for rows, most in ((by_doubt, (count + 1) // 2), (at_random, count)):
        for row in rows:
            if len(chosen) >= most:
                break
            pair = {int(matches.a[row]), int(matches.b[row])}
            if not pair & seen:
                chosen.append(int(row))
                seen |= pair
    return np.array(chosen, np.int64)


def teach(matches: Matches, verdicts: PairVerdicts) -> Taught:
    """Move the weights towards the verdicts: the most likely weights when each one is normally distributed around the
    one before with a small spread (a maximum a posteriori step; a plain refit after ten answers forgets everything).

    Start from matches whose weights have not been taught these verdicts; all verdicts are used together.

    >>> import pandas as pd
    >>> from embedcore import Catalogue, Dataset
    >>> from embedcore.match.finding import find
    >>> table = pd.DataFrame({"id": ["a", "b", "c"], "name": ["Red tea pot", "Red tea pot XL", "Oak shelf"]})
    >>> shop = Dataset.build("shop", Catalogue(table, {"id": "id", "name": "title"}))
    >>> answer = pd.DataFrame({"id_a": ["a"], "id_b": ["b"], "verdict": ["different"]})
    >>> teach(find(shop), PairVerdicts.of(shop, answer)).used
    1
    """
    rows = rows_of(matches, verdicts)
    y = verdicts.same[rows >= 0].astype(np.float64)
    rows = rows[rows >= 0]
    start = matches.weights
    if not len(rows):
        return Taught(start, rescored(matches, start, verdicts), 0, (), np.empty(0, np.int64))
    place = {name: k for k, name in enumerate(matches.names)}
    table = np.zeros((len(rows), len(start.names)))
    for k, name in enumerate(start.names):
        table[:, k] = matches.features[rows, place[name]] if name in place else start.mean[k]
    z = np.c_[start.standard(table), np.ones(len(rows))]
    step = _most_likely(z, y, matches.evidence[rows] + matches.moved, np.r_[np.full(len(start.names), LOOSE), _BIAS])
    # The answers know more about the share of matches than a new estimate without them would: `moved` stays.
    weights = replace(start, weight=start.weight + step[:-1], bias=start.bias + float(step[-1]), moved=matches.moved)
    after = rescored(matches, weights, verdicts)
    return Taught(
        weights,
        after,
        len(rows),
        _changes(start.names, start.weight, step[:-1]),
        np.flatnonzero(after.same != matches.same),
    )


def _most_likely(z: np.ndarray, y: np.ndarray, base: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """(F,) the step of the weights: Newton's method on the log loss of y (m,) given z (m, F) plus half the squared step
    in units of `spread` (F,). base: (m,) log odds before the step, which scikit-learn's logistic regression cannot hold
    fixed: it has no offset for each row."""
    step = np.zeros(z.shape[1])
    hold = 1 / spread**2
    for _ in range(_STEPS):
        p = logistic(base + z @ step)
        slope = z.T @ (p - y) + hold * step
        bend = (z * (p * (1 - p))[:, None]).T @ z + np.diag(hold)
        move = np.linalg.solve(bend, slope)
        step -= move
        if np.abs(move).max() < 1e-8:
            break
    return step


def _changes(names: tuple[str, ...], before: np.ndarray, step: np.ndarray) -> tuple[str, ...]:
    out = []
    for k in np.argsort(-np.abs(step), kind="stable")[:5]:
        if abs(step[k]) < _SHOWN:
            break
        more = abs(before[k] + step[k]) > abs(before[k])
        label = LABELS.get(names[k], names[k].removeprefix("like ") + " similar" * names[k].startswith("like "))
        out.append(f"“{label}” counts {'more' if more else 'less'} than before.")
    return tuple(out)
