"""What the matcher reads in titles: model numbers, sizes, colours, words of any script."""

from __future__ import annotations

import numpy as np
import pytest

from embedcore.match import models, sparse, texts, traits, words
from embedcore.vectors import unit_rows


def test_a_title_is_folded_to_plain_lower_case() -> None:
    assert texts.fold("Café ＡＢＣ Größe") == "cafe abc grosse"


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("canon lp-4000 printer", ["lp4000"]),
        ("sony dvp-fx820/p player", ["dvpfx820p"]),
        ("seagate 2tb drive 1080p usb3 2019", []),
        ("12.1 inch filter", []),
    ],
)
def test_model_numbers_are_found_and_sizes_are_none(title: str, found: list[str]) -> None:
    assert models.models(title)[0] == found


def test_a_shorter_form_never_cuts_a_number() -> None:
    assert "dvpfx820" in models.forms("dvpfx820w")
    assert "wa860re" in models.forms("tlwa860re")
    assert "hf10" not in models.forms("hf100")


def test_equal_sizes_are_equal_in_any_unit() -> None:
    assert words.measures("2 tb disk") == words.measures("2000gb disk")
    assert words.measures('27" screen') == words.measures("27 inch screen") != words.measures("24 inch screen")


def test_colours_are_known_in_several_languages() -> None:
    assert words.colours("koffer schwarz") == words.colours("black suitcase") == {"black"}


def test_scripts_without_spaces_are_read_in_pairs_of_characters() -> None:
    assert words.words("苹果手机 128gb") == ["苹果", "果手", "手机", "128gb"]


def test_looking_up_nearest_rows_leaves_the_table_as_it_was() -> None:
    found = sparse.counted([["a", "b"], ["a", "c"], ["a", "b", "d"]])
    before = found.table.toarray().copy()
    a, b, score = sparse.top(unit_rows(found.table, found.idf), 2)
    assert (found.table.toarray() == before).all()
    best = {int(x): int(y) for x, y in zip(a[::-1], b[::-1], strict=True)}
    assert best[0] == 2
    assert score.max() <= 1 + 1e-6


def test_what_is_left_of_a_row_is_what_the_other_lacks() -> None:
    found = sparse.counted([["a", "b"], ["a"], ["c"]]).table
    assert sparse.left(found, found, np.array([0, 1]), np.array([1, 0])).tolist() == [1, -1]


def test_a_number_of_many_brands_is_a_standard_and_no_model() -> None:
    names = [f"{maker} sunglasses UV400 {k}" for k, maker in enumerate(("acme", "bolt", "corvo", "delta", "acme"))]
    empty = np.full(5, "", object)
    brand = np.array([n.split()[0] for n in names], object)
    title = np.array([*names[:4], "acme sunglasses qx-9000"], object)
    read = texts.CatalogueTexts(title, empty, brand, empty, np.full(5, np.nan), np.full(5, -1, np.int32))
    assert traits.of(read).model.names.tolist() == ["qx9000"]
