"""The command line: `embedcore` starts the app, `embedcore COMMAND` does the same work without a browser."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module, metadata

from embedcore.errors import Cancelled, EmbedError, UnsureError

# Modules of embedcore.commands, in the order of the help.
COMMANDS = ("app", "serve", "demo", "ingest", "train", "export", "duplicates", "anomalies", "recommend", "diagnose")

_ABOUT = ("-h", "--help", "--version")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it went well, 2 after one sentence about what to do, 3 after a question that the files
    leave open. Without a command: the app."""
    os.environ.setdefault("TQDM_DISABLE", "1")
    # Read when torch is loaded: threads that spin while they wait make a busy machine crawl (demo 159 s against 23 s).
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or (given[0].startswith("-") and given[0] not in _ABOUT):
        given.insert(0, "app")  # `embedcore`, `embedcore --port 8600`
    options = _parser().parse_args(given)
    try:
        options.run(options)
    except UnsureError as question:
        print(f"{question.message}\n{question.hint}", file=sys.stderr)
        return 3
    except (EmbedError, Cancelled) as problem:
        print(problem, file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="embedcore",
        description="Shows a retailer what its products mean to each other. Without a command it starts the app.",
    )
    parser.add_argument("--version", action="version", version=_version())
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name in COMMANDS:
        import_module(f"embedcore.commands.{name}").add(commands)
    return parser


def _version() -> str:
    try:
        return f"embedcore {metadata.version('embedcore')}"
    except metadata.PackageNotFoundError:  # a checkout that was not installed
        return "embedcore (from its source)"


if __name__ == "__main__":
    sys.exit(main())
