"""The import screen as a person sees it: decide, look elsewhere and come back, save a recipe and apply it."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from pages.ui import reading
from pages.ui.files import texts
from tests.browser.see import cells, go, menu, press, see, settled, upload
from tests.browser.server import Server

LONG = 120_000
BRANDS = ("Nike", "NIKE", "nike", "Puma", "Adidas")
SHOES = "sku,name,brand\n" + "".join(f"s{n},Sneaker {n},{BRANDS[n % 5]}\n" for n in range(60))
ORDERS = "order,sku,quantity\n" + "".join(f"o{n // 3},s{n % 60},{1 + n % 2}\n" for n in range(150))


def pick(page: Page, field: str | re.Pattern[str], option: str) -> None:
    """Choose in a select box."""
    page.get_by_label(field).click()
    page.get_by_role("option", name=option, exact=True).click()
    settled(page)


def brands(page: Page) -> list[str]:
    return [cell for cell in cells(page, texts.FIRST_PRODUCTS) if cell in BRANDS]


def test_files_are_swapped_a_choice_outlives_another_page_and_a_recipe_brings_it_back(
    server: Server, page: Page, tmp_path: Path
) -> None:
    for name, text in (("shoes.csv", SHOES), ("orders.csv", ORDERS), ("june.csv", SHOES.replace("Sneaker", "Boot"))):
        (tmp_path / name).write_text(text)
    page.set_viewport_size({"width": 1366, "height": 768})
    go(page, server.url, "data")
    upload(page, texts.CATALOGUE_FILE, str(tmp_path / "orders.csv"))
    see(page, f"150 {reading.KEPT}", timeout=LONG)
    upload(page, texts.BASKETS_FILE, str(tmp_path / "shoes.csv"))
    see(page, f"60 {reading.KEPT}", timeout=LONG)
    press(page, texts.SWAP)
    see(page, "“sku” is the id", timeout=LONG)
    settled(page)
    expect(page.get_by_role("button", name=texts.SWAP)).to_have_count(0)
    button = page.get_by_role("button", name=texts.IMPORT)
    expect(button).to_be_in_viewport()
    assert brands(page)[:3] == ["Nike"] * 3
    pick(page, re.compile("3 spellings"), "keep each spelling")
    assert brands(page) == list(BRANDS)
    menu(page, "Overview")
    menu(page, "Data")
    see(page, f"150 {reading.KEPT}", timeout=LONG)
    settled(page)
    assert brands(page) == list(BRANDS)
    page.reload()
    see(page, f"150 {reading.KEPT}", timeout=LONG)
    settled(page)
    assert brands(page) == list(BRANDS)
    press(page, texts.IMPORT)
    see(page, texts.HOW_IT_WAS_READ, timeout=LONG).click()
    with page.expect_download() as saved:
        press(page, texts.SAVE_RECIPE)
    saved.value.save_as(tmp_path / "may.json")
    page.get_by_role("radio", name=texts.ADD, exact=True).click()
    settled(page)
    press(page, texts.APPLY_RECIPE)
    upload(page, texts.RECIPE_FILE, str(tmp_path / "may.json"))
    see(page, texts.APPLIED, timeout=LONG)
    page.keyboard.press("Escape")
    upload(page, texts.CATALOGUE_FILE, str(tmp_path / "june.csv"))
    see(page, f"60 {reading.KEPT}", timeout=LONG)
    settled(page)
    assert brands(page) == list(BRANDS)
    menu(page, "Overview")
    menu(page, "Data")
    see(page, f"60 {reading.KEPT}", timeout=LONG)
    settled(page)
    assert brands(page) == list(BRANDS), "beside a dataset that is loaded, too"
