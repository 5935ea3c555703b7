"""The Map page of a co-occurrence run: columns weigh more or less, and everything follows."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.ui.map.texts import AS_TRAINED, REWEIGHTED
from tests.pages import shop
from tests.pages.app import check, in_url, open_page, words


@pytest.fixture
def keys(home: Path) -> dict[str, str]:
    return shop.fill(home, shop.dataset(), "cooccurrence", "svd", params={"cooccurrence": {"dimension": 8}})


def show(keys: dict[str, str], method: str = "cooccurrence", **query: str) -> AppTest:
    return open_page("map", dataset=keys["data"][:12], run=keys[method][:12], **query)


def test_columns_can_be_moved_and_moved_back(keys) -> None:
    app = show(keys)
    check(app, "Column weights")
    assert REWEIGHTED not in words(app)
    app.session_state["weights:open"] = True
    app.run()
    sliders = {s.label: s for s in app.slider}
    assert {"kind", "maker"} <= set(sliders)
    assert all(s.value == 1 for s in sliders.values())
    sliders["maker"].set_value(0.0).run()
    check(app, REWEIGHTED, "maker × 0", AS_TRAINED)
    assert json.loads(in_url(app, "weights") or "") == {"maker": 0.0}
    app.button(key="weights:reset").click().run()
    check(app, "products in 4 groups")
    assert in_url(app, "weights") is None
    assert REWEIGHTED not in words(app)


def test_a_link_brings_the_weights_back_and_neighbours_follow_them(keys) -> None:
    app = show(keys, item="p00", weights=json.dumps({"name": 4, "kind": 0, "maker": 0, "cost": 0}))
    check(app, REWEIGHTED)
    near = [b.label for b in app.button if str(b.key).startswith("map:near")]
    assert near
    assert near[0] == "red shoe NEW"
    assert all({"red", "shoe"} & set(n.split()) for n in near[:6]), near


def test_weights_that_make_no_sense_are_no_weights(keys) -> None:
    for rubbish in ("nonsense", "[1]", '{"maker": -1}', '{"maker": 1}', '{"no such column": 2}', '{"maker": "a lot"}'):
        app = show(keys, weights=rubbish)
        check(app, "products in 4 groups")
        assert REWEIGHTED not in words(app), rubbish


def test_runs_of_other_methods_have_no_columns_to_move(keys) -> None:
    app = show(keys, "svd", weights=json.dumps({"maker": 0}))
    check(app, "products in 4 groups")
    assert REWEIGHTED not in words(app)
    assert not app.slider


def test_the_products_and_their_rows_stay_the_same(keys) -> None:
    from pages.ui import services
    from pages.ui.map import weights

    show(keys)
    run = next(r.key for r in services.store().runs() if r.method == "cooccurrence")
    moved = weights.embedding(keys["data"], run, (("name", 0.0),))
    trained = services.embedding(run)
    assert (moved.ids == trained.ids).all()
    assert not np.allclose(moved.vectors, trained.vectors)
    np.testing.assert_allclose(weights.embedding(keys["data"], run, ()).vectors, trained.vectors, atol=1e-5)
