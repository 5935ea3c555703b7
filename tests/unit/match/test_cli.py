"""Duplicates from the command line and as a job."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from embedcore import match
from embedcore.__main__ import main
from embedcore.tasks.matching import find_duplicates
from tests.unit.match.test_find import shop, titles


def catalogue(path: Path) -> list[str]:
    names = titles(60)
    ids = [f"{k:04d}" for k in range(90)]
    rows = pd.DataFrame(
        {
            "sku": ids,
            "shop": ["north"] * 60 + ["south"] * 30,
            "title": [*names, *(n.replace("-", " ") for n in names[:30])],
        }
    )
    rows.to_csv(path, index=False)
    return ids


def test_a_raw_file_gives_pairs_and_groups_with_its_own_ids(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ids = catalogue(tmp_path / "shop.csv")
    out, groups = tmp_path / "pairs.csv", tmp_path / "groups.csv"
    command = ["duplicates", str(tmp_path / "shop.csv"), "--out", str(out), "--groups", str(groups), "--no-vectors"]
    assert main(command) == 0
    pairs = pd.read_csv(out, dtype=str, keep_default_na=False)
    assert list(pairs.columns) == ["id_a", "id_b", "score", "probability", "same", "kind", "axis", "reason"]
    assert set(pairs["kind"]) <= {"same", "variant", "different"}
    assert ((pairs["kind"] == "same") == (pairs["same"] == "true")).all()
    same = pairs[pairs["same"] == "true"]
    assert {tuple(sorted(p)) for p in zip(same["id_a"], same["id_b"], strict=True)} == {
        (ids[k], ids[60 + k]) for k in range(30)
    }
    assert same["reason"].str.len().min() > 0
    assert set(pairs["same"]) == {"true", "false"}
    cut = float(capsys.readouterr().out.split("cut ")[-1])
    assert (pairs["score"].astype(float) >= cut).sum() == len(same)
    found = pd.read_csv(groups, dtype=str).groupby("group")["id"].apply(list)
    assert sorted(map(tuple, found)) == [(ids[k], ids[60 + k]) for k in range(30)]


def test_with_a_source_column_only_other_shops_are_matched(tmp_path: Path) -> None:
    catalogue(tmp_path / "shop.csv")
    out = tmp_path / "pairs.csv"
    assert main(["duplicates", str(tmp_path / "shop.csv"), "--source", "shop", "--out", str(out), "--no-vectors"]) == 0
    pairs = pd.read_csv(out, dtype=str)
    assert ((pairs["id_a"] < "0060") != (pairs["id_b"] < "0060")).all()
    assert (pairs["same"] == "true").sum() == 30


def test_a_wrong_source_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    catalogue(tmp_path / "shop.csv")
    assert main(["duplicates", str(tmp_path / "shop.csv"), "--source", "nowhere", "--out", "x.csv"]) == 2
    assert "no column “nowhere”" in capsys.readouterr().err


def test_the_job_leaves_matches_in_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embedcore.tasks.matching.title_vectors", lambda dataset, progress: None)
    shop([*titles(40), *titles(10)]).save(tmp_path / "data")
    steps: list[int] = []
    spec = {"dataset_folder": str(tmp_path / "data"), "source": None}
    result = find_duplicates(spec, tmp_path / "out", lambda step, of, *rest, **more: steps.append(step))
    assert result["same"] == 10
    assert len(match.Matches.load(tmp_path / "out").groups()) == 10
    assert steps == sorted(steps)
    assert len(steps) > 10
