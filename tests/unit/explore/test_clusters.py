"""Clusters: planted groups come back, and their names say what sets them apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from embedcore import Catalogue, Dataset, Embedding, InputError, MissingError
from embedcore.explore.clusters import LADDER, Clusters, auto, hdbscan, kmeans, name
from embedcore.explore.naming import LONGEST
from embedcore.explore.wording import readable
from tests.unit.test_neighbours import blobs

KINDS = ("SHOES", "HATS", "FRZN ICE", "SOUP", "SHIRTS", "BELTS")


def shop(n: int = 300, groups: int = 6) -> tuple[Dataset, Embedding]:
    """n products, product i of KINDS[i % 6]; vectors in as many groups; every fourth of group 0 is for running."""
    group = np.arange(n) % groups
    frame = pd.DataFrame(
        {
            "id": [f"p{i:04d}" for i in range(n)],
            "title": [f"Acme {'running' if i % 12 == 0 else 'classic'} thing{i}" for i in range(n)],
            "department": [KINDS[g] for g in group],
            "colour": ["white" if g == 4 else "black" for g in group],
            "maker": ["Acme"] * n,
        }
    ).astype("str")
    roles = {"id": "id", "title": "title", "department": "category", "colour": "category", "maker": "brand"}
    dataset = Dataset.build("Shop", Catalogue(frame, roles))
    return dataset, Embedding("product", dataset.items, blobs(n, groups=groups))


def purity(labels: np.ndarray, groups: int) -> float:
    planted = np.arange(len(labels)) % groups
    return sum(np.bincount(planted[labels == c]).max() for c in np.unique(labels)) / len(labels)


def test_kmeans_finds_the_planted_groups_and_their_number():
    vectors = blobs(1200, groups=8)
    found = kmeans(vectors, seed=1)
    assert len(found) == 8
    assert purity(found.labels, 8) > 0.97
    assert found.silhouette > 0.3
    assert found.sizes.sum() == 1200
    assert (np.diff(found.sizes) <= 0).all()
    assert found.unassigned == 0
    assert np.array_equal(found.labels, kmeans(vectors, seed=1).labels)
    assert found.names == tuple("12345678")


def test_kmeans_takes_the_number_it_is_given():
    assert len(kmeans(blobs(200), 13)) == 13
    with pytest.raises(InputError):
        kmeans(blobs(10), 0)


def test_without_clear_groups_the_number_suits_the_size():
    noise = np.random.default_rng(0).normal(size=(2000, 32)).astype(np.float32)
    assert 8 <= len(kmeans(noise)) <= 19
    assert min(LADDER) == 5


@pytest.mark.parametrize("vectors", [np.ones((40, 4)), np.zeros((3, 4)), np.eye(2), np.ones((1, 3))])
def test_kmeans_of_awkward_vectors_labels_every_row(vectors: np.ndarray):
    found = kmeans(vectors.astype(np.float32))
    assert (found.labels >= 0).all()
    assert len(found) == len(np.unique(found.labels))
    assert np.isfinite(found.silhouette)


def test_places_on_a_map_are_not_turned_into_directions():
    """Two groups in the same direction from the middle of the map, one near and one far, are two groups."""
    rng = np.random.default_rng(0)
    xy = np.r_[rng.normal([2, 2], 0.2, (100, 2)), rng.normal([8, 8], 0.2, (100, 2))].astype(np.float32)
    labels = kmeans(xy, 2).labels
    assert len(set(labels[:100])) == len(set(labels[100:])) == 1
    assert labels[0] != labels[-1]


def test_hdbscan_finds_dense_regions_and_leaves_the_rest_out():
    rng = np.random.default_rng(0)
    centres = np.array([[-8, -8], [8, -8], [0, 8], [8, 8]])
    dense = np.repeat(centres, 200, axis=0) + rng.normal(0, 0.3, (800, 2))
    xy = np.r_[dense, rng.uniform(-10, 10, (60, 2))].astype(np.float32)
    found = hdbscan(xy, min_size=30)
    assert len(found) == 4
    assert 20 <= found.unassigned <= 90
    assert all(len(set(found.labels[a : a + 200]) - {-1}) == 1 for a in range(0, 800, 200))
    assert found.of(int(np.flatnonzero(found.labels < 0)[0])) == ""
    with pytest.raises(InputError):
        hdbscan(xy, min_size=1)


def test_hdbscan_of_many_rows_searches_a_part_and_assigns_the_rest(monkeypatch: pytest.MonkeyPatch):
    rng = np.random.default_rng(0)
    xy = (np.array([[-6, 0], [6, 0]])[np.arange(3000) % 2] + rng.normal(0, 0.5, (3000, 2))).astype(np.float32)
    monkeypatch.setattr("embedcore.explore.clusters.SAMPLE", 500)
    found = hdbscan(xy, min_size=200)
    assert found.meta["rows_searched"] == 500
    assert len(found) == 2
    assert purity(found.labels[found.labels >= 0], 1) <= 1
    assert found.unassigned < 600
    left = found.labels[::2]
    assert len(set(left[left >= 0])) == 1


def test_hdbscan_of_few_or_equal_rows_gives_an_answer():
    assert hdbscan(np.ones((4, 2), np.float32)).unassigned == 4
    assert len(hdbscan(np.ones((50, 20), np.float32)).labels) == 50


def test_names_come_from_the_columns_that_set_a_group_apart():
    dataset, embedding = shop()
    found = name(Clusters("kmeans", (np.arange(300) % 6).astype(np.int32), tuple("123456"), 0.0), embedding, dataset)
    assert found.names == ("Shoes", "Hats", "Frozen Ice", "Soup", "Shirts", "Belts"), "all of a kind needs no detail"


def named(kinds: list[str], groups: list[int], **columns: list[str]) -> tuple[str, ...]:
    frame = pd.DataFrame({"id": [f"p{i:04d}" for i in range(len(kinds))], "kind": kinds, **columns}).astype("str")
    roles = {"id": "id", "kind": "category"} | {c: "title" if c == "title" else "category" for c in columns}
    dataset = Dataset.build("Shop", Catalogue(frame, roles))
    embedding = Embedding("product", dataset.items, np.ones((len(kinds), 2), np.float32))
    labels = np.array(groups, np.int32)
    return name(Clusters("kmeans", labels, tuple(map(str, range(labels.max() + 1))), 0.0), embedding, dataset).names


def test_groups_of_one_kind_are_told_apart_by_what_differs_between_them():
    kinds, groups = ["Shoes"] * 40 + ["Hats"] * 20, [0] * 20 + [1] * 20 + [2] * 20
    titles = ["for running"] * 20 + ["for dancing"] * 20 + ["for running"] * 20
    assert named(kinds, groups, title=titles) == ("Shoes · Running", "Shoes · Dancing", "Hats")
    flags = ["yes"] * 20 + ["no"] * 40
    assert named(kinds, groups, on_sale=flags) == ("Shoes · On Sale", "Shoes · No on Sale", "Hats")
    departments = ["Wear"] * 60 + ["Food"] * 20
    kinds, groups = [*kinds, *["Soup"] * 20], [*groups, *[3] * 20]
    assert named(kinds, groups, title=[*titles, *["hot"] * 20], department=departments)[2] == "Hats", "and not: wear"


def test_a_mixed_group_is_called_by_the_kinds_that_are_in_it():
    kinds = ["Shoes"] * 30 + ["Soup & bread"] * 25 + ["Tea"] * 3 + ["Hats"] * 60 + ["Tea"] * 40
    assert named(kinds, [0] * 58 + [1] * 60 + [2] * 40) == ("Shoes, Soup & bread", "Hats", "Tea")
    long = ["Chests of drawers & drawer units"] * 30 + ["Bookcases & shelving units"] * 28 + ["Tea"] * 60
    assert named(long, [0] * 58 + [1] * 60) == ("Chests of drawers, Bookcases", "Tea")


def test_where_no_column_tells_kinds_words_of_the_titles_do():
    titles = ["Fast USB cable usb", "Long USB cable", "Oak chair", "Pine chair"] * 20
    frame = pd.DataFrame({"id": map(str, range(80)), "title": titles, "currency": (["USD"] * 5 + ["EUR"] * 3) * 10})
    roles = {"id": "id", "title": "title", "currency": "category"}
    dataset = Dataset.build("Shop", Catalogue(frame.astype("str"), roles))
    embedding = Embedding("product", dataset.items, np.ones((80, 2), np.float32))
    labels = (np.arange(80) % 4 // 2).astype(np.int32)
    first, second = name(Clusters("kmeans", labels, ("0", "1"), 0.0), embedding, dataset).names
    assert first.split(" · ")[0] in ("Cable", "USB")
    assert second.startswith("Chair")
    # The same column under another name, when it does tell the groups apart, is taken for their kind.
    recoded = frame.assign(currency=np.where(labels == 0, "EUR", "USD")).astype("str")
    telling = Dataset.build("Shop", Catalogue(recoded, roles))
    assert name(Clusters("kmeans", labels, ("0", "1"), 0.0), embedding, telling).names[0].startswith("Eur")


def test_more_groups_than_a_map_can_show_only_where_they_are_much_clearer():
    forty = blobs(1600, groups=40)
    assert len(kmeans(forty, seed=1)) == 40
    rng = np.random.default_rng(0)
    inside = rng.normal(size=(40, 32)).astype(np.float32) * 0.12
    families = rng.normal(size=(10, 32)).astype(np.float32)[np.arange(40) % 10] + inside
    found = kmeans((families[np.arange(1600) % 40] + rng.normal(size=(1600, 32)) * 0.08).astype(np.float32))
    assert found.meta["tried"]["40"] > 0.3
    assert len(found) <= 20


def test_names_are_unique_and_short_even_when_groups_are_alike():
    dataset, embedding = shop()
    labels = (np.arange(300) // 6 % 2 * 6 + np.arange(300) % 6).astype(np.int32)
    names = name(Clusters("kmeans", labels, tuple(map(str, range(12))), 0.0), embedding, dataset).names
    assert len({n.lower() for n in names}) == 12
    assert all(0 < len(n) <= LONGEST for n in names)


def test_without_a_catalogue_the_most_bought_products_name_a_group():
    lines = pd.DataFrame(
        {"basket": ["a", "a", "b", "b", "c", "c"], "item": ["milk", "bread", "milk", "nails", "bread", "milk"]}
    )
    dataset = Dataset.build("Till", None, lines)
    embedding = Embedding("product", dataset.items, np.eye(3, dtype=np.float32))
    found = name(Clusters("kmeans", np.array([0, 0, 1], np.int32), ("1", "2"), 0.0), embedding, dataset)
    assert dataset.items.tolist() == ["bread", "milk", "nails"]
    assert found.names == ("Milk · Bread", "Nails")


def test_capitals_and_short_forms_are_spelled_out():
    assert readable("FRZN ICE") == "Frozen Ice"
    assert readable("BAKED BREAD/BUNS/ROLLS") == "Baked Bread/Buns/Rolls"
    assert readable("FRUIT - SHELF STABLE") == "Fruit - Shelf Stable"
    assert readable("TV AND AUDIO") == "TV and Audio"
    assert readable("iPhone case") == "iPhone case"
    assert readable("running") == "Running"
    assert readable("ÉPICERIE FINE") == "Épicerie Fine"
    assert readable("运动鞋") == "运动鞋"


def test_auto_groups_and_names_and_clusters_survive_saving(tmp_path: Path):
    dataset, embedding = shop()
    found = auto(embedding, dataset)
    assert {n.split(" · ")[0] for n in found.names} == {"Shoes", "Hats", "Frozen Ice", "Soup", "Shirts", "Belts"}
    found.save(tmp_path)
    again = Clusters.load(tmp_path)
    assert again.names == found.names
    assert np.array_equal(again.labels, found.labels)
    assert again.meta == found.meta
    with pytest.raises(MissingError):
        Clusters.load(tmp_path, "hdbscan")
    with pytest.raises(InputError):
        name(found, Embedding("product", dataset.items[:9], embedding.vectors[:9]), dataset)
