"""A million products and a million purchases go through the app without filling the server's memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak import size

ROWS = 1_000_000
pytestmark = pytest.mark.timeout(1200)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="did not run: the system does not tell its memory")
def test_a_million_rows_leave_the_server_within_the_file_and_500_mb(tmp_path: Path) -> None:
    megabytes = size.write(tmp_path / "files", ROWS, ROWS)
    with size.opened(tmp_path, tmp_path / "files") as (server, page):
        found = size.look(server, page)
    assert max(found.values()) < megabytes + size.MORE, found
