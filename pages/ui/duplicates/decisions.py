"""What a person decides about pairs of products: stored at once, by the screen it was decided on, and undone in order.

A press is lost or counts once; it never counts for another screen than the one it was made on. Streamlit may stop a
callback at any access to the session state when another press comes in, and the browser keeps buttons of the last
screen, keys included, until the new one is drawn. So callbacks here touch no session state, and each carries the
stamp of the screen it belongs to. For the other press it starts another run of the page beside the first: that one
waits until the callback has ended, or it would show what was there before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from threading import Lock

import streamlit as st

from embedcore import Dataset
from pages.ui import services

Pair = tuple[str, str]
_REMEMBERED = 50  # decisions that can be undone


@dataclass(frozen=True)
class Unit:
    """Something to decide: a group of products, or a pair that is in none. items: positions in Dataset.items.
    score: the weakest pair in it. pairs: the pairs of ids that “the same” is about."""

    items: tuple[int, ...]
    score: float
    pairs: tuple[Pair, ...]

    @property
    def key(self) -> str:
        """Names it in keys of widgets."""
        return "-".join(map(str, self.items))


@dataclass(frozen=True)
class Stamp:
    """The screen that a button belongs to."""

    screen: str
    turn: int


@dataclass(frozen=True)
class Decision:
    """What one press changed. name: of the product. before: what was stored about each pair."""

    name: str
    verdict: str | None
    before: Mapping[Pair, str | None]


@dataclass
class Desk:
    """What this tab decides about one dataset. screen: what is shown. turn: grows with every press that counted.
    past: decisions, the newest last. skipped: keys of units put aside. busy: held while a press is stored."""

    data: str
    screen: str = ""
    turn: int = 0
    past: list[Decision] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    busy: Lock = field(default_factory=Lock, repr=False, compare=False)

    def show(self, *what: object) -> Stamp:
        """From here on the screen is this one; buttons of another one no longer count."""
        self.screen = repr(what)
        return Stamp(self.screen, self.turn)


def desk(data: str) -> Desk:
    """The desk of this tab, once no press is being stored any more: call it before what is stored is read."""
    found = st.session_state.get("duplicates:desk")
    if not isinstance(found, Desk) or found.data != data:
        found = st.session_state["duplicates:desk"] = Desk(data)
    with found.busy:
        return found


def decide(at: Desk, stamp: Stamp, name: str, about: Iterable[Pair], verdict: str | None) -> None:
    """Store a verdict on pairs (None takes it back), and remember what was there. name: of the product."""
    with at.busy:
        if stamp.screen == at.screen:
            _store(at, stamp.turn, name, about, verdict)


def accept(at: Desk, turn: int, name: str, about: Iterable[Pair]) -> None:
    """Mark many pairs as the same at once, regardless of what is listed below. name: what they are."""
    with at.busy:
        _store(at, turn, name, about, "same")


def _store(at: Desk, turn: int, name: str, about: Iterable[Pair], verdict: str | None) -> None:
    store = services.store()
    if turn != at.turn:
        return
    at.turn += 1
    known = by_pair(store.verdicts(at.data).itertuples(index=False))
    before = {p: known.get(p) for p in about if known.get(p) != verdict}
    store.set_verdicts(at.data, [(a, b, verdict) for a, b in before])
    if before:
        at.past = [*at.past[1 - _REMEMBERED :], Decision(name, verdict, before)]


def undo(at: Desk, turn: int) -> None:
    """Put back what the last decision changed, except where another tab has decided since."""
    store = services.store()
    with at.busy:
        if turn != at.turn or not at.past:
            return
        at.turn += 1
        last = at.past[-1]
        known = by_pair(store.verdicts(at.data).itertuples(index=False))
        store.set_verdicts(at.data, [(*p, old) for p, old in last.before.items() if known.get(p) == last.verdict])
        at.past.pop()


def skip(at: Desk, stamp: Stamp, key: str) -> None:
    """Put a unit aside; it comes last."""
    with at.busy:
        if stamp == Stamp(at.screen, at.turn):
            at.turn += 1
            at.skipped.append(key)


def pair(a: str, b: str) -> Pair:
    """Two ids in the order in which verdicts are stored."""
    return (a, b) if a <= b else (b, a)


def by_pair(rows: Iterable[tuple[str, ...]]) -> dict[Pair, str]:
    """Verdicts by pair, from rows that begin with id, id, verdict."""
    return {pair(str(a), str(b)): str(verdict) for a, b, verdict, *_ in rows}


def all_pairs(dataset: Dataset, items: Iterable[int]) -> tuple[Pair, ...]:
    """Every pair among these products."""
    return tuple(pair(str(dataset.items[a]), str(dataset.items[b])) for a, b in combinations(items, 2))


def one_out(dataset: Dataset, items: Iterable[int], item: int) -> tuple[Pair, ...]:
    """The pairs of one product with each of the others."""
    return tuple(pair(str(dataset.items[item]), str(dataset.items[i])) for i in items if i != item)


def gathered(dataset: Dataset, verdicts: Mapping[Pair, str], verdict: str) -> list[Unit]:
    """What was decided: products marked as the same, gathered; or each pair marked as different."""
    marked = [p for p, v in verdicts.items() if v == verdict and p[0] in dataset.index and p[1] in dataset.index]
    if verdict == "different":
        return [Unit(tuple(dataset.index[i] for i in p), float("nan"), (p,)) for p in marked]
    leader: dict[str, str] = {}

    def find(i: str) -> str:
        while leader.setdefault(i, i) != i:
            i = leader[i]
        return i

    for a, b in marked:
        leader[find(a)] = find(b)
    members: dict[str, list[Pair]] = {}
    for p in marked:
        members.setdefault(find(p[0]), []).append(p)
    items = [tuple(sorted({dataset.index[i] for p in pairs for i in p})) for pairs in members.values()]
    return [Unit(i, float("nan"), tuple(p)) for i, p in zip(items, members.values(), strict=True)]
