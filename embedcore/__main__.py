"""The same flow without a browser: python -m embedcore COMMAND."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from embedcore.errors import EmbedError

# Modules of embedcore.commands, in the order of the help.
COMMANDS = ("demo", "ingest", "train", "export", "duplicates", "anomalies", "recommend")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it went well, 2 after one sentence about what to do."""
    os.environ.setdefault("TQDM_DISABLE", "1")
    # Read when torch is loaded: threads that spin while they wait make a busy machine crawl (demo 159 s against 23 s).
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    wanted = _parser().parse_args(arguments)
    try:
        wanted.run(wanted)
    except EmbedError as problem:
        print(problem, file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m embedcore", description="What products mean to each other.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name in COMMANDS:
        import_module(f"embedcore.commands.{name}").add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
