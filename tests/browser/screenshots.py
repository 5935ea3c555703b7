"""Take the README's screenshots from the running app: python -m tests.browser.screenshots"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from pages.ui.duplicates import texts
from pages.ui.recommend import texts as recommend
from tests.browser.conftest import FLAGS
from tests.browser.see import go, heading, menu, press, see, settled, train_with
from tests.browser.server import serve
from tests.shared import ROOT

OUT = ROOT / "tests" / "browser" / "screenshots"
LONG = 600_000  # milliseconds


def trained(page: Page, url: str, sample: str, method: str) -> None:
    """Open a sample, train a method, wait for the result."""
    go(page, url)
    if page.get_by_text("Other data").count():
        page.get_by_text("Other data").first.click()
    press(page, f"Open {sample}")
    see(page, "What to do next", timeout=LONG)
    expect(page.get_by_role("heading", name=sample)).to_be_visible(timeout=LONG)
    menu(page, "Train")
    settled(page)
    train_with(page, method.split(" (")[0])
    expect(page.get_by_role("button", name="Open the map").filter(visible=True).first).to_be_visible(timeout=LONG)
    expect(page.get_by_text(f"The result: {method}")).to_be_visible(timeout=LONG)


def shoot(page: Page, title: str, name: str) -> None:
    """A picture of the page of that title."""
    menu(page, title)
    heading(page, title)
    settled(page, timeout=LONG)
    if title == "Recommend":
        see(page, recommend.AS_TABLE, timeout=LONG)  # the first look counts what is bought with what
    page.wait_for_timeout(5000)  # charts draw on a canvas after the page has settled
    page.screenshot(path=OUT / f"{name}.png")


def main() -> None:
    """Write the pages of the README as PNG files."""
    OUT.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        serve(Path(folder), Path(folder) / "home") as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1360, "height": 900})
        trained(page, server.url, "The Complete Journey", "product2vec")
        menu(page, "Map")
        expect(page.get_by_text("Best (UMAP)").first).to_be_visible(timeout=LONG)
        shoot(page, "Map", "map")
        trained(page, server.url, "Fashion shop", "Text encoder")
        menu(page, "Duplicates")
        press(page, texts.FIND)
        see(page, texts.LISTED_MORE, timeout=LONG)
        for title in ("Train", "Duplicates", "Recommend", "Data"):
            shoot(page, title, title.lower())
        browser.close()


if __name__ == "__main__":
    main()
