"""The input layer of the small networks: codes, numbers and words of known and new products."""

from __future__ import annotations

import numpy as np
import pandas as pd

from embedcore.data import Catalogue, Dataset
from embedcore.methods.columns import TableEncoder, inputs

ROLES = {"id": "id", "colour": "category", "price": "price", "name": "title"}


def shop(colours: list[str | None], prices: list[float], names: list[str | None]) -> Dataset:
    ids = [f"p{i}" for i in range(len(prices))]
    frame = pd.DataFrame({"id": ids, "colour": colours, "price": prices, "name": names})
    texts = dict.fromkeys(("id", "colour", "name"), "str")
    return Dataset.build("shop", Catalogue(frame.astype(texts), ROLES))


KNOWN = shop(["red", "red", "blue", None], [1.0, 2.0, 3.0, np.nan], ["big mug", "mug", "small big mug", "small mug"])
TABLE = TableEncoder.of(KNOWN)


def test_missing_cells_are_code_zero_nan_and_no_word() -> None:
    found = inputs.read(TABLE, KNOWN, 5.0, 10)
    assert found.codes[:, 0].tolist() == [1, 1, 2, 0]
    assert found.missing[:, 0].tolist() == [False, False, False, True]
    assert found.filled[3, 0] == 0.0
    assert [(row >= 0).sum() for row in found.words[0]] == [2, 1, 3, 2]


def test_values_and_words_never_seen_count_as_missing_and_numbers_far_out_are_cut_off() -> None:
    new = shop(["green", None], [1e6, np.nan], ["mug of glass", None])
    found = inputs.read(TABLE, new, 5.0, 10)
    assert found.codes[:, 0].tolist() == [0, 0]
    assert found.numbers[0, 0] == 5.0
    assert found.known.tolist() == [True, False]
    assert [(row >= 0).sum() for row in found.words[0]] == [1, 0]


def test_the_first_words_of_a_text_are_read_of_the_commonest_only() -> None:
    rows = TABLE.encode(KNOWN)
    names = TABLE.words[0].words
    first = inputs.of_rows(rows, 5.0, 1).words[0]
    assert [names[k] for k in first[:, 0]] == ["big", "mug", "small", "small"]
    common = inputs.of_rows(rows, 5.0, 10, [1]).words[0]
    assert common.tolist() == [[0]] * 4
    assert names[0] == "mug"


def test_some_rows_are_the_same_rows() -> None:
    found, rows = inputs.read(TABLE, KNOWN, 5.0, 10), np.array([2, 0])
    part = found.take(rows)
    assert len(part) == 2
    np.testing.assert_array_equal(part.codes, found.codes[rows])
    np.testing.assert_array_equal(part.numbers, found.numbers[rows])
    np.testing.assert_array_equal(part.words[0], found.words[0][rows])
