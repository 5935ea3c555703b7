"""New products join a finished result from a file: vectors at once, and what they are nearest to."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from embedcore.methods import get
from pages.ui.train import texts
from tests.browser.see import cells, go, press, see, settled, to_training, train_with, upload
from tests.browser.server import Server
from tests.shared import SAMPLES

LONG = 240_000
METHOD = get("cooccurrence").title


@pytest.mark.timeout(900)
def test_three_rows_of_a_file_get_vectors_and_neighbours(server: Server, page: Page, tmp_path: Path) -> None:
    old = pd.read_csv(SAMPLES / "products.csv", dtype=str).head(3)
    old.assign(product_id=["new1", "new2", "new3"]).to_csv(tmp_path / "new.csv", index=False)
    go(page, server.url)
    press(page, re.compile("^Open Fashion shop"))
    to_training(page, LONG)
    train_with(page, METHOD)
    see(page, texts.trained(METHOD), timeout=LONG)
    settled(page)
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
