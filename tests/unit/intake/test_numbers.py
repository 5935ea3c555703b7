"""How the numbers of a column are written: decided for all of it, with its evidence, and said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from embedcore.intake.columns.amounts import decide, texts_of
from embedcore.intake.columns.catalogue import column_decisions, make_catalogue, roles_like
from embedcore.intake.columns.number_cells import has_currency
from embedcore.intake.columns.numbers import numbers
from embedcore.intake.columns.roles import guess_roles
from embedcore.intake.decisions import Decision
from embedcore.intake.purchases.build import add_baskets
from embedcore.intake.purchases.decisions import purchase_decisions
from embedcore.intake.purchases.shapes import BasketShape, guess_shape
from embedcore.intake.tables.read import read_table

PRICED = {"id": "id", "price": "price"}


def _frame(**columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame({k: pd.Series(v, dtype="str") for k, v in columns.items()})


def _priced(cells: list[str]) -> pd.DataFrame:
    return _frame(id=[f"p{n}" for n in range(len(cells))], price=cells)


def _said(cells: list[str], kind: str = "price") -> dict[str, Decision]:
    return {d.key.partition(":")[0]: d for d in decide("price", texts_of(pd.Series(cells)), kind).decisions}


@pytest.mark.parametrize(
    ("values", "want"),
    [
        (["$1,299.00", "$5", "$ 7.5"], [1299, 5, 7.5]),
        (["12,50 €", "1.299,00 €", "1.299"], [12.5, 1299, 1299]),
        (["1 299,00", "5,00"], [1299, 5]),
        (["1'299.50 CHF", "CHF 3"], [1299.5, 3]),
        (["SR 1,395", "USD 12.00", "Rs. 250", "R2 809,98"], [1395, 12, 250, 2809.98]),
        (["1.629E5", "-3", "−4", "(5.00)", "10%"], [162900, -3, -4, -5, 10]),
        (["1,299", "1,300"], [1299, 1300]),
        (["0,299", "1.5"], [0.299, 1.5]),
        (["1.234.567", "1,234,567"], [1234567, 1234567]),
        ([".5", "3."], [0.5, 3]),
        (["1.299", "899"], [1299, 899]),
        (["1.299", "899", "12.50"], [1.299, 899, 12.5]),
        (["0,299", "1,250"], [0.299, 1.25]),
        (["12,34,567.50", "1 234,50", "1\u202f234.5", "1\u00a0234"], [1234567.5, 1234.5, 1234.5, 1234]),
        (["4.00638E+12", "4006381333931"], [4006380000000, 4006381333931]),
    ],
)
def test_numbers_are_read_as_people_write_them(values: list[str], want: list[float]) -> None:
    found, bad = numbers(pd.Series(values, dtype="str"))
    assert found.tolist() == pytest.approx(want)
    assert not bad.any()


def test_what_is_no_number_is_missing_and_counted() -> None:
    found, bad = numbers(pd.Series(["5", "ask us", None, "12 kg", "N/A", "inf", "1e999", "2024-01-31"], dtype="str"))
    assert found[0] == 5
    assert np.isnan(found[1:]).all()
    assert bad.tolist() == [False, True, False, True, False, True, True, True]
    assert has_currency("$5")
    assert has_currency("5 EUR")
    assert not has_currency("5")


@pytest.mark.parametrize(
    "value",
    [
        "1.2.3",
        "3.5.5",
        "192.168.5.6",
        "12.05.2020",
        "1,23,45",
        "030 123 456",
        "12 34",
        "1.234,567.8",
        "1'23",
        "1.234.56",
    ],
)
def test_versions_addresses_and_dates_are_no_numbers(value: str) -> None:
    found, bad = numbers(pd.Series(["5", value], dtype="str"))
    assert found[0] == 5
    assert bad.tolist() == [False, True]


@pytest.mark.parametrize(
    ("values", "want"),
    [
        (["15.000", "7.500", "1.250.000"], [15000, 7500, 1250000]),
        (["1.234,567", "2"], [1234.567, 2]),
        (["1,234.567", "2"], [1234.567, 2]),
        (["1’100.–", "12.–", "12,-", "7:-"], [1100, 12, 12, 7]),
        (["3-", "45.00-", "45.00- EUR", "45.00 EUR-", "8 "], [-3, -45, -45, -45, 8]),
        (["(5.00 €)", "€ (5.00)", "-€7", "€-8", "[5]"], [-5, -5, -7, -8, -5]),
        (["'-8.50", "'12", "7"], [-8.5, 12, 7]),
        (["12元", "￥1,600", "￥５"], [12, 1600, 5]),
        (["Rp 15.000", "Rp1.250.000", "Rp. 7.500"], [15000, 1250000, 7500]),
        (["12.500₫", "9.900 đ", "VND 5.000"], [12500, 9900, 5000]),
        (["1 200 руб.", "300 р.", "1 250,50 ₽"], [1200, 300, 1250.5]),
        (["12,50 kr", "kr. 7", "12 SEK", "5,00 Kč", "5 zł", "5 Ft", "5 lei", "5 лв.", "5 TL"], [12.5, 7, 12, *[5] * 6]),
        (["₹ 1,20,000", "Rs.250", "Rs 1,250.50"], [120000, 250, 1250.5]),
        (["R$ 1.299,90", "S/ 12,50", "S/.13", "$U 5", "₪5", "د.إ 12,50", "₩1"], [1299.9, 12.5, 13, 5, 5, 12.5, 1]),
        (["12,99 €*", "5,00 €*"], [12.99, 5]),
        (["12,99 € VB", "5,00 €/Stk", "7 EUR inkl. MwSt.", "8 € TTC"], [12.99, 5, 7, 8]),
        (["€ 5,99 inkl. 19% MwSt.", '"7,50"', "Rs. 500/-"], [5.99, 7.5, 500]),
        (["12.500 KWD", "3.250 KWD"], [12.5, 3.25]),
        (["$1.299", "$899"], [1299, 899]),
        (["3 Stück", "12 Stück"], [3, 12]),
        (["500 ml", "0.5 l", "1 l"], [500, 500, 1000]),
        (["250 g", "1 kg", "1,5 kg"], [250, 1000, 1500]),
        (["10 mm", "10 cm"], [1, 10]),
        (["$10.00 - $15.00", "$12.00", "from $9.99", "ab 9,99 €"], [10, 12, 9.99, 9.99]),
        (["10.00 to 15.00", "9,99 bis 19,99", "12.00", "2 for 5.00"], [10, 9.99, 12, 2.5]),
        (["١٢٫٥", "٣"], [12.5, 3]),
    ],
)
def test_signs_units_and_ranges_of_the_world_are_read(values: list[str], want: list[float]) -> None:
    found, bad = numbers(pd.Series(values, dtype="str"))
    assert found.tolist() == pytest.approx(want)
    assert not bad.any()


@pytest.mark.parametrize(
    "values",
    [
        ["R00001", "R00002", "R00010"],
        ["K100", "K101", "K102"],
        ["A-12", "A-13"],
        ["SKU1", "SKU2", "SKU3"],
        ["38R", "40R", "42R"],
        ["00001", "01067", "99999"],
        ["Lamp 0", "Lamp 1"],
        ["14 OZ", "6 CT", "1 GAL"],
        ["500 ml", "1 kg"],
        ["2-3", "4-5", "6-7"],
        ["030-123456", "040-99"],
    ],
)
def test_codes_sizes_and_names_are_no_amounts(values: list[str]) -> None:
    found, bad = numbers(pd.Series(values, dtype="str"))
    assert np.isnan(found).all()
    assert bad.all()
    assert not any(has_currency(v) for v in values)


def test_numbers_with_leading_zeros_are_read_where_a_person_asks_for_numbers() -> None:
    frame = _frame(id=["a", "b"], n=["007", "12"])
    catalogue, _ = make_catalogue(frame, {"id": "id", "n": "number"})
    assert catalogue.frame["n"].tolist() == [7, 12]


@pytest.mark.parametrize(
    ("cells", "kind", "example", "chosen"),
    [
        (["1.299", "2.450"], "price", "1.299", "thousands"),
        (["1.299", "899"], "price", "1.299", "thousands"),
        (["1,299", "2,450"], "price", "1,299", "thousands"),
        (["1.299", "5", "7"], "number", "1.299", "decimals"),
        (["3,000", "12,000"], "quantity", "3,000", "decimals"),
    ],
)
def test_a_sign_with_two_readings_is_asked_with_both(cells: list[str], kind: str, example: str, chosen: str) -> None:
    found = _said(cells, kind)["numbers"]
    assert found.unsure
    assert found.chosen == chosen
    assert example in found.sentence
    assert [value for value, _ in found.choices] == ["thousands", "decimals"]
    other = {"thousands": "decimals", "decimals": "thousands"}[chosen]
    texts = texts_of(pd.Series(cells))
    answered = decide("price", texts, kind, {"numbers:price": other})
    assert not answered.decisions[0].unsure
    assert answered.how.comma != decide("price", texts, kind).how.comma


@pytest.mark.parametrize(
    "cells",
    [
        ["15.000", "1.250.000"],
        ["1.299", "12.50"],
        ["1.299", "0.255"],
        ["1.299", "1.290", "899"],
        ["1.299 €", "899 €"],
        ["Rp 15.000", "Rp 7.500"],
        ["1,299", "899"],
        ["5", "7"],
        ["12.500 KWD"],
    ],
)
def test_what_the_column_says_is_not_asked(cells: list[str]) -> None:
    assert not any(d.unsure for d in _said(cells).values())


def test_another_column_with_decimal_commas_says_that_points_separate_thousands() -> None:
    frame = _frame(id=["a", "b"], price=["1.299", "2.450"], weight=["0,5", "1,25"])
    roles = {"id": "id", "price": "price", "weight": "number"}
    assert not any(d.unsure for d in column_decisions(frame, roles))
    assert make_catalogue(frame, roles)[0].frame["price"].tolist() == [1299, 2450]


def test_the_answer_of_a_person_is_what_the_catalogue_holds() -> None:
    frame = _priced(["1.299", "899"])
    assert make_catalogue(frame, PRICED)[0].frame["price"].tolist() == [1299, 899]
    asked = make_catalogue(frame, PRICED, settings={"numbers:price": "decimals"})[0]
    assert asked.frame["price"].tolist() == [1.299, 899]


def test_clean_prices_say_nothing() -> None:
    assert column_decisions(_priced(["12.50", "7", "1299.99", "1,299.99"]), PRICED) == ()


def test_two_currencies_are_two_columns_and_said() -> None:
    frame = _priced(["¥1,600", "11 EUR", "¥1,920", "13 EUR", "12"])
    (said,) = column_decisions(frame, PRICED)
    assert said.key == "currency:price"
    assert "yen (2) and euros (2), which cannot be compared" in said.sentence
    catalogue, notices = make_catalogue(frame, PRICED)
    assert catalogue.roles == {"id": "id", **dict.fromkeys(("price (JPY)", "price (EUR)", "price"), "price")}
    assert catalogue.frame["price (JPY)"].tolist()[::2][:2] == [1600, 1920]
    assert catalogue.frame["price (EUR)"].tolist()[1::2] == [11, 13]
    assert catalogue.frame["price"].tolist()[4] == 12
    assert notices == []
    whole = make_catalogue(frame, PRICED, settings={"currency:price": "one"})[0]
    assert whole.frame["price"].tolist() == [1600, 11, 1920, 13, 12]
    euros = make_catalogue(frame, PRICED, settings={"currency:price": "EUR"})[0]
    assert euros.frame["price"].dropna().tolist() == [11, 13]


@pytest.mark.parametrize(
    ("cells", "columns"),
    [
        (["$5", "£6", "$7", "£8"], {"price (USD)": 2, "price (GBP)": 2}),
        (["12 kr", "13 SEK", "5 €", "6 €"], {"price (SEK)": 2, "price (EUR)": 2}),
        (["12,50 zł", "3 Kč", "4 Ft"], {"price (PLN)": 1, "price (CZK)": 1, "price (HUF)": 1}),
        (["¥12", "13 元", "14 RMB"], {"price": 3}),
        (["$5", "6 USD", "US$ 7", "8"], {"price": 4}),
    ],
)
def test_amounts_stand_together_only_within_one_currency(cells: list[str], columns: dict[str, int]) -> None:
    catalogue, _ = make_catalogue(_priced(cells), PRICED)
    assert {c: int(n) for c, n in catalogue.frame.drop(columns="id").notna().sum().items()} == columns


def test_a_column_of_currencies_beside_the_prices_parts_them() -> None:
    frame = _priced(["5", "6", "7", "8"]).assign(cur=pd.Series(["EUR", "USD", "EUR", None], dtype="str"))
    roles = {**PRICED, "cur": "category"}
    (said,) = column_decisions(frame, roles)
    assert "euros (2) and US dollars (1), as “cur” says, which cannot be compared" in said.sentence
    catalogue, _ = make_catalogue(frame, roles)
    assert catalogue.frame["price (EUR)"].dropna().tolist() == [5, 7]
    assert catalogue.frame["price"].dropna().tolist() == [8]
    assert make_catalogue(frame, roles, settings={"currency:price": "one"})[0].frame["price"].tolist() == [5, 6, 7, 8]


def test_new_products_have_their_prices_in_the_columns_of_the_catalogue() -> None:
    catalogue, _ = make_catalogue(_priced(["5 EUR", "7 USD"]), PRICED)
    new = _frame(id=["n1"], price=["9 EUR"])
    roles, settings = roles_like(new.columns, catalogue.roles)
    assert make_catalogue(new, roles, settings=settings)[0].frame["price (EUR)"].tolist() == [9]


def test_purchases_in_two_currencies_keep_the_prices_of_the_commonest_and_say_so(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("order,sku,price\n1,a,5 EUR\n1,b,6 EUR\n2,a,9 USD\n")
    table = read_table(tmp_path / "a.csv", "a.csv", use="baskets")
    shape = BasketShape("long", basket="order", item="sku", price="price")
    (said,) = [d for d in purchase_decisions(table, shape) if d.key == "currency:price"]
    assert (said.chosen, [v for v, _ in said.choices]) == ("EUR", ["EUR", "USD", "one"])
    prices = add_baskets("shop", None, table, shape)[0].baskets
    assert prices is not None
    assert prices.price is not None
    assert np.nan_to_num(prices.price, nan=-1).tolist() == [5, 6, -1]


def test_ranges_and_units_are_said_with_their_number() -> None:
    found = _said(["$10 - $15", "$9", "from $7"])
    assert "2 cells are ranges or prices for several, such as “$10 - $15”; the lowest counts." in (
        found["ranges"].sentence
    )
    texts = texts_of(pd.Series(["$10 - $15", "$9"]))
    assert decide("price", texts, "price", {"ranges:price": "highest"}).how.ranges == "highest"
    units = _said(["500 ml", "0.5 l", "1 l", "250 ml"], "number")["units"]
    assert units.sentence == "“price” is in ml; 2 cells in l were converted."


def test_guarded_codes_and_amounts_meet(tmp_path: Path) -> None:
    products = "".join(f"004006381333{n},Cup {n},{n}.50\n" for n in range(1, 9))
    bought = "".join(f"{n % 4},'004006381333{1 + n % 8},'{-1 if n == 5 else 2},'{n}.50\n" for n in range(16))
    (tmp_path / "p.csv").write_text("ean,name,price\n" + products)
    (tmp_path / "b.csv").write_text("order_id,product_id,quantity,price\n" + bought)
    frame = read_table(tmp_path / "p.csv", "p.csv", use="catalogue").frame
    catalogue, _ = make_catalogue(frame, {g.column: g.role for g in guess_roles(frame)})
    table = read_table(tmp_path / "b.csv", "b.csv", use="baskets")
    dataset, _ = add_baskets("shop", catalogue, table, guess_shape(table.frame, set(catalogue.ids)))
    assert sorted(dataset.items) == sorted(catalogue.ids)
    assert dataset.counts.all()
    other = make_catalogue(
        _frame(id=["'0040", "'0041"], name=["'90s poster", "'-5 % off"]), {"id": "id", "name": "title"}
    )
    assert other[0].frame.to_numpy().tolist() == [["0040", "'90s poster"], ["0041", "-5 % off"]]


def test_amounts_read_alike_in_parts_and_whole() -> None:
    cells = pd.Series([f"{n % 90},{n % 7}0 €" for n in range(500)] + ["1.299 €", "ab 5 €", "-3,- €"], dtype="str")
    how = decide("price", texts_of(cells), "price").how
    whole = numbers(cells, how)[0]
    parts = np.concatenate([numbers(cells[n : n + 50], how)[0] for n in range(0, len(cells), 50)])
    assert np.array_equal(whole, parts)
    assert whole[-3:].tolist() == [1299, 5, -3]


def test_cells_that_are_no_numbers_are_said_before_the_import() -> None:
    frame = _priced([*(f"{n}.50" for n in range(30)), "on request", "on request"])
    (said,) = column_decisions(frame, PRICED)
    assert (said.key, said.rows, said.lost) == ("unread:price", 2, 2)
    assert "2 of 32 values could not be read as a number" in said.sentence
    assert said.sentence in make_catalogue(frame, PRICED, generate_ids="id" not in PRICED.values())[1]
