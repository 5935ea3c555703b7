"""What every judge measures with: splits, ranks with ties, recall, and one signature for all judges."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from embedcore.methods import evaluation
from embedcore.methods.autoencoder import judge as autoencoder
from embedcore.methods.baskets import customers_judge, unseen
from embedcore.methods.blend import judge as blend
from embedcore.methods.columns import judge_table
from embedcore.methods.entity import judge as entity
from embedcore.methods.image import judge as image
from embedcore.progress import silent

JUDGES = [
    judge_table,
    customers_judge.judge,
    unseen.judge,
    blend.judge,
    image.judge,
    entity.column,
    entity.baskets,
    autoencoder.rebuilding,
]


@pytest.mark.parametrize("judge", JUDGES, ids=lambda j: f"{j.__module__}.{j.__name__}")
def test_every_judge_has_one_signature(judge: Callable[..., Any]) -> None:
    taken = inspect.signature(judge)
    assert [p.name.lstrip("_") for p in taken.parameters.values()] == ["subject", "seed", "progress"]
    assert list(taken.parameters.values())[2].default is silent
    assert taken.return_annotation in ("Verdict", "evaluation.Verdict")


def test_a_split_takes_every_row_once_and_the_same_seed_the_same_rows() -> None:
    train, test = evaluation.split(np.array([3, 5, 8, 9]), 1, 7)
    assert sorted([*train, *test]) == [3, 5, 8, 9]
    assert list(evaluation.split(np.array([3, 5, 8, 9]), 1, 7).test) == list(test)
    assert list(evaluation.split(20, 5, 1).test) != list(evaluation.split(20, 5, 2).test)


def test_ranks_by_blocks_are_those_of_a_full_sort() -> None:
    scores = np.random.default_rng(0).permutation(700 * 40).reshape(700, 40).astype(np.float64)
    truth = np.arange(700) % 40
    found = evaluation.ranks(lambda rows: scores[rows], truth, block=64)
    order = np.argsort(-scores, axis=1)
    assert list(found) == [int(np.flatnonzero(order[n] == truth[n])[0]) + 1 for n in range(700)]


def test_among_equal_scores_chance_decides() -> None:
    found = evaluation.ranks(lambda rows: np.zeros((len(rows), 5)), np.arange(5))
    assert set(found) == {3.0}, "the middle of five places"


def test_nobody_is_found_as_a_neighbour_of_itself() -> None:
    vectors = np.eye(6)
    near = evaluation.best(lambda rows: (vectors[rows] @ vectors.T).copy(), 6, 5, own=np.arange(6))
    assert all(n not in row for n, row in enumerate(near))
    assert evaluation.ranks(lambda rows: vectors[rows] @ vectors.T, np.zeros(6, int), np.arange(6))[0] == 6


def test_what_a_customer_has_is_never_recalled() -> None:
    assert evaluation.recall(np.array([3.0, 2.0, 1.0]), np.array([0]), 2, exclude=np.array([0])) == 0
    assert evaluation.recall(np.array([3.0, 2.0, 1.0]), np.array([0]), 2) == 1


def test_r2_is_one_for_the_truth_and_zero_for_the_mean() -> None:
    truth = np.array([1.0, 2.0, 6.0])
    assert evaluation.r2(truth, truth) == 1
    assert evaluation.r2(truth, np.full(3, 3.0)) == 0
    assert evaluation.r2(truth, truth - 1) < 1
    assert evaluation.r2(np.ones(3), np.zeros(3)) == 0, "nothing varies"
    assert evaluation.r2(np.empty(0), np.empty(0)) == 0
