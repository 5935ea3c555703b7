"""The database is lost, damaged, older, newer or another program's: nothing that a person made goes, and it is said."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from embedcore.errors import EmbedError
from embedcore.explore import Projection
from embedcore.store import Store, opening, tables
from tests.unit.store.filled import add, train

DATABASE = "embedcore.duckdb"


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed data folder: two datasets, one renamed; three runs, a named group, two maps; verdicts and take-backs."""
    folder = tmp_path_factory.mktemp("stock")
    store = Store.open(folder / "home")
    first, second = add(store, folder / "a"), add(store, folder / "b", seed=1)
    for n, dataset in enumerate((first, first, second)):
        train(store, folder / f"r{n}", dataset, f"run-{n}", seed=n)
    store.rename_dataset(first, "Winter “24”")
    store.save_projection("run-0", Projection("umap", np.ones((14, 2), np.float32)))
    store.rename_cluster("run-0", "kmeans", 1, "Purses")
    store.save_clusters("run-1", "kmeans-9", store.clusters("run-1", "kmeans"))
    store.set_verdicts(first, [("p001", f"x{n}", ("same", "different")[n % 2]) for n in range(20)])
    store.set_verdicts(first, [("p001", "x3", None), ("p001", "x4", "different")])
    store.set_verdicts(second, [("p001", "p002", "same")])
    (folder / "out").mkdir()
    (folder / "out" / "answer").write_text("42")
    store.save_artifact("match", "k", folder / "out", first)
    store.close()
    return folder / "home"


@pytest.fixture
def filled(stock: Path, home: Path) -> Path:
    shutil.copytree(stock, home)
    return home


def seen(store: Store) -> dict[str, object]:
    """All that the store says of what people made."""
    runs = store.runs()
    return {
        "datasets": store.datasets(),
        "runs": runs,
        "kinds": {run.key: store.kinds(run.key) for run in runs},
        "maps": {run.key: store.projections(run.key) for run in runs},
        "groups": {
            run.key: [(n, store.clusters(run.key, n).names) for n in store.clusterings(run.key)] for run in runs
        },
        "verdicts": [store.verdicts(d.hash).to_dict("records") for d in store.datasets()],
        "artifacts": [store.artifact("match", "k", d.hash) is not None for d in store.datasets()],
    }


def opened(home: Path) -> tuple[dict[str, object], str]:
    store = Store.open(home)
    try:
        for run in store.runs():
            assert len(store.embedding(run.key)) == run.rows
        return seen(store), " ".join(store.notices)
    finally:
        store.close()


def names(home: Path) -> set[str]:
    return {path.name for part in ("datasets", "runs") for path in (home / part).iterdir()}


def turned(data: bytes, at: float, size: int = 64) -> bytes:
    start = int(at * len(data))
    return data[:start] + bytes(b ^ 255 for b in data[start : start + size]) + data[start + size :]


def swapped(data: bytes) -> bytes:
    block = 262_144
    head, rest = data[:12_288], data[12_288:]
    blocks = [rest[n : n + block] for n in range(0, len(rest), block)]
    return head + b"".join(reversed(blocks))


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "no byte": lambda b: b"",
    "text": lambda b: b"sku;title\n1;Mug\n" * 500,
    "zeros": lambda b: bytes(len(b)),
    "head of zeros": lambda b: bytes(4096) + b[4096:],
    "head turned": lambda b: turned(b, 0, 4096),
    "second head turned": lambda b: b[:4096] + turned(b[4096:8192], 0, 4096) + b[8192:],
    "both heads turned": lambda b: b[:4096] + turned(b[4096:12288], 0, 8192) + b[12288:],
    "blocks swapped": swapped,
    "cut to 100 bytes": lambda b: b[:100],
    "cut to its heads": lambda b: b[:12_288],
    "half": lambda b: b[: len(b) // 2],
    "cut by 1": lambda b: b[:-1],
    "cut by a block": lambda b: b[:-262_144],
    "twice": lambda b: b + b,
    "version of the future": lambda b: b[:12] + b"\xff" + b[13:],
    **{f"turned at {n}/24": lambda b, n=n: turned(b, n / 24) for n in range(1, 24, 2)},  # type: ignore[misc]
    "all zero behind the heads": lambda b: b[:12_288] + bytes(len(b) - 12_288),
    "every hundredth byte": lambda b: b[:12_288] + bytes(c ^ (n % 100 == 0) for n, c in enumerate(b[12_288:])),
}


@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_database_costs_nothing_that_a_person_made(filled: Path, how: str) -> None:
    before, _ = opened(filled)
    damaged = DAMAGE[how]((filled / DATABASE).read_bytes())
    (filled / DATABASE).write_bytes(damaged)
    after, said = opened(filled)
    assert after == before
    kept = [path.read_bytes() for path in filled.glob(f"{DATABASE}.*.damaged")]
    assert kept in ([damaged], []), "a damaged file is kept as it was"
    assert ("was damaged" in said) == bool(kept)
    assert str(filled) not in said
    again, said = opened(filled)
    assert (again, said) == (before, "")
    assert not (filled / "lost").exists()


def test_the_whole_database_is_rebuilt_from_the_folders(filled: Path) -> None:
    before, _ = opened(filled)
    (filled / DATABASE).unlink()
    after, said = opened(filled)
    assert after == before
    assert "2 datasets and 3 embeddings that the database did not know were taken in again." in said
    assert "20 verdicts that the database had lost were restored." in said
    assert opened(filled) == (before, "")


def test_an_older_copy_of_the_database_learns_what_came_after_it(filled: Path, tmp_path: Path) -> None:
    shutil.copy(filled / DATABASE, tmp_path / "older")
    store = Store.open(filled)
    third = add(store, tmp_path / "c", seed=2)
    train(store, tmp_path / "r", third, "run-9")
    store.rename_dataset(third, "Third")
    store.rename_cluster("run-0", "kmeans", 0, "Boots")
    first = next(d.hash for d in store.datasets() if "Winter" in d.name)
    store.set_verdicts(first, [("p001", "x5", None), ("p001", "new", "same")])
    before = seen(store)
    store.close()
    shutil.copy(tmp_path / "older", filled / DATABASE)
    after, said = opened(filled)
    assert after == before
    assert "1 dataset and 1 embedding that the database did not know were taken in again." in said
    assert "2 verdicts that the database had lost were restored." in said


def test_rows_whose_folders_are_gone_are_said_and_crash_nothing(filled: Path) -> None:
    store = Store.open(filled)
    second, first = store.datasets()
    store.close()
    shutil.rmtree(filled / "datasets" / second.hash)
    shutil.rmtree(filled / "runs" / "run-1")
    after, said = opened(filled)
    assert [d.hash for d in after["datasets"]] == [first.hash]  # type: ignore[attr-defined]
    assert [r.key for r in after["runs"]] == ["run-0"]  # type: ignore[attr-defined]
    assert "1 dataset (“Shop”) and 2 embeddings had no files in the data folder any more and left the list." in said
    assert (filled / "lost" / "runs" / "run-2").is_dir(), "an embedding without its dataset is set aside"


def test_a_moved_data_folder_is_the_same_folder(filled: Path, tmp_path: Path) -> None:
    before, _ = opened(filled)
    shutil.copytree(filled, tmp_path / "elsewhere" / "copied")
    filled.rename(tmp_path / "moved")
    for place in (tmp_path / "moved", tmp_path / "elsewhere" / "copied"):
        assert opened(place) == (before, "")


def test_folders_that_cannot_be_taken_in_are_set_aside_and_never_deleted(filled: Path, tmp_path: Path) -> None:
    (filled / DATABASE).unlink()
    store = Store.open(filled)
    second, first = store.datasets()
    store.close()
    items = filled / "datasets" / second.hash / "items.parquet"
    items.write_bytes(turned(items.read_bytes(), 0.5))
    weights = filled / "runs" / "run-0" / "model" / "weights.bin"
    weights.write_bytes(weights.read_bytes()[:-1])
    (filled / "runs" / "run-1" / "manifest.json").unlink()
    (filled / "datasets" / "notes").mkdir()
    (filled / "datasets" / "notes" / "my.txt").write_text("mine")
    (filled / "lost" / "datasets" / "notes").mkdir(parents=True)
    before = {p.relative_to(filled): p.read_bytes() for p in filled.rglob("*") if p.is_file() and p.parent != filled}
    (filled / DATABASE).unlink()
    after, said = opened(filled)
    assert [d.hash for d in after["datasets"]] == [first.hash]  # type: ignore[attr-defined]
    assert "5 folders or files" in said, said
    assert "set aside in the folder “lost”. Nothing was deleted." in said
    lost = {path.name for part in ("datasets", "runs") for path in (filled / "lost" / part).iterdir()}
    assert lost == {second.hash, "notes", "notes-2", "run-0", "run-1", "run-2"}
    contents = [p.read_bytes() for p in filled.rglob("*") if p.is_file()]
    assert all(content in contents for content in before.values())


def test_a_folder_of_before_manifests_gets_them_at_the_next_opening(filled: Path) -> None:
    before, _ = opened(filled)
    connection = duckdb.connect(str(filled / DATABASE))
    connection.execute("DROP TABLE deleted")
    connection.execute("DROP TABLE verdict_records")
    connection.execute("DELETE FROM migrations WHERE name LIKE 'm003%'")
    connection.close()
    for path in (*filled.rglob("manifest.json"), *filled.rglob("verdicts.log")):
        path.unlink()
    older = (filled / DATABASE).read_bytes()
    assert opened(filled) == (before, "")
    (backup,) = filled.glob("*.before-m003-*.bak")
    assert backup.read_bytes() == older
    assert len(list(filled.rglob("manifest.json"))) == 5
    (filled / DATABASE).unlink()
    assert opened(filled)[0] == before


def test_a_dataset_of_before_manifests_is_taken_in_from_its_own_files(filled: Path) -> None:
    before, _ = opened(filled)
    for path in filled.rglob("manifest.json"):
        path.unlink()
    (filled / DATABASE).unlink()
    after, said = opened(filled)
    assert {d.hash for d in after["datasets"]} == {d.hash for d in before["datasets"]}  # type: ignore[attr-defined]
    assert "2 datasets that" in said
    assert {p.name for p in (filled / "lost" / "runs").iterdir()} == {"run-0", "run-1", "run-2"}


@pytest.mark.parametrize("lost", ["DELETE FROM migrations", "DROP TABLE migrations"])
def test_a_lost_list_of_migrations_is_written_anew(filled: Path, lost: str) -> None:
    before, _ = opened(filled)
    connection = duckdb.connect(str(filled / DATABASE))
    connection.execute(lost)
    connection.close()
    after, said = opened(filled)
    assert after == before
    assert "lost the list of its own changes" in said
    assert opened(filled) == (before, "")


@pytest.mark.parametrize("table", ["datasets", "runs", "verdicts", "jobs", "cluster_names", "vector_sets", "deleted"])
def test_a_lost_or_emptied_table_comes_back(filled: Path, table: str) -> None:
    before, _ = opened(filled)
    pristine = (filled / DATABASE).read_bytes()
    for how in ("DROP TABLE", "DELETE FROM"):
        (filled / DATABASE).write_bytes(pristine)
        connection = duckdb.connect(str(filled / DATABASE))
        connection.execute(f"{how} {table}")
        connection.close()
        if how.startswith("DELETE") and table == "verdicts":
            continue  # the database says that it knows the whole record: all were taken back
        assert opened(filled)[0] == before, how


def refused(home: Path) -> str:
    before = {p.name: p.read_bytes() for p in home.iterdir() if p.is_file()}
    folders = names(home)
    with pytest.raises(EmbedError) as e:
        Store.open(home)
    assert {p.name: p.read_bytes() for p in home.iterdir() if p.is_file()} == before, "nothing is written"
    assert names(home) == folders
    assert str(home) not in str(e.value)
    return str(e.value)


@pytest.mark.parametrize("step", ["m002_of_the_future", "m004_more"])
def test_a_newer_database_is_refused_and_left_as_it_is(filled: Path, step: str) -> None:
    connection = duckdb.connect(str(filled / DATABASE))
    connection.execute("INSERT INTO migrations VALUES (?, now()::TIMESTAMP)", [step])
    connection.execute("ALTER TABLE verdicts ADD COLUMN who VARCHAR")
    connection.close()
    said = refused(filled)
    assert said == (
        f"This data folder was used by a newer version of embedcore (it knows {step}). "
        "Start that version, or choose another folder with EMBEDCORE_HOME."
    )


@pytest.mark.parametrize("table", ["sales (a INTEGER)", "migrations (id INTEGER)", "datasets (x INTEGER)"])
def test_the_database_of_another_program_is_refused_and_left_as_it_is(filled: Path, table: str) -> None:
    (filled / DATABASE).unlink()
    connection = duckdb.connect(str(filled / DATABASE))
    connection.execute("PRAGMA disable_checkpoint_on_shutdown")
    connection.execute(f"CREATE TABLE {table}")
    connection.execute("CHECKPOINT")
    connection.execute(f"INSERT INTO {table.split()[0]} VALUES (1)")  # noqa: S608  names of this test
    connection.close()
    assert "belongs to another program" in refused(filled)


def test_a_sqlite_file_is_another_programs(filled: Path) -> None:
    import sqlite3

    (filled / DATABASE).unlink()
    with sqlite3.connect(filled / DATABASE) as connection:
        connection.execute("CREATE TABLE bookmarks (a)")
    connection.close()
    assert "belongs to another program" in refused(filled)


def test_damage_that_shows_later_is_one_sentence_and_mended_at_the_next_opening(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, _ = opened(filled)
    store = Store.open(filled)

    def broken(*_: object) -> None:
        raise duckdb.SerializationException("Serialization Error: Failed to deserialize: field id mismatch")

    with monkeypatch.context() as patch:
        patch.setattr(tables, "verdicts", broken)
        patch.setattr(tables, "last", broken)
        with pytest.raises(EmbedError, match=r"is damaged.*are safe.*Start the app again"):
            store.set_verdicts(store.datasets()[0].hash, [("a", "b", "same")])
    store.close()
    after, said = opened(filled)
    assert after == before
    assert "was damaged" in said
    assert opened(filled) == (before, "")


def test_a_full_disk_while_it_is_built_anew_changes_nothing(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, _ = opened(filled)
    damaged = bytes(4096) + (filled / DATABASE).read_bytes()[4096:]
    (filled / DATABASE).write_bytes(damaged)
    files = {p.name for p in filled.iterdir()}

    def full(_: object) -> None:
        raise duckdb.IOException("IO Error: Could not write file “x”: No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(opening, "migrate", full)
        with pytest.raises(EmbedError, match="disk of the data folder is full"):
            Store.open(filled)
    assert {p.name for p in filled.iterdir()} == files
    assert (filled / DATABASE).read_bytes() == damaged
    assert opened(filled)[0] == before


def test_a_manifest_says_all_that_the_row_says_and_a_damaged_one_is_written_anew(filled: Path) -> None:
    before, _ = opened(filled)
    manifest = filled / "runs" / "run-0" / "manifest.json"
    facts = json.loads(manifest.read_text())["facts"]
    assert facts["row"]["params"] == {"dimension": 8}
    assert facts["clusterings"][0]["titles"] == ["shoes", "Purses"]
    for path in filled.rglob("manifest.json"):
        path.write_bytes(turned(path.read_bytes(), 0.5, 1))
    assert opened(filled) == (before, "")
    assert json.loads(manifest.read_text())["facts"] == facts
    assert isinstance(before["verdicts"], list)
    assert not pd.DataFrame(before["verdicts"][0]).empty
