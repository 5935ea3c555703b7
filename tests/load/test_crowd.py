"""Thirty people with ten actions each beside a training: nobody meets an error or sees what another looks at."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.server import serve
from tests.load import crowd

pytestmark = pytest.mark.timeout(900)


def test_thirty_sessions_beside_a_training_see_their_own_and_no_error(tmp_path: Path) -> None:
    hashes = crowd.fill(tmp_path / "home")
    with serve(tmp_path, tmp_path / "home") as server:
        alone = crowd.crowd(server, hashes, 1, len(crowd.LOOKS), (0, 0))
        crowd.train(server, hashes[-1])
        many = crowd.crowd(server, hashes, 30, 10)
        log = server.log
    assert not alone.wrong
    assert not many.wrong
    assert "Traceback" not in log, log[-3000:]
    assert len(many.seconds) == 300
    assert not crowd.judged(tmp_path / "home", hashes)
    print(f"alone p95 {alone.p95:.2f} s, thirty beside a training p95 {many.p95:.2f} s")
    assert many.p95 < 30 * max(alone.p95, 0.1), "slower than one after the other"
