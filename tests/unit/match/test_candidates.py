"""The nearest rows that candidates are made of."""

import numpy as np
import pytest

from embedcore.data import Embedding
from embedcore.errors import Cancelled
from embedcore.match import candidates
from embedcore.progress import silent


def placed(n: int, d: int = 12) -> Embedding:
    x = np.random.default_rng(0).normal(size=(n, d))
    x[n // 2 :] = x[: n - n // 2]  # every vector stands there twice
    return Embedding("product", np.array([f"p{k}" for k in range(n)], object), x.astype(np.float32))


def test_the_nearest_vectors_are_those_of_all_pairs_whatever_the_size_of_a_block(monkeypatch):
    monkeypatch.setattr(candidates, "_CELLS", 1)
    e = placed(300)
    near = candidates.near_vectors(e, np.arange(300), 300, 7, 0, silent)
    cosine = e.unit @ e.unit.T
    np.fill_diagonal(cosine, -2)
    wanted = np.sort(cosine, axis=1)[:, :-8:-1]
    assert near.recall == 1
    assert (near.a == np.repeat(np.arange(300), 7)).all()
    assert (near.a != near.b).all()
    assert np.allclose(cosine[near.a, near.b].reshape(300, 7), wanted, atol=1e-5)


def test_rows_without_a_vector_are_nobodys_nearest():
    near = candidates.near_vectors(placed(10), np.arange(10) * 2, 20, 3, 0, silent)
    assert set(near.a % 2) == set(near.b % 2) == {0}


def test_too_many_vectors_are_searched_and_what_that_missed_is_measured(monkeypatch):
    from embedcore import neighbours

    monkeypatch.setattr(candidates, "EXACT_WORK", 1)
    monkeypatch.setattr(neighbours, "EXACT_WORK", 1)
    near = candidates.near_vectors(placed(3000), np.arange(3000), 3000, 5, 0, silent)
    assert 0.5 < near.recall <= 1
    assert len(near.a) > 3000


def test_comparing_vectors_can_be_stopped_between_two_blocks(monkeypatch):
    monkeypatch.setattr(candidates, "_CELLS", 1)
    seen = []

    def stop(step: int, of: int, loss: float | None = None, note: str = "") -> None:
        seen.append(step)
        raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        candidates.near_vectors(placed(300), np.arange(300), 300, 7, 0, stop)
    assert seen == [64]
