"""Work that a page offers: a button, its progress, what went wrong, and no second start by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from embedcore.jobs import Jobs
from embedcore.store import Store
from pages.ui import services
from pages.ui.texts import STOPPED
from tests.pages.app import words
from tests.unit.jobs.small_kinds import QUESTIONS, Count, Explain, Keep


@pytest.fixture
def jobs(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Jobs]:
    store = Store.open(home)
    opened = Jobs(store, warm=False, questions=QUESTIONS)
    monkeypatch.setattr(services, "store", lambda: store)
    monkeypatch.setattr(services, "jobs", lambda: opened)
    yield opened
    opened.close()
    store.close()


def page(work, by_itself):  # type: ignore[no-untyped-def]
    import streamlit as st

    from pages.ui import jobs as job_ui

    st.title("A page")
    job_ui.offer(work, "Start", key="go", icon=":material/play_arrow:", note="It takes a while.", by_itself=by_itself)


def offered(work: Any, *, by_itself: bool = False) -> AppTest:
    app = AppTest.from_function(page, default_timeout=30, args=(work, by_itself)).run()
    assert not app.exception
    return app


def labels(app: AppTest) -> list[str]:
    return [b.label for b in app.button]


def test_nothing_starts_before_the_button_and_a_second_page_joins(jobs: Jobs) -> None:
    work = Count("k", 100_000, 0.01)
    app = offered(work)
    assert labels(app) == ["Start"]
    assert jobs.live() == []
    app.button[0].click().run()
    (job,) = jobs.live()
    assert "Start" not in labels(app)
    assert "It takes a while." in words(app)
    other = offered(work)
    assert "Start" not in labels(other), "a colleague sees the same work"
    assert "Cancel" in labels(other)
    jobs.cancel(job.id)
    app.run()
    assert STOPPED in words(app)
    assert "Start" in labels(app)
    assert STOPPED not in words(offered(work)), "who comes later is not told of it"


def test_what_failed_says_why_and_is_not_started_again_by_itself(jobs: Jobs) -> None:
    app = offered(Explain("k"), by_itself=True)
    (job,) = [*jobs.live(), *jobs.recent()]
    jobs.wait(job.id, 30)
    app.run()
    assert any("The file is empty" in e.value for e in app.error)
    assert labels(app) == ["Start"]
    app.run()
    assert [j.id for j in (*jobs.live(), *jobs.recent())] == [job.id]
    app.button[0].click().run()
    again = [j for j in (*jobs.live(), *jobs.recent()) if j.id != job.id]
    assert len(again) == 1
    jobs.wait(again[0].id, 30)


def test_work_on_what_is_gone_fails_with_a_sentence_on_the_page(jobs: Jobs) -> None:
    app = offered(Keep("deleted"), by_itself=True)
    (job,) = [*jobs.live(), *jobs.recent()]
    jobs.wait(job.id, 30)
    app.run()
    assert any("This dataset is not" in e.value for e in app.error)
