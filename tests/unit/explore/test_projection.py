"""Maps: finite, repeatable, and near things stay near."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from embedcore import Cancelled, Embedding, InputError, MissingError
from embedcore.explore import projection
from embedcore.explore.layout import gathered
from embedcore.explore.projection import Projection, pca, place, stratified, umap
from embedcore.neighbours import Graph, build
from tests.unit.test_neighbours import blobs


def kept(vectors: np.ndarray, xy: np.ndarray, groups: int) -> float:
    """Share of the 10 nearest on the map that are of the same planted group."""
    d = ((xy[:, None] - xy[None]) ** 2).sum(2)
    np.fill_diagonal(d, np.inf)
    near = np.argsort(d, axis=1)[:, :10]
    return float((near % groups == np.arange(len(xy))[:, None] % groups).mean())


def test_pca_shows_the_direction_that_differs_most():
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(500, 6)).astype(np.float32) * np.array([0.05, 3, 0.05, 0.05, 0.3, 0.05]) + [
        5,
        0,
        0,
        0,
        0,
        0,
    ]
    found = pca(vectors)
    assert found.kind == "pca"
    assert found.xy.shape == (500, 2)
    assert found.xy.dtype == np.float32
    assert abs(np.corrcoef(found.xy[:, 0], vectors[:, 1])[0, 1]) > 0.95
    assert found.meta["explained"][0] > 0.8
    assert np.abs(found.xy).max() == pytest.approx(10)


def test_pca_of_awkward_vectors_is_finite():
    for vectors in (np.zeros((5, 3)), np.ones((1, 4)), np.ones((7, 1)), np.eye(2)):
        found = pca(vectors.astype(np.float32))
        assert np.isfinite(found.xy).all()
        assert len(found) == len(vectors)
    with pytest.raises(InputError):
        pca(np.empty((0, 3), np.float32))


def test_umap_keeps_planted_groups_together_and_is_the_same_every_time():
    vectors = blobs(600, groups=12)
    graph = build(vectors, 20)
    steps: list[int] = []
    first = umap(vectors, graph, seed=1, progress=lambda step, of, loss=None, note="": steps.append(step))
    again = umap(vectors, graph, seed=1)
    assert np.array_equal(first.xy, again.xy)
    assert kept(vectors, first.xy, 12) > 0.9 > kept(vectors, pca(vectors).xy, 12)
    assert steps == sorted(steps)
    assert steps[-1] == first.meta["epochs"]
    assert len(steps) > 2
    assert np.abs(first.xy).max() == pytest.approx(10)


@pytest.mark.slow
def test_the_map_keeps_as_many_neighbours_as_umap_learn():
    from umap import UMAP

    vectors = blobs(800, d=12, groups=40)
    graph = build(vectors, 15)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    umap_learn = UMAP(n_neighbors=15, metric="cosine", random_state=0, n_jobs=1).fit_transform(unit)

    def share(xy: np.ndarray) -> float:
        d = ((xy[:, None] - xy[None]) ** 2).sum(2)
        np.fill_diagonal(d, np.inf)
        near = np.argsort(d, axis=1)[:, :15]
        return float(np.mean([len(np.intersect1d(a, b)) / 15 for a, b in zip(near, graph.ids, strict=True)]))

    assert share(umap(vectors, graph).xy) > share(umap_learn) - 0.03 > 0.2


def test_umap_stops_when_its_progress_says_so():
    vectors = blobs(300)

    def stop(step: int, of: int, loss: float | None = None, note: str = "") -> None:
        if step > 0:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        umap(vectors, build(vectors), progress=stop)
    assert np.isfinite(umap(vectors, build(vectors)).xy).all()  # and the next one is not held up by it


def test_two_maps_at_once_in_one_process_agree():
    vectors = blobs(300)
    graph = build(vectors, 15)
    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(lambda seed: umap(vectors, graph, seed=seed), (4, 4))
    assert np.array_equal(first.xy, second.xy)


@pytest.mark.parametrize("n", [1, 2, 4, 5, 8, 40])
def test_umap_places_every_row_of_small_and_identical_data(n: int):
    for vectors in (blobs(n), np.ones((n, 4), np.float32), np.zeros((n, 4), np.float32)):
        found = umap(vectors, build(vectors, 30))
        assert found.xy.shape == (n, 2)
        assert np.isfinite(found.xy).all()


def test_a_row_without_neighbours_gets_a_place():
    vectors = blobs(200)
    graph = build(vectors, 15)
    ids, scores = graph.ids.copy(), graph.scores.copy()
    ids[5], scores[5] = -1, 0
    ids[9, 3:], scores[9, 3:] = -1, 0
    ids[ids == 5] = -1  # nobody points at it either
    assert np.isfinite(umap(vectors, Graph(ids, scores, False, 0.9)).xy).all()
    with pytest.raises(InputError):
        umap(vectors[:100], graph)


def test_a_large_map_is_laid_out_in_part_and_says_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(projection, "LANDMARKS", 400)
    vectors = blobs(1000, groups=10)
    found = umap(vectors, build(vectors, 15))
    assert found.meta["laid_out"] == 400
    assert found.meta["rows"] == 1000
    assert np.isfinite(found.xy).all()
    assert kept(vectors, found.xy, 10) > 0.8


def test_a_far_island_is_moved_as_a_whole_and_leaves_the_mainland_its_room():
    rng = np.random.default_rng(0)
    xy = np.r_[rng.uniform(-5, 5, (2000, 2)), rng.normal((60, 0), 0.1, (20, 2))].astype(np.float32)
    out, moved = gathered(xy)
    assert moved == 1
    assert np.array_equal(out[:2000], xy[:2000])
    assert np.ptp(out[2000:] - xy[2000:], axis=0) == pytest.approx(0, abs=1e-4)
    assert 6 < out[2000:, 0].mean() < 12
    again, moved = gathered(xy[:2000])
    assert moved == 0
    assert np.array_equal(again, xy[:2000])


def test_a_query_is_placed_beside_its_nearest_rows():
    vectors = blobs(400, groups=8)
    embedding = Embedding("product", np.array([f"p{i}" for i in range(400)], object), vectors)
    xy = np.c_[np.arange(400) % 8, np.zeros(400)].astype(np.float32)
    x, y = place(vectors[3::8].mean(0), embedding, Projection("umap", xy))
    assert x == pytest.approx(3, abs=0.2)
    assert y == 0


def test_a_projection_survives_saving(tmp_path: Path):
    first_map = pca(blobs(30))
    first_map.save(tmp_path)
    again = Projection.load(tmp_path, "pca")
    assert np.array_equal(first_map.xy, again.xy)
    assert again.meta == first_map.meta
    with pytest.raises(MissingError):
        Projection.load(tmp_path, "umap")


def test_a_stratified_sample_keeps_small_groups_and_what_was_asked_for():
    labels = np.r_[np.zeros(90_000, int), np.ones(9_000, int), np.full(30, 2), np.full(970, -1)]
    rows = stratified(labels, 2000, seed=1, keep=[5, 99_999])
    assert len(rows) == 2000
    assert (np.diff(rows) > 0).all()
    assert np.isin([5, 99_999], rows).all()
    counts = {label: int((labels[rows] == label).sum()) for label in (0, 1, 2, -1)}
    assert counts[2] >= 20
    assert counts[-1] >= 20
    assert counts[0] > counts[1] > counts[-1]
    assert np.array_equal(rows, stratified(labels, 2000, seed=1, keep=[5, 99_999]))
    assert not np.array_equal(rows, stratified(labels, 2000, seed=2, keep=[5, 99_999]))


def test_a_stratified_sample_of_odd_sizes_has_the_right_size():
    assert stratified(np.zeros(10), 20).tolist() == list(range(10))
    assert len(stratified(np.arange(5000), 100)) == 100  # more labels than places
    assert len(stratified(np.arange(5000) % 3, 100, keep=range(150))) == 150
