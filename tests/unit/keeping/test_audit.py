"""The audit of packages tells what was looked at, fails on what it knows, and never calls unseen packages clean."""

from __future__ import annotations

import json
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

import pytest

from tests import audit

WANTED = {"torch": "2.13.0", "starlette": "1.10.0"}


def answer(*dependencies: dict[str, Any]) -> str:
    return json.dumps({"dependencies": list(dependencies), "fixes": []})


def clean(name: str) -> dict[str, Any]:
    return {"name": name, "version": WANTED[name], "vulns": []}


def skipped(name: str) -> dict[str, Any]:
    return {"name": name, "skip_reason": f"Dependency not found and could not be audited: {name}"}


def test_a_service_that_knows_no_package_has_audited_none() -> None:
    found = audit.advisories(answer(skipped("torch"), skipped("starlette")), WANTED)
    assert found.said == ["advisory database not reached: 2 packages NOT audited"]
    assert found.problems == []


@pytest.mark.parametrize("said", ["", "ERROR: connection refused", "[]", '{"dependencies": null}'])
def test_no_answer_is_told_and_is_no_failure(said: str) -> None:
    found = audit.advisories(said, WANTED, "no answer in 45 s")
    assert found.said == ["advisory database not reached (no answer in 45 s): 2 packages NOT audited"]
    assert found.problems == []


def test_what_was_left_out_is_named() -> None:
    found = audit.advisories(answer(clean("torch"), skipped("starlette")), WANTED)
    assert found.said == ["advisory database: 1 packages audited", "1 packages NOT audited: starlette"]
    assert audit.advisories(answer(clean("torch")), WANTED).said[1] == "1 packages NOT audited: starlette"


def test_a_known_vulnerability_is_a_problem_with_its_cure() -> None:
    known = clean("starlette") | {"vulns": [{"id": "PYSEC-1", "fix_versions": ["1.10.1"]}, {"id": "PYSEC-2"}]}
    found = audit.advisories(answer(clean("torch"), known), WANTED)
    assert found.said == ["advisory database: 2 packages audited"]
    assert found.problems == [
        "starlette 1.10.0 is vulnerable: PYSEC-1, mended in 1.10.1",
        "starlette 1.10.0 is vulnerable: PYSEC-2",
    ]


def test_the_installed_set_must_be_the_pinned_one() -> None:
    same = audit.compared(WANTED, {"torch": "2.13.0+cpu", "starlette": "1.10.0", "ipdb": "1"})
    assert same.problems == []
    assert same.said[1] == "beyond the pins: ipdb"
    wrong = audit.compared(WANTED, {"torch": "2.12.0"})
    assert wrong.problems == [
        "starlette is pinned to 1.10.0 and not installed",
        "torch is pinned to 2.13.0, installed is 2.12.0",
    ]


def test_only_exact_pins_count() -> None:
    found, loose = audit.pins("-r requirements.txt\na==1.0  # why\nB_c==2\nd>=1\ne @ git+https://x.example/e\n")
    assert found == {"a": "1.0", "b-c": "2"}
    assert loose == ["d>=1", "e @ git+https://x.example/e"]


def test_a_package_from_a_repository_is_a_problem(tmp_path: Path) -> None:
    folder = tmp_path / "odd-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.4\nName: odd\nVersion: 1.0\nLicense-Expression: MIT\n")
    assert audit.origins([Distribution.at(folder)]).problems == []
    (folder / "direct_url.json").write_text("{}")
    found = audit.origins([Distribution.at(folder)])
    assert found.problems == ["odd was not installed from an index"]
    assert found.said == ["licences: MIT 1, ..."]


def test_a_finding_fails_the_whole_audit(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(audit, "consistent", lambda: audit.Outcome(["pip check: fine"], []))
    monkeypatch.setattr(audit, "ask", lambda wanted: audit.advisories("", wanted))
    assert audit.main() == 0
    said = capsys.readouterr().out
    assert "all exact" in said
    assert "packages NOT audited" in said
    monkeypatch.setattr(audit, "ask", lambda wanted: audit.Outcome([], ["x is vulnerable"]))
    assert audit.main() == 1
    assert "audit: PROBLEM x is vulnerable" in capsys.readouterr().out
