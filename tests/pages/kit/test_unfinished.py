"""Work that the end of a server cut short is told from the job table, on the page that began it and on Overview."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from embedcore.jobs import ImportFiles, JobKind, Jobs, Map, ReadFile, Train
from embedcore.store import JobRow, Store
from pages.ui import services
from pages.ui.texts import FILE_GONE, FORGET, FORGET_ALL, INTERRUPTED, RUN_AGAIN
from tests.pages.app import words
from tests.unit import example

BEGAN = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)


def left(home: Path, *works: JobKind, state: str = "running") -> None:
    """A server was killed while it did these, one after the other."""
    store = Store.open(home)
    for n, work in enumerate(works):
        began = BEGAN + timedelta(minutes=n)
        store.save_job(JobRow(f"job{n}", work.kind, work.key, work.title, work.spec(), state, began))
    store.close()


def shop(home: Path, tmp_path: Path) -> str:
    store = Store.open(home)
    example.dataset().save(tmp_path / "in")
    data = store.add_dataset(tmp_path / "in", "upload").hash
    store.close()
    return data


def train(data: str, key: str = "k") -> Train:
    return Train(data, "pca", {"dimension": 2}, 0, key, of=f"“PCA” {key}")


@pytest.fixture
def opened(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[Store, Jobs]]]:
    """The server that is started next; `next_server` opens it."""
    servers: list[tuple[Store, Jobs]] = []
    monkeypatch.setattr(services, "store", lambda: servers[-1][0])
    monkeypatch.setattr(services, "jobs", lambda: servers[-1][1])
    yield servers
    for store, jobs in servers:
        jobs.close()
        store.close()


def next_server(home: Path, opened: list[tuple[Store, Jobs]]) -> Jobs:
    store = Store.open(home)
    opened.append((store, Jobs(store, warm=False)))
    return opened[-1][1]


def page(data, kinds):  # type: ignore[no-untyped-def]
    import streamlit as st

    from pages.ui import unfinished

    st.title("A page")
    unfinished.notice("here", data, *kinds)


def drawn(data: str | None, *kinds: type[JobKind]) -> AppTest:
    app = AppTest.from_function(page, default_timeout=30, args=(data, kinds)).run()
    assert not app.exception
    return app


def labels(app: AppTest) -> list[str]:
    return [b.label for b in app.button]


def test_what_a_kill_cut_short_can_be_run_again_or_forgotten(
    home: Path, tmp_path: Path, opened: list[tuple[Store, Jobs]]
) -> None:
    data = shop(home, tmp_path)
    left(home, train(data), train(data, "other"))
    jobs = next_server(home, opened)
    app = drawn(data)
    assert words(app).count(INTERRUPTED) == 2
    assert "Training “PCA” k" in words(app)
    assert labels(app) == [RUN_AGAIN, FORGET] * 2
    next(b for b in app.button if b.label == FORGET).click().run()  # the newest
    assert "other" not in words(app)
    next(b for b in app.button if b.label == RUN_AGAIN).click().run()
    assert labels(app) == []
    assert app.session_state["train:job"] == "job0"
    assert jobs.wait("job0", 240).state == "done"
    assert labels(drawn(data)) == []


def test_it_is_told_until_the_same_was_computed_or_its_dataset_deleted(
    home: Path, tmp_path: Path, opened: list[tuple[Store, Jobs]]
) -> None:
    data = shop(home, tmp_path)
    left(home, train(data), Map("r", of="Shop", by_itself=True), Map("r", of="Shop"))
    jobs = next_server(home, opened)
    assert labels(drawn(data)) == [RUN_AGAIN, FORGET], "a map is drawn anew by its page"
    assert labels(drawn("another dataset")) == []
    assert labels(drawn(data, ImportFiles)) == []
    again = jobs.submit(train(data))
    assert again.id != "job0"
    assert labels(drawn(data)) == [], "it runs"
    jobs.cancel(again.id)
    assert labels(drawn(data)) == [], "somebody stopped it"
    opened[-1][0].delete_dataset(data)
    left_over = [job.id for job in jobs.unfinished()]
    assert left_over == []


def test_a_server_that_is_killed_again_and_again_leaves_no_wall_of_boxes(
    home: Path, tmp_path: Path, opened: list[tuple[Store, Jobs]]
) -> None:
    data = shop(home, tmp_path)
    left(home, *(train(data, f"k{n}") for n in range(7)))
    next_server(home, opened)
    app = drawn(data)
    assert words(app).count(INTERRUPTED) == 3
    assert "k6" in words(app)
    assert "and 4 more" in words(app)
    next(b for b in app.button if b.label == FORGET_ALL).click().run()
    assert labels(app) == []
    opened[-1][1].close()
    opened[-1][0].close()
    next_server(home, opened)
    assert labels(drawn(data)) == [], "also for the next server"


def test_an_import_is_run_again_while_its_table_is_here(home: Path, opened: list[tuple[Store, Jobs]]) -> None:
    work = ImportFiles("Shop", "a.csv", catalogue={"raw": "read", "roles": {"sku": "id"}}, of="Shop")
    read = ReadFile("spool/1f/a.csv", "1f", "a.csv", of="a.csv")
    left(home, work, read)
    for folder in ("raw/read", "spool/1f"):
        (home / folder).mkdir(parents=True)
    (home / "spool/1f/a.csv").write_text("sku\n1\n")
    next_server(home, opened)
    app = drawn(None)
    assert labels(app) == [RUN_AGAIN, FORGET] * 2
    for folder in ("raw/read", "spool/1f"):
        shutil.rmtree(home / folder)
    app = drawn(None)
    assert labels(app) == [FORGET] * 2
    assert FILE_GONE in words(app)


def test_the_time_is_when_the_server_was_last_seen_at_work(home: Path, tmp_path: Path) -> None:
    data = shop(home, tmp_path)
    left(home, train(data))
    seen = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=31)
    (home / "logs" / "alive").touch()
    os.utime(home / "logs" / "alive", (seen.timestamp(), seen.timestamp()))
    store = Store.open(home)
    jobs = Jobs(store, warm=False)
    (job,) = jobs.unfinished()
    jobs.close()
    store.close()
    assert job.finished == seen
