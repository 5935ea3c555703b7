"""The store keeps what it is given, answers from one moment, and lets nobody else in."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from embedcore.data import Embedding
from embedcore.errors import BusyError, EmbedError, InputError, MissingError
from embedcore.explore import Clusters, Projection
from embedcore.neighbours import Graph
from embedcore.store import JobRow, Store
from embedcore.store.cursor import Cursor
from embedcore.store.database import Database
from tests.shared import ROOT
from tests.unit import made


@pytest.fixture
def database(home: Path) -> Iterator[Database]:
    home.mkdir()
    opened = Database(home)
    yield opened
    opened.close()


def add(store: Store, folder: Path, **how: object) -> str:
    made.dataset(**how).save(folder)  # type: ignore[arg-type]
    return store.add_dataset(folder, "upload").hash


def train(store: Store, folder: Path, dataset: str, key: str, seed: int = 0, d: int = 8) -> Path:
    """Stores a made-up result; returns a copy of its folder to compare with."""
    info = made.result(folder, store.dataset(dataset).items, seed, d)
    copy = Path(shutil.copytree(folder, folder.with_name(folder.name + "-copy")))
    store.save_run(folder, {"key": key, "dataset": dataset, **info})
    return copy


def test_a_dataset_comes_back_with_its_counts(store: Store, tmp_path: Path) -> None:
    data = made.dataset("Shoes & Söhne")
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


@pytest.mark.parametrize("d", [1, 8, 300])
def test_a_run_comes_back_bit_for_bit(store: Store, tmp_path: Path, d: int) -> None:
    hash = add(store, tmp_path / "a")
    copy = train(store, tmp_path / "r", hash, "k" * 64, d=d)
    run = store.run_info("k" * 64)
    assert (run.dataset, run.method, run.rows, run.dimension) == (hash, "product2vec", 14, d)
    assert (run.params, run.seed, run.seconds, run.losses) == ({"dimension": d}, 0, 1.5, (2.0, 1.0))
    assert store.kinds(run.key) == ["product", "value"]
    want, got = Embedding.load(copy / "embeddings"), store.embedding(run.key)
    assert list(got.ids) == list(want.ids)
    assert got.meta == want.meta
    assert got.vectors.dtype == np.float32
    assert np.array_equal(got.vectors, want.vectors)
    graph, other = Graph.load(copy / "graph"), store.graph(run.key)
    assert np.array_equal(graph.ids, other.ids)
    assert np.array_equal(graph.scores, other.scores)
    assert (other.exact, other.recall) == (False, 0.97)
    assert store.projections(run.key) == ["pca"]
    assert store.clusterings(run.key) == ["kmeans"]
    assert np.array_equal(store.projection(run.key, "pca").xy, Projection.load(copy / "maps", "pca").xy)
    clusters = store.clusters(run.key, "kmeans")
    assert np.array_equal(clusters.labels, Clusters.load(copy / "clusters").labels)
    assert (clusters.names, clusters.silhouette, clusters.meta) == (("shoes", "hats"), 0.4, {"k": 2})
    assert (store.model_folder(run.key) / "weights.bin").read_bytes() == want.vectors.tobytes()


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


def test_a_result_that_is_stored_twice_is_kept_as_it_was(store: Store, tmp_path: Path) -> None:
    hash = add(store, tmp_path / "a")
    train(store, tmp_path / "r1", hash, "key", seed=1)
    before = store.embedding("key").vectors
    train(store, tmp_path / "r2", hash, "key", seed=2)
    assert np.array_equal(store.embedding("key").vectors, before)
    assert len(store.runs()) == 1


def test_a_run_of_a_deleted_dataset_is_refused_and_leaves_nothing(store: Store, tmp_path: Path) -> None:
    info = made.result(tmp_path / "r", made.dataset().items)
    with pytest.raises(MissingError, match="deleted"):
        store.save_run(tmp_path / "r", {"key": "key", "dataset": "gone", **info})
    assert store.find_run("key") is None
    assert not list((store.home / "runs").iterdir())


def test_deleting_a_run_leaves_the_others_and_it_can_come_again(store: Store, tmp_path: Path) -> None:
    hash = add(store, tmp_path / "a")
    train(store, tmp_path / "r1", hash, "one")
    train(store, tmp_path / "r2", hash, "two", seed=2)
    kept = store.embedding("two").vectors
    store.delete_run("one")
    assert [r.key for r in store.runs(hash)] == ["two"]
    assert store.runs("other") == []
    assert not store.model_folder("one").exists()
    assert np.array_equal(store.embedding("two").vectors, kept)
    for ask in (store.embedding, store.graph, store.projections, store.clusterings, store.kinds):
        with pytest.raises(MissingError):
            ask("one")
    train(store, tmp_path / "r3", hash, "one", seed=3)
    assert len(store.runs(hash)) == 2
    assert len(store.embedding("one")) == 14


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


def test_maps_and_clusters_are_replaced_by_their_name(store: Store, tmp_path: Path) -> None:
    hash = add(store, tmp_path / "a")
    train(store, tmp_path / "r", hash, "key")
    for step in (1.0, 2.0):
        xy = np.full((14, 2), step, np.float32)
        store.save_projection("key", Projection("umap", xy, {"step": step}))
        assert np.array_equal(store.projection("key", "umap").xy, xy)
    assert store.projections("key") == ["pca", "umap"]
    assert store.projection("key", "umap").meta == {"step": 2.0}
    labels = np.zeros(14, np.int32)
    store.save_clusters("key", "kmeans-1", Clusters("kmeans", labels, ("all",), 0.0))
    assert store.clusterings("key") == ["kmeans", "kmeans-1"]
    assert store.clusters("key", "kmeans-1").names == ("all",)
    with pytest.raises(InputError, match="14"):
        store.save_projection("key", Projection("umap", np.zeros((3, 2), np.float32)))
    with pytest.raises(InputError):
        store.save_clusters("key", "kmeans", Clusters("kmeans", labels[:2], ("all",), 0.0))
    with pytest.raises(MissingError):
        store.projection("key", "other")


def test_a_cluster_takes_a_new_name_but_not_one_that_is_taken(store: Store, tmp_path: Path) -> None:
    hash = add(store, tmp_path / "a")
    train(store, tmp_path / "r", hash, "key")
    store.rename_cluster("key", "kmeans", 1, " Caps ")
    assert store.clusters("key", "kmeans").names == ("shoes", "Caps")
    store.rename_cluster("key", "kmeans", 1, "Caps")
    for label, title in ((0, "Caps"), (0, " "), (2, "new")):
        with pytest.raises(InputError):
            store.rename_cluster("key", "kmeans", label, title)


def test_names_belong_to_the_clusters_they_were_given_to(home: Path, tmp_path: Path) -> None:
    """As after a crash between a file and its row: the clusters are new, the names in the database are not."""
    store = Store.open(home)
    hash = add(store, tmp_path / "a")
    train(store, tmp_path / "r", hash, "key")
    store.rename_cluster("key", "kmeans", 0, "Boots")
    Clusters("kmeans", np.zeros(14, np.int32), ("hats", "bags"), 0.0).save(store.run_folder("key") / "clusters")
    assert store.clusters("key", "kmeans").names == ("hats", "bags")
    store.rename_cluster("key", "kmeans", 1, "Purses")
    store.close()
    again = Store.open(home)
    assert again.clusters("key", "kmeans").names == ("hats", "Purses")
    again.close()


def test_maps_and_clusters_without_a_row_go_at_the_next_opening(home: Path, tmp_path: Path) -> None:
    store = Store.open(home)
    hash = add(store, tmp_path / "a")
    train(store, tmp_path / "r", hash, "key")
    folder = store.run_folder("key")
    Projection("umap", np.zeros((14, 2), np.float32)).save(folder / "maps")
    store.clusters("key", "kmeans").save(folder / "clusters", "kmeans-9")
    store.close()
    again = Store.open(home)
    names = {path.name for part in ("maps", "clusters") for path in (folder / part).iterdir()}
    assert names == {"projection-pca.safetensors", "clusters-kmeans.safetensors"}
    again.close()


def test_arrays_that_somebody_looks_at_outlive_their_run(store: Store, tmp_path: Path) -> None:
    hash = add(store, tmp_path / "a")
    copy = train(store, tmp_path / "r", hash, "key", d=300)
    vectors = store.embedding("key").vectors
    store.delete_run("key")
    assert not (store.home / "runs" / "key").exists()
    assert np.array_equal(vectors, Embedding.load(copy / "embeddings").vectors)


def test_a_result_for_what_was_deleted_meanwhile_is_refused(store: Store, tmp_path: Path) -> None:
    hash = add(store, tmp_path / "a")
    train(store, tmp_path / "r", hash, "key")
    projection = store.projection("key", "pca")
    store.delete_run("key")
    (tmp_path / "out").mkdir()
    with pytest.raises(MissingError):
        store.save_projection("key", projection)
    with pytest.raises(MissingError, match="deleted"):
        store.save_artifact("match", "k", tmp_path / "out", hash, "key")
    store.delete_dataset(hash)
    with pytest.raises(MissingError, match="deleted"):
        store.save_artifact("match", "k", tmp_path / "out", hash)
    with pytest.raises(MissingError, match="deleted"):
        store.save_note("kept", hash, {"a": "b"})
    assert not list((store.home / "runs").iterdir())
    assert not list((store.home / "datasets").iterdir())


def test_a_box_on_the_map_gives_the_rows_inside(store: Store, tmp_path: Path) -> None:
    hash = add(store, tmp_path / "a")
    train(store, tmp_path / "r", hash, "key")
    xy = store.projection("key", "pca").xy
    want = np.flatnonzero((xy[:, 0] >= -5) & (xy[:, 0] <= 5) & (xy[:, 1] >= -8) & (xy[:, 1] <= 8))
    got = store.in_box("key", "pca", 5, -5, -8, 8)
    assert got.dtype == np.int64
    assert np.array_equal(got, want)
    assert 0 < len(got) < 14
    x, y = (float(v) for v in xy[3])
    assert 3 in store.in_box("key", "pca", x, x, y, y)
    assert not len(store.in_box("key", "pca", 90, 91, 90, 91))


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


def test_a_second_process_is_told_who_has_the_folder(store: Store) -> None:
    code = (
        "import sys; from pathlib import Path; from embedcore.errors import BusyError\n"
        "from embedcore.store import Store\n"
        "try: Store.open(Path(sys.argv[1]))\nexcept BusyError as e: print(e)"
    )
    ran = subprocess.run([sys.executable, "-c", code, str(store.home)], cwd=ROOT, capture_output=True, text=True)
    assert f"in use by process {os.getpid()}" in ran.stdout, ran.stderr
    assert str(store.home) not in ran.stdout
    assert store.datasets() == []


def test_the_same_process_cannot_open_a_folder_twice(store: Store) -> None:
    with pytest.raises(BusyError):
        Store.open(store.home)
    store.close()
    Store.open(store.home).close()


def test_a_store_that_was_dropped_without_closing_can_be_opened_again(home: Path, tmp_path: Path) -> None:
    store = Store.open(home)
    hash = add(store, tmp_path / "a")
    del store
    again = Store.open(home)
    assert [d.hash for d in again.datasets()] == [hash]
    again.close()


def test_the_database_reaches_no_file_outside_and_cannot_be_unlocked(database: Database, tmp_path: Path) -> None:
    import duckdb

    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    for sql in (
        f"SELECT * FROM read_csv('{secret}')",  # noqa: S608  a path of this test
        f"COPY (SELECT 1) TO '{tmp_path}/out.csv'",
        f"ATTACH '{tmp_path}/x.duckdb'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET memory_limit = '99GB'",
        "SET enable_external_access = true",
    ):
        with pytest.raises(duckdb.Error):
            database.write(lambda c, sql=sql: c.execute(sql))  # type: ignore[misc]
    with database.read() as cursor:
        (limit,) = cursor.execute("SELECT current_setting('max_temp_directory_size')").fetchone()
    assert "GiB" in limit


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


def test_a_change_that_fails_half_way_leaves_no_trace(database: Database) -> None:
    insert = "INSERT INTO verdicts VALUES ('d', 'a', 'b', 'same', now()::TIMESTAMP)"

    def change(cursor: Cursor) -> None:
        cursor.execute(insert)
        raise MissingError("stop")

    def count() -> int:
        with database.read() as cursor:
            ((n,),) = cursor.execute("SELECT count(*) FROM verdicts").fetchall()
        return int(n)

    with pytest.raises(MissingError):
        database.write(change)
    assert count() == 0
    database.write(lambda cursor: cursor.execute(insert))
    assert count() == 1


def test_a_conflict_is_tried_again_and_then_given_up(database: Database) -> None:
    import duckdb

    tries = []

    def change(cursor: Cursor) -> str:
        tries.append(1)
        if len(tries) < 3:
            raise duckdb.TransactionException("Conflict on update!")
        return "in"

    assert database.write(change) == "in"
    assert len(tries) == 3

    def never(cursor: Cursor) -> None:
        tries.append(1)
        raise duckdb.TransactionException("Conflict on update!")

    with pytest.raises(duckdb.TransactionException):
        database.write(never)
    assert len(tries) == 6


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
    said = store.verdicts(data).set_index(["id_a", "id_b"])["verdict"].to_dict()
    assert said == {("a", "b"): "different", ("a", "c"): "different"}, "the last word on a pair counts"
    with pytest.raises(InputError):
        store.set_verdicts(data, [("a", "b", "same"), ("a", "d", "perhaps")])
    assert store.verdicts(data).set_index(["id_a", "id_b"])["verdict"].to_dict() == said
    store.set_verdicts(data, [("c", "a", None), ("b", "a", None)])
    assert store.verdicts(data).empty
