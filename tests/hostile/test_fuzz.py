"""Two thousand damaged files: only our sentences, and no line is lost (a hundred thousand: tests/soak/fuzz.py)."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from embedcore.intake.tables.read import read_table
from tests.soak import fuzz


@pytest.mark.parametrize("seed", range(4))
def test_of_damaged_files_no_line_is_lost(seed: int, tmp_path: Path) -> None:
    wrong, tally = fuzz.run(500, seed, tmp_path)
    assert wrong == []
    assert tally["read"] > 350
    assert tally["with rejected rows"] > 100


def test_the_count_of_lines_sees_a_lost_row_and_a_changed_cell(tmp_path: Path) -> None:
    content = b"id,title\n1,Mug\n2,Cup\n3,Hat\n"
    (tmp_path / "a.csv").write_bytes(content)
    table = read_table(tmp_path / "a.csv", "a.csv")
    assert list(fuzz.faults(content, table)) == []
    assert list(fuzz.faults(content + b"4,Tie\n", table))
    table.frame["title"] = pd.Series(["Mug", "Cup", "Cap"], dtype="str")
    assert list(fuzz.faults(content, table))
