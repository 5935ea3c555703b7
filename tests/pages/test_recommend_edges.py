"""The Recommend page on data that lack something, and what its links carry."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from embedcore import Dataset
from pages.ui import services, shell
from pages.ui.recommend import texts
from tests.pages import shop
from tests.pages.app import check, in_url, open_page, words
from tests.pages.test_recommend import button, ids


def with_customers() -> pd.DataFrame:
    lines = shop.lines()
    return lines.assign(customer=[f"c{int(b[1:]) % 7}" for b in lines["basket"]])


ODD = {
    "no catalogue": lambda: Dataset.build("odd", None, with_customers()),
    "two products": lambda: Dataset.build(
        "odd", None, pd.DataFrame({"basket": ["1", "1"], "item": ["a", "b"], "customer": ["x", "x"]})
    ),
    "baskets of one": lambda: Dataset.build(
        "odd", None, pd.DataFrame({"basket": ["1", "2", "3"], "item": ["a", "b", "a"], "customer": ["x", "y", "x"]})
    ),
    "no baskets": lambda: Dataset.build("odd", shop.catalogue(), None),
}


@pytest.mark.parametrize("which", ODD)
def test_data_that_lack_something_get_an_answer_or_a_sentence(home: Path, which: str) -> None:
    shop.fill(home, ODD[which]())
    for view in (
        {"relation": "with"},
        {"relation": "instead"},
        {"by": "basket"},
        {"by": "basket", "basket": ","},
        {"by": "customer"},
    ):
        app = open_page("recommend", **view)
        check(app, shell.PAGES["recommend"][0])
        found = [b for b in app.button if str(b.key).split(":")[0] in ("look", "add", "due", "new", "empty")]
        assert found or app.info or "Nothing" in words(app), f"{which}, {view}: no answer and no sentence"
        assert " 1 baskets" not in words(app)
        assert " 1 products" not in words(app)


def test_an_empty_list_says_why_and_leads_to_the_other_one(home: Path) -> None:
    lines = pd.DataFrame({"basket": ["1", "2", "2"], "item": ["a", "b", "c"]})
    shop.fill(home, Dataset.build("odd", None, lines))
    app = open_page("recommend", item="a")
    assert "it is in 1 basket." in words(app)
    app.button(key="other-relation").click().run()
    check(app, texts.RELATION_HELP["instead"])
    assert in_url(app, "relation") == "instead"


def test_a_basket_leaves_out_what_its_customer_has(home: Path) -> None:
    keys = shop.fill(home, Dataset.build("shop", shop.catalogue(), with_customers()))
    app = open_page("recommend", by="customer", customer="c3")
    app.button(key="basket-for").click().run()
    check(app, "of customer c3", texts.EMPTY_BASKET)
    app.text_input(key="find-for-basket").set_value("red shoe").run()
    button(app, "find-for-basket:").click().run()
    data = services.dataset(keys["data"])
    of_c3 = [n for n in range(len(data.baskets)) if data.baskets.ids[n] in OF_C3]
    bought = {f"add:{i}" for n in of_c3 for i in data.baskets.of(n)}
    assert bought & set(ids(app, "add:"))
    app.toggle(key="fresh").set_value(True).run()
    check(app, texts.GOES_WITH_BASKET)
    assert ids(app, "add:")
    assert not bought & set(ids(app, "add:"))
    assert in_url(app, "basket_customer") == "c3"


OF_C3 = {f"b{n}" for n in range(3, 120, 7)}


def test_a_real_basket_names_its_customer(home: Path) -> None:
    shop.fill(home, Dataset.build("shop", shop.catalogue(), with_customers()))
    app = open_page("recommend", by="basket")
    customer = in_url(app, "basket_customer")
    assert f"of customer {customer}" in words(app)
    app.button(key="to-customer").click().run()
    check(app, f"**Customer {customer}**")
    assert in_url(app, "by") == "customer"


def test_a_link_of_before_still_names_the_customer_of_its_basket(home: Path) -> None:
    shop.fill(home, Dataset.build("shop", shop.catalogue(), with_customers()))
    app = open_page("recommend", by="basket", basket="p00", whose="c3")
    check(app, "of customer c3")
    app.button(key="another").click().run()
    assert in_url(app, "whose") is None
    assert in_url(app, "basket_customer")


def test_how_varied_and_how_popular_stand_in_the_link(home: Path) -> None:
    shop.fill(home, shop.dataset())
    plainly = ids(open_page("recommend", by="basket", basket="p00"), "add:")
    app = open_page("recommend", by="basket", basket="p00", variety="80", popular="rarest")
    check(app, texts.GOES_WITH_BASKET)
    assert app.slider(key="variety").value == 80
    assert app.select_slider(key="popular").value == "rarest"
    assert ids(app, "add:") != plainly
    # Nobody is known to have bought it, so there is nothing to leave out.
    assert not [t for t in app.toggle if t.key == "fresh"]


def test_a_customer_sees_what_they_bought_in_words(home: Path) -> None:
    shop.fill(home, Dataset.build("shop", shop.catalogue(), with_customers()))
    app = open_page("recommend", by="customer", customer="c3")
    table = next(d.value for d in app.dataframe if "baskets_ago" in d.value)
    assert not {"first", "last"} & set(table), "these baskets have no times"
    assert table["baskets_ago"].min() == 1
    assert "id" in table
    assert "item" not in table


def test_what_a_page_shows_by_itself_stands_in_its_link(home: Path) -> None:
    shop.fill(home, Dataset.build("shop", shop.catalogue(), with_customers()))
    app = open_page("recommend")
    assert in_url(app, "by") == "product"
    assert in_url(app, "relation") == "with"
    assert in_url(app, "item")
    assert in_url(app, "dataset")
