"""kill -9 in the middle of anything: what was acknowledged is there and whole, and nobody stays behind."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from embedcore.data import Embedding
from embedcore.jobs import Jobs
from embedcore.neighbours import Graph
from embedcore.store import Store
from tests.shared import ROOT
from tests.unit import example
from tests.unit.jobs.small_kinds import QUESTIONS
from tests.unit.jobs.test_jobs import PATIENCE, alive, spinning, until

CYCLES = 8


def victim(mode: str, home: Path, argument: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.crash.victim", mode, str(home), argument],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    return process


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("ready"), "the server did not start"
    return line


def kill_after(process: subprocess.Popen[str], runs: int, seconds: float = 0.0) -> list[int]:
    """Kill it some time after it has stored that many; the numbers of all runs that it reported as stored."""
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(runs)]
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    lines += process.stdout.read().splitlines(keepends=True)
    process.wait()
    return [int(line.split()[1]) for line in lines if line.startswith("run ") and line.endswith("\n")]


def check_whole(store: Store, key: str, scratch: Path) -> None:
    """A stored run equals, bit for bit, what was made from its number."""
    n = int(key.split("-")[1])
    run = store.run_info(key)
    example.result(scratch, store.dataset(run.dataset).items, seed=n, d=4 + n % 3)
    want = Embedding.load(scratch / "embeddings")
    got = store.embedding(key)
    assert np.array_equal(got.vectors, want.vectors)
    assert list(got.ids) == list(want.ids)
    assert np.array_equal(store.graph(key).ids, Graph.load(scratch / "graph").ids)
    assert store.kinds(key) == ["product", "value"]
    assert store.projections(key) == ["pca"]
    assert len(store.projection(key, "pca").xy) == len(want) == len(store.clusters(key, "kmeans").labels)
    assert (store.model_folder(key) / "weights.bin").read_bytes() == want.vectors.tobytes()


def test_nothing_that_was_acknowledged_is_lost_or_torn(home: Path, tmp_path: Path) -> None:
    random_seconds = random.Random(7)
    acknowledged: list[int] = []
    for cycle in range(CYCLES):
        process = victim("commit", home, str(cycle * 10_000))
        first_line(process)
        acknowledged += kill_after(process, 1, random_seconds.uniform(0.0, 0.6))
        store = Store.open(home)
        # What was stored when the kill came, but not told yet, may be taken in: nothing else is worth a word.
        assert all("were taken in" in said or "was taken in" in said or "restored" in said for said in store.notices)
        keys = {run.key for run in store.runs()}
        assert {f"run-{n}" for n in acknowledged} <= keys
        (dataset,) = store.datasets()
        verdicts = set(store.verdicts(dataset.hash)[["id_a", "id_b"]].to_numpy().ravel())
        assert {f"other-{n}" for n in acknowledged} <= verdicts
        assert {p.name for p in (home / "runs").iterdir()} == keys
        assert not (home / "lost").exists()
        for key in sorted(keys, key=lambda k: int(k.split("-")[1]))[-12:]:
            check_whole(store, key, tmp_path / f"{cycle}-{key}")
        store.close()
    assert len(acknowledged) >= CYCLES


def killed_with_a_log(home: Path) -> Path:
    """A data folder whose server was killed, with some runs in the database file and later ones in the log only."""
    process = victim("commit", home, "0")
    first_line(process)
    assert kill_after(process, 4)
    Store.open(home).close()
    process = victim("commit", home, "10000")
    first_line(process)
    assert kill_after(process, 4)
    wal = home / "embedcore.duckdb.wal"
    assert wal.stat().st_size > 1000
    return wal


@pytest.mark.parametrize(
    ("damage", "reported"),
    [
        (lambda b: b[: len(b) // 2] + bytes([b[len(b) // 2] ^ 255]) + b[len(b) // 2 + 1 :], "could not be read back"),
        (lambda b: b"\x00\x00\x00" + b[3:], "could not be read back"),
        (lambda b: b[:-7], ""),
    ],
    ids=["in-the-middle", "at-the-start", "cut-off"],
)
def test_a_log_that_cannot_be_read_is_set_aside_and_reported(
    home: Path, tmp_path: Path, damage: Callable[[bytes], bytes], reported: str
) -> None:
    wal = killed_with_a_log(home)
    before = damage(wal.read_bytes())
    wal.write_bytes(before)
    folders = {p.name for p in (home / "runs").iterdir() if not p.name.endswith(".tmp")}
    store = Store.open(home)
    aside = list(home.glob("*.unreadable"))
    said = " ".join(store.notices)
    assert str(home) not in said
    assert [p.read_bytes() for p in aside] == ([before] if reported else [])
    assert reported in said
    assert not any(path.name in said for path in aside), "a sentence for people, without names of files"
    keys = [run.key for run in store.runs()]
    assert set(keys) == folders, "what the log held is taken in again from its folders"
    verdicts = set(store.verdicts(store.datasets()[0].hash)["id_a"])
    assert {f"other-{key.removeprefix('run-')}" for key in keys[1:]} <= verdicts
    assert not (home / "lost").exists()
    for key in {*keys[:5], *keys[-5:]}:
        check_whole(store, key, tmp_path / key)
    store.close()
    again = Store.open(home)
    assert again.notices == ()
    assert [run.key for run in again.runs()] == keys
    again.close()


def test_workers_end_when_their_server_is_killed_and_its_job_can_be_run_again(home: Path, tmp_path: Path) -> None:
    process = victim("queue", home, str(tmp_path / "pids"))
    _, spin, behind, ask = first_line(process).split()
    pids = [*spinning(tmp_path / "pids"), int(ask)]
    assert all(alive(pid) for pid in pids)
    process.send_signal(signal.SIGKILL)
    process.wait()
    until(lambda: not any(alive(pid) for pid in pids))  # no worker outlives its server
    store = Store.open(home)
    assert not list((home / "jobs").iterdir())
    jobs = Jobs(store, warm=False, questions=QUESTIONS)
    job = jobs.get(spin)
    assert job is not None
    assert job.state == "interrupted"
    assert job.finished
    assert jobs.wait(behind, PATIENCE).state == "done", "what waited goes on"
    (tmp_path / "pids").unlink()
    jobs.retry(spin)
    spinning(tmp_path / "pids")
    jobs.close()
    store.close()
