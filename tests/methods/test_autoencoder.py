"""The tabular autoencoder: what it rebuilds, what it expects in hidden cells, and tables as people really have them."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from embedcore.data import Catalogue, Dataset
from embedcore.errors import NeedsError
from embedcore.methods import get
from embedcore.methods.autoencoder.layout import BUDGET, Layout
from embedcore.methods.autoencoder.method import FittedAutoencoder
from embedcore.methods.autoencoder.params import FAITHFUL, GOOD, AutoencoderParams
from embedcore.methods.columns import hidden
from embedcore.methods.columns.table import TableEncoder

ROLES = {"sku": "id", "kind": "category", "heel": "category", "colour": "category", "price": "price", "year": "number"}


def shop(n: int = 600, seed: int = 0) -> Dataset:
    """heel goes with kind, the price with both, the colour with nothing; one in fifty heels is missing."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, 6, n)
    heel = kind % 3
    frame = pd.DataFrame(
        {
            "sku": [f"p{i}" for i in range(n)],
            "kind": [f"kind {k}" for k in kind],
            "heel": [f"heel {h}" for h in heel],
            "colour": [f"colour {c}" for c in rng.integers(0, 4, n)],
            "price": np.round(10 * 2.0**kind * rng.uniform(0.9, 1.1, n), 2),
            "year": 2010.0 + kind,
        }
    )
    frame.loc[rng.permutation(n)[: n // 50], "heel"] = None
    return Dataset.build("shop", Catalogue(frame, ROLES))


def fit(data: Dataset, **how: object) -> FittedAutoencoder:
    found = get("autoencoder").fit(data, AutoencoderParams(**{"check": False, "steps": 200, **how}), seed=1)
    assert isinstance(found, FittedAutoencoder)
    return found


@cache
def faithful() -> FittedAutoencoder:
    return fit(shop(), preset=FAITHFUL, dimension=8)


@cache
def good() -> FittedAutoencoder:
    return fit(shop(), preset=GOOD, dimension=8)


def right(fitted: FittedAutoencoder, data: Dataset) -> pd.Series:
    was, now = data.catalogue.frame, fitted.reconstruct(data)
    assert list(now.columns) == list(was.columns)
    assert (now["sku"] == was["sku"]).all()
    return (now[["kind", "heel", "colour"]].fillna("-") == was[["kind", "heel", "colour"]].fillna("-")).mean()


def test_rows_are_rebuilt_whole_also_those_it_never_saw() -> None:
    assert right(faithful(), shop()).min() > 0.99
    assert right(faithful(), shop(seed=7)).min() > 0.97
    again = faithful().reconstruct(shop())
    assert (again["year"] == shop().column("year")).mean() > 0.99, "a number with few values comes back exactly"
    off = np.log(again["price"] / shop().column("price"))
    assert np.abs(off).mean() < 0.1
    assert again["heel"][shop().column("heel").isna()].isna().mean() > 0.8, "an empty cell is rebuilt empty"


def test_the_faithful_preset_rebuilds_better_than_the_other() -> None:
    assert right(faithful(), shop()).mean() >= right(good(), shop()).mean()


def test_a_hidden_cell_is_expected_from_the_rest_of_the_row() -> None:
    cells = {e.column: e for e in good().expected(shop())}
    frame = shop().catalogue.frame
    some = frame["heel"].notna().to_numpy()
    assert (cells["heel"].likely[some] == frame["heel"][some]).mean() > 0.95
    assert cells["heel"].value[some].mean() > 0.8
    assert cells["colour"].value.mean() < 0.5
    assert (cells["year"].likely == frame["year"]).mean() > 0.9
    inside = (cells["price"].low <= frame["price"]) & (frame["price"] <= cells["price"].high)
    assert inside.mean() > 0.75
    assert np.isfinite(cells["price"].off).all()
    assert cells["heel"].off is None


def test_figures_stand_beside_a_pca_of_the_same_width() -> None:
    names = {f["name"]: f for f in faithful().meta["figures"]}
    assert names["Cells rebuilt right"]["value"] > 0.97
    assert all(f["baseline"] is not None for f in names.values())
    assert faithful().meta["held_out"] == 60
    assert names["Hidden cells guessed right"]["baseline_name"] == "the commonest value"


def test_a_better_pca_is_the_first_notice() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 2)) @ rng.normal(size=(2, 4)) + 0.01 * rng.normal(size=(400, 4))
    frame = pd.DataFrame(x, columns=list("abcd")).assign(sku=[str(i) for i in range(400)])[["sku", *"abcd"]]
    data = Dataset.build("n", Catalogue(frame, {"sku": "id", **dict.fromkeys("abcd", "number")}))
    fitted = fit(data, check=True, steps=50, dimension=2, preset=GOOD)
    numbers = next(f for f in fitted.meta["figures"] if f["name"] == "Numbers rebuilt")
    assert numbers["baseline"] > numbers["value"]
    assert fitted.meta["notices"]
    assert "PCA" in fitted.meta["notices"][0]


def test_values_get_vectors_in_the_space_of_the_products() -> None:
    value, product = good().embeddings["value"], good().embeddings["product"]
    assert value.dimension == product.dimension
    assert "colour=colour 1" in value.row_of
    own = product.vectors[(shop().column("kind") == "kind 2").to_numpy()]
    np.testing.assert_allclose(value.vectors[value.row("kind=kind 2")], own.mean(axis=0), atol=1e-4)


def odd_table(n: int, **more: object) -> Dataset:
    frame = pd.DataFrame({"sku": [f"p{i}" for i in range(n)], **more})
    roles = {c: "id" if c == "sku" else "number" if frame[c].dtype.kind == "f" else "category" for c in frame}
    return Dataset.build("odd", Catalogue(frame, roles))


def test_constant_and_empty_columns_are_left_out_and_come_back() -> None:
    data = odd_table(
        60, kind=["a", "b"] * 30, same=["x"] * 60, none=pd.Series([None] * 60, dtype=object), void=np.full(60, np.nan)
    )
    fitted = fit(data, steps=50)
    assert {name for name, _ in fitted.meta["unused"]} == {"same", "none", "void"}
    again = fitted.reconstruct(data)
    assert (again["same"] == "x").all()
    assert again["void"].isna().all()
    assert (again["kind"] == ["a", "b"] * 30).all()


@pytest.mark.parametrize("n", [2, 50])
def test_one_column_and_few_rows_are_enough(n: int) -> None:
    fitted = fit(odd_table(n, kind=["a", "b"] * (n // 2)), steps=50, dimension=2)
    assert len(fitted.embeddings["product"]) == n
    assert np.isfinite(fitted.embeddings["product"].vectors).all()


def test_many_columns_and_many_values_fit_and_a_notice_names_what_was_merged() -> None:
    rng = np.random.default_rng(0)
    wide = {f"c{j}": rng.choice(["a", "b", "c"], 80) for j in range(120)}
    assert len(fit(odd_table(80, **wide), steps=50).embeddings["product"]) == 80
    many = odd_table(12_000, brand=[f"brand {i // 2}" for i in range(12_000)], kind=["a", "b"] * 6_000)
    table = TableEncoder.of(many)
    layout = Layout.of(table, table.encode(many))
    assert layout.rows_out <= BUDGET + 16
    assert layout.columns[0].size < 6_000
    fitted = fit(many, steps=50)
    assert any("“brand” has 6,000 different values" in s for s in fitted.meta["notices"])
    assert len(fitted.reconstruct(many)) == 12_000


def test_a_value_never_seen_counts_as_hidden_and_missing_columns_too() -> None:
    new = shop(5)
    new.catalogue.frame.loc[0, "heel"] = "no such heel"
    found = good().embed(new)
    assert len(found) == 5
    assert np.isfinite(found.vectors).all()
    assert good().read(new).codes[0, 1] == good().layout.columns[1].size + 2
    less = Dataset.build("l", Catalogue(new.catalogue.frame[["sku", "kind"]], {"sku": "id", "kind": "category"}))
    assert len(good().embed(less)) == 5


def test_rows_without_a_cell_are_left_out_and_counted() -> None:
    frame = shop(100).catalogue.frame.copy()
    frame.loc[:9, list(ROLES)[1:]] = None
    fitted = fit(Dataset.build("gaps", Catalogue(frame.astype({"price": float, "year": float}), ROLES)), steps=50)
    assert fitted.meta["left_out"] == 10
    assert fitted.meta["vocabulary"] == 90


def test_left_out_columns_change_nothing() -> None:
    data = shop(100)
    a = fit(data, exclude=("colour",), steps=50).embeddings["product"].vectors
    data.catalogue.frame["colour"] = "another"
    np.testing.assert_array_equal(fit(data, exclude=("colour",), steps=50).embeddings["product"].vectors, a)
    with pytest.raises(NeedsError):
        fit(data, exclude=tuple(ROLES)[1:])


def test_the_check_hides_columns_on_the_own_table() -> None:
    method = get("autoencoder")
    found = hidden.judge(hidden.TableMethod(method, AutoencoderParams(steps=50, dimension=8), shop(300), most=1), 0)
    assert [f["name"] for f in found.figures] == ["“kind” guessed right by neighbours"]
