"""What is alike and what is bought together: what is counted is right, and every reason is true."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from embedcore import Catalogue, Dataset, Embedding, NeedsError
from embedcore.explore import together as counted
from embedcore.explore.similar import like_basket, similar_products
from embedcore.explore.suggestion import ALIKE, TOGETHER, Recommendation
from embedcore.explore.together import Together
from embedcore.neighbours import build


def till(baskets: list[list[str]], catalogue: Catalogue | None = None) -> Dataset:
    lines = pd.DataFrame([(f"b{n:05d}", i) for n, b in enumerate(baskets) for i in b], columns=["basket", "item"])
    return Dataset.build("Till", catalogue, lines)


def random_till(seed: int = 0, n: int = 300, items: int = 25) -> Dataset:
    rng = np.random.default_rng(seed)
    p = 1 / np.arange(1, items + 1)
    return till(
        [[f"i{j:02d}" for j in rng.choice(items, rng.integers(1, 8), replace=False, p=p / p.sum())] for _ in range(n)]
    )


def bought_with(dataset: Dataset, item: str, k: int = 5) -> list[Recommendation]:
    """What a product without a vector gets."""
    others = dataset.items[dataset.items != item]
    rest = Embedding("product", others, np.ones((len(others), 2), np.float32))
    return similar_products(dataset, rest, None, dataset.position(item), k)


def table_of(dataset: Dataset) -> np.ndarray:
    b = dataset.baskets
    assert b is not None
    m = np.zeros((len(b), len(dataset)))
    for n in range(len(b)):
        m[n, b.of(n)] = 1
    return m


def test_partners_and_shared_counts_are_those_of_the_full_table():
    dataset = random_till()
    counts = table_of(dataset).T @ table_of(dataset)
    lists = Together.of(dataset)
    items, shared = lists.partners(3)
    expected = counts[3].copy()
    expected[3] = 0
    assert np.array_equal(np.bincount(items, shared, len(dataset)), expected)
    assert (np.diff(shared) <= 0).all()
    assert np.array_equal(lists.shared([1, 2], [4, 5, 6]), counts[1:3, 4:7])


def test_the_score_is_the_formula():
    dataset = random_till(1)
    m, f = table_of(dataset), dataset.counts.astype(float)
    c = m.T @ (m * (m.sum(1, keepdims=True) ** -0.7))
    expected = sum(c[i] / (f[i] ** 0.7 * f**0.3 + 5) for i in (2, 7, 9))
    expected[[2, 7, 9]] = 0
    assert Together.of(dataset).score([2, 9, 7, 7]) == pytest.approx(expected, rel=1e-5)


def test_very_popular_products_are_estimated_from_part_of_their_baskets(monkeypatch: pytest.MonkeyPatch):
    dataset = random_till(2, n=6000)
    full = Together.of(dataset).score([0, 1])
    monkeypatch.setattr(counted, "_LINES", 4000)
    part = Together.of(dataset).score([0, 1])
    assert not np.array_equal(full, part)
    assert np.corrcoef(full, part)[0, 1] > 0.98
    assert part.sum() == pytest.approx(full.sum(), rel=0.1)


def test_baskets_are_needed():
    frame = pd.DataFrame({"id": ["a", "b"]}).astype("str")
    with pytest.raises(NeedsError):
        Together.of(Dataset.build("Shop", Catalogue(frame, {"id": "id"})))


@pytest.fixture
def shop() -> tuple[Dataset, Embedding]:
    """Ten teas and cups that go together, and a wide field of other purchases."""
    frame = (
        pd.DataFrame(
            {
                "id": ["tea", "cup", "mug", "rope", "lamp", "new"],
                "title": ["Green Tea", "White Cup", "Blue Mug", "Rope", "Lamp", "Grey Mug"],
                "kind": ["Tea", "Cups", "Cups", "Tools", "Light", "Cups"],
                "range": ["Kitchen", "Kitchen", "Kitchen", "Garage", "House", "Kitchen"],
                "maker": ["Leaf", "Bowl & Co", "Bowl & Co", "Knot", None, "Bowl & Co"],
            }
        )
        .astype("str")
        .assign(price=[4.0, 10.0, 9.2, 7.0, np.nan, 10.05])
    )
    frame.loc[4, "maker"] = None
    roles = {"id": "id", "title": "title", "kind": "category", "range": "category", "maker": "brand", "price": "price"}
    baskets = (
        [["tea", "cup"]] * 30 + [["tea", "mug"]] * 2 + [["rope"]] * 40 + [["lamp"]] * 28 + [["rope", "lamp", "tea"]]
    )
    dataset = till(baskets, Catalogue(frame, roles))
    vectors = np.array([[1, 0.2], [0, 1], [0.03, 1], [1, -1], [-1, 0], [0.02, 1]], np.float32)
    return dataset, Embedding("product", dataset.items, vectors)


def test_a_product_without_a_vector_gets_what_it_was_bought_with_and_true_evidence(shop: tuple[Dataset, Embedding]):
    dataset, _ = shop
    found = bought_with(dataset, "tea")
    assert [r.id for r in found[:2]] == ["cup", "mug"]
    assert {r.source for r in found} == {TOGETHER}
    # 30 shared; tea in 33 and cup in 30 of 101 baskets: chance gives 9.8
    assert found[0].reason == "in 30 baskets together, 3.1x as often as by chance"
    assert found[1].reason == "in 2 baskets together"  # too few to compare with chance
    assert next(r for r in found if r.id == "rope").reason == "in 1 basket together"
    assert "new" not in {r.id for r in found}
    scores = [r.score for r in found]
    assert scores == sorted(scores, reverse=True)
    assert bought_with(dataset, "new") == []


def test_without_baskets_a_basket_gets_what_is_like_its_products(shop: tuple[Dataset, Embedding]):
    dataset, embedding = shop
    found = like_basket(dataset, embedding, [5], 3)
    assert {r.source for r in found} == {ALIKE}
    assert found[0].id == "mug"
    facts = "same kind: Cups; same range: Kitchen; same maker: Bowl & Co; 8 % cheaper"
    assert found[0].reason == f"similar to “Grey Mug”; {facts}"
    for basket in ([0], [0, 1, 1], [3, 4, 0], list(range(5)), list(range(6))):
        ids = [r.item for r in like_basket(dataset, embedding, basket, 10)]
        assert not set(ids) & set(basket)
        assert len(ids) == len(set(ids)) == 6 - len(set(basket))
    rest = Embedding("product", embedding.ids[1:], embedding.vectors[1:])
    assert like_basket(dataset, rest, [0], 3) == [], "nothing is known of it"


def test_similar_products_say_what_they_share_and_whether_they_are_bought_together(shop: tuple[Dataset, Embedding]):
    dataset, embedding = shop
    found = similar_products(dataset, embedding, build(embedding.vectors, 5), 1, 3)
    assert [r.id for r in found] == ["new", "mug", "tea"]
    assert {r.source for r in found} == {ALIKE}
    assert found[0].reason == "same kind: Cups; same range: Kitchen; same maker: Bowl & Co; about the same price"
    assert found[2].reason == "same range: Kitchen; 60 % cheaper; in 30 baskets together, 3.1x as often as by chance"
    assert [r.id for r in similar_products(dataset, embedding, None, 1, 3)] == ["new", "mug", "tea"]


def test_a_pair_seen_once_is_never_thousands_of_times_more_than_chance():
    baskets = [[f"x{i}", f"y{i}"] for i in range(5000)] + [["x0", "y1"]] * 3
    dataset = till(baskets)
    reason = {r.id: r.reason for r in bought_with(dataset, "x0")}
    assert reason["y0"] == "in 1 basket together"
    assert reason["y1"] == "in 3 baskets together, fewer than 1 expected by chance"


def test_products_that_everybody_buys_are_not_called_a_match():
    rng = np.random.default_rng(0)
    baskets = [
        ["bag", *(["milk"] if rng.random() < 0.5 else []), *(["tea"] if rng.random() < 0.5 else [])] for _ in range(800)
    ]
    dataset = till(baskets)
    reason = {r.id: r.reason for r in bought_with(dataset, "milk")}
    assert "about as often as by chance" in reason["bag"]
    assert "about as often as by chance" in reason["tea"]


def test_small_and_odd_baskets_are_answered():
    assert bought_with(till([["a"]]), "a") == []
    assert [(r.id, r.reason) for r in bought_with(till([["a", "b", "a", "b"]]), "a")] == [("b", "in 1 basket together")]


def test_rarely_bought_neighbours_step_back_where_vectors_come_from_baskets():
    dataset = till([["a", "b"]] * 40 + [["a", "c"]] * 2)
    vectors = np.array([[1, 0], [0.8, 0.6], [0.95, 0.3]], np.float32)  # c is the nearest to a, on two purchases
    embedding = Embedding("product", dataset.items, vectors)
    plain = similar_products(dataset, embedding, None, 0, 2)
    assert [r.id for r in plain] == ["c", "b"]
    steady = similar_products(dataset, embedding, None, 0, 2, from_baskets=True)
    assert [r.id for r in steady] == ["b", "c"]
    assert steady[0].score == pytest.approx(0.8)  # the score shown is the cosine
