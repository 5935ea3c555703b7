"""python -m tests.soak [--full]: the battery in larger counts, one after the other; each prints a line of figures.

Without --full every part runs shortly, to see that it works. EMBEDCORE_SOAK_HOURS (8 with --full) is how long tabs come
and go. Ends with an error when any part found something wrong.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time

HOURS = os.environ.get("EMBEDCORE_SOAK_HOURS")
SHORT = {
    "size": ["--rows=200000", "--lines=200000"],
    "crowd": ["--sessions=10"],
    "hours": [f"--hours={HOURS or 0.02}"],
    "server": ["--uploads=20", "--tabs=40", "--large=50"],
    "kills": ["3"],
    "fuzz": ["--count=1000"],
}
FULL = {
    "size": ["--rows=10000000", "--lines=100000000"],
    "crowd": ["--sessions=100"],
    "hours": [f"--hours={HOURS or 8}"],
    "server": ["--uploads=200", "--tabs=2000", "--large=360"],
    "kills": ["200"],
    "fuzz": ["--count=100000"],
}


def main() -> int:
    """Run every part in a process of its own."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--full", action="store_true", help="the counts that a release is held to; takes a day")
    options.add_argument("only", nargs="*", choices=[[], *SHORT], help="parts to run (default: all)")
    given = options.parse_args()
    failed = []
    for part, how in (FULL if given.full else SHORT).items():
        if given.only and part not in given.only:
            continue
        began = time.monotonic()
        print(f"== {part} {' '.join(how)}", flush=True)
        if subprocess.run([sys.executable, "-m", f"tests.soak.{part}", *how]).returncode:
            failed.append(part)
        print(f"== {part}: {time.monotonic() - began:.0f} s", flush=True)
    print(f"WRONG: {', '.join(failed)}" if failed else "all parts are as they should be", flush=True)
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
