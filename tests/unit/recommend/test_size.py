"""A recommender of very many lines is made from evenly spaced baskets and customers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from embedcore.errors import InputError
from embedcore.progress import silent
from embedcore.recommend import model
from embedcore.recommend.purchases import Histories, every, of_baskets
from embedcore.tasks import recommending
from tests.unit.test_baskets import shop


def test_how_many_baskets_are_left_out_follows_from_their_lines() -> None:
    data = shop(300)
    assert data.baskets is not None
    lines = len(data.baskets.items)
    assert [every(data, most) for most in (lines, lines - 1, lines // 3 + 1, 10**9)] == [1, 2, 3, 1]
    whole = of_baskets(data).toarray()
    np.testing.assert_array_equal(of_baskets(data, 3).toarray(), whole[::3])
    assert whole.sum() == lines
    assert whole[7].nonzero()[0].tolist() == data.baskets.of(7).tolist()


def test_counts_of_some_customers_are_their_rows_of_the_counts_of_all() -> None:
    data = shop(300)
    found = Histories.of(data)
    b = data.baskets
    assert found is not None
    assert b is not None
    assert b.customers is not None
    table = found.counts().toarray()
    right = np.zeros_like(table)
    for n, who in enumerate(b.customers):
        if who >= 0:
            right[who, b.of(n)] += 1
    np.testing.assert_array_equal(table, right)
    some = np.array([3, 11, 4])
    np.testing.assert_array_equal(found.counts(some).toarray(), right[some])


def test_the_recommender_of_a_part_still_finds_what_belongs_together(monkeypatch: pytest.MonkeyPatch) -> None:
    data = shop(2_000)
    whole = model.fit(data)
    monkeypatch.setattr(model, "_LINES", 2_500)
    part = model.fit(data)
    assert whole.meta["every"] == 1
    assert part.meta["every"] == 3
    np.testing.assert_array_equal(part.counts, whole.counts)
    assert part.together.shape == whole.together.shape
    assert 0 < part.together.sum() < np.inf


def test_lists_for_more_than_a_million_are_refused_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop(30).save(tmp_path / "d")
    monkeypatch.setattr(recommending, "_MOST", 5)
    for whom, many in (("baskets", "30 baskets"), ("customers", "customers")):
        spec = {"whom": whom, "k": 3, "dataset_folder": str(tmp_path / "d")}
        with pytest.raises(InputError, match=many) as e:
            recommending.write_lists(spec, tmp_path, silent)
        assert "--queries" in e.value.hint
    assert not (tmp_path / recommending.NAME).exists()
