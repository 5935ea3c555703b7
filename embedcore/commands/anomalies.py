"""anomalies: a catalogue -> likely data errors, and why."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from embedcore.commands.console import bar, pairs, raw_option, step
from embedcore.errors import InputError

_COLUMNS = ["id", "score", "column", "value", "expected", "probability", "reason", "more"]


def add(commands: Any) -> None:
    """Register the command."""
    anomalies = commands.add_parser("anomalies", help="catalogue -> likely data errors, and why")
    anomalies.add_argument("data", type=Path, help="catalogue (csv, parquet or Excel), or a folder that ingest wrote")
    anomalies.add_argument("--out", type=Path, required=True, metavar="FILE", help=".csv or .parquet to write")
    anomalies.add_argument(
        "--exclude", nargs="+", action="extend", default=[], metavar="COLUMN", help="columns to leave out"
    )
    anomalies.add_argument("--role", action="append", default=[], metavar="COLUMN=ROLE", help="correct a guess")
    anomalies.add_argument("--seed", type=int, default=0)
    raw_option(anomalies)
    anomalies.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Score every product of a catalogue and write the scores, the most surprising first."""
    from embedcore.commands import files
    from embedcore.data import Dataset
    from embedcore.export import TABLES, check_ending, write_table
    from embedcore.tasks import score_products

    check_ending(options.out, TABLES)
    if options.data.is_dir():
        data = Dataset.load(options.data)
    else:
        data = files.dataset(options.data, None, None, pairs(options.role, "--role"))
    columns = list(data.catalogue.roles) if data.catalogue is not None else []
    missing = [c for c in options.exclude if c not in columns]
    if missing:
        raise InputError(f"There is no column “{missing[0]}” to exclude.", f"The columns are {', '.join(columns)}.")
    with step("Look for data errors"):
        frame, facts = score_products(data, tuple(options.exclude), options.seed, bar("looking"))
    for notice in facts["notices"]:
        print(f"  {notice}")
    for column, why in facts["unused"]:
        print(f"  Column “{column}” is not used: {why}.")
    if facts["left_out"]:
        print(f"  {facts['left_out']:,} products have no score: nothing is known about them.")
    found = frame[_COLUMNS]
    write_table(found, options.out, raw=options.raw)
    for _, row in found.head(5).iterrows():
        print(f"  {row['id']}: {row['reason']}")
    print(f"{len(found):,} products, the most surprising first -> {options.out}")
