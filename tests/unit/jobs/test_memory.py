"""A worker that takes more memory than it may is ended, and the server says so; the server itself goes on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from embedcore.jobs import JobKind, Jobs, memory
from embedcore.store import Store
from tests.unit.jobs.small_kinds import QUESTIONS, Adjusted, Count, CountFile, Eat, EatFile, LookAtFile
from tests.unit.jobs.test_jobs import PATIENCE


@pytest.fixture
def jobs(store: Store) -> Iterator[Jobs]:
    opened = Jobs(store, warm=False, questions=QUESTIONS)
    yield opened
    opened.close()


@pytest.mark.parametrize(("work", "following", "queue"), [(Eat(), Count(), "heavy"), (EatFile(), CountFile(), "read")])
def test_work_that_takes_too_much_is_ended_with_a_sentence_and_the_next_runs(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch, work: JobKind, following: JobKind, queue: str
) -> None:
    monkeypatch.setenv(memory.VARIABLES[queue], "200")
    failed = jobs.wait(jobs.submit(work).id, PATIENCE)
    assert failed.state == "failed"
    assert "more memory than there is" in failed.message
    assert "209.7 MB" in failed.message, "what it may use"
    assert "press" in failed.hint
    monkeypatch.delenv(memory.VARIABLES[queue])
    assert jobs.wait(jobs.submit(following).id, PATIENCE).state == "done"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the two apart")
def test_files_that_a_worker_has_mapped_do_not_count(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(memory.VARIABLES["heavy"], "200")
    assert jobs.wait(jobs.submit(LookAtFile("k", 400 << 20)).id, PATIENCE).state == "done"


def test_a_reader_may_take_less_than_a_training(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in memory.VARIABLES.values():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(memory, "free", lambda: 8 << 30)
    reading, training = memory.limit("read", os.getpid()), memory.limit("heavy", os.getpid())
    assert 4 << 30 < reading < training
    monkeypatch.setattr(memory, "free", lambda: 0)
    assert memory.limit("read", os.getpid()) == 512 << 20, "some work is always possible"
    assert memory.held(2**22 + 1) == 0, "nobody"
    assert memory.held(os.getpid()) > 1 << 20


@pytest.mark.skipif(not os.access("/proc/self/oom_score_adj", os.W_OK), reason="only Linux has it")
def test_the_system_ends_a_worker_before_it_ends_the_server(jobs: Jobs) -> None:
    theirs = jobs.wait(jobs.submit(Adjusted()).id, PATIENCE).result["adjusted"]
    assert theirs >= 500 > int(Path("/proc/self/oom_score_adj").read_text())
