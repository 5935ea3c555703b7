"""Methods that learn from baskets: odd baskets, customers as documents, and what product2vec alone promises."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from embedcore.data import Catalogue, Dataset
from embedcore.errors import NeedsError
from embedcore.methods import get
from embedcore.methods.base import Fitted
from tests.methods import planted

both = pytest.mark.parametrize("name", ["product2vec", "svd"])


def dataset(baskets: list[list[str]], customers: list[str] | None = None) -> Dataset:
    rows = [(f"b{n}", customers[n] if customers else None, i) for n, b in enumerate(baskets) for i in b]
    frame = pd.DataFrame(rows, columns=["basket", "customer", "item"])
    return Dataset.build("odd", None, frame if customers else frame.drop(columns="customer"))


def fit(name: str, data: Dataset, seed: int = 0, **params: object) -> Fitted:
    method = get(name)
    return method.fit(data, method.Params.of(params), seed=seed)


@both
def test_one_basket_of_2000_products_does_no_harm(name: str) -> None:
    data = dataset([[f"i{n}" for n in range(2000)]])
    product = fit(name, data, min_count=1).embeddings["product"]
    assert len(product) == 2000
    assert np.isfinite(product.vectors).all()


@both
def test_baskets_of_one_product_are_refused_in_one_sentence(name: str) -> None:
    with pytest.raises(NeedsError, match="no basket holds two products"):
        fit(name, dataset([["a"], ["b"], ["a"]]), min_count=1)


@both
def test_products_all_bought_too_rarely_are_refused_with_the_way_out(name: str) -> None:
    with pytest.raises(NeedsError, match="bought at least 5 times") as e:
        fit(name, dataset([["a", "b"], ["a", "c"]]), min_count=5)
    assert "Lower" in e.value.hint


@both
def test_two_products_and_one_basket_are_enough(name: str) -> None:
    assert len(fit(name, dataset([["a", "b"]]), min_count=1).embeddings["product"]) == 2


@both
def test_the_same_basket_a_thousand_times(name: str) -> None:
    product = fit(name, dataset([["a", "b", "c"]] * 1000)).embeddings["product"]
    assert np.isfinite(product.vectors).all()
    assert np.abs(product.vectors).max() < 100


@both
def test_customers_can_be_the_documents(name: str) -> None:
    product = fit(name, planted.shop(), documents="customer").embeddings["product"]
    near = np.argsort(-(product.unit @ product.unit.T), axis=1)[:, 1:6]
    groups = np.array([planted.group(i) for i in product.ids])
    assert (groups[near] == groups[:, None]).mean() > 0.9


@both
def test_customers_as_documents_need_customers(name: str) -> None:
    with pytest.raises(NeedsError, match="name no customers"):
        fit(name, dataset([["a", "b"]] * 5), documents="customer")


@both
def test_single_purchases_join_up_when_a_customer_is_the_document(name: str) -> None:
    data = dataset([["a"], ["b"], ["a"], ["b"]], ["x", "x", "y", "y"])
    assert get(name).lacks(data) is None
    assert len(fit(name, data, documents="customer").embeddings["product"]) == 2


@both
def test_a_product_bought_with_nothing_known_is_left_out_and_counted(name: str) -> None:
    fitted = fit(name, planted.shop())
    found = fitted.embed(dataset([["new1", "p1"], ["alone"], ["odd1", "odd2"]]))
    assert list(found.ids) == ["new1", "p1"]
    assert found.meta == {"known": 1, "folded": 1, "left_out": 3}


def test_without_baskets_and_catalogue_only_known_products_have_vectors() -> None:
    for fitted in (fit("svd", planted.shop()), fit("product2vec", planted.shop(), catalogue=False)):
        _only_known(fitted)


def test_the_catalogue_places_a_product_that_nobody_bought() -> None:
    fitted = fit("product2vec", planted.shop())
    found = fitted.embed(Dataset.build("c", planted.catalogue(["p5", "new7"])))
    product = fitted.embeddings["product"]
    near = np.argsort(-(product.unit @ found.unit[found.row("new7")]))[:5]
    assert {planted.group(product.ids[n]) for n in near} == {planted.group("new7")}
    assert found.meta == {"known": 1, "folded": 0, "placed": 1, "left_out": 0}


def test_a_product_bought_once_is_placed_by_the_catalogue_and_what_it_was_bought_with() -> None:
    rows = [*planted.baskets(), ("b1", "c1", "p60")]
    data = Dataset.build("s", planted.catalogue(f"p{n}" for n in range(61)), planted.lines(rows))
    fitted = fit("product2vec", data)
    assert fitted.meta["left_out"] == 0
    assert "p60" in fitted.embeddings["product"].row_of
    assert "p60" not in fit("product2vec", data, catalogue=False).embeddings["product"].row_of
    product = fitted.embeddings["product"]
    near = np.argsort(-(product.unit @ product.unit[product.row("p60")]))[1:6]
    assert {planted.group(product.ids[n]) for n in near} == {planted.group("p60")}, "what it is, not the one basket"


def test_a_catalogue_that_says_nothing_about_purchases_does_not_help() -> None:
    rng = np.random.default_rng(0)
    frame = planted.catalogue(f"p{n}" for n in range(60)).frame
    frame = frame.assign(**{c: rng.permutation(frame[c].to_numpy()) for c in frame.columns if c != "id"})
    data = Dataset.build("s", Catalogue(frame, planted.ROLES), planted.lines(planted.baskets()))
    fitted = fit("product2vec", data)
    assert "does not help" in fitted.meta["notices"][0]
    plain = fit("product2vec", data, catalogue=False).embeddings["product"]
    np.testing.assert_array_equal(fitted.embeddings["product"].vectors, plain.vectors)


def _only_known(fitted: Fitted) -> None:
    found = fitted.embed(Dataset.build("c", planted.catalogue(["p5", "new7"])))
    assert list(found.ids) == ["p5"]


def test_long_baskets_and_a_long_step_do_not_blow_the_vectors_up() -> None:
    rng = np.random.default_rng(0)
    data = dataset([[f"i{n}" for n in rng.choice(400, 161, replace=False)] for _ in range(60)])
    fitted = fit("product2vec", data, rate=1.0, cut=1000, dimension=16)
    assert all(np.abs(e.vectors).max() < 100 for e in fitted.embeddings.values())


def test_loss_falls() -> None:
    losses = fit("product2vec", planted.shop()).meta["losses"]
    assert len(losses) >= 10
    assert losses[-1] < 0.8 * losses[0]


@pytest.mark.parametrize(
    "params",
    [
        {"exponent": -0.5},
        {"exponent": 0.0},
        {"subsample": 0.001},
        {"negatives": 20},
        {"dimension": 7},
        {"cut": 2},
        {"epochs": 1},
    ],
)
def test_every_parameter_changes_the_result_and_keeps_it_sound(params: dict[str, float]) -> None:
    plain = fit("product2vec", planted.shop()).embeddings["product"].vectors
    other = fit("product2vec", planted.shop(), **params).embeddings["product"].vectors
    assert np.isfinite(other).all()
    assert other.shape != plain.shape or np.abs(other - plain).max() > 1e-3


def test_scores_rank_the_rest_of_the_group_first() -> None:
    fitted = fit("product2vec", planted.shop())
    product = fitted.embeddings["product"]
    rows = np.array([product.row("p1"), product.row("p5")])
    score = fitted.score(rows)  # type: ignore[attr-defined]
    score[rows] = -np.inf
    assert {planted.group(product.ids[n]) for n in np.argsort(-score)[:8]} == {1}


def test_the_input_vectors_are_kept_beside_the_context_vectors() -> None:
    fitted = fit("product2vec", planted.shop())
    product, context = fitted.embeddings["product"], fitted.embeddings["context"]
    assert (product.ids == context.ids).all()
    inner = fitted.arrays["inner"]  # type: ignore[attr-defined]
    together = context.vectors @ inner[product.row("p1")]
    groups = np.array([planted.group(i) for i in product.ids])
    assert together[groups == 1].mean() > together[groups != 1].mean() + 1


def test_svd_keeps_as_many_numbers_as_there_are() -> None:
    fitted = fit("svd", dataset([["a", "b"], ["a", "b", "c"], ["b", "c"]]), min_count=1)
    assert fitted.embeddings["product"].dimension == 3
    assert 0.99 < fitted.meta["explained"] <= 1.001
