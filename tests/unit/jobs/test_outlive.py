"""A queue outlives every error: of the disk, of the database, of a worker, of our own handling of errors."""

from __future__ import annotations

import errno
import gc
import os
import random
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import psutil
import pytest

from embedcore.errors import EmbedError
from embedcore.jobs import Jobs, failures
from embedcore.jobs import runner as running_of_jobs
from embedcore.jobs.kinds import JobKind
from embedcore.store import Store
from embedcore.store.database import Database
from tests.unit.jobs.small_kinds import QUESTIONS, Boom, Count, CountFile, Die, Explain, Keep
from tests.unit.jobs.test_jobs import PATIENCE, endless, running, until

NO_ROOM = "TransactionContext Error: Failed to commit: Could not write file: No space left on device"


@pytest.fixture
def jobs(store: Store) -> Iterator[Jobs]:
    opened = Jobs(store, warm=False, questions=QUESTIONS)
    yield opened
    opened.close()


class Disk:
    """Writes below the data folder fail while it is full: rows, texts and new folders."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.full = False

        def failing(before: Callable[..., Any], error: Exception, *, inside: bool) -> Callable[..., Any]:
            def call(this: Any, *args: Any, **named: Any) -> Any:
                if self.full and (not inside or str(this).startswith(str(home))):
                    raise error
                return before(this, *args, **named)

            return call

        no_room = OSError(errno.ENOSPC, "No space left on device")
        monkeypatch.setattr(
            Database, "write", failing(Database.write, duckdb.TransactionException(NO_ROOM), inside=False)
        )
        for name in ("write_text", "write_bytes", "mkdir", "touch"):
            monkeypatch.setattr(Path, name, failing(getattr(Path, name), no_room, inside=True))


@pytest.fixture
def disk(home: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(home, monkeypatch)


def rows(store: Store) -> dict[str, str]:
    return {row.id: row.state for row in store.job_rows()}


def test_what_cannot_be_written_down_is_not_queued_and_says_so(jobs: Jobs, disk: Disk) -> None:
    disk.full = True
    with pytest.raises(EmbedError, match="The disk of the data folder is full") as e:
        jobs.submit(Count("k"))
    assert e.value.hint
    assert jobs.live() == []
    assert jobs.recent() == []
    disk.full = False
    assert jobs.wait(jobs.submit(Count("k")).id, PATIENCE).state == "done"


@pytest.mark.parametrize("work", [Count("waits"), CountFile("waits")], ids=["heavy", "read"])
def test_a_job_that_meets_a_full_disk_fails_and_the_next_runs_without_a_restart(
    jobs: Jobs, store: Store, disk: Disk, work: JobKind
) -> None:
    busy = running(jobs, jobs.submit(type(work)("busy", 100_000, 0.01)).id)
    waits, later = jobs.submit(work), jobs.submit(type(work)("later"))
    disk.full = True
    jobs.cancel(busy.id)
    for id in (waits.id, later.id):
        failed = jobs.wait(id, PATIENCE)
        assert failed.state == "failed", "it does not say “starting” for ever"
        assert "The disk of the data folder is full" in failed.message
        assert failures.RUN_AGAIN in failed.hint
    assert rows(store)[waits.id] == "queued", "it could not be written yet"
    disk.full = False
    until(lambda: rows(store) == {busy.id: "cancelled", waits.id: "failed", later.id: "failed"})
    assert jobs.wait(jobs.retry(waits.id).id, PATIENCE).state == "done"
    assert jobs.wait(jobs.submit(type(work)("new")).id, PATIENCE).state == "done"


def test_a_disk_that_fills_up_while_a_job_runs_keeps_its_end_in_memory(jobs: Jobs, store: Store, disk: Disk) -> None:
    ends = endless(jobs)
    disk.full = True
    assert jobs.cancel(ends.id).state == "cancelled"
    assert rows(store)[ends.id] == "running"
    disk.full = False
    until(lambda: rows(store)[ends.id] == "cancelled")


def test_a_result_that_cannot_be_kept_fails_with_a_sentence(
    jobs: Jobs, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    def strange(*_: object) -> None:
        raise ZeroDivisionError("secret detail")

    for commit, said in ((full, "The disk of the data folder is full"), (strange, "Something went wrong")):
        monkeypatch.setattr(Count, "commit", commit)
        failed = jobs.wait(jobs.submit(Count("k")).id, PATIENCE)
        assert failed.state == "failed"
        assert said in failed.message
        assert "secret" not in failed.message + failed.hint
        assert not list((store.home / "jobs").iterdir())
    monkeypatch.undo()
    monkeypatch.setattr(Count, "follows", strange)
    assert jobs.wait(jobs.submit(Count("k")).id, PATIENCE).state == "done", "it is done, whatever should have followed"
    assert jobs.wait(jobs.submit(Count("k")).id, PATIENCE).state == "done"


def test_a_mistake_of_ours_in_the_handling_of_errors_ends_the_job_and_not_the_queue(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def strange(*_: object) -> None:
        raise ZeroDivisionError

    for name in ("_finish", "_guarded", "_tidy"):
        monkeypatch.setattr(Jobs, name, strange)
        failed = jobs.wait(jobs.submit(Count(name)).id, PATIENCE)
        assert failed.state == "failed"
        assert failed.message
        monkeypatch.undo()
        assert jobs.wait(jobs.submit(Count("next")).id, PATIENCE).state == "done"


def test_without_another_process_a_job_fails_with_a_sentence(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr("embedcore.jobs.process.subprocess.Popen", refused)
    failed = jobs.wait(jobs.submit(Count("k")).id, PATIENCE)
    assert failed.state == "failed"
    assert "no further process" in failed.message
    with pytest.raises(EmbedError, match="no further process"):
        jobs.ask("add", {"a": 1, "b": 2}, PATIENCE)
    monkeypatch.undo()
    assert jobs.wait(jobs.submit(Count("k")).id, PATIENCE).state == "done"
    assert jobs.ask("add", {"a": 1, "b": 2}, PATIENCE) == {"sum": 3}


def test_workers_that_die_one_after_the_other_are_started_ever_more_slowly(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    hold_back = running_of_jobs.Runner._hold_back  # noqa: SLF001  it is timed, and does what it does

    def timed(self: Jobs, queue: Any, record: Any) -> None:
        begin = time.monotonic()
        hold_back(self, queue, record)
        waited.append(time.monotonic() - begin)

    monkeypatch.setattr(Jobs, "_hold_back", timed)
    ends = [jobs.wait(jobs.submit(Die(f"{n}")).id, PATIENCE).message for n in range(5)]
    assert set(ends) == {"The work stopped unexpectedly."}
    assert max(waited[:3]) < 0.4 < waited[3] < waited[4]
    assert jobs.wait(jobs.submit(Count("k")).id, PATIENCE).state == "done"
    jobs.wait(jobs.submit(Die("last")).id, PATIENCE)
    assert waited[-1] < 0.4, "one that works ends it"


def test_folders_that_somebody_removes_while_it_runs_are_made_again(jobs: Jobs, store: Store) -> None:
    assert jobs.wait(jobs.submit(CountFile("k")).id, PATIENCE).state == "done"
    for name in ("jobs", "logs", "spool", "raw"):
        shutil.rmtree(store.home / name)
    assert jobs.wait(jobs.submit(Count("k")).id, PATIENCE).state == "done"
    assert jobs.wait(jobs.submit(CountFile("k")).id, PATIENCE).state == "done"
    failed = jobs.wait(jobs.submit(Boom()).id, PATIENCE)
    assert (store.home / "logs" / f"{failed.id}.log").exists()
    until(lambda: (store.home / "spool").exists())


def test_work_that_cannot_fit_is_refused_before_it_begins(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Count, "room", lambda *_: (10**18, "the file"))
    failed = jobs.wait(jobs.submit(Count("k")).id, PATIENCE)
    assert failed.state == "failed"
    assert "The disk of the data folder is full" in failed.message
    assert "the file needs 1,000,000,000.0 GB" in failed.message
    assert failures.RUN_AGAIN in failed.hint


def test_sixty_four_people_who_want_the_same_wait_for_one_computation(jobs: Jobs, store: Store, tmp_path: Path) -> None:
    from tests.unit import example

    example.dataset().save(tmp_path / "in")
    data = store.add_dataset(tmp_path / "in", "upload").hash
    begin, ids = threading.Barrier(64), []

    def want() -> None:
        begin.wait()
        job = jobs.submit(Keep(data))
        ids.append((job.id, job.cached))
        jobs.wait(job.id, PATIENCE)

    threads = [threading.Thread(target=want) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 64
    assert len({id for id, cached in ids if not cached}) == 1
    assert [row.kind for row in store.job_rows()] == ["keep"]


def test_ten_cancels_in_a_row_leave_nothing_behind_and_the_queue_goes_on(jobs: Jobs, store: Store) -> None:
    moments = random.Random(3)
    slow = []
    for n in range(10):
        job = jobs.submit(Count(f"{n}", 100_000, 0.01))
        time.sleep(moments.choice((0.0, 0.01, 0.1, 0.4)))
        begin = time.monotonic()
        cancelled = jobs.cancel(job.id)
        slow.append(time.monotonic() - begin)
        assert cancelled is not None
        assert cancelled.state == "cancelled"
    assert jobs.live() == []
    assert jobs.wait(jobs.submit(Count("after")).id, PATIENCE).state == "done"
    assert not list((store.home / "jobs").iterdir())
    assert sorted(rows(store).values()) == ["cancelled"] * 10 + ["done"]


def test_failing_jobs_leave_no_thread_no_process_and_no_file_open(jobs: Jobs) -> None:
    me = psutil.Process()

    def fail(n: int) -> None:
        jobs.wait(jobs.submit(Explain(f"{n}")).id, PATIENCE)

    def held() -> tuple[int, int, int]:
        return threading.active_count(), len(me.children(recursive=True)), me.num_fds()

    for n in range(3):
        fail(n)
    gc.collect()  # what other tests have left
    before = held()
    for n in range(100):
        fail(3 + n)
    after = held()
    assert after[:2] == before[:2]
    assert after[2] <= before[2]


@pytest.mark.parametrize(
    ("status", "more", "said"),
    [
        (-signal.SIGKILL, {"kills": 1}, "ran out of memory"),
        (-signal.SIGKILL, {}, "from outside"),
        (-signal.SIGSEGV, {}, "crashed"),
        (-signal.SIGABRT, {}, "crashed"),
        (
            -signal.SIGABRT,
            {"last_words": "memory allocation of 549755813888 bytes failed"},
            "more memory than there is",
        ),
        (-signal.SIGBUS, {}, "crashed"),
        (-signal.SIGBUS, {"full": True}, "The disk of the data folder is full"),
        (1, {}, "stopped unexpectedly"),
    ],
)
def test_the_end_of_a_worker_is_told_by_its_cause(status: int, more: dict[str, Any], said: str) -> None:
    message, hint = failures.ended(status, **more)
    assert said in message
    assert failures.RUN_AGAIN in hint


def test_errors_of_the_disk_are_known_however_a_library_words_them(tmp_path: Path) -> None:
    full = [
        OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
        OSError("134217728 requested and 1048576 written"),
        duckdb.IOException("Could not write file: No space left on device"),
        ValueError("Error while serializing: I/O error: No space left on device (os error 28)"),
    ]
    for error in full:
        message, hint = failures.explain(error, tmp_path, "id", "train")
        assert "The disk of the data folder is full" in message
        assert failures.RUN_AGAIN in hint
    outer = RuntimeError("while saving")
    outer.__cause__ = full[0]
    assert "full" in failures.explain(outer, tmp_path, "id", "train")[0]
    locked = OSError(errno.EROFS, os.strerror(errno.EROFS))
    assert "cannot be written" in failures.explain(locked, tmp_path, "id", "train")[0]
    assert not (tmp_path / "logs").exists(), "none is a mistake of ours"
    assert "Something went wrong" in failures.explain(ValueError("No such column"), tmp_path, "id", "train")[0]
