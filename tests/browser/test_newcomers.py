"""New products join a finished result from a file: vectors at once, and what they are nearest to."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from tests.browser.see import cells, go, press, see, settled, to_training, train_with, upload
from tests.browser.server import Server
from tests.shared import SAMPLES

LONG = 240_000
METHOD = "Co-occurrence"


@pytest.mark.timeout(900)
def test_three_rows_of_a_file_get_vectors_and_neighbours(server: Server, page: Page, tmp_path: Path) -> None:
    old = pd.read_csv(SAMPLES / "products.csv", dtype=str).head(3)
    old.assign(product_id=["new1", "new2", "new3"]).to_csv(tmp_path / "new.csv", index=False)
    go(page, server.url)
    press(page, re.compile("^Open Fashion shop"))
    to_training(page, LONG)
    train_with(page, METHOD)
    see(page, f"The result: {METHOD}", timeout=LONG)
    settled(page)
    page.get_by_text("Add new products to this result").click()
    upload(page, "File with new products", str(tmp_path / "new.csv"))
    see(page, "3 kept", timeout=LONG)
    settled(page)
    press(page, "Give them vectors")
    see(page, "3 of 3 products have a vector now", timeout=LONG)
    settled(page)
    shown = cells(page, "Table of the new products")
    assert {"new1", "new2", "new3"} <= set(shown)
    # Each row is a copy of a known product, so that product is nearest.
    assert set(old["title"]) <= set(shown)
    expect(page.get_by_role("button", name="Download the vectors (CSV)")).to_be_enabled()
