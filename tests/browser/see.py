"""Waiting on what a person sees: text, roles and the end of a run of the page. Never on time."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

PAGES = ("overview", "data", "train", "map", "duplicates", "recommend")
PATIENCE = 90_000  # milliseconds; two busy cores are slow, a failure is not


def settled(page: Page, timeout: float = PATIENCE) -> None:
    """The page is connected, its script has ended and nothing on it is stale."""
    app = page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-connection-state", "CONNECTED", timeout=timeout)
    expect(app).to_have_attribute("data-test-script-state", "notRunning", timeout=timeout)


def go(page: Page, url: str, path: str = "") -> None:
    """Open a page of the app and wait until it has finished drawing."""
    page.goto(f"{url}/{path}")
    heading(page)
    settled(page)


def heading(page: Page, name: str | re.Pattern[str] | None = None, timeout: float = PATIENCE) -> Locator:
    """The page's title."""
    found = page.get_by_role("heading", level=1, name=name) if name else page.get_by_role("heading", level=1)
    expect(found.first).to_be_visible(timeout=timeout)
    return found.first


def see(page: Page | Locator, text: str | re.Pattern[str], timeout: float = PATIENCE) -> Locator:
    """The first visible place with this text."""
    found = page.get_by_text(text).filter(visible=True).first
    expect(found).to_be_visible(timeout=timeout)
    return found


def press(page: Page, name: str | re.Pattern[str], timeout: float = PATIENCE) -> None:
    """Click the button of that name once it can be clicked."""
    button = page.get_by_role("button", name=name).filter(visible=True).first
    expect(button).to_be_enabled(timeout=timeout)
    button.click(timeout=timeout)


def upload(page: Page, label: str | re.Pattern[str], *files: str) -> None:
    """Give files to the uploader with that label."""
    box = page.get_by_test_id("stFileUploader").filter(has_text=label).first
    box.locator("input[type=file]").set_input_files(list(files))


def body(page: Page) -> str:
    """All text that can be seen."""
    return page.inner_text("body")


def menu(page: Page, title: str) -> None:
    """Go to another page by its link in the sidebar."""
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=re.compile(f"{title}$")).click()
    heading(page, title)


def choose(page: Page, option: str) -> None:
    """Pick one of a row of choices (segmented control)."""
    button = page.get_by_role("radio", name=option, exact=True).or_(page.get_by_role("button", name=option, exact=True))
    button.filter(visible=True).first.click()
    settled(page)


def metric(page: Page, label: str) -> str:
    """The number that stands under this label."""
    found = page.get_by_test_id("stMetric").filter(has_text=re.compile(f"^{label}"))
    return found.first.get_by_test_id("stMetricValue").inner_text().strip()
