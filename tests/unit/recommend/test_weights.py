"""The weights of the signals: the model answers as if it had never seen a basket, and better weights are found."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from embedcore.recommend import cooccurrence, ease, heldout, mix, model, weights
from embedcore.recommend.people import People
from embedcore.recommend.purchases import Histories, of_baskets
from tests.unit.recommend.test_model import random_shop, regulars, shop


def test_ease_without_a_row_is_ease_that_never_saw_it() -> None:
    x = of_baskets(random_shop(4))
    head = np.arange(len(x.toarray()[0]))
    sizes = np.diff(x.indptr).astype(float)
    full, own = ease.fit(x, head, 3.0, -0.7, 0.0)  # a pull of 0: the regularisation does not depend on the counts
    rows = np.flatnonzero(sizes >= 3)[:5]
    reduced = x[rows].tolil()
    for n in range(len(rows)):
        reduced[n, reduced.rows[n][0]] = 0
    reduced = sparse.csr_array(reduced)
    found = heldout.scores_without(full, own, reduced, [(x[rows], -(sizes[rows] ** -0.7))])
    for n, row in enumerate(rows.tolist()):
        fewer, _ = ease.fit(sparse.csr_array(x[np.delete(np.arange(x.shape[0]), row)]), head, 3.0, -0.7, 0.0)
        assert found[n] == pytest.approx((reduced[[n]] @ fewer).ravel(), abs=1e-4)


def test_a_row_can_be_exchanged_for_a_shorter_one() -> None:
    x = of_baskets(random_shop(5))
    head, sizes = np.arange(x.shape[1]), np.diff(x.indptr).astype(float)
    full, own = ease.fit(x, head, 3.0, -0.7, 0.0)
    row = int(np.flatnonzero(sizes >= 4)[0])
    short = x[[row]].copy()
    short.data[-1] = 0
    short.eliminate_zeros()
    out = [(x[[row]], -np.array([sizes[row] ** -0.7])), (short, np.array([(sizes[row] - 1) ** -0.7]))]
    found = heldout.scores_without(full, own, short, out)
    other = sparse.csr_array(sparse.vstack([x[:row], short, x[row + 1 :]], format="csr"))
    expected = (short @ ease.fit(other, head, 3.0, -0.7, 0.0)[0]).ravel()
    assert found[0] == pytest.approx(expected, abs=1e-4)


def test_co_occurrence_without_a_basket_is_the_table_that_never_saw_it() -> None:
    x = of_baskets(random_shop(1))
    counts = np.asarray(x.sum(axis=0)).ravel().astype(np.float64)
    full, row = cooccurrence.fit(x), int(np.flatnonzero(np.diff(x.indptr) >= 5)[0])
    basket = x.indices[x.indptr[row] : x.indptr[row + 1]]
    fewer = cooccurrence.fit(sparse.csr_array(x[np.delete(np.arange(x.shape[0]), row)]))
    change = cooccurrence.change_without_basket(full, counts, basket, basket, len(basket))
    now = full[basket][:, basket].toarray() + change
    assert now == pytest.approx(fewer[basket][:, basket].toarray(), abs=1e-6)


def test_a_pair_that_only_the_asked_basket_holds_gives_nothing_away() -> None:
    pairs = [(f"c{n}", [f"a{n}", f"b{n}"]) for n in range(40)] + [(f"d{n}", ["milk"]) for n in range(9)]
    dataset = shop(pairs)
    found = model.fit(dataset)
    own = np.ones(len(found.head), np.float32)
    told = weights.completions(found, of_baskets(dataset), (own, -0.7))
    assert told is not None
    assert (told.values[0][told.true] == 0).all()


def told(*signals: list[list[float]], true: list[list[bool]]) -> heldout.SignalScores:
    values = np.array(signals, np.float32)
    return heldout.SignalScores(
        values, np.tile(np.arange(values.shape[2]), (values.shape[1], 1)), np.array(true), np.array(true).sum(1)
    )


def test_other_weights_are_taken_when_they_are_better_by_more_than_chance() -> None:
    rng = np.random.default_rng(0)
    true = np.zeros((200, 30), bool)
    true[np.arange(200), rng.integers(0, 30, 200)] = True
    knows, noise = true + 0.1 * rng.random(true.shape), rng.random(true.shape)
    better = told(noise.tolist(), knows.tolist(), np.zeros(true.shape).tolist(), true=true.tolist())
    chosen = weights.choose(better, (1.0, 0.7, 0.0))
    assert better.gain(chosen).mean() > 0.95 > better.gain((1.0, 0.7, 0.0)).mean()
    chance = told(
        rng.random((4, 30)).tolist(), rng.random((4, 30)).tolist(), rng.random((4, 30)).tolist(), true=true[:4].tolist()
    )
    assert weights.choose(chance, (1.0, 0.7, 0.0)) == (1.0, 0.7, 0.0)


def test_the_gain_is_one_where_the_best_is_what_was_bought() -> None:
    one = told([[3.0, 2.0, 1.0], [1.0, 2.0, 3.0]], true=[[True, False, False], [True, False, False]])
    assert one.gain((1.0,)).tolist() == [1.0, 0.5]


def test_where_nothing_is_bought_twice_new_products_come_first() -> None:
    rng = np.random.default_rng(0)
    baskets = []
    wants = [rng.permutation(60)[:30] + 60 * (c % 2) for c in range(100)]
    for turn in range(10):
        baskets += [(f"c{c:03d}", [f"i{i:03d}" for i in wants[c][3 * turn : 3 * turn + 3]]) for c in range(100)]
    dataset = shop(baskets)
    histories = Histories.of(dataset)
    assert histories is not None
    found = model.fit(dataset)
    lists = [histories.of_customer(c) for c in range(20)]
    scores = mix.next_baskets(found, lists, People.of(histories), np.arange(20)).any
    for row, history in enumerate(lists):
        assert not set(np.argsort(-scores[row])[:10]) & set(np.concatenate(history).tolist())


def test_where_all_is_bought_again_repeats_come_first() -> None:
    dataset = regulars()
    histories = Histories.of(dataset)
    assert histories is not None
    found = model.fit(dataset)
    scores = mix.next_baskets(found, [histories.of_customer(0)], People.of(histories), np.array([0])).any
    assert dataset.items[int(scores[0].argmax())] == "milk"
