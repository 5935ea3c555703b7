"""Embedding layers: what they predict, how sure they are, and tables as people really have them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix

from embedcore.data import Catalogue, Dataset
from embedcore.errors import InputError, NeedsError
from embedcore.methods.entity import linear
from embedcore.methods.entity import net as entity_net
from embedcore.methods.entity.method import EntityEmbeddings, FittedEntity
from embedcore.methods.entity.params import BASKETS, EntityParams
from embedcore.methods.entity.start import usual_size
from embedcore.methods.evaluation import Split, split
from tests.methods import planted

METHOD = EntityEmbeddings()
KINDS = ("boot", "lamp", "wine", "rake")


def table(n: int = 400, seed: int = 0, **columns: Callable[[np.random.Generator, np.ndarray], object]) -> Dataset:
    """n products of four kinds, which colour, words and weight tell; `columns` add to it or replace."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, 4, n)
    frame: dict[str, object] = {
        "id": [f"p{i}" for i in range(n)],
        "name": [f"{KINDS[k]} number {i % 7} {'fine' if i % 2 else 'plain'}" for i, k in enumerate(kind)],
        "colour": [("red", "blue", "green", "white", "black")[(k + rng.integers(0, 2)) % 5] for k in kind],
        "weight": 10.0 * kind + rng.normal(size=n),
        "kind": [KINDS[k] for k in kind],
    }
    roles = {"id": "id", "name": "title", "colour": "category", "weight": "number", "kind": "category"}
    for name, make in columns.items():
        frame[name], roles[name] = make(rng, kind), roles.get(name, "category")
    typed = pd.DataFrame(frame)
    texts = [c for c, r in roles.items() if r not in ("number", "price", "date")]
    typed[texts] = typed[texts].astype("str")
    return Dataset.build("table", Catalogue(typed, roles))


def fit(data: Dataset, **params: object) -> FittedEntity:
    return METHOD.fit(data, EntityParams(**params), seed=1)


def figures(fitted: FittedEntity) -> dict[str, tuple[float, float]]:
    return {f["name"]: (f["value"], f["baseline"]) for f in fitted.meta["figures"]}


@cache
def kinds() -> FittedEntity:
    return fit(table(), target="kind")


def test_predicts_the_kind_of_products_it_never_saw_with_a_confidence() -> None:
    new = table(60, seed=9)
    found = kinds().predict(new)
    assert (found.values == new.column("kind").to_numpy()).mean() > 0.95
    assert list(found.ids) == list(new.items)
    assert found.known.all()
    for value, sure, top in zip(found.values, found.confidence, found.top, strict=True):
        assert top[0] == (value, pytest.approx(float(sure), abs=1e-3))
        assert len(top) == 4
        assert sum(p for _, p in top) == pytest.approx(1, abs=1e-2)


def test_says_how_good_it_is_beside_the_simplest_alternatives() -> None:
    right, usual = figures(kinds())["Right answers"]
    assert right > 0.95
    assert 0.1 < usual < 0.5
    assert "logistic regression" in [f["baseline_name"] for f in kinds().meta["figures"]]
    assert [c[0] for c in kinds().meta["checks"]] == sorted(c[0] for c in kinds().meta["checks"])
    assert sum(c["rows"] for c in kinds().meta["calibration"]) == kinds().meta["held_out"]


def test_target_and_excluded_columns_are_no_input() -> None:
    fitted = fit(table(), target="kind", exclude=("colour", "name"))
    assert [c.name for c in fitted.table.categories] == []
    assert [x.name for x in fitted.table.numbers] == ["weight"]
    other = {"colour": lambda rng, kind: ["red"] * len(kind), "kind": lambda rng, kind: ["lamp"] * len(kind)}
    changed = table(40, seed=9, **other)
    np.testing.assert_array_equal(fitted.embed(table(40, seed=9)).vectors, fitted.embed(changed).vectors)


def test_an_answer_that_cannot_be_told_is_said_first_and_without_confidence() -> None:
    data = table(600, kind=lambda rng, kind: rng.choice(["a", "b", "c"], len(kind)))
    fitted = fit(data, target="kind")
    assert fitted.meta["notices"]
    assert "commonest value" in fitted.meta["notices"][0] or "linear model" in fitted.meta["notices"][0]
    assert fitted.predict(data).confidence.mean() < 0.75


def test_a_column_that_gives_the_target_away_is_named() -> None:
    data = table(shelf=lambda rng, kind: [f"shelf {k}" for k in kind])
    assert any("“shelf” alone gives “kind” away" in n for n in fit(data, target="kind").meta["notices"])
    assert not any("gives" in n for n in kinds().meta["notices"])


def test_blank_cells_are_filled_and_only_those() -> None:
    def gaps(rng: np.random.Generator, kind: np.ndarray) -> list[str | None]:
        return [None if i % 10 == 0 else KINDS[k] for i, k in enumerate(kind)]

    data, whole = table(kind=gaps), table()
    fitted = fit(data, target="kind")
    found = fitted.fill(data)
    assert list(found.ids) == [f"p{i}" for i in range(0, 400, 10)]
    truth = whole.column("kind").to_numpy()[data.positions(found.ids)]
    assert (found.values == truth).mean() > 0.9
    assert fitted.meta["target"]["blank"] == 40
    assert len(fitted.embeddings["product"]) == 400


def test_amounts_are_predicted_in_their_own_unit_with_a_range() -> None:
    def price(rng: np.random.Generator, kind: np.ndarray) -> np.ndarray:
        return np.exp(1 + 1.5 * kind + 0.1 * rng.normal(size=len(kind)))

    def priced(seed: int) -> Dataset:
        data = table(500, seed, cost=price)
        frame = data.catalogue.frame.assign(cost=data.catalogue.frame["cost"].astype(float))
        return Dataset.build("t", Catalogue(frame, {**data.catalogue.roles, "cost": "price"}))

    fitted = fit(priced(0), target="cost")
    new = priced(5)
    found, truth = fitted.predict(new), new.column("cost").to_numpy()
    assert np.median(np.abs(np.log(np.maximum(found.values.astype(float), 1e-9) / truth))) < 0.2
    inside = (found.low.astype(float) <= truth) & (truth <= found.high.astype(float))
    assert 0.6 < inside.mean() < 0.97
    assert np.isnan(found.confidence).all()
    error, middle = figures(fitted)["Average error"]
    assert error < middle / 2


def test_days_are_predicted_as_days() -> None:
    data = table(200)
    days = pd.Series(pd.Timestamp("2020-01-01") + pd.to_timedelta(data.column("weight") * 10, unit="D")).dt.floor("D")
    frame = data.catalogue.frame.assign(since=days.astype("datetime64[s]"))
    dated = Dataset.build("t", Catalogue(frame, {**data.catalogue.roles, "since": "date"}))
    found = fit(dated, target="since").predict(dated)
    assert all(pd.Timestamp("2019-01-01") < pd.Timestamp(v) < pd.Timestamp("2022-01-01") for v in found.values)


def test_what_is_bought_together_is_learned_for_products_never_bought() -> None:
    fitted = METHOD.fit(planted.shop(), EntityParams(learn=BASKETS), seed=1)
    found = fitted.predict(planted.news(["new61", "new62", "new63", "new64"]))
    for id, top in zip(found.ids, found.top, strict=True):
        if id.startswith("new"):
            assert {planted.group(i) for i, _ in top} == {planted.group(id)}
    assert ((found.purchase > 0) & (found.purchase <= 1)).all()
    own = fitted.predict(planted.shop())
    assert not any(id in [i for i, _ in top] for id, top in zip(own.ids, own.top, strict=True))
    hit, popular = figures(fitted)["Bought together, among ten suggestions"]
    assert hit > popular
    assert len(fitted.fill(planted.shop())) == 0


def test_values_have_vectors_of_their_column_and_rare_ones_are_unsure() -> None:
    value = kinds().embeddings["value"]
    assert {i.split("=")[0] for i in value.ids} == {"colour", "kind"}
    sizes, counts = value.meta["sizes"], value.meta["counts"]
    assert sizes == {"colour": usual_size(5), "kind": 32}
    assert len(counts) == len(value)
    colours = [value.row(i) for i in value.ids if i.startswith("colour=")]
    assert not value.vectors[colours, usual_size(5) :].any()
    assert value.vectors[colours, : usual_size(5)].any(axis=1).all()
    assert [c < 20 for c in counts] == value.meta["unsure"]
    assert fit(table(), target="kind", value_size=12).embeddings["value"].meta["sizes"]["colour"] == 12
    assert [usual_size(n) for n in (1, 5, 46, 20_000, 10**6)] == [2, 4, 14, 410, 600]


def test_the_finest_sensible_column_is_chosen_and_named() -> None:
    data = table(maker=lambda rng, kind: [f"m{i}" for i in rng.integers(0, 390, len(kind))])
    fitted = fit(data)
    assert fitted.meta["target"]["column"] == "colour"
    assert any("“colour”" in n and "No column was chosen" in n for n in fitted.meta["notices"])


def test_unknown_and_missing_cells_are_answered_and_products_without_any_have_no_vector() -> None:
    frame = pd.DataFrame({"id": ["a", "b", "c"], "name": ["lamp", "zzz", None], "colour": ["never seen", None, None]})
    new = Dataset.build("n", Catalogue(frame.astype("str"), {"id": "id", "name": "title", "colour": "category"}))
    found, vectors = kinds().predict(new), kinds().embed(new)
    assert list(found.known) == [True, False, False]
    assert len(found) == 3
    assert found.values[0] == "lamp"
    assert list(vectors.ids) == ["a"]
    assert vectors.meta["left_out"] == 2


@pytest.mark.parametrize(
    ("column", "cells", "words"),
    [
        ("kind", lambda rng, kind: ["one"] * len(kind), "is the same in every product"),
        ("kind", lambda rng, kind: [None] * len(kind), "is empty"),
        ("kind", lambda rng, kind: [f"v{i}" for i in range(len(kind))], "hardly a value that two products share"),
    ],
)
def test_a_target_with_nothing_to_predict_is_one_sentence(column: str, cells: Callable, words: str) -> None:
    with pytest.raises(InputError) as e:
        fit(table(kind=cells), target=column)
    assert words in e.value.message
    assert e.value.hint


def test_a_target_that_is_not_there_or_is_text_is_one_sentence() -> None:
    for target, words in (("nothing", "no column of this catalogue"), ("name", "a title")):
        with pytest.raises(InputError) as e:
            fit(table(), target=target)
        assert words in e.value.message


def test_one_column_alone_cannot_predict_itself() -> None:
    data = table()
    frame = data.catalogue.frame[["id", "kind"]]
    with pytest.raises(NeedsError):
        fit(Dataset.build("one", Catalogue(frame, {"id": "id", "kind": "category"})))


def test_constant_and_empty_columns_and_few_rows_do_no_harm() -> None:
    data = table(50, same=lambda rng, kind: ["x"] * len(kind), void=lambda rng, kind: [None] * len(kind))
    fitted = fit(data, target="kind")
    assert len(fitted.embeddings["product"]) == 50
    assert {c for c, _ in fitted.meta["unused"]} == {"same", "void"}
    assert any("rough" in n for n in fitted.meta["notices"])
    tiny = fit(table(8), target="kind", held_out=0.5)
    assert np.isfinite(tiny.embeddings["product"].vectors).all()


def test_many_values_of_a_few_products_each_are_learned_row_by_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entity_net, "_BIG", 1_000)
    rng, n = np.random.default_rng(0), 3_000
    maker = rng.integers(0, 500, n)
    frame = pd.DataFrame(
        {"id": [f"p{i}" for i in range(n)], "maker": [f"m{i}" for i in maker], "kind": [KINDS[i % 4] for i in maker]}
    ).astype("str")
    data = Dataset.build("many", Catalogue(frame, {"id": "id", "maker": "category", "kind": "category"}))
    fitted = fit(data, target="kind")
    assert len(fitted.embeddings["value"]) > 490
    assert figures(fitted)["Right answers"][0] > 0.8


def test_a_saved_model_answers_the_same(tmp_path: Path) -> None:
    kinds().save(tmp_path)
    back, new = METHOD.load(tmp_path), table(20, seed=3)
    assert back.predict(new).plain() == kinds().predict(new).plain()


def three_kinds(seed: int = 0) -> tuple[csr_matrix, np.ndarray, Split]:
    """300 products of three kinds: the first three features give the kind, the others are rare noise."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 3, 300)
    x = np.concatenate([np.eye(3)[y], rng.random((300, 40)) < 0.02], axis=1).astype(np.float32)
    return csr_matrix(x), y, split(300, 60, seed)


def test_the_values_of_products_held_back_are_predicted() -> None:
    x, y, rows = three_kinds()
    found = linear.classified(x, y, rows, 3, 0)
    assert found is not None
    assert (found == y[rows.test]).mean() > 0.98


def test_only_the_commonest_features_are_read_where_there_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y, rows = three_kinds()
    monkeypatch.setattr(linear, "_WEIGHTS", 9)  # three features of three values
    few = linear.classified(x, y, rows, 3, 0)
    np.testing.assert_array_equal(few, linear.classified(x[:, :3], y, rows, 3, 0))


def test_no_more_rows_are_read_than_it_may_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y, rows = three_kinds()
    monkeypatch.setattr(linear, "_ROWS", 60)
    first, again = (linear.classified(x, y, rows, 3, seed) for seed in (1, 1))
    np.testing.assert_array_equal(first, again)
    assert (first == y[rows.test]).mean() > 0.9


def test_there_is_no_rival_where_it_would_cost_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y, rows = three_kinds()
    monkeypatch.setattr(linear, "_TOO_MANY", 100)
    assert linear.classified(x, y, rows, 3, 0) is None


def test_where_all_learned_products_have_one_value_it_is_the_answer() -> None:
    x, y, rows = three_kinds()
    assert set(linear.classified(x, np.full_like(y, 2), rows, 3, 0)) == {2}


def test_amounts_of_products_held_back_are_predicted() -> None:
    x, y, rows = three_kinds()
    amounts = np.array([-1.0, 0.0, 1.5])[y]
    assert np.abs(linear.regressed(x, amounts, rows) - amounts[rows.test]).max() < 0.2
