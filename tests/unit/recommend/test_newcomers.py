"""Products that nobody has bought yet: the baskets they fit, and what goes with them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from embedcore.__main__ import main
from embedcore.data import Catalogue, Dataset
from embedcore.recommend import model
from embedcore.recommend.coldstart import NEW, ColdStart, for_baskets
from embedcore.recommend.relations import complements, substitutes
from tests.methods import planted

NEWS = [f"new{n}" for n in range(100, 120)]
LINES = planted.lines(planted.baskets()).drop(columns="customer")


@pytest.fixture(scope="module")
def shop() -> Dataset:
    """60 products in 4 groups that are bought, 20 that are not; what the catalogue says goes with the groups."""
    ids = [f"p{n}" for n in range(planted.EACH * planted.GROUPS)]
    return Dataset.build("s", planted.catalogue([*ids, *NEWS]), LINES)


@pytest.fixture(scope="module")
def known(shop: Dataset) -> model.Recommender:
    return model.fit(shop)


def test_new_products_of_its_shelf_fit_a_basket_and_the_reason_names_what_they_are_like(
    shop: Dataset, known: model.Recommender
) -> None:
    baskets = {f"b{g}": shop.positions(np.array([f"p{g}", f"p{g + 8}", f"p{g + 20}"], object)) for g in range(4)}
    for name, found in for_baskets(shop, known, baskets, 5).items():
        assert len(found) == 5
        assert [r.score for r in found] == sorted((r.score for r in found), reverse=True)
        for r in found:
            assert r.id in NEWS
            assert planted.group(r.id) == int(name[1:])
            assert r.source == NEW
            assert r.reason.startswith("new; similar to “")
            assert "”, which is bought with “" in r.reason


def test_they_are_found_far_more_often_than_by_popularity_of_their_kind(
    shop: Dataset, known: model.Recommender
) -> None:
    found = ColdStart.of(shop)
    assert found is not None
    assert [str(i) for i in shop.items[found.items]] == NEWS
    assert shop.baskets is not None
    baskets = [shop.baskets.of(n) for n in range(0, 400, 7)]
    best = np.argsort(-found.scores(known, baskets), axis=1)[:, :5]
    groups = np.array([planted.group(i) for i in NEWS])
    truth = np.array([planted.group(str(shop.items[b[0]])) for b in baskets])
    assert (groups[best] == truth[:, None]).mean() > 0.95, "by the popularity of categories it is one in four"


def test_what_is_in_the_basket_is_not_suggested_and_may_itself_be_new(shop: Dataset, known: model.Recommender) -> None:
    inside = shop.positions(np.array(["new100", "new104"], object))
    found = for_baskets(shop, known, {"b": inside}, 20)["b"]
    assert found
    assert not {r.item for r in found} & set(inside.tolist())
    assert planted.group(found[0].id) == planted.group("new100")
    assert found[0].reason.startswith("new; similar to “")


def test_one_kind_of_column_is_enough() -> None:
    ids = [*(f"p{n}" for n in range(60)), *NEWS]
    for keep in ("room", "title", "price"):
        roles = {c: r for c, r in planted.ROLES.items() if c in ("id", keep)}
        data = Dataset.build("s", Catalogue(planted.catalogue(ids).frame[list(roles)], roles), LINES)
        basket = data.positions(np.array(["p1", "p5", "p9"], object))
        found = for_baskets(data, model.fit(data), {"b": basket}, 4)["b"]
        assert [planted.group(r.id) for r in found] == [1] * 4, keep


def test_a_product_that_nobody_bought_has_complements_and_substitutes(shop: Dataset, known: model.Recommender) -> None:
    item = shop.position("new101")
    goes, instead = complements(shop, item), substitutes(shop, known, item)
    assert goes
    assert {planted.group(r.id) for r in goes} == {planted.group("new101")}
    assert all(r.reason.startswith("with the similar “") for r in goes)
    assert all(r.shared == 0 and r.lift > 1.5 for r in goes)
    assert planted.group(instead[0].id) == planted.group("new101")


def test_without_a_catalogue_or_without_new_products_there_is_nothing_to_suggest() -> None:
    bare = Dataset.build("s", None, LINES)
    all_bought = Dataset.build("s", planted.catalogue(f"p{n}" for n in range(60)), LINES)
    for data in (bare, all_bought):
        assert for_baskets(data, model.fit(data), {"b": np.array([0, 1]), "empty": np.array([], int)}, 5) == {
            "b": [],
            "empty": [],
        }


@pytest.mark.parametrize("method", ["mix", "product2vec"])
def test_the_command_lists_only_what_nobody_bought(tmp_path: Path, method: str) -> None:
    ids = [*(f"p{n}" for n in range(60)), *NEWS]
    LINES.set_axis(["basket_id", "product_id"], axis=1).to_csv(tmp_path / "train.csv", index=False)
    planted.catalogue(ids).frame.rename(columns={"id": "product_id"}).to_csv(tmp_path / "c.csv", index=False)
    (tmp_path / "q.csv").write_text("query_id,product_id\na,p1\na,p5\nb,p2\nnone,odd\n")
    options = [
        "recommend",
        str(tmp_path / "train.csv"),
        "--queries",
        str(tmp_path / "q.csv"),
        "--newcomers",
        "--k",
        "3",
        "--method",
        method,
        "--out",
        str(tmp_path / "recs.csv"),
    ]
    assert main(options) == 2, "without a catalogue nothing is known to be new"
    assert main([*options, "--catalogue", str(tmp_path / "c.csv")]) == 0
    recs = pd.read_csv(tmp_path / "recs.csv")
    assert set(recs["query_id"]) == {"a", "b"}
    assert set(recs["product_id"]) <= set(NEWS)
    assert len(recs) == 6
    assert [planted.group(i) for i in recs["product_id"]] == [1, 1, 1, 2, 2, 2]
    assert recs["reason"].str.startswith("new; ").all()
