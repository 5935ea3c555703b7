"""What the commands share: reading a file, NAME=VALUE options, progress, and how long a step took."""

from __future__ import annotations

import argparse
import atexit
import json
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from embedcore.errors import InputError, NeedsError

if TYPE_CHECKING:
    from embedcore.data import Baskets, Dataset
    from embedcore.intake import Settings, Table
    from embedcore.progress import Progress


def read(
    path: Path, near: Path | None = None, *, use: str = "", settings: Settings | None = None, **options: Any
) -> Table:
    """Read a table file and print one line about it. near: a folder on whose disk the rows of a large file may lie;
    without it they are all held in memory. use, settings, options: see embedcore.intake.read_table."""
    from embedcore.intake import read_table

    if not path.is_file():
        raise InputError(f"There is no file “{path.name}”.", "Check its name and folder.")
    folder = room(near) if near is not None else None
    table = read_table(
        path, path.name, use=use, settings=settings or {}, folder=folder, progress=bar("reading"), **options
    )
    r = table.report
    filled = f", {r.filled:,} filled into others" if r.filled else ""
    print(f"{path.name}: {r.rows_in:,} rows in, {r.kept:,} kept, {r.rejected:,} rejected{filled}")
    return table


def room(near: Path) -> Path:
    """A new folder on the disk of `near`, gone when the command ends."""
    near.mkdir(parents=True, exist_ok=True)
    folder = TemporaryDirectory(dir=near, prefix="embedcore-", ignore_cleanup_errors=True)
    atexit.register(folder.cleanup)
    return Path(folder.name)


def need_baskets(dataset: Dataset) -> Baskets:
    """The baskets of a dataset; NeedsError when it has none."""
    if dataset.baskets is None:
        raise NeedsError(f"“{dataset.name}” has no baskets.", "Give purchases, too.")
    return dataset.baskets


def keep(dataset: Dataset, folder: Path) -> None:
    """Save a dataset and print where it is."""
    dataset.save(folder)
    baskets = f", {len(dataset.baskets):,} baskets" if dataset.baskets is not None else ""
    print(f"{dataset.name}: {len(dataset):,} products{baskets} -> {folder}")


def raw_option(parser: argparse.ArgumentParser) -> None:
    """Let a command that writes CSV keep cells exactly as they are."""
    parser.add_argument(
        "--raw",
        action="store_true",
        help="keep cells exactly as they are: no apostrophe before what looks like a formula",
    )


def show(notices: Iterable[str]) -> None:
    """Print notices, one a line."""
    for notice in notices:
        print(f"  {notice}")


def pairs(texts: Sequence[str], option: str) -> dict[str, str]:
    """["a=b"] -> {"a": "b"}."""
    bad = [t for t in texts if "=" not in t]
    if bad:
        raise InputError(f"“{option} {bad[0]}” lacks a “=”.", f"Write {option} NAME=VALUE.")
    return {k: v for k, _, v in (t.partition("=") for t in texts)}


def value(text: str) -> Any:
    """A number or a list where it reads as one, else the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text


@contextmanager
def step(title: str) -> Iterator[None]:
    """Print what begins, and then how long it took."""
    began = time.perf_counter()
    print(f"{title} ...", flush=True)
    yield
    print(f"  {time.perf_counter() - began:.1f} s", flush=True)


def bar(title: str) -> Progress:
    """A Progress for a terminal; silent when the output goes elsewhere."""

    def progress(step: int, of: int, loss: float | None = None, note: str = "") -> None:
        if sys.stderr.isatty():
            now = f"loss {loss:.3f}" if loss is not None else note
            print(f"\r  {title} {step:,} of {of:,}  {now:<40}", end="\r", file=sys.stderr, flush=True)

    return progress
