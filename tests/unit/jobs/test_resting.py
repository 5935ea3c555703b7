"""Workers come with work and give their memory back when they rest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import psutil
import pytest

from embedcore.jobs import Jobs
from embedcore.store import Store
from tests.unit.jobs.small_kinds import QUESTIONS, LookAround, LookAroundFirst
from tests.unit.jobs.test_jobs import until


@pytest.fixture
def jobs(store: Store) -> Iterator[Jobs]:
    opened = Jobs(store, warm=False, questions=QUESTIONS)
    yield opened
    opened.close()


def workers() -> set[int]:
    """Process ids of the workers that this process has started and that still live."""
    found = set()
    for child in psutil.Process().children():
        with suppress(psutil.Error):  # it has just ended
            if "embedcore.jobs.worker" in child.cmdline():
                found.add(child.pid)
    return found


def test_a_worker_starts_with_work_or_when_a_dataset_is_looked_at(store: Store) -> None:
    before = workers()
    jobs = Jobs(store, questions=QUESTIONS)
    try:
        assert workers() == before, "the first page costs no worker"
        jobs.get_ready()
        until(lambda: len(workers() - before) == 1)
    finally:
        jobs.close()


@pytest.mark.parametrize(
    ("queue", "small", "ended"), [("heavy", 0, True), ("heavy", 10_000 << 20, False), ("read", 0, True)]
)
def test_a_resting_worker_gives_its_memory_back_when_it_holds_much(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch, queue: str, small: int, ended: bool
) -> None:
    monkeypatch.setattr("embedcore.jobs.runner._REST", {"heavy": 0.2, "read": 0.2})
    monkeypatch.setattr("embedcore.jobs.runner._SMALL", small)
    work = {"heavy": LookAround, "read": LookAroundFirst}[queue]
    before = workers()
    first = jobs.wait(jobs.submit(work("first", ["PID"])).id, 20)
    assert first.state == "done"
    if ended:
        until(lambda: workers() == before)
    else:
        worker, tries = psutil.Process((workers() - before).pop()), []
        until(lambda: tries.append(worker.is_running()) or len(tries) > 100)  # some rests long
        assert all(tries)
    assert jobs.wait(jobs.submit(work("second", ["PID"])).id, 20).state == "done", "the next one finds a worker"
