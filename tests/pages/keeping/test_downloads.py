"""Every button that gives a file away, on a shop whose every word is a formula."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pandas as pd
import pytest
from streamlit.delta_generator import DeltaGenerator

from embedcore import Catalogue, Dataset
from pages.ui import downloads
from tests.pages import shop
from tests.pages.app import check, open_page

VIEWS = {
    "map": {"box": "-9,-9,9,9"},
    "values": {"column": "=kind"},
    "duplicates": {"show": "out"},
    "similar": {"look": "alike", "threshold": "0.8"},
    "recommend": {"item": "=p00"},
    "train": {},
    "data": {},
    "anomalies": {},
    "customers": {},
}
METHOD = "cooccurrence"
BARE = re.compile(r"(^|[;\t\n])\s*([=@＝]|[+-](?![\de.,-]+($|[;\t\n])))")


def payload() -> Dataset:
    """The small shop with a formula in each cell, id, column name and in its own name."""
    plain = shop.catalogue()
    frame = plain.frame.rename(columns=lambda c: f"={c}")
    for column in ("=sku", "=name", "=kind", "=maker"):
        frame[column] = [
            f"={c}" if n % 2 else f"={c};@{c}" if column == "=name" else f"={c}" for n, c in enumerate(frame[column])
        ]
    lines = shop.lines().assign(item=lambda f: "=" + f["item"])
    return Dataset.build('=cmd|"/C calc"!A0', Catalogue(frame, {f"={k}": v for k, v in plain.roles.items()}), lines)


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, bytes]]:
    """(label, file name, bytes) of each download that the page drew."""
    seen: list[tuple[str, str, bytes]] = []
    draw = DeltaGenerator.download_button

    def spy(self, label, data, *args, **how):
        content = data() if callable(data) else data
        seen.append((label, how["file_name"], content.encode() if isinstance(content, str) else content))
        return draw(self, label, data, *args, **how)

    monkeypatch.setattr(DeltaGenerator, "download_button", spy)
    monkeypatch.setattr(downloads.st, "download_button", lambda *a, **k: spy(downloads.st._main, *a, **k))  # noqa: SLF001
    return seen


def test_every_page_gives_away_files_without_formulas(home: Path, given: list[tuple[str, str, bytes]]) -> None:
    keys = shop.fill(home, payload(), METHOD, params={METHOD: {"check": False}})
    for view, query in VIEWS.items():
        run = keys[METHOD][:12]
        app = open_page({"similar": "duplicates"}.get(view, view), dataset=keys["data"][:12], run=run, **query)
        assert not app.exception
    labels = {label for label, _, _ in given}
    assert len(labels) >= 6, labels
    for label, name, content in given:
        assert re.match(r"\w", name), name
        if name.endswith(".csv"):
            for row in csv.reader(io.StringIO(content.decode())):
                assert not [cell for cell in row if BARE.search(cell)], (label, row)


def test_cells_stay_exactly_as_they_are_when_asked_for(home: Path, given: list[tuple[str, str, bytes]]) -> None:
    keys = shop.fill(home, payload(), METHOD, params={METHOD: {"check": False}})
    app = open_page("map", run=keys[METHOD][:12], box="-9,-9,9,9")
    check(app, "Download products with their group (CSV)")
    toggle = next(t for t in app.toggle if t.label == downloads.RAW and t.key == "raw:map:members")
    assert not toggle.value, "off by default"
    assert downloads.RAW_ABOUT in str(toggle.help)
    given.clear()
    toggle.set_value(True).run()
    raw = next(content for label, _, content in given if "their group" in label)
    assert any(cell.startswith("=p0") for cell in pd.read_csv(io.BytesIO(raw)).iloc[:, 0])
