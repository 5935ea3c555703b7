"""Many threads, one Store and one Jobs: each gets its own answers, and equal work is done once."""

from __future__ import annotations

import random
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from embedcore.errors import MissingError
from embedcore.explore import Projection
from embedcore.jobs import Jobs
from embedcore.store import Store
from tests.unit import example
from tests.unit.jobs.small_kinds import QUESTIONS, Count
from tests.unit.jobs.test_jobs import PATIENCE, until

RUNS = 6
LOOKS, CHANGES = 20, 6


@pytest.fixture
def jobs(store: Store) -> Iterator[Jobs]:
    opened = Jobs(store, warm=False, questions=QUESTIONS)
    yield opened
    opened.close()


def all_at_once(work: Callable[[int], object], n: int) -> list[object]:
    """Run work(0..n-1) in n threads that start together; the first error is raised here."""
    gate = threading.Barrier(n)

    def run(i: int) -> object:
        gate.wait()
        return work(i)

    with ThreadPoolExecutor(n) as pool:
        return [f.result() for f in [pool.submit(run, i) for i in range(n)]]


def test_readers_and_writers_get_right_answers(store: Store, tmp_path: Path) -> None:
    hashes = []
    for i in range(2):
        example.dataset(seed=i).save(tmp_path / f"d{i}")
        hashes.append(store.add_dataset(tmp_path / f"d{i}", "upload").hash)
    vectors = {}
    for n in range(RUNS):
        folder = tmp_path / f"r{n}"
        info = example.result(folder, store.dataset(hashes[n % 2]).items, seed=n, d=4 + n % 3)
        store.save_run(folder, {"key": f"run-{n}", "dataset": hashes[n % 2], **info})
        vectors[f"run-{n}"] = store.embedding(f"run-{n}").vectors
        store.save_projection(f"run-{n}", Projection("umap", np.full((14, 2), n, np.float32), {"n": n}))

    def read(i: int) -> None:
        pick = random.Random(i)
        for _ in range(LOOKS):
            n = pick.randrange(RUNS)
            key = f"run-{n}"
            assert np.array_equal(store.embedding(key).vectors, vectors[key])
            run = store.run_info(key)
            assert run.seed == n
            assert run.dataset == hashes[n % 2]
            assert len(store.in_box(key, "umap", n, n, n, n)) == 14
            assert store.projection(key, "umap").meta["n"] == n
            assert len(store.graph(key)) == 14
            assert store.dataset(hashes[n % 2]).hash == hashes[n % 2]
            assert set(store.verdicts(hashes[0])["id_b"]) <= {"b8", "b9"}

    def write(i: int) -> None:
        for step in range(CHANGES):
            store.set_verdicts(hashes[0], [("a", f"b{i}", "same" if step % 2 else "different")])
            n = step % RUNS
            store.save_projection(f"run-{n}", Projection("umap", np.full((14, 2), n, np.float32), {"n": n}))
            folder = tmp_path / f"w{i}-{step}"
            info = example.result(folder, store.dataset(hashes[0]).items, seed=step)
            store.save_run(folder, {"key": f"passing-{i}", "dataset": hashes[0], **info})
            assert len(store.embedding(f"passing-{i}")) == 14
            store.delete_run(f"passing-{i}")
            with pytest.raises(MissingError):
                store.graph(f"passing-{i}")
            shutil.rmtree(folder, ignore_errors=True)

    all_at_once(lambda i: read(i) if i < 8 else write(i), 10)
    assert sorted(r.key for r in store.runs()) == sorted(vectors)
    assert set(store.verdicts(hashes[0])["id_b"]) == {"b8", "b9"}


def test_the_same_dataset_added_by_many_is_kept_once(store: Store, tmp_path: Path) -> None:
    for i in range(8):
        example.dataset().save(tmp_path / str(i))
    found = all_at_once(lambda i: store.add_dataset(tmp_path / str(i), "upload").hash, 8)
    assert len(set(found)) == 1
    assert len(store.datasets()) == 1
    loaded = all_at_once(lambda i: id(store.dataset(str(found[0]))), 8)
    assert len(set(loaded)) == 1, "it is loaded once and shared"


def test_twenty_submits_of_an_equal_job_give_one(jobs: Jobs, store: Store, tmp_path: Path) -> None:
    hurry = tmp_path / "hurry"
    ids = all_at_once(lambda i: jobs.submit(Count("same", 100_000, 0.01, hurry=str(hurry))).id, 20)
    hurry.touch()
    assert len(set(ids)) == 1
    assert jobs.wait(str(ids[0]), PATIENCE).state == "done"
    assert len(store.job_rows()) == 1


def test_submitting_cancelling_and_looking_from_many_threads_ends_well(jobs: Jobs, store: Store) -> None:
    def work(i: int) -> list[str]:
        pick, submitted = random.Random(i), []
        for n in range(6):
            job = jobs.submit(Count(f"{i}-{n}", 2, 0.01))
            submitted.append(job.id)
            if pick.random() < 0.3:
                jobs.cancel(pick.choice(submitted))
            if pick.random() < 0.2:
                jobs.retry(pick.choice(submitted))
            positions = [j.position for j in jobs.live()]
            assert positions == sorted(positions)
            seen = jobs.get(job.id)
            assert seen is not None
            assert seen.id == job.id
        return submitted

    ids = [id for found in all_at_once(work, 8) for id in found]  # type: ignore[attr-defined]
    assert len(set(ids)) == 48
    ended = [jobs.wait(id, PATIENCE) for id in ids]
    assert {job.state for job in ended} <= {"done", "cancelled"}
    assert any(job.state == "done" for job in ended)
    assert jobs.live() == []
    assert not list((store.home / "jobs").iterdir())
    until(lambda: {row.id: row.state for row in store.job_rows()} == {job.id: job.state for job in ended})
