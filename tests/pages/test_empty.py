"""Every page of a fresh data folder says what to do."""

from __future__ import annotations

import pytest

from pages.ui.files import texts
from tests.pages.app import PAGES, check, open_page, words


@pytest.mark.parametrize("name", [p for p in PAGES if p not in ("overview", "data")])
def test_page_says_that_nothing_is_loaded_and_where_to_go(name: str) -> None:
    app = open_page(name)
    check(app)
    assert "Nothing is loaded yet." in words(app)
    assert [b.label for b in app.button] == ["Go to the overview"]


def test_overview_offers_samples_and_an_upload() -> None:
    app = open_page("overview")
    check(app)
    labels = [b.label for b in app.button]
    assert sum(label.startswith("Open ") for label in labels) == 2
    assert "Upload your own files" in labels


def test_data_page_offers_both_uploads() -> None:
    app = open_page("data")
    check(app)
    assert texts.PRODUCTS in words(app)
    assert texts.BASKETS in words(app)


def test_empty_state_leads_to_the_overview() -> None:
    app = open_page("map")
    app.button[0].click().run()
    check(app)
    assert app.title[0].value == "Overview"


@pytest.mark.parametrize("name", PAGES)
def test_link_to_what_is_gone_is_no_error(name: str) -> None:
    check(open_page(name, dataset="0123456789ab", run="0123456789ab", item="nothing"))
