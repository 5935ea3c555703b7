"""The id is a column that loses no product, and the one that the baskets know."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from embedcore.errors import InputError
from embedcore.intake.choices import part_decisions
from embedcore.intake.columns.roles import guess_roles
from embedcore.intake.decisions import Decision
from embedcore.intake.purchases.shapes import BasketShape, guess_shape
from embedcore.intake.tables.read import read_table
from embedcore.intake.understand import Understanding, understand


def _frame(**columns: list[object]) -> pd.DataFrame:
    return pd.DataFrame({k: pd.Series(v, dtype="str") for k, v in columns.items()})


def _roles(frame: pd.DataFrame) -> dict[str, str]:
    return {g.column: g.role for g in guess_roles(frame)}


def _understood(
    folder: Path, catalogue: pd.DataFrame | None, baskets: pd.DataFrame | None = None, **settings: dict[str, str]
) -> Understanding:
    tables = []
    for use, frame in (("catalogue", catalogue), ("baskets", baskets)):
        if frame is not None:
            frame.to_csv(folder / f"{use}.csv", index=False)
        tables.append(read_table(folder / f"{use}.csv", f"{use}.csv", use=use) if frame is not None else None)
    return understand(*tables, **settings)


def _said(decisions: tuple[Decision, ...], key: str) -> Decision:
    return next(d for d in decisions if d.key == key)


LISTINGS = _frame(
    TITLE=[f"Handmade bowl no. {i}, a gift for her" for i in range(40)],
    PRICE=[f"{12 + i}.00" for i in range(40)],
    SKU=[None if i % 5 in (1, 3) else f"CER-{min(i, 36)}" for i in range(40)],
)
VARIANTS = _frame(
    product_id=[f"P{i // 3}" for i in range(60)],
    variant_id=[f"V{i}" for i in range(60)],
    title=[f"Shirt of linen {i // 3}" for i in range(60)],
    size=["S", "M", "L"] * 20,
)
FRENCH = _frame(
    **{
        "Code-barres": [f"37600{i:08}" for i in range(40)],
        "Désignation": [f"Tasse bleue {i}" for i in range(40)],
        "Référence": [f"R{i:05}" for i in range(40)],
    }
)
LINES = _frame(
    **{"N° commande": [str(1000 + i // 3) for i in range(90)], "Code article": [f"R{i * 7 % 31:05}" for i in range(90)]}
)


def test_an_id_that_two_rows_in_five_lack_is_not_the_id_and_it_is_said(tmp_path: Path) -> None:
    found = _understood(tmp_path, LISTINGS)
    assert found.roles == {"TITLE": "title", "PRICE": "price", "SKU": "ignore"}
    assert found.generate_ids
    about = _said(found.catalogue, "id")
    assert about.sentence.startswith("“SKU” is empty in 16 of 40 rows")
    assert about.sentence.endswith("the rows are numbered instead so that nothing is lost.")
    assert (about.chosen, [value for value, _ in about.choices]) == ("numbers", ["SKU", "numbers"])
    assert "rows would be left out" in dict(about.choices)["SKU"]


def test_a_person_may_use_the_poor_id_and_is_told_what_it_loses(tmp_path: Path) -> None:
    found = _understood(tmp_path, LISTINGS, catalogue_settings={"id": "SKU"})
    assert found.roles["SKU"] == "id"
    assert _said(found.catalogue, "id").lost == 40 - LISTINGS["SKU"].nunique()
    assert _understood(tmp_path, FRENCH, catalogue_settings={"id": "numbers"}).generate_ids
    with pytest.raises(InputError, match="no column “gone”"):
        _understood(tmp_path, LISTINGS, catalogue_settings={"id": "gone"})


def test_a_full_column_is_the_id_beside_a_poor_one() -> None:
    assert _roles(LISTINGS.assign(EAN=[f"40{i:011}" for i in range(40)]))["EAN"] == "id"


def test_an_id_that_repeats_with_other_cells_is_not_the_id() -> None:
    roles = _roles(VARIANTS.drop(columns="variant_id"))
    assert "id" not in roles.values()
    few = VARIANTS.assign(product_id=[f"P{max(i, 3)}" for i in range(60)]).drop(columns="variant_id")
    assert _roles(few)["product_id"] == "id"


def test_a_product_that_stands_once_in_each_of_its_categories_keeps_its_id() -> None:
    names = [f"Lamp {i // 2}" for i in range(60)]
    frame = _frame(sku=[f"L{i // 2}" for i in range(60)], name=names, category=["Light", "Living"] * 30)
    assert _roles(frame)["sku"] == "id"
    assert "id" not in _roles(frame.rename(columns={"category": "colour"})).values()


@pytest.mark.parametrize("parent", ["product_id", "Parent", "item_group_id", "Parent SKU", "Handle"])
def test_the_product_of_which_rows_are_variants_is_the_parent(parent: str) -> None:
    roles = _roles(VARIANTS.rename(columns={"product_id": parent}))
    assert (roles[parent], roles["variant_id"], roles["size"]) == ("parent", "id", "category")


def test_a_code_that_all_sizes_of_a_product_share_is_their_parent() -> None:
    roles = _roles(VARIANTS.drop(columns="variant_id").rename(columns={"product_id": "SKU"}))
    assert (roles["SKU"], roles["title"], "id" in roles.values()) == ("parent", "title", False)
    assert _roles(LISTINGS.assign(size=["S", "M"] * 20))["SKU"] == "ignore"


def test_a_brand_or_a_supplier_that_repeats_is_no_parent() -> None:
    roles = _roles(VARIANTS.rename(columns={"product_id": "brand_id"}))
    assert roles["brand_id"] != "parent"
    roles = _roles(VARIANTS.rename(columns={"product_id": "Supplier code"}))
    assert roles["Supplier code"] != "parent"


def test_the_id_is_the_column_that_the_baskets_know(tmp_path: Path) -> None:
    assert _roles(FRENCH)["Référence"] == "id"
    found = _understood(tmp_path, FRENCH.rename(columns={"Référence": "Modèle interne", "Code-barres": "EAN"}), LINES)
    assert (found.roles["Modèle interne"], found.roles["EAN"]) == ("id", "ignore")
    assert found.shape is not None
    assert (found.shape.item, found.shape.basket) == ("Code article", "N° commande")
    assert "the baskets name the products by it" in _said(found.catalogue, "id").sentence


def test_the_product_of_the_baskets_is_the_column_that_the_catalogue_knows(tmp_path: Path) -> None:
    lines = LINES.rename(columns={"Code article": "Ligne"})
    lines.insert(1, "Article", [f"interne {i}" for i in range(90)])
    lines["Ligne"] = lines["Ligne"].str.lower()
    found = _understood(tmp_path, FRENCH, lines)
    assert found.shape is not None
    assert found.shape.item == "Ligne"


def test_baskets_that_hold_titles_leave_the_id_as_it_is(tmp_path: Path) -> None:
    lines = LINES.assign(**{"Code article": [f"Tasse bleue {i * 7 % 31}" for i in range(90)]})
    found = _understood(tmp_path, FRENCH, lines.rename(columns={"Code article": "Produit"}))
    assert found.roles["Référence"] == "id"
    assert found.shape is not None
    assert found.shape.item == "Produit"


def test_a_basket_that_most_lines_lack_is_said_with_a_better_one() -> None:
    lines = LINES.assign(Facture=[f"F{i}" if i % 4 == 0 else None for i in range(90)])
    about = part_decisions(lines, BasketShape("long", basket="Facture", item="Code article"))
    assert [(d.key, d.sentence, d.lost) for d in about] == [
        ("basket", "“Facture” would leave out 67 of 90 lines, which have none; “N° commande” would leave out none.", 67)
    ]
    assert guess_shape(lines).basket == "N° commande"


def test_columns_that_nothing_uses_or_names_are_listed(tmp_path: Path) -> None:
    lines = LINES.assign(
        Stadt=["Bonn", "Köln"] * 45, Status=[("bezahlt", "storniert")[i // 3 % 5 == 0] for i in range(90)]
    )
    found = _understood(tmp_path, None, lines)
    assert _said(found.baskets, "unused").sentence == "Not used: “Stadt”."
    assert _said(found.baskets, "cancelled").lost


def test_a_basket_of_amounts_is_said_with_a_better_one() -> None:
    lines = LINES.assign(Montant=[f"{20 + i // 3},50" for i in range(90)])
    about = part_decisions(lines, BasketShape("long", basket="Montant", item="Code article"))
    assert about[0].sentence.endswith("with the same amount become one basket; “N° commande” would be better.")


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("价格", [f"{12 + i}元" for i in range(40)]),
        ("Inhalt", [f"{50 + 5 * i} ml" for i in range(40)]),
        ("col", [f"{12 + i},- Lei" for i in range(40)]),
        ("col", ["always the same words"] * 40),
        ("col", [f"https://shop.example/{i}" for i in range(40)]),
    ],
)
def test_amounts_constants_and_links_are_never_the_title(name: str, cells: list[object]) -> None:
    titles = [f"蓝色陶瓷杯子第{i}款" for i in range(40)]
    frame = _frame(**{"编号": [f"A{i:03}" for i in range(40)], name: cells, "x": titles})
    assert _roles(frame)["x"] == "title"


def test_codes_that_begin_with_a_sign_of_money_are_the_id() -> None:
    for letter in "RK":
        frame = _frame(code=[f"{letter}{i:04}" for i in range(40)], titre=[f"Tasse {i}" for i in range(40)])
        assert _roles(frame) == {"code": "id", "titre": "title"}
        assert _roles(frame.rename(columns={"code": "xyz"}))["xyz"] == "id"


def _beside_ids(codes: list[str], titles: list[str]) -> str:
    rows = [[str(k + 1), t, c, "9.90"] for k, (t, c) in enumerate(zip(titles, codes, strict=True))]
    frame = pd.DataFrame(rows, columns=["product_id", "name", "item_code", "price"], dtype="str")
    return {g.column: g.role for g in guess_roles(frame)}["item_code"]


@pytest.mark.parametrize("ends", [["-RED", "-BLU"], ["_38", "_40"], ["a", "b"], ["-RED-S", "-RED-M", "-BLU-S"]])
def test_codes_that_begin_alike_for_rows_of_one_title_are_kept(ends: list[str]) -> None:
    titles = [f"Lamp model {k}" for k in range(5) for _ in ends] + ["Tea pot", "Oak shelf"]
    codes = [f"ABC{k}{end}" for k in range(5) for end in ends] + ["XYZ1", "XYZ2"]
    assert _beside_ids(codes, titles) == "parent"


def test_codes_that_say_nothing_about_variants_are_left_out() -> None:
    once, listed_again = [f"Lamp model {k}" for k in range(9)], [f"Lamp model {k % 5}" for k in range(10)]
    assert _beside_ids([f"ABC{k}-RED" for k in range(9)], once) == "ignore"
    assert _beside_ids([f"SHOP-{k:04d}" for k in range(10)], listed_again) == "ignore"  # numbered in a row
    assert _beside_ids([f"{'AB' if k < 5 else 'QX'}{k}-10" for k in range(10)], listed_again) == "ignore"
