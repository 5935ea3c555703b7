"""The review of duplicates: the store holds what the screen shows, however quick the presses and slow the store."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData
from streamlit.testing.v1 import AppTest

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
    desk = decisions.Desk(data)
    old = desk.show("groups", 1, "0-20")
    new = desk.show("teach", ("p00", "p00x"))
    for stamp, pair in ((old, ("p01", "p01x")), (new, ("p00", "p00x")), (new, ("p02", "p02x"))):
        decisions.decide(desk, stamp, "", [pair], "same")
    assert [(a, b) for a, b, _ in services.verdicts(data)] == [("p00", "p00x")]
    assert len(desk.past) == 1


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
    desk.busy = Door(go)
    press = threading.Thread(
        target=decisions.decide, args=(desk, desk.show("groups"), "red shoe", [("p00", "p00x")], "same")
    )
    press.start()
    assert begun.wait(60)
    monkeypatch.setitem(st.session_state, "duplicates:desk", desk)
    decisions.desk(data)  # as the page does first
    assert services.verdicts(data) == (("p00", "p00x", "same"),)
    assert [d.name for d in desk.past] == ["red shoe"]
    go.set()
    press.join()


def test_a_verdict_that_changes_nothing_does_not_hide_the_last_one(keys) -> None:
    desk = decisions.Desk(keys["data"])
    for _ in range(2):
        decisions.decide(desk, desk.show("groups"), "red shoe", [("p00", "p00x")], "same")
    assert len(desk.past) == 1
    decisions.undo(desk, desk.turn)
    assert not services.verdicts(keys["data"])


def test_undo_leaves_what_another_tab_has_decided_since(keys) -> None:
    data = keys["data"]
    desk, other = decisions.Desk(data), decisions.Desk(data)
    decisions.decide(desk, desk.show("groups"), "", [("p00", "p00x"), ("p01", "p01x")], "same")
    decisions.decide(other, other.show("groups"), "", [("p00", "p00x")], "different")
    decisions.undo(desk, desk.turn)
    assert services.verdicts(data) == (("p00", "p00x", "different"),)


def test_undo_is_about_the_decision_beside_it(keys) -> None:
    desk = decisions.Desk(keys["data"])
    decisions.decide(desk, desk.show("groups"), "", [("p00", "p00x")], "same")
    shown = desk.turn
    decisions.decide(desk, desk.show("groups"), "", [("p01", "p01x")], "same")
    decisions.undo(desk, shown)
    assert len(services.verdicts(keys["data"])) == 2
