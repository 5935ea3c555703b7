"""The fit of text vectors to baskets: it helps products it has not seen, or it is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from embedcore.data import Catalogue, Dataset
from embedcore.errors import NeedsError
from embedcore.methods import get
from embedcore.methods.text import method as text
from embedcore.methods.text.adapter import Adapter, Result, fit_adapter

THEMES, EACH, D = 8, 40, 48


def shop(seed: int = 0, related: bool = True) -> tuple[Dataset, np.ndarray]:
    """Products of 8 themes. Their vectors hold the theme faintly in the last 8 numbers, under the noise of the first
    40; baskets are bought by theme, or (not related) at random."""
    rng = np.random.default_rng(seed)
    n = THEMES * EACH
    theme = np.arange(n) % THEMES
    x = np.c_[rng.normal(size=(n, D - THEMES)), 1.2 * np.eye(THEMES)[theme]]
    frame = pd.DataFrame([(f"p{i:03d}", f"thing {i}") for i in range(n)], columns=["id", "title"]).astype("str")
    rows = []
    for b in range(3000):
        among = np.flatnonzero(theme == rng.integers(THEMES)) if related else np.arange(n)
        rows += [(f"b{b}", f"p{i:03d}") for i in rng.choice(among, 4, replace=False)]
    lines = pd.DataFrame(rows, columns=["basket", "item"])
    data = Dataset.build("t", Catalogue(frame, {"id": "id", "title": "title"}), lines)
    return data, (x / np.linalg.norm(x, axis=1, keepdims=True)).astype(np.float32)


def fit(data: Dataset, x: np.ndarray, **how: int) -> Result:
    return fit_adapter(data, np.arange(len(data)), [str(t) for t in data.titles], x, **how)


def test_products_it_has_not_seen_come_closer_to_what_they_are_bought_with() -> None:
    data, x = shop()
    result = fit(data, x, steps=60)
    assert isinstance(result.adapter, Adapter)
    assert result.notices == []
    found = result.figures[0]
    assert found["value"] > 1.2 * found["baseline"] > 0
    assert len(result.losses) == 60
    assert np.mean(result.losses[-5:]) < np.mean(result.losses[:5])


def test_a_fit_that_helps_nobody_is_refused_and_said() -> None:
    data, x = shop(related=False)
    result = fit(data, x, steps=60)
    if result.adapter is None:
        assert result.notices
        assert "language model" in result.notices[0]
    else:
        assert result.figures[0]["value"] > result.figures[0]["baseline"]


def test_a_worse_score_on_unseen_products_always_keeps_the_vectors(monkeypatch: pytest.MonkeyPatch) -> None:
    data, x = shop()
    from embedcore.methods.text import adapter

    worse = np.diag(np.r_[np.ones(D - THEMES), np.zeros(THEMES)]).astype(np.float32)  # forgets the theme
    monkeypatch.setattr(adapter, "_train", lambda *a: (worse, [1.0]))
    result = fit(data, x)
    assert result.adapter is None
    assert "did not help" in result.notices[0]
    assert result.figures[0]["value"] < result.figures[0]["baseline"]


def test_the_same_seed_gives_the_same_map_and_another_seed_another() -> None:
    data, x = shop()
    first, again, other = (fit(data, x, steps=20, seed=s).adapter for s in (1, 1, 2))
    assert first
    assert again
    assert other
    np.testing.assert_array_equal(first.matrix, again.matrix)
    assert np.abs(first.matrix - other.matrix).max() > 1e-3


def test_too_few_baskets_are_said() -> None:
    data, x = shop()
    lines = pd.DataFrame([("b", "p000"), ("b", "p001")], columns=["basket", "item"])
    result = fit(Dataset.build("t", data.catalogue, lines), x)
    assert result.adapter is None
    assert "Too few" in result.notices[0]
    assert result.losses == []


def test_without_baskets_it_is_refused_before_anything_is_read() -> None:
    data = Dataset.build("t", shop()[0].catalogue)
    with pytest.raises(NeedsError, match="no baskets to fit to"):
        get("text").fit(data, get("text").Params(adapt=True))


def test_queries_go_through_the_map_of_the_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    turned = np.roll(np.eye(384, dtype=np.float32), 1, axis=0)
    monkeypatch.setattr(text, "fit_adapter", lambda *a: Result(Adapter(turned), [], [], [0.5]))
    data, _ = shop()
    fitted = get("text").fit(data, get("text").Params(adapt=True))
    fitted.save(tmp_path)
    plain, mapped = text.encode_texts(["thing 7"]), text.encode_texts(["thing 7"], "", tmp_path)
    np.testing.assert_allclose(mapped, plain @ turned, atol=1e-6)
    row = fitted.embeddings["product"].vectors[7]
    np.testing.assert_allclose(mapped[0], row, atol=1e-5)
    back = get("text").load(tmp_path)
    np.testing.assert_allclose(back.embed(data).vectors[7], row, atol=1e-6)
    assert fitted.meta["adapted"]
    assert fitted.meta["losses"] == [0.5]
