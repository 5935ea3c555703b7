"""Every verdict is kept twice, so that no damage to the database or its log loses one."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from embedcore.errors import EmbedError
from embedcore.store import Store, journal
from tests.shared import ROOT
from tests.unit.store.filled import add

DATABASE = "embedcore.duckdb"
GIVEN = 201
WRITER = """
import os, sys
from pathlib import Path
from embedcore.store import Store
store = Store.open(Path(sys.argv[1]))
data = store.datasets()[0].hash
for n in range(int(sys.argv[2])):
    store.set_verdicts(data, [("p001", f"x{n:03d}", ("same", "different")[n % 2])])
os._exit(9)  # as by kill -9: what came since the opening is in the log only
"""


def give(home: Path, many: int) -> None:
    code = [sys.executable, "-c", WRITER, str(home), str(many)]
    assert subprocess.run(code, cwd=ROOT, check=False).returncode == 9


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose server was killed after 201 verdicts."""
    folder = tmp_path_factory.mktemp("killed")
    store = Store.open(folder / "home")
    add(store, folder / "a")
    store.close()
    give(folder / "home", GIVEN)
    assert (folder / "home" / f"{DATABASE}.wal").stat().st_size > 10_000
    return folder / "home"


@pytest.fixture
def filled(killed: Path, home: Path) -> Path:
    shutil.copytree(killed, home)
    return home


def verdicts(home: Path) -> tuple[dict[str, str], str]:
    store = Store.open(home)
    frame = store.verdicts(store.datasets()[0].hash)
    said = " ".join(store.notices)
    store.close()
    return dict(zip(frame["id_b"], frame["verdict"], strict=True)), said


def record(home: Path) -> Path:
    (path,) = home.glob(f"datasets/*/{journal.NAME}")
    return path


MENDED = "was damaged and is mended. No verdict is missing."
ALL = {f"x{n:03d}": ("same", "different")[n % 2] for n in range(GIVEN)}


def turned(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 255]) + data[at + 1 :]


LOG: dict[str, Callable[[bytes], bytes | None]] = {
    "whole": lambda b: b,
    "gone": lambda b: None,
    "emptied": lambda b: b"",
    "first bytes": lambda b: b"\0\0\0" + b[3:],
    **{f"turned at {n}/12": lambda b, n=n: turned(b, n * len(b) // 12) for n in range(12)},  # type: ignore[misc]
    **{f"cut at {n}/12": lambda b, n=n: b[: n * len(b) // 12] for n in range(1, 12)},  # type: ignore[misc]
    "zeros in the middle": lambda b: b[: len(b) // 2] + bytes(500) + b[len(b) // 2 + 500 :],
}


@pytest.mark.parametrize("how", LOG)
def test_no_damage_to_the_log_loses_a_verdict(filled: Path, how: str) -> None:
    wal = filled / f"{DATABASE}.wal"
    damaged = LOG[how](wal.read_bytes())
    wal.unlink()
    if damaged is not None:
        wal.write_bytes(damaged)
    found, said = verdicts(filled)
    assert found == ALL
    if how == "whole":
        assert said == ""
    elif how in ("gone", "emptied"):
        assert said == "201 verdicts that the database had lost were restored."
    assert verdicts(filled) == (ALL, "")


def test_every_byte_turned_in_the_record_costs_nothing_while_the_database_is_whole(filled: Path) -> None:
    assert verdicts(filled) == (ALL, "")
    whole = record(filled).read_bytes()
    rng = random.Random(3)
    for at in (0, len(whole) - 1, *rng.sample(range(len(whole)), 4)):
        record(filled).write_bytes(turned(whole, at))
        found, said = verdicts(filled)
        assert found == ALL, at
        if at < len(whole) - 1:
            assert said in ("", f"The second record of the verdicts on “Shop” {MENDED}")
        assert len(journal.read(record(filled)).entries) >= len(ALL), "it is whole again"


def test_a_turned_byte_in_the_record_costs_one_line_even_without_the_database(filled: Path) -> None:
    (filled / DATABASE).unlink()
    (filled / f"{DATABASE}.wal").unlink()
    path = record(filled)
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    path.write_bytes(turned(whole, len(b"".join(lines[:50])) + 30) + b"0123abcd 40 [torn")
    found, said = verdicts(filled)
    assert found == {pair: word for pair, word in ALL.items() if pair != "x050"}
    assert "200 verdicts" in said
    assert "The second record of the verdicts on “Shop” was damaged and is mended. 1 verdict could not be read" in said
    (kept,) = (filled / "lost" / "verdicts").iterdir()
    assert kept.read_bytes().endswith(b"[torn"), "what could not be read is kept"


@pytest.mark.parametrize("gone", [(0,), (1, 2), (200,), (0, 50, 51, 199, 200)])
def test_how_many_verdicts_are_missing_is_told_when_record_and_database_are_damaged(
    filled: Path, gone: tuple[int, ...]
) -> None:
    (filled / DATABASE).unlink()
    (filled / f"{DATABASE}.wal").unlink()
    lines = record(filled).read_bytes().splitlines(keepends=True)
    for n in gone:
        lines[n] = turned(lines[n], 30)
    record(filled).write_bytes(b"".join(lines))
    found, said = verdicts(filled)
    assert len(found) == GIVEN - len(gone)
    assert f"{len(gone)} verdict{'s' * (len(gone) > 1)} could not be read back." in said


def test_what_was_taken_back_stays_taken_back(home: Path, tmp_path: Path) -> None:
    store = Store.open(home)
    data = add(store, tmp_path / "a")
    store.set_verdicts(data, [("a", "b", "same"), ("a", "c", "different"), ("a\n", "“ü”\x00", "same")])
    store.set_verdicts(data, [("b", "a", None)])
    before = store.verdicts(data)
    store.close()
    (home / DATABASE).unlink()
    store = Store.open(home)
    assert store.verdicts(data).equals(before)
    assert len(before) == 2
    store.close()


def test_a_record_of_overruled_verdicts_is_written_anew_and_says_the_same(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embedcore.store.verdicts._SMALL", 2_000)
    store = Store.open(home)
    data = add(store, tmp_path / "a")
    for n in range(60):
        store.set_verdicts(data, [("a", f"x{n % 3}", ("same", "different", None)[n % 5 % 3])])
    before = store.verdicts(data)
    assert record(home).stat().st_size < 4_000
    store.set_verdicts(data, [("a", "last", "same")])
    before = store.verdicts(data)
    store.close()
    (home / DATABASE).unlink()
    store = Store.open(home)
    assert store.verdicts(data).equals(before)
    store.close()


def test_a_verdict_that_could_not_be_kept_is_in_neither_record(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store.open(home)
    data = add(store, tmp_path / "a")
    store.set_verdicts(data, [("a", "b", "same")])
    kept = record(home).read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(EmbedError, match="disk of the data folder is full"):
            store.set_verdicts(data, [("a", "c", "same")])
    assert record(home).read_bytes() == kept
    assert list(store.verdicts(data)["id_b"]) == ["b"]
    store.set_verdicts(data, [("a", "d", "different")])
    store.close()
    (home / DATABASE).unlink()
    store = Store.open(home)
    assert sorted(store.verdicts(data)["id_b"]) == ["b", "d"]
    store.close()


def test_verdicts_of_before_the_record_are_in_it_with_the_next_one(home: Path, tmp_path: Path) -> None:
    store = Store.open(home)
    data = add(store, tmp_path / "a")
    store.set_verdicts(data, [("a", "b", "same"), ("a", "c", "same")])
    record(home).unlink()
    store.set_verdicts(data, [("a", "d", "same")])
    store.close()
    assert [entry.id_b for entry in journal.read(record(home)).entries] == ["b", "c", "d"]
