"""The review of duplicates: the store holds what the screen shows, however quick the presses and slow the store."""

from __future__ import annotations

import random
import threading
import time
from pathlib import Path

import pytest
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData
from streamlit.testing.v1 import AppTest

from embedcore import EmbedError
from embedcore.store import Store
from pages.ui import services
from pages.ui.duplicates import decisions, texts
from tests.pages import shop
from tests.pages.app import check, open_page, words
from tests.pages.test_matching import button, stored


@pytest.fixture
def keys(home: Path) -> dict[str, str]:
    """A shop in which three products are listed twice."""
    return shop.fill(home, shop.dataset(), "planted")


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The store is so slow that the browser asks for another run of the page while it writes."""
    write = Store.set_verdicts

    def slowly(self: Store, *what: object) -> None:
        write(self, *what)
        if (page := get_script_run_ctx(suppress_warning=True)) is not None:
            again = RerunData(query_string=page.query_string, page_script_hash=page.page_script_hash)
            page.script_requests.request_rerun(again)

    monkeypatch.setattr(Store, "set_verdicts", slowly)


def undo_all(app: AppTest) -> None:
    """Press Undo as long as the page offers it."""
    while [b for b in app.button if b.label == texts.UNDO]:
        button(app, "undo").click().run()
        check(app, texts.REVIEWED)


@pytest.mark.parametrize("look", texts.LOOK)
@pytest.mark.usefixtures("busy")
def test_a_verdict_during_another_run_of_the_page_is_shown_and_undone(keys, home: Path, look: str) -> None:
    app = open_page("duplicates", look=look, run=keys["planted"][:12])
    button(app, "same:").click().run()
    assert set(stored(home, keys["data"]).values()) == {"same"}
    assert texts.DONE["same"] in words(app)
    button(app, "undo").click().run()
    assert texts.DONE["same"] not in words(app)
    assert not stored(home, keys["data"])


@pytest.mark.parametrize("look", texts.LOOK)
def test_two_presses_on_one_screen_are_one_decision(keys, home: Path, look: str) -> None:
    app = open_page("duplicates", look=look, run=keys["planted"][:12])
    first, second = [b for b in app.button if str(b.key).startswith("same:")][:2]
    first.click()
    second.click()
    app.run()
    check(app, texts.DONE["same"])
    assert len(stored(home, keys["data"])) == 1, "the screen shows one decision"
    undo_all(app)
    assert not stored(home, keys["data"])


@pytest.mark.parametrize("look", texts.LOOK)
def test_decisions_are_undone_one_after_the_other(keys, home: Path, look: str) -> None:
    app = open_page("duplicates", look=look, run=keys["planted"][:12])
    button(app, "same:").click().run()
    before = stored(home, keys["data"])
    button(app, "different:").click().run()
    assert len(stored(home, keys["data"])) > len(before)
    button(app, "undo").click().run()
    assert stored(home, keys["data"]) == before
    assert texts.DONE["same"] in words(app)
    undo_all(app)
    assert not stored(home, keys["data"])


def test_a_key_pressed_while_the_next_screen_is_drawn_counts_for_that_one_only(keys) -> None:
    data = keys["data"]
    services.store()
    desk = decisions.Desk(decisions.Ledger(data))
    old = desk.show("groups", 1, "0-20")
    new = desk.show("teach", ("p00", "p00x"))
    for stamp, pair in ((old, ("p01", "p01x")), (new, ("p00", "p00x")), (new, ("p02", "p02x"))):
        decisions.decide(desk, stamp, "", [pair], "same")
    assert [(a, b) for a, b, _ in services.verdicts(data)] == [("p00", "p00x")]
    assert len(desk.ledger.past) == 1
    assert desk.missed == 1, "the page says that one press did not count"


class Door:
    """A lock that says when somebody is about to wait for it."""

    def __init__(self, knock: threading.Event) -> None:
        self._lock, self._knock = threading.Lock(), knock

    def __enter__(self) -> None:
        if self._lock.locked():
            self._knock.set()
        self._lock.acquire()

    def __exit__(self, *error: object) -> None:
        self._lock.release()


def test_a_page_that_is_drawn_while_a_press_is_stored_shows_it(keys, monkeypatch: pytest.MonkeyPatch) -> None:
    data, write = keys["data"], Store.set_verdicts
    begun, go = threading.Event(), threading.Event()

    def slowly(self: Store, *what: object) -> None:
        begun.set()
        assert go.wait(60), "nobody waits"
        write(self, *what)

    monkeypatch.setattr(Store, "set_verdicts", slowly)
    services.store()
    desk = decisions.desk(data)
    desk.ledger.busy = Door(go)
    press = threading.Thread(
        target=decisions.decide, args=(desk, desk.show("groups"), "red shoe", [("p00", "p00x")], "same")
    )
    press.start()
    assert begun.wait(60)
    monkeypatch.setitem(st.session_state, "duplicates:desk", desk)
    decisions.desk(data)  # as the page does first
    assert services.verdicts(data) == (("p00", "p00x", "same"),)
    assert [d.name for d in desk.ledger.past] == ["red shoe"]
    go.set()
    press.join()


def test_a_verdict_that_changes_nothing_does_not_hide_the_last_one(keys) -> None:
    desk = decisions.Desk(decisions.Ledger(keys["data"]))
    for _ in range(2):
        decisions.decide(desk, desk.show("groups"), "red shoe", [("p00", "p00x")], "same")
    assert len(desk.ledger.past) == 1
    decisions.undo(desk, desk.ledger.given)
    assert not services.verdicts(keys["data"])


def test_presses_on_one_screen_at_the_same_moment_are_one_decision(keys, monkeypatch: pytest.MonkeyPatch) -> None:
    write, all_here = Store.set_verdicts, threading.Barrier(6)

    def slowly(self: Store, *what: object) -> None:
        time.sleep(0.05)
        write(self, *what)

    monkeypatch.setattr(Store, "set_verdicts", slowly)
    services.store()
    desk = decisions.Desk(decisions.Ledger(keys["data"]))
    stamp = desk.show("groups")

    def press(n: int) -> None:
        all_here.wait(60)
        decisions.decide(desk, stamp, "", [(f"p0{n}", f"p0{n}x")], "same")

    threads = [threading.Thread(target=press, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(services.verdicts(keys["data"])) == len(desk.ledger.past) == 1
    assert desk.missed == 5


def test_undo_leaves_what_another_tab_has_decided_since(keys) -> None:
    data = keys["data"]
    ledger = decisions.Ledger(data)
    desk, other = decisions.Desk(ledger), decisions.Desk(ledger)
    decisions.decide(desk, desk.show("groups"), "", [("p00", "p00x"), ("p01", "p01x")], "same")
    shown = ledger.given
    decisions.decide(other, other.show("groups"), "", [("p00", "p00x")], "different")
    decisions.undo(desk, shown)
    assert services.verdicts(data) == (("p00", "p00x", "different"),)


def test_undo_takes_back_the_decision_beside_it_and_only_once(keys) -> None:
    desk = decisions.Desk(decisions.Ledger(keys["data"]))
    decisions.decide(desk, desk.show("groups"), "", [("p00", "p00x")], "same")
    shown = desk.ledger.given
    decisions.decide(desk, desk.show("groups"), "", [("p01", "p01x")], "same")
    for _ in range(2):
        decisions.undo(desk, shown)
    assert services.verdicts(keys["data"]) == (("p01", "p01x", "same"),)
    assert [d.number for d in desk.ledger.past] == [shown + 1]


def test_a_lost_connection_leaves_the_last_verdict_with_its_undo(keys, home: Path) -> None:
    app = open_page("duplicates", look="same", run=keys["planted"][:12])
    button(app, "same:").click().run()
    again = open_page("duplicates", look="same", run=keys["planted"][:12])
    assert texts.DONE["same"] in words(again)
    button(again, "undo").click().run()
    assert not stored(home, keys["data"])
    button(app, "undo").click().run()  # the first tab still shows it: nothing is left to take back
    check(app, texts.REVIEWED)
    assert texts.DONE["same"] not in words(app)


def test_a_verdict_that_cannot_be_stored_is_no_decision(keys, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page("duplicates", look="same", run=keys["planted"][:12])

    def full(*_: object) -> None:
        raise EmbedError("The data folder cannot be written.", "Make room on the disk.")

    with monkeypatch.context() as disk:
        disk.setattr(Store, "set_verdicts", full)
        button(app, "same:").click().run()
        assert texts.NOT_STORED in words(app)
        assert texts.DONE["same"] not in words(app)
    button(app, "same:").click().run()
    assert texts.NOT_STORED not in words(app)
    assert set(stored(home, keys["data"]).values()) == {"same"}


def test_however_presses_fall_together_all_of_them_can_be_undone(keys, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three tabs, six threads that press what is shown just then, a store that lets others pass while it writes."""
    data, write, chance = keys["data"], Store.set_verdicts, random.Random(0)

    def slowly(self: Store, *what: object) -> None:
        time.sleep(chance.random() / 300)
        write(self, *what)
        time.sleep(chance.random() / 300)

    monkeypatch.setattr(Store, "set_verdicts", slowly)
    services.store()
    ledger = decisions.Ledger(data)
    desks = [decisions.Desk(ledger) for _ in range(3)]
    pairs = [("p00", "p00x"), ("p01", "p01x"), ("p02", "p02x")]

    def press(seed: int) -> None:
        pick, at = random.Random(seed), desks[seed % 3]
        for _ in range(15):
            shown = at.last
            if shown is not None and pick.random() < 0.6:
                decisions.undo(at, shown.number)
                decisions.undo(at, shown.number)
            else:
                about, verdict = pick.sample(pairs, pick.randint(1, 3)), pick.choice(["same", "different", None])
                decisions.decide(at, at.show("list"), "", about, verdict)

    threads = [threading.Thread(target=press, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ledger.given > 10
    newest: dict[decisions.Pair, str | None] = {}
    for decision in ledger.past:
        newest |= dict.fromkeys(decision.before, decision.verdict)
    held = decisions.by_pair(services.verdicts(data))
    assert held == {p: v for p, v in newest.items() if v}, "the store holds what the lines say"
    left = [d.number for d in ledger.past]
    random.Random(1).shuffle(left)
    for number in left:
        decisions.undo(desks[0], number)
    assert not ledger.past
    assert not services.verdicts(data)
