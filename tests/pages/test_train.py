"""The Train page without a browser: what a method still lacks is said before it starts."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.app import check, open_page, words
from tests.pages.shop import dataset, fill

START = "Train with “Blend of results”"


def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *methods: str) -> AppTest:
    keys = fill(tmp_path / "home", dataset(), *methods, prepared=False)
    monkeypatch.setenv("EMBEDCORE_HOME", str(tmp_path / "home"))
    return open_page("train", dataset=keys["data"][:12], method="blend")


def test_a_blend_without_two_results_says_to_train_others_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(tmp_path, monkeypatch, "cooccurrence")
    check(app)
    assert "train other methods first" in words(app)
    assert not [b for b in app.button if b.label == START]


def test_a_blend_can_be_started_once_two_results_are_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(tmp_path, monkeypatch, "cooccurrence", "planted")
    check(app)
    assert "Choose two or more results above" in words(app)
    assert [b.disabled for b in app.button if b.label == START] == [True]
    box = next(m for m in app.multiselect if m.label == "Results to blend")
    box.set_value(list(box.options)).run()
    check(app)
    assert "Choose two or more results above" not in words(app)
    assert [b.disabled for b in app.button if b.label == START] == [False]
