"""Verdicts, teaching and merging."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from embedcore import match
from embedcore.data import Catalogue, Dataset
from embedcore.errors import InputError
from embedcore.match import cut, groups, propagation
from tests.unit.match.test_find import shop, titles


def judged(*pairs: tuple[int, int, str]) -> pd.DataFrame:
    return pd.DataFrame([(f"p{a}", f"p{b}", v) for a, b, v in pairs], columns=["id_a", "id_b", "verdict"])


def test_verdicts_are_obeyed_in_groups() -> None:
    names = titles(50)
    data = shop([*names, *names[:5]])
    found = match.find(data)
    verdicts = match.PairVerdicts.of(data, judged((0, 50, "different"), (7, 9, "same")))
    found = match.rescored(found, found.weights, verdicts)
    assert found.group[0] != found.group[50]
    assert found.group[7] == found.group[9]
    assert found.group[1] == found.group[51]


def test_questions_are_about_different_products_and_never_repeated() -> None:
    data = shop([*titles(80), *(t.replace("-", " ").replace("wireless", "") for t in titles(30))])
    found = match.find(data)
    rows = match.ask(found, match.NO_VERDICTS, 10, seed=1)
    items = np.r_[found.a[rows], found.b[rows]]
    assert len(items) == len(set(items.tolist()))
    assert (match.ask(found, match.NO_VERDICTS, 10, seed=1) == rows).all()
    answered = match.PairVerdicts(found.a[rows], found.b[rows], np.ones(len(rows), bool))
    assert not set(match.ask(found, answered, 10, seed=1).tolist()) & set(rows.tolist())


def test_teaching_moves_the_weights_a_little_towards_the_answers() -> None:
    data = shop([*titles(60), *(t.replace("-", " ") for t in titles(20))])
    found = match.find(data)
    rows = match.ask(found, match.NO_VERDICTS, 10)
    yes = match.teach(found, match.PairVerdicts(found.a[rows], found.b[rows], np.ones(len(rows), bool)))
    no = match.teach(found, match.PairVerdicts(found.a[rows], found.b[rows], np.zeros(len(rows), bool)))
    assert yes.used == no.used == len(rows)
    assert (yes.matches.evidence[rows] >= no.matches.evidence[rows]).all()
    assert 0 < np.abs(no.weights.weight - found.weights.weight).max() < 1
    assert match.PairWeights.of(yes.weights.plain()).plain() == yes.weights.plain()


def test_no_verdict_changes_nothing() -> None:
    found = match.find(shop([*titles(40), *titles(10)]))
    taught = match.teach(found, match.NO_VERDICTS)
    assert taught.used == 0
    assert (taught.matches.probability == found.probability).all()


def test_the_share_of_matches_is_found_without_labels() -> None:
    rng = np.random.default_rng(0)
    odds = np.r_[rng.normal(4, 2, 1000), rng.normal(-4, 2, 9000)]  # log odds at equal shares, by their density ratio
    share = float(cut.logistic(odds * 2 + cut.shift(odds * 2, 0.5)).mean())
    assert 0.08 < share < 0.2


def test_the_best_expected_cut_is_where_f1_is_highest() -> None:
    curve = cut.expected(np.array([0.9, 0.8, 0.1, 0.05]))
    assert curve.best == 0.8
    assert curve.of(0.5)[2] == 2
    assert abs(curve.of(0.5)[0] - 0.85) < 1e-12


def test_a_rival_that_the_other_does_not_share_speaks_against_a_pair() -> None:
    a, b = np.array([0, 0]), np.array([1, 2])
    after = propagation.propagate(np.array([3.0, 0.5]), a, b, 3)
    assert after[0] - after[1] > 0.85 * 2.5 + 0.1


def test_one_wrong_pair_does_not_chain_two_groups() -> None:
    a, b = np.array([0, 0, 1, 3, 3, 4, 2]), np.array([1, 2, 2, 4, 5, 5, 3])
    found = groups.linked(np.array([0.9] * 6 + [0.95]), a, b, 6, 0.5)
    assert len(set(found.tolist())) > 1
    assert groups.linked(np.array([0.9] * 6 + [0.0]), a, b, 6, 0.5).tolist() == [0, 0, 0, 3, 3, 3]


def catalogue() -> Dataset:
    frame = pd.DataFrame(
        {
            "id": ["a", "b", "c"],
            "title": pd.Series(["Lamp", "Lamp white", "Drill"], dtype="str"),
            "brand": pd.Series([None, "Acme", "Bolt"], dtype="str"),
            "price": [9.0, np.nan, 30.0],
        }
    )
    lines = pd.DataFrame(
        {"basket": ["1", "1", "2", "2"], "item": ["a", "b", "a", "c"], "quantity": [1.0, 2.0, 1.0, 1.0]}
    )
    roles = {"id": "id", "title": "title", "brand": "brand", "price": "price"}
    return Dataset.build("shop", Catalogue(frame, roles), lines)


def test_merging_keeps_the_fullest_row_fills_its_gaps_and_says_where_ids_went() -> None:
    data = catalogue()
    group = np.array([0, 0, 2])
    assert match.proposal(data, np.array([0, 1])) == 1
    frame, mapping = match.merged(data, group)
    assert frame["id"].tolist() == ["b", "c"]
    assert frame["price"].tolist() == [9.0, 30.0]
    assert mapping.to_dict("list") == {"id": ["a", "b", "c"], "kept_id": ["b", "b", "c"]}
    assert match.merged(data, group, {0: 0})[0]["brand"].tolist() == ["Acme", "Bolt"]
    with pytest.raises(InputError, match="not in its group"):
        match.merged(data, group, {0: 2})


def test_a_clean_dataset_maps_its_baskets_to_the_kept_ids() -> None:
    clean = match.clean(catalogue(), np.array([0, 0, 2]))
    assert clean.baskets is not None
    assert clean.items.tolist() == ["b", "c"]
    assert [clean.items[clean.baskets.of(k)].tolist() for k in range(2)] == [["b"], ["b", "c"]]
    assert clean.baskets.quantity is not None
    assert clean.baskets.quantity[0] == 3.0
