"""Uploads and tabs for hours: memory, descriptors and threads of the server stay where they were.

.venv/bin/python -m tests.soak.server --uploads 200 --tabs 2000 --large 360
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import psutil

from tests.browser.server import serve
from tests.load.tab import tab

MB = 1 << 20
MORE = 150 * MB
DESCRIPTORS = 450


def main() -> int:
    """Run from the command line."""
    options = argparse.ArgumentParser(description="Uploads and tabs for hours.")
    options.add_argument("--uploads", type=int, default=200, help="files of 5 MB in one tab")
    options.add_argument("--large", type=int, default=360, help="MB of one more file")
    options.add_argument("--tabs", type=int, default=2000, help="tabs that are opened and closed")
    asked = options.parse_args()
    wrong = []
    with (
        tempfile.TemporaryDirectory(prefix="embedcore-soak-") as name,
        serve(Path(name), Path(name) / "home") as server,
    ):
        process = psutil.Process(server.pid)

        def look(done: str) -> None:
            memory, files = process.memory_info().rss, process.num_fds()
            print(f"{done}: {memory / MB:.0f} MB, {files} descriptors, {process.num_threads()} threads", flush=True)
            if memory > before + MORE or files > DESCRIPTORS:
                wrong.append(done)

        with tab(server.url) as here:
            token = here.token()
            before = process.memory_info().rss
            for n in range(asked.uploads):
                status, answer = here.upload("five.csv", b"%d" % (n % 10) * (5 * MB), token)
                if status != 200:
                    wrong.append(f"upload {n}: {answer}")
                if n % 20 == 19:
                    look(f"{n + 1} uploads")
            status, answer = here.upload("large.csv", b"x" * (asked.large * MB), token)
            if status != 200:
                wrong.append(f"the large upload: {answer}")
            look(f"one of {asked.large} MB")
        for n in range(asked.tabs):
            with tab(server.url) as here:
                here.run("data" if n % 2 else "storage")
            if n % 100 == 99:
                look(f"{n + 1} tabs")
        if "Traceback" in server.log:
            wrong.append(server.log[-4000:])
    print("\n".join(wrong) or "nothing wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
