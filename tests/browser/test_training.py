"""Training as a person meets it: progress that survives a reload and a change of page, and a way to stop it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.see import go, heading, menu, press, see, set_number, settled
from tests.browser.server import Server

PROGRESS = re.compile(r"step [\d,]+ of [\d,]+")


@pytest.mark.timeout(900)
def test_progress_survives_reload_and_page_switch_and_can_be_cancelled(server: Server, page: Page) -> None:
    go(page, server.url)
    press(page, re.compile("^Open (?!.*Complete Journey)"))
    press(page, "Train a method", timeout=240_000)
    heading(page, "Train")
    settled(page)
    set_number(page, "Passes over the baskets", 200)
    press(page, re.compile("^Train .*product2vec"))
    see(page.get_by_test_id("stMain"), PROGRESS, timeout=240_000)
    page.reload()
    see(page.get_by_test_id("stMain"), PROGRESS, timeout=240_000)
    menu(page, "Map")
    see(page.get_by_test_id("stSidebar"), PROGRESS)
    menu(page, "Train")
    press(page, "Cancel")
    # An equal job may be started at once: nothing is left of the first.
    expect(page.get_by_text(PROGRESS)).to_have_count(0, timeout=60_000)
    menu(page, "Map")
    see(page, "Nothing is trained on this dataset yet.")
    menu(page, "Train")
    set_number(page, "Passes over the baskets", 2)
    press(page, re.compile("^Train .*product2vec"))
    expect(page.get_by_role("button", name="Open the map").filter(visible=True).first).to_be_visible(timeout=240_000)
