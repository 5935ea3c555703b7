"""What the commands share: reading a file aloud, NAME=VALUE options, and how long a step took."""

from __future__ import annotations

import atexit
import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from embedcore.errors import InputError


def read(path: Path, near: Path | None = None) -> Any:
    """A table file -> Table, with one line about what was read. near: a folder on whose disk there is room for the rows
    of a large file; without it they are all held in memory."""
    from embedcore.intake import read_table

    if not path.is_file():
        raise InputError(f"There is no file {path.name}.", "Check its name.")
    table = read_table(path, path.name, folder=room(near) if near is not None else None, progress=bar("reading"))
    print(
        f"{path.name}: {table.report.rows_in:,} rows in, {table.report.kept:,} kept, {table.report.rejected:,} rejected"
    )
    return table


def room(near: Path) -> Path:
    """A new folder on the disk of `near`, gone when the command ends."""
    near.mkdir(parents=True, exist_ok=True)
    folder = TemporaryDirectory(dir=near, prefix="embedcore-", ignore_cleanup_errors=True)
    atexit.register(folder.cleanup)
    return Path(folder.name)


def keep(dataset: Any, folder: Path) -> None:
    """Save a dataset and say so."""
    dataset.save(folder)
    baskets = f", {len(dataset.baskets):,} baskets" if dataset.baskets is not None else ""
    print(f"{dataset.name}: {len(dataset):,} products{baskets} -> {folder}")


def pairs(texts: Sequence[str], option: str) -> dict[str, str]:
    """["a=b"] -> {"a": "b"}."""
    bad = [t for t in texts if "=" not in t]
    if bad:
        raise InputError(f"{option} {bad[0]} lacks a “=”.", f"Write {option} NAME=VALUE.")
    return {k: v for k, _, v in (t.partition("=") for t in texts)}


def value(text: str) -> Any:
    """A number or a list where it reads as one, else the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text


@contextmanager
def step(title: str) -> Iterator[None]:
    """Say what begins and how long it took."""
    began = time.perf_counter()
    print(f"{title} ...", flush=True)
    yield
    print(f"  {time.perf_counter() - began:.1f} s", flush=True)


def bar(title: str) -> Any:
    """A Progress for a terminal; silent when the output goes elsewhere."""

    def progress(step: int, of: int, loss: float | None = None, note: str = "", at: int | None = None) -> None:
        if sys.stderr.isatty():
            said = f"loss {loss:.3f}" if loss is not None else note
            print(f"\r  {title} {step:,} of {of:,}  {said:<40}", end="\r", file=sys.stderr, flush=True)

    return progress
