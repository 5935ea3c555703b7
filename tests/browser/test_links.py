"""A link to any page works as the very first request of a fresh server."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from pages.ui import shell
from pages.ui.texts import NOTHING_LOADED, WRONG
from tests.browser.see import PAGES, body, go, heading, menu, see
from tests.browser.server import Server

TITLES = {name: title for name, (title, _) in shell.PAGES.items()}


# All pages begin alike, see test_every_page_begins_with_the_shell.
@pytest.mark.parametrize("name", ["map", "data", "recommend"])
def test_first_request_of_a_fresh_server_is_a_deep_link(server: Server, page: Page, name: str) -> None:
    check_link(server, page, name)


@pytest.mark.parametrize("name", PAGES)
def test_first_request_of_a_session_is_a_deep_link(empty: Server, page: Page, name: str) -> None:
    check_link(empty, page, name)


def check_link(server: Server, page: Page, name: str) -> None:
    """The page of that name and the whole menu are shown by a link to it."""
    go(page, server.url, f"{name}?dataset=0123456789ab&run=0123456789ab")
    heading(page, TITLES[name])
    bar = page.get_by_test_id("stSidebarNav")
    links = bar.get_by_role("link")
    expect(links).to_have_count(len(PAGES))  # the shell ran: no phantom pages, none missing
    for title in TITLES.values():
        expect(bar.get_by_role("link", name=re.compile(f"{title}$"))).to_be_visible()
    if name not in ("overview", "data", "storage", "diagnostics"):
        see(page, NOTHING_LOADED)
    assert WRONG not in body(page)
    expect(page.get_by_role("dialog")).to_have_count(0)  # "page not found" would be one


def test_every_page_is_one_click_from_the_first(empty: Server, page: Page) -> None:
    go(page, empty.url)
    for title in [*TITLES.values()][::-1]:
        menu(page, title)
