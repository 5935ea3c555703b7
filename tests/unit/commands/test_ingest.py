"""embedcore ingest: what it prints, asks, takes by --set and by a recipe, and with which code it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from embedcore.__main__ import main
from embedcore.data import Dataset

BRANDS = ("Nike", "NIKE", "nike", "Puma", "Adidas")


@pytest.fixture
def shoes(tmp_path: Path) -> Path:
    """One brand in three spellings."""
    rows = "".join(f"s{n},Sneaker {n},{BRANDS[n % 5]},{10 + n}.50\n" for n in range(60))
    (tmp_path / "shoes.csv").write_text("sku,name,brand,cost=net\n" + rows)
    return tmp_path / "shoes.csv"


@pytest.fixture
def unclear(tmp_path: Path) -> Path:
    """Nothing says whether 1.299 is a thousand or one."""
    prices = ("1.299", "2.499", "1.999", "3.250")
    rows = "".join(f"s{n};Lamp {n};{prices[n % 4]}\n" for n in range(40))
    (tmp_path / "lamps.csv").write_text("sku;name;price\n" + rows)
    return tmp_path / "lamps.csv"


def brands(folder: Path) -> set[str]:
    catalogue = Dataset.load(folder).catalogue
    assert catalogue is not None
    return set(catalogue.frame["brand"].dropna())


def test_each_decision_is_printed_with_its_key_and_set_changes_it(
    shoes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ingest", "--catalogue", str(shoes), str(tmp_path / "a")]) == 0
    out = capsys.readouterr().out
    assert "shoes.csv: 60 rows in, 60 kept, 0 rejected" in out
    lines = out.splitlines()
    at = lines.index("      --set spelling:brand=keep  keep each spelling")
    assert "spellings of “Nike” were joined" in lines[at - 1]
    assert not any("spelling:brand=join" in line for line in lines), "what is in force need not be set"
    assert brands(tmp_path / "a") == {"Nike", "Puma", "Adidas"}
    assert main(["ingest", "--catalogue", str(shoes), "--set", "spelling:brand=keep", str(tmp_path / "b")]) == 0
    assert brands(tmp_path / "b") == set(BRANDS)
    assert (
        main(["ingest", "--catalogue", str(shoes), "--set", "catalogue.spelling:brand=keep", str(tmp_path / "c")]) == 0
    )
    assert brands(tmp_path / "c") == set(BRANDS)


def test_a_column_name_may_hold_an_equals_sign(shoes: Path, tmp_path: Path) -> None:
    assert main(["ingest", "--catalogue", str(shoes), "--set", "role:cost=net=ignore", str(tmp_path / "a")]) == 0
    catalogue = Dataset.load(tmp_path / "a").catalogue
    assert catalogue is not None
    assert "cost=net" not in catalogue.roles


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ("spelling:brand=often", "join, keep"),
        ("spelling:colour=keep", "spelling:brand"),
        ("nonsense=1", "spelling:brand"),
        ("role:brand=boss", "brand, price"),
        ("nonsense", "KEY=VALUE"),
    ],
)
def test_what_is_not_known_is_one_sentence_that_lists_what_is(
    shoes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], given: str, named: str
) -> None:
    assert main(["ingest", "--catalogue", str(shoes), "--set", given, str(tmp_path / "a")]) == 2
    (sentence,) = capsys.readouterr().err.strip().splitlines()
    assert named in sentence
    assert not (tmp_path / "a").exists()


def test_a_question_ends_with_code_3_and_names_its_answer(
    unclear: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["ingest", "--catalogue", str(unclear)]
    assert main([*given, str(tmp_path / "a")]) == 3
    assert not (tmp_path / "a").exists()
    err = capsys.readouterr().err
    assert "--set numbers:price=thousands" in err
    assert "--set numbers:price=decimals" in err
    prices = {}
    for value in ("thousands", "decimals"):
        assert main([*given, "--set", f"numbers:price={value}", str(tmp_path / value)]) == 0
        catalogue = Dataset.load(tmp_path / value).catalogue
        assert catalogue is not None
        prices[value] = catalogue.frame["price"].iloc[0]
    assert prices == {"thousands": 1299.0, "decimals": pytest.approx(1.299)}
    assert main([*given, "--accept-guesses", str(tmp_path / "guess")]) == 0


def test_json_is_all_that_goes_to_the_output(
    shoes: Path, unclear: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shoes.write_text(shoes.read_text() + "only one cell\n")
    assert main(["ingest", "--catalogue", str(shoes), "--json", str(tmp_path / "a")]) == 0
    found = json.loads(capsys.readouterr().out)
    rows = found["rows"]["catalogue"]
    assert (rows["in"], rows["kept"], rows["rejected"], rows["filled"]) == (61, 60, 1, 0)
    assert rows["rejected_rows"][0]["line"] == 62
    assert found["roles"]["sku"] == "id"
    assert "spelling:brand" in [d["key"] for d in found["decisions"]]
    assert found["dataset"]["hash"] == Dataset.load(tmp_path / "a").hash
    assert main(["ingest", "--catalogue", str(unclear), "--json", str(tmp_path / "b")]) == 3
    found = json.loads(capsys.readouterr().out)
    assert found["dataset"] is None
    assert [d["key"] for d in found["decisions"] if d["unsure"]] == ["numbers:price"]


def test_a_recipe_answers_next_months_questions_and_a_changed_layout_is_said(
    unclear: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe, given = tmp_path / "lamps.json", ["ingest", "--catalogue", str(unclear)]
    chosen = ["--set", "numbers:price=thousands", "--role", "name=description", "--save-recipe", str(recipe)]
    assert main([*given, *chosen, str(tmp_path / "a")]) == 0
    assert main([*given, "--recipe", str(recipe), str(tmp_path / "b")]) == 0
    assert Dataset.load(tmp_path / "b").hash == Dataset.load(tmp_path / "a").hash
    lines = unclear.read_text().splitlines()
    unclear.write_text("\n".join(f"{line};{'shade' if n == 0 else 'red'}" for n, line in enumerate(lines)))
    capsys.readouterr()
    assert main([*given, "--recipe", str(recipe), str(tmp_path / "c")]) == 0
    assert "“shade” is new" in capsys.readouterr().out


def test_what_is_said_without_a_prefix_is_kept_in_the_recipe_of_the_file_that_it_is_about(
    shoes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = "".join(f"o{n // 3},s{n % 60},{'cancelled' if n // 3 == 7 else 'paid'}\n" for n in range(150))
    (tmp_path / "orders.csv").write_text("order,sku,status\n" + lines)
    given = ["ingest", "--catalogue", str(shoes), "--baskets", str(tmp_path / "orders.csv")]
    chosen = ["--set", "cancelled=in", "--set", "delimiter=,", "--save-recipe", str(tmp_path / "r.json")]
    assert main([*given, *chosen, str(tmp_path / "a")]) == 0
    assert len(Dataset.load(tmp_path / "a").baskets or ()) == 50
    capsys.readouterr()
    assert main([*given, "--recipe", str(tmp_path / "r.json"), str(tmp_path / "b")]) == 0
    assert "recipe" not in capsys.readouterr().out
    assert Dataset.load(tmp_path / "b").hash == Dataset.load(tmp_path / "a").hash
    assert main([*given, str(tmp_path / "c")]) == 0
    assert len(Dataset.load(tmp_path / "c").baskets or ()) == 49


def test_a_recipe_that_is_none_is_one_sentence(shoes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for text in ("", "[]", "{}", '{"format": 1}', "[" * 100_000, '{"format": 1, "catalogue": {"columns": 3}}', "\x00"):
        (tmp_path / "r.json").write_text(text)
        given = ["ingest", "--catalogue", str(shoes), "--recipe", str(tmp_path / "r.json"), str(tmp_path / "a")]
        assert main(given) == 2
        assert capsys.readouterr().err.strip() == "“r.json” is no recipe. Choose a file that was saved as a recipe."
