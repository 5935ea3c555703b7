"""Many sessions with ten actions each beside a training: no error, nobody sees another's shop, and how long it took."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.browser.server import serve
from tests.load import crowd

SECONDS = 2.0  # within which 95 of 100 actions are answered, with up to thirty sessions on a machine of its own


def main() -> int:
    """Run from the command line."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sessions", type=int, default=100)
    options.add_argument("--actions", type=int, default=10)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="embedcore-crowd-") as name:
        home = Path(name) / "home"
        hashes = crowd.fill(home)
        with serve(Path(name), home) as server:
            alone = crowd.crowd(server, hashes, 1, given.actions, (0, 0))
            crowd.train(server, hashes[-1])
            many = crowd.crowd(server, hashes, given.sessions, given.actions)
            wrong = alone.wrong + many.wrong + ["a traceback is in the log"] * ("Traceback" in server.log)
        wrong += crowd.judged(home, hashes)
    print(
        f"crowd: {given.sessions} sessions x {given.actions} actions beside a training: {len(wrong)} wrong, "
        f"p95 {many.p95:.2f} s (one session alone {alone.p95:.2f} s)"
    )
    print("\n".join(wrong[:20]))
    return int(bool(wrong) or (given.sessions <= 30 and many.p95 > SECONDS))


if __name__ == "__main__":
    sys.exit(main())
