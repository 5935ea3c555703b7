"""The neighbour graph: right, deterministic, and honest about what it left out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from embedcore import Embedding, InputError, MissingError, neighbours
from embedcore.neighbours import Graph, build, nearest


def blobs(n: int, d: int = 16, groups: int = 20, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (2 * rng.normal(size=(groups, d))[np.arange(n) % groups] + rng.normal(size=(n, d))).astype(np.float32)


def by_hand(vectors: np.ndarray, k: int) -> np.ndarray:
    x = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    scores = x @ x.T
    np.fill_diagonal(scores, -np.inf)
    return np.argsort(-scores, axis=1, kind="stable")[:, :k]


def test_the_lists_hold_the_true_neighbours_best_first():
    vectors = blobs(3000)
    graph = build(vectors, 10)
    assert graph.exact
    assert graph.recall == 1.0
    assert graph.k == 10
    assert len(graph) == 3000
    assert (graph.ids == by_hand(vectors, 10)).mean() > 0.999
    assert (np.diff(graph.scores, axis=1) <= 1e-5).all()


def test_nobody_is_their_own_neighbour_even_among_500_identical_rows():
    vectors = blobs(900)
    vectors[:500] = vectors[0]
    graph = build(vectors, 30)
    assert not (graph.ids == np.arange(900)[:, None]).any()
    assert (graph.ids[:500] < 500).all()
    assert np.allclose(graph.scores[:500], 1, atol=1e-5)
    assert all(len(set(row)) == 30 for row in graph.ids.tolist())


def test_few_rows_are_padded():
    graph = build(blobs(4), 30)
    assert graph.ids.shape == (4, 30)
    assert (graph.ids[:, 3:] == -1).all()
    assert (graph.scores[:, 3:] == 0).all()
    assert len(graph.of(0)[0]) == 3
    alone = build(blobs(1), 5)
    assert (alone.ids == -1).all()


def test_a_zero_vector_has_finite_scores():
    vectors = blobs(50)
    vectors[7] = 0
    graph = build(vectors, 5)
    assert np.isfinite(graph.scores).all()
    assert (graph.scores[7] == 0).all()


def test_the_approximate_search_is_deterministic_and_measures_its_recall(monkeypatch: pytest.MonkeyPatch):
    vectors = blobs(6000)
    vectors[:200] = vectors[0]
    true = build(vectors, 10)
    monkeypatch.setattr(neighbours, "EXACT_WORK", 0)
    a, b = build(vectors, 10, seed=3), build(vectors, 10, seed=3)
    assert not a.exact
    assert np.array_equal(a.ids, b.ids)
    assert np.array_equal(a.scores, b.scores)
    assert not (a.ids == np.arange(6000)[:, None]).any()
    # Identical rows are interchangeable, so recall is taken over the others.
    shared = np.mean([len(np.intersect1d(x, y)) / 10 for x, y in zip(a.ids[200:], true.ids[200:], strict=True)])
    assert abs(shared - a.recall) < 0.05
    assert shared > 0.6


def test_progress_counts_up_and_its_exception_stops_the_work():
    steps: list[tuple[int, int]] = []
    build(blobs(5000), 5, progress=lambda step, of, loss=None, note="": steps.append((step, of)))
    assert [s for s, _ in steps] == sorted(s for s, _ in steps)
    assert steps[-1][0] == steps[-1][1]

    def stop(step: int, of: int, loss: float | None = None, note: str = "") -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(blobs(100), 5, progress=stop)


def test_save_and_load_give_the_same_graph(tmp_path: Path):
    graph = build(blobs(100), 5)
    graph.save(tmp_path)
    again = Graph.load(tmp_path)
    assert np.array_equal(again.ids, graph.ids)
    assert np.array_equal(again.scores, graph.scores)
    assert (again.exact, again.recall) == (True, 1.0)
    with pytest.raises(MissingError):
        Graph.load(tmp_path / "nowhere")


def test_nearest_is_exact_ordered_by_row_on_ties_and_leaves_out_what_it_should():
    vectors = blobs(300)
    vectors[10] = vectors[11] = vectors[12]
    embedding = Embedding("product", np.array([f"p{i}" for i in range(300)], object), vectors)
    rows, scores = nearest(embedding, vectors[12] * 5, 4)
    assert rows.shape == (1, 4)
    assert rows[0, :3].tolist() == [10, 11, 12]
    assert np.allclose(scores[0, :3], 1, atol=1e-5)
    rows, _ = nearest(embedding, vectors[[12, 40]], 3, exclude=[10, 40])
    assert rows[0, :2].tolist() == [11, 12]
    assert not np.isin([10, 40], rows).any()
    assert nearest(embedding, vectors[0], 1000)[0].shape == (1, 300)
    with pytest.raises(InputError):
        nearest(embedding, np.ones(3), 2)


def test_nothing_to_compare_is_said_plainly():
    with pytest.raises(InputError):
        build(np.empty((0, 4), np.float32))
    with pytest.raises(InputError):
        build(blobs(5), 0)
