"""A row per basket and a column per product comes out as baskets, however the cells are marked."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from embedcore.data import Dataset
from embedcore.intake.purchases.build import add_baskets
from embedcore.intake.purchases.shapes import BasketShape, guess_shape
from embedcore.intake.tables.read import read_table

FOODS = ["bread", "milk", "butter", "beer", "nappies", "eggs", "jam", "tea"]
BOUGHT = np.random.default_rng(3).random((60, 8)) < 0.35
BOUGHT[:, 0] |= ~BOUGHT.any(axis=1)
WANT = sorted(tuple(sorted(f for f, b in zip(FOODS, row, strict=True) if b)) for row in BOUGHT)


def _matrix(yes: str, no: str, front: Mapping[str, list[str]] | None = None) -> pd.DataFrame:
    cells = pd.DataFrame(np.where(BOUGHT, yes, no), columns=FOODS)
    out = pd.concat([pd.DataFrame(front or {}, index=cells.index), cells], axis=1).astype("str")
    return out.mask(out == "")


def _sets(data: Dataset) -> list[tuple[str, ...]]:
    b = data.baskets
    assert b is not None
    bounds = np.r_[0, np.cumsum(b.sizes)]
    return sorted(tuple(sorted(data.items[b.items[lo:hi]])) for lo, hi in pairwise(bounds))


@pytest.mark.parametrize(
    ("yes", "no"),
    [("True", "False"), ("1", "0"), ("t", "?"), ("yes", "no"), ("x", ""), ("1", ""), ("1.0", "0.0"), ("Ja", "Nein"),
     ("Y", "N"), ("да", "нет"), ("TRUE", "")],
)  # fmt: skip
def test_a_matrix_of_marks_is_read_as_baskets(tmp_path: Path, yes: str, no: str) -> None:
    _matrix(yes, no).to_csv(tmp_path / "b.csv", index=False)
    table = read_table(tmp_path / "b.csv", "b.csv", use="baskets")
    shape = guess_shape(table.frame)
    assert (shape.shape, shape.products, shape.basket, shape.customer) == ("matrix", tuple(FOODS), None, None)
    data, notices = add_baskets("shop", None, table, shape)
    assert data.items.tolist() == sorted(FOODS)
    assert _sets(data) == WANT
    assert not notices


FRONTS: dict[str, tuple[dict[str, list[str]], tuple[str | None, str | None, str | None]]] = {
    "an id": ({"": [str(n) for n in range(60)]}, ("column 1", None, None)),
    "an order": ({"Order ID": [str(1000 + n) for n in range(60)]}, ("Order ID", None, None)),
    "a customer": ({"Customer": [f"C{n // 3}" for n in range(60)]}, (None, "Customer", None)),
    "a customer and a day": (
        {"Customer ID": [str(1 + n // 3) for n in range(60)], "Date": [f"2024-02-{1 + n % 28:02}" for n in range(60)]},
        (None, "Customer ID", "Date"),
    ),
}


@pytest.mark.parametrize("front", FRONTS)
@pytest.mark.parametrize("no", ["0", ""])
def test_columns_in_front_of_a_matrix_say_who_and_when(tmp_path: Path, front: str, no: str) -> None:
    columns, (basket, customer, time) = FRONTS[front]
    _matrix("1", no, columns).to_csv(tmp_path / "b.csv", index=False)
    table = read_table(tmp_path / "b.csv", "b.csv", use="baskets")
    shape = guess_shape(table.frame)
    assert (shape.shape, shape.basket, shape.customer, shape.time) == ("matrix", basket, customer, time)
    data, _ = add_baskets("shop", None, table, shape)
    assert _sets(data) == WANT
    assert data.baskets is not None
    assert (data.baskets.customers is not None) == (customer is not None)


@pytest.mark.parametrize("total", [None, "n_items", "Total"])
def test_counts_become_quantities_and_their_sum_is_no_product(total: str | None) -> None:
    counts = np.where(BOUGHT, np.random.default_rng(1).choice([1, 1, 1, 2, 5], BOUGHT.shape), 0)
    frame = pd.DataFrame(counts, columns=FOODS)
    frame.insert(0, "receipt", [f"R{n}" for n in range(60)])
    if total is not None:
        frame[total] = counts.sum(axis=1)
    shape = guess_shape(frame.astype("str"))
    assert (shape.shape, shape.basket, shape.products) == ("matrix", "receipt", tuple(FOODS))
    data, _ = add_baskets("shop", None, frame.astype("str"), shape)
    assert _sets(data) == WANT
    assert data.baskets is not None
    assert data.baskets.quantity is not None
    assert float(data.baskets.quantity.sum()) == counts.sum()


@pytest.mark.parametrize("front", [False, True])
def test_numbers_of_products_above_zeros_and_ones_are_names(tmp_path: Path, front: bool) -> None:
    frame = _matrix("1", "0").set_axis([str(7000 + n) for n in range(8)], axis=1)
    if front:
        frame.insert(0, "basket_id", [f"B{n}" for n in range(60)])
    frame.to_csv(tmp_path / "b.csv", index=False)
    shape = guess_shape(read_table(tmp_path / "b.csv", "b.csv", use="baskets").frame)
    assert (shape.shape, shape.products) == ("matrix", tuple(str(7000 + n) for n in range(8)))


@pytest.mark.parametrize("marks", [("1", "0"), ("x", "")])
def test_a_matrix_with_a_row_per_product_is_turned(tmp_path: Path, marks: tuple[str, str]) -> None:
    frame = pd.DataFrame(np.where(BOUGHT.T, *marks), columns=[f"order {n}" for n in range(60)])
    frame.insert(0, "product", FOODS)
    frame.to_csv(tmp_path / "b.csv", index=False)
    table = read_table(tmp_path / "b.csv", "b.csv", use="baskets")
    shape = guess_shape(table.frame)
    assert (shape.shape, shape.item, len(shape.products)) == ("matrix", "product", 60)
    data, _ = add_baskets("shop", None, table, shape)
    assert _sets(data) == WANT


def test_a_cell_may_hold_the_name_of_its_product() -> None:
    frame = pd.DataFrame({f: np.where(BOUGHT[:, n], f.title(), None) for n, f in enumerate(FOODS)}, dtype="str")
    data, _ = add_baskets("shop", None, frame, guess_shape(frame))
    assert _sets(data) == WANT


def test_a_cell_that_does_not_say_is_told_and_rows_without_a_product_are_counted() -> None:
    frame = _matrix("1", "0")
    frame.loc[0, FOODS] = ["maybe", *["0"] * 7]
    _, notices = add_baskets("shop", None, frame, BasketShape("matrix", products=tuple(FOODS)))
    assert notices == [
        "Not bought: 1 cell of the matrix that say neither yes nor no nor how many.",
        "Left out: 1 row without a product.",
    ]


def test_a_wide_list_of_products_is_no_matrix() -> None:
    random = np.random.default_rng(2)
    for names in (FOODS, [str(n) for n in range(1, 20)]):
        rows = [[*random.permutation(names)[: random.integers(1, 6)], *[None] * 6][:6] for _ in range(80)]
        frame = pd.DataFrame(rows, columns=[f"item {n}" for n in range(1, 7)], dtype="str")
        shape = guess_shape(frame)
        assert shape.shape == "lines"
        assert not shape.products


def test_order_lines_with_yes_and_no_in_some_columns_are_no_matrix() -> None:
    n = range(120)
    frame = pd.DataFrame({"order": [str(i // 3) for i in n], "sku": [f"A{i % 17}" for i in n]}, dtype="str")
    for flag in ("gift", "express", "paid", "newsletter", "returned", "club"):
        frame[flag] = pd.Series([("yes", "no")[(i * 7 + len(flag)) % 3 == 0] for i in n], dtype="str")
    shape = guess_shape(frame)
    assert (shape.shape, shape.basket, shape.item) == ("long", "order", "sku")


def test_a_large_matrix_is_read_part_by_part(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, _ = add_baskets("shop", None, _matrix("1", "0"), BasketShape("matrix", products=tuple(FOODS)))
    monkeypatch.setattr("embedcore.intake.purchases.rows.ROWS", 7)
    parts, _ = add_baskets("shop", None, _matrix("1", "0"), BasketShape("matrix", products=tuple(FOODS)))
    assert _sets(parts) == _sets(whole) == WANT
