"""What a person is shown: baskets, customers and the two relations of a product, against what was planted."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pandas as pd
import pytest

from embedcore import Catalogue, Dataset, InputError, samples
from embedcore.explore.suggestion import POPULAR
from embedcore.explore.together import Together
from embedcore.recommend import batch, model
from embedcore.recommend.baskets import ListOptions, for_basket
from embedcore.recommend.customers import for_customer, history_table, similar_customers
from embedcore.recommend.model import Recommender
from embedcore.recommend.people import People
from embedcore.recommend.purchases import Histories
from embedcore.recommend.reasons import REPEAT
from embedcore.recommend.relations import complements, substitutes


@pytest.fixture(scope="module")
def fashion() -> tuple[Dataset, Recommender, Together]:
    dataset = samples.load("fashion")
    return dataset, model.fit(dataset), Together.of(dataset)


def partners(what: str) -> dict[str, set[str]]:
    out: dict[str, set[str]] = defaultdict(set)
    for a, b in samples.planted(what):
        out[a].add(b)
        out[b].add(a)
    return out


@pytest.mark.parametrize(("what", "least"), [("complements", 0.9), ("substitutes", 0.9)])
def test_planted_partners_come_first_and_never_in_the_wrong_list(
    fashion: tuple[Dataset, Recommender, Together], what: str, least: float
) -> None:
    dataset, found, together = fashion
    truth, other = partners(what), partners("substitutes" if what == "complements" else "complements")
    right = wanted = near = wrong = 0
    for id, true in truth.items():
        item = dataset.position(id)
        if what == "complements":
            related = complements(dataset, item, 10, together)
        else:
            related = substitutes(dataset, found, item, 10, together)
        listed = [r.id for r in related]
        right += len(true & set(listed[: len(true)]))  # recall and precision are one number here
        near += len(true & set(listed))
        wanted += len(true)
        wrong += len(other[id] & set(listed))
    assert right / wanted >= least
    assert near / wanted >= 0.98
    assert wrong == 0


def test_every_relation_carries_its_evidence(fashion: tuple[Dataset, Recommender, Together]) -> None:
    dataset, found, together = fashion
    a, b = sorted(samples.planted("substitutes"))[0]
    instead = {r.id: r for r in substitutes(dataset, found, dataset.position(a), 10, together)}[b]
    assert "same subcategory" in instead.reason
    assert "basket" in instead.reason
    assert instead.lift < 1.5
    a, b = sorted(samples.planted("complements"))[0]
    beside = {r.id: r for r in complements(dataset, dataset.position(a), 10, together)}[b]
    assert beside.reason.startswith(f"in {beside.shared} baskets together")
    assert beside.lift > 3
    assert together.shared([dataset.position(a)], [dataset.position(b)])[0, 0] == beside.shared


def test_substitutes_need_no_baskets_and_no_catalogue() -> None:
    frame = pd.DataFrame({"id": ["a", "b", "c"], "title": ["Red tea mug", "Blue tea mug", "Rope"]}).astype("str")
    alone = Dataset.build("Shop", Catalogue(frame, {"id": "id", "title": "title"}))
    assert [r.id for r in substitutes(alone, None, 0)] == ["b"]
    till = till_of([["x", "tea"]] * 9 + [["y", "tea"]] * 9 + [["rope"]] * 9)
    assert [r.id for r in substitutes(till, model.fit(till), till.position("x"))] == ["y"]


def till_of(baskets: list[list[str]], customers: list[str] | None = None) -> Dataset:
    rows = [(f"b{n:05d}", i, customers[n] if customers else None) for n, b in enumerate(baskets) for i in b]
    lines = pd.DataFrame(rows, columns=["basket", "item", "customer"])
    return Dataset.build("Till", None, lines if customers else lines.drop(columns="customer"))


def test_a_basket_gets_other_products_each_with_a_true_reason(fashion: tuple[Dataset, Recommender, Together]) -> None:
    dataset, found, together = fashion
    a, b = sorted(samples.planted("complements"))[0]
    items = [dataset.position(a), int(dataset.counts.argmax())]
    listed = for_basket(dataset, found, items, 10, ListOptions(together=together))
    assert b in [r.id for r in listed[:3]]
    assert not {r.item for r in listed} & set(items)
    assert [r.score for r in listed] == sorted((r.score for r in listed), reverse=True)
    reason = next(r.reason for r in listed if r.id == b)
    shared = int(together.shared([items[0]], [dataset.position(b)])[0, 0])
    assert reason.startswith(f"in {shared} baskets with “{dataset.titles[items[0]]}”")
    assert len(for_basket(dataset, found, items, 10, exclude=[r.item for r in listed])) == 10
    assert not {r.item for r in for_basket(dataset, found, items, 10, exclude=[listed[0].item])} & {listed[0].item}


def test_variety_and_popularity_move_the_list(fashion: tuple[Dataset, Recommender, Together]) -> None:
    dataset, found, _ = fashion
    items = [int(dataset.counts.argmax())]
    kind = dataset.column("subcategory").to_numpy(object)

    def kinds(diversity: float) -> int:
        return len({kind[r.item] for r in for_basket(dataset, found, items, 10, ListOptions(diversity=diversity))})

    def bought(popularity: float) -> float:
        return float(
            np.mean(
                [
                    dataset.counts[r.item]
                    for r in for_basket(dataset, found, items, 10, ListOptions(popularity=popularity))
                ]
            )
        )

    assert kinds(0.0) <= kinds(0.7)
    assert kinds(0.7) >= 8
    assert bought(-1) < bought(0) < bought(1)
    varied = for_basket(dataset, found, items, 10, ListOptions(diversity=0.7))
    assert for_basket(dataset, found, items, 10)[0].id == varied[0].id


def test_odd_baskets_are_answered() -> None:
    one = till_of([["a"]])
    assert for_basket(one, model.fit(one), [0], 5) == []
    two = till_of([["a", "b", "a", "b"]])
    listed = for_basket(two, model.fit(two), [0], 5)
    assert [r.id for r in listed] == ["b"]
    single = till_of([["a"], ["b"], ["b"]])  # nothing was bought together: what is popular, and it says so
    assert [(r.id, r.source) for r in for_basket(single, model.fit(single), [0], 5)] == [("b", POPULAR)]
    with pytest.raises(InputError):
        for_basket(two, model.fit(two), [], 5)
    with pytest.raises(InputError):
        for_basket(two, model.fit(two), [9], 5)


@pytest.fixture(scope="module")
def regulars() -> tuple[Dataset, Recommender, People]:
    """Tea people and coffee people; the newest tea customer has never bought the pot that goes with it."""
    rng = np.random.default_rng(0)
    baskets, who = [], []
    for turn in range(8):
        for c in range(30):
            kind, extra = ("tea", "pot") if c % 2 else ("coffee", "filter")
            first = [kind, f"{kind} sugar"] if turn else [kind]
            baskets.append([*first, *([extra] if c != 1 and turn % 3 == 2 else []), f"x{rng.integers(30)}"])
            who.append(f"c{c:02d}")
    dataset = till_of(baskets, who)
    histories = Histories.of(dataset)
    assert histories is not None
    return dataset, model.fit(dataset), People.of(histories)


def test_a_customer_gets_what_is_due_and_what_is_new(regulars: tuple[Dataset, Recommender, People]) -> None:
    dataset, found, people = regulars
    number = int(np.flatnonzero(people.histories.ids == "c01")[0])
    history = people.histories.of_customer(number)
    options = ListOptions(together=Together.of(dataset))
    answer = for_customer(dataset, found, history, 5, options, people=people, number=number)
    assert {r.id for r in answer.due[:2]} == {"tea", "tea sugar"}
    assert {r.source for r in answer.due} == {REPEAT}
    assert next(r.reason for r in answer.due if r.id == "tea") == "in 8 of 8 baskets, also in the last one"
    assert answer.new[0].id == "pot"
    assert answer.new[0].reason
    own = set(np.concatenate(history).tolist())
    assert {r.item for r in answer.due} <= own
    assert not {r.item for r in answer.new} & own
    likely = [r.score for r in answer.due]
    assert likely == sorted(likely, reverse=True)
    assert min(likely) >= 0
    assert max(likely) <= 1, "it is a share"
    with pytest.raises(InputError):
        for_customer(dataset, found, [], 5)


def test_customers_who_buy_alike_are_found(regulars: tuple[Dataset, Recommender, People]) -> None:
    dataset, _, people = regulars
    number = int(np.flatnonzero(people.histories.ids == "c03")[0])
    listed = similar_customers(dataset, people, number, 5)
    assert len(listed) == 5
    assert number not in {s.number for s in listed}
    assert all(int(s.id[1:]) % 2 == 1 for s in listed)  # tea people
    assert all("products in common" in s.reason for s in listed)
    table = history_table(dataset, people.histories, number)
    assert table["times"].tolist() == sorted(table["times"], reverse=True)
    assert table["id"].iat[0] == "tea"
    assert int(table["times"].sum()) == sum(map(len, people.histories.of_customer(number)))


def test_many_answers_are_those_given_one_by_one(fashion: tuple[Dataset, Recommender, Together]) -> None:
    dataset, found, _ = fashion
    rng = np.random.default_rng(1)
    queries = {f"q{n}": rng.choice(2000, rng.integers(1, 6), replace=False) for n in range(20)}
    for query, listed in batch.baskets(dataset, found, queries, 7):
        alone = for_basket(dataset, found, queries[query].tolist(), 7)
        assert [r.id for r in listed] == [r.id for r in alone]
    histories = Histories.of(dataset)
    assert histories is not None
    lists = {str(c): histories.of_customer(c) for c in range(30)}
    for query, listed in batch.customers(dataset, found, lists, 7, new_only=True):
        alone = for_customer(dataset, found, lists[query], 7).new
        assert [r.id for r in listed] == [r.id for r in alone]
    mixed = dict(batch.customers(dataset, found, {**lists, "nobody": []}, 7))
    assert {r.source for r in mixed["nobody"]} == {POPULAR}
    assert len(mixed) == 31
    assert any(r.source == REPEAT for listed in mixed.values() for r in listed)
