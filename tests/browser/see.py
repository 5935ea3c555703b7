"""Waiting on what a person sees: text, roles and the end of a run of the page. Never on time."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields

from playwright.sync_api import Locator, Page, expect

from embedcore.methods import get
from pages.ui.files import texts as files
from pages.ui.texts import TRAIN_A_METHOD
from pages.ui.train.texts import start

PAGES = ("overview", "data", "train", "map", "duplicates", "recommend", "customers", "predict", "values", "anomalies")
PAGES += ("storage", "diagnostics")
PATIENCE = 90_000  # milliseconds; two busy cores are slow, a failure is not


def settled(page: Page, timeout: float = PATIENCE) -> None:
    """The page is connected, its script has ended and nothing on it is stale."""
    app = page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-connection-state", "CONNECTED", timeout=timeout)
    expect(app).to_have_attribute("data-test-script-state", "notRunning", timeout=timeout)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=timeout)


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


def to_training(page: Page, timeout: float = PATIENCE) -> None:
    """From where a dataset was opened to the Train page."""
    press(page, TRAIN_A_METHOD, timeout)
    heading(page, "Train")
    settled(page)


def add_data(page: Page, url: str) -> None:
    """Open the part of Data that takes files, whatever is loaded already."""
    go(page, url, "data")
    if page.get_by_role("radio", name=files.ADD, exact=True).count():
        choose(page, files.ADD)


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
    radio = page.get_by_role("radio", name=option, exact=True).filter(visible=True).first
    radio.click()
    expect(radio).to_be_checked()
    settled(page)


def label(method: str, parameter: str) -> str:
    """What the form calls a parameter of a method."""
    return next(str(f.metadata["label"]) for f in fields(get(method).Params) if f.name == parameter)


def train_with(page: Page, method: str) -> None:
    """Pick a method of the Train page and start it: the button of the method before may still be there."""
    choose(page, method)
    press(page, start(method))


def set_number(page: Page, label: str, value: int) -> None:
    """Type a number and leave the field."""
    field = page.get_by_role("spinbutton", name=label)
    field.fill(str(value))
    field.press("Enter")
    settled(page)


def cells(page: Page, alt: str) -> list[str]:
    """Texts of the cells in view of the table whose description begins so, row by row."""
    table = page.get_by_test_id("stDataFrame").filter(has=page.get_by_role("region", name=alt)).first
    table.scroll_into_view_if_needed()
    expect(table.locator("td").first).to_be_attached(timeout=PATIENCE)
    return table.locator("td").all_inner_texts()


def metric(page: Page, label: str) -> str:
    """The number that stands under this label."""
    found = page.get_by_test_id("stMetric").filter(has_text=re.compile(f"^{label}"))
    return found.first.get_by_test_id("stMetricValue").inner_text().strip()


COLOURS = """canvas => {
    const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data, seen = new Map();
    for (let i = 0; i < data.length; i += 4) {
        const [r, g, b, a] = data.slice(i, i + 4);
        if (a < 100 || Math.max(r, g, b) - Math.min(r, g, b) < 40) continue;
        const key = (r >> 5) + '.' + (g >> 5) + '.' + (b >> 5);
        seen.set(key, (seen.get(key) || 0) + 1);
    }
    return [...seen.values()].filter(n => n > 30).length;
}"""


def drawn(page: Page, alt: str, timeout: float = PATIENCE) -> Locator:
    """The canvas of the chart whose description begins so, once it has something in colour on it."""
    canvas = page.locator(f'[data-testid="stVegaLiteChart"][aria-label^="{alt}"] canvas').first
    expect(canvas).to_be_visible(timeout=timeout)
    page.wait_for_function(f"c => ({COLOURS})(c) > 0", arg=canvas.element_handle(), timeout=timeout)
    return canvas


def drawn_anew(page: Page, old: Locator, alt: str, act: Callable[[], None]) -> Locator:
    """Do something that makes the chart start again; the canvas of the new one."""
    before = old.element_handle()
    act()
    page.wait_for_function("c => !c.isConnected", arg=before, timeout=PATIENCE)
    return drawn(page, alt)


def colours(canvas: Locator) -> int:
    """How many clearly different colours cover more than a speck of it."""
    found: int = canvas.evaluate(COLOURS)
    return found
