"""Unusual products: cells that do not go with the rest of their row, from what a model expects in each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

from embedcore.data import Dataset
from embedcore.progress import Progress, silent

VERSION = 1  # raise it when the same table gets other scores
FILE, FACTS = "unusual.parquet", "facts.json"  # what the job "anomalies" leaves
BETWEEN = " | "  # the reasons in `more`
COLUMNS = ("item", "id", "score", "column", "value", "expected", "probability", "seen", "reason", "more")
_TOP = 3  # cells of a product that are named
_LEAST = 1e-6  # a probability below this is not told apart from it
_FAR, _MOST = 3.0, 20.0  # robust standard deviations from which a number is surprising for its size; at most so much
_CALM = 0.25  # standard deviations: a column is not taken for calmer than this
_PLAIN = 0.5  # surprise below which a cell is as expected: p above .6


class CellExpectations(Protocol):
    """What a model that sees the rest of each row expects in one column (n products).

    value: (n,) probability of what stands there. likely: (n,) what it would say (object values, None for an empty
    cell; float64 for numbers). share: (n,) probability of `likely`, for a number of the range low..high around it.
    off: (n,) a number's distance from `likely` in standard deviations, NaN where missing; None for categories."""

    @property
    def column(self) -> str: ...
    @property
    def value(self) -> np.ndarray: ...
    @property
    def likely(self) -> np.ndarray: ...
    @property
    def share(self) -> np.ndarray: ...
    @property
    def low(self) -> np.ndarray | None: ...
    @property
    def high(self) -> np.ndarray | None: ...
    @property
    def off(self) -> np.ndarray | None: ...


@dataclass(frozen=True)
class ExpectedText:
    """What goes with the rest of a row, in words. probability: of `text`. middle: a number's, else None."""

    text: str
    probability: float
    middle: float | None = None
    low: float | None = None
    high: float | None = None


def key(dataset: str, exclude: Sequence[str] = (), run: str | None = None, seed: int = 0) -> str:
    """The key of an "anomalies" job: all that determines its result."""
    return json.dumps([VERSION, dataset, sorted(exclude), run, seed])


def surprise(hint: CellExpectations) -> np.ndarray:
    """(n,) how little each cell of a column goes with the rest of its row: -log of its probability, and for a number
    what it stands further out than 3 robust standard deviations of such misses."""
    found = -np.log(np.clip(hint.value.astype(np.float64), _LEAST, 1.0))
    if hint.off is not None and np.isfinite(hint.off).any():
        off = hint.off - np.nanmedian(hint.off)
        spread = max(1.4826 * float(np.nanmedian(np.abs(off))), _CALM)
        found += np.nan_to_num(np.clip(np.abs(off) / spread - _FAR, 0.0, _MOST))
    return np.asarray(found)


def unusual(
    dataset: Dataset, hints: Iterable[CellExpectations], of: int, known: np.ndarray, progress: Progress = silent
) -> pd.DataFrame:
    """Every product with its most surprising cell, the most unusual first; columns COLUMNS.

    hints: one per column, `of` of them, each over all of `dataset.items`. known: positions of the products to list.
    score: sum over the columns of `surprise`, so that one impossible cell weighs as much as several odd ones.
    probability: of `expected`; seen: of what stands there. more: the reasons of the next cells that stand out.
    Distances to the nearest products were tried beside it and found no swapped cell that this does not find."""
    n = len(dataset)
    total = np.zeros(n)
    best = np.full((n, _TOP), -1.0)  # surprise of the oddest cells, and which columns they are in
    where = np.full((n, _TOP), -1)
    seen = np.ones((n, _TOP))
    guesses: list[tuple[str, dict[int, ExpectedText]]] = []
    for j, hint in enumerate(hints):
        found = surprise(hint)
        total += found
        place = (best >= found[:, None]).sum(1)
        kept = np.flatnonzero(place < _TOP)
        for k in range(_TOP - 1, -1, -1):
            rows = kept[place[kept] <= k]
            if k:
                shift = rows[place[rows] < k]
                for a in (best, where, seen):
                    a[shift, k] = a[shift, k - 1]
            rows = kept[place[kept] == k]
            best[rows, k], where[rows, k], seen[rows, k] = found[rows], j, hint.value[rows]
        role = dataset.catalogue.roles.get(hint.column, "") if dataset.catalogue is not None else ""
        named = np.intersect1d(kept, known)
        first = (where[named, 0] == j) | (found[named] > _PLAIN)
        guesses.append((hint.column, {int(i): _guess(hint, int(i), role) for i in named[first]}))
        progress(j + 1, of, note=f"Looking at “{hint.column}”")
    order = known[np.lexsort((known, -total[known]))]
    return _frame(dataset, order, total, best, where, seen, guesses)


def _frame(
    dataset: Dataset,
    order: np.ndarray,
    total: np.ndarray,
    best: np.ndarray,
    where: np.ndarray,
    seen: np.ndarray,
    guesses: list[tuple[str, dict[int, ExpectedText]]],
) -> pd.DataFrame:
    roles = dict(dataset.catalogue.roles) if dataset.catalogue is not None else {}
    cells = {name: dataset.column(name).to_numpy(dtype=object) for name, _ in guesses}
    rows = []
    for i in order:
        said = []
        for k in range(_TOP):
            if where[i, k] < 0 or (k and best[i, k] <= _PLAIN):
                continue
            name, known = guesses[where[i, k]]
            value = written(cells[name][i], roles[name])
            said.append((name, value, known[int(i)], float(seen[i, k]), best[i, k], cells[name][i]))
        if not said:
            continue
        reasons = [_sentence(name, value, guess, p, s, raw, roles[name]) for name, value, guess, p, s, raw in said]
        name, value, guess, p = said[0][:4]
        rows.append(
            (
                int(i),
                str(dataset.items[i]),
                round(float(total[i]), 4),
                name,
                value,
                guess.text,
                round(guess.probability, 4),
                round(p, 6),
                reasons[0],
                BETWEEN.join(reasons[1:]),
            )
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _guess(hint: CellExpectations, i: int, role: str) -> ExpectedText:
    likely, share = hint.likely[i], float(hint.share[i])
    if hint.off is None:
        return ExpectedText("" if likely is None else str(likely), share)
    if not np.isfinite(likely):
        return ExpectedText("", share)
    low, high = (float(e[i]) if e is not None else float(likely) for e in (hint.low, hint.high))
    ends = written(low, role), written(high, role)
    text = ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"
    return ExpectedText(text, share, float(likely), low, high)


def _sentence(name: str, value: str, guess: ExpectedText, p: float, odd: float, raw: Any, role: str) -> str:
    """One plain sentence about a cell, without a full stop."""
    if odd <= _PLAIN:
        return "nothing stands out"
    label = " ".join(name.replace("_", " ").split())
    stands = f"{label} is {value}" if value else f"{label} is empty"
    number = float(raw) if guess.middle is not None and value and role != "date" else None
    low, high = (np.nan if end is None else end for end in (guess.low, guess.high))
    inside = number is not None and low <= number <= high
    if guess.text == value or inside:
        return f"{stands}, which is rare among products like this ({_share(p)} of them)"
    if role == "price" and number is not None and guess.middle:
        times = number / guess.middle
        if times >= 1.9 or 0 < times <= 0.5:
            much = _times(times)
            return f"{stands}, {much} what products like this cost (about {written(guess.middle, role)})"
    expected = guess.text or "nothing there"
    have = "have" if guess.middle is not None or not guess.text or not value else "are"
    if guess.probability >= 0.5:
        return f"{stands}; {_like(guess.probability)} {have} {expected}"
    return f"{stands}; products like this most often {have} {expected} ({_share(guess.probability)})"


def _times(x: float) -> str:
    if x < 1:
        return f"only {x:.0%} of"
    return "twice" if x < 2.1 else f"{x:,.1f} times" if x < 10 else f"{x:,.0f} times"


def _like(p: float) -> str:
    return "nearly all products like this" if p >= 0.995 else f"{_share(p)} of products like this"


def _share(p: float) -> str:
    return f"{100 * p:.0f} %" if p >= 0.01 else "under 1 %"


def written(value: Any, role: str) -> str:
    """A cell as a person writes it; "" when it is missing. Dates may come as days since 1970."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return ""
    if role == "date":
        when = pd.Timestamp(value, unit="D") if isinstance(value, float | int) else pd.Timestamp(value)
        return f"{when:%Y-%m-%d}"
    if role == "price":
        return f"{float(value):,.2f}"
    if role == "number":
        x = float(value)
        digits = f"{x:.6g}"
        return f"{x:,.0f}" if x.is_integer() and abs(x) >= 10_000 else digits
    return " ".join(str(value).split())
