"""Twenty servers and twenty workers killed in the middle of their work; `make soak` kills two hundred of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash import kills


@pytest.fixture
def made(tmp_path: Path) -> Path:
    kills.prepare(tmp_path / "made", 6)
    return tmp_path / "made"


def test_twenty_servers_killed_lose_nothing_and_tell_what_they_left(home: Path, made: Path) -> None:
    tally = kills.kill_servers(home, made, 20)
    assert (tally.lost, tally.torn, tally.untold) == ([], [], []), str(tally)
    assert tally.kills == 20
    assert tally.acknowledged > 10, "they have stored something before they were killed"
    assert tally.interrupted > 0, "some were killed in the middle of work"
    assert tally.slowest < 5.0, str(tally)


def test_twenty_workers_killed_cost_a_sentence_each_and_the_work_can_be_run_again(home: Path, made: Path) -> None:
    tally = kills.kill_workers(home, made, 20)
    assert (tally.lost, tally.torn, tally.untold) == ([], [], []), str(tally)
    assert tally.kills == 20
    assert tally.interrupted > 0, "some were killed in the middle of work"
