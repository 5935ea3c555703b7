"""Take the README's screenshots from the running app: python -m tests.browser.screenshots"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from embedcore.methods import get
from pages.ui import texts
from pages.ui.duplicates import texts as duplicates
from pages.ui.map.texts import BEST
from pages.ui.recommend import texts as recommend
from pages.ui.train.texts import trained as start_of
from tests.browser.conftest import FLAGS
from tests.browser.see import go, heading, menu, press, see, settled, train_with
from tests.browser.server import serve
from tests.shared import ROOT

OUT = ROOT / "tests" / "browser" / "screenshots"
LONG = 600_000  # milliseconds


def trained(page: Page, url: str, sample: str, method: str) -> None:
    """Open a sample, train a method, wait for the result."""
    go(page, url)
    if page.get_by_text(texts.OTHER_DATA).count():
        page.get_by_text(texts.OTHER_DATA).first.click()
    press(page, texts.open_sample(sample))
    see(page, texts.NEXT_STEPS, timeout=LONG)
    expect(page.get_by_role("heading", name=sample)).to_be_visible(timeout=LONG)
    menu(page, "Train")
    settled(page)
    train_with(page, method)
    expect(page.get_by_role("button", name=texts.OPEN_MAP).filter(visible=True).first).to_be_visible(timeout=LONG)
    expect(page.get_by_text(start_of(method))).to_be_visible(timeout=LONG)


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
        trained(page, server.url, "The Complete Journey", get("product2vec").title)
        menu(page, "Map")
        expect(page.get_by_text(BEST).first).to_be_visible(timeout=LONG)
        shoot(page, "Map", "map")
        trained(page, server.url, "Fashion shop", get("text").title)
        menu(page, "Duplicates")
        press(page, duplicates.FIND)
        see(page, duplicates.LISTED_MORE, timeout=LONG)
        for title in ("Train", "Duplicates", "Recommend", "Data"):
            shoot(page, title, title.lower())
        browser.close()


if __name__ == "__main__":
    main()
