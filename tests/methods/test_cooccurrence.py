"""Value co-occurrence and PCA of the columns: what values mean, weights moved afterwards, rows never seen."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from embedcore.data import Catalogue, Dataset, Embedding
from embedcore.errors import InputError, NeedsError
from embedcore.methods import get, pack_json, unpack_json
from embedcore.methods.columns.cells import Cells
from embedcore.methods.columns.cooccurrence import UNSURE, FittedCooccurrence
from embedcore.methods.columns.linear import main_directions
from tests.shared import shared

KINDS = {"id": "id", "name": "title", "kind": "category", "colour": "category", "price": "price"}


def products(n: int = 400, seed: int = 0) -> pd.DataFrame:
    """Watches are silver, steel or gold; shirts red or blue; one lone colour; names say kind and a random word."""
    rng = np.random.default_rng(seed)
    watch = rng.random(n) < 0.5
    colour = np.where(watch, rng.choice(["silver", "steel", "gold"], n), rng.choice(["red", "blue"], n))
    colour[0] = "teal"
    words = rng.choice(["fine", "old", "new", "big", "small", "2011", "40"], n)
    return pd.DataFrame(
        {
            "id": [f"p{i}" for i in range(n)],
            "name": [f"{w} {'watch' if k else 'shirt'}" for k, w in zip(watch, words, strict=True)],
            "kind": np.where(watch, "watch", "shirt"),
            "colour": colour,
            "price": np.where(watch, 200.0, 20.0) * rng.uniform(0.5, 1.5, n),
        }
    ).astype(dict.fromkeys(("id", "name", "kind", "colour"), "str"))


def dataset(frame: pd.DataFrame) -> Dataset:
    return Dataset.build("t", Catalogue(frame, {c: KINDS[c] for c in frame.columns}))


@cache
def fitted() -> FittedCooccurrence:
    method = get("cooccurrence")
    return method.fit(dataset(products()), method.Params.of({"dimension": 8, "check": False}))  # type: ignore[return-value]


def near(value: str, k: int = 2) -> list[str]:
    found = fitted().embeddings["value"]
    column = value.split("=")[0]
    rows = [n for n, i in enumerate(found.ids) if str(i).startswith(f"{column}=") and i != value]
    scores = found.unit[rows] @ found.unit[found.row(value)]
    return [str(found.ids[rows[n]]) for n in np.argsort(-scores)[:k]]


def test_values_used_alike_are_neighbours_though_no_row_has_both() -> None:
    assert set(near("colour=silver")) == {"colour=steel", "colour=gold"}
    assert near("colour=red", 1) == ["colour=blue"]


def test_values_carry_their_counts_and_rare_ones_are_marked() -> None:
    values = fitted().embeddings["value"]
    counts, unsure = values.meta["counts"], values.meta["unsure"]
    assert values.kind == "value"
    assert len(values) == len(counts) == len(unsure) == 8
    assert counts[values.row("colour=teal")] == 1 < UNSURE
    assert unsure[values.row("colour=teal")]
    assert not unsure[values.row("colour=red")]
    assert values.meta["unsure_below"] == UNSURE


def test_a_product_is_the_weighted_mean_of_its_cells() -> None:
    f, data = fitted(), dataset(products())
    x, weights = f.cells.matrix(data).toarray(), f.arrays["weights"]
    row = 7
    mean = (x[row] * weights) @ f.arrays["tokens"] / (x[row] @ weights) - f.arrays["mean"]
    np.testing.assert_allclose(f.embeddings["product"].vectors[row], mean, atol=1e-5)


def test_a_column_without_weight_counts_as_if_it_were_not_there() -> None:
    f, data = fitted(), dataset(products())
    only = f.reweighted(data, {c: 0.0 for c in f.columns if c != "colour"})
    frame = products()
    same = frame["colour"].to_numpy()
    reds = np.flatnonzero(same == "red")
    assert np.ptp(only.vectors[reds], axis=0).max() < 1e-5, "one colour, one place"
    assert np.linalg.norm(only.vectors[same == "silver"].mean(0) - only.vectors[reds].mean(0)) > 0.1
    nothing = f.reweighted(data, dict.fromkeys(f.columns, 0.0))
    assert not nothing.vectors.any()


def test_weights_of_one_give_the_trained_vectors_and_wrong_ones_a_sentence() -> None:
    f, data = fitted(), dataset(products())
    np.testing.assert_allclose(f.reweighted(data, {}).vectors, f.embeddings["product"].vectors, atol=1e-5)
    for wrong in ({"no such": 1.0}, {"colour": -1.0}, {"colour": float("nan")}):
        with pytest.raises(InputError):
            f.reweighted(data, wrong)


def test_unknown_values_and_columns_are_skipped_and_unknown_products_left_out() -> None:
    f = fitted()
    base = products(3, seed=5)
    odd = base.copy()
    odd.loc[0, "colour"] = "never seen"
    odd.loc[1, ["name", "kind", "colour"]] = None
    odd.loc[1, "price"] = np.nan
    found = f.embed(dataset(odd))
    assert list(found.ids) == ["p0", "p2"]
    assert found.meta["left_out"] == 1
    assert np.isfinite(found.vectors).all()
    without = f.embed(dataset(base.drop(columns="colour")))
    blank = f.embed(dataset(base.assign(colour=pd.Series([None] * 3, dtype="str"))))
    np.testing.assert_allclose(without.vectors, blank.vectors, atol=1e-6)


def test_numbers_are_ranges_and_codes_say_nothing() -> None:
    cells = Cells.of(dataset(products()))
    price = cells.columns.index("price")
    assert np.isclose(cells.share[cells.owner == price], 1 / 3).all()
    assert (cells.owner == price).sum() == 4 + 12 + 36
    words = dict(zip(cells.table.words[0].words, cells.share[cells.owner == cells.columns.index("name")], strict=True))
    assert words["2011"] == words["40"] == 0
    assert words["watch"] == 1


def test_left_out_columns_change_nothing() -> None:
    method, frame = get("cooccurrence"), products()
    params = method.Params.of({"exclude": ("price",), "check": False})
    a = method.fit(dataset(frame), params).embeddings["product"]
    b = method.fit(dataset(frame.assign(price=1.5)), params).embeddings["product"]
    np.testing.assert_array_equal(a.vectors, b.vectors)


def test_one_column_of_values_is_refused_in_one_sentence_and_pca_takes_it() -> None:
    one = dataset(products()[["id", "colour"]])
    method = get("cooccurrence")
    with pytest.raises(NeedsError, match="company they keep"):
        method.fit(one, method.Params())
    pca = get("pca").fit(one, get("pca").Params())
    assert len(pca.embeddings["product"]) == 400
    assert pca.embeddings["product"].dimension == 6
    for column in ("name", "price"):
        assert len(method.fit(dataset(products()[["id", column]]), method.Params()).embeddings["product"]) == 400


def test_pca_is_the_pca_of_the_table() -> None:
    # Against a dense decomposition of the same features.
    from embedcore.methods.columns.pca import _features
    from embedcore.methods.columns.table import TableEncoder

    data, method = dataset(products()), get("pca")
    f = method.fit(data, method.Params.of({"dimension": 5}))
    x, _ = _features(TableEncoder.of(data), data, f.arrays["idf"])  # type: ignore[attr-defined]
    dense = x.toarray() - x.toarray().mean(0)
    u, s, _ = np.linalg.svd(dense, full_matrices=False)
    vectors = f.embeddings["product"].vectors
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=0), s[:5], rtol=1e-3)
    np.testing.assert_allclose(np.abs((vectors / s[:5] * u[:, :5]).sum(0)), 1, atol=1e-3)
    assert 0 < f.meta["explained"] <= 1.0001


def test_main_directions_are_those_of_the_full_decomposition() -> None:
    from scipy.sparse import random as sparse

    parts = (sparse(*size, 0.3, random_state=0, format="csr", dtype=np.float32) for size in ((200, 6), (6, 60)))
    m = (next(parts) @ next(parts)).tocsr()
    vectors, values = main_directions(m, 4)
    _, s, right = np.linalg.svd(m.toarray())
    np.testing.assert_allclose(values, s[:4], rtol=0.02)
    assert np.abs(np.abs((vectors.T * right[:4]).sum(1))).min() > 0.9


def test_a_vocabulary_survives_packing() -> None:
    cells = Cells.of(dataset(products()))
    again = Cells.unpack(cells.pack())
    assert again.columns == cells.columns
    assert again.values == cells.values
    assert (again.matrix(dataset(products())) != cells.matrix(dataset(products()))).nnz == 0
    assert unpack_json(pack_json({"ö": ["\ud800", 1.5]})) == {"ö": ["\ud800", 1.5]}


def test_rare_columns_decide_more_when_common_values_count_less() -> None:
    method, data = get("cooccurrence"), dataset(products())
    low, high = (
        method.fit(data, method.Params.of({"rarity": a, "check": False})).arrays["weights"]  # type: ignore[attr-defined]
        for a in (0.001, 10.0)
    )
    assert low.max() / low[low > 0].min() > 50
    assert high.max() / high[high > 0].min() < 4


def purity(embedding: Embedding, labels: pd.Series, queries: int = 1000) -> float:
    """Share of the 10 nearest that have the same label."""
    some = np.random.default_rng(0).permutation(len(embedding))[:queries]
    scores = embedding.unit[some] @ embedding.unit.T
    scores[np.arange(len(some)), some] = -2
    codes = pd.factorize(labels)[0]
    return float((codes[np.argsort(-scores, 1)[:, :10]] == codes[some][:, None]).mean())


@pytest.mark.shared
def test_real_garments_lie_with_their_kind_more_than_under_pca() -> None:
    frame = pd.read_parquet(shared("data/catalogues/fashion_styles.parquet")).head(8000)
    columns = {
        "id": "id",
        "gender": "category",
        "baseColour": "category",
        "season": "category",
        "usage": "category",
        "year": "number",
        "productDisplayName": "title",
    }
    catalogue = frame[list(columns)].astype({c: "str" for c in columns if c != "year"})
    data = Dataset.build("fashion", Catalogue(catalogue, columns))
    found = {}
    for name in ("cooccurrence", "pca"):
        values = {"check": False} if name == "cooccurrence" else {}
        product = get(name).fit(data, get(name).Params.of(values)).embeddings["product"]
        found[name] = purity(product, frame["articleType"])
    assert found["cooccurrence"] > 0.68, found
    assert found["cooccurrence"] > found["pca"] + 0.1, found
