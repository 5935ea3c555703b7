"""New products join a finished result from a file: vectors at once, and what they are nearest to."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from embedcore.methods import get
from pages.ui.train import texts
from tests import fashion
from tests.browser.conftest import running
from tests.browser.see import cells, go, press, see, settled, upload
from tests.browser.server import Server
from tests.shared import SAMPLES

LONG = 240_000


@pytest.mark.timeout(900)
def test_three_rows_of_a_file_get_vectors_and_neighbours(page: Page, tmp_path: Path) -> None:
    keys = fashion.fill(tmp_path / "home", cooccurrence={"check": False})
    with running(tmp_path) as shop:
        add_products(page, shop, f"train?dataset={keys['data'][:12]}&run={keys['cooccurrence'][:12]}", tmp_path)


def add_products(page: Page, shop: Server, query: str, tmp_path: Path) -> None:
    """From the run of a link to the vectors of three new products."""
    old = pd.read_csv(SAMPLES / "products.csv", dtype=str).head(3)
    old.assign(product_id=["new1", "new2", "new3"]).to_csv(tmp_path / "new.csv", index=False)
    go(page, shop.url, query)
    see(page, texts.trained(get("cooccurrence").title))
    page.get_by_text(texts.ADD_PRODUCTS).click()
    upload(page, texts.NEW_FILE, str(tmp_path / "new.csv"))
    see(page, "3 kept", timeout=LONG)
    settled(page)
    press(page, texts.ADD_VECTORS)
    see(page, f"3 of 3 {texts.HAVE_VECTORS}", timeout=LONG)
    settled(page)
    shown = cells(page, texts.NEW_TABLE)
    assert {"new1", "new2", "new3"} <= set(shown)
    # Each row is a copy of a known product, so that product is nearest.
    assert set(old["title"]) <= set(shown)
    expect(page.get_by_role("button", name=texts.DOWNLOAD_VECTORS)).to_be_enabled()
