"""Search: what a person types finds what they mean."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest

from embedcore import Catalogue, Dataset, Embedding
from embedcore.explore.ngrams import plain
from embedcore.explore.search import by_vector, find
from tests.shared import shared

TITLES = (
    "Running Shoes White",
    "Trail Running Shoes",
    "Café Crème Mug",
    "Crew-Neck Sweater",
    "Sweater Vest",
    "运动鞋 白色",
    "Straße Hat",
    "Shoe Polish",
    "",
)


@pytest.fixture
def shop() -> Dataset:
    frame = pd.DataFrame({"id": [f"A-{i:03d}" for i in range(len(TITLES))], "title": TITLES}).astype("str")
    frame.loc[8, "title"] = None
    lines = pd.DataFrame({"basket": ["x", "y", "z", "z"], "item": ["A-001", "A-001", "A-004", "till-only"]})
    return Dataset.build("Shop", Catalogue(frame, {"id": "id", "title": "title"}), lines)


def found(shop: Dataset, query: str) -> list[str]:
    return [h.title for h in find(shop, query, 5)]


def test_whole_words_in_any_order_come_first(shop: Dataset):
    hits = find(shop, "shoes running")
    assert {h.title for h in hits[:2]} == {"Trail Running Shoes", "Running Shoes White"}
    assert hits[0].why == "all the words"
    assert hits[0].score <= 1
    assert find(shop, "Shoe Polish")[0].why == "this name"
    assert find(shop, "Shoe Polish")[0].score == 1


def test_capitals_and_accents_do_not_matter(shop: Dataset):
    assert found(shop, "CAFE creme")[0] == found(shop, "café CRÈME")[0] == "Café Crème Mug"
    assert found(shop, "strasse")[0] == "Straße Hat"
    assert plain("  É\tA ") == "e a"


def test_beginnings_and_typos_are_understood(shop: Dataset):
    assert set(found(shop, "swea")[:2]) == {"Crew-Neck Sweater", "Sweater Vest"}
    assert set(found(shop, "sweather")[:2]) == {"Crew-Neck Sweater", "Sweater Vest"}
    assert set(found(shop, "swaeter")[:2]) == {"Crew-Neck Sweater", "Sweater Vest"}
    assert find(shop, "sweather")[0].why == "a similar spelling"
    assert find(shop, "swea")[0].why == "words that begin like this"


def test_among_equal_names_the_one_bought_more_often_comes_first():
    frame = pd.DataFrame({"id": ["a", "b", "c"], "kind": ["Bananas"] * 3}).astype("str")
    lines = pd.DataFrame({"basket": list("xyz"), "item": ["c", "c", "b"]})
    shop = Dataset.build("Shop", Catalogue(frame, {"id": "id", "kind": "category"}), lines)
    assert [h.id for h in find(shop, "banana")] == ["c", "b", "a"]


def test_a_title_with_all_the_words_beats_one_with_some(shop: Dataset):
    hits = find(shop, "sweater vest")
    assert hits[0].title == "Sweater Vest"
    assert hits[1].title == "Crew-Neck Sweater"
    assert hits[1].why == "some of the words"


def test_an_id_is_found_first_and_by_its_beginning(shop: Dataset):
    assert (find(shop, "a-003")[0].id, find(shop, "a-003")[0].why) == ("A-003", "this id")
    assert len(find(shop, "A-0")) == len(TITLES)
    assert find(shop, "till-only")[0].id == "till-only"
    assert find(shop, "A-008")[0].title == "A-008"  # a product without a title


def test_letters_inside_a_name_and_other_scripts_are_found(shop: Dataset):
    assert found(shop, "白色") == found(shop, "色") == ["运动鞋 白色"]
    assert "Trail Running Shoes" in found(shop, "unnin")


@pytest.mark.parametrize("query", ["", "   ", "!!!", "qqqqqqqq", "\x00", "(" * 50, "'; drop table"])
def test_nothing_like_it_is_an_empty_answer(shop: Dataset, query: str):
    assert find(shop, query) == []


def test_100_000_titles_answer_at_once():
    rng = np.random.default_rng(0)
    words = np.array(["".join(rng.choice(list("abcdefghijklmnop"), 7)) for _ in range(5000)])
    titles = [" ".join(w) for w in words[rng.integers(0, 5000, (100_000, 4))]]
    frame = pd.DataFrame({"id": [f"{i:06d}" for i in range(100_000)], "title": titles}).astype("str")
    shop = Dataset.build("Large", Catalogue(frame, {"id": "id", "title": "title"}))
    find(shop, "once, so that the index is there")
    for query in (titles[500], titles[7][:5], "a", titles[9].replace("a", "x"), "0012", "zzzzzzzz yyyyyy"):
        start = time.process_time()
        hits = find(shop, query)
        assert time.process_time() - start < 0.5  # 0.2 s on a quiet machine
        if query == titles[500]:
            assert hits[0].title == query


def wardrobe() -> Dataset:
    rows = [
        ("1", "Silas Scarf", "Oakhem", "Wool", "Warm on cold days"),
        ("2", "Silas Scarf", "Daymoor", "Silk", None),
        ("3", "Garden Chair", "Silas", "Teak", "For summer evenings"),
        ("4", "Couch", "Oakhem", "Felt", None),
        ("5", "Kettle KX-100", "Daymoor", "Steel", None),
        ("6", "Kettle KX-200", "Daymoor", "Steel", None),
    ]
    roles = {"id": "id", "title": "title", "brand": "brand", "material": "category", "about": "description"}
    return Dataset.build("Wardrobe", Catalogue(pd.DataFrame(rows, columns=list(roles)).astype("str"), roles))


def test_brands_categories_and_descriptions_are_searched_too():
    data = wardrobe()
    assert find(data, "wool scarf")[0].id == "1"
    assert find(data, "scarf silk")[0].id == "2"
    assert find(data, "daymoor scarf")[0].id == "2"
    assert find(data, "warm scarf")[0].id == "1"
    assert find(data, "summer evenings")[0].id == "3"


def test_a_title_counts_more_than_a_brand_of_the_same_name():
    assert {h.id for h in find(wardrobe(), "silas", 2)} == {"1", "2"}


def test_codes_are_told_apart_by_their_digits():
    assert [h.id for h in find(wardrobe(), "kx200", 1)] == ["6"]
    assert [h.id for h in find(wardrobe(), "kettle kx 100", 1)] == ["5"]


def meant() -> tuple[Dataset, Embedding]:
    """20 products that share no letters with the query, one of them where the query's vector points."""
    frame = pd.DataFrame({"id": [f"{n:02d}" for n in range(20)], "title": ["Couch", *["Lamp"] * 19]}).astype("str")
    data = Dataset.build("Meant", Catalogue(frame, {"id": "id", "title": "title"}))
    vectors = np.eye(20, dtype=np.float32)
    return data, Embedding("product", data.items, vectors)


def test_what_is_meant_is_found_though_no_letter_is_the_same():
    data, embedding = meant()
    assert find(data, "sofa") == []
    hits = find(data, "sofa", 5, embedding, embedding.vectors[0])
    assert [h.title for h in hits] == ["Couch"]
    assert hits[0].why == "a similar meaning"
    assert 0 < hits[0].score <= 1


def test_words_and_meaning_are_weighed_together():
    data, embedding = meant()
    hits = find(data, "lamp", 20, embedding, embedding.vectors[7])
    assert hits[0].id == "07", "among equal names the one that is meant"
    assert len(hits) == 19
    assert find(data, "la", 20, embedding, embedding.vectors[7]) == find(data, "la", 20), "two letters mean nothing"


def test_products_without_a_vector_are_still_found_by_their_words():
    data, embedding = meant()
    few = Embedding("product", embedding.ids[:1], embedding.vectors[:1])
    assert find(data, "lamp", 3, few, embedding.vectors[0])[0].title == "Lamp"


def test_an_id_that_is_typed_in_full_stands_alone():
    data = wardrobe()
    assert [h.why for h in find(data, "5")] == ["this id"]


def test_vectors_answer_with_the_nearest_products(shop: Dataset):
    embedding = Embedding(
        "product", shop.items[[1, 3, 4, 9]], np.array([[1, 0], [0, 1], [0.1, 1], [1, 0.2]], np.float32)
    )
    assert [h.id for h in by_vector(shop, embedding, np.array([0, 2.0]), 2)] == ["A-003", "A-004"]
    assert [h.id for h in by_vector(shop, embedding, np.array([0, 2.0]), 1, (1,))] == ["A-004"], "but those left out"


def test_the_same_article_of_another_shop_is_found_by_its_name():
    folder = shared("data/duplicates/abt-buy")
    table = pd.read_csv(folder / "catalogue.csv", dtype="str")
    gold = pd.read_csv(folder / "gold.csv", dtype=str).groupby("id_a")["id_b"].agg(set).to_dict()
    roles = {"id": "id", "title": "title", "description": "description", "brand": "brand"}
    shop = table[table["source"] == "buy"][list(roles)].reset_index(drop=True)
    buy = Dataset.build("Buy", Catalogue(shop, roles))
    queries = table[table["id"].isin(gold) & (table["source"] == "abt")][::4]
    right = [find(buy, title, 1)[0].id in gold[id] for id, title in zip(queries["id"], queries["title"], strict=True)]
    assert len(right) > 200
    assert np.mean(right) > 0.86
