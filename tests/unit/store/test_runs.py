"""A run comes back bit for bit, its arrays and rows stay together, and it goes as a whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from embedcore.data import Embedding
from embedcore.errors import InputError, MissingError
from embedcore.explore import Clusters, Projection
from embedcore.neighbours import Graph
from embedcore.store import Store
from tests.unit import example
from tests.unit.store.filled import add, train


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


def test_a_result_that_is_stored_twice_is_kept_as_it_was(store: Store, tmp_path: Path) -> None:
    hash = add(store, tmp_path / "a")
    train(store, tmp_path / "r1", hash, "key", seed=1)
    before = store.embedding("key").vectors
    train(store, tmp_path / "r2", hash, "key", seed=2)
    assert np.array_equal(store.embedding("key").vectors, before)
    assert len(store.runs()) == 1


def test_a_run_of_a_deleted_dataset_is_refused_and_leaves_nothing(store: Store, tmp_path: Path) -> None:
    info = example.result(tmp_path / "r", example.dataset().items)
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
    Projection("half", np.zeros((9, 2), np.float32)).save(folder / "maps")
    store.close()
    again = Store.open(home)
    names = {path.name for part in ("maps", "clusters") for path in (folder / part).iterdir()}
    whole = {"projection-pca", "projection-umap", "clusters-kmeans", "clusters-kmeans-9"}
    assert names == {f"{name}.safetensors" for name in whole}
    assert again.projections("key") == ["pca", "umap"]
    assert set(again.clusterings("key")) == {"kmeans", "kmeans-9"}
    assert (home / "lost" / "runs" / "key" / "maps" / "projection-half.safetensors").exists()
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
    assert 3 not in store.in_box("key", "pca", np.nextafter(x, 99), 99, y, y), "a hair beside it is outside"
    assert not len(store.in_box("key", "pca", 90, 91, 90, 91))
