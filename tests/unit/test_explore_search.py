"""Search: what a person types finds what they mean."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest

from embedcore import Catalogue, Dataset, Embedding, MissingError
from embedcore.explore.search import by_name, by_vector, neighbours_of, plain
from embedcore.neighbours import build

TITLES = ("Running Shoes White", "Trail Running Shoes", "Café Crème Mug", "Crew-Neck Sweater", "Sweater Vest",
          "运动鞋 白色", "Straße Hat", "Shoe Polish", "")  # fmt: skip


@pytest.fixture
def shop() -> Dataset:
    frame = pd.DataFrame({"id": [f"A-{i:03d}" for i in range(len(TITLES))], "title": TITLES}).astype("str")
    frame.loc[8, "title"] = None
    lines = pd.DataFrame({"basket": ["x", "y", "z", "z"], "item": ["A-001", "A-001", "A-004", "till-only"]})
    return Dataset.build("Shop", Catalogue(frame, {"id": "id", "title": "title"}), lines)


def found(shop: Dataset, query: str) -> list[str]:
    return [h.title for h in by_name(shop, query, 5)]


def test_whole_words_in_any_order_come_first(shop: Dataset):
    hits = by_name(shop, "shoes running")
    assert {h.title for h in hits[:2]} == {"Trail Running Shoes", "Running Shoes White"}
    assert hits[0].why == "all the words" and hits[0].score <= 1
    assert by_name(shop, "Shoe Polish")[0].why == "this name" and by_name(shop, "Shoe Polish")[0].score == 1


def test_capitals_and_accents_do_not_matter(shop: Dataset):
    assert found(shop, "CAFE creme")[0] == found(shop, "café CRÈME")[0] == "Café Crème Mug"
    assert found(shop, "strasse")[0] == "Straße Hat" and plain("  É\tA ") == "e a"


def test_beginnings_and_typos_are_understood(shop: Dataset):
    assert set(found(shop, "swea")[:2]) == {"Crew-Neck Sweater", "Sweater Vest"}
    assert set(found(shop, "sweather")[:2]) == {"Crew-Neck Sweater", "Sweater Vest"}
    assert by_name(shop, "sweather")[0].why == "a similar spelling"
    assert by_name(shop, "swea")[0].why == "words that begin like this"


def test_among_equal_names_the_one_bought_more_often_comes_first():
    frame = pd.DataFrame({"id": ["a", "b", "c"], "kind": ["Bananas"] * 3}).astype("str")
    lines = pd.DataFrame({"basket": list("xyz"), "item": ["c", "c", "b"]})
    shop = Dataset.build("Shop", Catalogue(frame, {"id": "id", "kind": "category"}), lines)
    assert [h.id for h in by_name(shop, "banana")] == ["c", "b", "a"]


def test_a_title_with_all_the_words_beats_one_with_some(shop: Dataset):
    hits = by_name(shop, "sweater vest")
    assert (
        hits[0].title == "Sweater Vest" and hits[1].title == "Crew-Neck Sweater" and hits[1].why == "some of the words"
    )


def test_an_id_is_found_first_and_by_its_beginning(shop: Dataset):
    assert (by_name(shop, "a-003")[0].id, by_name(shop, "a-003")[0].why) == ("A-003", "this id")
    assert len(by_name(shop, "A-0")) == len(TITLES)
    assert by_name(shop, "till-only")[0].id == "till-only"
    assert by_name(shop, "A-008")[0].title == "A-008"  # a product without a title


def test_letters_inside_a_name_and_other_scripts_are_found(shop: Dataset):
    assert found(shop, "白色") == found(shop, "色") == ["运动鞋 白色"]
    assert "Trail Running Shoes" in found(shop, "unnin")


@pytest.mark.parametrize("query", ["", "   ", "!!!", "qqqqqqqq", "\x00", "(" * 50, "'; drop table"])
def test_nothing_like_it_is_an_empty_answer(shop: Dataset, query: str):
    assert by_name(shop, query) == []


def test_100_000_titles_answer_at_once():
    rng = np.random.default_rng(0)
    words = np.array(["".join(rng.choice(list("abcdefghijklmnop"), 7)) for _ in range(5000)])
    titles = [" ".join(w) for w in words[rng.integers(0, 5000, (100_000, 4))]]
    frame = pd.DataFrame({"id": [f"{i:06d}" for i in range(100_000)], "title": titles}).astype("str")
    shop = Dataset.build("Large", Catalogue(frame, {"id": "id", "title": "title"}))
    by_name(shop, "once, so that the index is there")
    for query in (titles[500], titles[7][:5], "a", titles[9].replace("a", "x"), "0012", "zzzzzzzz yyyyyy"):
        start = time.process_time()
        hits = by_name(shop, query)
        assert time.process_time() - start < 0.5  # 0.2 s on a quiet machine
        if query == titles[500]:
            assert hits[0].title == query


def test_vectors_answer_with_the_nearest_products(shop: Dataset):
    embedding = Embedding(
        "product", shop.items[[1, 3, 4, 9]], np.array([[1, 0], [0, 1], [0.1, 1], [1, 0.2]], np.float32)
    )
    assert [h.id for h in by_vector(shop, embedding, np.array([0, 2.0]), 2)] == ["A-003", "A-004"]
    near = neighbours_of(shop, embedding, 3, 2)
    assert [h.id for h in near] == ["A-004", "till-only"] and near[0].item == 4 and near[0].score > 0.99
    graph = build(embedding.vectors, 2)
    assert [h.id for h in neighbours_of(shop, embedding, 3, 2, graph)] == ["A-004", "till-only"]
    with pytest.raises(MissingError):
        neighbours_of(shop, embedding, 0)
