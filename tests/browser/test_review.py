"""Duplicates and recommendations of the sample shop as a person uses them: verdicts by key, a lesson, a clean
catalogue; what goes with a product, what replaces it, what a customer buys next."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import visited
from tests.browser.see import choose, go, menu, metric, press, see, settled
from tests.browser.server import Server

LONG = 300_000
ASK = "rows, one product?"
pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def shop(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    """(server, query): the fashion shop, nothing trained."""
    with visited(chromium, tmp_path_factory.mktemp("review"), "review") as (server, page):
        go(page, server.url)
        press(page, re.compile("^Open Fashion shop"))
        see(page, "What to do next", timeout=LONG)
        settled(page)
        yield server, page.url.split("?", 1)[1]


def first_card(page: Page) -> str:
    """The group on top of the list."""
    return page.get_by_test_id("stMain").inner_text().split(ASK, 1)[1][:300]


def test_duplicates_are_found_judged_by_key_taught_and_merged_into_a_new_dataset(
    shop: tuple[Server, str], page: Page
) -> None:
    server, query = shop
    go(page, server.url, f"duplicates?{query}")
    press(page, "Look for duplicates")
    see(page, "Likely found", timeout=LONG)
    settled(page)
    assert int(metric(page, "Pairs").replace(",", "")) >= 60

    before = first_card(page)
    page.keyboard.press("s")
    see(page, "Marked as the same product")
    see(page, re.compile("1 of [0-9,]+ groups reviewed"))
    settled(page)
    assert first_card(page) != before
    page.reload()
    see(page, re.compile("1 of [0-9,]+ groups reviewed"))  # a verdict is stored, not held by the tab
    settled(page)
    shown = first_card(page)
    page.keyboard.press("k")
    expect(page.get_by_test_id("stMain").get_by_text(shown.split("\n")[0]).first).to_be_attached()
    settled(page)
    page.keyboard.press("n")
    see(page, "Marked as not the same")
    settled(page)
    press(page, "Undo")
    expect(page.get_by_text("Marked as not the same")).to_have_count(0)
    settled(page)

    choose(page, "Teach it")
    for answered, key in ((1, "s"), (2, "n")):
        see(page, "Is this one product?")
        page.keyboard.press(key)
        see(page, f"{answered} of 10 answered")
        settled(page)
    press(page, re.compile("Learn from all 3 verdicts"))
    see(page, re.compile("It has learned from"))
    settled(page)

    choose(page, "Clean catalogue")
    see(page, re.compile("of 2,000 rows would go"))  # the choice is marked before its page is drawn
    merged = int(re.search(r"([\d,]+) of 2,000 rows would go", page.inner_text("body"))[1].replace(",", ""))  # type: ignore[index]
    assert merged > 50
    press(page, "Load the clean catalogue as a new dataset")
    press(page, "Open it", timeout=LONG)
    see(page, "Train a method", timeout=LONG)
    settled(page)
    assert query not in page.url
    assert int(metric(page, "Products").replace(",", "")) == 2000 - merged


def test_recommendations_for_a_product_and_a_customer(shop: tuple[Server, str], page: Page) -> None:
    server, query = shop
    go(page, server.url, f"recommend?{query}")
    see(page, re.compile(r"in \d+ baskets together, .*more than chance"), timeout=LONG)
    settled(page)
    choose(page, "Instead of it")
    see(page, re.compile("same subcategory"))
    expect(page).to_have_url(re.compile("relation=instead"))
    expect(page).to_have_url(re.compile("item="))
    here = page.url
    press(page, "Go to it")
    expect(page).not_to_have_url(here)
    settled(page)
    page.reload()
    see(page, re.compile("same subcategory"))
    settled(page)
    choose(page, "A customer")
    see(page, "Due again")
    see(page, "New to try")
    see(page, re.compile(r"\d % likely"))
    settled(page)
    box = page.get_by_role("searchbox", name="Which customer?")
    box.fill("nobody like this")
    box.press("Enter")
    see(page, re.compile("No customer has an id like"))
    menu(page, "Duplicates")
    settled(page)
