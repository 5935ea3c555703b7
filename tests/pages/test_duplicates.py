"""The Duplicates page on a small shop, with decisions that last."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from embedcore import Embedding
from embedcore.export import csv
from embedcore.methods import get
from embedcore.neighbours import build
from pages.ui import cards
from pages.ui.duplicates import decisions, likeness, texts
from pages.ui.train.texts import start
from tests.pages import shop
from tests.pages.app import check, open_page, words


@pytest.fixture
def keys(home: Path) -> dict[str, str]:
    """A shop in which three products are listed twice; the vectors say so."""
    return shop.fill(home, shop.dataset(), "planted")


def button(app, start: str):
    return next(b for b in app.button if str(b.key).startswith(start))


def verdict_buttons(app) -> list:
    return [b for b in app.button if str(b.key).startswith("same:")]


def test_products_listed_twice_are_shown_side_by_side_with_what_differs(keys) -> None:
    app = open_page("duplicates", look="alike", run=keys["planted"][:12])
    check(app, "**3** pairs and **3** groups", "red shoe", f"0 of 3 pairs {texts.REVIEWED}")
    text = words(app)
    assert "red shoe :orange-background[NEW]" in text
    assert ":orange[**≠**] :gray[cost] :orange-background[1\\.00]" in text


def test_a_verdict_is_stored_and_survives_a_new_visit(keys) -> None:
    app = open_page("duplicates", look="alike", run=keys["planted"][:12])
    button(app, "same:").click().run()
    check(app, f"1 of 3 pairs {texts.REVIEWED}")
    again = open_page("duplicates", look="alike", run=keys["planted"][:12])
    assert f"1 of 3 pairs {texts.REVIEWED}" in [p.proto.text for p in again.get("progress")]
    assert len(verdict_buttons(again)) == 2
    decided = open_page("duplicates", look="alike", run=keys["planted"][:12], show="same")
    assert len([b for b in decided.button if b.key.startswith("back:")]) == 1


def test_undo_takes_the_last_verdict_back(keys) -> None:
    app = open_page("duplicates", look="alike", run=keys["planted"][:12])
    button(app, "different:").click().run()
    assert texts.DONE["different"] in words(app)
    button(app, "undo").click().run()
    check(app, f"0 of 3 pairs {texts.REVIEWED}")


def test_a_verdict_can_be_taken_back_later(keys) -> None:
    button(open_page("duplicates", look="alike", run=keys["planted"][:12]), "different:").click().run()
    later = open_page("duplicates", look="alike", run=keys["planted"][:12], show="different")
    button(later, "back:").click().run()
    check(later, texts.NOTHING["different"])


def test_a_reviewed_list_says_that_nothing_is_left(keys) -> None:
    app = open_page("duplicates", look="alike", run=keys["planted"][:12])
    for _ in range(3):
        button(app, "same:").click().run()
    check(app, texts.ABOVE_REVIEWED)


def test_the_link_carries_threshold_view_and_page(keys) -> None:
    app = open_page("duplicates", look="alike", run=keys["planted"][:12], threshold="0.5")
    check(app, "somewhat")
    assert app.slider[0].value == 0.5
    table = open_page("duplicates", look="alike", run=keys["planted"][:12], show="all")
    check(table, texts.SELECT_PAIR)
    assert list(table.dataframe[0].value["id"])
    assert len(table.dataframe[0].value) == 3


def test_no_pair_above_the_threshold_is_said_with_a_way_on(home: Path) -> None:
    keys = shop.fill(home, shop.dataset(twins=0), "planted")
    app = open_page("duplicates", look="alike", run=keys["planted"][:12], threshold="0.99")
    check(app, texts.NOT_THAT_CLOSE)
    button(app, "lower").click().run()
    check(app, texts.THRESHOLD)
    assert texts.NOT_THAT_CLOSE not in words(app)
    assert app.slider[0].value < 0.99
    assert not app.warning


def test_an_embedding_from_baskets_says_that_close_means_bought_alike(home: Path) -> None:
    keys = shop.fill(home, shop.dataset(), "svd")
    app = open_page("duplicates", look="alike", run=keys["svd"][:12], threshold="0.6")
    check(app, texts.BOUGHT_ALIKE)
    button(app, "train-text").click().run()
    check(app, start(get("text").title))
    assert app.title[0].value == "Train"
    assert app.segmented_control(key="method:Text").value == "text"


def test_the_text_embedding_is_one_click_away_when_there_is_one(home: Path) -> None:
    keys = shop.fill(home, shop.dataset(), "planted", "svd")
    app = open_page("duplicates", look="alike", run=keys["svd"][:12], threshold="0.6")
    button(app, "use-text").click().run()
    check(app, texts.THRESHOLD)
    assert app.query_params["run"] in ([keys["planted"][:12]], keys["planted"][:12])
    assert texts.BOUGHT_ALIKE not in words(app)


def test_names_from_a_file_never_become_links_or_pictures(home: Path) -> None:
    data = shop.dataset()
    data.catalogue.frame.loc[0, "name"] = "red ![x](http://example.com/a.png) shoe"
    keys = shop.fill(home, data, "planted")
    app = open_page("duplicates", look="alike", run=keys["planted"][:12], threshold="0.5")
    check(app, "red")
    assert "![x](http" not in words(app)


# ---------------------------------------------------------------- the pure parts


def test_what_differs_between_two_texts_is_marked_word_by_word() -> None:
    assert cards.marked("Sony TV 40 black", "Sony TV 46 black") == "Sony TV :orange-background[40] black"
    assert cards.marked("a b", "A B") == "a b"
    assert cards.marked("*x*", "y") == ":orange-background[\\*x\\*]"
    assert cards.marked("word " * 200, "", limit=20).endswith("…")


def test_each_pair_is_counted_once_in_the_histogram() -> None:
    vectors = np.array([[1, 0], [1, 0.01], [0, 1]], np.float32)
    assert likeness.histogram(build(vectors, 5))["pairs"].sum() == 1


def test_pairs_between_groups_are_left_to_decide_too(home: Path) -> None:
    data = shop.dataset()
    found = pd.DataFrame(
        {"item_a": [0, 1], "item_b": [1, 2], "id_a": ["p00", "p01"], "id_b": ["p01", "p02"], "score": [0.95, 0.91]}
    )
    group = likeness.duplicates.Group((0, 1), 0.95, ((0, 1, 0.95),))
    assert [u.items for u in likeness.units(data, found, [group], {})] == [(0, 1), (1, 2)]
    assert [u.items for u in likeness.units(data, found, [group], {("p00", "p01"): "same"})] == [(1, 2)]


def test_products_marked_as_the_same_are_gathered() -> None:
    verdicts = {("p00", "p01"): "same", ("p01", "p02"): "same", ("p10", "p11"): "different", ("gone", "p00"): "same"}
    data = shop.dataset()
    assert [u.items for u in decisions.gathered(data, verdicts, "same")] == [(0, 1, 2)]
    assert [u.pairs for u in decisions.gathered(data, verdicts, "different")] == [(("p10", "p11"),)]


def test_the_download_holds_the_pairs_and_every_verdict() -> None:
    data, names = shop.dataset(), ["item_a", "item_b", "id_a", "id_b", "title_a", "title_b", "score", "band"]
    found = pd.DataFrame([(0, 1, "p00", "p01", "red shoe", "=1+1", 0.912345, "near-duplicate")], columns=names)
    vectors = Embedding("product", np.array(["p02", "p03"], dtype=object), np.array([[1, 0], [0.6, 0.8]]))
    verdicts = {("p00", "p01"): "same", ("p02", "p03"): "different", ("p04", "p10"): "same", ("gone", "p00"): "same"}
    listed = likeness.with_verdicts(found, verdicts)
    lines = csv(likeness.export(listed, likeness.elsewhere(data, vectors, listed, verdicts))).decode().split()
    assert lines[0] == "id_a,id_b,title_a,title_b,score,band,verdict"
    assert "'=1+1,0.9123,near-duplicate,same" in " ".join(lines)
    assert "p02,p03,green shoe,black shoe,0.6,somewhat,different" in " ".join(lines)
    assert "p04,p10,white shoe,red shirt,,,same" in " ".join(lines)
    assert "gone" not in " ".join(lines)


def test_another_list_starts_on_its_first_page(home: Path) -> None:
    keys = shop.fill(home, shop.dataset(twins=8), "planted")
    app = open_page("duplicates", look="alike", run=keys["planted"][:12], threshold="0.9", at="2")
    check(app, texts.THRESHOLD)
    assert app.get("pagination")[0].value == 2
    assert len(verdict_buttons(app)) == 3
    app.slider[0].set_value(0.85).run()
    check(app, texts.THRESHOLD)
    assert app.get("pagination")[0].value == 1
    assert len(verdict_buttons(app)) == 5


def test_the_last_page_steps_back_when_it_is_done(home: Path) -> None:
    keys = shop.fill(home, shop.dataset(twins=6), "planted")
    app = open_page("duplicates", look="alike", run=keys["planted"][:12], at="2")
    button(app, "same:").click().run()
    check(app, texts.DONE["same"])
    assert len(verdict_buttons(app)) == 5


def test_a_large_group_is_folded_and_one_product_can_be_taken_out(keys) -> None:
    app = open_page("duplicates", look="alike", run=keys["planted"][:12], threshold="0.6")
    check(app, "2 more rows", "**8 products** · similarity 0.6")
    button(app, "out:0-1-2-").click().run()
    check(app, f"{texts.DONE['different']} (7 pairs)")
    assert "**8 products**" not in words(app)
    assert "**7 products**" in words(app)
