"""Deleted means gone: no file of the data folder holds a word of it, and whoever is killed meanwhile leaves no half."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from embedcore.data import Catalogue, Dataset
from embedcore.store import JobRow, Store
from tests.shared import ROOT
from tests.unit.store.filled import add, train

WORD = "Zaunkoenigslaterne"
DATABASE = "embedcore.duckdb"


def canary(store: Store, folder: Path) -> str:
    """A dataset that is full of the word, with everything that a person makes of one."""
    ids = [f"{WORD}-{n}" for n in range(30)]
    frame = pd.DataFrame({"id": ids, "title": [f"{WORD} {n}" for n in range(30)]}).astype("str")
    Dataset.build(WORD, Catalogue(frame, {"id": "id", "title": "title"}), None, {"notices": [WORD]}).save(folder / "c")
    data = store.add_dataset(folder / "c", f"{WORD}.csv").hash
    train(store, folder / "r", data, "canary-run")
    store.rename_cluster("canary-run", "kmeans", 0, WORD)
    store.set_verdicts(data, [(ids[0], f"{WORD}-{n}", "same") for n in range(1, 200)])
    (folder / "out").mkdir(parents=True)
    (folder / "out" / "answer").write_text(WORD)
    store.save_artifact("match", "k", folder / "out", data)
    store.save_note("seen", data, {"word": WORD})
    read(store, "raw1", "spool/up1/a.csv")
    job(store, "i", "import", "1f", {"catalogue": {"raw": "raw1"}, "name": WORD}, {"dataset": data})
    job(store, "t", "train", "canary-run", {"dataset": data, "of": WORD}, {"run": "canary-run"})
    return data


def read(store: Store, key: str, place: str) -> None:
    for path in (store.home / place, store.home / "raw" / key / "table.parquet"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(WORD)
    job(store, f"read-{key}", "read", key, {"place": place, "digest": "d", "filename": f"{WORD}.csv"}, {"raw": key})


def job(store: Store, id: str, kind: str, key: str, spec: object, result: object, state: str = "done") -> None:
    at = datetime.now(UTC)
    store.save_job(JobRow(id, kind, key, f"{kind} {WORD}", spec, state, at, at, "", "", result))  # type: ignore[arg-type]


def holding(home: Path) -> list[str]:
    """Files that hold the word. The database is looked at when nobody has it open (reading it would unlock it)."""
    found = subprocess.run(["grep", "-rliaF", WORD, str(home)], capture_output=True, text=True, check=False).stdout
    return sorted(Path(line).relative_to(home).as_posix() for line in found.splitlines())


def test_nothing_of_a_deleted_dataset_is_left_in_the_data_folder(home: Path, tmp_path: Path) -> None:
    store = Store.open(home)
    other = add(store, tmp_path / "a")
    train(store, tmp_path / "b", other, "other-run")
    store.set_verdicts(other, [("p001", "p002", "same")])
    data = canary(store, tmp_path)
    store.close()
    assert len(holding(home)) >= 8, "the word is there before"
    store = Store.open(home)
    assert store.delete_dataset(data) == ()
    assert [d.hash for d in store.datasets()] == [other]
    assert store.job_rows() == []
    copy = shutil.copytree(home, tmp_path / "beside")  # as after kill -9 right behind the answer
    assert [r.key for r in store.runs()] == ["other-run"]
    store.set_verdicts(other, [("p001", "p003", "same")])
    store.close()
    assert holding(home) == []
    assert holding(copy) == []
    store = Store.open(home)
    assert store.notices == ()
    assert len(store.verdicts(other)) == 2
    train(store, tmp_path / "n", other, "next-run")
    store.close()


def test_the_file_is_about_as_small_as_a_new_one(home: Path, tmp_path: Path) -> None:
    Store.open(tmp_path / "new").close()
    store = Store.open(home)
    data = add(store, tmp_path / "a")
    store.set_verdicts(data, [("p001", f"{WORD} {n}", "same") for n in range(20_000)])
    store.delete_dataset(data)
    store.close()
    assert (home / DATABASE).stat().st_size <= (tmp_path / "new" / DATABASE).stat().st_size + 300_000


def test_files_that_another_dataset_or_a_waiting_job_needs_stay(home: Path, tmp_path: Path) -> None:
    store = Store.open(home)
    other = add(store, tmp_path / "a")
    data = canary(store, tmp_path)
    read(store, "raw2", "spool/up2/b.csv")
    read(store, "raw3", "spool/up3/c.csv")
    read(store, "raw4", "spool/up1/a.csv")  # the same upload, read another way
    read(store, "free", "spool/up5/d.csv")  # of no dataset: kept as long as the settings say
    job(store, "i2", "import", "2f", {"catalogue": {"raw": "raw1"}, "baskets": {"raw": "raw2"}}, {"dataset": data})
    job(store, "i3", "import", "3f", {"catalogue": {"raw": "raw2"}}, {"dataset": other})
    job(store, "i4", "import", "4f", {"catalogue": {"raw": "raw3"}}, {"dataset": data})
    job(store, "i5", "import", "5f", {"catalogue": {"raw": "raw3"}}, {}, "queued")
    store.delete_dataset(data)
    assert {p.name for p in (home / "raw").iterdir()} == {"raw2", "raw3", "free"}
    assert {p.name for p in (home / "spool").iterdir()} == {"up2", "up3", "up5"}
    store.close()


def test_what_only_a_person_may_delete_is_named(home: Path, tmp_path: Path) -> None:
    store = Store.open(home)
    data = canary(store, tmp_path)
    (home / f"{DATABASE}.20260101.damaged").write_text(WORD)
    (home / "lost" / "runs" / "x").mkdir(parents=True)
    (said,) = store.delete_dataset(data)
    assert said.startswith("2 older copies of the database or folders that were set aside may still hold some of it.")
    store.discard("lost")
    store.discard("backups")
    store.close()
    assert holding(home) == []


def test_uploads_that_nobody_can_tell_apart_any_more_are_named(home: Path, tmp_path: Path) -> None:
    store = Store.open(home)
    data = canary(store, tmp_path)
    store.close()
    (home / DATABASE).unlink()  # and with it the list of jobs
    store = Store.open(home)
    (said,) = store.delete_dataset(data)
    assert said.startswith("It is no longer known which uploads it was read from.")
    store.close()


def test_a_deleted_embedding_leaves_no_title_in_the_database(home: Path, tmp_path: Path) -> None:
    store = Store.open(home)
    data = add(store, tmp_path / "a")
    train(store, tmp_path / "r", data, "one")
    store.rename_cluster("one", "kmeans", 0, WORD)
    store.delete_run("one")
    store.close()
    assert holding(home) == []


def test_readers_go_on_while_the_file_is_written_anew(home: Path, tmp_path: Path) -> None:
    store = Store.open(home)
    keep = add(store, tmp_path / "keep", seed=9)
    hashes = [add(store, tmp_path / f"d{n}", seed=n) for n in range(4)]
    wrong: list[object] = []
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            try:
                if keep not in [d.hash for d in store.datasets()]:
                    wrong.append("gone")
                store.set_verdicts(keep, [("a", "b", "same")])
            except Exception as e:  # noqa: BLE001  the test names it
                wrong.append(e)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for hash in hashes:
        store.delete_dataset(hash)
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert [d.hash for d in store.datasets()] == [keep]
    store.close()


KILL = """
import os, sys
from pathlib import Path
from embedcore.data import folders
from embedcore.store import Store, database
where, call, calls = sys.argv[2], int(sys.argv[3]), 0
module = folders if where in ("remove", "replace_file") else database
name = where
real = getattr(module, name)
def killed(*args, **kwargs):
    global calls; calls += 1
    if calls == call: os._exit(9)
    return real(*args, **kwargs)
store = Store.open(Path(sys.argv[1]))
setattr(module, name, killed)
store.delete_dataset(sys.argv[4])
os._exit(0)
"""


@pytest.mark.parametrize(
    ("where", "call"), [("remove", n) for n in range(1, 5)] + [("rewritten", 1), ("replace_file", 1), ("connect", 1)]
)
def test_a_deletion_that_is_killed_is_finished_at_the_next_opening(
    home: Path, tmp_path: Path, where: str, call: int
) -> None:
    store = Store.open(home)
    other = add(store, tmp_path / "a")
    data = canary(store, tmp_path)
    store.close()
    code = [sys.executable, "-c", KILL, str(home), where, str(call), data]
    assert subprocess.run(code, cwd=ROOT, check=False).returncode == 9
    store = Store.open(home)
    assert [d.hash for d in store.datasets()] == [other]
    assert store.notices == ()
    store.close()
    assert holding(home) == []
    assert not (home / "lost").exists()


def test_what_was_imported_again_after_a_killed_deletion_stays(home: Path, tmp_path: Path) -> None:
    store = Store.open(home)
    data = canary(store, tmp_path)
    store.close()
    code = [sys.executable, "-c", KILL, str(home), "remove", "1", data]
    assert subprocess.run(code, cwd=ROOT, check=False).returncode == 9
    shutil.copy(home / DATABASE, tmp_path / "older")
    shutil.copy(home / f"{DATABASE}.wal", tmp_path / "older.wal")
    store = Store.open(home)
    assert store.datasets() == []
    assert canary(store, tmp_path / "again") == data
    store.close()
    shutil.copy(tmp_path / "older", home / DATABASE)
    shutil.copy(tmp_path / "older.wal", home / f"{DATABASE}.wal")
    store = Store.open(home)
    assert [d.hash for d in store.datasets()] == [data], "the older list of deletions is not about this one"
    assert (home / "runs" / "canary-run").is_dir()
    store.close()
