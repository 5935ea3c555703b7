"""export: run folder -> vectors in a file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from embedcore.commands.console import raw_option
from embedcore.errors import InputError, MissingError


def add(commands: Any) -> None:
    """Register the command."""
    export = commands.add_parser("export", help="run folder -> vectors as .parquet, .csv or .npy")
    export.add_argument("run_folder", type=Path, metavar="run", help="folder that train wrote")
    export.add_argument("out", type=Path, help="file to write; its ending chooses the format")
    export.add_argument("--kind", default="product", help="product (default) or context")
    export.add_argument("--data", type=Path, help="dataset folder, to add titles")
    raw_option(export)
    export.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Write the vectors of a run folder to a file."""
    from embedcore.data import Dataset, Embedding
    from embedcore.export import write_vectors

    try:
        embedding = Embedding.load(options.run_folder / "embeddings", options.kind)
    except MissingError:
        raise InputError(
            f"The folder {options.run_folder.name} holds no “{options.kind}” vectors.", "Train first, or check --kind."
        ) from None
    write_vectors(embedding, options.out, Dataset.load(options.data) if options.data else None, raw=options.raw)
    print(f"{len(embedding):,} vectors with {embedding.dimension} dimensions -> {options.out}")
