"""Tabs with data come and go for hours: memory, descriptors and threads of the server stay where they were."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import psutil

from tests.browser.server import serve
from tests.load import crowd

MB = 1 << 20
MORE = 150 * MB


def main() -> int:
    """Run from the command line."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--hours", type=float, default=8.0)
    given = options.parse_args()
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="embedcore-hours-") as name:
        home = Path(name) / "home"
        hashes = crowd.fill(home)
        with serve(Path(name), home) as server:
            process = psutil.Process(server.pid)
            wrong += crowd.crowd(server, hashes, 5, 10, (0, 0)).wrong  # everything was opened once
            before, files, threads = process.memory_info().rss, process.num_fds(), process.num_threads()
            ends, rounds, most = time.monotonic() + 3600 * given.hours, 0, 0
            while time.monotonic() < ends or not rounds:
                wrong += crowd.crowd(server, hashes, 5, 10, (0, 2)).wrong
                rounds, most = rounds + 1, max(most, process.memory_info().rss)
            time.sleep(60)  # closed tabs are let go of within half a minute
            after = (process.num_fds(), process.num_threads())
            wrong += ["a traceback is in the log"] * ("Traceback" in server.log)
    print(
        f"hours: {given.hours:g} h, {5 * rounds:,} tabs with 10 looks each: memory {before // MB} -> at most "
        f"{most // MB} MB, descriptors {files} -> {after[0]}, threads {threads} -> {after[1]}, {len(wrong)} wrong"
    )
    print("\n".join(wrong[:20]))
    return int(bool(wrong) or most > before + MORE or after[0] > files + 50 or after[1] > threads + 20)


if __name__ == "__main__":
    sys.exit(main())
