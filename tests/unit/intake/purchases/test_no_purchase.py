"""What was no purchase: recognised, said with counts, left out, and one switch away."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from embedcore.data import Dataset
from embedcore.errors import InputError
from embedcore.intake import BasketShape, Decision, ReadReport, Table, add_baskets, purchase_decisions, read_purchases
from embedcore.intake.purchases.screening.words import status_of

LONG = BasketShape("long", "order", "who", "sku", "n")


def table(**columns: Sequence[str | None]) -> Table:
    frame = pd.DataFrame(columns, dtype="str")
    report = ReadReport("csv", len(frame), len(frame), 0, tuple(frame.columns), ())
    return Table(frame, pd.DataFrame({"line": [], "reason": [], "text": []}), report)


def bought(found: Dataset) -> dict[str, set[str]]:
    """Basket -> its products."""
    baskets = found.baskets
    assert baskets is not None
    return {
        baskets.ids[n]: set(found.items[baskets.items[baskets.indptr[n] : baskets.indptr[n + 1]]])
        for n in range(len(baskets))
    }


def read(rows: Table, shape: BasketShape = LONG, **settings: str) -> tuple[dict[str, set[str]], dict[str, Decision]]:
    told = {d.key: d for d in purchase_decisions(rows, shape, None, settings)}
    found, notices = add_baskets("shop", None, rows, shape, settings=settings)
    assert {d.sentence for k, d in told.items() if ":" not in k} <= set(notices)
    return bought(found), told


INVOICES = {
    "order": ["501", "501", "502", "502", "503", "C504", "C504", "505"],
    "who": ["ann", "ann", "bob", "bob", "cem", "ann", "ann", "bob"],
    "sku": ["torch", "mug", "mug", "cup", "cup", "torch", "recalled", "mug"],
    "n": ["2", "1", "1", "1", "1", "-2", "-1", "-1"],
}


def test_cancelled_invoices_are_left_out_with_the_purchases_that_they_take_back() -> None:
    found, told = read(table(**INVOICES))
    assert found == {"501": {"mug"}, "502": {"cup"}, "503": {"cup"}}
    assert {k: d.rows for k, d in told.items()} == {"cancelled": 2, "returns": 1, "taken_back": 2}
    assert told["cancelled"].sentence == (
        "1 cancelled order (2 lines), recognised by numbers such as “C504”, is left out."
    )


def test_each_reason_has_a_switch() -> None:
    found, told = read(table(**INVOICES), taken_back="in")
    assert found["501"] == {"mug", "torch"}
    assert told["taken_back"].lost == 0
    found, _ = read(table(**INVOICES), cancelled="in", returns="in")
    assert found["C504"] == {"torch", "recalled"}
    assert found["501"] == {"mug", "torch"}, "nothing was taken back where returns count"
    with pytest.raises(InputError, match="returns"):
        read(table(**INVOICES), returns="perhaps")


def test_a_return_takes_back_what_was_bought_before_it_only() -> None:
    rows = table(
        order=["1", "2", "3"],
        who=["ann"] * 3,
        sku=["mug"] * 3,
        n=["1", "-1", "1"],
        day=["2026-01-01", "2026-01-05", "2026-02-01"],
    )
    found, _ = read(rows, BasketShape("long", "order", "who", "sku", "n", time="day"))
    assert found == {"3": {"mug"}}


def test_letters_that_may_mean_a_cancellation_are_asked_about() -> None:
    rows = table(order=["100", "101", "102", "C103"], sku=["a", "b", "a", "b"])
    found, told = read(rows, BasketShape("long", "order", item="sku"))
    assert told["cancelled"].unsure
    assert len(found) == 3
    found, told = read(rows, BasketShape("long", "order", item="sku"), cancelled="in")
    assert not told["cancelled"].unsure
    assert len(found) == 4


def test_numbers_with_letters_of_another_meaning_stay() -> None:
    rows = table(order=["W100", "W101", "S102", "100"], sku=["a", "b", "a", "b"])
    assert read(rows, BasketShape("long", "order", item="sku"))[1] == {}


def test_a_status_in_the_first_line_counts_for_the_whole_order() -> None:
    rows = table(
        order=["1", "1", "2", "2", "3", "2"],
        sku=["a", "b", "a", "b", "c", "d"],
        Status=["paid", None, "Voided", None, "partially refunded", None],
    )
    found, told = read(rows, BasketShape("long", "order", item="sku"))
    assert found == {"1": {"a", "b"}, "3": {"c"}}
    assert told["cancelled"].sentence == "1 cancelled order (3 lines), recognised by “Status”, is left out."


def test_a_date_of_cancellation_counts_for_the_order_and_a_date_of_return_for_its_line() -> None:
    rows = table(
        order=["1", "1", "2", "2", "2"],
        sku=["a", "b", "a", "b", "c"],
        cancelled_at=["2026-01-02 10:00", None, None, None, None],
        returned_on=[None, None, None, "2026-02-03", None],
    )
    found, told = read(rows, BasketShape("long", "order", item="sku"))
    assert found == {"2": {"a", "c"}}
    assert (told["cancelled"].rows, told["returns"].rows) == (2, 1)


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("Status", ["bezahlt", "bezahlt", "storniert"]),
        ("Statut", ["Payée", "Livrée", "Annulée"]),
        ("Estado", ["pagado", "enviado", "Cancelado"]),
        ("Stato", ["pagato", "spedito", "Annullato"]),
        ("Situação", ["pago", "entregue", "Cancelada"]),
        ("Status", ["betaald", "verzonden", "geannuleerd"]),
        ("Stan", ["opłacone", "wysłane", "anulowane"]),
        ("Статус", ["оплачен", "доставлен", "Отменён"]),
        ("状态", ["已完成", "已付款", "已取消"]),
        ("ステータス", ["発送済み", "完了", "キャンセル"]),
        ("is_cancelled", ["False", "0", "True"]),
        ("Retoure", ["nein", "nein", "ja"]),
        ("Typ", ["Verkauf", "Verkauf", "Gutschrift"]),
    ],
)
def test_the_status_is_understood_in_the_language_of_the_shop(column: str, values: list[str | None]) -> None:
    rows = table(order=["1", "2", "3"], sku=["a", "b", "a"], **{column: values})
    assert set(read(rows, BasketShape("long", "order", item="sku"))[0]) == {"1", "2"}


@pytest.mark.parametrize(
    "text", ["partially refunded", "Teilweise erstattet", "unpaid", "no returns", "一部返金", "returnable"]
)
def test_what_is_not_wholly_taken_back_is_a_purchase(text: str) -> None:
    assert not status_of(text)


def test_columns_about_something_else_are_no_status() -> None:
    rows = table(
        order=["1", "2", "3", "4"],
        sku=["a", "b", "a", "c"],
        return_policy=["30 days", "none", "30 days", None],
        payment=["credit card", "cash", "credit card", "cash"],
        reordered=["0", "1", "0", "1"],
        colour=["red", "void", "blue", "red"],
    )
    found, told = read(rows, BasketShape("long", "order", item="sku"))
    assert (len(found), told) == (4, {})


EVENTS = {
    "session": ["1", "1", "2", "2", "3"],
    "sku": ["a", "b", "a", "c", "d"],
    "event_type": ["view", "purchase", "cart", "purchase", "view"],
}


def test_only_purchases_count_in_a_log_of_events() -> None:
    shape = BasketShape("long", "session", item="sku")
    found, told = read(table(**EVENTS), shape)
    assert found == {"1": {"b"}, "2": {"c"}}
    assert told["events"].sentence == (
        "2 of 5 rows count: the purchases in “event_type”. Left out: 2 views, 1 product put into a cart."
    )
    assert [value for value, _ in told["events"].choices] == ["view", "purchase", "cart", "all"]
    assert set(read(table(**EVENTS), shape, events="view")[0]) == {"1", "3"}
    found, told = read(table(**EVENTS), shape, events="all")
    assert len(found) == 3
    assert told["events"].chosen == "all"


def test_without_purchases_the_strongest_event_counts_and_it_is_said() -> None:
    rows = table(session=["1", "1", "2"], sku=["a", "b", "c"], action=["pv", "fav", "pv"])
    found, told = read(rows, BasketShape("long", "session", item="sku"))
    assert found == {"1": {"b"}}
    assert "has no purchases" in told["events"].sentence


def test_low_ratings_are_left_out_where_there_are_only_ratings() -> None:
    rows = table(user=["1", "1", "2", "2"], film=["a", "b", "a", "c"], rating=["5", "0.5", "1", "4"])
    shape = BasketShape("long", None, "user", "film")
    found, told = read(rows, shape)
    assert found == {"1": {"a"}, "2": {"c"}}
    assert told["ratings"].sentence == "“rating” is a rating from 0.5 to 5: 2 of 4 below 2.75 are left out."
    assert read(rows, shape, ratings="all")[0] == {"1": {"a", "b"}, "2": {"a", "c"}}


def test_what_was_ordered_counts_however_it_was_rated() -> None:
    rows = table(order=["1", "1", "2", "2"], sku=["a", "b", "a", "c"], review_score=["5", "1", "1", "4"])
    found, told = read(rows, BasketShape("long", "order", item="sku"))
    assert (len(found), told["ratings"].chosen, told["ratings"].lost) == (2, "all", 0)


def test_postage_and_charges_are_no_products() -> None:
    codes = [f"2{n:04}" for n in range(20)]
    rows = table(
        order=["1"] * 24,
        sku=[*codes, "POST", "M", "PADS", "DOT"],
        Description=[*(f"MUG NO {n}" for n in range(20)), "POSTAGE", "Manual", "PADS TO MATCH ALL", "DOTCOM POSTAGE"],
    )
    found, told = read(rows, BasketShape("long", "order", item="sku"))
    assert found["1"] == {*codes, "PADS"}
    assert told["services"].rows == 3
    assert read(rows, BasketShape("long", "order", item="sku"), services="in")[0]["1"] >= {"POST", "M", "DOT"}


def test_a_file_of_nothing_but_returns_is_kept_and_asked_about() -> None:
    rows = table(order=["1", "2"], who=["a", "b"], sku=["x", "y"], n=["-1", "-2"])
    found, told = read(rows)
    assert len(found) == 2
    assert told["returns"].unsure


def test_a_clean_file_has_nothing_to_say_and_keeps_its_hash() -> None:
    rows = table(order=["1", "1", "2"], who=["a", "a", "b"], sku=["x", "y", "x"], n=["1", "2", "1"])
    assert purchase_decisions(rows, LONG) == ()
    lines = pd.DataFrame({"basket": ["1", "1", "2"], "item": ["x", "y", "x"], "customer": ["a", "a", "b"]})
    want = Dataset.build("shop", None, lines.assign(quantity=np.array([1.0, 2.0, 1.0], np.float32)))
    assert add_baskets("shop", None, rows, LONG)[0].hash == want.hash


def test_a_large_file_is_screened_part_by_part_to_the_same_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from embedcore.intake.purchases import rows as of_rows

    rng = np.random.default_rng(0)
    n = 600
    frame = pd.DataFrame(
        {
            "basket_id": rng.integers(100, 200, n).astype(str),
            "product_id": [f"p{k}" for k in rng.integers(0, 30, n)],
            "customer_id": rng.integers(0, 9, n).astype(str),
            "quantity": rng.choice(["1", "2", "-1", "-2", "0"], n),
            "status": pd.Series(rng.choice(["paid", "cancelled", ""], n, p=[0.6, 0.1, 0.3])).replace("", None),
        },
        dtype="str",
    )
    want, notices = read_purchases(frame, None, "d")
    report = ReadReport("csv", n, n, 0, tuple(frame.columns), ())
    frame.to_parquet(tmp_path / "table.parquet", index=False, row_group_size=50)
    there = Table(frame, pd.DataFrame(), report, tmp_path / "table.parquet")
    monkeypatch.setattr(of_rows, "ROWS", 37)
    got, also = read_purchases(there, None, "d", folder=tmp_path / "baskets")
    assert want.hash == got.hash
    assert notices == also
    assert len(notices) >= 4


def test_who_sent_it_back_is_counted_by_no_recommendation() -> None:
    frame = pd.DataFrame(
        {"basket_id": INVOICES["order"], "product_id": INVOICES["sku"], "customer_id": INVOICES["who"]}
    )
    found, notices = read_purchases(frame.assign(quantity=INVOICES["n"]).astype("str"), None, "bought.csv")
    assert bought(found) == {"501": {"mug"}, "502": {"cup"}, "503": {"cup"}}
    assert len(notices) == 3


def test_codes_of_events_are_asked_about() -> None:
    rows = table(user=["1", "1", "2", "2"], sku=["a", "b", "a", "c"], behavior_type=["1", "4", "1", "3"])
    shape = BasketShape("long", None, "user", "sku")
    found, told = read(rows, shape)
    assert told["events"].unsure
    assert [value for value, _ in told["events"].choices] == ["1", "4", "3", "all"]
    assert found == {"1": {"a", "b"}, "2": {"a", "c"}}
    found, told = read(rows, shape, events="4")
    assert found == {"1": {"b"}}
    assert not told["events"].unsure


def test_a_status_of_two_parts_is_understood() -> None:
    assert status_of("Shipped - Returned to Seller") == "returns"
    assert status_of("Shipped - Delivered to Buyer") == ""
    assert status_of("wc-refunded") == "cancelled"


def test_credit_notes_that_two_columns_tell_are_not_asked_about() -> None:
    kinds = ["Invoice", "Invoice", "Credit Memo", "Invoice"]
    rows = table(order=["INV-100", "INV-101", "CN-102", "INV-103"], sku=["a", "b", "a", "c"], kind_of_document=kinds)
    found, told = read(rows, BasketShape("long", "order", item="sku"))
    assert set(found) == {"INV-100", "INV-101", "INV-103"}
    assert not told["cancelled"].unsure


def test_the_only_time_may_be_that_of_the_return() -> None:
    rows = table(order=["1", "1", "2", "3"], sku=["a", "b", "a", "c"], return_date=["2026-04-01", None, None, None])
    found, told = read(rows, BasketShape("long", "order", item="sku", time="return_date"))
    assert found == {"1": {"b"}, "2": {"a"}, "3": {"c"}}
    assert told["returns"].rows == 1


def test_a_file_of_nothing_but_cancellations_is_kept_and_asked_about() -> None:
    rows = table(order=["1", "2"], sku=["x", "y"], status=["cancelled", "void"])
    found, told = read(rows, BasketShape("long", "order", item="sku"))
    assert len(found) == 2
    assert told["cancelled"].unsure


def test_a_choice_can_be_taken_back_though_its_lines_are_left_out_as_something_else() -> None:
    _, told = read(table(**INVOICES), cancelled="in")
    assert told["returns"].lost > 0
    assert (told["cancelled"].chosen, told["cancelled"].lost) == ("in", 0)
    assert "left out as something else" in told["cancelled"].sentence
