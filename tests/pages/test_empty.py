"""Every page of a fresh data folder says what to do."""

from __future__ import annotations

import pytest

from embedcore.samples import SAMPLES
from pages.ui import shell
from pages.ui.files import texts
from pages.ui.texts import NOTHING_LOADED, TO_OVERVIEW, UPLOAD, open_sample
from tests.pages.app import PAGES, check, open_page


@pytest.mark.parametrize("name", [p for p in PAGES if p not in ("overview", "data", "storage", "diagnostics")])
def test_page_says_that_nothing_is_loaded_and_where_to_go(name: str) -> None:
    app = open_page(name)
    check(app, NOTHING_LOADED)
    assert [b.label for b in app.button] == [TO_OVERVIEW]


def test_overview_offers_samples_and_an_upload() -> None:
    app = open_page("overview")
    check(app, UPLOAD, *(open_sample(s.title) for s in SAMPLES))


def test_data_page_offers_both_uploads() -> None:
    app = open_page("data")
    check(app, texts.PRODUCTS, texts.BASKETS)


def test_empty_state_leads_to_the_overview() -> None:
    app = open_page("map")
    app.button[0].click().run()
    check(app, UPLOAD)
    assert app.title[0].value == shell.PAGES["overview"][0]


@pytest.mark.parametrize("name", PAGES)
def test_link_to_what_is_gone_is_no_error(name: str) -> None:
    app = open_page(name, dataset="0123456789ab", run="0123456789ab", item="nothing")
    check(app, shell.PAGES[name][0])
