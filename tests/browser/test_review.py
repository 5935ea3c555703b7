"""Duplicates and recommendations of the sample shop as a person uses them: verdicts by key, a lesson, a clean
catalogue; what goes with a product, what replaces it, what a customer buys next."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from pages.ui.duplicates import texts
from pages.ui.recommend import texts as recommend
from tests import fashion
from tests.browser.conftest import running
from tests.browser.see import choose, go, menu, metric, press, see, settled
from tests.browser.server import Server
from tests.shared import ROOT

LONG = 300_000
SLOW = """
import time
from embedcore.store import Store
write = Store.set_verdicts
def slowly(*what):
    time.sleep(0.5)
    write(*what)
    time.sleep(0.5)
Store.set_verdicts = slowly
"""
pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    """(server, query): the fashion shop, nothing trained, on a machine whose store takes its time for a verdict."""
    folder = tmp_path_factory.mktemp("review")
    (folder / "sitecustomize.py").write_text(SLOW)
    keys = fashion.fill(folder / "home")
    with running(folder, PYTHONPATH=f"{folder}{os.pathsep}{ROOT}") as server:
        yield server, f"dataset={keys['data'][:12]}"


def first_card(page: Page) -> str:
    """The group on top of the list."""
    return page.get_by_test_id("stMain").inner_text().split(texts.ASK, 1)[1][:300]


def found(page: Page) -> None:
    """The groups are there; looked for, when nobody did yet."""
    start = page.get_by_role("button", name=texts.FIND, exact=True)
    if start.count():
        start.click()
    see(page, texts.FOUND, timeout=LONG)
    settled(page)


def test_quick_keys_and_a_slow_store_leave_nothing_that_cannot_be_undone(shop: tuple[Server, str], page: Page) -> None:
    server, query = shop
    go(page, server.url, f"duplicates?{query}")
    found(page)
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    for key in "snns":
        page.keyboard.press(key)
    undo, undone = page.locator("[class*=st-key-undo-] button"), 0
    for verdict in ("same", "different"):  # of two keys in one moment either may count
        choose(page, texts.SHOW[verdict])
        see(page, re.compile(f"{texts.TAKE_BACK}|{texts.NOTHING[verdict]}"))  # drawn after all that was pressed before
        while undo.count():
            last = undo.element_handle()
            undo.click()
            page.wait_for_function("button => !button.isConnected", arg=last)
            settled(page)
            undone += 1
        see(page, texts.NOTHING[verdict])
    assert undone >= 1


def test_duplicates_are_found_judged_by_key_taught_and_merged_into_a_new_dataset(
    shop: tuple[Server, str], page: Page
) -> None:
    server, query = shop
    go(page, server.url, f"duplicates?{query}")
    found(page)
    assert int(metric(page, texts.PAIRS).replace(",", "")) >= 60

    before = first_card(page)
    page.keyboard.press("s")
    see(page, texts.DONE["same"])
    see(page, re.compile(f"1 of [0-9,]+ groups {texts.REVIEWED}"))
    settled(page)
    assert first_card(page) != before
    page.reload()
    see(page, re.compile(f"1 of [0-9,]+ groups {texts.REVIEWED}"))  # a verdict is stored, not held by the tab
    settled(page)
    on_top = page.locator("[class*=st-key-skip-]").first
    skipped = str(on_top.get_attribute("class"))
    page.keyboard.press("k")
    expect(on_top).not_to_have_attribute("class", skipped)
    settled(page)
    page.keyboard.press("n")
    see(page, texts.DONE["different"])
    settled(page)
    press(page, texts.UNDO)
    expect(page.get_by_text(texts.DONE["different"])).to_have_count(0)
    see(page, re.compile(f"1 of [0-9,]+ groups {texts.REVIEWED}"))
    see(page, texts.DONE["same"])  # what was decided before the refresh is the last decision again
    settled(page)

    choose(page, texts.FOUND_MODES["teach"])
    for answered, key in ((1, "s"), (2, "n")):
        see(page, texts.QUESTION)
        page.keyboard.press(key)
        see(page, f"{answered} of 10 answered")
        settled(page)
    # One group was marked before, and a group of three rows is three verdicts.
    press(page, re.compile(rf"{texts.LEARN} [3-9] verdicts"))
    see(page, re.compile(texts.LEARNED))
    settled(page)

    choose(page, texts.FOUND_MODES["out"])
    see(page, re.compile(f"of 2,000 {texts.MERGED}"))  # the choice is marked before its page is drawn
    merged = int(re.search(rf"([\d,]+) of 2,000 {texts.MERGED}", page.inner_text("body"))[1].replace(",", ""))  # type: ignore[index]
    assert merged > 50
    press(page, texts.LOAD)
    press(page, texts.OPEN, timeout=LONG)
    see(page, "Train a method", timeout=LONG)
    settled(page)
    assert query not in page.url
    assert int(metric(page, "Products").replace(",", "")) == 2000 - merged


def test_recommendations_for_a_product_and_a_customer(shop: tuple[Server, str], page: Page) -> None:
    server, query = shop
    go(page, server.url, f"recommend?{query}")
    see(page, re.compile(r"in \d+ baskets together, .*as often as by chance"), timeout=LONG)
    settled(page)
    choose(page, recommend.RELATION["instead"])
    see(page, re.compile("same subcategory"))
    expect(page).to_have_url(re.compile("relation=instead"))
    expect(page).to_have_url(re.compile("item="))
    here = page.url
    page.locator("[class*=st-key-look-] button").first.click()
    expect(page).not_to_have_url(here)
    settled(page)
    page.reload()
    see(page, re.compile("same subcategory"))
    settled(page)
    choose(page, recommend.BY["customer"])
    see(page, recommend.DUE)
    see(page, recommend.TRY)
    see(page, re.compile(r"\d % likely"))
    settled(page)
    box = page.get_by_role("searchbox", name=recommend.WHICH_CUSTOMER)
    box.fill("nobody like this")
    box.press("Enter")
    see(page, re.compile(recommend.NO_SUCH_CUSTOMER))
    menu(page, "Duplicates")
    settled(page)
