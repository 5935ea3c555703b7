"""Ids of two files that should meet."""

from __future__ import annotations

import pandas as pd
import pytest

from embedcore.data import Catalogue
from embedcore.intake import BasketShape, add_baskets
from embedcore.intake.purchases.ids import meet


@pytest.mark.parametrize(
    ("known", "written"),
    [
        ("1001", "1001.0"),
        ("1001.0", "1001"),
        ("42", "000042"),
        ("000042", "42.0"),
        ("1001", "1.001E3"),
        ("4006381333931", "4006381333931.00"),
        ("0040063813331", "'0040063813331"),
        ("'0040063813331", "0040063813331"),
        ("00123", '="00123"'),
        ("AB-12", " ab-12 "),
        ("AB-12", "ab12"),
        ("AB 12", "AB-12"),
        ("AB 12", "AB  12"),
        ("1001", "1,001"),
        ("1001", "#1001"),
        ("1001", "１００１"),
    ],
)
def test_one_id_is_known_in_every_spelling(known: str, written: str) -> None:
    assert meet([known, "other", "77"], [written]) == {written: known}


@pytest.mark.parametrize(
    ("known", "wanted"),
    [(["1", "01"], ["1.0", "001"]), (["AB-1", "A-B1"], ["ab1"]), (["12"], ["1.2", "13"]), (["a1"], ["a1"])],
)
def test_what_could_be_two_ids_stays(known: list[str], wanted: list[str]) -> None:
    assert meet(known, wanted) == {}


def test_ids_that_one_file_tells_apart_stay_apart_where_asked() -> None:
    assert meet(["7"], ["7", "007"], apart=True) == {}
    assert meet(["7"], ["007", "07"], apart=True) == {}
    assert meet(["7"], ["007"], apart=True) == {"007": "7"}
    assert meet(["7"], ["7", "7.0"], apart=True) == {"7.0": "7"}


def _shop(**columns: list[str]) -> Catalogue:
    roles = {"sku": "id", "name": "title", "ean": "text"}
    return Catalogue(pd.DataFrame(columns, dtype="str"), {c: roles[c] for c in columns})


def _bought(catalogue: Catalogue, written: list[str], **settings: str) -> tuple[list[str], str]:
    frame = pd.DataFrame({"order": ["1"] * len(written), "item": written}, dtype="str")
    found, notices = add_baskets("x", catalogue, frame, BasketShape("long", "order", item="item"), settings=settings)
    return found.items[found.counts > 0].tolist(), " ".join(notices)


def test_orders_with_guarded_codes_meet_their_catalogue() -> None:
    shop = _shop(sku=["0040063813331", "0040063813332"], name=["Cup 1", "Cup 2"])
    assert _bought(shop, ["'0040063813332", "'0040063813331"])[0] == ["0040063813331", "0040063813332"]


def test_ids_stay_as_they_are_where_a_person_says_so() -> None:
    items, told = _bought(_shop(sku=["1001", "1002"], name=["a", "b"]), ["1001.0"], ids="no")
    assert items == ["1001.0"]
    assert "CAUTION" in told


@pytest.mark.parametrize("title", ["Café Crème", "CAFE CREME", "café-crème"])
def test_baskets_of_titles_meet_however_they_are_spelled(title: str) -> None:
    items, told = _bought(_shop(sku=["k1", "k2"], name=["Café crème", "Tea"]), [title, "tea "])
    assert items == ["k1", "k2"]
    assert "titles instead of ids" in told


def test_baskets_of_barcodes_meet_by_the_column_of_barcodes() -> None:
    shop = _shop(sku=["k1", "k2"], name=["a", "b"], ean=["4006381333931", "4006381333948"])
    items, told = _bought(shop, ["4006381333948.0", "4006381333931"])
    assert items == ["k1", "k2"]
    assert "“ean” instead of ids" in told
