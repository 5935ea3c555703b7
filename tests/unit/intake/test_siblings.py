"""Layouts beside those of the other tests, as shops and registers export them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from embedcore.intake import Table, guess_shape, purchase_decisions, read_table
from embedcore.intake.columns.date_cells import DateFormat, read_times
from embedcore.intake.columns.number_cells import NumberFormat, single
from embedcore.intake.purchases.screening.words import named, status_of

THINGS = ("Mug", "Plate", "Bowl", "Lamp", "Towel")
LINES = [(k, j, (k * 3 + j * 5) % 20) for k in range(40) for j in range(2 + k % 3)]


def _read(folder: Path, head: str, rows: list[str], use: str = "baskets") -> Table:
    path = folder / "orders.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return read_table(path, path.name, use=use)


def _said(table: Table) -> dict[str, str]:
    return {d.key: d.sentence for d in purchase_decisions(table, guess_shape(table.frame), None, {})}


def test_names_with_commas_are_no_lists_where_an_order_takes_several_rows(tmp_path: Path) -> None:
    rows = [
        f'0{1 + k % 9}/03/25,"{THINGS[i % 5]} handmade, gift {i}",1,{n},{3000 + k}' for n, (k, _, i) in enumerate(LINES)
    ]
    shape = guess_shape(_read(tmp_path, "Sale Date,Item Name,Quantity,Transaction ID,Order ID", rows).frame)
    assert (shape.shape, shape.basket, shape.item) == ("long", "Order ID", "Item Name")


def test_what_all_lines_of_an_order_share_is_not_the_product(tmp_path: Path) -> None:
    rows = [f"{9000 + k};01.0{1 + k % 9}.2025;D{k % 15};M{i:04};1;{'X' * (k % 6 == 0)}" for k, _, i in LINES]
    table = _read(tmp_path, "Belegnummer;Belegdatum;Debitor;Material;Menge;Storno", rows)
    shape = guess_shape(table.frame)
    assert (shape.basket, shape.customer, shape.item) == ("Belegnummer", "Debitor", "Material")
    assert "7 cancelled orders" in _said(table)["cancelled"]


def test_a_register_that_calls_returns_a_type_of_event(tmp_path: Path) -> None:
    rows = [f"{THINGS[i % 5]},1,S{i},T{k:04},{'Refund' if k % 10 == 0 else 'Payment'}" for k, _, i in LINES]
    assert "4 cancelled orders" in _said(_read(tmp_path, "Item,Qty,SKU,Transaction ID,Event Type", rows))["cancelled"]


def test_events_in_the_plural_and_the_number_of_an_order_that_only_purchases_have(tmp_path: Path) -> None:
    rows = [f"{k},{i},166172400{k:02}000,{'orders' if k % 10 == 0 else 'clicks'}" for k, _, i in LINES]
    assert _said(_read(tmp_path, "session,aid,ts,type", rows))["events"].startswith("11 of 119 rows count")
    rows = [
        f"{k % 9},{'transaction' if k % 4 == 0 else 'view'},{i},{800 + k if k % 4 == 0 else ''}" for k, _, i in LINES
    ]
    shape = guess_shape(_read(tmp_path, "visitorid,event,itemid,transactionid", rows).frame)
    assert (shape.basket, shape.customer, shape.item) == ("transactionid", "visitorid", "itemid")


def test_the_sum_below_each_order_is_left_out(tmp_path: Path) -> None:
    rows = []
    for k in range(40):
        items = [(k * 3 + j * 5) % 20 for j in range(3)]
        rows += [f"B{k};12.03.2025;A{i};1;{i + 1},00" for i in items]
        rows.append(f"B{k};12.03.2025;Summe;;{sum(items) + 3},00")
    table = _read(tmp_path, "Bon;Datum;Artikel;Menge;Betrag", rows)
    assert (len(table.frame), table.report.rejected) == (120, 40)


def test_titles_that_were_padded_to_the_width_of_the_table_are_no_names(tmp_path: Path) -> None:
    rows = ["Stand: 01.03.2026;;;", ";;;", "Artikel;Bezeichnung;Preis;Lager"]
    rows += [f"A{i};{THINGS[i % 5]} {i};{i},50;{i}" for i in range(30)]
    table = _read(tmp_path, "Preisliste Nord GmbH;;;", rows, use="catalogue")
    assert list(table.frame.columns) == ["Artikel", "Bezeichnung", "Preis", "Lager"]
    assert len(table.frame) == 30


@pytest.mark.parametrize("letters", ["ABC", "C", "AC"])
def test_a_letter_before_the_numbers_of_many_orders_is_no_cancellation(tmp_path: Path, letters: str) -> None:
    rows = [f"{letters[k % len(letters)]}{10000 + k},S{i},1" for k, _, i in LINES]
    assert "cancelled" not in _said(_read(tmp_path, "order_no,sku,qty", rows)) or letters == "AC"


def test_what_may_come_back_did_not(tmp_path: Path) -> None:
    assert not named("returnable") & {"returns", "cancelled"}
    assert "returns" in named("returned")
    rows = [f"{k},S{i},{('yes', 'no')[i % 2]}" for k, _, i in LINES]
    assert "returns" not in _said(_read(tmp_path, "order,sku,returnable", rows))


def test_a_magento_export_without_its_store_columns(tmp_path: Path) -> None:
    rows = []
    for p in range(10):
        colours = ("red", "blue", "green")
        rows += [f'M{p}-{c},simple,{THINGS[p % 5]} {c},{10 + p},"color={c},material=oak",' for c in colours]
        listed = "|".join(f"sku=M{p}-{c},color={c}" for c in colours)
        rows.append(f'M{p},configurable,{THINGS[p % 5]},,material=oak,"{listed}"')
    head = "sku,product_type,name,price,additional_attributes,configurable_variations"
    table = _read(tmp_path, head, rows, use="catalogue")
    assert (len(table.frame), table.report.filled) == (30, 10)
    assert table.frame["color"].nunique() == 3


def test_old_ratings_without_column_names_have_times(tmp_path: Path) -> None:
    rows = [f"{1 + k % 50}\t{i}\t{1 + (k * k + j) % 5}\t{874724710 + k * 3600}" for k, j, i in LINES]
    shape = guess_shape(_read(tmp_path, rows[0], rows[1:]).frame)
    assert (shape.time, shape.rating) == ("column 4", "column 3")


def test_a_time_whose_year_stands_behind_its_zone_and_an_amount_on_the_other_side() -> None:
    read = read_times(pd.Series(["Wed Jan 01 08:00:00 UTC 2025"], dtype="str"), DateFormat())
    assert read[0] == np.datetime64("2025-01-01T08:00:00")
    assert [single(text, NumberFormat()).value for text in ("12.50 CR", "12.50 DR")] == [-12.5, 12.5]


def test_the_words_for_cancelled_of_more_countries() -> None:
    assert {status_of(text) for text in ("İptal edildi", "Zrušeno", "交易关闭", "주문취소")} == {"cancelled"}
    assert {status_of(text) for text in ("Teslim edildi", "Doručeno", "交易成功", "배송완료")} == {""}


def test_a_product_whose_number_stands_with_its_title_in_its_first_row_only(tmp_path: Path) -> None:
    rows = []
    for p in range(12):
        rows += [f"5f{p:04},{p}-0,PHYSICAL,{THINGS[p % 5]} {p},Fine,SQ{p}0,red,{p + 9}.00"]
        rows += [f",{p}-{q},,,,SQ{p}{q},blue,{p + 9}.00" for q in (1, 2)]
    head = "Product ID,Variant ID,Product Type,Title,Description,SKU,Option Value 1,Price"
    table = _read(tmp_path, head, rows, use="catalogue")
    assert table.frame["Title"].notna().all()
    assert table.frame["Title"].nunique() == 12
