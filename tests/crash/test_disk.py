"""A full disk, a disk that cannot be written, too little memory, at each place where data comes in or is made: one
sentence, the server serves on, and with room again everything works without a restart."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb
import pytest

from embedcore.errors import EmbedError
from embedcore.jobs import ImportFiles, Job, JobKind, Jobs, ReadFile, Train
from embedcore.methods import get, run_key
from embedcore.store import Store
from embedcore.store.database import Database
from pages.ui.texts import RUN_AGAIN
from tests.crash.disk import FULL, LOCKED, Disk, burn, can_mount, injected, mounted
from tests.unit.jobs.test_jobs import PATIENCE

PAIRS = [(f"p{n:04d}", f"q{n:04d}", "same") for n in range(300)]


@pytest.fixture(autouse=True)
def _no_map(monkeypatch: pytest.MonkeyPatch) -> None:
    """No map is drawn after a training."""
    monkeypatch.setattr(Train, "follows", lambda *_: None)


@pytest.fixture(params=["full", "read-only"])
def broken(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Disk, str]]:
    """(a disk, how it breaks). A real one where it can be mounted."""
    small = tmp_path / "small"
    really = request.param == "full" and can_mount(tmp_path / "try")
    with mounted(small) if really else injected(small, monkeypatch) as disk:
        yield disk, FULL if request.param == "full" else LOCKED


def file_of(home: Path, rows: int = 3000) -> ReadFile:
    """An upload that waits to be read."""
    text = "sku,title,kind,price\n" + "".join(f"{n},Product {n},kind {n % 7},{n % 90}\n" for n in range(rows))
    digest = hashlib.sha256(text.encode()).hexdigest()
    path = home / "spool" / digest / "a.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return ReadFile(f"spool/{digest}/a.csv", digest, "a.csv", of="a.csv")


def import_of(read: ReadFile) -> ImportFiles:
    roles = {"sku": "id", "title": "title", "kind": "category", "price": "price"}
    return ImportFiles("Shop", "a.csv", catalogue={"raw": read.key, "roles": roles}, of="Shop")


def train_on(data: str) -> Train:
    method = get("pca")
    params = method.Params.of({"dimension": 4})
    return Train(data, "pca", params.__dict__, 0, run_key(data, method, params, 0), of="PCA")


def breaking(monkeypatch: pytest.MonkeyPatch, work: JobKind, at: str, act: Callable[[], None]) -> None:
    """Something happens just before this step of a job, once."""
    step = getattr(type(work), at)

    def call(self: JobKind, *args: Any) -> Any:
        monkeypatch.setattr(type(work), at, step)
        act()
        return step(self, *args)

    monkeypatch.setattr(type(work), at, call)


def check_sentence(message: str, hint: str, home: Path, *said: str) -> None:
    assert any(words in message for words in said), message
    assert hint
    assert "Traceback" not in message + hint
    assert str(home) not in message + hint


def test_a_disk_that_breaks_at_any_step_costs_one_sentence_and_no_restart(
    broken: tuple[Disk, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    disk, kind = broken
    said = "The disk of the data folder is full" if kind == FULL else "The data folder cannot be written"
    store = Store.open(disk.home)
    jobs = Jobs(store, warm=False)

    def breaks() -> None:
        gc.collect()  # deleted files that are still mapped would give their room back later
        disk.break_(kind)
        with suppress(AssertionError):
            burn(store)

    def fails_once(work: JobKind, at: str) -> Job:
        breaking(monkeypatch, work, at, breaks)
        failed = jobs.wait(jobs.submit(work).id, PATIENCE)
        assert failed.state == "failed", (work.kind, at)
        check_sentence(failed.message, failed.hint, disk.home, said)
        assert RUN_AGAIN in failed.hint
        breaks()  # what the job had written is gone, and that is room again
        with pytest.raises(EmbedError) as refused:
            jobs.submit(work)
        check_sentence(refused.value.message, refused.value.hint, disk.home, said)
        assert jobs.live() == []
        assert store.datasets() is not None, "what is read is still answered"
        disk.mend()
        again = jobs.wait(jobs.retry(failed.id).id, PATIENCE)
        assert again.state == "done", (work.kind, at, again.message)
        assert not list((disk.home / "jobs").iterdir()), "no half file stays"
        return again

    try:
        read = file_of(disk.home)
        fails_once(read, "prepare")
        data = str(fails_once(import_of(read), "prepare").result["dataset"])
        train = train_on(data)
        fails_once(train, "prepare")
        store.delete_run(train.key)
        fails_once(train, "commit")
        assert [run.key for run in store.runs(data)] == [train.key]
        assert {p.name for p in (disk.home / "runs").iterdir()} == {train.key}
        breaks()
        with pytest.raises(EmbedError) as refused:
            store.set_verdicts(data, PAIRS)
        check_sentence(refused.value.message, refused.value.hint, disk.home, said)
        assert len(store.verdicts(data)) == 0
        disk.mend()
        store.set_verdicts(data, PAIRS)
        assert len(store.verdicts(data)) == len(PAIRS)
    finally:
        disk.mend()
        jobs.close()
        store.close()


def test_too_little_memory_at_any_step_costs_one_sentence_and_no_restart(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = Jobs(store, warm=False)
    write = Database.write
    monkeypatch.setattr("embedcore.jobs.runner._LOOK", 0.005)  # an import of this size takes a tenth of a second

    def no_memory(*_: object) -> None:
        raise EmbedError("There is not enough memory for this.", "Close other programs.") from duckdb.Error()

    def fails_once(work: JobKind) -> Job:
        for name in ("READING", "TRAINING"):
            monkeypatch.setenv(f"EMBEDCORE_{name}_MEMORY", "1")
        failed = jobs.wait(jobs.submit(work).id, PATIENCE)
        assert failed.state == "failed"
        check_sentence(failed.message, failed.hint, store.home, "more memory than there is")
        assert "1.0 MB" in failed.message
        for name in ("READING", "TRAINING"):
            monkeypatch.delenv(f"EMBEDCORE_{name}_MEMORY")
        again = jobs.wait(jobs.retry(failed.id).id, PATIENCE)
        assert again.state == "done", again.message
        return again

    try:
        read = file_of(store.home)
        fails_once(read)
        data = str(fails_once(import_of(read)).result["dataset"])
        train = train_on(data)
        fails_once(train)
        store.delete_run(train.key)
        breaking(monkeypatch, train, "commit", lambda: monkeypatch.setattr(Database, "write", no_memory))
        failed = jobs.wait(jobs.submit(train).id, PATIENCE)
        check_sentence(failed.message, failed.hint, store.home, "not enough memory")
        with pytest.raises(EmbedError, match="not enough memory"):
            store.set_verdicts(data, PAIRS)
        monkeypatch.setattr(Database, "write", write)
        assert jobs.wait(jobs.retry(failed.id).id, PATIENCE).state == "done"
        store.set_verdicts(data, PAIRS)
    finally:
        jobs.close()
