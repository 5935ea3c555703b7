"""A fresh server of the app: its own data folder, its own port, gone with its worker at the end."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.shared import ROOT

_EXCEPTION = re.compile(
    r"Traceback|\[[\w.]+(?: [A-Z]+)?\] at \S+:\d+:"
)  # as Python prints it, and as our log writes it
STREAMLIT = (sys.executable, "-m", "streamlit", "run", "streamlit_app.py")


@dataclass(frozen=True)
class Server:
    """A running app. `log` is what it printed so far."""

    url: str
    home: Path
    pid: int
    log_file: Path

    @property
    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8", errors="replace")

    @property
    def went_wrong(self) -> str:
        """The end of its log from the first exception on; empty when there was none."""
        found = _EXCEPTION.search(self.log)
        return self.log[max(0, found.start() - 500) : found.end() + 4000] if found else ""


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port: int = s.getsockname()[1]
        return port


def healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5) as answer:  # noqa: S310  our own server
            return bool(answer.status == 200)
    except OSError:
        return False


@contextmanager
def serve(
    folder: Path, home: Path, *, warm: bool = False, command: Sequence[str] = STREAMLIT, cwd: Path = ROOT, **env: str
) -> Iterator[Server]:
    """Start the app as a user does; on the way out stop it politely, then for good. warm: its worker warms up, ten
    seconds of work that only a training needs. command: another way to start it, to which the port is given."""
    port, log_file = free_port(), folder / "server.log"
    folder.mkdir(parents=True, exist_ok=True)
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            [*command, f"--server.port={port}" if command[-len(STREAMLIT) :] == STREAMLIT else f"--port={port}"],
            cwd=cwd,
            env={**os.environ, "EMBEDCORE_HOME": str(home), "EMBEDCORE_WARM_UP": "1" if warm else "0", **env},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    server = Server(f"http://127.0.0.1:{port}", home, process.pid, log_file)
    try:
        deadline = time.monotonic() + 120
        while not healthy(server.url):
            assert process.poll() is None, f"The server did not start:\n{server.log}"
            assert time.monotonic() < deadline, f"The server did not answer within 120 s:\n{server.log}"
            time.sleep(0.1)
        yield server
    finally:
        for sign in (signal.SIGTERM, signal.SIGKILL):
            if process.poll() is None:
                process.send_signal(sign)
                try:
                    process.wait(timeout=20)
                except subprocess.TimeoutExpired:
                    continue
