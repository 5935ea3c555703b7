"""Every page with the sample shop and a trained run; what is chosen in the sidebar stays chosen."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from embedcore.methods import get
from pages.ui import shell
from pages.ui.texts import EMBEDDINGS, NOTHING_LOADED, NOTHING_TRAINED, RECOMMEND
from pages.ui.train.texts import NOT_AGAIN, STORED
from tests.pages import shop
from tests.pages.app import PAGES, check, in_url, open_page, words
from tests.pages.conftest import Stock

LABELS = {f.name: f.metadata["label"] for f in fields(get("product2vec").Params)}


@pytest.mark.parametrize("name", PAGES)
def test_page_opens_from_a_link(stock: Stock, name: str) -> None:
    app = open_page(name, **stock.query)
    check(app, shell.PAGES[name][0])
    assert NOTHING_LOADED not in words(app)
    assert NOTHING_TRAINED not in words(app)


@pytest.mark.parametrize("name", PAGES)
def test_page_puts_what_it_shows_into_the_url(stock: Stock, name: str) -> None:
    app = open_page(name)
    check(app, shell.PAGES[name][0])
    assert in_url(app, "dataset") == stock.query["dataset"]
    if name in ("map", "train"):
        assert in_url(app, "run") == stock.query["run"]


def test_overview_names_what_is_trained_and_leads_on(stock: Stock) -> None:
    app = open_page("overview", **stock.query)
    check(app, EMBEDDINGS)
    next(b for b in app.button if b.label == RECOMMEND).click().run()
    check(app, RECOMMEND)
    assert app.title[0].value == "Recommend"


def test_a_stored_embedding_is_offered_instead_of_a_second_training(stock: Stock) -> None:
    app = open_page("train", **stock.query)
    by_label = {n.label: n for n in app.number_input}
    by_label[LABELS["epochs"]].set_value(3)
    by_label[LABELS["dimension"]].set_value(16)
    app.run()
    check(app, STORED)
    next(b for b in app.button if b.label == STORED).click().run()
    check(app, NOT_AGAIN)


def test_recommend_opens_the_product_of_the_link(stock: Stock) -> None:
    from pages.ui import services

    data = services.dataset(stock.dataset)
    position = 5
    app = open_page("recommend", **stock.query, item=str(data.items[position]))
    check(app, str(data.items[position]))


def test_recommend_says_when_the_product_of_a_link_is_unknown(stock: Stock) -> None:
    app = open_page("recommend", **stock.query, item="no-such-product")
    check(app, "is not in this dataset")


def test_lower_threshold_finds_more_pairs(stock: Stock) -> None:
    from embedcore.explore import duplicates
    from pages.ui import services

    data, run = services.dataset(stock.dataset), stock.run
    found = [
        duplicates.pairs(data, services.embedding(run), services.graph(run), threshold).attrs["found"]
        for threshold in (0.9, 0.6)
    ]
    assert found[1] > found[0]
    app = open_page("duplicates", look="alike", **stock.query, threshold="0.6")
    check(app, shell.PAGES["duplicates"][0])
    assert app.slider(key="threshold").value == 0.6


def test_of_two_datasets_with_one_name_the_chosen_one_is_shown(home: Path) -> None:
    first = shop.fill(home, shop.dataset(), "planted")["data"]
    second = shop.fill(home, shop.dataset(twins=2), "planted")["data"]
    for wanted, twins in ((first, 3), (second, 2)):
        app = open_page("map")
        app.selectbox(key="pick:dataset").set_value(wanted[:12]).run()
        check(app, f"{20 + twins} products in 4 groups")
        assert app.query_params["dataset"] in (wanted[:12], [wanted[:12]])


def test_the_label_of_a_run_does_not_change_with_time(home: Path) -> None:
    shop.fill(home, shop.dataset(), "planted")
    label = open_page("map").selectbox(key="pick:run").options[0]
    assert "ago" not in label
    assert "just now" not in label
