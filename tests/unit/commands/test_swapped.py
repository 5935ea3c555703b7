"""Files in each other's place are noticed, swapped where it is plain, and said."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from embedcore.__main__ import main
from embedcore.data import Dataset
from embedcore.intake.swap import swap_decision

GOODS = pd.DataFrame(
    {
        "sku": [f"A{n:03}" for n in range(12)],
        "name": [f"{('Red', 'Blue', 'Green')[n % 3]} mug no. {n}" for n in range(12)],
        "price": [f"{n + 1}.50" for n in range(12)],
    },
    dtype="str",
)
LINES = pd.DataFrame(
    {
        "order_id": [str(1000 + n // 3) for n in range(60)],
        "sku": [f"A{n * 5 % 12:03}" for n in range(60)],
        "quantity": ["1"] * 60,
    },
    dtype="str",
)
LISTS = pd.DataFrame(
    {"order_id": [str(n) for n in range(20)], "products": [f"A{n % 12:03}, A{(n + 3) % 12:03}" for n in range(20)]},
    dtype="str",
)


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str, str]:
    GOODS.to_csv(tmp_path / "goods.csv", index=False)
    LINES.to_csv(tmp_path / "lines.csv", index=False)
    return str(tmp_path / "goods.csv"), str(tmp_path / "lines.csv"), str(tmp_path / "out")


def test_files_in_each_others_place_are_swapped_and_it_is_said(
    files: tuple[str, str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    goods, lines, out = files
    assert main(["ingest", "--catalogue", lines, "--baskets", goods, out]) == 0
    assert "were swapped" in capsys.readouterr().out
    found = Dataset.load(Path(out))
    assert (len(found), found.titles[0]) == (12, "Red mug no. 0")
    assert found.baskets is not None
    assert len(found.baskets) == 20
    assert main(["ingest", "--catalogue", goods, "--baskets", lines, out + "2"]) == 0
    assert "were swapped" not in capsys.readouterr().out
    assert Dataset.load(Path(out + "2")).hash == found.hash


def test_a_person_may_leave_them_as_they_are(files: tuple[str, str, str], capsys: pytest.CaptureFixture[str]) -> None:
    goods, lines, out = files
    main(["ingest", "--catalogue", lines, "--baskets", goods, "--set", "swap=no", "--accept-guesses", out])
    assert "were swapped" not in capsys.readouterr().out


def test_a_catalogue_alone_that_was_given_as_baskets_is_a_catalogue(files: tuple[str, str, str]) -> None:
    goods, _, out = files
    assert main(["ingest", "--baskets", goods, out]) == 0
    found = Dataset.load(Path(out))
    assert found.baskets is None
    assert len(found) == 12


@pytest.mark.parametrize("lines", [LINES, LISTS, LINES.rename(columns={"order_id": "Bestellnummer", "sku": "Artikel"})])
def test_only_what_is_plain_is_noticed(lines: pd.DataFrame) -> None:
    assert swap_decision(GOODS, lines) is None
    assert swap_decision(GOODS, None) is None
    assert swap_decision(None, lines) is None
    assert swap_decision(lines, GOODS) is not None
    assert swap_decision(lines, None) is not None
    assert swap_decision(lines, lines) is None
    assert swap_decision(GOODS, GOODS) is None
    assert swap_decision(lines, GOODS, {"swap": "no"}) is None


def test_lines_that_say_all_about_their_products_are_purchases_still() -> None:
    said = LINES.merge(GOODS, on="sku")
    assert swap_decision(None, said) is None
    assert swap_decision(said, GOODS) is not None
