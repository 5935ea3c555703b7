"""What is chosen stays chosen: the way back, a training that ends elsewhere, another dataset."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from embedcore.methods import get
from pages.ui.recommend import texts as recommend
from pages.ui.train.texts import start, trained
from tests.browser.conftest import running
from tests.browser.see import choose, go, heading, label, menu, press, see, set_number, settled
from tests.browser.server import Server
from tests.pages import shop

TEXT, BASKETS = get("text").title, get("product2vec").title
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, dict[str, str], dict[str, str]]]:
    """A server with two shops, each with a run of the text encoder; the first has one of another method, too."""
    folder = tmp_path_factory.mktemp("views")
    home = folder / "home"
    fast = {"cooccurrence": {"check": False}}
    first = shop.fill(home, shop.dataset(name="First shop"), "planted", "cooccurrence", params=fast)
    second = shop.fill(home, shop.dataset(name="Second shop", twins=2), "planted")
    with running(folder) as server:
        yield server, first, second


def picked(page: Page, label: str) -> str:
    """What a picker in the sidebar shows."""
    box = page.get_by_test_id("stSidebar").get_by_test_id("stSelectbox").filter(has_text=label)
    return box.get_by_role("combobox").input_value() or box.inner_text()


def test_a_chosen_run_outlives_a_training_elsewhere_and_belongs_to_its_dataset(stocked, new_page) -> None:
    server, first, second = stocked
    page, other = new_page(), new_page()
    go(page, server.url, f"map?dataset={first['data'][:12]}&run={first['planted'][:12]}")
    assert TEXT in picked(page, "Embedding")

    go(other, server.url, f"train?dataset={first['data'][:12]}")
    choose(other, BASKETS)
    set_number(other, label("product2vec", "epochs"), 2)
    press(other, start(BASKETS))
    see(other, trained(BASKETS), timeout=240_000)
    settled(other)

    for title in ("Values", "Map"):  # pages drawn after the end of the training
        menu(page, title)
        settled(page)
        assert TEXT in picked(page, "Embedding"), title
        expect(page).to_have_url(re.compile(f"run={first['planted'][:12]}"))

    page.get_by_test_id("stSidebar").get_by_role("combobox").first.click()
    page.get_by_role("option", name="Second shop").click()
    expect(page).to_have_url(re.compile(f"dataset={second['data'][:12]}"))
    settled(page)
    expect(page).to_have_url(re.compile(f"run={second['planted'][:12]}"))
    assert TEXT in picked(page, "Embedding")
    assert "Second shop" in picked(page, "Dataset")
    see(page, "22 products")  # the map is the one of that shop

    page.get_by_test_id("stSidebar").get_by_role("combobox").first.click()
    page.get_by_role("option", name="First shop").click()
    expect(page).to_have_url(re.compile(f"dataset={first['data'][:12]}"))
    settled(page)
    newest = BASKETS  # nothing is chosen for this dataset now, so its newest result is
    assert newest in picked(page, "Embedding")
    assert f"run={second['planted'][:12]}" not in page.url
    see(page, "20 products")  # those that were bought


def test_one_step_back_is_one_view(stocked, page: Page) -> None:
    server, first, _ = stocked
    go(page, server.url, f"?dataset={first['data'][:12]}")
    menu(page, "Recommend")
    settled(page)
    expect(page).to_have_url(re.compile("relation=with"))
    begin = page.url
    press(page, re.compile(f"{recommend.SHOW_PRODUCT}$"))
    expect(page).not_to_have_url(begin)
    settled(page)
    choose(page, recommend.RELATION["instead"])
    expect(page).to_have_url(re.compile("relation=instead"))

    page.go_back()
    expect(page).to_have_url(re.compile("relation=with"))
    expect(page.get_by_role("radio", name=recommend.RELATION["with"], exact=True)).to_be_checked()
    settled(page)
    page.go_back()
    expect(page).to_have_url(begin)
    settled(page)
    page.go_forward()
    expect(page).not_to_have_url(begin)
    settled(page)
    page.go_back()
    expect(page).to_have_url(begin)
    settled(page)
    page.go_back()  # what the page filled into its link by itself is one step
    settled(page)
    page.go_back()
    heading(page, "Overview")


def test_what_is_open_stays_open_while_the_page_changes(stocked, page: Page) -> None:
    server, first, _ = stocked
    go(page, server.url, f"recommend?dataset={first['data'][:12]}&by=basket")
    page.get_by_text(recommend.AS_TABLE).click()
    table = page.get_by_role("region", name="Table of the suggested products")
    expect(table).to_be_visible()
    press(page, re.compile(f"{recommend.ADD}$"))
    expect(page.get_by_text(recommend.BASKET_EXAMPLE)).to_have_count(0)
    settled(page)
    expect(table).to_be_visible()
