"""What a person decides about pairs of products: stored first, said then, and each taken back by its own number.

A press counts once, for the screen it was made on, or the page says that it did not count. Three things see to that,
however slow the machine. A page that is drawn while a press is being stored waits for it (`desk`). Streamlit stops a
callback at any access to the session state when another press comes in, so callbacks here touch none. The browser keeps
buttons of the last screen until the new one is drawn, so each carries the stamp of its screen. What was decided is kept
by the server, not by the tab: after a refresh or a lost connection the last verdict still stands there with its Undo.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations
from threading import Lock

import streamlit as st

from embedcore import Dataset, EmbedError
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
    """What one press changed. number: no other decision on the dataset has it. name: of the product. before: what was
    stored about each pair."""

    number: int
    name: str
    verdict: str | None
    before: Mapping[Pair, str | None]


@dataclass
class Ledger:
    """What was decided about one dataset since the server started, by all tabs. given: how many so far. past: those
    that can be undone, the newest last. busy: held while a press is stored."""

    data: str
    given: int = 0
    past: list[Decision] = field(default_factory=list)
    busy: Lock = field(default_factory=Lock, repr=False, compare=False)


@dataclass
class Desk:
    """What this tab shows of it. screen: what is shown. turn: grows with every press that counted. skipped: keys of
    units put aside. missed: presses since then that did not count. problem: why the last one could not be stored."""

    ledger: Ledger
    screen: str = ""
    turn: int = 0
    skipped: list[str] = field(default_factory=list)
    missed: int = 0
    problem: EmbedError | None = None

    @property
    def data(self) -> str:
        """The dataset."""
        return self.ledger.data

    @property
    def last(self) -> Decision | None:
        """The newest decision that can be undone."""
        past = self.ledger.past
        return past[-1] if past else None

    def show(self, *what: object) -> Stamp:
        """From here on the screen is this one; buttons of another one no longer count."""
        self.screen = repr(what)
        return Stamp(self.screen, self.turn)


@services.resource(max_entries=64)
def ledger(data: str) -> Ledger:
    """The one ledger of a dataset."""
    return Ledger(data)


def desk(data: str) -> Desk:
    """The desk of this tab, once no press is being stored any more: call it before what is stored is read."""
    found = st.session_state.get("duplicates:desk")
    if not isinstance(found, Desk) or found.data != data:
        found = st.session_state["duplicates:desk"] = Desk(ledger(data))
    with found.ledger.busy:
        return found


def decide(at: Desk, stamp: Stamp, name: str, about: Iterable[Pair], verdict: str | None) -> None:
    """Store a verdict on pairs (None takes it back), and remember what was there. name: of the product."""
    _press(at, lambda: stamp == Stamp(at.screen, at.turn), lambda: _store(at.ledger, name, about, verdict))


def accept(at: Desk, turn: int, name: str, about: Iterable[Pair]) -> None:
    """Mark many pairs as the same at once, regardless of what is listed below. name: what they are."""
    _press(at, lambda: turn == at.turn, lambda: _store(at.ledger, name, about, "same"))


def undo(at: Desk, number: int) -> None:
    """Put back what that decision changed, except where somebody has decided since. Doing it again changes nothing."""
    _press(at, lambda: True, lambda: _take_back(at.ledger, number))


def skip(at: Desk, stamp: Stamp, key: str) -> None:
    """Put a unit aside; it comes last."""
    _press(at, lambda: stamp == Stamp(at.screen, at.turn), lambda: at.skipped.append(key))


def _press(at: Desk, belongs: Callable[[], bool], change: Callable[[], None]) -> None:
    """One press of a button, if it belongs to the screen that is shown; what became of it stands on the desk."""
    with at.ledger.busy:
        if not belongs():
            at.missed += 1
            return
        try:
            change()
        except EmbedError as e:
            at.problem = e
            return
        at.turn += 1
        at.missed, at.problem = 0, None


def _store(ledger: Ledger, name: str, about: Iterable[Pair], verdict: str | None) -> None:
    store = services.store()
    known = by_pair(store.verdicts(ledger.data).itertuples(index=False))
    before = {p: known.get(p) for p in about if known.get(p) != verdict}
    store.set_verdicts(ledger.data, [(a, b, verdict) for a, b in before])
    if before:
        ledger.given += 1
        ledger.past = [*ledger.past[1 - _REMEMBERED :], Decision(ledger.given, name, verdict, before)]


def _take_back(ledger: Ledger, number: int) -> None:
    """As if that decision had never been made: a later one about the same pair keeps its word, and its own Undo then
    leads to what was there before both."""
    found = next((d for d in ledger.past if d.number == number), None)
    if found is None:
        return
    store, open_pairs, past = services.store(), dict(found.before), []
    for d in ledger.past:
        heirs = {p: open_pairs.pop(p) for p in d.before if d.number > number and p in open_pairs}
        if d.number != number:
            past.append(replace(d, before={**d.before, **heirs}))
    known = by_pair(store.verdicts(ledger.data).itertuples(index=False))
    store.set_verdicts(ledger.data, [(*p, old) for p, old in open_pairs.items() if known.get(p) == found.verdict])
    ledger.past = past


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
