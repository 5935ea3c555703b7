"""Duplicates: honest pairs, and groups that one wrong pair cannot chain together."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from embedcore import Catalogue, Dataset, Embedding
from embedcore.explore.duplicates import BANDS, band, compare, groups, pairs
from embedcore.neighbours import build


def shop(vectors: np.ndarray) -> tuple[Dataset, Embedding]:
    n = len(vectors)
    frame = pd.DataFrame({"id": [f"p{i:03d}" for i in range(n)], "title": [f"Thing {i}" for i in range(n)]}).astype(
        "str"
    )
    frame["price"] = np.arange(n, dtype=float)
    dataset = Dataset.build("Shop", Catalogue(frame, {"id": "id", "title": "title", "price": "price"}))
    return dataset, Embedding("product", dataset.items, np.asarray(vectors, np.float32))


def on_circle(*degrees: float) -> np.ndarray:
    """Vectors whose cosine is that of the angle between them."""
    a = np.radians(degrees)
    return np.c_[np.cos(a), np.sin(a)]


def table(*rows: tuple[int, int, float]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["item_a", "item_b", "score"])
    return frame.assign(id_a=[f"p{i:03d}" for i in frame["item_a"]], id_b=[f"p{i:03d}" for i in frame["item_b"]])


def verdict_table(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["id_a", "id_b", "verdict"])


def members(found: list) -> list[tuple[int, ...]]:
    return sorted(g.items for g in found)


def test_pairs_are_all_there_once_and_best_first():
    dataset, embedding = shop(on_circle(0, 5, 90, 100, 200))
    found = pairs(dataset, embedding, build(embedding.vectors), 0.9)
    assert found[["id_a", "id_b"]].to_numpy().tolist() == [["p000", "p001"], ["p002", "p003"]]
    assert found["score"].to_numpy() == pytest.approx(np.cos(np.radians([5, 10])), abs=1e-5)
    assert found["title_a"].tolist() == ["Thing 0", "Thing 2"]
    assert found["band"].tolist() == ["near-duplicate"] * 2
    assert found.attrs == {"found": 2, "threshold": 0.9, "complete": True}


def test_a_limit_does_not_hide_how_many_there_are():
    dataset, embedding = shop(np.ones((40, 4)))
    found = pairs(dataset, embedding, build(embedding.vectors, 39), 0.9, limit=10)
    assert len(found) == 10
    assert found.attrs["found"] == 40 * 39 // 2
    short = pairs(dataset, embedding, build(embedding.vectors, 5), 0.9)
    assert short.attrs["found"] < 780
    assert not short.attrs["complete"]


def test_no_pairs_is_an_empty_table_with_the_same_columns():
    dataset, embedding = shop(on_circle(0, 90))
    found = pairs(dataset, embedding, build(embedding.vectors), 0.9)
    assert len(found) == 0
    assert "title_b" in found.columns
    assert found.attrs["found"] == 0
    assert groups(found) == []


def test_bands_have_plain_names_with_the_limits_outside():
    assert [band(s) for s in (1.0, 0.91, 0.9, 0.71, 0.7, 0.51, 0.5, 0.0, -1.0)] == [
        "near-duplicate",
        "near-duplicate",
        "related",
        "related",
        "somewhat",
        "somewhat",
        "different",
        "different",
        "different",
    ]
    assert [b[0] for b in BANDS] == sorted((b[0] for b in BANDS), reverse=True)


def test_one_wrong_pair_does_not_chain_two_groups():
    a = [(i, j, 0.97) for i in range(4) for j in range(i)]
    b = [(i, j, 0.97) for i in range(4, 8) for j in range(4, i)]
    found = groups(table(*a, *b, (3, 4, 0.95)))
    assert members(found) == [(0, 1, 2, 3), (4, 5, 6, 7)]
    assert found[0].score == 0.97
    assert len(found[0].pairs) == 6


def test_a_long_chain_of_neighbours_falls_apart():
    dataset, embedding = shop(on_circle(*range(0, 180, 6)))
    found = pairs(dataset, embedding, build(embedding.vectors), 0.99)
    sizes = [len(g.items) for g in groups(found, None, dataset, embedding)]
    assert max(sizes) <= 4
    assert sum(sizes) >= 20


def test_500_identical_rows_are_one_group_though_the_lists_hold_30():
    rng = np.random.default_rng(0)
    vectors = np.r_[np.repeat(rng.normal(size=(1, 8)), 500, axis=0), rng.normal(size=(20, 8))]
    dataset, embedding = shop(vectors)
    found = pairs(dataset, embedding, build(embedding.vectors), 0.95, limit=100_000)
    for given in ((), (dataset, embedding)):
        result = groups(found, None, *given)
        assert members(result)[0] == tuple(range(500))
        assert result[0].score > 0.999


def test_a_different_verdict_is_never_inside_a_group():
    rows = [(i, j, 1.0) for i in range(4) for j in range(i)]
    found = groups(table(*rows), verdict_table(("p000", "p003", "different")))
    assert all(not {0, 3} <= set(g.items) for g in found)
    assert sum(len(g.items) for g in found) >= 3
    assert all((0, 3) not in [(a, b) for a, b, _ in g.pairs] for g in found)


def test_a_same_verdict_is_always_inside_a_group_even_below_the_threshold():
    rows = table((0, 1, 0.95), (2, 3, 0.95))
    assert any({1, 2} <= set(g.items) for g in groups(rows, verdict_table(("p001", "p002", "same"))))
    dataset, _ = shop(np.eye(6))
    assert members(groups(rows, verdict_table(("p004", "p005", "same")), dataset)) == [(0, 1), (2, 3), (4, 5)]
    assert members(groups(rows, verdict_table(("p004", "gone", "same")), dataset)) == [(0, 1), (2, 3)]


def test_contradicting_verdicts_keep_apart_what_was_called_different():
    verdicts = verdict_table(("p000", "p001", "same"), ("p001", "p002", "same"), ("p000", "p002", "different"))
    found = groups(table((0, 1, 0.99), (1, 2, 0.99), (0, 2, 0.99)), verdicts)
    assert len(found) == 1
    assert not {0, 2} <= set(found[0].items)


@pytest.mark.parametrize("seed", range(5))
def test_verdicts_hold_on_random_tables(seed: int):
    rng = np.random.default_rng(seed)
    dataset, embedding = shop(rng.normal(size=(60, 3)))
    found = pairs(dataset, embedding, build(embedding.vectors), 0.8)
    draw = rng.choice(60, (12, 2))
    apart = [(a, b) for a, b in draw if a != b]
    verdicts = verdict_table(*[(f"p{a:03d}", f"p{b:03d}", "different") for a, b in apart])
    result = groups(found, verdicts, dataset, embedding)
    assert result == groups(found, verdicts, dataset, embedding)
    everyone = [i for g in result for i in g.items]
    assert len(everyone) == len(set(everyone))
    assert all(len(g.items) > 1 for g in result)
    assert not any({a, b} <= set(g.items) for a, b in apart for g in result)


def test_two_products_are_compared_field_by_field():
    frame = pd.DataFrame({"id": ["a", "b"], "title": ["Mug", "Mug"], "note": [None, "blue"], "empty": [None, None]})
    frame = frame.astype("str").assign(price=[12.0, 12.5], day=pd.to_datetime(["2026-01-02", None]))
    roles = {"id": "id", "title": "title", "note": "text", "empty": "text", "price": "price", "day": "date"}
    lines = pd.DataFrame({"basket": ["x", "y"], "item": ["a", "till"]})
    dataset = Dataset.build("Shop", Catalogue(frame.where(frame.notna(), None), roles), lines)
    rows = {r.field: (r.a, r.b, r.same) for r in compare(dataset, 0, 1).itertuples()}
    assert rows["title"] == ("Mug", "Mug", True)
    assert rows["price"] == ("12", "12.5", False)
    assert rows["note"] == ("", "blue", False)
    assert rows["day"] == ("2026-01-02", "", False)
    assert "empty" not in rows
    assert rows["in baskets"] == ("1", "0", False)
    assert compare(dataset, 0, 2).set_index("field").loc["id", "b"] == "till"
