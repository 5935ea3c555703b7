"""The Recommend page on a small shop."""

from __future__ import annotations

from pathlib import Path

import pytest

from embedcore.explore import ALIKE, TOGETHER, Recommendation
from embedcore.jobs.kinds import from_spec
from pages.ui import picker, services
from pages.ui.recommend import suggestions, texts
from pages.ui.texts import NO_MATCH
from tests.pages import shop
from tests.pages.app import check, open_page, words


@pytest.fixture
def keys(home: Path) -> dict[str, str]:
    return shop.fill(home, shop.dataset(), "planted")


def button(app, start: str):
    return next(b for b in app.button if str(b.key).startswith(start))


def ids(app, start: str) -> list[str]:
    return [b.key for b in app.button if b.key.startswith(start)]


def test_a_product_to_begin_with_is_chosen_and_has_similar_ones_with_reasons(keys) -> None:
    app = open_page("recommend", relation="alike", run=keys["planted"][:12])
    check(app, f"{texts.EXAMPLE}: {texts.BEST_SELLER}", "same kind")
    assert len(ids(app, "look:")) == 10
    assert next(p.proto.value for p in app.get("progress")) > 90


def test_the_link_reopens_the_same_product(keys) -> None:
    app = open_page("recommend", run=keys["planted"][:12], item="p03")
    check(app, "**black shoe**")
    assert texts.EXAMPLE not in words(app)


def test_a_product_is_found_by_name_and_goes_into_the_link(keys) -> None:
    app = open_page("recommend", run=keys["planted"][:12])
    app.text_input(key="find-product").set_value("white lamp").run()
    button(app, "find-product:").click().run()
    check(app, "**white lamp**")
    assert app.query_params["item"] in ("p24", ["p24"])
    assert app.text_input(key="find-product").value == ""


def test_a_search_without_answer_says_so(keys) -> None:
    app = open_page("recommend", run=keys["planted"][:12])
    app.text_input(key="find-product").set_value("zzzzqqqq").run()
    check(app, NO_MATCH)


def test_walking_from_product_to_product(keys) -> None:
    app = open_page("recommend", relation="alike", run=keys["planted"][:12], item="p00")
    button(app, "look:").click().run()
    check(app, "**red shoe NEW**")
    assert app.query_params["item"] in ("p00x", ["p00x"])


def test_an_unknown_product_in_the_link_is_said_and_another_is_shown(keys) -> None:
    app = open_page("recommend", relation="alike", run=keys["planted"][:12], item="nothing")
    check(app, texts.UNKNOWN)
    assert ids(app, "look:")


def test_a_basket_gets_what_goes_with_it_and_why(keys) -> None:
    app = open_page("recommend", run=keys["planted"][:12], by="basket", basket="p00")
    check(app, "red shirt", "bought together", "baskets together")
    assert ids(app, "drop:") == ["drop:0"]


def test_a_basket_is_built_by_search_and_by_suggestion_and_taken_apart(keys) -> None:
    app = open_page("recommend", run=keys["planted"][:12], by="basket", basket="p00")
    app.text_input(key="find-for-basket").set_value("blue bowl").run()
    button(app, "find-for-basket:").click().run()
    button(app, "add:").click().run()
    check(app, texts.GOES_WITH_BASKET)
    assert len(ids(app, "drop:")) == 3
    button(app, "drop:").click().run()
    assert len(ids(app, "drop:")) == 2
    button(app, "empty").click().run()
    check(app, texts.EMPTY_BASKET)
    assert not ids(app, "drop:")


def test_a_real_basket_is_one_click_and_its_link_reopens_it(keys) -> None:
    app = open_page("recommend", run=keys["planted"][:12], by="basket")
    check(app, texts.BASKET_EXAMPLE)
    button(app, "another").click().run()
    link = app.query_params["basket"]
    shown = ids(app, "drop:")
    assert shown
    assert texts.BASKET_EXAMPLE not in words(app)
    again = open_page(
        "recommend", run=keys["planted"][:12], by="basket", basket=link[0] if isinstance(link, list) else link
    )
    assert ids(again, "drop:") == shown


def test_unknown_products_of_a_basket_are_counted(keys) -> None:
    app = open_page("recommend", run=keys["planted"][:12], by="basket", basket="p00,gone,lost")
    check(app, "not in this dataset: 2 products")


def test_without_baskets_likeness_is_used_and_said(home: Path) -> None:
    keys = shop.fill(home, shop.dataset(baskets=False), "planted")
    app = open_page("recommend", run=keys["planted"][:12], by="basket", basket="p00")
    check(app, texts.NO_BASKETS, "similar")
    assert "bought together" not in words(app)
    assert not ids(app, "another")


def test_a_product_without_vector_falls_back_to_what_it_was_bought_with(home: Path) -> None:
    lines = shop.lines()
    lines.loc[len(lines)] = {"basket": "b0", "item": "only in baskets"}
    data = shop.Dataset.build("shop", shop.catalogue(), lines)
    keys = shop.fill(home, data, "planted")
    app = open_page("recommend", relation="alike", run=keys["planted"][:12], item="only in baskets")
    check(app, texts.NO_VECTOR)
    assert ids(app, "look:")


def test_what_goes_with_a_product_and_what_can_replace_it_are_two_lists(keys) -> None:
    goes = open_page("recommend", item="p00")
    check(goes, "red shirt")
    assert "red shoe NEW" not in words(goes)
    assert "goes with it" in words(goes)
    instead = open_page("recommend", item="p00", relation="instead")
    check(instead, "red shoe NEW", "instead of it")
    assert "shirt" not in words(instead).split("Substitutes")[1].split("2. ")[0]


def test_nothing_needs_to_be_trained_for_recommendations(home: Path) -> None:
    shop.fill(home, shop.dataset())
    app = open_page("recommend", by="basket", basket="p00,p10")
    check(app, texts.GOES_WITH_BASKET)
    assert len(ids(app, "add:")) == 10
    assert not app.info
    app.slider(key="variety").set_value(80).run()
    check(app, texts.GOES_WITH_BASKET)
    assert len(ids(app, "add:")) == 10


def test_a_customer_gets_what_is_due_and_what_is_new(home: Path) -> None:
    lines = shop.lines()
    lines["customer"] = [f"c{int(b[1:]) % 7}" for b in lines["basket"]]
    shop.fill(home, shop.Dataset.build("shop", shop.catalogue(), lines))
    app = open_page("recommend", by="customer", customer="c3")
    check(app, "**Customer c3**", "bought before")
    due, new = {i.split(":")[1] for i in ids(app, "due:")}, {i.split(":")[1] for i in ids(app, "new:")}
    assert due
    assert not due & new
    assert [b.key for b in app.button if str(b.key).startswith("alike:c")]
    app.text_input(key="find-customer").set_value("c5").run()
    check(app, "**Customer c5**")
    app.text_input(key="find-customer").set_value("nobody").run()
    assert texts.NO_SUCH_CUSTOMER in words(app)


def test_lists_for_everybody_are_a_job_and_a_file(keys) -> None:
    app = open_page("recommend", by="basket")
    button(app, "lists:make").click().run()
    (id,) = (id for kind, id in app.session_state["jobs:seen"].items() if kind.startswith("lists:"))
    job = services.jobs().wait(id, 120)
    assert job.state == "done", (job.message, job.hint)
    lists = shop.pd.read_parquet(from_spec(job.kind, job.spec).folder(services.store()) / "lists.parquet")
    data = services.dataset(keys["data"])
    assert set(lists["query_id"]) == set(data.baskets.ids)
    assert lists.groupby("query_id").size().max() == 10
    held = {(str(b), str(data.items[i])) for n, b in enumerate(data.baskets.ids) for i in data.baskets.of(n)}
    assert not held & set(zip(lists["query_id"], lists["product_id"], strict=True)), "never what is in it already"
    app.run()
    check(app, texts.LISTS["basket"])
    assert len(app.get("download_button")) >= 2
    assert len(app.dataframe) >= 1


def test_baskets_without_customers_say_so(keys) -> None:
    app = open_page("recommend", by="customer")
    check(app, texts.NO_CUSTOMERS)


# ---------------------------------------------------------------- the pure parts


def test_ids_with_commas_and_spaces_survive_the_link() -> None:
    data = shop.Dataset.build("odd", None, shop.pd.DataFrame({"basket": ["1", "1"], "item": ["a,b", "c d/%2C"]}))
    link = picker.to_url(data, [0, 1])
    assert picker.from_url(data, link) == ([0, 1], 0)
    assert picker.from_url(data, picker.to_url(data, [])) == ([], 0)
    assert picker.from_url(data, "a%2Cb,gone") == ([0], 1)


def test_a_real_basket_comes_from_the_data_and_from_the_seed() -> None:
    data = shop.dataset()
    real = [set(data.baskets.of(n).tolist()) for n in range(len(data.baskets))]
    assert len(real[picker.real_basket(data, 3)]) >= 2
    assert picker.real_basket(data, 3) == picker.real_basket(data, 3)
    assert len({picker.real_basket(data, s) for s in range(10)}) > 3


def test_bars_compare_within_one_source_only() -> None:
    def one(score: float, source: str) -> Recommendation:
        return Recommendation(0, "a", "A", score, "", source)

    found = [one(4.0, TOGETHER), one(1.0, TOGETHER), one(0.5, ALIKE)]
    assert suggestions.strengths(found) == [1.0, 0.25, 0.5]
