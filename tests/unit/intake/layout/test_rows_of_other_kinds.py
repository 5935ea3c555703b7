"""Sums, remarks, headings, variants and pictures are no products; what only looks like one of them stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from embedcore.intake.tables import large
from embedcore.intake.tables.read import read_table
from tests.unit.intake.layout.reading import keys, read, said

CEREALS = "".join(f"c{n},Cereal {n},B{n % 3},{3 + n / 10:.2f}\n" for n in range(20))


def test_subtotals_and_totals_of_a_report_are_left_out_with_their_lines() -> None:
    items = "".join(f"I{n:03d},Bolt M{n},{('Nuts', 'Bolts')[n % 2]},{n}0.00\n" for n in range(1, 31))
    sums = ",Subtotal Bolts,,2250.00\nTotal,,,4650.00\nGrand total,30 items,,4650.00\n"
    table = read("Item code,Item name,Group,Net sales\n" + items + sums)
    assert len(table.frame) == 30
    assert table.rejected["line"].tolist() == [32, 33, 34]
    assert said(table, "sums").endswith("left out: “Subtotal Bolts”, “Total”, “Grand total”.")
    assert len(read("Item code,Item name,Group,Net sales\n" + items + sums, sums="in").frame) == 33


@pytest.mark.parametrize(
    ("names", "row", "last"),
    [
        ("Artikel;Bezeichnung;Umsatz", "A{n};Schraube {n};{n}0,50", ";Zwischensumme;789,00\nGesamt;;789,00"),
        ("Код;Наименование;Сумма", "K{n};Товар {n};{n}0", "Итого;;780"),
        ("编号;名称;金额", "K{n};商品{n};{n}0", "合计;;780"),
        ("Réf;Libellé;Ventes", "R{n};Vis {n};{n}0", "Sous-total;;780\nTotal général;;780"),
        ("name;sales", "Cereal {n};{n}0", "Total;780"),
        ("code;name;sales", "K{n};Thing {n};{n}0", ";;780"),
        ("Material;Text;Menge", "K{n};Bolt {n};{n}0", "**;;780"),
    ],
)
def test_sums_are_known_in_other_languages_and_without_words(names: str, row: str, last: str) -> None:
    body = "\n".join(row.format(n=n) for n in range(1, 13))
    table = read(f"{names}\n{body}\n{last}\n")
    assert len(table.frame) == 12
    assert table.rejected["line"].tolist() == [14, 15][: last.count("\n") + 1]


def test_subtotals_between_groups_are_left_out_wherever_they_stand() -> None:
    group = "".join(f"A{n},Cup {n},Cups,{n}.25\n" for n in range(1, 5)) + "Cups total,,,11.00\n"
    other = "".join(f"B{n},Hat {n},Hats,{n}.50\n" for n in range(1, 4)) + "Hats total,,,7.50\n"
    table = read("code,name,group,sales\n" + group + other + "Total,,,18.50\n")
    assert table.frame["code"].tolist() == ["A1", "A2", "A3", "A4", "B1", "B2", "B3"]


def test_a_cereal_called_total_is_a_product() -> None:
    total = "c99,Total,General Mills,4.99\nc98,Total Raisin Bran,,4.50\n"
    assert read("id,name,brand,price\n" + total + CEREALS).frame["name"].tolist()[:2] == ["Total", "Total Raisin Bran"]
    assert read("id,name,brand,price\n" + CEREALS + total).report.decisions == ()
    two = read("name,price\nCorn Flakes,4.99\nTotal,4.99\n" + "".join(f"Cereal {n},{n}.10\n" for n in range(20)))
    assert len(two.frame) == 22


def test_remarks_below_a_table_are_left_out_and_a_product_with_a_code_only_stays() -> None:
    tools = "".join(f"K{n:03d},Tool {n},{n}.00\n" for n in range(20))
    table = read("sku,name,price\n" + tools + "(20 rows affected),,\nGenerated 2026-01-05,,\n")
    assert len(table.frame) == 20
    assert table.rejected["line"].tolist() == [22, 23]
    assert len(read("sku,name,price\n" + tools + "K099,,\n").frame) == 21
    pages = "sku;name\n" + "".join(f"K{n};Tool {n}\nL{n};Nut {n}\nSeite {n};\n" for n in range(1, 9))
    assert len(read(pages + "Erstellt am 5.1.2026;\n").frame) == 16


def test_headings_above_products_become_a_column() -> None:
    def group(name: str, word: str) -> str:
        return f"{name},,\n" + "".join(f"{word} {n},{n}.50,{n}\n" for n in range(1, 7))

    text = "name,price,stock\n" + group("Kitchen", "Mug") + group("Garden", "Spade")
    table = read(text)
    assert table.frame["section"].tolist() == ["Kitchen"] * 6 + ["Garden"] * 6
    assert table.rejected[["line", "text"]].to_numpy().tolist() == [[2, "Kitchen,,"], [9, "Garden,,"]]
    assert len(read(text, headings="in").frame) == 14
    assert "section" not in read(text, headings="out").frame
    # A product without a price is no heading.
    assert len(read("name,price,stock\nA,1,1\nB,,\nC,3,3\nD,4,4\nE,5,5\n").frame) == 5


def test_options_of_a_shop_export_are_variants_that_carry_the_name_above() -> None:
    names = "Item Type,Product ID,Product Name,Product Type,Product Code/SKU,Brand Name,Price\n"
    rows = "".join(
        f"Product,{n},Oak Shelf {n},P,SH-{n},Timberly,3{n}.00\n  SKU,4{n},[S]Size=60 cm,,SH-{n}-60,,\n"
        f"  SKU,5{n},[S]Size=90 cm,,SH-{n}-90,,\n  Rule,,,,SH-{n}-90,,[ADD]10\n"
        for n in range(1, 6)
    )
    table = read(names + rows)
    assert said(table, "export") == "This is a BigCommerce product export."
    assert table.frame["Product Name"].tolist()[:2] == ["Oak Shelf 1", "Oak Shelf 1"]
    assert table.frame.iloc[1][["Size", "parent", "Price", "Brand Name"]].tolist() == [
        "90 cm",
        "SH-1",
        "31.00",
        "Timberly",
    ]
    assert (len(table.frame), table.report.filled, table.report.rejected) == (10, 5, 5)
    assert len(read(names + rows, kinds="products").frame) == 5
    assert len(read(names + rows, kinds="all").frame) == 20


def test_kinds_of_rows_are_known_in_other_languages() -> None:
    german = "".join(
        f"Vaterartikel;V{n};Hose {n};;;Acme\nVariante;V{n}-S;;S;2{n},00;\nVariante;V{n}-M;;M;2{n},00;\nBild;;a.jpg;;;\n"
        for n in range(1, 5)
    )
    table = read("Typ;Artikelnummer;Bezeichnung;Größe;Preis;Marke\n" + german)
    assert table.frame["Bezeichnung"].tolist()[:3] == ["Hose 1", "Hose 1", "Hose 2"]
    assert table.frame["parent"].tolist()[:3] == ["V1", "V1", "V2"]
    chinese = "".join(f"商品,P{n},杯子{n},陶瓷,\n规格,P{n}-1,,,红\n规格,P{n}-2,,,蓝\n" for n in range(1, 5))
    assert read("类型,编号,名称,材质,颜色\n" + chinese).frame["名称"].tolist()[:2] == ["杯子1", "杯子1"]


def test_a_category_of_such_words_is_no_kind_of_row() -> None:
    toys = "".join(f"t{n},Toy {n},{('parent', 'child')[n % 2]},{n}.00\n" for n in range(20))
    assert read("id,name,audience,price\n" + toys).report.decisions == ()


def test_charges_and_orders_among_the_lines_are_no_purchases() -> None:
    rows = "".join(
        f"order,{n},C{n},,,,{n}0\nitem,{n},,S{n},Mug {n},1,5\nitem,{n},,T{n},Cup {n},1,4\nshipping,{n},,,Standard,1,1\n"
        for n in range(1, 8)
    )
    table = read("row_type,order_no,customer,sku,name,qty,amount\n" + rows, "baskets")
    assert table.frame["customer"].tolist()[:3] == ["C1", "C1", "C2"]
    assert (len(table.frame), table.report.filled, table.report.rejected) == (14, 7, 7)


def test_lines_are_those_of_the_file() -> None:
    assert read('top\n\nid,name,price\n1,Mug,3\n\n2,"Cu\np",4\n3\n4,Hat,5\n').lines.tolist() == [4, 6, 9]  # type: ignore[union-attr]
    assert read('[\n{"id":1},\n5,\n{"id":2}]', name="a.json").lines.tolist() == [2, 4]  # type: ignore[union-attr]
    assert read('[["id","t"],\n[1,"a"],\n[2],\n[3,"c"]]', name="a.json").lines.tolist() == [2, 4]  # type: ignore[union-attr]


def test_clean_tables_get_no_decisions() -> None:
    clean = "sku,title,brand,price\n" + "".join(f"S{n},Mug {n},{('Acme', '')[n % 4 == 0]},{n}.00\n" for n in range(60))
    assert keys(read(clean)) == []
    assert keys(read("order,item,qty\n" + "".join(f"{n // 3},i{n % 7},{n % 4}\n" for n in range(60)), "baskets")) == []


def test_a_second_line_of_names_or_units_is_no_product() -> None:
    body = "".join(f"A{n};Schraube {n};{n},50;{n}\n" for n in range(1, 9))
    for second in ("item no;name;price;quantity", "(Text);(Text);(EUR);(Stück)"):
        table = read(f"Artikelnummer;Bezeichnung;Preis;Menge\n{second}\n{body}")
        assert (len(table.frame), table.rejected["line"].tolist()) == (8, [2])
    # A first product without a price is one.
    assert (
        len(read("sku;title;price\nA0;Mug;on request\n" + "".join(f"A{n};Cup {n};{n},50\n" for n in range(1, 9))).frame)
        == 9
    )


def test_cells_of_spaces_are_empty() -> None:
    table = read("code,name,sales\n" + "".join(f"K{n},Thing {n},{n}0\n" for n in range(1, 12)) + " , Total, 660\n, ,\n")
    assert (len(table.frame), table.rejected["line"].tolist()) == (11, [13, 14])


def test_a_table_too_large_to_be_held_is_kept_and_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(large, "LARGE", 20)
    rows = "".join(f"Cat {n},Mug {n},1.00\n,Cup {n},2.00\n" for n in range(2000))
    (tmp_path / "a.csv").write_text("category,name,price\n" + rows)
    table = read_table(tmp_path / "a.csv", "a.csv", use="catalogue", folder=tmp_path / "out")
    assert table.report.kept == 4000
    assert "too many to sort them out" in said(table, "large")


def test_headings_above_indented_rows_or_in_a_column_of_their_own() -> None:
    deep = read("Item;Qty\nKitchen;\n  Mug;3\n  Cup;4\nGarden;\n  Spade;3\n  Rake;1\n  Hose;2\n")
    assert deep.frame["section"].tolist() == ["Kitchen"] * 2 + ["Garden"] * 3
    own = read("Section,Name,Price\nKitchen,,\n,Mug,1.50\n,Cup,2.50\nGarden,,\n,Spade,3.50\n,Rake,4.50\n")
    assert own.frame["Section"].tolist() == ["Kitchen"] * 2 + ["Garden"] * 2
    orders = "".join(f"Order #{n},,\nMug,1,4.00\nCup {n % 3},2,2.00\n" for n in range(101, 112))
    assert read("Item,Qty,Price\n" + orders, "baskets").frame["order"].tolist()[:3] == ["Order #101"] * 2 + [
        "Order #102"
    ]


def test_averages_beside_a_total_and_totals_of_a_pivot_table_are_left_out() -> None:
    cups = "".join(f"Mug {n},{n}.50,{n}\n" for n in range(1, 9))
    assert len(read("name,price,stock\n" + cups + "Average,5.00,4.5\nTotal,40.00,36\n").frame) == 8
    pivot = "".join(
        f"Cat {n},Mug {n},{n}.00\n,Cup {n},2.00\n,Hat {n},4.50\nCat {n} Total,,{n + 6.5:.2f}\n" for n in range(1, 6)
    )
    frame = read("Category,Product,Sales\n" + pivot + "Grand Total,,47.50\n").frame
    assert frame["Category"].tolist() == [f"Cat {n}" for n in range(1, 6) for _ in range(3)]


def test_variants_that_only_name_their_parent_carry_its_values() -> None:
    rows = "".join(f"P{n},,Shirt {n},Fine,,\nP{n}-R,P{n},,,red,1{n}\nP{n}-B,P{n},,,blue,1{n}\n" for n in range(1, 8))
    frame = read("sku,parent,name,description,color,price\n" + rows).frame
    assert frame["name"].tolist()[:3] == ["Shirt 1", "Shirt 1", "Shirt 2"]
    whole = "".join(f"P{n},,Shirt {n},{n}.00\nP{n}-R,P{n},Shirt {n} red,{n}.00\n" for n in range(1, 8))
    assert keys(read("sku,parent,name,price\n" + whole)) == []
