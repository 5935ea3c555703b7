"""A data folder of an older version is converted once, whole, with a backup, however often it is interrupted."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import duckdb
import numpy as np
import pytest

from embedcore.data import Embedding
from embedcore.errors import EmbedError, MissingError
from embedcore.explore import Clusters, Projection
from embedcore.neighbours import Graph
from embedcore.store import Store
from tests.shared import ROOT
from tests.unit import example
from tests.unit.store import before as older


@pytest.fixture
def before(home: Path) -> dict[str, Path]:
    return older.fill(home)


def check_whole(store: Store, before: dict[str, Path]) -> None:
    """Everything that the older version kept, bit for bit."""
    (dataset,) = store.datasets()
    assert store.dataset(dataset.hash).hash == dataset.hash
    assert store.verdicts(dataset.hash)[["id_a", "id_b", "verdict"]].to_numpy().tolist() == [["p001", "p002", "same"]]
    assert [job.id for job in store.job_rows()] == ["j1"]
    assert {run.key for run in store.runs()} == before.keys()
    for key, folder in before.items():
        check_run(store, key, folder)


def check_run(store: Store, key: str, folder: Path) -> None:
    assert store.run_info(key).created.year == 2026
    assert store.kinds(key) == ["product", "value"]
    for kind in store.kinds(key):
        want, got = Embedding.load(folder / "embeddings", kind), store.embedding(key, kind)
        assert np.array_equal(got.vectors, want.vectors)
        assert list(got.ids) == list(want.ids)
        assert got.meta == want.meta
    graph, want_graph = store.graph(key), Graph.load(folder / "graph")
    assert np.array_equal(graph.ids, want_graph.ids)
    assert np.array_equal(graph.scores, want_graph.scores)
    assert (graph.exact, graph.recall) == (want_graph.exact, want_graph.recall)
    assert store.projections(key) == ["pca", "umap"]
    for kind in store.projections(key):
        projection, want_map = store.projection(key, kind), Projection.load(folder / "maps", kind)
        assert np.array_equal(projection.xy, want_map.xy)
        assert projection.meta == want_map.meta
    clusters, want_clusters = store.clusters(key, "kmeans"), Clusters.load(folder / "clusters")
    assert np.array_equal(clusters.labels, want_clusters.labels)
    assert (clusters.method, clusters.silhouette, clusters.meta) == ("kmeans", 0.4, {"k": 2})
    assert clusters.names == ("shoes", "Caps, renamed")
    assert (store.model_folder(key) / "weights.bin").exists()


def backups(home: Path) -> list[Path]:
    return sorted(home.glob("*.bak"))


def test_an_older_data_folder_is_converted_once_and_says_so(home: Path, before: dict[str, Path]) -> None:
    store = Store.open(home)
    (notice,) = store.notices
    (backup,) = backups(home)
    assert backup.name in notice
    assert str(home) not in notice
    check_whole(store, before)
    store.close()
    again = Store.open(home)
    assert again.notices == ()
    check_whole(again, before)
    again.close()
    assert backups(home) == [backup]
    assert sorted(p.name for p in home.iterdir() if p.is_file()) == ["embedcore.duckdb", backup.name]


def test_the_database_holds_no_arrays_any_more_and_the_backup_all_of_them(home: Path, before: dict[str, Path]) -> None:
    Store.open(home).close()
    old = {"vectors_4", "vectors_5", "graphs", "graph_rows", "places", "cluster_rows"}
    for path, there in ((home / "embedcore.duckdb", set()), (backups(home)[0], old)):
        connection = duckdb.connect(str(path), read_only=True)
        tables = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        connection.close()
        assert tables & old == there


def test_runs_are_stored_and_deleted_after_it_as_ever(home: Path, tmp_path: Path, before: dict[str, Path]) -> None:
    store = Store.open(home)
    (dataset,) = store.datasets()
    info = example.result(tmp_path / "new", store.dataset(dataset.hash).items, seed=9)
    store.save_run(tmp_path / "new", {"key": "new", "dataset": dataset.hash, **info})
    store.rename_cluster("run-0", "kmeans", 0, "Boots")
    store.delete_run("new")
    assert store.clusters("run-0", "kmeans").names == ("Boots", "Caps, renamed")
    store.rename_cluster("run-0", "kmeans", 0, "shoes")
    check_whole(store, before)
    store.close()


@pytest.mark.parametrize(
    ("step", "call"),
    [
        ("read_run", 2),
        ("write_run", 1),
        ("folders.move_in", 3),
        ("_write_database", 1),
        ("os.link", 1),
        ("folders.replace_file", 1),
    ],
)
def test_a_conversion_that_is_killed_goes_on_at_the_next_opening(
    home: Path, before: dict[str, Path], step: str, call: int
) -> None:
    code = (
        "import os, sys; from pathlib import Path\n"
        "from embedcore.store import Store, convert\n"
        f"real, calls = convert.{step}, 0\n"
        "def killed(*args):\n"
        "    global calls; calls += 1\n"
        f"    if calls == {call}: os._exit(9)\n"
        "    return real(*args)\n"
        f"convert.{step} = killed\n"
        "Store.open(Path(sys.argv[1]))"
    )
    ran = subprocess.run([sys.executable, "-c", code, str(home)], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 9, ran.stderr
    store = Store.open(home)
    check_whole(store, before)
    assert len(backups(home)) == 1
    assert list((home / "runs").rglob("*.tmp")) == []
    store.close()


def test_without_room_on_the_disk_it_says_what_is_needed_and_changes_nothing(
    home: Path, before: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1_000))
        with pytest.raises(EmbedError, match=r"needs 0\.1 GB .* 0\.0 GB are free"):
            Store.open(home)
    assert backups(home) == []
    assert not (home / "runs" / "run-0" / "embeddings").exists()
    store = Store.open(home)
    check_whole(store, before)
    store.close()


def test_a_disk_that_fails_while_it_is_written_is_explained_and_the_folder_opens_later(
    home: Path, before: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Graph, "save", full)
        with pytest.raises(EmbedError, match="Nothing was lost"):
            Store.open(home)
    store = Store.open(home)
    check_whole(store, before)
    store.close()


def test_a_result_with_missing_rows_is_named_and_the_others_are_whole(home: Path, before: dict[str, Path]) -> None:
    connection = duckdb.connect(str(home / "embedcore.duckdb"))
    connection.execute("DELETE FROM graph_rows WHERE run = 1 AND row = 3")
    connection.close()
    store = Store.open(home)
    (notice,) = store.notices
    assert "1 could not be read" in notice
    assert store.run_info("run-0").rows == 14
    with pytest.raises(MissingError):
        store.embedding("run-0")
    check_run(store, "run-1", before["run-1"])
    store.close()


def test_a_disk_without_links_gets_a_copy(home: Path, before: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", no_links)
    store = Store.open(home)
    check_whole(store, before)
    store.close()
    (backup,) = backups(home)
    assert backup.stat().st_nlink == 1
    backup.replace(home / "embedcore.duckdb")
    store = Store.open(home)
    check_whole(store, before)
    store.close()


def test_a_backup_of_before_is_never_overwritten(home: Path, before: dict[str, Path]) -> None:
    Store.open(home).close()
    (first,) = backups(home)
    content = first.read_bytes()
    shutil.copy(first, home / "embedcore.duckdb")
    store = Store.open(home)
    check_whole(store, before)
    store.close()
    assert first.read_bytes() == content
    assert len(backups(home)) == 2
