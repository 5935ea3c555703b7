"""The import screen: what was understood, a choice beside it that takes effect at once, and what outlives a visit."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from embedcore.intake import Decision, Table, Understanding
from pages.ui import mapping, quality, reading, services, sources
from pages.ui.files import texts, understood
from pages.ui.texts import PLEASE_CHECK
from tests.pages.app import check, in_url, open_page, visible, words

BRANDS = ("Nike", "NIKE", "nike", "Puma", "Adidas")


@pytest.fixture
def shop(_own_home: Any) -> Path:
    """A catalogue with one brand in three spellings, and its order lines."""
    files = services.data_folder()
    files.mkdir(parents=True)
    rows = "".join(f"s{n},Sneaker {n},{BRANDS[n % 5]}\n" for n in range(60))
    (files / "shoes.csv").write_text("sku,name,brand\n" + rows + "only one cell\n")
    lines = "".join(f"o{n // 3},s{n % 60},{1 + n % 2}\n" for n in range(150))
    (files / "orders.csv").write_text("order,sku,quantity\n" + lines)
    return files


def until(app: AppTest, text: str, seconds: float = 60) -> AppTest:
    """Run the page again until its jobs are done and a text is there."""
    end = time.monotonic() + seconds
    while text not in visible(app):
        assert time.monotonic() < end, visible(app)
        for job in services.jobs().live():
            services.jobs().wait(job.id, 30)
        app.run()
        check(app, "Data")
    return app


def opened(**query: str) -> AppTest:
    return until(open_page("data", **query), texts.IMPORT)


def preview(app: AppTest, column: str) -> pd.DataFrame:
    return next(d.value for d in app.dataframe if column in d.value.columns and "role" not in d.value.columns)


def choice(app: AppTest, key: str) -> Any:
    return next(w for w in [*app.selectbox, *app.segmented_control] if w.key == key)


def press(app: AppTest, label: str) -> AppTest:
    return next(b for b in app.button if b.label == label).click().run()


def imported(app: AppTest) -> set[str]:
    """Press Import; the brands of the dataset."""
    until(press(app, texts.IMPORT), texts.HOW_IT_WAS_READ)
    catalogue = services.dataset(services.store().datasets()[0].hash).catalogue
    assert catalogue is not None
    return set(catalogue.frame["brand"])


def test_a_file_is_told_in_one_card_with_all_its_rows_and_its_first_ones(shop: Path) -> None:
    app = opened(catalogue="folder:shoes.csv", baskets="folder:orders.csv")
    shown = visible(app)
    assert f"61 rows in the file = **60 {reading.KEPT}** + 1 {reading.REJECTED}" in shown
    assert f"150 rows in the file = **150 {reading.KEPT}**" in shown
    assert "“sku” is the id and “name” the name of a product. Brand: “brand”." in shown
    assert preview(app, "brand")["brand"].tolist() == ["Nike", "Nike", "Nike", "Puma", "Adidas"]
    assert list(preview(app, "products")["products"].iloc[0]) == ["s0", "2 × s1", "s2"]


def test_a_switch_takes_effect_at_once_and_in_the_dataset(shop: Path) -> None:
    app = opened(catalogue="folder:shoes.csv")
    choice(app, "decide:catalogue:spelling:brand").set_value("keep").run()
    check(app, "Data")
    assert preview(app, "brand")["brand"].tolist() == list(BRANDS)
    assert imported(app) == set(BRANDS)
    assert any(
        "spelling" in str(d)
        for d in services.dataset(services.store().datasets()[0].hash).meta["decisions"]["catalogue"]
    )


def test_files_and_choices_outlive_another_page_and_a_refresh_until_they_are_imported(shop: Path) -> None:
    app = opened(catalogue="folder:shoes.csv", baskets="folder:orders.csv")
    choice(app, "decide:catalogue:spelling:brand").set_value("keep").run()
    app.pills(key="panel:baskets:folder:orders.csv").set_value(texts.CORRECT).run()
    part = next(w for w in app.selectbox if w.label == mapping.PARTS["quantity"])
    part.set_value("").run()
    app.switch_page("pages/overview.py").run()
    app.switch_page("pages/data.py").run()
    check(app, f"61 rows in the file = **60 {reading.KEPT}**", f"150 rows in the file = **150 {reading.KEPT}**")
    assert preview(app, "brand")["brand"].tolist() == list(BRANDS)
    assert list(preview(app, "products")["products"].iloc[0]) == ["s0", "s1", "s2"]
    again = opened(catalogue=in_url(app, "catalogue") or "", baskets=in_url(app, "baskets") or "")
    assert preview(again, "brand")["brand"].tolist() == list(BRANDS), "a refresh is a new session"
    assert list(preview(again, "products")["products"].iloc[0]) == ["s0", "s1", "s2"]
    assert imported(again) == set(BRANDS)
    assert not list((services.home() / "spool").glob("choices-*")), "an import closes the files"
    assert in_url(again, "catalogue") is None


def test_a_role_that_was_corrected_stays_beside_the_others(shop: Path) -> None:
    app = opened(catalogue="folder:shoes.csv")
    source = sources.find("folder:shoes.csv")
    assert source is not None
    with_choice = {"role:brand": "ignore"}
    (services.home() / "spool").mkdir(exist_ok=True)
    app.session_state["choices"] = {f"catalogue:{source.digest}": sources.Choices(settings=with_choice)}
    app.run()
    assert "brand" not in preview(app, "name").columns
    assert "Left out: “brand”." in visible(app)


def test_a_file_that_is_exchanged_takes_its_choices_along(shop: Path) -> None:
    app = opened(catalogue="folder:shoes.csv")
    choice(app, "decide:catalogue:spelling:brand").set_value("keep").run()
    assert list((services.home() / "spool").glob("choices-*"))
    app.button(key="drop:catalogue").click().run()
    assert not list((services.home() / "spool").glob("choices-*"))


def test_a_recipe_is_saved_after_an_import_and_applied_to_the_next_file(shop: Path) -> None:
    app = opened(catalogue="folder:shoes.csv")
    choice(app, "decide:catalogue:spelling:brand").set_value("keep").run()
    imported(app)
    recipe = services.dataset(services.store().datasets()[0].hash).meta["recipe"]
    assert texts.SAVE_RECIPE in visible(app)
    rows = (shop / "shoes.csv").read_text().replace("only one cell\n", "").splitlines()
    (shop / "june.csv").write_text("\n".join(f"{r},{'colour' if n == 0 else 'red'}" for n, r in enumerate(rows)))
    (services.home() / "spool" / ("a" * 64)).mkdir()
    (services.home() / "spool" / ("a" * 64) / "may.json").write_text(json.dumps({"format": 1, **recipe}))
    app = until(open_page("data", catalogue="folder:june.csv", recipe="a" * 16), "“colour” is new")
    assert preview(app, "brand")["brand"].tolist() == list(BRANDS)


def test_a_choice_that_fits_no_column_any_more_can_be_taken_back(shop: Path) -> None:
    app = opened(baskets="folder:orders.csv")
    source = sources.find("folder:orders.csv")
    assert source is not None
    app.session_state["choices"] = {f"baskets:{source.digest}": sources.Choices(settings={"basket": "gone"})}
    app.run()
    assert "gone" in app.error[0].value
    press(app, reading.START_OVER)
    check(until(app, texts.IMPORT), "“order” is the basket")


def test_files_in_each_others_place_are_swapped_with_one_click(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both = (("no", "leave them"), ("yes", "swap them"))
    understand = understood.understand

    def fake(catalogue: Table, baskets: Table, **more: Any) -> Understanding:
        found = understand(catalogue, baskets, **more)
        wrong = "order" in catalogue.frame.columns
        return replace(found, catalogue=(Decision("swap", "They look swapped.", "no", both),)) if wrong else found

    monkeypatch.setattr(understood, "understand", fake)
    app = opened(catalogue="folder:orders.csv", baskets="folder:shoes.csv")
    assert "They look swapped." in visible(app)
    until(press(app, texts.SWAP), "“sku” is the id")
    assert (in_url(app, "catalogue"), in_url(app, "baskets")) == ("folder:shoes.csv", "folder:orders.csv")
    assert texts.SWAP not in visible(app)


def test_a_file_that_is_no_recipe_is_one_sentence_and_the_page_goes_on(shop: Path) -> None:
    (services.home() / "spool" / ("b" * 64)).mkdir(parents=True)
    (services.home() / "spool" / ("b" * 64) / "x.json").write_text("[1, 2")
    app = open_page("data", catalogue="folder:shoes.csv", recipe="b" * 16)
    assert [e.value.replace("\\", "") for e in app.error] == [
        "“x.json” is no recipe. Choose a file that was saved as a recipe."
    ]
    assert "shoes" in words(app)


def test_understanding_is_not_computed_again_at_each_run(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(catalogue="folder:shoes.csv", baskets="folder:orders.csv")
    for name in ("understand", "make_catalogue", "add_baskets"):
        monkeypatch.setattr(understood, name, lambda *_, name=name, **__: pytest.fail(f"{name} was called again"))
    app.run()
    check(app, texts.IMPORT)


def _questions() -> None:
    from embedcore.intake import Decision
    from pages.ui import quality

    both = (("decimals", "decimals"), ("thousands", "thousands"))
    found = [
        Decision("a", "Nothing special."),
        Decision("b", "12 rows are left out.", "out", (("out", "leave out"), ("in", "keep")), 12, 12),
        Decision("c", "Thousands [or](http://x) decimals?", "decimals", both, unsure=True),
        Decision("d", "90 rows are left out.", lost=90),
    ]
    quality.decide(found, lambda key, value: None, "k", ["CAUTION: something is odd.", "All is well."])


def test_questions_come_first_then_what_loses_most_then_the_rest() -> None:
    app = AppTest.from_function(_questions).run()
    assert not app.exception
    lines = [b.value.replace("\\", "") for b in [*app.markdown, *app.caption]]
    order = ["Thousands", "90 rows", "12 rows", "Something is odd", "Nothing special", "All is well"]
    assert [next(n for n, line in enumerate(lines) if text in line) for text in order] == list(range(6))
    assert PLEASE_CHECK in lines[0]
    assert "\\[or\\]" in app.markdown[0].value, "names of users are no markdown"
    assert [type(w).__name__ for w in (choice(app, "k:b"), choice(app, "k:c"))] == ["ButtonGroup", "ButtonGroup"]


def test_the_words_of_a_choice_are_said_where_it_is_assumed() -> None:
    both = (("decimals", "1.299 is one"), ("thousands", "1.299 is a thousand"))
    asked = Decision("numbers:price", "?", "thousands", both, unsure=True)
    assert quality.words(asked) == "1.299 is a thousand"
