"""recommend learns from what was bought, and its files meet however their ids are written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.unit.recommend.test_command import ask, lines, query_table

SHOP = [["1001", "1002"]] * 6 + [["1003", "1004"]] * 5 + [["1001", "1005"]] * 2 + [["1004"]]


def test_what_only_came_back_is_not_recommended(tmp_path: Path) -> None:
    sold = lines([["torch", "mug"]] * 6 + [["cup", "pot"]] * 3, [f"c{n}" for n in range(9)]).assign(quantity="1")
    back = sold[sold["product_id"] == "torch"].assign(quantity="-1", basket_id=[f"C9{n}" for n in range(6)])
    recalled = back.assign(product_id="recalled")
    train = pd.concat([sold.assign(basket_id="10" + sold["basket_id"]), back, recalled]).drop(columns="seq")
    code, found = ask(tmp_path, train, query_table(("q", "mug")), "--for", "products", "--k", "5")
    assert code == 0
    assert not {"recalled", "torch"} & set(found["product_id"]), "every torch was taken back"
    code, found = ask(
        tmp_path, train, query_table(("q", "mug")), "--for", "products", "--k", "5", "--set", "taken_back=in"
    )
    assert found["product_id"].iat[0] == "torch"
    assert "recalled" not in set(found["product_id"])


def _as_decimals(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(product_id=frame["product_id"] + ".0")


@pytest.mark.parametrize("written", ["1001", "1001.0", "001001", "'1001", "1.001E3", " 1001 "])
def test_queries_meet_the_purchases_in_every_spelling(
    tmp_path: Path, written: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = ask(tmp_path, _as_decimals(lines(SHOP)), query_table(("q", written)), "--for", "products", "--k", "1")
    assert code == 0
    assert found["product_id"].tolist() == ["1002.0"]
    assert ("matched" in capsys.readouterr().out) == (written != "1001.0")


def test_a_catalogue_gives_its_ids_to_the_purchases(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shop = tmp_path / "shop.csv"
    pd.DataFrame({"product_id": [f"100{n}" for n in range(1, 7)], "title": list("abcdef")}).to_csv(shop, index=False)
    query = query_table(("q", "1001"), ("new", "1006"))
    code, found = ask(
        tmp_path, _as_decimals(lines(SHOP)), query, "--catalogue", str(shop), "--for", "products", "--k", "1"
    )
    told = capsys.readouterr().out
    assert code == 0
    assert found["product_id"].iat[0] == "1002"
    assert "1001.0 for 1001" in told
    assert "1 of the products in the queries was never bought" in told


def test_where_no_id_meets_nothing_is_written_and_both_kinds_of_ids_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = tmp_path / "shop.csv"
    pd.DataFrame({"product_id": ["x1", "x2"], "title": ["a", "b"]}).to_csv(shop, index=False)
    code, found = ask(tmp_path, lines(SHOP), query_table(("q", "x1"), ("r", "x2")), "--catalogue", str(shop))
    told = capsys.readouterr()
    assert (code, len(found)) == (2, 0)
    assert "CAUTION: no product id of the baskets is in the catalogue" in told.out
    assert "x1, x2" in told.err
    assert "1001" in told.err


def test_customers_meet_too_and_strangers_only_are_refused(tmp_path: Path) -> None:
    train = lines([["tea", "pot"]] * 4 + [["tea"]], [f"1200{n}.0" for n in range(5)])
    asked = ["--for", "customers", "--k", "1"]
    code, found = ask(tmp_path, train, query_table(("q", "12004"), column="customer_id"), *asked)
    assert (code, found["product_id"].tolist()) == (0, ["tea"])
    code, _ = ask(tmp_path, train, query_table(("q", "99"), column="customer_id"), *asked, out="other.csv")
    assert code == 2


def test_ids_that_the_purchases_tell_apart_stay_apart(tmp_path: Path) -> None:
    shop = tmp_path / "shop.csv"
    pd.DataFrame({"product_id": ["7", "9"], "title": ["seven", "nine"]}).to_csv(shop, index=False)
    train = lines([["7", "a"]] * 4 + [["007", "b"]] * 4)
    _, found = ask(
        tmp_path, train, query_table(("q", "007")), "--catalogue", str(shop), "--for", "products", "--k", "1"
    )
    assert found["product_id"].tolist() == ["b"]


def test_what_the_file_does_not_say_is_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train = lines(SHOP).drop(columns="seq")
    train["basket_id"] = np.where(train["basket_id"] == "00", "C100", "1" + train["basket_id"])
    code, _ = ask(tmp_path, train, query_table(("q", "1001")))
    assert code == 3
    assert "--set cancelled=in" in capsys.readouterr().err
    assert ask(tmp_path, train, query_table(("q", "1001")), "--set", "cancelled=out")[0] == 0


def test_a_setting_that_is_none_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(tmp_path, lines(SHOP), query_table(("q", "1001")), "--set", "retruns=in")[0] == 2
    assert "retruns" in capsys.readouterr().err
