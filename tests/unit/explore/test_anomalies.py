"""Unusual products: the odd cell is found, named and explained, whatever model gave the expectations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from embedcore.data import Catalogue, Dataset
from embedcore.errors import Cancelled
from embedcore.explore.anomalies import BETWEEN, COLUMNS, surprise, unusual, written

ROLES = {"sku": "id", "season": "category", "kind": "category", "price": "price"}


@dataclass(frozen=True)
class Hint:
    column: str
    value: np.ndarray
    likely: np.ndarray
    share: np.ndarray
    low: np.ndarray | None = None
    high: np.ndarray | None = None
    off: np.ndarray | None = None


def shop(n: int = 20) -> Dataset:
    """Sandals for the summer at about 20; p3 is said to be for the winter, p5 costs 1,999, p7 has no season."""
    rows = {"sku": [f"p{i}" for i in range(n)], "season": ["Summer"] * n, "kind": ["sandal"] * n, "price": [20.0] * n}
    rows["season"][3], rows["season"][7], rows["price"][5] = "Winter", None, 1999.0
    return Dataset.build("shop", Catalogue(pd.DataFrame(rows), ROLES))


def hints(data: Dataset) -> Iterator[Hint]:
    """What a model of sandals would say."""
    n = len(data)
    season = data.column("season").fillna("").to_numpy(dtype=object)
    sure = np.where(season == "Summer", 0.93, 0.01)
    yield Hint("season", sure, np.array(["Summer"] * n, object), np.full(n, 0.93))
    yield Hint("kind", np.full(n, 0.99), np.array(["sandal"] * n, object), np.full(n, 0.99))
    price = data.column("price").to_numpy(float)
    off = (price - 20.0) / 100
    seen = np.where(price > 100, 0.001, 0.5)
    low, high = np.full(n, 15.0), np.full(n, 30.0)
    yield Hint("price", seen, np.full(n, 20.0), np.full(n, 0.8), low, high, off)


def found(data: Dataset, known: np.ndarray | None = None) -> pd.DataFrame:
    return unusual(data, hints(data), 3, np.arange(len(data)) if known is None else known)


def test_the_odd_cell_is_named_with_what_was_expected() -> None:
    frame = found(shop()).set_index("id")
    assert tuple(frame.reset_index().columns[1:]) == tuple(c for c in COLUMNS if c != "id")
    assert frame.loc["p3", ["column", "value", "expected"]].tolist() == ["season", "Winter", "Summer"]
    assert frame.loc["p3", "reason"] == "season is Winter; 93 % of products like this are Summer"
    assert frame.loc["p3", "probability"] == 0.93
    assert frame.loc["p3", "seen"] == 0.01


def test_an_empty_cell_and_a_price_are_said_in_their_own_way() -> None:
    frame = found(shop()).set_index("id")
    assert frame.loc["p7", "reason"] == "season is empty; 93 % of products like this have Summer"
    assert frame.loc["p5", "reason"] == "price is 1,999.00, 100 times what products like this cost (about 20.00)"
    assert frame.loc["p5", "expected"] == "15.00 to 30.00"


def test_unusual_products_come_first_and_ordinary_ones_say_so() -> None:
    frame = found(shop())
    assert set(frame["id"][:3]) == {"p3", "p5", "p7"}
    assert len(frame) == 20
    assert frame["score"].is_monotonic_decreasing
    assert (frame["reason"][3:] != "").all()
    sure = Hint("kind", np.ones(20), np.array(["sandal"] * 20, object), np.ones(20))
    calm = unusual(shop(), [sure], 1, np.arange(20))
    assert set(calm["reason"]) == {"nothing stands out"}
    assert calm["id"].tolist() == [f"p{i}" for i in range(20)]


def test_several_odd_cells_add_up_and_are_all_named() -> None:
    data = shop()
    data.catalogue.frame.loc[3, "price"] = 1999.0
    row = found(data).iloc[0]
    assert row["id"] == "p3"
    assert row["column"] == "price"
    assert row["more"].split(BETWEEN) == ["season is Winter; 93 % of products like this are Summer"]


def test_a_number_far_out_is_more_surprising_than_its_probability_says() -> None:
    off = np.r_[np.random.default_rng(0).normal(size=200), 12.0]
    hint = Hint("x", np.full(201, 0.1), np.zeros(201), np.ones(201), off=off)
    surprises = surprise(hint)
    assert surprises[200] > surprises[:200].max() + 3
    assert np.isfinite(surprise(Hint("x", np.zeros(3), np.zeros(3), np.ones(3), off=np.full(3, np.nan)))).all()


def test_only_known_products_are_listed() -> None:
    assert found(shop(), np.array([3, 4]))["id"].tolist() == ["p3", "p4"]
    assert found(shop(), np.array([], int)).empty


def test_an_unsure_expectation_is_not_told_as_a_fact() -> None:
    n, data = 20, shop()
    some = Hint("season", np.full(n, 0.01), np.array(["Fall"] * n, object), np.full(n, 0.22))
    frame = unusual(data, [some], 1, np.arange(n)).set_index("id")
    assert frame.loc["p0", "reason"] == "season is Summer; products like this most often are Fall (22 %)"
    rare = Hint("season", np.full(n, 0.05), np.array(["Summer"] * n, object), np.full(n, 0.05))
    assert "which is rare" in unusual(data, [rare], 1, np.arange(n)).set_index("id").loc["p0", "reason"]


def test_values_are_written_as_people_write_them() -> None:
    assert written(2012.0, "number") == "2012"
    assert written(12_500.0, "number") == "12,500"
    assert written(19.99, "price") == "19.99"
    assert written(None, "category") == ""
    assert written(float("nan"), "price") == ""
    assert written(18_262.0, "date") == "2020-01-01" == written(pd.Timestamp("2020-01-01"), "date")
    assert written("a\n b", "category") == "a b"


def test_it_can_be_stopped() -> None:
    def stop(step: int, of: int, loss: float | None = None, note: str = "") -> None:
        raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        unusual(shop(), hints(shop()), 3, np.arange(20), stop)
