"""The matcher on two real catalogues whose duplicates are known, without any label and by its own cut."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from embedcore import match
from embedcore.data import Dataset
from embedcore.intake import guess_roles, make_catalogue
from tests.bench.matcher_model import gold
from tests.shared import shared

pytestmark = pytest.mark.shared


@cache
def catalogue(name: str) -> tuple[Dataset, np.ndarray]:
    """(dataset, true group of each product)."""
    frame = pd.read_csv(shared(f"data/duplicates/{name}/catalogue.csv"), dtype=str, keep_default_na=False)
    typed, _ = make_catalogue(frame, {g.column: g.role for g in guess_roles(frame)})
    dataset = Dataset.build(name, typed)
    return dataset, gold(name, dataset)


def judged(found: match.Matches, truth: np.ndarray, shop: np.ndarray | None = None) -> tuple[float, float]:
    """(F1, precision) of the pairs that the program calls the same."""
    true = truth[found.a] == truth[found.b]
    x, y = np.triu_indices(len(truth), 1)
    all_true = truth[x] == truth[y]
    if shop is not None:
        all_true &= shop[x] != shop[y]
    right = int((found.same & true).sum())
    return 2 * right / (found.same.sum() + all_true.sum()), right / found.same.sum()


@pytest.mark.parametrize(("name", "least"), [("abt-buy", 0.85), ("wdc-dev", 0.68)])
def test_duplicates_are_found_with_letters_and_words_alone(name: str, least: float) -> None:
    dataset, truth = catalogue(name)
    found = match.find(dataset)
    f1, precision = judged(found, truth)
    assert f1 >= least
    assert abs(found.expected.of(found.cut)[0] - precision) <= 0.12


def test_across_two_shops_nearly_all_are_found() -> None:
    dataset, truth = catalogue("abt-buy")
    found = match.find(dataset, source="source")
    assert judged(found, truth, dataset.column("source").to_numpy())[0] >= 0.94


def test_thirty_verdicts_do_not_make_it_worse() -> None:
    dataset, truth = catalogue("abt-buy")
    first = now = match.find(dataset)
    verdicts = match.NO_VERDICTS
    for _ in range(3):
        rows = match.ask(now, verdicts, 10)
        a, b = np.r_[verdicts.a, now.a[rows]], np.r_[verdicts.b, now.b[rows]]
        verdicts = match.PairVerdicts(a, b, truth[a] == truth[b])
        now = match.teach(first, verdicts).matches
    assert judged(now, truth)[0] >= judged(first, truth)[0]
