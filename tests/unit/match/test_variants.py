"""Variants are no duplicates: wherever a shop tells them apart, not one pair is called the same."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from embedcore import match
from embedcore.__main__ import main
from embedcore.data import Catalogue, Dataset
from embedcore.intake import guess_roles, make_catalogue
from embedcore.match.variants import options, templates, titles
from tests.bench import synthetic_shops
from tests.bench.synthetic_shops import OTHER_KINDS

NAMES = ["Trail Running Shoe Ridge", "Rain Jacket Storm", "Leather Belt Plain", "Wool Beanie Frost", "Down Vest Loft"]
NAMES += ["Steel Bottle Hike", "Merino Base Layer", "Trekking Pole Carbon", "Canvas Tote Shore", "Cotton Socks Long"]


def same_title(names: list[str], axes: dict[str, list[str]], **more: list[str]) -> pd.DataFrame:
    """Each name in every combination of the options: title, brand and price are the same."""
    rows = [(n, *values) for n in names for values in product(*axes.values())]
    frame = pd.DataFrame(rows, columns=["title", *axes])
    frame.insert(0, "id", [f"v{k:03d}" for k in range(len(frame))])
    frame["description"] = "The " + frame["title"] + " for long days out."
    frame["brand"], frame["price"] = "Fellmark", "64.00"
    return frame.assign(**more)


KNOWN = {"id": "id", "title": "title", "brand": "brand", "price": "price", "description": "description"}


def read(frame: pd.DataFrame) -> Dataset:
    catalogue, _ = make_catalogue(frame, {c: KNOWN.get(c, "category") for c in frame.columns})
    return Dataset.build("shop", catalogue)


def found(frame: pd.DataFrame) -> match.Matches:
    return match.find(read(frame))


def none_the_same(matches: match.Matches) -> bool:
    return not matches.same.any() and not matches.groups()


COLUMNS = [("color", "size"), ("Farbe", "Größe"), ("couleur", "taille"), ("color", "talla"), ("colore", "taglia")]
COLUMNS += [("cor", "tamanho"), ("kleur", "maat"), ("kolor", "rozmiar"), ("цвет", "размер"), ("颜色", "尺码")]
COLUMNS += [("option1", "option2"), ("Variante 1", "Variante 2")]


@pytest.mark.parametrize("names", COLUMNS)
def test_sizes_and_colours_in_columns_are_variants_in_any_language(names: tuple[str, str]) -> None:
    frame = same_title(NAMES, {names[0]: ["Black", "Olive"], names[1]: ["S", "M", "L"]})
    matches = found(frame)
    assert none_the_same(matches)
    assert (matches.kind == "variant").sum() == 150


@pytest.mark.parametrize(
    "axes",
    [
        {"flavour": ["Vanilla", "Cocoa", "Mint", "Lemon"]},
        {"Inhalt": ["250 ml", "500 ml", "1 l"], "Duft": ["Rose", "Zeder"]},
        {"pack": ["6 pack", "12 pack", "24 pack"]},
        {"model": ["for Zeta 5", "for Zeta 6", "for Zeta 6 Pro"]},
        {"kvalitet": ["250 ml", "500 ml", "1 l"]},
    ],
)
@pytest.mark.parametrize("families", [1, 4])
def test_a_small_catalogue_of_flavours_packs_models_and_volumes_has_no_duplicates(
    axes: dict[str, list[str]], families: int
) -> None:
    assert none_the_same(found(same_title(NAMES[:families], axes)))


@pytest.mark.parametrize("rows", [12, 24, 36, 60])
@pytest.mark.parametrize("kinds", [synthetic_shops.KINDS, OTHER_KINDS])
def test_options_in_the_titles_of_a_small_shop_are_variants(rows: int, kinds: dict[str, list[list[str]]]) -> None:
    assert none_the_same(found(synthetic_shops.shop(rows, 0.0, kinds=kinds, seed=rows).frame))


def test_one_family_of_titles_has_no_duplicates() -> None:
    sizes = [
        f"Wall Paint Sierra {size} {hue}" for size in ("1 L", "2.5 L", "10 L") for hue in ("Sage", "Ivory", "Slate")
    ]
    frame = pd.DataFrame({"id": [f"a{k}" for k in range(9)], "title": sizes, "price": [19.95] * 9})
    assert none_the_same(found(frame.astype(str)))


@pytest.mark.parametrize("column", ["id", "sku"])
def test_the_end_of_a_code_tells_variants(column: str, tmp_path: Path) -> None:
    ends = [f"{hue}-{size}" for hue in ("BLK", "OLV") for size in ("S", "M", "L")]
    frame = same_title(NAMES, {"end": ends})
    frame[column] = [f"FE{100 + k // 6}-{end}" for k, end in enumerate(frame.pop("end"))]
    frame.to_csv(tmp_path / "shop.csv", index=False)
    command = ["duplicates", str(tmp_path / "shop.csv"), "--out", str(tmp_path / "pairs.csv"), "--no-vectors"]
    assert main(command) == 0
    pairs = pd.read_csv(tmp_path / "pairs.csv", dtype=str, keep_default_na=False)
    assert set(pairs["same"]) == {"false"}
    assert (pairs["kind"] == "variant").sum() == 150
    assert pairs["axis"].str.contains("BLK-S / OLV-S").any()


def test_rows_of_one_parent_are_variants_although_nothing_else_differs() -> None:
    frame = same_title(NAMES, {"n": ["1", "2", "3"]}).drop(columns="n")
    frame["parent"] = frame["title"].str[:5]
    roles = {"id": "id", "title": "title", "brand": "brand", "parent": "parent"}
    matches = match.find(Dataset.build("shop", Catalogue(frame[list(roles)], roles)))
    assert none_the_same(matches)
    assert (matches.kind == "variant").sum() == 30


def test_numbers_of_rows_are_no_codes() -> None:
    names = [*NAMES, *NAMES[:4]]
    frame = pd.DataFrame({"id": [f"SKU-{k:03d}" for k in range(14)], "title": names, "brand": "Fellmark"})
    matches = found(frame)
    assert [g.tolist() for g in matches.groups()] == [[k, 10 + k] for k in range(4)]


def test_the_reason_names_the_axis_and_both_values() -> None:
    frame = same_title(NAMES, {"color": ["Black", "Olive"], "size": ["S", "M"]})
    data = read(frame)
    matches = match.find(data)
    reason = match.explain(data, matches, matches.row_of[(0, 3)])
    assert reason.startswith("variants (color: Black / Olive, size: S / M): ")


def test_a_person_can_still_say_that_variants_are_the_same() -> None:
    data = read(same_title(NAMES, {"size": ["S", "M", "L"]}))
    first = match.find(data)
    said = pd.DataFrame({"id_a": ["v000"], "id_b": ["v001"], "verdict": ["same"]})
    verdicts = match.PairVerdicts.of(data, said)
    after = match.rescored(first, first.weights, verdicts)
    assert [g.tolist() for g in after.groups()] == [[0, 1]]
    assert after.kind[after.row_of[(0, 1)]] == "same"
    assert match.teach(first, verdicts).used == 1


def test_no_group_holds_variants() -> None:
    shop = synthetic_shops.shop(300, 0.35, "columns", seed=3)
    matches = match.find(shop.dataset())
    together = matches.group[matches.a] == matches.group[matches.b]
    assert matches.same.sum() > 50
    assert not (together & matches.apart).any()


@pytest.mark.parametrize("where", ["title", "columns", "code"])
@pytest.mark.parametrize("kinds", [synthetic_shops.KINDS, OTHER_KINDS])
def test_duplicates_among_variants_are_found_and_what_is_shown_is_true(
    where: str, kinds: dict[str, list[list[str]]]
) -> None:
    shop = synthetic_shops.shop(500, 0.1, where, kinds=kinds, seed=77)
    data = shop.dataset()
    matches, truth = match.find(data), shop.truth(data)
    right = int((truth[matches.a] == truth[matches.b])[matches.same].sum())
    taken, total = int(matches.same.sum()), len(shop.twice)
    precision, recall, _ = matches.expected.of(matches.cut)
    assert 2 * right / (taken + total) >= 0.88
    assert abs(precision - right / taken) <= 0.12
    assert abs(recall - right / total) <= 0.12


def test_a_template_is_wide_when_three_things_fill_its_place() -> None:
    several = titles.read(
        ["cat food tuna 85 g", "cat food duck 85 g", "cat food beef 85 g", "cat food tuna 400 g"], [""] * 4
    )
    a, b = np.triu_indices(4, 1)
    mined = templates.mine(several, a, b)
    cut = mined.cut(np.array([0, 0]), np.array([1, 3]))
    assert mined.is_wide(cut.place).tolist() == [True, False]


def test_a_slip_is_one_word_and_a_denial_is_none() -> None:
    several = titles.read(["kettle kettle", "kettel black blk", "kettle with without", "kettle tuna luna"], [""] * 4)
    known = {str(w): k for k, w in enumerate(several.names)}
    pairs = [("kettle", "kettel"), ("black", "blk"), ("with", "without"), ("tuna", "luna")]
    x, y = (np.array([known[p[k]] for p in pairs]) for k in (0, 1))
    assert several.slips(x, y).tolist() == [True, True, False, False]


def test_columns_are_called_as_shops_call_options() -> None:
    assert all(options.is_named(n) for names in COLUMNS for n in names)
    assert not any(options.is_named(n) for n in ("url", "stock", "id", "season"))


@pytest.mark.parametrize("column", ["sku", "article_no", "item_code"])
def test_codes_beside_the_ids_tell_variants_of_a_catalogue_that_was_imported(column: str) -> None:
    shop = synthetic_shops.shop(120, 0.1, "code", kinds=OTHER_KINDS, seed=61)
    frame = shop.frame.rename(columns={"sku": column})
    roles = {g.column: g.role for g in guess_roles(frame)}
    assert (roles["id"], roles[column]) == ("id", "parent")
    dataset = Dataset.build("shop", make_catalogue(frame, roles)[0])
    found = match.find(dataset)
    same = {
        frozenset((dataset.items[a], dataset.items[b]))
        for a, b in zip(found.a[found.same], found.b[found.same], strict=True)
    }
    twice = {frozenset(pair) for pair in shop.twice}
    assert same <= twice
    assert len(same) >= 0.6 * len(twice)
