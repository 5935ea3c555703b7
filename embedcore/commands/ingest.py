"""ingest: files -> dataset folder."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from embedcore.commands.console import bar, keep, pairs, read
from embedcore.errors import InputError


def add(commands: Any) -> None:
    """Register the command."""
    ingest = commands.add_parser("ingest", help="files -> dataset folder")
    ingest.add_argument("--catalogue", type=Path, metavar="FILE", help="products: csv, parquet or Excel")
    ingest.add_argument("--baskets", type=Path, metavar="FILE", help="purchases: csv, parquet or Excel")
    ingest.add_argument("--sample", metavar="NAME", help="a sample instead of files: fashion or completejourney")
    ingest.add_argument("--role", action="append", default=[], metavar="COLUMN=ROLE", help="correct a guess")
    ingest.add_argument("--name", default="", help="what to call it (default: the file's name)")
    ingest.add_argument("out", type=Path, help="folder to write")
    ingest.set_defaults(run=run)


def run(wanted: argparse.Namespace) -> None:
    from embedcore import samples
    from embedcore.dataset import Dataset
    from embedcore.intake.baskets import basket_lines
    from embedcore.intake.columns import guess_roles, make_catalogue
    from embedcore.intake.match import match
    from embedcore.intake.shapes import guess_shape

    if wanted.sample:
        keep(samples.load(wanted.sample, bar("opening")), wanted.out)
        return
    catalogue, lines, notices = None, None, []
    if wanted.catalogue:
        table = read(wanted.catalogue)
        roles = {g.column: g.role for g in guess_roles(table.frame)} | pairs(wanted.role, "--role")
        unknown = sorted(roles.keys() - set(table.frame.columns))
        if unknown:
            raise InputError(f"{wanted.catalogue.name} has no column “{unknown[0]}”.", "Check --role.")
        for column, role in roles.items():
            print(f"  {column}: {role}")
        catalogue, said = make_catalogue(table.frame, roles, generate_ids="id" not in roles.values())
        notices += [*table.report.notices, *said]
    if wanted.baskets:
        table = read(wanted.baskets)
        shape = guess_shape(table.frame, set(catalogue.ids) if catalogue is not None else None)
        print(f"  {wanted.baskets.name}: {shape.why}")
        lines, said = basket_lines(table.frame, shape)
        notices += [*table.report.notices, *said]
        if catalogue is not None:
            lines, said = match(catalogue, lines)
            notices += said
    for notice in notices:
        print(f"  {notice}")
    name = wanted.name or (wanted.catalogue or wanted.baskets or wanted.out).stem
    keep(Dataset.build(name, catalogue, lines, {"notices": notices}), wanted.out)
