"""The Diagnostics page: how things are, and a report in which nothing of the user stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from embedcore import logs
from embedcore.__main__ import main
from embedcore.store import Store
from pages.ui.diagnostics import texts
from tests.pages import shop
from tests.pages.app import check, open_page, visible

CANARY = "Kanarienvogel"


def report(app) -> str:
    return str(app.code[0].value)


def rows(text: str) -> dict[str, str]:
    """What the report says of each thing."""
    return dict(re.findall(r"^  (.+?)  +(.+)$", text, re.M))


def test_all_is_well_and_the_report_counts_without_naming(home: Path) -> None:
    shop.fill(home, shop.dataset(name=CANARY), "planted")
    app = open_page("diagnostics")
    check(app, texts.FINE, texts.DOWNLOAD, texts.NO_PROBLEMS, "Reading files", "nothing runs, 0 waiting")
    found = report(app)
    assert rows(found)["Datasets"] == rows(found)["Embeddings"] == "1"
    assert rows(found)["Largest dataset"] == "23 products"
    assert rows(found)["streamlit"]
    assert CANARY not in found
    assert str(home) not in found + visible(app)


def test_recent_errors_are_shown_by_type_and_place(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDCORE_SECRET", CANARY)
    try:
        {}[CANARY]
    except KeyError as e:
        logs.keep_trace(home, "job-1", e)
    app = open_page("diagnostics")
    check(app, "1 error in the logs since yesterday.")
    assert app.dataframe[0].value["what"].tolist() == ["KeyError"]
    assert "ERROR KeyError at tests/pages/keeping/test_diagnostics.py:" in report(app)
    assert "EMBEDCORE_SECRET" in report(app)
    assert CANARY not in report(app) + visible(app)


def test_a_notice_of_the_store_is_shown_and_only_counted_in_the_report(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Store, "notices", (f"The file “{CANARY}.log” was set aside.",))
    app = open_page("diagnostics")
    check(app, f"The file “{CANARY}.log” was set aside.")
    assert texts.FINE not in visible(app)
    assert CANARY not in report(app)
    assert rows(report(app))["Notices at the start"] == "1"


def test_the_command_prints_the_same_facts(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "datasets" / CANARY).mkdir(parents=True)
    assert main(["diagnose", "--home", str(home)]) == 0
    said = capsys.readouterr().out
    assert rows(said)["Entries in datasets"] == "1"
    assert "duckdb" in said
    assert CANARY not in said
    assert str(home) not in said
