"""What the order lines say about the products becomes a catalogue, where there is none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from embedcore.data import Catalogue
from embedcore.intake import BasketShape, ReadReport, Table, add_baskets, guess_shape, purchase_decisions

COLOURS = ["Red", "Blue", "Green", "Black", "White"]


def retail(rows: int = 300, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    code = rng.integers(0, 20, rows)
    order = np.sort(rng.integers(0, 80, rows))
    return pd.DataFrame(
        {
            "InvoiceNo": [str(536000 + n) for n in order],
            "StockCode": [f"2{n:04}" for n in code],
            "Description": [f"{COLOURS[n % 5]} mug no. {n}" for n in code],
            "Range": [("Kitchen", "Garden", "Gifts")[n % 3] for n in code],
            "Quantity": rng.integers(1, 5, rows).astype(str),
            "UnitPrice": [f"{2 + n}.50" for n in code],
            "Country": ["France" if n % 7 == 0 else "United Kingdom" for n in order],
        },
        dtype="str",
    )


def table(frame: pd.DataFrame) -> Table:
    report = ReadReport("csv", len(frame), len(frame), 0, tuple(frame.columns), ())
    return Table(frame, pd.DataFrame({"line": [], "reason": [], "text": []}), report)


def test_names_and_prices_of_the_lines_become_a_catalogue() -> None:
    frame = retail()
    frame.loc[0, "Description"] = "damaged?"
    frame.loc[3, "UnitPrice"] = "99.00"
    shape = guess_shape(frame)
    told = {d.key: d.sentence for d in purchase_decisions(table(frame), shape)}
    assert told["products"] == (
        "Names, categories and prices of 20 products are taken from the order lines (“Description”, “Range”)."
    )
    found, notices = add_baskets("shop", None, table(frame), shape)
    assert told["products"] in notices
    assert found.catalogue is not None
    assert found.catalogue.roles == {"StockCode": "id", "Description": "title", "Range": "category", "price": "price"}
    of = found.catalogue.frame.set_index("StockCode").T
    assert of["20007"].tolist() == ["Green mug no. 7", "Garden", 9.5], "the commonest text and the middle price"
    assert set(found.titles) == {f"{COLOURS[n % 5]} mug no. {n}" for n in range(20)}
    none = add_baskets("shop", None, table(frame), shape, settings={"products": "no"})[0]
    assert none.catalogue is None


def test_products_that_the_catalogue_lacks_get_what_it_has_columns_for() -> None:
    names = pd.DataFrame({"sku": [f"2{n:04}" for n in range(18)], "name": [f"Mug {n}" for n in range(18)]}, dtype="str")
    shop = Catalogue(names, {"sku": "id", "name": "title"})
    frame = retail()
    found, notices = add_baskets("shop", shop, table(frame), guess_shape(frame, set(shop.ids)))
    assert found.catalogue is not None
    assert found.catalogue.roles == shop.roles
    assert found.titles[[0, 17]].tolist() == ["Mug 0", "Mug 17"]
    assert sorted(found.titles[18:]) == ["Black mug no. 18", "White mug no. 19"]
    assert any("2 products are taken from the order lines" in n for n in notices)


def test_a_catalogue_that_knows_all_products_is_left_as_it_is() -> None:
    names = pd.DataFrame({"sku": [f"2{n:04}" for n in range(20)], "name": [f"Mug {n}" for n in range(20)]}, dtype="str")
    shop = Catalogue(names, {"sku": "id", "name": "title"})
    frame = retail()
    shape = guess_shape(frame, set(shop.ids))
    with_names, _ = add_baskets("shop", shop, table(frame), shape)
    without, _ = add_baskets("shop", shop, table(frame), shape, settings={"products": "no"})
    assert "products" not in {d.key for d in purchase_decisions(table(frame), shape, shop.ids)}
    assert with_names.hash == without.hash


@pytest.mark.parametrize("column", ["Country", "Ship city", "Channel", "Line"])
def test_what_belongs_to_the_order_or_the_line_says_nothing_of_the_product(column: str) -> None:
    frame = retail()[["InvoiceNo", "StockCode", "Country"]].rename(columns={"Country": column})
    if column == "Line":
        frame[column] = [f"line {n}" for n in range(len(frame))]
    found, _ = add_baskets("shop", None, table(frame), BasketShape("long", "InvoiceNo", item="StockCode"))
    assert found.catalogue is None


def test_names_in_other_languages_are_names() -> None:
    frame = retail().rename(
        columns={"Description": "Наименование", "StockCode": "Артикул", "InvoiceNo": "Номер заказа"}
    )
    found, _ = add_baskets("shop", None, table(frame), guess_shape(frame))
    assert found.catalogue is not None
    assert found.catalogue.columns("title") == ["Наименование"]


def test_lines_in_a_file_say_the_same_as_lines_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from embedcore.intake.purchases import rows

    frame = retail(400, seed=1)
    shape = guess_shape(frame)
    want, notices = add_baskets("shop", None, table(frame), shape)
    frame.to_parquet(tmp_path / "table.parquet", index=False)
    there = Table(frame.head(200), pd.DataFrame(), table(frame).report, tmp_path / "table.parquet")
    monkeypatch.setattr(rows, "ROWS", 64)
    got, also = add_baskets("shop", None, there, shape, folder=tmp_path / "baskets")
    assert (want.hash, notices) == (got.hash, also)
