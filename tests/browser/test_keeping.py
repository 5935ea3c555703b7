"""Uploaded, trained, removed on the Storage page: what the word was in is gone from the whole data folder."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from embedcore.methods import get
from pages.ui.files import texts as data
from pages.ui.storage import texts
from pages.ui.texts import OPEN_MAP
from tests.browser.conftest import OpenPage, clean_log
from tests.browser.see import go, menu, press, see, settled, to_training, train_with, upload
from tests.browser.server import serve

LONG = 120_000
CANARY = "Kanarienvogel"
KINDS = ("shoe", "shirt", "hat")
PRODUCTS = f"sku,{CANARY} name,kind\n" + "".join(f"p{i},{CANARY} {i},{CANARY} {KINDS[i % 3]}\n" for i in range(60))


def holding(folder: Path) -> list[str]:
    """Files in which the word stands, in their content or their name."""
    found = [p for p in folder.rglob("*") if p.is_file()]
    return [str(p.relative_to(folder)) for p in found if CANARY in str(p) or CANARY.encode() in p.read_bytes()]


def test_what_is_removed_on_the_storage_page_is_gone_from_the_disk(tmp_path: Path, new_page: OpenPage) -> None:
    file = tmp_path / f"{CANARY}.csv"
    file.write_text(PRODUCTS)
    with serve(tmp_path / "run", tmp_path / "home") as server:
        page = new_page()
        go(page, server.url, "data")
        upload(page, data.CATALOGUE_FILE, str(file))
        press(page, data.IMPORT, timeout=LONG)
        expect(page.get_by_role("heading", name=CANARY)).to_be_visible(timeout=LONG)
        settled(page)
        to_training(page)
        train_with(page, get("cooccurrence").title)
        expect(page.get_by_role("button", name=OPEN_MAP).filter(visible=True).first).to_be_visible(timeout=LONG * 2)
        settled(page)
        assert holding(server.home), "the test would prove nothing"
        assert CANARY not in server.log
        assert not holding(server.home / "logs")

        menu(page, "Storage")
        press(page, texts.REMOVE)
        see(page, "It cannot be undone.")
        press(page, texts.REMOVE_FOR_GOOD)
        see(page, texts.NO_DATASET)
        see(page, "freed.")
        go(page, server.url, "diagnostics")
        assert CANARY not in page.get_by_test_id("stCode").inner_text()
        clean_log(server)
    assert not holding(server.home)
    assert CANARY not in server.log
