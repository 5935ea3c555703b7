"""The matcher on planted catalogues: what is found, what is not, and catalogues as people really have them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from embedcore import match
from embedcore.data import Catalogue, Dataset
from embedcore.errors import Cancelled, InputError, NeedsError

MAKERS = ["Acme", "Bolt", "Corvo", "Delta", "Ester"]
KINDS = ["drill", "kettle", "lamp", "router", "speaker", "toaster", "monitor", "blender"]
KNACKS = ["compact", "wireless", "deluxe", "classic", "smart", "heavy", "portable", "slim"]


def titles(n: int, seed: int = 0) -> list[str]:
    rng = np.random.default_rng(seed)
    codes = rng.permutation(9000)[:n] + 1000
    return [
        f"{rng.choice(MAKERS)} {rng.choice(KNACKS)} {rng.choice(KINDS)} {rng.choice(list('ABCDEFG'))}X-{c}"
        for c in codes
    ]


def shop(names: list[str | None], **columns: object) -> Dataset:
    frame = pd.DataFrame(
        {"id": [f"p{i}" for i in range(len(names))], "title": pd.Series(names, dtype="str"), **columns}
    )
    return Dataset.build("shop", Catalogue(frame, {"id": "id", "title": "title"} | {c: c for c in columns}))


def sizes(found: match.Matches) -> list[int]:
    return [len(g) for g in found.groups()]


def test_products_written_in_two_ways_are_found_and_nothing_else() -> None:
    names = titles(200)
    found = match.find(shop([*names, *(n.lower().replace("-", " ") for n in names[:30])]))
    assert [g.tolist() for g in found.groups()] == [[k, 200 + k] for k in range(30)]


def test_a_catalogue_without_duplicates_has_none() -> None:
    found = match.find(shop(titles(200)))
    assert not found.same.any()
    assert not found.groups()


def test_the_same_catalogue_gives_the_same_matches() -> None:
    data = shop([*titles(80), *titles(20)])
    one, two = match.find(data, seed=3), match.find(data, seed=3)
    assert (one.a == two.a).all()
    assert (one.probability == two.probability).all()
    assert one.cut == two.cut


def test_across_two_shops_each_product_has_one_partner_at_most() -> None:
    names = titles(60)
    data = shop([*names, *names[:40], *names[:3]], brand=["north"] * 60 + ["south"] * 43)
    found = match.find(data, source="brand")
    left = np.r_[found.a[found.same], found.b[found.same]]
    assert len(left) == len(set(left.tolist())) == 80
    assert found.shop is not None
    assert (found.shop[found.a] != found.shop[found.b]).all()


def test_a_source_column_needs_two_sources() -> None:
    with pytest.raises(InputError, match="two sources"):
        match.find(shop(titles(5), brand=["north"] * 5), source="brand")


def test_five_hundred_equal_rows_are_one_group() -> None:
    found = match.find(shop([*titles(100), *["Acme wireless mouse MX-500 black"] * 500]))
    assert max(sizes(found)) == 500
    assert len(sizes(found)) <= 3


def test_empty_titles_are_compared_with_nothing_and_said() -> None:
    found = match.find(shop([*titles(40), *[None] * 20]))
    assert found.meta["left_out"] == 20
    assert "20 products" in found.meta["notices"][0]
    assert max(found.b, default=0) < 40
    assert not len(match.find(shop([None] * 4)))


def test_one_word_titles_match_when_equal_and_are_said_to_be_thin() -> None:
    words = "apple banana cherry elder fig grape honey iris jam kiwi lemon mango nut olive pear".split()  # noqa: SIM905
    found = match.find(shop([*words, *words[:4]]))
    assert {tuple(g.tolist()) for g in found.groups()} >= {(k, len(words) + k) for k in range(4)}
    assert any("single word" in n for n in found.meta["notices"])


def test_chinese_and_arabic_titles_are_compared_by_their_characters() -> None:
    names = ["联想 笔记本电脑 小新 Pro14", "联想小新Pro14笔记本电脑", "戴森 吸尘器 V10", "戴森V10吸尘器"]
    names += ["海尔 冰箱 200升", "تلفزيون سوني 55 بوصة", "تلفزيون سوني ٥٥ بوصة", "ثلاجة توشيبا 300 لتر"]
    found = match.find(shop([*names, *titles(40)]))
    together = {tuple(g.tolist()) for g in found.groups()}
    assert {(0, 1), (2, 3), (5, 6)} <= together


def test_missing_prices_are_no_reason_against() -> None:
    names = titles(100)
    rng = np.random.default_rng(1)
    price = rng.uniform(10, 500, 100)
    both = np.r_[price, price[:40] * 1.02]
    both[rng.random(140) < 0.4] = np.nan
    found = match.find(shop([*names, *(n.replace("-", " ") for n in names[:40])], price=both))
    assert [g.tolist() for g in found.groups()] == [[k, 100 + k] for k in range(40)]


def test_a_pair_says_why_in_plain_words() -> None:
    names = [*titles(40), "Canon printer LP-4000 black", "Canon LP4000 printer silver"]
    data = shop(names, brand=["Canon"] * 42, price=[99.0] * 40 + [100.0, 97.0])
    found = match.find(data)
    reason = match.explain(data, found, found.row_of[(40, 41)])
    assert reason.startswith("same model number LP4000, same brand, price 3 % apart")
    assert reason.endswith("colour differs (black / silver)")


def test_matches_come_back_from_files_as_they_went_in(tmp_path: Path) -> None:
    data = shop([*titles(60), *titles(10)], brand=["a"] * 60 + ["b"] * 10)
    found = match.find(data, source="brand")
    found.save(tmp_path)
    again = match.Matches.load(tmp_path)
    assert (again.probability == found.probability).all()
    assert (again.group == found.group).all()
    assert again.cut == found.cut
    assert again.names == found.names
    assert again.meta == found.meta
    assert (match.rescored(again, again.weights).probability == found.probability).all()


def test_another_cut_takes_other_pairs_and_its_expected_precision_is_told() -> None:
    found = match.find(shop([*titles(60), *titles(20)]))
    strict = found.at(0.999)
    assert strict.same.sum() <= found.same.sum()
    assert found.expected.of(0.999)[0] >= found.expected.of(found.cut)[0]


def test_work_stops_when_it_is_cancelled() -> None:
    def stop(step: int, of: int, loss: float | None = None, note: str = "") -> None:
        if step >= 30:
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        match.find(shop(titles(50)), progress=stop)


def test_baskets_alone_cannot_be_compared() -> None:
    lines = pd.DataFrame({"basket": ["a", "a"], "item": ["x", "y"]})
    with pytest.raises(NeedsError, match="no catalogue"):
        match.find(Dataset.build("baskets", None, lines))
