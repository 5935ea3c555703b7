"""The main job on real data: open, one click, train, a named map, duplicates, recommendations."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from embedcore.methods import get
from pages.ui import texts
from pages.ui.duplicates import texts as duplicates
from pages.ui.map import texts as map_texts
from pages.ui.recommend import texts as recommend
from pages.ui.train import texts as train_texts
from tests.browser.conftest import OpenPage, visited
from tests.browser.see import (
    body,
    cells,
    choose,
    colours,
    drawn,
    drawn_anew,
    go,
    menu,
    metric,
    press,
    see,
    settled,
    to_training,
)
from tests.browser.server import Server

MAP = map_texts.CHART
METHOD = get("product2vec").title
LONG = 400_000  # milliseconds: 1.4 million purchase lines on two busy cores
pytestmark = pytest.mark.timeout(1500)


@dataclass(frozen=True)
class Trained:
    """Complete Journey, opened and trained in the browser. query: dataset and run, as the URL carries them."""

    server: Server
    query: str


def train(page: Page) -> str:
    """Press the button of the Train page and wait for the result; the URL's query."""
    press(page, train_texts.start(METHOD))
    see(page, re.compile(r"step [\d,]+ of [\d,]+|starting|waiting"))
    expect(page.get_by_role("button", name=texts.OPEN_MAP).filter(visible=True).first).to_be_visible(timeout=LONG)
    settled(page)
    return page.url.split("?", 1)[1]


@pytest.fixture(scope="module")
def trained(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trained]:
    """From a fresh server to a trained embedding, with clicks only."""
    with visited(chromium, tmp_path_factory.mktemp("journey"), "journey") as (server, page):
        begun = time.monotonic()
        go(page, server.url)
        see(page, re.compile("for education"))  # the data's own note
        press(page, re.compile("^Open .*Complete Journey"))
        to_training(page, LONG)
        loaded = time.monotonic()
        query = train(page)
        print(f"\nComplete Journey: loaded in {loaded - begun:.0f} s, trained in {time.monotonic() - loaded:.0f} s")
        print(query, flush=True)
        yield Trained(server, query)


def test_overview_says_what_is_loaded_and_trained(trained: Trained, page: Page) -> None:
    go(page, trained.server.url, f"overview?{trained.query}")
    assert metric(page, "Products").startswith("92,")
    assert metric(page, "Baskets") == "155,848"
    see(page, texts.EMBEDDINGS)


def test_second_training_returns_at_once_and_says_when_it_was_computed(trained: Trained, page: Page) -> None:
    go(page, trained.server.url, f"train?{trained.query}")
    run = re.search("run=([^&]+)", trained.query)[1]  # type: ignore[index]
    (model,) = trained.server.home.glob(f"runs/{run}*/model")
    made, begun = model.stat().st_mtime_ns, time.monotonic()
    press(page, train_texts.STORED)
    see(page, re.compile(rf"(just now|\d+ minutes? ago) \(\d{{4}}-\d\d-\d\d \d\d:\d\d UTC\)\. {train_texts.NOT_AGAIN}"))
    print(f"\nstored result after {time.monotonic() - begun:.1f} s")
    expect(page).to_have_url(re.compile(f"run={run}"))
    assert model.stat().st_mtime_ns == made


def test_recommendations_come_with_reasons(trained: Trained, page: Page) -> None:
    go(page, trained.server.url, f"recommend?{trained.query}")
    see(page, re.compile(r"in [\d,]+ baskets together, .*as often as by chance"), timeout=LONG)
    settled(page)
    choose(page, recommend.RELATION["alike"])
    see(page, re.compile("same |together", re.I))
    choose(page, "A basket")
    see(page, recommend.GOES_WITH_BASKET)
    see(page, re.compile(r"in [\d,]+ baskets?"))
    expect(page.get_by_test_id("stMain").get_by_role("button", name="Add", exact=True).first).to_be_visible()


def test_duplicates_are_listed_judged_and_remembered(trained: Trained, page: Page) -> None:
    go(page, trained.server.url, f"duplicates?{trained.query}&look=alike&threshold=0.7")
    see(page, re.compile(r"products · similarity [01]\.\d\d"))
    settled(page)
    press(page, re.compile(f"{duplicates.SAME}|{duplicates.ALL_SAME}"))
    see(page, duplicates.DONE["same"])
    page.reload()
    choose(page, duplicates.SHOW["same"])
    expect(page.get_by_role("button", name=re.compile(duplicates.TAKE_BACK)).first).to_be_visible()


def test_link_reopens_the_same_view_in_another_browser(trained: Trained, new_page: OpenPage) -> None:
    for name in ("train", "map", "duplicates", "recommend"):
        page = new_page()
        go(page, trained.server.url, f"{name}?{trained.query}")
        assert texts.NOTHING_LOADED not in body(page)
        assert texts.NOTHING_TRAINED not in body(page)
        assert all(part in page.url for part in trained.query.split("&") if part.startswith(("dataset=", "run=")))
        menu(page, "Overview")


def test_map_shows_twenty_thousand_points_in_colour_and_names_their_groups(trained: Trained, page: Page) -> None:
    begun = time.monotonic()
    page.goto(f"{trained.server.url}/map?{trained.query}")
    canvas = drawn(page, MAP)
    print(f"\n20,000 points on screen after {time.monotonic() - begun:.1f} s")
    assert colours(canvas) >= 10
    see(page, re.compile(r"^20,000 of [\d,]+ products shown"))
    see(page, re.compile(r"^\d+ groups of [\d,]+ products"))
    names = cells(page, map_texts.GROUP_TABLE)[::4]
    assert len(names) >= 5
    assert len(set(names)) == len(names)
    assert all(re.search("[A-Za-z]{3}", name) for name in names), names


def test_map_is_redrawn_by_itself_when_the_better_one_is_ready(trained: Trained, page: Page) -> None:
    go(page, trained.server.url, f"map?{trained.query}")
    best = page.get_by_role("radio", name="UMAP")
    expect(best).to_be_checked(timeout=LONG)
    canvas = drawn(page, MAP)
    drawn_anew(page, canvas, MAP, lambda: page.get_by_role("radio", name="PCA").click())
    assert "layout=pca" in page.url


def test_click_on_a_point_shows_the_product_and_its_neighbours(trained: Trained, page: Page) -> None:
    go(page, trained.server.url, f"map?{trained.query}")
    canvas = drawn(page, MAP)
    box = canvas.bounding_box()
    for part in (0.5, 0.45, 0.55, 0.4, 0.6):  # between two points there is nothing to hit
        canvas.click(position={"x": box["width"] * part, "y": 300})
        try:
            see(page, map_texts.NEAREST, timeout=8_000)
            break
        except AssertionError:
            continue
    see(page, map_texts.NEAREST)
    assert "item=" in page.url
    score = page.get_by_text(re.compile(r"^0\.\d\d$"))
    expect(score.nth(4)).to_be_visible()  # the heading is drawn before its list
    scores = [float(t) for t in score.all_inner_texts()]
    assert len(scores) >= 5
    assert max(scores) > 0.3
    link = page.url
    page.goto(link)
    see(page, map_texts.NEAREST)


def test_box_lists_what_is_in_it_and_can_be_downloaded(trained: Trained, page: Page) -> None:
    go(page, trained.server.url, f"map?{trained.query}")
    canvas = drawn_anew(page, drawn(page, MAP), MAP, lambda: page.get_by_role("radio", name="Box").click())
    settled(page)
    box = canvas.bounding_box()
    x, y = box["x"] + box["width"] * 0.35, box["y"] + 200
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 150, y + 150, steps=10)
    page.mouse.up()
    begun = time.monotonic()
    count_line = see(page, re.compile(rf"^[\d,]+ products? {map_texts.IN_BOX}$")).inner_text()
    print(f"\nselection to table in {time.monotonic() - begun:.1f} s")
    count = int(re.sub(r"\D", "", count_line))
    with page.expect_download() as got:
        press(page, map_texts.DOWNLOAD_BOX)
    lines = got.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == count + 1
    assert count > 50
    assert lines[0].startswith("product,id,group,in baskets")


def test_search_by_name_forgives_a_typo(trained: Trained, page: Page) -> None:
    go(page, trained.server.url, f"map?{trained.query}")
    field = page.get_by_role("searchbox", name=map_texts.SEARCH)
    field.fill("bananna")
    see(page, re.compile(f"^{map_texts.FOUND}"))
    hit = page.get_by_test_id("stMain").get_by_role("button", name=re.compile("banana", re.I)).first
    hit.click()
    see(page, map_texts.NEAREST)
