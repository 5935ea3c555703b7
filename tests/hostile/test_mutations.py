"""Three hundred clean files, written in the ways of real exports: nothing of them is lost or changed without a word
(more of them: tests/soak/mutations.py)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak import mutations

STEP = 50


@pytest.mark.parametrize("first", range(0, 300, STEP))
def test_nothing_of_a_file_is_lost_without_a_word(first: int, tmp_path: Path) -> None:
    wrong, tally = mutations.run(range(first, first + STEP), tmp_path)
    assert wrong == []
    assert sum(tally.values()) > STEP


def test_every_kind_of_change_is_tried() -> None:
    tried = {name for seed in range(300) for name in mutations.mutated(seed)[2].done}
    assert tried == {c.__name__.strip("_") for c in (*mutations.OF_CATALOGUE, *mutations.OF_ORDERS)}


def test_the_check_sees_a_lost_product(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def one_less(w: mutations.Written, *_: object) -> None:
        del w.rows[3]

    monkeypatch.setattr(mutations, "OF_CATALOGUE", (one_less,) * 3)
    assert any("lost" in fault for fault in mutations.faults(1, tmp_path))
