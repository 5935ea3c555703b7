"""Side information: what the catalogue does for rare products and for those that nobody has bought."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from embedcore.data import Catalogue, Dataset
from embedcore.methods import get
from embedcore.methods.base import Fitted
from embedcore.methods.baskets.documents import drawn
from tests.methods import planted


def fit(data: Dataset) -> Any:
    method = get("product2vec")
    return method.fit(data, method.Params.of({"epochs": 10}), seed=1)


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    return fit(planted.shop())


def test_new_products_are_found_more_often_than_by_the_popularity_of_their_category(fitted: Fitted) -> None:
    by_baseline = {f["baseline_name"]: f for f in fitted.meta["figures"]}
    popular, words = by_baseline["best-selling category"], by_baseline["products with similar words (TF-IDF)"]
    assert popular["value"] > 1.5 * popular["baseline"]
    assert words["value"] == popular["value"]
    assert "hidden" in popular["help"]


def test_a_new_product_fits_the_baskets_of_its_shelf_best(fitted: Any) -> None:
    new = Dataset.build("c", planted.catalogue(f"new{n}" for n in range(100, 120)))
    score, product = fitted.newcomers(new), fitted.embeddings["product"]
    shelves = np.array([planted.group(i) for i in new.items])
    for shelf in range(planted.GROUPS):
        rows = [product.row(f"p{shelf + planted.GROUPS * k}") for k in (1, 4, 7)]
        best = np.argsort(-score(np.array(rows)))[:5]
        assert (shelves[best] == shelf).all()


def test_a_catalogue_of_one_kind_of_column_is_enough() -> None:
    lines = planted.lines(planted.baskets())
    for keep in (("room", "material"), ("title",), ("price", "weight")):
        roles = {c: r for c, r in planted.ROLES.items() if c in ("id", *keep)}
        old, new = (planted.catalogue(f"{x}{n}" for n in range(60)).frame[list(roles)] for x in ("p", "new"))
        fitted = fit(Dataset.build("s", Catalogue(old, roles), lines))
        found = fitted.embed(Dataset.build("c", Catalogue(new, roles)))
        product = fitted.embeddings["product"]
        near = np.argsort(-(found.unit @ product.unit.T), axis=1)[:, :5]
        same = [
            planted.group(product.ids[m]) == planted.group(i)
            for i, row in zip(found.ids, near, strict=True)
            for m in row
        ]
        assert np.mean(same) > 0.9, keep


def test_the_same_data_gives_the_same_help_bit_for_bit(fitted: Fitted) -> None:
    again = fit(planted.shop())
    np.testing.assert_array_equal(again.embeddings["product"].vectors, fitted.embeddings["product"].vectors)
    assert again.meta["figures"] == fitted.meta["figures"]


def test_a_product_bought_rarely_lies_with_its_kind_and_one_bought_often_where_its_purchases_put_it() -> None:
    rng = np.random.default_rng(0)
    learned, place = rng.normal(size=(2, 50, 8)).astype(np.float32)
    out = drawn(learned, place, np.ones(50, bool), np.r_[np.ones(25), np.full(25, 500)])
    to_place, to_learned = (np.einsum("nd,nd->n", _unit(out), _unit(x)) for x in (place, learned))
    assert (to_place > to_learned)[:25].all()
    assert (to_learned > 0.99)[25:].all()
    alone = drawn(learned, place, np.zeros(50, bool), np.ones(50))
    np.testing.assert_array_equal(alone, learned)


def _unit(x: np.ndarray) -> np.ndarray:
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def test_too_few_products_to_hide_make_no_figure() -> None:
    keep = {f"p{n}" for n in range(20)}
    lines = planted.lines(row for row in planted.baskets(n=200) if row[2] in keep)
    data = Dataset.build("s", planted.catalogue(sorted(keep)), lines)
    meta = fit(data).meta
    assert not meta.get("figures")
    assert "helped" in meta
