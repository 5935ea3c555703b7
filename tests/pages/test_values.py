"""The Values page on a small shop."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from embedcore import Catalogue, Dataset, Embedding
from pages.ui.map import card
from pages.ui.values import look
from pages.ui.values.texts import NO_VALUES, SIMILAR_USE, TOO_FEW, VALUE, dimensions
from tests.pages import shop
from tests.pages.app import check, in_url, open_page


@pytest.fixture
def keys(home: Path) -> dict[str, str]:
    params = {"entity": {"target": "kind", "epochs": 2}, "cooccurrence": {"check": False}}
    return shop.fill(home, shop.dataset(), "entity", "cooccurrence", "planted", params=params)


@pytest.mark.parametrize("method", ["entity", "cooccurrence"])
def test_a_value_is_shown_with_its_vector_and_what_is_used_alike(keys, method: str) -> None:
    app = open_page("values", run=keys[method][:12], column="kind", value="lamp")
    check(app, "“lamp”", SIMILAR_USE, TOO_FEW)
    assert set(app.dataframe[0].value["value"]) == {"shoe", "shirt", "bowl"}


def test_another_value_goes_into_the_link(keys) -> None:
    app = open_page("values", run=keys["entity"][:12], column="kind", value="lamp")
    next(s for s in app.selectbox if s.label == VALUE).set_value(0).run()
    check(app, SIMILAR_USE)
    assert in_url(app, "value") in shop.KINDS


def test_a_product_is_looked_up_with_its_nearest(keys) -> None:
    app = open_page("values", run=keys["planted"][:12], look="product", item="p03")
    check(app, "**black shoe**", dimensions(12))


def test_a_run_without_values_leads_to_one_that_has_them(keys) -> None:
    app = open_page("values", run=keys["planted"][:12])
    check(app, NO_VALUES)
    app.button(key="use-values").click().run()
    check(app, SIMILAR_USE)


def test_unknown_names_in_the_link_are_no_error(keys) -> None:
    check(open_page("values", run=keys["entity"][:12], column="no such", value="nothing"), SIMILAR_USE)
    check(
        open_page("values", run=keys["entity"][:12], look="product", item="nothing"),
        "is not in this dataset",
        dimensions(32),
    )


# ---------------------------------------------------------------- the pure parts


def test_values_belong_to_the_longest_column_name_and_come_most_frequent_first() -> None:
    frame = shop.pd.DataFrame({"id": ["1"], "a": ["x"], "a=b": ["y"]})
    data = shop.Dataset.build("odd", shop.Catalogue(frame, {"id": "id", "a": "category", "a=b": "category"}))
    ids = np.array(["a=x", "a=b=y", "a=b=z=1"], object)
    meta = {"counts": [3, 4, 50], "unsure": [True, True, False], "sizes": {"a": 1, "a=b": 2}}
    found = look.by_column(Embedding("value", ids, np.eye(3, dtype=np.float32), meta), data)
    assert found["a"].names == ("x",)
    assert found["a"].vectors.shape == (1, 1)
    assert found["a=b"].names == ("z=1", "y")
    assert found["a=b"].counts == (50, 4)
    assert found["a=b"].unsure == (False, True)


def test_nearest_values_are_sorted_and_leave_the_value_itself_out() -> None:
    vectors = np.array([[1, 0], [0.9, 0.1], [0, 1], [-1, 0]], np.float32)
    values = look.Values(("a", "b", "c", "d"), vectors, (9, 8, 7, 6), (False, True, False, False))
    near = values.nearest(0, 3)
    assert near["value"].tolist() == ["b", "c", "d"]
    assert near[""].tolist() == ["unsure", "", ""]
    assert look.strip(["a", "a"], vectors[:2]).to_dict()
    assert look.small_map(values, 3).to_dict()


def test_names_on_the_small_map_do_not_cover_each_other() -> None:
    xy = np.array([[0.0, 0.0], [0.01, 0.0], [1.0, 1.0], [0.01, 0.5]])
    assert look.apart(xy, ["first", "too near", "far", ""]) == ["first", "", "far", ""]


def test_each_value_of_a_set_is_one_and_colours_the_map(home: Path) -> None:
    cells = ["Action|Comedy", "Comedy", "Action|Drama", "Drama|Comedy", "Action", "Drama"] * 4
    frame = pd.DataFrame({"id": [f"f{n}" for n in range(24)], "genres": cells}, dtype="str")
    films = Dataset.build("Films", Catalogue(frame, {"id": "id", "genres": "tags"}))
    run = shop.fill(home, films, "cooccurrence", params={"cooccurrence": {"check": False}}, prepared=False)
    app = open_page("values", run=run["cooccurrence"][:12], column="genres", value="Drama")
    check(app, "“Drama”", SIMILAR_USE)
    assert set(app.dataframe[0].value["value"]) == {"Action", "Comedy"}
    painted = card.paint(films, np.arange(24), None, "genres")
    assert set(painted.names) == {"Action", "Comedy", "Drama"}
