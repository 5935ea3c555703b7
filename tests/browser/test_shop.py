"""The sample shop, trained on baskets and on words: meaning, groups, looks; and names that try to be code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from embedcore.methods import get
from pages.ui import reading
from pages.ui.duplicates import texts as duplicates
from pages.ui.files import texts as data
from pages.ui.map import texts as map_texts
from pages.ui.texts import WRONG
from pages.ui.train.texts import trained
from tests import fashion
from tests.browser.conftest import OpenPage, running
from tests.browser.see import (
    PAGES,
    add_data,
    body,
    cells,
    drawn,
    go,
    heading,
    press,
    see,
    settled,
    to_training,
    train_with,
    upload,
)
from tests.browser.server import Server
from tests.browser.watch import SHOTS

LONG = 300_000
WORDS = get("text").title
GROUPS = map_texts.GROUP_TABLE
GROUND = "e => getComputedStyle(e).backgroundColor.match(/[0-9]+/g).slice(0, 3).map(Number)"
pytestmark = pytest.mark.timeout(1200)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    """(server, query of the newest run): the fashion shop with a run of product2vec and one of the text encoder."""
    folder = tmp_path_factory.mktemp("shop")
    keys = fashion.fill(folder / "home", product2vec={"epochs": 5}, text={})
    with running(folder) as server:
        yield server, f"dataset={keys['data'][:12]}&run={keys['text'][:12]}"


def test_search_by_meaning_finds_what_the_words_do_not_say(shop: tuple[Server, str], page: Page) -> None:
    server, query = shop
    go(page, server.url, f"map?{query}")
    drawn(page, map_texts.CHART)
    field = page.get_by_role("searchbox", name=map_texts.SEARCH)
    field.fill("footwear")  # a word that no text of the shop has
    field.press("Enter")
    see(page, "a similar meaning", timeout=LONG)
    assert "footwear" in page.url
    see(page, re.compile("sandal|sneaker|boot|shoe", re.I))
    page.goto(page.url)
    see(page, "a similar meaning")


def test_colours_follow_a_column_and_stay_in_the_link(shop: tuple[Server, str], page: Page) -> None:
    server, query = shop
    go(page, server.url, f"map?{query}&colour=brand")
    drawn(page, map_texts.CHART)
    expect(page.locator('[data-testid="stVegaLiteChart"][aria-label*="coloured by brand"]')).to_be_visible()


def test_a_group_is_renamed_and_keeps_its_name(shop: tuple[Server, str], page: Page) -> None:
    server, query = shop
    go(page, server.url, f"map?{query}")
    drawn(page, map_texts.CHART)
    cells(page, GROUPS)
    grid = page.get_by_test_id("stDataFrame").filter(has=page.get_by_role("region", name=GROUPS)).first
    box = grid.bounding_box()
    page.mouse.dblclick(box["x"] + 60, box["y"] + 52)  # the first name
    editor = page.locator("#portal textarea, #portal input").first
    editor.fill("My favourite things")
    editor.press("Enter")
    expect(grid.locator("td").first).to_have_text("My favourite things", timeout=60_000)
    settled(page)
    page.reload()
    heading(page, "Map")
    drawn(page, map_texts.CHART)
    assert cells(page, GROUPS)[0] == "My favourite things"


@pytest.mark.parametrize("name", PAGES)
def test_page_in_the_dark_and_on_a_narrow_window(shop: tuple[Server, str], new_page: OpenPage, name: str) -> None:
    server, query = shop
    SHOTS.mkdir(exist_ok=True)
    for look, page in (("dark", new_page(dark=True)), ("narrow", new_page(width=420))):
        go(page, server.url, f"{name}?{query}")
        if name == "map":
            drawn(page, map_texts.CHART)
        assert WRONG not in body(page)
        red, green, blue = page.get_by_test_id("stApp").evaluate(GROUND)
        assert (max(red, green, blue) < 60) == (look == "dark")
        wide = page.evaluate("document.scrollingElement.scrollWidth - innerWidth")
        assert wide <= 1, f"{wide} pixels of the page are outside a narrow window"
        page.screenshot(path=SHOTS / f"{look}-{name}.png")


EVIL = [
    "<img src=https://evil.example/1.png onerror=alert(1)>",
    "![x](https://evil.example/2.png)",
    "[click](https://evil.example/3)",
    '=HYPERLINK("https://evil.example/4")',
    ":material/home: $x^2$",
    "<script src=https://evil.example/5.js></script>",
    "`code` **bold** # head",
    "@SUM(1+1)",
]


def test_names_that_try_to_be_code_are_shown_as_they_are(shop: tuple[Server, str], page: Page, tmp_path: Path) -> None:
    server, _ = shop
    file = tmp_path / "evil.csv"
    rows = [(f"p{n}", EVIL[n % len(EVIL)], EVIL[n % 3], EVIL[3 + n % 2]) for n in range(32)]
    pd.DataFrame(rows, columns=["sku", "name", "kind", "maker"]).to_csv(file, index=False)
    add_data(page, server.url)
    upload(page, data.CATALOGUE_FILE, str(file))
    see(page, f"32 {reading.KEPT}", timeout=LONG)
    settled(page)
    press(page, data.IMPORT)
    to_training(page, LONG)
    train_with(page, WORDS)
    see(page, trained(WORDS), timeout=LONG)
    settled(page)
    query = page.url.split("?", 1)[1]
    for name in PAGES:
        go(page, server.url, f"{name}?{query}&item=p1&threshold=0.5&show=all")
        assert WRONG not in body(page)
        assert page.locator("img[src*=evil], script[src*=evil], a[href*=evil]").count() == 0
    go(page, server.url, f"duplicates?{query}&look=alike&threshold=0.5")
    with page.expect_download() as got:
        press(page, duplicates.DOWNLOAD_PAIRS)
    table = pd.read_csv(got.value.path(), dtype=str)
    assert len(table)
    assert not any(str(v).startswith(("=", "@")) for v in table.to_numpy().ravel())
