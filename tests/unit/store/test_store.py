"""The store keeps what it is given and answers from one moment."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from embedcore.errors import EmbedError, InputError, MissingError
from embedcore.store import JobRow, Store
from tests.unit import example
from tests.unit.store.filled import add, train


def test_a_dataset_comes_back_with_its_counts(store: Store, tmp_path: Path) -> None:
    data = example.dataset("Shoes & Söhne")
    data.save(tmp_path / "in")
    info = store.add_dataset(tmp_path / "in", "upload")
    assert not (tmp_path / "in").exists()
    assert (info.name, info.source, info.products, info.catalogue_rows) == ("Shoes & Söhne", "upload", 14, 12)
    assert (info.bought, info.baskets, info.customers) == (int((data.counts > 0).sum()), 40, 7)
    assert info.meta == {"notices": ["made up"]}
    assert timedelta(0) <= datetime.now(UTC) - info.created < timedelta(minutes=1)
    again = store.dataset(info.hash)
    assert again.hash == data.hash
    assert list(again.items) == list(data.items)
    assert store.dataset(info.hash) is again
    assert store.dataset_folder(info.hash) == store.home / "datasets" / info.hash


def test_the_same_content_is_kept_once_and_the_newest_dataset_comes_first(store: Store, tmp_path: Path) -> None:
    first = add(store, tmp_path / "a")
    second = add(store, tmp_path / "b", seed=1)
    assert add(store, tmp_path / "c", name="Same thing, other name") == first
    assert [d.hash for d in store.datasets()] == [second, first]
    assert not (tmp_path / "c").exists()


def test_a_renamed_dataset_carries_its_new_name(store: Store, tmp_path: Path) -> None:
    hash = add(store, tmp_path / "a")
    store.dataset(hash)
    store.rename_dataset(hash, " Winter ")
    assert store.dataset(hash).name == store.datasets()[0].name == "Winter"
    assert store.dataset(hash).hash == hash
    with pytest.raises(InputError):
        store.rename_dataset(hash, " ")


def test_everything_is_still_there_after_closing_and_opening(home: Path, tmp_path: Path) -> None:
    store = Store.open(home)
    hash = add(store, tmp_path / "a")
    train(store, tmp_path / "r", hash, "key")
    vectors = store.embedding("key").vectors
    store.set_verdicts(hash, [("p002", "p001", "same")])
    store.close()
    store.close()
    with pytest.raises(EmbedError, match="closed"):
        store.datasets()
    again = Store.open(home)
    assert np.array_equal(again.embedding("key").vectors, vectors)
    assert again.verdicts(hash)[["id_a", "id_b", "verdict"]].values.tolist() == [["p001", "p002", "same"]]
    assert again.notices == ()
    again.close()


def test_deleting_a_dataset_takes_its_runs_and_verdicts_along(store: Store, tmp_path: Path) -> None:
    hash = add(store, tmp_path / "a")
    other = add(store, tmp_path / "b", seed=1)
    train(store, tmp_path / "r1", hash, "one")
    train(store, tmp_path / "r2", other, "two")
    store.set_verdicts(hash, [("p001", "p002", "same")])
    store.delete_dataset(hash)
    assert [d.hash for d in store.datasets()] == [other]
    assert [r.key for r in store.runs()] == ["two"]
    assert store.verdicts(hash).empty
    assert [p.name for p in (store.home / "datasets").iterdir()] == [other]
    assert [p.name for p in (store.home / "runs").iterdir()] == ["two"]
    with pytest.raises(MissingError):
        store.dataset(hash)
    assert add(store, tmp_path / "c") == hash


def test_a_verdict_is_about_a_pair_in_any_order_and_can_be_taken_back(store: Store) -> None:
    store.set_verdicts("d", [("b", "a", "same")])
    store.set_verdicts("d", [("a", "b", "different")])
    store.set_verdicts("other", [("a", "b", "same")])
    found = store.verdicts("d")
    assert found[["id_a", "id_b", "verdict"]].values.tolist() == [["a", "b", "different"]]
    store.set_verdicts("d", [("b", "a", None)])
    assert list(store.verdicts("d").columns) == ["id_a", "id_b", "verdict", "at"]
    assert store.verdicts("d").empty
    for bad in (("a", "b", "maybe"), ("a", "a", "same")):
        with pytest.raises(InputError):
            store.set_verdicts("d", [bad])


def test_jobs_are_kept_by_id_and_found_by_kind_and_key(store: Store) -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    job = JobRow("j1", "read", "key", "Reading “ä”", {"path": "x", "n": None}, "queued", at)
    store.save_job(job)
    assert store.job_rows() == [job]
    assert store.done_job("read", "key") is None
    done = JobRow("j1", "read", "key", "Reading “ä”", {}, "done", at, at + timedelta(seconds=3), "", "", {"raw": "key"})
    store.save_job(done)
    assert store.job_rows() == [done] == [store.done_job("read", "key")]
    for i in range(5):
        store.save_job(JobRow(f"q{i}", "t", "k", "", {}, "queued", at - timedelta(days=1)))
    assert {j.id for j in store.job_rows(limit=5)} == {f"q{i}" for i in range(5)}, "waiting jobs are never left out"


def test_leftovers_of_a_killed_process_go_at_the_next_opening(home: Path, tmp_path: Path) -> None:
    store = Store.open(home)
    hash = add(store, tmp_path / "a")
    train(store, tmp_path / "r", hash, "key")
    store.save_job(
        JobRow("w", "read", "k", "", {"path": str(home / "spool" / "waiting.csv")}, "queued", datetime.now(UTC))
    )
    store.close()
    for leftover in ("jobs/x.tmp/out", "datasets/unknown", "runs/unknown/model", "raw/abc.123.tmp", "raw/good"):
        (home / leftover).mkdir(parents=True)
    for leftover in (f"datasets/{hash}/manifest.json.7.tmp", "runs/key/manifest.json.7.tmp", "settings.json.7.tmp"):
        (home / leftover).write_text("half")
    (home / "embedcore.duckdb.new").write_text("half")
    old = time.time() - 40 * 86_400
    for name in ("spool/old.csv", "spool/waiting.csv", "spool/new.csv", "logs/old.log"):
        (home / name).write_text("x")
        if "new" not in name:
            os.utime(home / name, (old, old))
    again = Store.open(home)
    left = sorted(
        str(p.relative_to(home))
        for f in ("jobs", "datasets", "runs", "raw", "spool", "logs")
        for p in (home / f).iterdir()
    )
    assert left == sorted([f"datasets/{hash}", "runs/key", "raw/good", "spool/new.csv", "spool/waiting.csv"])
    assert not [*home.rglob("*.tmp"), *home.glob("*.new")]
    assert {p.name for part in ("datasets", "runs") for p in (home / "lost" / part).iterdir()} == {"unknown"}
    assert again.notices == (
        "2 folders or files (0 MB) could not be taken in again and were set aside in the folder “lost”. Nothing was "
        "deleted.",
    )
    assert again.raw("good") == home / "raw" / "good"
    assert again.find_raw("other") is None
    again.close()


def test_a_read_table_is_moved_in_and_replaced(store: Store, tmp_path: Path) -> None:
    for text in ("one", "two"):
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "table").write_text(text)
        found = store.save_raw("k", tmp_path / "out")
        assert (found / "table").read_text() == text
        assert store.raw("k") == found
    assert [p.name for p in (store.home / "raw").iterdir()] == ["k"]


def test_what_was_made_of_a_dataset_or_a_run_comes_back_and_goes_with_it(store: Store, tmp_path: Path) -> None:
    data = add(store, tmp_path / "in")
    train(store, tmp_path / "run", data, "run1")
    for n, run in enumerate((None, "run1")):
        assert store.artifact("match", "k", data, run) is None
        (tmp_path / f"out{n}").mkdir()
        (tmp_path / f"out{n}" / "answer.json").write_text(str(n))
        kept = store.save_artifact("match", "k", tmp_path / f"out{n}", data, run)
        assert store.artifact("match", "k", data, run) == kept
        assert (kept / "answer.json").read_text() == str(n)
        assert store.artifact("match", "another", data, run) is None
        assert store.artifact("other", "k", data, run) is None
    assert store.dataset(data).hash == data, "the dataset is not disturbed"
    store.delete_run("run1")
    assert store.artifact("match", "k", data, "run1") is None
    assert store.artifact("match", "k", data) is not None
    store.delete_dataset(data)
    assert store.artifact("match", "k", data) is None


def test_many_verdicts_are_kept_together_or_not_at_all(store: Store, tmp_path: Path) -> None:
    data = add(store, tmp_path / "in")
    store.set_verdicts(data, [("b", "a", "same"), ("a", "c", "different"), ("b", "c", None), ("a", "b", "different")])
    kept = store.verdicts(data).set_index(["id_a", "id_b"])["verdict"].to_dict()
    assert kept == {("a", "b"): "different", ("a", "c"): "different"}, "the last word on a pair counts"
    with pytest.raises(InputError):
        store.set_verdicts(data, [("a", "b", "same"), ("a", "d", "perhaps")])
    assert store.verdicts(data).set_index(["id_a", "id_b"])["verdict"].to_dict() == kept
    store.set_verdicts(data, [("c", "a", None), ("b", "a", None)])
    assert store.verdicts(data).empty
