"""Take the README's screenshots from the running app: python -m tests.browser.screenshots"""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import FLAGS
from tests.browser.see import go, heading, press, see, settled
from tests.browser.server import serve
from tests.shared import ROOT

OUT = ROOT / "tests" / "browser" / "screenshots"
LONG = 600_000


def job(page: Page, url: str, sample: str, method: str) -> None:
    """Open a sample, train a method, wait for the map."""
    go(page, url)
    press(page, f"Open {sample}")
    see(page, "Products ever bought", timeout=LONG)
    go(page, url, "train")
    page.get_by_role("radio", name=method).or_(page.get_by_role("button", name=method, exact=True)).first.click()
    settled(page)
    press(page, re.compile("^(play_arrow )?Train "))
    see(page, "Numbers per product", timeout=LONG)


def shoot(page: Page, name: str) -> None:
    """One picture of what the window shows."""
    settled(page, timeout=LONG)
    page.wait_for_timeout(3000)  # charts draw on a canvas after the page has settled
    page.screenshot(path=OUT / f"{name}.png")


def main() -> None:
    """Write map, duplicates, recommend, train and data as PNG files."""
    OUT.mkdir(exist_ok=True)
    chromium = shutil.which("chromium")
    with (
        tempfile.TemporaryDirectory() as folder,
        serve(Path(folder), Path(folder) / "home") as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1360, "height": 900})
        job(page, server.url, "The Complete Journey", "product2vec")
        shoot(page, "train")
        go(page, server.url, "map")
        see(page, re.compile("UMAP"), timeout=LONG)
        shoot(page, "map")
        for name in ("recommend", "data"):
            go(page, server.url, name)
            heading(page)
            shoot(page, name)
        job(page, server.url, "A fashion shop", "Text encoder")
        go(page, server.url, "duplicates")
        shoot(page, "duplicates")
        browser.close()


if __name__ == "__main__":
    main()
