"""Values that stand once for the rows below are filled down; ordinary gaps stay. Property tables are turned."""

from __future__ import annotations

import pytest

from tests.unit.intake.layout.reading import keys, read, said


def test_a_category_and_a_product_that_stand_once_are_filled_down() -> None:
    rows = "".join(f"Cat {n},Mug {n},S,{n}.00\n,,M,{n}.50\n,Cup {n},S,2.00\n,,L,3.00\n" for n in range(1, 6))
    table = read("Category,Product,Size,Price\n" + rows)
    assert table.frame["Category"].tolist()[:5] == ["Cat 1"] * 4 + ["Cat 2"]
    assert table.frame["Product"].tolist()[:4] == ["Mug 1", "Mug 1", "Cup 1", "Cup 1"]
    assert "2 columns (“Category”, “Product”)" in said(table, "fill")
    assert read("Category,Product,Size,Price\n" + rows, fill="no").frame["Category"].notna().sum() == 5


def test_an_order_that_stands_once_is_carried_to_its_lines() -> None:
    rows = "".join(
        f"10{n},Cust {n % 4},2026-01-{n:02d},Mug {n % 3},1\n,,,Cup {n % 5},2\n,,,Hat,1\n" for n in range(1, 10)
    )
    table = read("Order,Customer,Date,Item,Qty\n" + rows, "baskets")
    assert table.frame["Order"].tolist()[:4] == ["101", "101", "101", "102"]
    assert table.frame["Customer"].notna().all()


def test_order_cells_in_the_first_line_of_an_order_that_repeats_its_number() -> None:
    rows = "".join(
        f"#{n};buyer{n}@x.org;{9 + n},50;{'2026-02-01' if n == 7 else ''};Mug;1;5,00\n#{n};;;;Cup;2;6,00\n"
        for n in range(1, 30)
    )
    table = read("Bestellnummer;E-Mail;Gesamt;Storniert am;Artikel;Menge;Einzelpreis\n" + rows, "baskets")
    assert table.frame["E-Mail"].notna().all()
    assert table.frame["Storniert am"].notna().sum() == 2
    assert "3 columns (“E-Mail”, “Gesamt”, “Storniert am”)" in said(table, "fill")


def test_a_title_that_stands_once_beside_codes_of_every_row_is_filled_down() -> None:
    rows = "".join(f"S{n}a,Shirt {n},A fine shirt,S,1{n}\nS{n}b,,,M,1{n}\nS{n}c,,,L,1{n}\n" for n in range(12))
    table = read("sku,product,description,size,price\n" + rows)
    assert table.frame["product"].tolist()[:4] == ["Shirt 0", "Shirt 0", "Shirt 0", "Shirt 1"]


@pytest.mark.parametrize(
    "text",
    [
        "ean,sku,name\n" + "".join(f"{f'400000{n:07d}' * (n % 3 > 0)},S{n},Thing {n}\n" for n in range(40)),
        "sku,name,brand,ean\n"
        + "".join(f"S{n},Thing {n}," + f"B{n},4{n:012d}\n" * (n % 3 == 0) + ",\n" * (n % 3 > 0) for n in range(40)),
        "title,sku,price\n" + "".join(f"{f'Fine thing {n}' * (n % 5 > 0)},S{n},{n}.00\n" for n in range(1, 60)),
        "brand,sku,price\n" + "".join(f"{('Acme', 'Bolt', '')[n % 3]},S{n},{n}.00\n" for n in range(60)),
        "title,price,image,sku,ean\n"
        + "".join(
            f"Mug {n % 20},{n}.00,m{n}.jpg," + f"S{n},4{n:012d}\n" * (n % 5 > 1) + ",\n" * (n % 5 < 2)
            for n in range(40)
        ),
        "group,sku,old price\n" + "".join(f"G{n // 3},S{n},{f'{n}.00' * (n % 4 == 0)}\n" for n in range(60)),
    ],
)
def test_ordinary_gaps_are_not_filled(text: str) -> None:
    table = read(text)
    assert keys(table) == []
    assert table.frame.isna().any().any()


def test_a_table_of_properties_becomes_one_row_per_product() -> None:
    rows = "".join(f"{n},name,Vase {n}\n{n},color,red\n{n},price,{n}.00\n{n},material,glass\n" for n in range(1, 51))
    table = read("entity_id,attribute_code,value\n" + rows)
    assert table.frame.columns.tolist() == ["entity_id", "name", "color", "price", "material"]
    assert (len(table.frame), table.report.filled) == (50, 150)
    assert table.lines.tolist()[:2] == [2, 6]  # type: ignore[union-attr]
    assert said(table, "turn").endswith("200 rows became 50 products with 4 columns.")
    assert len(read("entity_id,attribute_code,value\n" + rows, turn="rows").frame) == 200


def test_properties_in_other_languages_with_several_values_units_and_names() -> None:
    german = "".join(
        f"{n};Bezeichnung;Vase {n}\n{n};Farbe;rot\n{n};Farbe;blau\n{n};Preis;{n},50\n" for n in range(1, 9)
    )
    frame = read("Artikel;Merkmal;Wert\n" + german).frame
    assert frame.iloc[0].tolist() == ["1", "Vase 1", "rot|blau", "1,50"]
    units = "".join(f"p{n},Lamp {n},Height,{n}0,cm\np{n},Lamp {n},Colour,red,\n" for n in range(1, 9))
    frame = read("product_id,product_name,feature,value,unit\n" + units).frame
    assert frame.iloc[0].tolist() == ["p1", "Lamp 1", "10 cm", "red"]
    shuffled = "".join(f"{n}|颜色|红\n" for n in range(1, 9)) + "".join(f"{n}|名称|杯子{n}\n" for n in range(1, 9))
    assert read("编号|属性|值\n" + shuffled).frame.columns.tolist() == ["编号", "颜色", "名称"]


def test_order_lines_and_sizes_with_prices_are_no_properties() -> None:
    orders = "".join(f"{n // 3},{('Mug', 'Cup', 'Hat', 'Tie')[n % 4]},{n % 5 + 1}\n" for n in range(60))
    sizes = "".join(f"S{n // 4},{'SMLX'[n % 4]},{n}.50\n" for n in range(60))
    for text in ("order,product,quantity\n" + orders, "sku,size,price\n" + sizes):
        assert "turn" not in keys(read(text))
    assert "turn" not in keys(read("user,item,rating\n" + orders, "baskets"))


def test_properties_for_another_language_are_columns_of_their_own() -> None:
    rows = "".join(f"S{n},name,Vase {n},de\nS{n},name,Vase {n} EN,en\nS{n},price,{n},de\n" for n in range(1, 9))
    frame = read("sku,attribute,value,store\n" + rows).frame
    assert frame.iloc[0].to_dict() == {"sku": "S1", "name": "Vase 1", "name (en)": "Vase 1 EN", "price": "1"}


def test_parts_of_an_object_in_json_are_columns() -> None:
    text = '[\n{"id": 1, "price": {"amount": 9.90, "currency": "EUR"}},\n{"id": 2, "price": null, "price.amount": 3}\n]'
    frame = read(text, name="a.json").frame
    assert frame.columns.tolist() == ["id", "price.amount", "price.currency"]
    assert frame["price.amount"].tolist() == ["9.90", "3"]
    keyed = ",".join(f'{{"id": {n}, "stock": {{"store {n}": {n}}}}}' for n in range(60))
    assert read(f"[{keyed}]", name="a.json").frame.columns.tolist() == ["id", "stock"]
