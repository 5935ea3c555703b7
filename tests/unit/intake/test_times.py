"""How the times of a column are written: decided for all of it, with its evidence, and said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from embedcore.data import Baskets
from embedcore.intake.columns.catalogue import column_decisions, make_catalogue
from embedcore.intake.columns.dates import dates
from embedcore.intake.columns.times import decide
from embedcore.intake.decisions import NOTHING, Decision, Settings
from embedcore.intake.purchases.build import add_baskets
from embedcore.intake.purchases.decisions import purchase_decisions
from embedcore.intake.purchases.exact import read_purchases
from embedcore.intake.purchases.shapes import guess_shape
from embedcore.intake.tables.read import read_table

SINCE = {"id": "id", "since": "date"}


def _frame(**columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame({k: pd.Series(v, dtype="str") for k, v in columns.items()})


def _dated(cells: list[str]) -> pd.DataFrame:
    return _frame(id=[str(n) for n in range(len(cells))], since=cells)


def _bought(
    tmp_path: Path, columns: dict[str, list[str]], settings: Settings = NOTHING
) -> tuple[Baskets, dict[str, Decision]]:
    """(baskets, what was said by column) of a file with one order for every two lines and a few products."""
    n = len(next(iter(columns.values())))
    frame = _frame(order_id=[f"o{k // 2}" for k in range(n)], sku=[f"s{k * 7 % 11}" for k in range(n)], **columns)
    frame.to_csv(tmp_path / "a.csv", index=False)
    table = read_table(tmp_path / "a.csv", "a.csv", use="baskets")
    shape = guess_shape(table.frame)
    about = purchase_decisions(table, shape, settings=settings)
    said = {d.key.partition(":")[2]: d for d in about if ":" in d.key}
    baskets = add_baskets("shop", None, table, shape, settings=settings)[0].baskets
    assert baskets is not None
    return baskets, said


def _times(baskets: Baskets) -> list[str]:
    assert baskets.times is not None
    return [str(t) for t in baskets.times]


@pytest.mark.parametrize(
    "values",
    [
        ["45322", "45323"],
        ["1/31/24 0:00", "2/1/24 0:00"],
        ["31/01/2024 12:00 AM", "01/02/2024 12:00 AM"],
        ["01-31-2024", "02-01-2024"],
        ["2024.01.31", "2024.02.01"],
        ["2024-01-31", "2024-02-01"],
        ["31.01.2024", "01.02.2024"],
        ["31/01/2024", "01/02/2024"],
        ["01/31/2024", "02/01/2024"],
        ["20240131", "20240201"],
        ["1706659200", "1706745600"],
        ["1706659200000", "1706745600000"],
        ["31 Jan 2024", "01 Feb 2024"],
        ["2024-01-31T00:00:00Z", "2024-02-01"],
        ["1/31/2024 0:00", "2/1/2024 0:00"],
    ],
)
def test_dates_are_read_as_people_write_them(values: list[str]) -> None:
    found, bad = dates(pd.Series(values, dtype="str"))
    assert found.tolist() == [pd.Timestamp("2024-01-31"), pd.Timestamp("2024-02-01")]
    assert not bad.any()


def test_what_is_no_date_is_missing_and_counted() -> None:
    found, bad = dates(pd.Series(["2024-01-31 10:30", "soon", None, "2024-02-30", "7"], dtype="str"))
    assert found[0] == pd.Timestamp("2024-01-31 10:30")
    assert found[1:].isna().all()
    assert bad.tolist() == [False, True, False, True, True]


def test_dates_in_two_orders_are_told_with_an_example_of_each() -> None:
    since = ["13/02/2024"] * 3 + ["02/14/2024"] * 2 + ["03/04/2024", "05/05/2024"]
    frame = _dated(since)
    catalogue, _ = make_catalogue(frame, SINCE)
    assert catalogue.frame["since"].dt.day.tolist()[:5] == [13, 13, 13, 14, 14]
    assert catalogue.frame["since"].isna().tolist() == [False] * 5 + [True, False]
    (said,) = column_decisions(frame, SINCE)
    assert said.sentence == (
        "“since” holds dates in two orders: day/month as in “13/02/2024” (3) and month/day as in “02/14/2024” (2). "
        "1 date such as “03/04/2024” could be either: left empty."
    )
    filled, _ = make_catalogue(frame, SINCE, settings={"date:since": "month"})
    assert filled.frame["since"].dt.month.tolist() == [2, 2, 2, 2, 2, 3, 5]


@pytest.mark.parametrize(
    ("values", "month", "told"),
    [
        (["13/02/2024", "03/04/2024"], 4, ""),
        (["02/13/2024", "03/04/2024"], 3, ""),
        (
            [f"{n}/02/2024" for n in range(13, 29)] * 2
            + ["14/01/2024", "15/01/2024", "16/01/2024", "17/01/2024", "02/13/2024", "03/04/2024"],
            4,
            "read day first",
        ),
        (
            [f"02/{n}/2024" for n in range(13, 29)]
            + ["01/14/2024", "01/15/2024", "01/16/2024", "13/02/2024", "03/04/2024"],
            3,
            "read month first",
        ),
        (["01/02/2024", "03/04/2024"], 4, "does not say"),
        (["01.02.2024", "03.04.2024"], 4, ""),
    ],
)
def test_the_order_of_day_and_month_is_one_for_the_whole_column(values: list[str], month: int, told: str) -> None:
    frame = _dated(values)
    catalogue, notices = make_catalogue(frame, SINCE)
    assert catalogue.frame["since"].dt.month.tolist()[-1] == month
    assert not catalogue.frame["since"].isna().any()
    assert notices == []
    said = column_decisions(frame, SINCE)
    assert (told in said[0].sentence) if told else said == ()


@pytest.mark.parametrize(
    ("values", "first"),
    [
        ([f"03/{n:02}/2026" for n in range(1, 13)], "month"),
        ([f"{n:02}/03/2026" for n in range(1, 13)], "day"),
        (["12/01/2025", "12/03/2025", "12/07/2025", "12/11/2025", "12/12/2025"], "month"),
        ([f"0{m}/{d:02}/25" for m in (1, 2, 3) for d in range(1, 12, 3)], "month"),
        (["05/01/2024", "11/01/2024", "02/02/2024", "09/02/2024", "01/03/2024", "07/03/2024", "04/05/2024"], "day"),
    ],
)
def test_days_that_lie_together_or_in_order_say_what_comes_first(values: list[str], first: str) -> None:
    how, (said,) = decide("since", dict.fromkeys(values, 1))
    assert how.first == said.chosen == first
    assert not said.unsure
    assert "could have the day or the month first" in said.sentence
    assert [value for value, _ in said.choices] == ["day", "month", "empty"]


def test_what_nothing_decides_is_asked_and_an_answer_counts() -> None:
    texts = dict.fromkeys(["01/02/2024", "11/07/2022", "04/09/2023"], 1)
    assert decide("since", texts)[1][0].unsure
    how, (said,) = decide("since", texts, {"date:since": "month"})
    assert (how.first, said.unsure) == ("month", False)


TEXTS = {
    "AM and PM": ("03/17/25 03:16 PM", "2025-03-17 15:16"),
    "midnight": ("3/17/2025 12:05:09 a. m.", "2025-03-17 00:05:09"),
    "UTC": ("2019-10-01 08:00:00 UTC", "2019-10-01 08:00"),
    "a zone": ("2025-03-01 14:30 GMT+2", "2025-03-01 12:30"),
    "mail": ("Sat, 01 Mar 2025 14:30:00 +0200", "2025-03-01 12:30"),
    "a log": ("Tue Mar 04 10:00:00 2025", "2025-03-04 10:00"),
    "English": ("Dec 1, 2010 8:26 AM", "2010-12-01 08:26"),
    "English in words": ("March 1st, 2025 at 8:26 pm", "2025-03-01 20:26"),
    "a database": ("01-MAR-25 03.16.00.000000 PM", "2025-03-01 15:16"),
    "short": ("01 Dec 2010 08:26", "2010-12-01 08:26"),
    "a comma": ("13.12.2010, 08:26", "2010-12-13 08:26"),
    "two digits": ("13-12-10", "2010-12-13"),
    "German": ("Samstag, 1. März 2025 um 14:30 Uhr", "2025-03-01 14:30"),
    "French": ("12 févr. 2025 08:26", "2025-02-12 08:26"),
    "Spanish": ("1 de marzo de 2025", "2025-03-01"),
    "Portuguese": ("3 de março de 2025 14:30", "2025-03-03 14:30"),
    "Italian": ("3 lug 2025 alle 10:00", "2025-07-03 10:00"),
    "Dutch": ("3 mei 2025", "2025-05-03"),
    "Polish": ("12 października 2024 r.", "2024-10-12"),
    "Russian": ("5 мая 2025 г., 14:30", "2025-05-05 14:30"),
    "Turkish": ("5 Ağustos 2025", "2025-08-05"),
    "Chinese": ("2025年3月1日", "2025-03-01"),
    "Chinese afternoon": ("2025/3/1 下午3:16", "2025-03-01 15:16"),
    "Japanese": ("2025年12月31日 15時16分", "2025-12-31 15:16"),
    "a Japanese weekday": ("2025-03-01 (土) 14:30", "2025-03-01 14:30"),
    "Korean": ("2025. 3. 1.", "2025-03-01"),
    "Korean words": ("2025년 3월 1일 오후 3:16", "2025-03-01 15:16"),
    "Czech": ("01. 03. 2025", "2025-03-01"),
    "Finnish": ("1.3.2025 klo 14.30", "2025-03-01 14:30"),
    "seconds": ("978300856", "2000-12-31 22:14:16"),
    "milliseconds": ("1740787200123", "2025-03-01"),
    "microseconds": ("1740787200000000", "2025-03-01"),
    "a spreadsheet": ("40513.35", "2010-12-01 08:24"),
    "a German spreadsheet": ("40513,35", "2010-12-01 08:24"),
    "digits": ("20250301143000", "2025-03-01 14:30"),
    "ISO": ("2025-03-01T14:30", "2025-03-01 14:30"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_times_are_read_in_every_language_and_by_every_program(name: str) -> None:
    text, want = TEXTS[name]
    found, bad = dates(pd.Series([text], dtype="str"))
    assert found[0] == pd.Timestamp(want)
    assert not bad.any()


def test_texts_that_only_hold_numbers_are_no_times() -> None:
    texts = [
        "1.2.3",
        "192.168.5.6",
        "10:30",
        "2017",
        "Lamp 3 March 2020 x",
        "02/30/2024",
        "13/13/2024",
        "25:61",
        "3 pm",
    ]
    assert dates(pd.Series(texts, dtype="str"))[0].isna().all()


def test_the_year_comes_first_where_the_last_number_changes() -> None:
    days = [f"25-{1 + n // 20:02}-{1 + n % 20:02}" for n in range(60)]
    how, (said,) = decide("day", dict.fromkeys(days, 1))
    assert how.first == "year"
    assert "year first" in said.sentence
    assert dates(pd.Series(days, dtype="str"))[0].iloc[-1] == pd.Timestamp("2025-03-20")


@pytest.mark.parametrize(
    ("column", "cells", "want", "told"),
    [
        ("ordered_at", [f"{n % 12 + 1:02}/{n % 28 + 1:02}/25 03:16 PM" for n in range(40)], "2025-01-01T15:16:00", ""),
        ("timestamp", [str(964982704 + n) for n in range(40)], "2000-07-30T18:45:04", "counts seconds since 1970"),
        ("ts", [str(1740787200000 + n * 10**7) for n in range(40)], "2025-03-01T00:00:00", "milliseconds"),
        ("InvoiceDate", [str(40513.35 + n) for n in range(40)], "2010-12-01T08:24:00", "spreadsheets"),
        ("下单时间", [f"2025年3月{1 + n % 28}日 08:26" for n in range(40)], "2025-03-01T08:26:00", ""),
        ("fecha", [f"{1 + n % 28} de marzo de 2025" for n in range(40)], "2025-03-01T00:00:00", ""),
        ("DAY", [str(1 + n * 18) for n in range(40)], "2000-01-01T00:00:00", "counts days"),
        ("WEEK_NO", [str(5 + n) for n in range(40)], "2000-01-01T00:00:00", "counts weeks"),
    ],
)
def test_times_of_purchases_are_found_read_and_said(
    column: str, cells: list[str], want: str, told: str, tmp_path: Path
) -> None:
    baskets, said = _bought(tmp_path, {column: cells})
    assert _times(baskets)[0] == want
    assert len(set(_times(baskets))) > 10
    assert (told in said[column].sentence) if told else column not in said


def test_days_of_the_week_and_of_the_month_count_nothing(tmp_path: Path) -> None:
    baskets, _ = _bought(tmp_path, {"order_dow": [str(n % 7) for n in range(60)]})
    assert baskets.times is None
    columns = {"day": [str(1 + n % 31) for n in range(60)], "month": [str(1 + n // 6) for n in range(60)]}
    assert _bought(tmp_path, columns)[0].times is None


def test_a_time_of_day_in_its_own_column_is_joined_and_said(tmp_path: Path) -> None:
    columns = {"date": ["01.03.2025", "02.03.2025"] * 10, "time": ["14:30", "8:05"] * 10}
    baskets, said = _bought(tmp_path, columns)
    assert _times(baskets)[0] == "2025-03-01T14:30:00"
    assert said["time"].sentence == "“time” is the time of day of “date”; they were joined."


def test_year_month_and_day_in_three_columns_are_joined_and_said(tmp_path: Path) -> None:
    columns = {"year": ["2025"] * 40, "month": [str(1 + n // 20) for n in range(40)], "day": ["7", "28"] * 20}
    baskets, said = _bought(tmp_path, columns)
    assert (_times(baskets)[0], _times(baskets)[-1]) == ("2025-01-07T00:00:00", "2025-02-07T00:00:00")
    assert "they were joined" in said["year"].sentence
    assert baskets.quantity is None


def test_american_days_of_one_month_are_neighbours_and_can_be_changed(tmp_path: Path) -> None:
    cells = {"order_date": [f"03/{1 + n // 4:02}/2026" for n in range(48)]}
    baskets, said = _bought(tmp_path, cells)
    assert (_times(baskets)[0], _times(baskets)[-1]) == ("2026-03-01T00:00:00", "2026-03-12T00:00:00")
    assert said["order_date"].chosen == "month"
    baskets, _ = _bought(tmp_path, cells, {"date:order_date": "day"})
    assert _times(baskets)[-1] == "2026-12-03T00:00:00"


def test_a_column_that_looks_like_a_time_and_is_not_read_is_named(tmp_path: Path) -> None:
    baskets, said = _bought(tmp_path, {"ordered at": [f"2025-{13 + n % 60}-40 1" for n in range(40)]})
    assert baskets.times is None
    assert "looks like a time" in said["ordered at"].sentence
    frame = _frame(id=list("abc"), released=["Q1 2025/26", "Q2 2025/26", "Q3 2025/26"])
    assert any(
        "“released” looks like a time" in d.sentence for d in column_decisions(frame, {"id": "id", "released": "text"})
    )


def test_purchases_with_fixed_names_read_the_same_times() -> None:
    frame = _frame(
        basket_id=["2", "1", "3"],
        product_id=list("abc"),
        ts=["03/17/25 03:16 PM", "3/17/25 3:15 PM", "3/18/25 1:00 AM"],
    )
    baskets = read_purchases(frame, None, "bought.csv")[0].baskets
    assert baskets is not None
    assert [str(i) for i in baskets.ids] == ["1", "2", "3"]


def test_times_read_alike_in_parts_and_whole() -> None:
    cells = pd.Series([f"{1 + n % 12}/{1 + n % 28}/2024 {n % 24}:{n % 60:02}" for n in range(500)], dtype="str")
    how, _ = decide("at", dict.fromkeys(cells, 1))
    whole = dates(cells, how)[0].to_numpy()
    parts = np.concatenate([dates(cells[n : n + 7], how)[0].to_numpy() for n in range(0, len(cells), 7)])
    assert np.array_equal(whole, parts)
    assert not np.isnat(whole).any()
