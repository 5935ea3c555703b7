"""diagnose: data folder -> a report without data, to be sent to whoever helps."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:
    """Register the command."""
    diagnose = commands.add_parser("diagnose", help="versions, machine, recent problems; holds none of your data")
    diagnose.add_argument("--home", type=Path, help="data folder (default: EMBEDCORE_HOME, else .embedcore)")
    diagnose.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Print the report."""
    from embedcore.diagnostics import facts, report

    home = options.home or Path(os.environ.get("EMBEDCORE_HOME", ".embedcore"))
    print(report(facts(home.absolute())), end="")
