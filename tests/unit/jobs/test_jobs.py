"""The queue: one heavy job at a time, watched and stopped from anywhere, with failures in plain words."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from embedcore.errors import EmbedError, MissingError
from embedcore.jobs import Job, JobKind, Jobs
from embedcore.jobs.job import Record
from embedcore.store import JobRow, Store
from embedcore.store.database import Database
from tests.unit import example
from tests.unit.jobs.small_kinds import (
    QUESTIONS,
    Boom,
    Count,
    CountFile,
    Die,
    Explain,
    Hungry,
    Keep,
    LookAround,
    Nonsense,
    Spin,
    StopItself,
)

PATIENCE = 240.0  # seconds: a failure on a busy machine, too


@pytest.fixture
def jobs(store: Store) -> Iterator[Jobs]:
    opened = Jobs(store, warm=False, questions=QUESTIONS)
    yield opened
    opened.close()


def until(true: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)
    return found


def count(jobs: Jobs, key: str = "k", to: int = 3, pause: float = 0.0) -> Job:
    return jobs.submit(Count(key, to, pause))


def running(jobs: Jobs, id: str) -> Job:
    """Wait until the worker has reported progress on it."""
    return until(lambda: (j := jobs.get(id)) and j.state == "running" and j.step and j)


def endless(jobs: Jobs, key: str = "busy") -> Job:
    """A job that runs and goes on until it is cancelled."""
    return running(jobs, count(jobs, key, 100_000, 0.01).id)


def spinning(path: Path) -> list[int]:
    """The process ids of a spinning job and its child, once both are there."""
    return [int(p) for p in until(lambda: path.exists() and " " in path.read_text() and path.read_text().split())]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_job_runs_reports_and_ends_with_its_result(jobs: Jobs, store: Store, tmp_path: Path) -> None:
    first = jobs.submit(Count("k", 400, pause=0.1, hurry=str(tmp_path / "hurry")))
    assert first.state == "queued" or first.state == "running"
    seen = running(jobs, first.id)
    assert seen.of == 400
    assert seen.note == "Counting"
    assert seen.position == 0
    until(lambda: jobs.get(first.id).seconds_left)
    (tmp_path / "hurry").touch()
    done = jobs.wait(first.id, PATIENCE)
    assert done.state == "done"
    assert done.result["counted"] == 400
    assert done.result["nice"] >= 10
    assert done.losses == tuple((s, 1 / s) for s in range(1, 401))
    assert not done.cached
    assert done.seconds_left is None
    assert done.finished
    assert done.finished >= done.created
    assert not list((store.home / "jobs").iterdir())
    assert [j.id for j in jobs.recent()] == [first.id]
    assert jobs.live() == []
    until(lambda: store.job_rows()[0].state == "done")


def test_an_equal_job_is_joined_and_an_unequal_one_waits_its_turn(jobs: Jobs) -> None:
    a = endless(jobs, "a")
    b, c = count(jobs, "b"), count(jobs, "c")
    assert count(jobs, "a").id == a.id
    assert count(jobs, "c").id == c.id
    assert [(j.id, j.position) for j in jobs.live()] == [(a.id, 0), (b.id, 1), (c.id, 2)]
    jobs.cancel(b.id)
    assert jobs.get(c.id).position == 1
    assert jobs.get(b.id).state == "cancelled"
    jobs.cancel(a.id)
    assert jobs.wait(c.id, PATIENCE).state == "done"
    assert jobs.get(b.id).state == "cancelled"
    assert count(jobs, "c").id != c.id, "what is finished is not joined"


def test_cancelling_ends_the_job_with_its_children_and_the_next_job_starts(
    jobs: Jobs, store: Store, tmp_path: Path
) -> None:
    spin = jobs.submit(Spin("s", str(tmp_path / "pids")))
    pids = spinning(tmp_path / "pids")
    following = count(jobs, "next", 1)
    assert jobs.cancel(spin.id).state == "cancelled", "it has ended when this returns"
    until(lambda: jobs.get(following.id).state in ("running", "done"))
    until(lambda: not any(alive(pid) for pid in pids))  # its children end with it
    done = jobs.wait(following.id, PATIENCE)
    assert done.state == "done"
    assert done.result["pid"] not in pids
    assert not list((store.home / "jobs").iterdir())
    assert jobs.cancel(spin.id).state == "cancelled"
    assert jobs.cancel(following.id).state == "done"
    assert jobs.cancel("unknown") is None


@pytest.mark.parametrize(
    ("work", "message", "hint"),
    [
        (Explain(), "The file is empty.", "Choose another one."),
        (Boom(), "Something went wrong inside “boom”.", "logs/"),
        (Hungry(), "not enough memory", "Close other programs"),
        (Die(), "stopped unexpectedly", "Run it again"),
        (Nonsense(), "Something went wrong inside “nonsense”.", "logs/"),
    ],
)
def test_a_failure_is_explained_plainly_and_the_next_job_runs(
    jobs: Jobs, store: Store, work: JobKind, message: str, hint: str
) -> None:
    job = jobs.submit(work)
    failed = jobs.wait(job.id, PATIENCE)
    assert failed.state == "failed"
    assert message in failed.message
    assert hint in failed.hint
    assert "secret" not in failed.message + failed.hint
    assert str(store.home) not in failed.message + failed.hint
    if isinstance(work, Boom):
        assert "small_tasks.py:38:boom" in (store.home / "logs" / f"{job.id}.log").read_text()
    last = jobs.last(work)
    assert last is not None
    assert last.id == job.id
    assert jobs.wait(count(jobs).id, PATIENCE).state == "done"


def test_work_that_stops_itself_is_cancelled_and_not_failed(jobs: Jobs) -> None:
    stopped = jobs.wait(jobs.submit(StopItself()).id, PATIENCE)
    assert stopped.state == "cancelled"
    assert stopped.message == ""
    assert jobs.wait(count(jobs).id, PATIENCE).state == "done"


def test_a_worker_that_is_killed_in_the_middle_fails_the_job_and_is_replaced(jobs: Jobs, tmp_path: Path) -> None:
    job = jobs.submit(Spin("s", str(tmp_path / "pids")))
    worker, child = spinning(tmp_path / "pids")
    os.kill(worker, 9)
    failed = jobs.wait(job.id, PATIENCE)
    assert failed.state == "failed"
    assert "from outside" in failed.message
    assert "memory" in failed.hint, "it may have been that, and need not"
    until(lambda: not alive(child))
    assert jobs.wait(count(jobs).id, PATIENCE).state == "done"


def test_a_failed_job_can_be_run_again_under_its_id(jobs: Jobs) -> None:
    a = endless(jobs, "a")
    assert jobs.retry(a.id).id == a.id
    assert len(jobs.live()) == 1, "what runs is not started twice"
    jobs.cancel(a.id)
    again = jobs.retry(a.id)
    assert again.id == a.id
    assert again.state in ("queued", "running")
    assert again.finished is None
    running(jobs, a.id)
    jobs.cancel(a.id)
    with pytest.raises(MissingError):
        jobs.retry("unknown")


def test_what_ran_is_interrupted_and_what_waited_runs_after_a_restart(home: Path) -> None:
    store = Store.open(home)
    jobs = Jobs(store, warm=False, questions=QUESTIONS)
    a = endless(jobs, "a")
    b = count(jobs, "b", 2)
    jobs.close()
    jobs.close()
    with pytest.raises(EmbedError):
        count(jobs, "late")
    store.close()
    store = Store.open(home)
    store.save_job(JobRow("killed", "count", "x", "Counting", {"to": 1}, "running", datetime.now(UTC)))
    jobs = Jobs(store, warm=False, questions=QUESTIONS)
    assert jobs.get(a.id).state == jobs.get("killed").state == "interrupted"
    assert jobs.wait(b.id, PATIENCE).state == "done"
    assert jobs.wait(jobs.retry("killed").id, PATIENCE).state == "done"
    jobs.close()
    store.close()


def test_questions_are_answered_while_the_worker_is_busy(jobs: Jobs) -> None:
    busy = endless(jobs, "a")
    jobs.warm_up()
    assert jobs.ask("add", {"a": 2, "b": 3}, timeout=PATIENCE) == {"sum": 5}
    assert jobs.ask("add", {"a": "ä", "b": "ß"}) == {"sum": "äß"}
    answers: dict[int, Any] = {}
    threads = [
        threading.Thread(target=lambda i=i: answers.update({i: jobs.ask("add", {"a": i, "b": i})["sum"]}))
        for i in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {i: 2 * i for i in range(12)}
    assert jobs.get(busy.id).state == "running"


def test_a_question_that_hangs_or_fails_says_so_and_the_next_is_answered(
    jobs: Jobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert jobs.ask("add", {"a": 1, "b": 1}, timeout=PATIENCE) == {"sum": 2}
    with pytest.raises(EmbedError, match="took too long"):
        jobs.ask("pause", {"until": str(tmp_path / "later")}, timeout=0.2)
    (tmp_path / "later").touch()
    assert jobs.ask("add", {"a": 1, "b": 4}, timeout=PATIENCE) == {"sum": 5}, (
        "a late answer is not taken for the next one"
    )
    assert jobs.ask("who", {}, timeout=PATIENCE) == jobs.ask("who", {}, timeout=PATIENCE)
    before = jobs.ask("who", {}, timeout=PATIENCE)
    monkeypatch.setattr("embedcore.jobs.questions._HUNG", 0.0)
    with pytest.raises(EmbedError, match="took too long"):
        jobs.ask("pause", {"until": str(tmp_path / "never")}, timeout=0.2)
    assert jobs.ask("who", {}, timeout=PATIENCE) != before, "one that hangs is replaced"
    with pytest.raises(EmbedError, match="No such model") as e:
        jobs.ask("refuse", {}, timeout=PATIENCE)
    assert e.value.hint == "Choose another one."
    assert jobs.ask("add", {"a": 1, "b": 2}, timeout=PATIENCE) == {"sum": 3}


def test_late_answers_are_no_sign_that_the_worker_hangs(jobs: Jobs, tmp_path: Path) -> None:
    before = jobs.ask("who", {}, timeout=PATIENCE)
    with pytest.raises(EmbedError, match="took too long"):
        jobs.ask("pause", {"until": str(tmp_path / "a")}, timeout=0.2)
    (tmp_path / "a").touch()
    with pytest.raises(EmbedError, match="took too long"):  # meanwhile the answer to the first comes
        jobs.ask("pause", {"until": str(tmp_path / "b")}, timeout=1.0)
    (tmp_path / "b").touch()
    assert jobs.ask("who", {}, timeout=PATIENCE) == before


def test_the_worker_is_offline_and_keeps_its_caches_in_the_data_folder(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "TOKENIZERS_PARALLELISM", "NUMBA_CACHE_DIR"]
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    for online, want in (("", "1"), ("1", "0")):
        monkeypatch.setenv("EMBEDCORE_ONLINE", online)
        jobs = Jobs(store, warm=False, questions=QUESTIONS)
        found = jobs.wait(jobs.submit(LookAround(online, names)).id, PATIENCE).result
        jobs.close()
        assert [found[n] for n in names] == [want, want, "false", str(store.home / "cache" / "numba")]


def test_looking_at_a_job_touches_no_database(jobs: Jobs, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    busy = endless(jobs, "a")

    def barred(*args: object, **kwargs: object) -> None:
        raise AssertionError("the database was asked")

    monkeypatch.setattr(Database, "read", barred)
    monkeypatch.setattr(Database, "write", barred)
    for _ in range(1000):
        assert jobs.get(busy.id)
        assert jobs.live(Count)
        assert jobs.find(Count("a"))
        assert jobs.last(Count("a")) is None
    monkeypatch.undo()
    assert jobs.get("unknown") is None


def test_a_long_curve_is_thinned_but_keeps_its_shape() -> None:
    record = Record(JobRow("id", "train", "key", "", {}, "queued", datetime.now(UTC)))
    record.start()
    for step in range(20_000):
        record.progress({"step": step, "of": 20_000, "note": "", "losses": [(step, 1 / (step + 1))]})
    losses = record.view().losses
    assert 250 <= len(losses) <= 500
    assert losses[0] == (0, 1.0)
    assert losses[-1][0] > 19_800
    gaps = {b[0] - a[0] for a, b in pairwise(losses)}
    assert len(gaps) == 1


def test_seconds_left_follow_the_recent_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("embedcore.jobs.job.time.monotonic", lambda: now[0])
    record = Record(JobRow("id", "train", "key", "", {}, "queued", datetime.now(UTC)))
    assert record.view().seconds_left is None
    record.start()
    for step in range(1, 51):  # a slow start: 2 s a step, then 1 s a step
        now[0] += 2.0 if step <= 20 else 1.0
        record.progress({"step": step, "of": 100, "note": "", "losses": []})
    assert record.view().seconds_left == pytest.approx(50, rel=0.1)
    now[0] += 10
    assert record.view().seconds_left == pytest.approx(40, rel=0.1)
    now[0] += 100
    assert record.view().seconds_left == 0


def test_a_folder_made_of_a_dataset_is_kept_and_not_made_again(jobs: Jobs, store: Store, tmp_path: Path) -> None:
    example.dataset().save(tmp_path / "in")
    data = store.add_dataset(tmp_path / "in", "upload").hash
    assert Keep(data).folder(store) is None
    first = jobs.wait(jobs.submit(Keep(data)).id, PATIENCE)
    assert first.state == "done"
    assert not first.cached
    folder = Keep(data).folder(store)
    assert folder
    assert "dataset_folder" in (folder / "given.txt").read_text().split()
    assert "dataset_folder" not in first.spec, "folders are for the worker only"
    again = jobs.submit(Keep(data))
    assert again.state == "done"
    assert again.cached
    assert again.finished


def test_equal_settings_on_two_datasets_are_two_jobs(jobs: Jobs) -> None:
    endless(jobs)
    one, other = jobs.submit(Keep("one")), jobs.submit(Keep("other"))
    assert one.id != other.id
    for id in (one.id, other.id):
        jobs.cancel(id)


def test_work_on_what_was_deleted_meanwhile_fails_with_a_sentence(jobs: Jobs, store: Store, tmp_path: Path) -> None:
    example.dataset().save(tmp_path / "in")
    data = store.add_dataset(tmp_path / "in", "upload").hash
    busy = endless(jobs)
    waits = jobs.submit(Keep(data))
    store.delete_dataset(data)
    jobs.cancel(busy.id)
    failed = jobs.wait(waits.id, PATIENCE)
    assert failed.state == "failed"
    assert "not (or no longer) here" in failed.message
    assert failed.hint


def test_live_work_is_found_by_its_kind_its_key_and_its_spec(jobs: Jobs) -> None:
    busy = endless(jobs)
    waits = count(jobs, "next", to=7)
    found = jobs.find(Count("next"))
    assert found is not None
    assert found.id == waits.id
    assert jobs.find(Count("other")) is None
    assert jobs.find(Spin("next")) is None, "another kind"
    assert [j.id for j in jobs.live(Count)] == [busy.id, waits.id]
    assert [j.id for j in jobs.live(Count, to=7)] == [waits.id]
    assert jobs.live(Spin) == []
    assert jobs.last(Count("next")) is None, "it has not ended"
    jobs.cancel(busy.id)
    assert jobs.wait(waits.id, PATIENCE).state == "done"
    last = jobs.last(Count("next"))
    assert last is not None
    assert last.state == "done"


def test_work_of_another_version_of_the_app_fails_with_a_sentence(home: Path) -> None:
    store = Store.open(home)
    for kind, spec in (("no longer there", {}), ("map", {"umap": True})):
        store.save_job(JobRow(kind, kind, "x", "Old", spec, "queued", datetime.now(UTC)))
    jobs = Jobs(store, warm=False, questions=QUESTIONS)
    for id in ("no longer there", "map"):
        failed = jobs.wait(id, PATIENCE)
        assert failed.state == "failed"
        assert "another version" in failed.message
        assert failed.hint
    jobs.close()
    store.close()


def test_reading_a_file_does_not_wait_behind_heavy_work(jobs: Jobs) -> None:
    slow = endless(jobs, "slow")
    waits = count(jobs, "next", to=1)
    read = jobs.submit(CountFile("file", 2))
    assert jobs.wait(read.id, PATIENCE).state == "done"
    assert [j.id for j in jobs.live()] == [slow.id, waits.id]
    assert jobs.get(waits.id).position == 1
    assert jobs.cancel(slow.id).state == "cancelled"
    assert jobs.wait(waits.id, PATIENCE).state == "done"


def test_what_a_person_asks_for_goes_before_what_follows_by_itself(home: Path) -> None:
    store = Store.open(home)
    jobs = Jobs(store, warm=False, questions=QUESTIONS)
    endless(jobs)

    def follows(key: str) -> Job:
        return jobs.submit(Count(key, 1, by_itself=True))

    def order() -> list[str]:
        return [j.key for j in sorted(jobs.live(), key=lambda j: j.position)]

    for key in ("map a", "map b"):
        follows(key)
    count(jobs, "first", to=100_000, pause=0.01)
    count(jobs, "second")
    assert order() == ["busy", "first", "second", "map a", "map b"]
    for key in ("first", "map b"):
        follows(key)
    assert order() == ["busy", "first", "second", "map a", "map b"], "what follows is asked for by nobody"
    count(jobs, "map b")
    assert order() == ["busy", "first", "second", "map b", "map a"], "unless somebody asks for it, too"
    jobs.close()
    store.close()
    store = Store.open(home)
    jobs = Jobs(store, warm=False, questions=QUESTIONS)
    assert order()[:2] == ["first", "second"], "also after the server stopped"
    jobs.close()
    store.close()


def test_what_a_job_shows_is_there_while_it_runs_and_goes_with_it(jobs: Jobs) -> None:
    job = endless(jobs, "shows")
    shown = jobs.shown(job.id, "started")
    assert shown is not None
    assert shown.exists()
    assert jobs.shown(job.id, "something else") is None
    assert jobs.shown("unknown", "started") is None
    jobs.cancel(job.id)
    until(lambda: jobs.shown(job.id, "started") is None and not shown.exists())
