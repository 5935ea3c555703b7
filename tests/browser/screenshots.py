"""Take the README's screenshots from the running app: python -m tests.browser.screenshots"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from embedcore.methods import get
from pages.ui import reading, texts
from pages.ui.duplicates import texts as duplicates
from pages.ui.files import texts as files
from pages.ui.map.texts import BEST
from pages.ui.recommend import texts as recommend
from pages.ui.train.texts import trained as start_of
from tests.browser.conftest import FLAGS
from tests.browser.see import add_data, go, heading, menu, press, see, settled, train_with, upload
from tests.browser.server import serve
from tests.shared import ROOT

OUT = ROOT / "tests" / "browser" / "screenshots"
LONG = 600_000  # milliseconds
NAMES, COLOURS = ("Enamel Mug", "Wool Scarf", "Kids Apron", "Clip Lamp"), ("Black", "Blue", "Green")


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


def orders() -> str:
    """A Shopify order export: the cells of an order stand in its first line only, and some orders are refunded."""
    head = "Name,Email,Financial Status,Paid at,Currency,Subtotal,Shipping,Total,Created at,"
    lines = [head + "Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Cancelled at"]
    for n in range(60):
        at = f"2026-03-{n % 28 + 1:02} 09:{n:02}:00 +0100"
        for k, what in enumerate({(n + step) % 12 for step in (0, 1 + n % 3, 5)}):
            name = f"{NAMES[what % 4]} - {COLOURS[what // 4]}"
            state = "refunded" if n % 10 == 9 else "paid"
            order = f"{state},{at},EUR,{20 + n}.00,4.90,{24 + n}.90" if k == 0 else ",,,,,"
            row = f"#{1001 + n},buyer{n % 17}@example.com,{order},{at},{1 + (n + k) % 2},{name},{9 + what}.00,"
            lines.append(f"{row}SKU-{what:03}," + (at if state == "refunded" and k == 0 else ""))
    return "\n".join(lines) + "\n"


def importing(page: Page, url: str, folder: Path) -> None:
    """A picture of a file on its way in."""
    (folder / "orders_export.csv").write_text(orders())
    add_data(page, url)
    upload(page, files.BASKETS_FILE, str(folder / "orders_export.csv"))
    see(page, reading.KEPT, timeout=LONG)
    settled(page, timeout=LONG)
    page.wait_for_timeout(3000)
    page.screenshot(path=OUT / "import.png")


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
        importing(page, server.url, Path(folder))
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
