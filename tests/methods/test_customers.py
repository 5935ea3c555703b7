"""customer2vec: customers with similar purchases are near, and what it says about how good it is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from embedcore.data import Dataset
from embedcore.errors import NeedsError
from embedcore.methods import get
from embedcore.methods.baskets.customers import FittedCustomer2Vec
from embedcore.methods.baskets.histories import purchases
from tests.methods import planted


def fit(data: Dataset, **params: object) -> FittedCustomer2Vec:
    method = get("customer2vec")
    found = method.fit(data, method.Params.of(params), seed=1)
    assert isinstance(found, FittedCustomer2Vec)
    return found


def dataset(rows: list[tuple[str, str | None, str]]) -> Dataset:
    return Dataset.build("d", None, pd.DataFrame(rows, columns=["basket", "customer", "item"]))


def test_customers_who_keep_to_a_group_are_near_each_other_and_near_its_products() -> None:
    fitted = fit(planted.shop())
    customer, product = fitted.embeddings["customer"], fitted.embeddings["product"]
    assert len(customer) == 80
    group = np.array([planted.group(i) for i in customer.ids])  # customer c17 buys from group 17 % 4 only
    near = np.argsort(-(customer.unit @ customer.unit.T), axis=1)[:, 1:6]
    assert (group[near] == group[:, None]).mean() > 0.95
    nearest = np.argsort(-(customer.unit @ product.unit.T), axis=1)[:, :5]
    assert (np.array([planted.group(i) for i in product.ids])[nearest] == group[:, None]).mean() > 0.95


def test_a_customer_is_the_sum_of_what_they_bought() -> None:
    fitted = fit(planted.shop())
    again = fitted.customers(planted.shop())
    kept = [again.row(i) for i in fitted.embeddings["customer"].ids]
    np.testing.assert_allclose(again.vectors[kept], fitted.embeddings["customer"].vectors, atol=1e-4)


def test_a_new_customer_gets_a_vector_beside_those_who_buy_alike() -> None:
    fitted = fit(planted.shop())
    found = fitted.customers(dataset([("x", "newcomer", "p1"), ("x", "newcomer", "p5"), ("y", "lost", "unheard of")]))
    assert list(found.ids) == ["newcomer"]
    customer = fitted.embeddings["customer"]
    near = np.argsort(-(customer.unit @ found.unit[0]))[:5]
    assert {planted.group(customer.ids[n]) for n in near} == {1}


def test_a_later_purchase_weighs_more_when_old_ones_fade() -> None:
    data = dataset([("1", "a", "old"), ("2", "a", "mid"), ("3", "a", "new"), ("4", "b", "new")])
    even, _ = purchases(data)
    faded, who = purchases(data, half_life=1)
    a = list(data.baskets.customer_ids[who]).index("a")  # type: ignore[index, union-attr]
    items = [data.index[i] for i in ("old", "mid", "new")]
    assert even.toarray()[a, items].tolist() == [1, 1, 1]
    assert faded.toarray()[a, items].tolist() == [0.25, 0.5, 1]


def test_baskets_without_a_known_customer_are_not_anybodys() -> None:
    rows = [("1", "a", "x"), ("2", None, "x"), ("3", "b", "x"), ("3", "b", "y"), ("1", "a", "y")]
    fitted = fit(dataset(rows))
    assert sorted(fitted.embeddings["customer"].ids) == ["a", "b"]


def test_customers_who_bought_only_rare_products_are_counted() -> None:
    fitted = fit(planted.shop(), min_count=40)
    meta = fitted.meta
    assert meta["customers"] + meta["customers_left_out"] == 80
    assert meta["vocabulary"] + meta["left_out"] + meta["never_bought"] == 61


def test_baskets_without_customers_are_refused_in_one_sentence() -> None:
    data = Dataset.build("d", None, planted.lines(planted.baskets()).drop(columns="customer"))
    with pytest.raises(NeedsError, match="name no customers"):
        fit(data)


def test_no_product_bought_often_enough_is_said() -> None:
    with pytest.raises(NeedsError, match="bought that often"):
        fit(dataset([("1", "a", "x"), ("2", "b", "y")]))


def test_the_figures_stand_on_later_halves_that_training_did_not_see() -> None:
    figures = fit(planted.shop()).meta["figures"]
    assert [f["baseline_name"] for f in figures] == ["whole purchase histories (TF-IDF)", "bestsellers"]
    assert figures[1]["value"] > figures[1]["baseline"] + 0.1, "a customer keeps to a group of products"


def test_a_baseline_that_does_better_is_said_first() -> None:
    rng = np.random.default_rng(0)
    rows = [(f"{c}-{n}", f"c{c}", f"own{c}-{k}") for c in range(60) for n in range(6) for k in range(3)]
    rows += [(f"{c}-{n}", f"c{c}", f"all{rng.integers(40)}") for c in range(60) for n in range(6)]
    fitted = fit(dataset(list(dict.fromkeys(rows))), dimension=2)
    assert "whole purchase histories does better" in fitted.meta["notices"][0]


def test_too_few_customers_to_check_is_said() -> None:
    assert "could not be checked" in fit(dataset([("1", "a", "x"), ("2", "b", "x")])).meta["notices"][0]
