"""A blend of results: weights, products that lack one input, and the honest comparison with its best part."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from embedcore.data import Catalogue, Dataset
from embedcore.errors import InputError, NeedsError
from embedcore.methods import get
from embedcore.methods.base import Fitted
from embedcore.methods.blend import space as blend_space
from tests.methods import planted


@cache
def shop() -> Dataset:
    """12 more products that nobody bought: the purchases have no vector for them."""
    ids = [f"p{n}" for n in range(72)]
    data = Dataset.build("shop", planted.catalogue(ids), planted.lines(planted.baskets()))
    return planted.with_results(data, ("svd", "cooccurrence", "pca"))


def fit(data: Dataset, **params: object) -> Fitted:
    method = get("blend")
    return method.fit(data, method.Params.of(params), seed=1)


BOTH = ("run-svd", "run-cooccurrence")


def test_products_that_lack_one_input_get_a_vector_from_the_other_and_are_counted() -> None:
    fitted = fit(shop(), runs=BOTH)
    product = fitted.embeddings["product"]
    assert len(product) == 72
    assert sorted(fitted.meta["filled"].values()) == [0, 12]
    assert any("12 products have no vector" in n for n in fitted.meta["notices"])
    for n in range(60, 72):
        near = np.argsort(-(product.unit @ product.unit[product.row(f"p{n}")]))[1:6]
        assert {planted.group(product.ids[i]) for i in near} == {n % planted.GROUPS}


def test_weights_by_hand_are_those_of_the_cosines() -> None:
    data = shop()
    fitted = fit(data, runs=BOTH, weights="3, 1", dimension=512)
    parts = [p.embeddings["product"] for p in fitted.parts]  # type: ignore[attr-defined]
    assert [p["weight"] for p in fitted.meta["parts"]] == [0.75, 0.25]
    ids = ["p1", "p6"]
    raw = fitted.embeddings["product"].vectors @ fitted.space.axes.T + fitted.space.mean  # type: ignore[attr-defined]
    a, b = (raw[fitted.embeddings["product"].row(i)] for i in ids)
    expected = sum(
        w * (p.unit[p.row(ids[0])] @ p.unit[p.row(ids[1])]) for w, p in zip((0.75, 0.25), parts, strict=True)
    )
    assert a @ b / np.linalg.norm(a) / np.linalg.norm(b) == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("text", ["1", "1, 2, 3", "one, two", "-1, 2", "0 0", "nan 1"])
def test_weights_that_do_not_fit_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="not 2 numbers"):
        fit(shop(), runs=BOTH, weights=text)


def test_fewer_than_two_results_are_refused() -> None:
    for runs in (("run-svd",), ("run-svd", "gone")):
        with pytest.raises(NeedsError, match="two or more"):
            fit(shop(), runs=runs)


def test_the_order_of_the_results_is_that_of_the_weights() -> None:
    first = fit(shop(), runs=BOTH, weights="1, 0").embeddings["product"]
    second = fit(shop(), runs=BOTH[::-1], weights="0, 1").embeddings["product"]
    np.testing.assert_allclose(first.unit @ first.unit.T, second.unit @ second.unit.T, atol=1e-4)


def test_a_result_that_says_nothing_gets_little_and_the_better_one_is_said_first() -> None:
    rng = np.random.default_rng(0)
    data = shop()
    frame = data.catalogue.frame  # type: ignore[union-attr]
    noise = frame.assign(**{c: rng.permutation(frame[c].to_numpy()) for c in frame.columns if c != "id"})
    mixed = Dataset.build("noise", Catalogue(noise, planted.ROLES), planted.lines(planted.baskets()))
    fitted = fit(planted.with_results(mixed, ("svd", "cooccurrence")), runs=BOTH)
    weight = {p["method"]: p["weight"] for p in fitted.meta["parts"]}
    assert weight["svd"] >= 0.6
    figure = fitted.meta["figures"][0]
    assert figure["baseline"] >= figure["value"] - 0.05
    assert "alone" in figure["baseline_name"]
    if figure["baseline"] >= figure["value"]:
        assert "as well as this blend or better" in fitted.meta["notices"][0]


def test_without_baskets_a_column_is_hidden_to_choose_the_weights() -> None:
    data = Dataset.build("c", planted.catalogue(f"p{n}" for n in range(200)))
    fitted = fit(planted.with_results(data, ("pca", "cooccurrence")))
    assert "hidden column" in fitted.meta["figures"][0]["name"]


def test_three_results_can_be_blended() -> None:
    fitted = fit(shop())
    assert len(fitted.meta["parts"]) == 3
    assert len(fitted.embeddings["product"]) == 72
    assert sum(p["weight"] for p in fitted.meta["parts"]) == pytest.approx(1, abs=1e-3)


def test_too_little_data_to_hold_some_out_is_said() -> None:
    ids = [f"p{n}" for n in range(20)]
    rows = [("b1", "c1", "p1"), ("b1", "c1", "p5"), ("b2", "c1", "p1"), ("b2", "c1", "p5")]
    data = Dataset.build("tiny", planted.catalogue(ids), planted.lines(rows))
    fitted = fit(planted.with_results(data, ("svd", "cooccurrence")))
    assert "too little data" in fitted.meta["notices"][0]
    assert fitted.meta["figures"] == []
    assert len(fitted.embeddings["product"]) == 20


def test_a_part_is_found_in_the_folder_of_the_blend_when_its_own_is_gone(tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path)) / "model"
    fitted = fit(shop(), runs=BOTH)
    fitted.save(folder)
    back = get("blend").load(folder)
    new = replace(planted.news(["new61"]), meta={})
    np.testing.assert_allclose(back.embed(new).vectors, fitted.embed(new).vectors, atol=1e-6)


def test_a_result_without_products_in_common_is_left_at_zero_where_nothing_leads_to_it() -> None:
    a = np.full((4, 2), np.nan, np.float32)
    b = np.full((4, 3), np.nan, np.float32)
    a[:2], b[2:] = [1, 0], [0, 1, 0]
    space = blend_space.fit([a, b], np.array([0.5, 0.5]), 2)
    assert space.maps == {}
    assert np.isfinite(space.vectors([a, b])).all()
