"""python -m tests.soak.kills [COUNT]: so many servers and so many workers (200) killed while they import, train, store
and judge. Ends with an error when anything that was acknowledged is lost, torn or not told."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tests.crash import kills


def main(count: int) -> int:
    """0 when all is there."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kills.prepare(folder / "made", 12)
        tallies = {
            "servers": kills.kill_servers(folder / "servers", folder / "made", count, seed=1),
            "workers": kills.kill_workers(folder / "workers", folder / "made", count, seed=1),
        }
    for what, tally in tallies.items():
        print(f"{what}: {tally}")
    return int(any(t.lost or t.torn or t.untold or t.slowest >= 5 for t in tallies.values()))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
