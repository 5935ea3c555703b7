"""Training as a person meets it: progress that survives a reload and a change of page, and a way to stop it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from embedcore.methods import get
from pages.ui import texts
from pages.ui.train.texts import FIRST_ANSWER, start
from tests import fashion
from tests.browser.conftest import running
from tests.browser.see import go, label, menu, press, see, set_number

pytestmark = pytest.mark.timeout(900)
PROGRESS = re.compile(r"step [\d,]+ of [\d,]+")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the Train page of the fashion shop, nothing trained; its server is as users have it."""
    folder = tmp_path_factory.mktemp("training")
    keys = fashion.fill(folder / "home")
    with running(folder, warm=True) as server:
        yield f"{server.url}/train?dataset={keys['data'][:12]}"


def test_progress_survives_reload_and_page_switch_and_can_be_cancelled(shop: str, page: Page) -> None:
    go(page, shop)
    set_number(page, label("product2vec", "epochs"), 200)
    press(page, start(get("product2vec").title))
    see(page.get_by_test_id("stMain"), PROGRESS, timeout=240_000)
    page.reload()
    see(page.get_by_test_id("stMain"), PROGRESS, timeout=240_000)
    menu(page, "Map")
    see(page.get_by_test_id("stSidebar"), PROGRESS)
    menu(page, "Train")
    press(page, texts.CANCEL)
    # An equal job may be started at once: nothing is left of the first.
    expect(page.get_by_text(PROGRESS)).to_have_count(0, timeout=60_000)
    menu(page, "Map")
    see(page, texts.NOTHING_TRAINED)
    menu(page, "Train")
    set_number(page, label("product2vec", "epochs"), 2)
    press(page, start(get("product2vec").title))
    expect(page.get_by_role("button", name=texts.OPEN_MAP).filter(visible=True).first).to_be_visible(timeout=240_000)


def test_a_first_answer_is_there_while_a_training_goes_on_and_gone_when_it_is_stopped(shop: str, page: Page) -> None:
    go(page, shop)
    set_number(page, label("product2vec", "epochs"), 200)
    set_number(page, label("product2vec", "dimension"), 512)  # a minute of work: long enough on any machine
    press(page, start(get("product2vec").title))
    see(page, FIRST_ANSWER, timeout=240_000)
    see(page.get_by_test_id("stMain"), PROGRESS, timeout=240_000)
    page.get_by_placeholder(texts.SEARCH_FIELD).first.fill("lamp")
    press(page, texts.CHOOSE)
    expect(page).to_have_url(re.compile("[?&]item="))
    chosen = re.search("[?&]item=([^&]+)", page.url)
    assert chosen is not None
    expect(page.get_by_test_id("stDataFrame").filter(visible=True)).to_have_count(1)
    page.reload()
    see(page, FIRST_ANSWER, timeout=240_000)
    expect(page).to_have_url(re.compile(f"[?&]item={chosen[1]}"))
    press(page, texts.CANCEL)
    expect(page.get_by_text(FIRST_ANSWER)).to_have_count(0, timeout=60_000)
