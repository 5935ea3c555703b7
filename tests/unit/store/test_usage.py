"""What lies in the data folder is counted, kept as long as a person said, and deleted when a person says so."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from embedcore.errors import InputError
from embedcore.store import JobRow, Settings, Store
from tests.unit.store.filled import add, train


def put(path: Path, size: int, days: float = 0.0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    then = time.time() - days * 86_400
    os.utime(path, (then, then))


def test_every_byte_of_the_data_folder_is_in_one_area(store: Store, tmp_path: Path) -> None:
    data = add(store, tmp_path / "in")
    train(store, tmp_path / "run", data, "r1")
    (tmp_path / "out").mkdir()
    put(tmp_path / "out" / "answer", 700)
    store.save_artifact("match", "k", tmp_path / "out", data)
    for name, size in (("raw/a/table", 100), ("spool/u/a.csv", 50), ("lost/runs/x/model", 9), ("logs/a.log", 3)):
        put(store.home / name, size)
    put(store.home / "embedcore.duckdb.20260101.damaged", 11)
    usage = store.usage()
    (one,) = usage.datasets
    assert (one.hash, one.name, one.made, one.run_count) == (data, "Shop", 700, 1)
    assert one.data > 1000
    assert one.runs > 1000
    sizes = {area: usage.size(area) for area in ("raw", "spool", "lost", "logs", "backups", "cache")}
    assert sizes == {"raw": 100, "spool": 50, "lost": 9, "logs": 3, "backups": 11, "cache": 0}
    assert usage.derived == 150
    assert usage.areas["lost"][0].name == "runs/x"
    assert usage.bytes == sum(p.stat().st_size for p in store.home.rglob("*") if p.is_file())


def test_only_what_nobody_made_can_be_discarded_and_a_waiting_job_keeps_its_file(store: Store) -> None:
    for name in ("spool/waits/a.csv", "spool/free/b.csv", "lost/datasets/d/x", "lost/runs/r/x"):
        put(store.home / name, 10)
    put(store.home / "embedcore.duckdb.before.bak", 10)
    at = datetime.now(UTC)
    store.save_job(JobRow("j", "read", "k", "Read a.csv", {"place": "spool/waits/a.csv"}, "queued", at))
    assert store.discard("spool") == 10
    assert [thing.name for thing in store.usage().areas["spool"]] == ["waits"]
    assert store.discard("lost", "runs/r") == 10
    assert [thing.name for thing in store.usage().areas["lost"]] == ["datasets/d"]
    put(store.home / "moved.duckdb", 10)
    assert {thing.name for thing in store.usage().areas["backups"]} == {"moved.duckdb", "embedcore.duckdb.before.bak"}
    assert store.discard("backups", "embedcore.duckdb.before.bak") == 10
    for area in ("database", "datasets", "runs", "../x"):
        with pytest.raises(InputError):
            store.discard(area)
    assert (store.home / "embedcore.duckdb").exists()


def test_what_is_over_the_quota_goes_oldest_first_and_nothing_that_was_made(store: Store, tmp_path: Path) -> None:
    data = add(store, tmp_path / "in")
    put(store.home / "raw" / "old" / "t", 100, days=0.5)
    put(store.home / "spool" / "middle" / "t", 100, days=0.3)
    put(store.home / "raw" / "new" / "t", 100)
    assert store.settings() == Settings()
    store.sweep()
    assert store.usage().derived == 300
    store.set_settings(Settings(quota=250))
    store.sweep()
    assert [t.name for area in ("raw", "spool") for t in store.usage().areas[area]] == ["new", "middle"]
    store.set_settings(Settings(raw_days=0, quota=None))
    store.sweep()
    assert store.usage().size("raw") == 0
    assert store.dataset(data).hash == data
    with pytest.raises(InputError):
        store.set_settings(Settings(spool_days=-1))
    (store.home / "settings.json").write_text("{")
    assert store.settings() == Settings(), "damaged settings are the usual ones"
