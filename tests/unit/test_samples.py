"""The sample data: made again equal, and what is planted in it is really there."""

from __future__ import annotations

import hashlib
import io
import zipfile
from functools import cache
from pathlib import Path
from random import Random

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from rapidfuzz import fuzz

from embedcore import samples
from embedcore.data import Dataset
from embedcore.errors import InputError, MissingError
from sample_data import generate, products
from sample_data.vocabulary import COLOURS, SAME_COLOUR
from tests.shared import SAMPLES


@cache
def shop() -> generate.Shop:
    return generate.make()


@cache
def fashion() -> Dataset:
    return samples.load("fashion")


@cache
def journey() -> Dataset:
    return samples.load("completejourney")


@cache
def bought_in() -> dict[str, set[str]]:
    lines = pd.read_csv(SAMPLES / "baskets.csv", dtype=str)
    return lines.groupby("product_id")["basket_id"].agg(set).to_dict()


def pairs(name: str) -> list[tuple[str, str]]:
    return list(pd.read_csv(SAMPLES / f"{name}.csv").itertuples(index=False, name=None))


def shared(a: str, b: str) -> tuple[int, float]:
    """(baskets with both, baskets with both that chance alone would give)."""
    one, two = bought_in().get(a, set()), bought_in().get(b, set())
    return len(one & two), len(one) * len(two) / 20_000


@pytest.mark.parametrize("name", ["products", "baskets", "duplicates", "complements", "substitutes"])
def test_committed_tables_are_what_the_generator_makes(name: str) -> None:
    assert (SAMPLES / f"{name}.csv").read_text(encoding="utf-8") == shop().tables()[f"{name}.csv"]


def test_committed_pictures_are_what_the_generator_draws() -> None:
    with zipfile.ZipFile(SAMPLES / "images.zip") as z:
        assert z.namelist() == shop().products["image"].tolist()
        for row in range(0, 2000, 25):
            kept, drawn = z.read(f"P{10001 + row}.png"), generate.picture(shop(), row)
            # Pixels, not bytes: another zlib may pack the same picture in another way.
            assert pixels(kept).tobytes() == pixels(drawn).tobytes(), row


@pytest.mark.slow
def test_a_second_run_writes_the_same_bytes(tmp_path: Path) -> None:
    def digests(folder: Path) -> dict[str, str]:
        return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())}

    generate.write(tmp_path / "a", shop(), limit=40)
    generate.write(tmp_path / "b", generate.make(), limit=40)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    assert len(digests(tmp_path / "a")) == 6


def test_another_seed_makes_another_shop() -> None:
    assert products.originals(Random(1))["title"].tolist() != products.originals(Random(2))["title"].tolist()


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def test_pictures_are_small_and_show_their_colour() -> None:
    assert (SAMPLES / "images.zip").stat().st_size < 5_000_000
    some = shop().products.sample(60, random_state=0)
    right = 0
    for row in some.itertuples():
        image = pixels(generate.picture(shop(), row.Index))
        assert image.shape == (96, 96, 3)
        known = {v: k for k, v in SAME_COLOUR.items()}.get(row.colour, row.colour)
        right += bool((np.abs(image.astype(int) - COLOURS[known]).max(axis=2) < 30).mean() > 0.03)
    assert right >= 57


def test_planted_complements_are_bought_together_far_more_than_chance() -> None:
    found = [shared(a, b) for a, b in pairs("complements")]
    assert len(found) == 220
    assert all(both >= 5 for both, _ in found)
    assert all(both / chance > 3 for both, chance in found)


def test_planted_substitutes_avoid_each_other() -> None:
    found = [shared(a, b) for a, b in pairs("substitutes")]
    assert len(found) == 40
    assert sum(both for both, _ in found) < 0.2 * sum(chance for _, chance in found)


def test_planted_substitutes_have_the_same_companions_and_like_prices() -> None:
    with_ = {}
    for a, b in pairs("complements"):
        with_.setdefault(a, set()).add(b)
        with_.setdefault(b, set()).add(a)
    table = shop().products.set_index("product_id")
    for a, b in pairs("substitutes"):
        assert len(with_[a] & with_[b]) == 2
        assert all(shared(x, c)[0] / shared(x, c)[1] > 3 for x in (a, b) for c in with_[a])
        assert table.loc[a, "subcategory"] == table.loc[b, "subcategory"]
        assert table.loc[a, "brand"] != table.loc[b, "brand"]
        assert abs(table.loc[b, "price"] / table.loc[a, "price"] - 1) < 0.18


def test_planted_duplicates_have_similar_titles_and_prices_and_others_do_not() -> None:
    table = shop().products.set_index("product_id")

    def alike(a: str, b: str) -> float:
        return fuzz.token_sort_ratio(table.loc[a, "title"].lower(), table.loc[b, "title"].lower())

    found = pairs("duplicates")
    assert len(found) == 130
    assert min(alike(a, b) for a, b in found) > 55
    assert np.median([alike(a, b) for a, b in found]) > 90
    assert all(abs(table.loc[a, "price"] / table.loc[b, "price"] - 1) < 0.16 for a, b in found)
    rng = np.random.default_rng(0)
    ids = table.index.to_numpy()
    assert np.median([alike(*rng.choice(ids, 2, replace=False)) for _ in range(200)]) < 55


def test_the_shop_reads_like_a_shop() -> None:
    p, b = shop().products, shop().baskets
    assert len(p) == 2000
    assert p["product_id"].is_unique
    assert p["category"].nunique() >= 12
    assert p["subcategory"].nunique() >= 40
    assert p["description"].str.contains(r"\w\.").all()
    assert 3 < p["price"].min() < p["price"].median() < p["price"].max() < 600
    assert b["basket_id"].nunique() == 20_000
    assert 2_500 < b["customer_id"].nunique() <= 3_000
    assert b["timestamp"].min() >= "2025-01-01"
    assert b["timestamp"].max() < "2026-01-01"
    sold = b["product_id"].value_counts()
    assert sold.head(200).sum() > 0.25 * len(b), "popularity is skewed"
    assert 0 < 2000 - len(sold) < 100, "a few are never bought"


def test_the_fashion_sample_opens_complete() -> None:
    d = fashion()
    assert (len(d), d.n_catalogue, len(d.baskets)) == (2000, 2000, 20_000)
    assert d.titles[0] == shop().products["title"][0]
    assert d.columns("price") == ["price"]
    assert d.column("price").between(3, 600).all()
    assert len(d.baskets.items) == len(shop().baskets)
    assert d.baskets.customers is not None
    assert not np.isnat(d.baskets.times).any()
    assert d.meta["sample"] == "fashion"
    assert d.meta["note"]


def test_the_complete_journey_opens_complete() -> None:
    d = journey()
    assert d.n_catalogue == 92_331
    assert len(d.baskets) == 155_848
    assert len(d.baskets.customer_ids) == 2_469
    assert 1_400_000 < len(d.baskets.items) <= 1_469_307
    assert "education" in d.meta["note"]


def test_names_of_the_complete_journey_say_what_the_product_is() -> None:
    d = journey()
    assert d.titles[d.position("26540")] == "Tray pack/choc chip cookies, 16 oz"
    assert d.titles[d.position("26190")] == "Apple sauce (fruit - shelf stable), 50 oz"
    assert d.titles[d.position("26081")] == "Miscellaneous"


def test_each_load_of_a_sample_is_the_same_dataset() -> None:
    assert samples.load("fashion").hash == fashion().hash


def test_loading_reports_steps_in_order() -> None:
    seen: list[int] = []
    samples.load("fashion", lambda step, of, loss=None, note="": seen.append(step))
    assert seen == sorted(seen)
    assert seen[-1] == 4


def test_an_unknown_sample_is_named_in_the_error() -> None:
    with pytest.raises(InputError, match="nothing"):
        samples.load("nothing")


def test_missing_files_are_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(samples, "FOLDER", tmp_path)
    with pytest.raises(MissingError, match="files of this sample are missing"):
        samples.load("fashion")
