"""ingest: files -> dataset folder."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from embedcore.commands import files
from embedcore.commands.console import bar, keep, pairs


def add(commands: Any) -> None:
    """Register the command."""
    ingest = commands.add_parser("ingest", help="files -> dataset folder")
    ingest.add_argument("--catalogue", type=Path, metavar="FILE", help="products: csv, parquet or Excel")
    ingest.add_argument("--baskets", type=Path, metavar="FILE", help="purchases: csv, parquet or Excel")
    ingest.add_argument("--images", type=Path, metavar="FOLDER_OR_ZIP", help="pictures of the products")
    ingest.add_argument("--sample", metavar="NAME", help="a sample instead of files: fashion or completejourney")
    ingest.add_argument("--role", action="append", default=[], metavar="COLUMN=ROLE", help="correct a guess")
    ingest.add_argument("--name", default="", help="what to call it (default: the file's name)")
    ingest.add_argument("out", type=Path, help="folder to write")
    ingest.set_defaults(run=run)


def run(wanted: argparse.Namespace) -> None:
    from embedcore import samples

    if wanted.sample:
        keep(samples.load(wanted.sample, bar("opening")), wanted.out)
        return
    name = wanted.name or (wanted.catalogue or wanted.baskets or wanted.out).stem
    roles = pairs(wanted.role, "--role")
    keep(files.dataset(wanted.catalogue, wanted.baskets, wanted.images, roles, name, wanted.out.parent), wanted.out)
