"""What one customer always buys together is not what goes together."""

from __future__ import annotations

import pandas as pd

from embedcore import Dataset
from embedcore.explore.together import Together
from embedcore.recommend.relations import complements
from embedcore.recommend.spread import by_customers, spread


def shop(customers: bool = True) -> Dataset:
    """tea and milk are bought together by 12 people, once each; tea and glue by one person, 14 times."""
    rows = []
    for n in range(12):
        rows += [(f"m{n}", "tea", f"c{n}"), (f"m{n}", "milk", f"c{n}")]
    for n in range(14):
        rows += [(f"g{n}", "tea", "one"), (f"g{n}", "glue", "one")]
    rows += [(f"r{n}", f"rest {n % 5}", f"c{n % 9}") for n in range(200)]
    lines = pd.DataFrame(rows, columns=["basket", "item", "customer"])
    return Dataset.build("shop", None, lines if customers else lines.drop(columns="customer"))


def test_baskets_of_one_customer_count_as_less_than_those_of_many() -> None:
    data = shop()
    found = complements(data, data.index["tea"])
    assert [r.id for r in found[:2]] == ["milk", "glue"]
    assert found[0].shared == 12
    assert found[1].shared == 14
    assert found[0].reason.endswith(", by 12 customers")
    assert found[1].reason.endswith(", all by one customer")


def test_without_customers_every_basket_counts() -> None:
    data = shop(customers=False)
    found = complements(data, data.index["tea"])
    assert found[0].id == "glue"
    assert "customer" not in found[0].reason


def test_the_effect_of_clusters_is_their_mean_size_as_a_basket_sees_it() -> None:
    data = shop()
    people, effect = spread(data, Together.of(data), data.index["tea"], [data.index["milk"], data.index["glue"]])
    assert people.tolist() == [12, 1]
    assert effect.tolist() == [1.0, 14.0]
    assert by_customers(0, 5) == ""
    assert by_customers(1, 1) == ""
