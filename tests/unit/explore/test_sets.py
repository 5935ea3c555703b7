"""Cells that hold several values, and titles in scripts without spaces: each value, each piece of a title counts."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from embedcore.data import Catalogue, Dataset, Embedding, split_tags
from embedcore.explore import in_common
from embedcore.explore.naming import names_of
from embedcore.explore.search import find
from embedcore.methods import get
from embedcore.methods.columns import TableEncoder

GENRES = ("Action", "Comedy", "Drama", "Horror", "Romance", "Sci-Fi")


def films(n: int = 150) -> Dataset:
    """Films with one to three of six genres, and nothing else to learn from."""
    some = random.Random(0)
    genres = ["|".join(sorted(some.sample(GENRES, some.randint(1, 3)))) for _ in range(n)]
    frame = pd.DataFrame({"id": [f"f{k}" for k in range(n)], "genres": genres}, dtype="str")
    return Dataset.build("films", Catalogue(frame, {"id": "id", "genres": "tags"}))


# Adjectives and kinds of products: Chinese, Japanese, Thai.
SHOPS = {
    "Chinese": (("蓝色", "红色", "白色", "柔软", "大号"), (("茶杯", "咖啡杯"), ("毛巾", "浴巾"), ("台灯", "落地灯"))),
    "Japanese": (
        ("青い", "赤い", "白い", "柔らかい"),
        (("マグカップ", "湯呑み"), ("毛布", "ひざ掛け"), ("電気スタンド",)),
    ),
    "Thai": (("สีฟ้า", "สีแดง", "ขนาดใหญ่", "นุ่ม"), (("แก้วกาแฟ", "แก้วน้ำ"), ("ผ้าขนหนู",), ("โคมไฟ",))),
}


def shop(language: str, n: int = 120) -> tuple[Dataset, np.ndarray]:
    """(products with two adjectives and a kind in one word, their kinds)."""
    some = random.Random(1)
    adjectives, kinds = SHOPS[language]
    kind = [k % len(kinds) for k in range(n)]
    titles = ["".join([*some.sample(adjectives, 2), some.choice(kinds[k])]) + str(some.randint(1, 99)) for k in kind]
    frame = pd.DataFrame({"id": [f"p{k}" for k in range(n)], "title": titles}, dtype="str")
    return Dataset.build(language, Catalogue(frame, {"id": "id", "title": "title"})), np.array(kind)


def near(found: Embedding, k: int = 5) -> np.ndarray:
    """(n, k) the nearest rows of each."""
    alike = found.unit @ found.unit.T
    np.fill_diagonal(alike, -9)
    return np.argsort(-alike, axis=1, kind="stable")[:, :k]


@pytest.mark.parametrize("method", ["cooccurrence", "pca", "autoencoder"])
def test_films_that_share_genres_are_near_each_other(method: str) -> None:
    data = films()
    small = {"steps": 300} if method == "autoencoder" else {"check": False} if method == "cooccurrence" else {}
    found = get(method).fit(data, get(method).Params.of(small)).embeddings["product"]
    sets = [set(split_tags(cell)) for cell in data.column("genres")]

    def shared(pairs: list[tuple[int, int]]) -> float:
        return float(np.mean([len(sets[a] & sets[b]) / len(sets[a] | sets[b]) for a, b in pairs]))

    ours = shared([(a, int(b)) for a, row in enumerate(near(found)) for b in row])
    assert ours > 2 * shared([(a, b) for a in range(0, 150, 3) for b in range(1, 150, 7)])


def test_each_genre_is_a_value_with_a_vector_and_new_films_are_read_by_it(tmp_path: Path) -> None:
    method = get("cooccurrence")
    fitted = method.fit(films(), method.Params.of({"check": False}))
    assert sorted(fitted.embeddings["value"].ids) == [f"genres={g}" for g in GENRES]
    assert sum(fitted.embeddings["value"].meta["counts"]) == sum(len(split_tags(c)) for c in films().column("genres"))
    fitted.save(tmp_path)
    frame = pd.DataFrame({"id": ["new"], "genres": ["Horror|Action|Unheard of"]}, dtype="str")
    new = Dataset.build("new", Catalogue(frame, {"id": "id", "genres": "tags"}))
    for model in (fitted, method.load(tmp_path)):
        assert len(model.embed(new)) == 1


def test_tables_without_sets_are_stored_and_read_as_before() -> None:
    frame = pd.DataFrame({"id": list("abcd"), "text": ["red cup", "red mug", "mug", "cup"]}, dtype="str")
    table = TableEncoder.of(Dataset.build("t", Catalogue(frame, {"id": "id", "text": "text"})))
    plain = json.loads(json.dumps(table.plain()))
    for words in plain["words"]:
        del words["tags"]  # as older versions wrote it
    assert TableEncoder.from_plain(plain) == table


def test_a_new_product_has_the_known_value_in_other_capitals() -> None:
    def shop(brands: list[str]) -> Dataset:
        frame = pd.DataFrame({"id": [f"p{n}" for n in range(len(brands))], "brand": brands}, dtype="str")
        return Dataset.build("shop", Catalogue(frame, {"id": "id", "brand": "brand"}))

    table = TableEncoder.of(shop(["Nike", "Nike", "Puma"]))
    assert table.encode(shop(["NIKE", "puma", "Adidas"])).categories.ravel().tolist() == [1, 2, 0]


def test_groups_suggestions_and_search_name_the_genre_and_not_the_combination() -> None:
    data = films()
    sets = [set(split_tags(cell)) for cell in data.column("genres")]
    labels = np.array([0 if "Horror" in s else 1 if "Comedy" in s else 2 for s in sets])
    found = Embedding("product", data.items, np.eye(3, dtype=np.float32)[labels])
    names = names_of(labels, 3, found, data)
    assert names[0].startswith("Horror")
    assert names[1].startswith("Comedy")
    assert not any("|" in name for name in names)
    both = next((a, b) for a in range(9) for b in range(a) if sets[a] & sets[b])
    assert in_common(data, *both)[0].startswith("same genres: ")
    assert all("Sci-Fi" in sets[hit.item] for hit in find(data, "sci-fi", 5))


@pytest.mark.parametrize("language", SHOPS)
def test_titles_without_spaces_are_cut_so_that_their_kinds_are_found(language: str) -> None:
    data, kind = shop(language)
    method = get("cooccurrence")
    found = method.fit(data, method.Params.of({"check": False})).embeddings["product"]
    assert (kind[near(found)] == kind[:, None]).mean() > 0.8
    names = names_of(kind, int(kind.max()) + 1, found, data)
    for k, name in enumerate(names):
        assert any(word in name or name.split(",")[0].split(" ·")[0] in word for word in SHOPS[language][1][k]), names
    for k, words in enumerate(SHOPS[language][1]):
        hits = find(data, words[0], 5)
        assert hits
        assert all(kind[hit.item] == k for hit in hits)


@pytest.mark.parametrize("language", SHOPS)
def test_the_text_encoder_says_that_its_model_does_not_know_the_language(language: str) -> None:
    method = get("text")
    said = method.warns(shop(language)[0], method.Params())
    assert said is not None
    assert language in said
    other = method.Params.of({"model": "paraphrase-multilingual-MiniLM-L12-v2"})
    assert method.warns(shop(language)[0], other) is None
    english = pd.DataFrame({"id": ["a", "b"], "title": ["Blue cup", "Tasse bleu clair, 蓝色"]}, dtype="str")
    assert (
        method.warns(Dataset.build("en", Catalogue(english, {"id": "id", "title": "title"})), method.Params()) is None
    )
