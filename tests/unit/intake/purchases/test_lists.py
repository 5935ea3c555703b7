"""Several products in one cell: split without cutting names, and counted where the cell says how many."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from embedcore.data import Catalogue
from embedcore.intake import BasketShape, add_baskets, guess_shape, purchase_decisions, read_table
from embedcore.intake.purchases.lists import ListFormat, entries

LIST = BasketShape("list", basket="order", item="products")


def build(
    cells: Sequence[str], catalogue: Catalogue | None = None, delimiter: str | None = None
) -> dict[str, dict[str, float]]:
    """Basket -> product -> how many."""
    frame = pd.DataFrame({"order": [str(n) for n in range(1, len(cells) + 1)], "products": list(cells)}, dtype="str")
    shape = BasketShape("list", basket="order", item="products", list_delimiter=delimiter)
    found = add_baskets("shop", catalogue, frame, shape)[0]
    b = found.baskets
    assert b is not None
    out: dict[str, dict[str, float]] = {}
    for n in range(len(b)):
        at = slice(b.indptr[n], b.indptr[n + 1])
        many = b.quantity[at] if b.quantity is not None else [1] * int(b.sizes[n])
        out[b.ids[n]] = dict(zip(found.items[b.items[at]].tolist(), map(float, many), strict=True))
    return out


@pytest.mark.parametrize(
    "cells",
    [
        ["2x Mug, 1x Towel (L)", "1x Mug", "3x Mug, 1x Towel (L)"],
        ["2 × Mug, Towel (L)", "Mug", "3 × Mug, Towel (L)"],
        ["Mug x2; Towel (L) x1", "Mug x1", "Mug x3; Towel (L) x1"],
        ["Mug (Qty: 2), Towel (L) (Qty: 1)", "Mug (Qty: 1)", "Mug (Qty: 3), Towel (L) (Qty: 1)"],
        ["Mug (x2) | Towel (L) (x1)", "Mug (x1)", "Mug (x3) | Towel (L) (x1)"],
        ["Mug (Menge: 2)\nTowel (L) (Menge: 1)", "Mug (Menge: 1)", "Mug (Menge: 3)\nTowel (L) (Menge: 1)"],
        ["Mug (2), Towel (L) (1)", "Mug (1)", "Mug (3), Towel (L) (1)"],
        ["Mug:2;Towel (L):1", "Mug:1", "Mug:3;Towel (L):1"],
        [
            '[{"name": "Mug", "qty": 2}, {"name": "Towel (L)", "qty": 1}]',
            '[{"name": "Mug", "qty": 1}]',
            '[{"name": "Mug", "qty": 3}, {"name": "Towel (L)", "qty": 1}]',
        ],
        [
            "[{'title': 'Mug', 'quantity': '2'}, {'title': 'Towel (L)', 'quantity': '1'}]",
            "[{'title': 'Mug', 'quantity': '1'}]",
            "[{'title': 'Mug', 'quantity': '3'}, {'title': 'Towel (L)', 'quantity': '1'}]",
        ],
        ['{"Mug": 2, "Towel (L)": 1}', '{"Mug": 1}', '{"Mug": 3, "Towel (L)": 1}'],
        [
            '{"items": [{"product": "Mug", "quantity": 2}, {"product": "Towel (L)"}]}',
            '{"items": [{"product": "Mug"}]}',
            '{"items": [{"product": "Mug", "quantity": 3}, {"product": "Towel (L)"}]}',
        ],
    ],
)
def test_how_many_is_read_in_every_way_it_is_written(cells: list[str]) -> None:
    delimiter = next((d for d in ("\n", "|", ";") if d in cells[0]), ",")
    assert build(cells, delimiter=delimiter) == {
        "1": {"Mug": 2, "Towel (L)": 1},
        "2": {"Mug": 1},
        "3": {"Mug": 3, "Towel (L)": 1},
    }


@pytest.mark.parametrize(
    ("cells", "want"),
    [
        (["Mug (red), Towel (L)", "Towel (L)"], [["Mug (red)", "Towel (L)"], ["Towel (L)"]]),
        (["[Mug (red), Towel (L)]", "(a, b (c))"], [["Mug (red)", "Towel (L)"], ["a", "b (c)"]]),
        (['["Salt, fine", "Mug"]', "[]"], [["Salt, fine", "Mug"], None]),
        (["Mug (red, large), Tray", "Mug (red, Tray"], [["Mug (red, large)", "Tray"], ["Mug (red", "Tray"]]),
        (["'a, b', 'c'", '"x",y'], [["a, b", "c"], ["x", "y"]]),
        (
            ["Men's shirt, 5\" nail, Tray", "Poster 30x40, 4x4 tyre"],
            [["Men's shirt", '5" nail', "Tray"], ["Poster 30x40", "4x4 tyre"]],
        ),
        (["[1, 2.0, 007]", "{a}, {b}"], [["1", "2.0", "007"], ["{a}", "{b}"]]),
    ],
)
def test_names_are_not_cut(cells: list[str], want: list[list[str] | None]) -> None:
    assert entries(pd.Series(cells), ListFormat(","))[0].tolist() == want


def test_names_that_look_counted_stay_where_nothing_else_says_so() -> None:
    cells = ["Movie (7), Film (12)", "Movie (7), Tray", "Alien (3), Tray"]
    assert build(cells)["1"] == {"Movie (7)": 1, "Film (12)": 1}
    assert build(["Poster 30x40, 4x4 tyre", "Poster 30x40, 2x4 timber"])["2"] == {"Poster 30x40": 1, "2x4 timber": 1}


def test_names_of_the_catalogue_with_a_comma_inside_stay_whole() -> None:
    names = ["Salt, fine", "Pepper", "Mug, large, red"]
    catalogue = Catalogue(
        pd.DataFrame({"sku": ["s1", "p2", "m3"], "name": names}, dtype="str"), {"sku": "id", "name": "title"}
    )
    cells = ["Salt, fine, Pepper", "Mug, large, red, Salt, fine", "Pepper,Salt,fine"]
    assert build(cells, catalogue, ",") == {"1": {"s1": 1, "p2": 1}, "2": {"s1": 1, "m3": 1}, "3": {"s1": 1, "p2": 1}}


def test_quantities_are_said_and_can_be_switched_off(tmp_path: Path) -> None:
    text = "order_id;products\n" + "".join(
        f"{n};{1 + n % 3}x Mug, 1x Tray, {1 + n % 2}x Towel (L)\n" for n in range(20)
    )
    (tmp_path / "o.csv").write_text(text)
    table = read_table(tmp_path / "o.csv", "o.csv", use="baskets")
    shape = guess_shape(table.frame)
    told = purchase_decisions(table, shape)
    assert [(d.key, d.sentence) for d in told] == [("counts", "Entries such as “1x Mug” say how many were bought.")]
    found = add_baskets("shop", None, table, shape)[0]
    assert found.items.tolist() == ["Mug", "Towel (L)", "Tray"]
    whole = add_baskets("shop", None, table, shape, settings={"counts": "no"})[0]
    assert "2x Mug" in whole.items.tolist()


def test_five_products_whose_names_end_in_a_bracket_are_five(tmp_path: Path) -> None:
    kinds = ["Mug (red)", "Mug (blue)", "Tray (oak)", "Towel (L)", "Towel (XL)"]
    lines = [f'{n},"{", ".join(kinds[(n + k * (1 + n % 2)) % 5] for k in range(3))}"' for n in range(60)]
    (tmp_path / "o.csv").write_text("order_id,products\n" + "\n".join(lines) + "\n")
    table = read_table(tmp_path / "o.csv", "o.csv", use="baskets")
    found, _ = add_baskets("shop", None, table, guess_shape(table.frame))
    assert sorted(found.items) == sorted(kinds)


def test_codes_with_their_count_behind_a_colon_are_a_list() -> None:
    cells = [f"A{n % 9:03}:{1 + n % 4};A{n * 5 % 9:03}:{1 + n % 3};B{n % 7}:1" for n in range(40)]
    frame = pd.DataFrame({"order": [str(n) for n in range(40)], "skus": cells}, dtype="str")
    shape = guess_shape(frame)
    assert (shape.shape, shape.item, shape.list_delimiter) == ("list", "skus", ";")
    found, _ = add_baskets("shop", None, frame, shape)
    assert len(found) == 9 + 7
