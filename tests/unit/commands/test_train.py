"""python -m embedcore train FILE --out VECTORS: what a person without a browser gets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from embedcore.__main__ import main


def write(path: Path, n: int = 120, seed: int = 0, **more: list) -> Path:
    """A catalogue in which kind decides colour and size."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, 4, n)
    frame = pd.DataFrame(
        {
            "sku": [f"p{seed}-{i}" for i in range(n)],
            "name": [f"fine kind{k} thing" for k in kind],
            "colour": [f"colour{k}" for k in kind],
            "material": [f"material{k // 2}" for k in kind],
            "weight": (kind + 1) * 10 + rng.uniform(0, 1, n).round(2),
            **more,
        }
    )
    frame.to_parquet(path) if path.suffix == ".parquet" else frame.to_csv(path, index=False)
    return path


def vectors(path: Path) -> pd.DataFrame:
    found = pd.read_parquet(path)
    assert list(found.columns) == ["id", *(f"d{i}" for i in range(found.shape[1] - 1))]
    assert np.isfinite(found.drop(columns="id").to_numpy()).all()
    return found


def test_a_catalogue_becomes_vectors_and_new_products_get_theirs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, new = write(tmp_path / "products.csv"), write(tmp_path / "new.csv", 9, seed=1)
    out, new_out = tmp_path / "v.parquet", tmp_path / "n.parquet"
    command = ["train", str(data), "--method", "cooccurrence", "--out", str(out), "--seed", "3", "--set", "dimension=8"]
    assert main([*command, "--new", str(new), "--new-out", str(new_out)]) == 0
    known, added = vectors(out), vectors(new_out)
    assert len(known) == 120
    assert known.shape[1] <= 9
    assert list(added["id"]) == [f"p1-{i}" for i in range(9)]
    printed = capsys.readouterr().out
    assert "sku: id" in printed
    assert "“colour” guessed right by neighbours" in printed
    assert "plain PCA" in printed
    first = known.drop(columns="id").to_numpy()
    assert main([*command]) == 0
    np.testing.assert_array_equal(first, vectors(out).drop(columns="id").to_numpy())


def test_parquet_is_read_and_roles_excludes_and_formats_are_obeyed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = write(tmp_path / "products.parquet", constant=["x"] * 120)
    out = tmp_path / "v.csv"
    command = ["train", str(data), "--method", "pca", "--out", str(out), "--role", "weight=ignore"]
    command += ["--role", "constant=category"]
    assert main([*command, "--exclude", "colour", "material"]) == 0
    printed = capsys.readouterr().out
    assert "weight: ignore" in printed
    assert "Column “constant” is not used" in printed
    assert len(pd.read_csv(out)) == 120


def test_new_products_without_ids_are_taken_for_no_known_one(tmp_path: Path) -> None:
    data, new = write(tmp_path / "products.csv"), tmp_path / "new.csv"
    pd.DataFrame({"colour": ["colour1", None], "name": ["kind1", None], "other": [1, 2]}).to_csv(new, index=False)
    new_out = tmp_path / "n.parquet"
    command = ["train", str(data), "--method", "pca", "--out", str(tmp_path / "v.parquet")]
    assert main([*command, "--new", str(new), "--new-out", str(new_out)]) == 0
    assert list(vectors(new_out)["id"]) == ["new-1"]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--method", "pca"], "Where should the result go? (--out)"),
        (["--method", "pca", "--out", "v.txt"], "known format"),
        (["--method", "pca", "--out", "v.csv", "--target", "colour"], "has no --target"),
        (["--method", "pca", "--out", "v.csv", "--exclude", "nothing"], "no column “nothing”"),
        (["--method", "nothing", "--out", "v.csv"], "no method called"),
        (["--method", "pca", "--out", "v.csv", "--new", "n.csv"], "Give a file for each"),
        (["--method", "product2vec", "--out", "v.csv"], "learns from baskets"),
        (["run-folder", "--method", "pca"], "made from a dataset folder"),
        (["--method", "pca", "--out", "v.csv", "--set", "dimension=1"], "Dimensions"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], problem: str
) -> None:
    data = write(tmp_path / "products.csv", 30)
    assert main(["train", str(data), *arguments]) == 2
    printed = capsys.readouterr().err
    assert problem in printed
    assert printed.count("\n") == 1
