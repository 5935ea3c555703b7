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
    ingest.add_argument("--catalogue", type=Path, metavar="FILE", help="products: csv, JSON, parquet or Excel")
    ingest.add_argument("--baskets", type=Path, metavar="FILE", help="purchases: csv, JSON, parquet or Excel")
    ingest.add_argument("--images", type=Path, metavar="FOLDER_OR_ZIP", help="pictures of the products")
    ingest.add_argument("--sample", metavar="NAME", help="a sample instead of files: fashion or completejourney")
    ingest.add_argument("--role", action="append", default=[], metavar="COLUMN=ROLE", help="correct a guess")
    ingest.add_argument("--name", default="", help="what to call it (default: the file's name)")
    ingest.add_argument("out", type=Path, help="folder to write")
    ingest.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Read files, or open a sample, and save the dataset as a folder."""
    from embedcore import samples

    if options.sample:
        keep(samples.load(options.sample, bar("opening")), options.out)
        return
    name = options.name or (options.catalogue or options.baskets or options.out).stem
    roles = pairs(options.role, "--role")
    keep(
        files.dataset(options.catalogue, options.baskets, options.images, roles, name, options.out.parent), options.out
    )
