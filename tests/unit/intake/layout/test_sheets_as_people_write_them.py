"""Spreadsheets with covers, several tables, merged cells and names over two rows."""

from __future__ import annotations

from tests.unit.intake.layout.reading import book, keys, read, said

PRODUCTS = [["sku", "name", "price"], *([f"S{n}", f"Mug {n}", f"{n}.50"] for n in range(1, 13))]


def test_a_cover_sheet_before_the_table_is_passed_over_and_said() -> None:
    cover = [["Product list 2026"], [], ["Prepared by", "Anna"], ["Date", "2026-01-05"], ["Version", "3"]]
    text = [["Read me"], ["This file holds all products."], ["Ask Anna when something is wrong."]]
    for first in (cover, text):
        table = read(book({"Cover": first, "Products": PRODUCTS, "Notes": text}), name="a.xlsx")
        assert table.frame["sku"].tolist()[:2] == ["S1", "S2"]
        assert said(table, "sheet") == "The sheet “Products” was read; the file has 3: “Cover”, “Products”, “Notes”."
    assert read(book({"Cover": cover, "Products": PRODUCTS}), name="a.xlsx", sheet="Cover").report.sheet == "Cover"


def test_the_first_of_two_tables_in_two_sheets_is_read() -> None:
    orders = [["order", "item", "qty"], *([f"{n}", f"S{n}", "1"] for n in range(40))]
    table = read(book({"Products": PRODUCTS, "Orders": orders}), name="a.xlsx")
    assert (table.report.sheet, len(table.frame)) == ("Products", 12)
    small = [["sku", "name"], ["S1", "Mug"], ["S2", "Cup"]]
    assert read(book({"Products": small}), name="a.xlsx").frame["name"].tolist() == ["Mug", "Cup"]


def test_of_two_tables_below_each_other_the_larger_is_read_and_the_other_rejected_by_row() -> None:
    stores = [["store", "city", "size in sqm", "staff"], ["1", "Lyon", "120", "4"], ["2", "Rome", "90", "3"]]
    table = read(book({"All": [*PRODUCTS, [], *stores]}), name="a.xlsx")
    assert table.frame.columns.tolist() == ["sku", "name", "price"]
    assert len(table.frame) == 12
    assert table.rejected["line"].tolist() == [15, 16, 17]
    assert "holds 2 tables" in said(table, "table")
    below = read(book({"All": [*stores, [], [], *PRODUCTS]}), name="a.xlsx")
    assert below.frame["name"].tolist()[0] == "Mug 1"
    assert below.rejected["line"].tolist() == [1, 2, 3]
    assert below.lines.tolist()[0] == 7  # type: ignore[union-attr]


def test_of_two_tables_beside_each_other_the_larger_is_read() -> None:
    codes = [["code", "meaning"], ["A", "in stock"], ["B", "ordered"]]
    rows = [[*row, "", *(codes[n] if n < len(codes) else [])] for n, row in enumerate(PRODUCTS)]
    table = read(book({"All": rows}), name="a.xlsx")
    assert table.frame.columns.tolist() == ["sku", "name", "price"]
    assert table.rejected["text"].tolist() == ["code,meaning", "A,in stock", "B,ordered"]


def test_an_empty_row_or_column_does_not_divide_a_table() -> None:
    rows = [[*row[:2], "", row[2]] for row in PRODUCTS]
    table = read(book({"All": [*rows[:6], [], *rows[6:]]}), name="a.xlsx")
    assert (len(table.frame), len(table.rejected)) == (12, 0)
    assert table.frame.iloc[:, -1].tolist()[-1] == "12.50"
    assert keys(table) == []


def test_merged_cells_are_filled_down() -> None:
    rows = [["category", "name", "price"], ["Cups", "Mug", "1.00"], ["", "Cup", "2.00"], ["", "Jug", "3.00"],
            ["Hats", "Cap", "4.00"], ["", "Hood", "5.00"]]  # fmt: skip
    table = read(book({"All": rows}, "A2:A4 A5:A6"), name="a.xlsx")
    assert table.frame["category"].tolist() == ["Cups"] * 3 + ["Hats"] * 2
    assert said(table, "merged") == "2 merged cells hold their values for several rows: filled into 3 cells below."


def test_names_over_two_rows_are_one_name() -> None:
    body = [[f"S{n}", f"Mug {n}", f"{n}.00", f"{n}.19"] for n in range(1, 9)]
    two = [["sku", "name", "price", ""], ["", "", "net", "gross"], *body]
    for merged in ("C1:D1", "A1:A2 B1:B2 C1:D1"):
        table = read(book({"All": two}, merged), name="a.xlsx")
        assert table.frame.columns.tolist() == ["sku", "name", "price net", "price gross"]
        assert len(table.frame) == 8
    groups = [["Product", "", "2025", "", "2026", ""], ["sku", "name", "pieces", "sales", "pieces", "sales"],
              *([f"S{n}", f"Mug {n}", "3", "9.50", "4", "12.50"] for n in range(1, 9))]  # fmt: skip
    names = read(book({"All": groups}, "A1:B1 C1:D1 E1:F1"), name="a.xlsx").frame.columns.tolist()
    assert names == ["sku", "name", "2025 pieces", "2025 sales", "2026 pieces", "2026 sales"]


def test_headings_merged_over_the_table_become_a_column_and_sums_below_it_are_left_out() -> None:
    def group(name: str, word: str) -> list[list[str]]:
        return [[name], *([f"{word}{n}", f"{name} {n}", f"{n}.50"] for n in range(1, 5)), ["", "Subtotal", "12.00"]]

    rows = [["sku", "name", "price"], *group("Cups", "C"), *group("Hats", "H"), [], ["Total", "", "24.00"]]
    table = read(book({"Price list": rows}, "A2:C2 A8:C8"), name="a.xlsx")
    assert table.frame["section"].tolist() == ["Cups"] * 4 + ["Hats"] * 4
    assert table.rejected["line"].tolist() == [2, 7, 8, 13, 15]
