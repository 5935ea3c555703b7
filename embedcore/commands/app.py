"""app: start the browser app; what `embedcore` does when no command is given."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from embedcore.access import refuse_without_gate
from embedcore.errors import MissingError

_PACKAGE = Path(__file__).resolve().parents[1]


def add(commands: Any) -> None:
    """Register the command."""
    app = commands.add_parser("app", help="start the app and open it in a browser (the default)")
    app.add_argument("--port", type=int, help="port to listen on (default: 8501, or the next free one)")
    app.add_argument("--address", help="address to listen on (default: 127.0.0.1, this machine only)")
    app.add_argument("--no-browser", action="store_true", help="print the address, open no browser")
    app.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Serve until Ctrl+C."""
    if options.address:
        refuse_without_gate(options.address)
    become(command(options.port, options.address, browser=not options.no_browser and _has_screen()))


def become(line: list[str]) -> None:
    """Run a server in place of this process, until Ctrl+C."""
    sys.stdout.flush()
    if os.name == "posix":  # become the server: signals reach it directly, also as the first process of a container
        os.execv(line[0], line)  # noqa: S606  our own interpreter, no shell
    with suppress(KeyboardInterrupt):
        raise SystemExit(subprocess.call(line))  # noqa: S603  the same


def command(port: int | None = None, address: str | None = None, *, browser: bool = False) -> list[str]:
    """The command line that serves the app.

    >>> command(8600)[-1], "--server.port=8600" in command(8600)
    ('--server.port=8600', True)
    """
    options = [f"--server.headless={str(not browser).lower()}", "--server.showEmailPrompt=false"]
    options += [f"--server.address={address}"] if address else []
    options += [f"--server.port={port}"] if port else []
    return [sys.executable, "-m", "streamlit", "run", str(entry()), *options]


def entry() -> Path:
    """The app's first file: inside the package when it was installed, beside it in a checkout.

    >>> entry().name
    'streamlit_app.py'
    """
    for folder in (_PACKAGE / "_app", _PACKAGE.parent):
        if (folder / "streamlit_app.py").is_file():
            return folder / "streamlit_app.py"
    raise MissingError("The pages of the app are missing.", "Install embedcore again, with its files.")


def _has_screen() -> bool:
    """Whether a browser can be opened here."""
    return sys.platform in ("darwin", "win32") or any(os.environ.get(n) for n in ("DISPLAY", "WAYLAND_DISPLAY"))
