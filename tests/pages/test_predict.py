"""The Predict page on a small shop."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from embedcore.jobs.questions import QUESTIONS
from embedcore.jobs.worker import resolve
from embedcore.tasks.predict import products
from pages.ui.predict import answers
from pages.ui.predict.texts import FILL_IN, IN_CATALOGUE, NO_PREDICTION, ONE_FIELD, PREDICT, PREDICTS, SURE, UNKNOWN
from tests.pages import shop
from tests.pages.app import check, open_page

PARAMS = {"entity": {"target": "kind", "epochs": 2}}


@pytest.fixture
def keys(home: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A shop with a blank kind; questions are answered in this process, as the worker would."""
    found = shop.catalogue()
    frame = found.frame.astype({"kind": "str"})
    frame.loc[2, "kind"] = None
    data = shop.Dataset.build("A small shop", shop.Catalogue(frame, found.roles), shop.lines())
    monkeypatch.setattr("embedcore.jobs.Jobs.ask", lambda self, kind, spec, timeout: resolve(QUESTIONS[kind])(spec))
    return shop.fill(home, data, "entity", "planted", params=PARAMS)


def test_says_what_it_predicts_how_well_and_from_what(keys) -> None:
    app = open_page("predict", run=keys["entity"][:12])
    check(app, f"{PREDICTS} **kind** from name, maker, cost", FILL_IN)
    assert "Right answers" in str(app.table[0].value)


def test_a_new_product_that_is_typed_gets_an_answer_with_its_confidence(keys) -> None:
    app = open_page("predict", run=keys["entity"][:12])
    next(t for t in app.text_input if t.label == "name").set_value("green lamp")
    next(b for b in app.button if b.label == PREDICT).click().run()
    check(app, "**kind: lamp**", SURE)


def test_an_empty_form_and_unknown_words_are_said(keys) -> None:
    app = open_page("predict", run=keys["entity"][:12])
    next(b for b in app.button if b.label == PREDICT).click().run()
    check(app, ONE_FIELD)
    next(t for t in app.text_input if t.label == "name").set_value("zzzz")
    next(b for b in app.button if b.label == PREDICT).click().run()
    check(app, UNKNOWN)


def test_blank_cells_are_listed_with_predictions(keys) -> None:
    app = open_page("predict", run=keys["entity"][:12], ask="blank")
    check(app, "1 product has no")
    frame = app.dataframe[0].value
    assert list(frame["id"]) == ["p02"]
    assert list(frame["predicted kind"]) == ["shoe"]


def test_a_known_product_is_predicted_beside_its_own_cell(keys) -> None:
    app = open_page("predict", run=keys["entity"][:12], ask="here", item="p21")
    check(app, f"{IN_CATALOGUE} lamp")


def test_a_run_that_does_not_predict_leads_to_one_that_does(keys) -> None:
    app = open_page("predict", run=keys["planted"][:12])
    check(app, NO_PREDICTION)
    app.button(key="use-entity").click().run()
    check(app, f"{PREDICTS} **kind**")


# ---------------------------------------------------------------- the pure parts


def test_new_products_of_a_file_are_read_by_the_names_of_the_columns() -> None:
    roles = dict(shop.catalogue().roles)
    data, notices = products(
        pd.DataFrame({"name": ["red shoe", "bowl"], "extra": ["1", "2"], "cost": ["3.5", ""]}), roles
    )
    assert list(data.items) == ["new-1", "new-2"]
    assert data.catalogue.roles["cost"] == "price"
    assert "kind, maker" in notices[0]
    assert data.column("cost").tolist()[0] == 3.5
    with pytest.raises(Exception, match="No column of this file"):
        products(pd.DataFrame({"other": ["x"]}), roles)


def test_answers_become_a_table_that_says_where_nothing_was_known() -> None:
    found = {
        "ids": ["a", "b"],
        "target": "kind",
        "kind": "category",
        "values": ["shoe", "lamp"],
        "confidence": [0.9, 0.4],
        "top": [[("shoe", 0.9), ("lamp", 0.1)], [("lamp", 0.4), ("shoe", 0.3)]],
        "known": [True, False],
    }
    frame = answers.table(found, shop.dataset(), {})
    assert list(frame.columns) == ["id", "predicted kind", "confidence", "or else", "known"]
    assert frame["known"].tolist() == ["", "no known value"]


def test_confidence_is_put_beside_how_often_it_was_right() -> None:
    meta = {
        "calibration": [
            {"from": 0.5, "to": 0.9, "rows": 10, "right": 0.8},
            {"from": 0.9, "to": 1.0, "rows": 4, "right": 1.0},
        ]
    }
    assert "80 % of 10 such answers" in answers.tested(meta, 0.5)
    assert "100 %" in answers.tested(meta, 1.0)
    assert answers.tested(meta, 0.2) == ""
    assert answers.tested({}, 0.9) == ""
