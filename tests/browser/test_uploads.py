"""Your own files through the page: good ones lead to a result, bad ones to one clear sentence, and the app goes on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import CDPSession, Page, expect

from embedcore.methods import get
from pages.ui import mapping, reading, sources
from pages.ui.duplicates import texts as duplicates
from pages.ui.files import texts as data
from pages.ui.texts import OPEN_MAP, WRONG
from pages.web.box import WORDS
from tests.browser.conftest import running
from tests.browser.see import add_data, go, heading, menu, metric, press, see, settled, to_training, train_with, upload
from tests.browser.server import Server
from tests.shared import SAMPLES, shared

LONG = 120_000
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR\x00\x00\x00\x10\x00\x00\x00\x10\x08\x06" + bytes(range(256)) * 8
KINDS = ("shoe", "shirt", "hat")
BRANDS = ("Nike", "NIKE", "nike", "Puma", "Adidas")
SHOES = "sku,name,brand\n" + "".join(f"s{n},Sneaker {n},{BRANDS[n % 5]}\n" for n in range(60))
ORDERS = "order,sku,quantity\n" + "".join(f"o{n // 3},s{n % 60},{1 + n % 2}\n" for n in range(150))
PRODUCTS = "sku,name,kind\n" + "".join(f"p{i},Product number {i},{KINDS[i % 3]}\n" for i in range(60))


def wait_read(page: Page, kept: str) -> None:
    """A file was read and its rows counted."""
    see(page, f"{kept} {reading.KEPT}", timeout=LONG)
    settled(page)


def bring(page: Page, catalogue: Path | None, baskets: Path | None, name: str) -> None:
    """Give the files, import them under a name and wait for the profile."""
    if catalogue:
        upload(page, data.CATALOGUE_FILE, str(catalogue))
    if baskets:
        if catalogue:
            expect(page.get_by_text(reading.KEPT).first).to_be_visible(timeout=LONG)
        upload(page, data.BASKETS_FILE, str(baskets))
        expect(page.get_by_text(reading.KEPT)).to_have_count(1 + bool(catalogue), timeout=LONG)
    box = page.get_by_label(data.NAME)
    expect(box).to_be_visible(timeout=LONG)
    box.fill(name)
    box.press("Enter")
    settled(page)
    press(page, data.IMPORT)
    expect(page.get_by_role("heading", name=name)).to_be_visible(timeout=LONG)
    settled(page)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that has what the tests before imported."""
    with running(tmp_path_factory.mktemp("uploads")) as server:
        yield server


def train(page: Page, method: str) -> None:
    to_training(page)
    train_with(page, method)
    expect(page.get_by_role("button", name=OPEN_MAP).filter(visible=True).first).to_be_visible(timeout=LONG * 2)


BAD = {
    "an image renamed": ("photo.csv", PNG),
    "an empty file": ("empty.csv", b""),
    "only blank lines": ("blank.csv", b"\n\n   \n"),
    "a web page": ("page.csv", b"<!DOCTYPE html><html><body><table><tr><td>x</td></tr></table></body></html>"),
}


@pytest.fixture
def good(tmp_path: Path) -> Path:
    (tmp_path / "products.csv").write_text(PRODUCTS)
    return tmp_path / "products.csv"


def test_unusable_files_get_one_sentence_and_the_app_goes_on(
    empty: Server, page: Page, tmp_path: Path, good: Path
) -> None:
    go(page, empty.url, "data")
    for what, (name, content) in BAD.items():
        (tmp_path / name).write_bytes(content)
        upload(page, data.CATALOGUE_FILE, str(tmp_path / name))
        alert = page.get_by_test_id("stAlert").filter(has_text=name).first
        expect(alert, what).to_be_visible(timeout=120_000)
        shown = alert.inner_text().strip()
        print(f"\n{what}: {shown}")
        assert 20 < len(shown) < 400, what
        assert WRONG not in shown, what
        assert str(tmp_path) not in shown, what
        expect(page.get_by_role("button", name=data.IMPORT), what).to_have_count(0)
        press(page, sources.CHANGE)
        expect(alert).to_have_count(0)
        settled(page)
    upload(page, data.CATALOGUE_FILE, str(good))
    wait_read(page, "60")


def test_duplicate_headers_and_a_missing_id_are_shown_and_can_be_gone_on_with(
    app: Server, page: Page, tmp_path: Path
) -> None:
    file = tmp_path / "twice.csv"
    file.write_text("name,colour,name\n" + "".join(f"Shirt {i},red,Long shirt {i % 5}\n" for i in range(40)))
    add_data(page, app.url)
    upload(page, data.CATALOGUE_FILE, str(file))
    wait_read(page, "40")
    see(page, re.compile(r"name.*(twice|more than once|same name|renamed)", re.I))
    see(page, mapping.NO_ID)
    box = page.get_by_label(data.NAME)
    box.fill("Shirts")
    box.press("Enter")
    settled(page)
    press(page, data.IMPORT)
    expect(page.get_by_role("heading", name="Shirts")).to_be_visible(timeout=LONG)
    settled(page)
    assert metric(page, "Products") == "40"


def test_baskets_that_match_nothing_are_noticed_at_once(empty: Server, page: Page, tmp_path: Path, good: Path) -> None:
    other = tmp_path / "baskets.csv"
    other.write_text("basket,product\n" + "".join(f"{i // 3},other-{i % 50}\n" for i in range(150)))
    go(page, empty.url, "data")
    upload(page, data.CATALOGUE_FILE, str(good))
    wait_read(page, "60")
    upload(page, data.BASKETS_FILE, str(other))
    see(page, re.compile(r"No product id of the baskets is in the catalogue"), timeout=LONG)
    expect(page.get_by_role("button", name=data.IMPORT)).to_be_visible()


def test_wrong_encoding_and_ragged_rows_are_counted(empty: Server, page: Page, tmp_path: Path) -> None:
    file = tmp_path / "latin.csv"
    rows = "".join(f"{i};Caf\xe9 cr\xe8me {i};{i}.50\n" for i in range(50)) + "51;too;many;cells;here\n"
    file.write_bytes(("id;titel;preis\n" + rows).encode("cp1252"))
    go(page, empty.url, "data")
    upload(page, data.CATALOGUE_FILE, str(file))
    wait_read(page, "50")
    see(page, f"1 {reading.REJECTED}")
    see(page, re.compile("encod|cp1252|Windows", re.I))


def test_two_files_that_come_in_at_the_same_moment_are_both_taken(
    empty: Server, page: Page, tmp_path: Path, good: Path
) -> None:
    other = tmp_path / "baskets.csv"
    other.write_text("basket,sku\n" + "".join(f"{i // 3},p{i % 60}\n" for i in range(150)))
    go(page, empty.url, "data")
    upload(page, data.CATALOGUE_FILE, str(good))
    upload(page, data.BASKETS_FILE, str(other))
    expect(page.get_by_text(reading.KEPT)).to_have_count(2, timeout=LONG)


def test_our_own_sample_files_can_be_uploaded(app: Server, page: Page) -> None:
    add_data(page, app.url)
    bring(page, SAMPLES / "products.csv", SAMPLES / "baskets.csv", "My shop")
    assert int(metric(page, "Products").replace(",", "")) >= 1_900
    assert int(metric(page, "Baskets").replace(",", "")) >= 15_000


@pytest.mark.shared
@pytest.mark.timeout(1200)
def test_abt_buy_is_uploaded_and_its_duplicates_found(app: Server, page: Page) -> None:
    folder = shared("data/duplicates/abt-buy")
    add_data(page, app.url)
    bring(page, folder / "catalogue.csv", None, "Two shops")
    assert metric(page, "Products") == "2,173"
    menu(page, "Duplicates")
    press(page, duplicates.FIND)
    see(page, re.compile(duplicates.LISTED_MORE), timeout=LONG)
    see(page, re.compile("same model number"))


@pytest.mark.shared
@pytest.mark.timeout(1200)
def test_instacart_is_uploaded_and_trained(app: Server, page: Page) -> None:
    folder = shared("data/recs/instacart1k")
    add_data(page, app.url)
    bring(page, folder / "products.csv.gz", folder / "baskets.csv.gz", "Instacart")
    assert metric(page, "Products") == "49,688"
    assert metric(page, "Baskets") == "15,968"
    assert metric(page, "Customers") == "1,000"
    assert metric(page, "Purchase lines") == "155,824"
    train(page, get("product2vec").title)
    press(page, OPEN_MAP)
    heading(page, "Map")
    settled(page)


def speed(network: CDPSession, upload: int) -> None:
    """Send at so many bytes a second; -1: as fast as it goes."""
    network.send("Network.enable")
    line = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": upload}
    network.send("Network.emulateNetworkConditions", line)


def test_an_upload_can_be_watched_stopped_and_made_again(
    server: Server, page: Page, tmp_path: Path, good: Path
) -> None:
    large = tmp_path / "large.csv"
    large.write_bytes(b"sku,name\n" + b"p1,a product\n" * 400_000)
    spool = server.home / "spool"
    go(page, server.url, "data")
    network = page.context.new_cdp_session(page)
    speed(network, 500_000)
    box = page.get_by_test_id("stFileUploader").filter(has_text=data.CATALOGUE_FILE)
    page.get_by_label(data.CATALOGUE_FILE, exact=True).set_input_files(str(large))
    bar = box.get_by_role("progressbar")
    expect(bar).to_be_visible()
    expect(bar).not_to_have_attribute("aria-valuenow", "0")
    assert list(spool.glob("*.tmp"))
    upload(page, data.BASKETS_FILE, str(good))  # the page is drawn again meanwhile
    wait_read(page, "60")
    expect(bar).to_be_visible()
    box.get_by_role("button", name=WORDS["cancel"]).click()
    expect(box.get_by_text(WORDS["cancelled"])).to_be_attached()
    expect(box.get_by_role("button", name=WORDS["browse"])).to_be_visible()
    speed(network, -1)
    upload(page, data.CATALOGUE_FILE, __file__)
    expect(box.get_by_role("alert")).to_contain_text("test_uploads.py")
    expect(box.get_by_role("button", name=WORDS["other"])).to_be_visible()
    with (tmp_path / "huge.csv").open("wb") as huge:
        huge.truncate(2_100_000_000)
    upload(page, data.CATALOGUE_FILE, str(tmp_path / "huge.csv"))
    expect(box.get_by_role("alert")).to_contain_text("This file has 2.1 GB. Up to 2 GB can be uploaded.")
    upload(page, data.CATALOGUE_FILE, str(large))
    expect(box).to_have_count(0, timeout=LONG)
    assert not list(spool.glob("*.tmp"))


def pick(page: Page, field: str | re.Pattern[str], option: str) -> None:
    """Choose in a select box."""
    page.get_by_label(field).click()
    page.get_by_role("option", name=option, exact=True).click()
    settled(page)


def see_brands(page: Page, wanted: list[str]) -> None:
    """The brands in the first rows as they will be."""
    region = page.get_by_role("region", name=data.FIRST_PRODUCTS)
    cells = page.get_by_test_id("stDataFrame").filter(has=region).first.locator("td")
    named = cells.filter(has_text=re.compile(f"^({'|'.join(BRANDS)})$"))
    expect(named).to_have_text(wanted, timeout=LONG)


def test_files_are_swapped_a_choice_outlives_another_page_and_a_recipe_brings_it_back(
    server: Server, page: Page, tmp_path: Path
) -> None:
    for name, text in (("shoes.csv", SHOES), ("orders.csv", ORDERS), ("june.csv", SHOES.replace("Sneaker", "Boot"))):
        (tmp_path / name).write_text(text)
    page.set_viewport_size({"width": 1366, "height": 768})
    go(page, server.url, "data")
    upload(page, data.CATALOGUE_FILE, str(tmp_path / "orders.csv"))
    see(page, f"150 {reading.KEPT}", timeout=LONG)
    upload(page, data.BASKETS_FILE, str(tmp_path / "shoes.csv"))
    see(page, f"60 {reading.KEPT}", timeout=LONG)
    press(page, data.SWAP)
    see(page, "“sku” is the id", timeout=LONG)
    settled(page)
    expect(page.get_by_role("button", name=data.SWAP)).to_have_count(0)
    button = page.get_by_role("button", name=data.IMPORT)
    expect(button).to_be_in_viewport()
    see_brands(page, ["Nike", "Nike", "Nike", "Puma", "Adidas"])
    pick(page, re.compile("3 spellings"), "keep each spelling")
    see_brands(page, list(BRANDS))
    menu(page, "Overview")
    menu(page, "Data")
    see(page, f"150 {reading.KEPT}", timeout=LONG)
    settled(page)
    see_brands(page, list(BRANDS))
    page.reload()
    see(page, f"150 {reading.KEPT}", timeout=LONG)
    settled(page)
    see_brands(page, list(BRANDS))
    press(page, data.IMPORT)
    see(page, data.HOW_IT_WAS_READ, timeout=LONG).click()
    with page.expect_download() as saved:
        press(page, data.SAVE_RECIPE)
    saved.value.save_as(tmp_path / "may.json")
    page.get_by_role("radio", name=data.ADD, exact=True).click()
    settled(page)
    press(page, data.APPLY_RECIPE)
    upload(page, data.RECIPE_FILE, str(tmp_path / "may.json"))
    see(page, data.APPLIED, timeout=LONG)
    page.keyboard.press("Escape")
    upload(page, data.CATALOGUE_FILE, str(tmp_path / "june.csv"))
    see(page, f"60 {reading.KEPT}", timeout=LONG)
    settled(page)
    see_brands(page, list(BRANDS))
    menu(page, "Overview")
    menu(page, "Data")
    see(page, f"60 {reading.KEPT}", timeout=LONG)
    settled(page)
    see_brands(page, list(BRANDS))  # beside a dataset that is loaded, too
