"""python -m embedcore recommend: files in, a file out, and every odd input is right or said in one sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from embedcore.__main__ import main


def ask(folder: Path, train: Any, queries: Any, *options: str, out: str = "recs.csv") -> tuple[int, pd.DataFrame]:
    """Run the command on two tables (frames, or paths that exist)."""
    paths = []
    for name, table in (("train.csv", train), ("queries.csv", queries)):
        path = table if isinstance(table, Path) else folder / name
        if not isinstance(table, Path):
            table.to_csv(path, index=False)
        paths.append(path)
    code = main(["recommend", str(paths[0]), "--queries", str(paths[1]), *options, "--out", str(folder / out)])
    path = folder / out
    if not path.exists():
        return code, pd.DataFrame()
    return code, pd.read_parquet(path) if out.endswith("parquet") else pd.read_csv(path, dtype=str)


def lines(baskets: list[list[str]], customers: list[str] | None = None, seq: list[Any] | None = None) -> pd.DataFrame:
    rows = [
        (f"0{n}", i, customers[n] if customers else "", seq[n] if seq else n) for n, b in enumerate(baskets) for i in b
    ]
    frame = pd.DataFrame(rows, columns=["basket_id", "product_id", "customer_id", "seq"])
    return frame if customers else frame.drop(columns=["customer_id"])


def query_table(*pairs: tuple[str, str], column: str = "product_id") -> pd.DataFrame:
    return pd.DataFrame(pairs, columns=["query_id", column])


SHOP = [["007", "0070"]] * 6 + [["7", "08"]] * 5 + [["007", "1e3"]] * 2 + [["08"]]


def test_ids_come_back_as_they_went_in_and_the_basket_is_never_recommended(tmp_path: Path) -> None:
    code, found = ask(tmp_path, lines(SHOP), query_table(("00a", "007"), ("b", "7"), ("b", "08")), "--k", "3")
    assert code == 0
    assert list(found) == ["query_id", "rank", "product_id", "score", "reason"]
    first = found[found["query_id"] == "00a"]
    assert first["product_id"].tolist()[:2] == ["0070", "1e3"]
    assert first["rank"].tolist() == ["1", "2", "3"]
    assert not set(found.loc[found["query_id"] == "b", "product_id"]) & {"7", "08"}
    assert found["reason"].notna().all()
    assert (found.groupby("query_id")["score"].apply(lambda s: s.astype(float).is_monotonic_decreasing)).all()


def test_parquet_goes_in_and_out(tmp_path: Path) -> None:
    train, queries = tmp_path / "t.parquet", tmp_path / "q.parquet"
    lines(SHOP).to_parquet(train)
    query_table(("00a", "007")).to_parquet(queries)
    code, found = ask(tmp_path, train, queries, "--k", "2", out="recs.parquet")
    assert code == 0
    assert found["product_id"].tolist() == ["0070", "1e3"]
    assert found["rank"].tolist() == [1, 2]


def test_whole_numbers_of_parquet_are_whole_numbers_again(tmp_path: Path) -> None:
    train, queries = tmp_path / "t.parquet", tmp_path / "q.parquet"
    pd.DataFrame({"basket_id": [1, 1, 2, 2], "product_id": [12, 7, 12, 7]}).to_parquet(train)
    pd.DataFrame({"query_id": ["a"], "product_id": [12]}).to_parquet(queries)
    _, found = ask(tmp_path, train, queries, out="recs.parquet")
    assert found["product_id"].tolist() == [7]
    assert found["query_id"].tolist() == ["a"]
    _, found = ask(tmp_path, train, queries)
    assert found["product_id"].tolist() == ["7"]


@pytest.mark.parametrize("order", [[1, 2, 3, 4], [4.5, 10, 30, 200], [f"2024-0{m}-01 10:00" for m in (1, 2, 3, 9)]])
def test_the_order_of_baskets_is_that_of_the_column_not_of_the_file(tmp_path: Path, order: list[Any]) -> None:
    train = lines([["old"], ["old"], ["late", "x"], ["late"]] * 1, ["c"] * 4, order).iloc[::-1]
    code, found = ask(tmp_path, train, query_table(("q", "c"), column="customer_id"), "--for", "customers", "--k", "2")
    assert code == 0
    assert found["product_id"].tolist() == ["late", "old"]
    assert "also in the last one" in found["reason"].iat[0]


def test_new_only_leaves_out_what_a_customer_bought(tmp_path: Path) -> None:
    train = lines([["tea", "pot"]] * 6 + [["tea"]] * 3, [f"c{n}" for n in range(6)] + ["me"] * 3)
    queries = query_table(("q", "me"), column="customer_id")
    _, both = ask(tmp_path, train, queries, "--for", "customers")
    _, new = ask(tmp_path, train, queries, "--for", "customers", "--new-only")
    assert both["product_id"].tolist() == ["tea", "pot"]
    assert new["product_id"].tolist() == ["pot"]


def test_products_get_what_goes_with_them_or_what_replaces_them(tmp_path: Path) -> None:
    train = lines([["a", "tea"]] * 8 + [["b", "tea"]] * 8 + [["rope", f"z{n}"] for n in range(30)])
    _, beside = ask(tmp_path, train, query_table(("q", "a")), "--for", "products", "--k", "1")
    _, instead = ask(
        tmp_path, train, query_table(("q", "a")), "--for", "products", "--k", "1", "--relation", "substitutes"
    )
    assert beside["product_id"].tolist() == ["tea"]
    assert instead["product_id"].tolist() == ["b"]


def test_substitutes_are_filled_up_with_the_nearest_and_say_so(tmp_path: Path) -> None:
    train = lines([["a", "tea"]] * 8 + [["a", "pot"]] * 8 + [["rope"]] * 3)
    _, found = ask(
        tmp_path,
        train,
        query_table(("first", "zzz"), ("q", "a"), ("r", "rope")),
        "--for",
        "products",
        "--relation",
        "substitutes",
        "--k",
        "9",
    )
    assert found["query_id"].drop_duplicates().tolist() == ["first", "q", "r"]  # in the order of the file
    assert found.groupby("query_id").size().tolist() == [4, 3, 3]
    assert not found.duplicated(["query_id", "product_id"]).any()
    own = found[found["query_id"] == "r"]
    assert own["reason"].str.startswith("no known substitute").all()
    for _, some in found.groupby("query_id"):
        assert some["score"].astype(float).is_monotonic_decreasing
        assert some["reason"].ne("").all()


@pytest.mark.parametrize("whom", ["baskets", "customers", "products"])
def test_product2vec_alone_answers_too(tmp_path: Path, whom: str) -> None:
    rng = np.random.default_rng(0)
    baskets = [[f"p{5 * j + n % 5}" for j in rng.choice(6, 3, replace=False)] for n in range(300)]
    train = lines(baskets, [f"c{n % 5}" for n in range(300)])
    what = ("p1", "product_id") if whom != "customers" else ("c1", "customer_id")
    code, found = ask(
        tmp_path,
        train,
        query_table(("q", what[0]), ("w", "unknown"), column=what[1]),
        "--for",
        whom,
        "--method",
        "product2vec",
        "--k",
        "4",
    )
    recommended = found.loc[found["query_id"] == "q", "product_id"]
    assert code == 0
    assert all(int(p[1:]) % 5 == 1 for p in recommended)
    assert (found["query_id"] == "w").sum() == 4


def test_small_and_odd_purchases(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = lines([["a", "b"]])  # two products, one basket
    assert ask(tmp_path, one, query_table(("q", "a")))[1]["product_id"].tolist() == ["b"]
    single = lines([["a"], ["b"], ["b"]])  # baskets of one product
    _, found = ask(tmp_path, single, query_table(("q", "a")))
    assert found["product_id"].tolist() == ["b"]
    assert found["reason"].iat[0].startswith("often bought")
    five = lines([["a", "a", "a", "a", "a", "b"], ["a", "c"], ["a", "c"]])  # five times in one basket counts once
    assert ask(tmp_path, five, query_table(("q", "a")))[1]["product_id"].tolist() == ["c", "b"]
    _, unknown = ask(tmp_path, five, query_table(("q", "nothing"), ("r", "b")))
    assert unknown["product_id"].tolist()[0] == "a"
    assert "are not in the purchases" in capsys.readouterr().out
    holes = pd.concat([five, pd.DataFrame({"basket_id": ["x", None], "product_id": [None, "c"], "seq": [1, 2]})])
    assert ask(tmp_path, holes, query_table(("q", "a")))[0] == 0
    assert "left out: 2 lines without a basket or a product" in capsys.readouterr().out


def test_one_customer_with_ten_thousand_baskets(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    baskets = [["milk", f"x{rng.integers(50)}"] for _ in range(10_000)] + [["milk", "tea"], ["tea"]]
    train = lines(baskets, ["big"] * 10_000 + ["small"] * 2)
    queries = query_table(("q", "big"), ("w", "small"), column="customer_id")
    code, found = ask(tmp_path, train, queries, "--for", "customers", "--k", "3")
    assert code == 0
    assert found["product_id"].iat[0] == "milk"
    assert len(found) == 6


def test_basket_numbers_that_start_again_for_each_customer_are_told_apart(tmp_path: Path) -> None:
    train = pd.DataFrame(
        {
            "basket_id": ["1", "1", "1", "1"] * 2,
            "product_id": ["a", "b", "c", "d"] * 2,
            "customer_id": ["x", "x", "y", "y", "z", "z", "w", "w"],
        }
    )
    _, found = ask(tmp_path, train, query_table(("q", "a")), "--k", "1")
    assert found["product_id"].tolist() == ["b"]
    assert found["reason"].iat[0].startswith("bought together")


@pytest.mark.parametrize(
    ("train", "queries", "options", "message"),
    [
        (pd.DataFrame({"order": ["1"], "product_id": ["a"]}), query_table(("q", "a")), (), "no column “basket_id”"),
        (lines([["a", "b"]]), pd.DataFrame({"q": ["1"]}), (), "no column “query_id”"),
        (
            lines([["a", "b"]]),
            query_table(("q", "c"), column="customer_id"),
            ("--for", "customers"),
            "name no customers",
        ),
        (lines([["a", "b"]]), query_table(("q", "a")), ("--k", "0"), "--k is 0"),
        (lines([["a"], ["b"]]), query_table(("q", "a")), ("--method", "product2vec"), "no basket holds two products"),
    ],
)
def test_what_cannot_be_answered_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], train: Any, queries: Any, options: tuple[str, ...], message: str
) -> None:
    code, found = ask(tmp_path, train, queries, *options)
    assert code == 2
    assert message in capsys.readouterr().err
    assert not len(found)
    assert not list(tmp_path.glob("*.part"))


def test_ids_of_the_catalogue_are_as_they_are_too(tmp_path: Path) -> None:
    pd.DataFrame(
        {
            "product_id": [" new ", "007", "NA", "0070"],
            "title": ["Tea", "Milk", "Nuts", "Cream"],
            "category": ["a", "a", "b", "a"],
        }
    ).to_csv(tmp_path / "c.csv", index=False)
    train = lines([["007", "0070"], ["007", "0070", "NA"]] * 4)
    catalogue = ("--catalogue", str(tmp_path / "c.csv"))
    _, found = ask(tmp_path, train, query_table(("q", "007")), *catalogue)
    assert "NA" in set(pd.read_csv(tmp_path / "recs.csv", keep_default_na=False)["product_id"])
    _, found = ask(tmp_path, train, query_table(("q", "0070")), *catalogue, "--newcomers")
    assert found["product_id"].tolist() == [" new "]


@pytest.mark.parametrize(
    "options",
    [
        ("--new-only",),
        ("--relation", "substitutes"),
        ("--for", "products", "--method", "product2vec", "--relation", "substitutes"),
        ("--for", "products", "--new-only"),
    ],
)
def test_an_option_that_would_change_nothing_is_refused(
    tmp_path: Path, options: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    code, _ = ask(tmp_path, lines(SHOP), query_table(("q", "007")), *options)
    assert code != 0
    assert "--new-only is for" in (message := capsys.readouterr().err) or "--relation is for" in message


def test_a_reason_says_together_only_of_what_was_in_one_basket(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    pairs = [(f"a{n}", f"b{m}") for n in range(4) for m in range(4) if n != m]  # a0 is never with b0, and so on
    train = lines([list(pairs[k]) for k in rng.integers(0, len(pairs), 400)])
    shared = set(train.groupby("basket_id")["product_id"].apply(lambda b: tuple(sorted(b))))
    for method in ("mix", "product2vec"):
        _, found = ask(tmp_path, train, query_table(("q", "a0")), "--method", method)
        assert len(found) == 7
        for item, reason in zip(found["product_id"], found["reason"], strict=True):
            assert "bought together with" not in reason or tuple(sorted(("a0", item))) in shared, (item, reason)


def test_what_has_no_vector_is_not_said_to_be_near(tmp_path: Path) -> None:
    train = lines([["a", "b", "c"], ["x", "y", "z"]] * 20 + [["rare", "a"]])
    _, found = ask(tmp_path, train, query_table(("q", "b")), "--method", "product2vec")
    assert found.set_index("product_id")["reason"]["rare"] == "often bought"
    assert found.set_index("product_id")["reason"]["c"] == "bought with the same products as “b”"
