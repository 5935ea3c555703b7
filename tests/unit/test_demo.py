"""The command line: the demo from end to end, and files -> dataset -> run -> vectors."""

from __future__ import annotations

import re
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from embedcore import export
from embedcore.__main__ import main
from embedcore.data import Embedding
from embedcore.errors import InputError
from tests.shared import ROOT


@pytest.mark.slow
def test_the_demo_shows_clusters_duplicates_and_recommendations() -> None:
    before = spent()
    ran = subprocess.run(
        [sys.executable, "-m", "embedcore", "demo"], cwd=ROOT, capture_output=True, text=True, timeout=500
    )
    assert ran.returncode == 0, ran.stderr
    printed = ran.stdout
    assert "2,000 products, 20,000 baskets" in printed
    assert len(re.findall(r"^ +[\d,]+ products  \S", printed, re.M)) >= 5, "clusters with sizes and names"
    twice = printed.split("Likely listed twice")[1].split("\nLike ")[0]
    assert len(re.findall(r"^  0\.\d{3}  .+  \|  .+$|^  1\.000  .+  \|  .+$", twice, re.M)) == 8
    assert re.search(r"Like .+Running Shoes.+\n  \d+\.\d+  ", printed)
    goes = printed.split("Goes with")[1]
    assert len(re.findall(r"^  \d+\.\d+  .+\n +\S.+$", goes, re.M)) == 6, "six products, each with its reason"
    assert "bought" in goes or "baskets" in goes
    assert spent() - before < 60, "processor seconds: the clock on the wall depends on what else runs"


def spent() -> float:
    """Processor seconds of finished child processes."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_files_become_a_dataset_a_run_and_vectors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(0)
    things = pd.DataFrame({"sku": [f"{n:03d}" for n in range(30)], "title": [f"Thing {n}" for n in range(30)]})
    things.to_csv(tmp_path / "things.csv", index=False)
    bought = [f"{n:03d}" for n in rng.integers(0, 30, 600)]
    orders = pd.DataFrame({"order_id": np.repeat(np.arange(200), 3), "sku": bought})
    orders.to_csv(tmp_path / "orders.csv", index=False)
    data, run, out = tmp_path / "data", tmp_path / "run", tmp_path / "vectors.parquet"
    files = ["--catalogue", str(tmp_path / "things.csv"), "--baskets", str(tmp_path / "orders.csv")]
    assert main(["ingest", *files, "--role", "title=title", str(data)]) == 0
    assert main(["train", str(data), str(run), "--set", "dimension=8", "--set", "epochs=2", "--seed", "3"]) == 0
    assert main(["export", str(run), str(out), "--data", str(data)]) == 0
    table = pd.read_parquet(out)
    assert list(table.columns) == ["id", "title", *(f"d{n}" for n in range(8))]
    assert table["id"].str.fullmatch(r"\d{3}").all()
    assert len(table) == 30
    assert table.set_index("id").loc["007", "title"] == "Thing 7"
    printed = capsys.readouterr().out
    assert "200 baskets" in printed
    assert "All 30 products in the baskets are in the catalogue" in printed


@pytest.mark.parametrize(
    "arguments",
    [
        ["train", "nowhere", "out"],
        ["export", "nowhere", "x.csv"],
        ["ingest", "--sample", "nothing", "out"],
        ["ingest", "--catalogue", "nowhere.csv", "out"],
        ["train", "nowhere", "out", "--set", "dimension"],
        ["ingest", "out"],
    ],
)
def test_a_wrong_command_says_one_sentence_and_exits_2(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    printed = capsys.readouterr().err
    assert printed.count("\n") == 1
    assert "Traceback" not in printed
    assert str(tmp_path) not in printed


def vectors() -> Embedding:
    ids = np.array(["=1+1", "-5", "-x", "@a", "+b", "007"], dtype=object)
    return Embedding("product", ids, np.linspace(-1, 1, 18, dtype=np.float32).reshape(6, 3))


def test_a_csv_runs_no_formula_and_keeps_numbers(tmp_path: Path) -> None:
    export.write_vectors(vectors(), tmp_path / "v.csv")
    table = pd.read_csv(tmp_path / "v.csv", dtype={"id": str})
    assert table["id"].tolist() == ["'=1+1", "-5", "'-x", "'@a", "'+b", "007"]
    assert np.allclose(table[["d0", "d1", "d2"]], vectors().vectors)
    assert export.csv(pd.DataFrame({"=cmd": ["a", None]})) == b'\'=cmd\na\n""\n'


def test_parquet_keeps_ids_and_vectors_exactly(tmp_path: Path) -> None:
    export.write_vectors(vectors(), tmp_path / "v.parquet")
    table = pd.read_parquet(tmp_path / "v.parquet")
    assert table["id"].tolist() == list(vectors().ids)
    assert np.array_equal(table[["d0", "d1", "d2"]].to_numpy(np.float32), vectors().vectors)


def test_npy_comes_with_its_ids(tmp_path: Path) -> None:
    export.write_vectors(vectors(), tmp_path / "v.npy")
    assert np.array_equal(np.load(tmp_path / "v.npy", allow_pickle=False), vectors().vectors)
    assert (tmp_path / "v.ids.txt").read_text().splitlines() == list(vectors().ids)


def test_an_unknown_format_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="parquet"):
        export.write_vectors(vectors(), tmp_path / "v.pickle")
