"""The linear models beside the entity network: honest rivals, and cheap ones."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from embedcore.methods.entity import linear
from embedcore.methods.evaluation import Split, split


def problem(seed: int = 0) -> tuple[csr_matrix, np.ndarray, Split]:
    """300 products of three kinds: the first three features give the kind, the others are rare noise."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 3, 300)
    x = np.concatenate([np.eye(3)[y], rng.random((300, 40)) < 0.02], axis=1).astype(np.float32)
    return csr_matrix(x), y, split(300, 60, seed)


def test_the_values_of_products_held_back_are_predicted() -> None:
    x, y, rows = problem()
    found = linear.classified(x, y, rows, 3, 0)
    assert found is not None
    assert (found == y[rows.test]).mean() > 0.98


def test_only_the_commonest_features_are_read_where_there_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y, rows = problem()
    monkeypatch.setattr(linear, "_WEIGHTS", 9)  # three features of three values
    few = linear.classified(x, y, rows, 3, 0)
    np.testing.assert_array_equal(few, linear.classified(x[:, :3], y, rows, 3, 0))


def test_no_more_rows_are_read_than_it_may_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y, rows = problem()
    monkeypatch.setattr(linear, "_ROWS", 60)
    first, again = (linear.classified(x, y, rows, 3, seed) for seed in (1, 1))
    np.testing.assert_array_equal(first, again)
    assert (first == y[rows.test]).mean() > 0.9


def test_there_is_no_rival_where_it_would_cost_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y, rows = problem()
    monkeypatch.setattr(linear, "_TOO_MANY", 100)
    assert linear.classified(x, y, rows, 3, 0) is None


def test_where_all_learned_products_have_one_value_it_is_the_answer() -> None:
    x, y, rows = problem()
    assert set(linear.classified(x, np.full_like(y, 2), rows, 3, 0)) == {2}


def test_amounts_of_products_held_back_are_predicted() -> None:
    x, y, rows = problem()
    amounts = np.array([-1.0, 0.0, 1.5])[y]
    assert np.abs(linear.regressed(x, amounts, rows) - amounts[rows.test]).max() < 0.2
