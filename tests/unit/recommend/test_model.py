"""The recommender: each signal is its formula, the whole is repeatable, saved and loaded, and can be stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from embedcore import Catalogue, Dataset, NeedsError
from embedcore.errors import Cancelled, MissingError
from embedcore.explore.together import Together
from embedcore.recommend import cooccurrence, ease, habit, mix, model
from embedcore.recommend.people import People
from embedcore.recommend.purchases import Histories, decayed, of_baskets


def shop(baskets: list[tuple[str, list[str]]]) -> Dataset:
    """(customer, products) in time order."""
    rows = [(f"b{n:05d}", c, i, n) for n, (c, items) in enumerate(baskets) for i in items]
    lines = pd.DataFrame(rows, columns=["basket", "customer", "item", "at"])
    lines["time"] = lines.pop("at").to_numpy().astype("datetime64[s]")
    return Dataset.build("Till", None, lines)


def random_shop(seed: int = 0, n: int = 400, items: int = 30, customers: int = 25) -> Dataset:
    rng = np.random.default_rng(seed)
    p = 1 / np.arange(1, items + 1)
    return shop(
        [
            (
                f"c{rng.integers(customers)}",
                [f"i{j:02d}" for j in rng.choice(items, rng.integers(1, 8), replace=False, p=p / p.sum())],
            )
            for _ in range(n)
        ]
    )


def test_the_table_holds_the_scores_that_are_counted_one_by_one() -> None:
    dataset = random_shop()
    table = cooccurrence.fit(of_baskets(dataset)).toarray()
    lists = Together.of(dataset)
    for item in range(len(dataset)):
        assert table[item] == pytest.approx(lists.score([item]), rel=1e-5)


def test_a_row_of_the_table_keeps_its_best_partners() -> None:
    x = of_baskets(random_shop(1))
    full, short = cooccurrence.fit(x).toarray(), cooccurrence.fit(x, kept=5).toarray()
    assert ((short > 0).sum(1) <= 5).all()
    for whole, part in zip(full, short, strict=True):
        assert sorted(part[part > 0]) == pytest.approx(sorted(whole)[-int((part > 0).sum()) :])


def test_blocks_do_not_change_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    x = of_baskets(random_shop(2))
    whole = cooccurrence.fit(x).toarray()
    monkeypatch.setattr(cooccurrence, "_BLOCK", 500)
    assert np.array_equal(cooccurrence.fit(x).toarray(), whole)


def test_too_many_pairs_are_estimated_from_evenly_spaced_baskets(monkeypatch: pytest.MonkeyPatch) -> None:
    x = of_baskets(random_shop(3, n=6000))
    whole = cooccurrence.fit(x).toarray()
    monkeypatch.setattr(cooccurrence, "_WORK", 40_000)
    part = cooccurrence.fit(x).toarray()
    assert not np.array_equal(part, whole)
    assert np.corrcoef(part.ravel(), whole.ravel())[0, 1] > 0.97


def test_ease_is_the_closed_form() -> None:
    x = of_baskets(random_shop(4)).toarray().astype(np.float64)
    head, sizes = np.arange(2, 20), x.sum(1)
    weights, own = ease.fit(sparse.csr_array(x.astype(np.float32)), head, 2.0, -0.7, 0.5)
    gram = (x[:, head] * sizes[:, None] ** -0.7).T @ x[:, head]
    inverse = np.linalg.inv(gram + np.diag(2.0 * np.diag(gram) ** 0.5 + 1e-3))
    expected = -inverse / np.diag(inverse)[None, :]
    np.fill_diagonal(expected, 0)
    assert np.abs(weights - expected).max() < 2e-3
    assert (np.diag(weights) == 0).all()
    assert own == pytest.approx(np.diag(inverse), rel=1e-3)


def test_the_memory_says_how_many_products_ease_covers() -> None:
    assert ease.head_size() == 5000
    assert ease.head_size(160_000) == 100
    found = model.fit(random_shop(5), memory=16 * 10**2)
    assert len(found.head) == 10
    assert found.baskets.shape == (10, 10)
    assert set(found.head) == set(np.argsort(-found.counts, kind="stable")[:10])


def test_older_baskets_count_less() -> None:
    history = [np.array([0, 1]), np.array([1]), np.array([2])]
    assert decayed([history, []], 3, 0.5).toarray().tolist() == [[0.25, 0.75, 1.0], [0, 0, 0]]


def test_the_same_dataset_gives_the_same_model_and_it_survives_its_files(tmp_path: Path) -> None:
    dataset = random_shop(6)
    first, second = model.fit(dataset), model.fit(dataset)
    first.save(tmp_path)
    again = model.Recommender.load(tmp_path)
    histories = Histories.of(dataset)
    assert histories is not None
    histories_of, people = [histories.of_customer(c) for c in range(5)], People.of(histories)
    baskets = [np.array([1, 2]), np.array([], int), np.array([29])]
    for other in (second, again):
        assert np.array_equal(mix.completion(first, baskets)[0], mix.completion(other, baskets)[0])
        assert np.array_equal(
            mix.next_baskets(first, histories_of, people).any, mix.next_baskets(other, histories_of, people).any
        )
    assert model.key(dataset.hash) != model.key("other")
    assert again.meta["products"] == 30
    with pytest.raises(MissingError):
        model.Recommender.load(tmp_path / "nothing")


def test_building_can_be_stopped() -> None:
    steps = []

    def stop(step: int, of: int, loss: float | None = None, note: str = "") -> None:
        steps.append(step / of)
        if step >= 40:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        model.fit(random_shop(7), stop)
    assert steps == sorted(steps)


def test_baskets_are_needed() -> None:
    frame = pd.DataFrame({"id": ["a", "b"]}).astype("str")
    with pytest.raises(NeedsError):
        model.fit(Dataset.build("Shop", Catalogue(frame, {"id": "id"})))


def regulars(n: int = 80) -> Dataset:
    """Everybody buys milk each time and soap every fourth time; the rest is chance."""
    rng = np.random.default_rng(0)
    baskets: list[tuple[str, list[str]]] = []
    for turn in range(13):
        for c in range(n):
            extra = [f"x{rng.integers(60)}" for _ in range(3)]
            baskets.append((f"c{c:02d}", ["milk", *extra, *(["soap"] if (turn + c) % 4 == 0 else [])]))
    return shop(baskets)


def test_what_is_bought_in_a_rhythm_is_due_when_its_time_has_come() -> None:
    dataset = regulars()
    histories = Histories.of(dataset)
    assert histories is not None
    learned = habit.fit(histories, histories.counts())
    assert len(learned.weights) == 18
    bought, chance = learned.chance([histories.of_customer(c) for c in range(80)])
    milk, soap = dataset.position("milk"), dataset.position("soap")
    by_item = {i: chance[bought.item == i] for i in (milk, soap)}
    assert (by_item[milk] > 1.1).all()  # bought every time
    last = bought.last[bought.item == soap]
    assert by_item[soap][last == 3].min() > by_item[soap][last == 0].max()  # the fourth basket is the next one
    first = np.flatnonzero((bought.item == soap) & (bought.row == 0))[0]
    assert (bought.times[first], bought.of[first], bought.gap[first]) == (4, 13, 4)


def test_too_few_repeats_teach_nothing_and_the_recent_rate_speaks() -> None:
    dataset = shop([("a", ["x"]), ("a", ["x", "y"]), ("a", ["x"])])
    histories = Histories.of(dataset)
    assert histories is not None
    learned = habit.fit(histories, histories.counts())
    bought, chance = learned.chance([histories.of_customer(0)])
    assert not len(learned.weights)
    assert 0.5 < chance[bought.item == 0] < 1
    assert chance[1] < 0.5
    assert chance[bought.item == 0] == pytest.approx(learned.recent, abs=1e-3)  # its rate is 1


def test_new_products_are_never_ones_they_bought_and_signals_add_up() -> None:
    dataset = random_shop(8)
    found = model.fit(dataset)
    histories = Histories.of(dataset)
    assert histories is not None
    lists: list[Any] = [histories.of_customer(c) for c in range(len(histories))]
    answer = mix.next_baskets(found, lists, People.of(histories), np.arange(len(histories)))
    assert set(answer.parts) == {"pattern", "together", "people"}
    for row, history in enumerate(lists):
        own = np.unique(np.concatenate(history))
        assert np.isneginf(answer.new[row, own]).all()
        assert np.isfinite(answer.any[row]).all()
        other = np.setdiff1d(np.arange(len(dataset)), own)
        total = sum(part[row, other] for part in answer.parts.values())
        assert answer.new[row, other] == pytest.approx(total, abs=2e-6)


def test_the_worker_leaves_a_recommender_that_loads(tmp_path: Path) -> None:
    from embedcore.tasks.recommending import prepare_recommender

    dataset = random_shop(9)
    dataset.save(tmp_path / "data")
    seen: list[float] = []
    prepare_recommender(
        {"dataset_folder": str(tmp_path / "data")},
        tmp_path / "out",
        lambda step, of, loss=None, note="": seen.append(step / of),
    )
    found = model.Recommender.load(tmp_path / "out")
    assert np.array_equal(found.counts, dataset.counts)
    assert seen[0] == 0
    assert seen[-1] == 1
