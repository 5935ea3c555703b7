"""Folders that appear whole or not at all.

>>> import tempfile
>>> with tempfile.TemporaryDirectory() as name:
...     new, target = Path(name) / "new.tmp", Path(name) / "kept"
...     new.mkdir()
...     move_in(new, target)
...     sorted(path.name for path in Path(name).iterdir())
['kept']
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable
from pathlib import Path


def move_in(folder: Path, target: Path) -> None:
    """Move `folder` to `target` in one step, once its bytes are on the disk; replaces what is there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if folder.stat().st_dev != target.parent.stat().st_dev:  # a rename cannot cross disks
        near = target.with_name(target.name + ".tmp")
        shutil.rmtree(near, ignore_errors=True)
        folder = Path(shutil.copytree(folder, near))
    for path in folder.rglob("*"):
        if path.is_file():
            _sync(path)
    remove(target)
    folder.replace(target)
    _sync(target.parent)


def replace_file(file: Path, target: Path) -> None:
    """The same for one file, on the same disk."""
    target.parent.mkdir(parents=True, exist_ok=True)
    _sync(file)
    file.replace(target)
    _sync(target.parent)


def remove(folder: Path) -> None:
    """Delete a folder; it is renamed first, so that it is never seen half deleted."""
    if folder.exists():
        doomed = folder.with_name(f"{folder.name}.{time.monotonic_ns()}.tmp")
        folder.rename(doomed)
        shutil.rmtree(doomed, ignore_errors=True)


def sweep(folder: Path, keep: Iterable[str] | None = None, older_than: float = 0.0) -> None:
    """Delete what lies in `folder`, except names in `keep` (None: only names that end in .tmp are deleted) and whatever
    changed less than `older_than` seconds ago."""
    if not folder.is_dir():
        return
    kept = None if keep is None else set(keep)
    for path in folder.iterdir():
        leftover = path.name.endswith(".tmp") or (kept is not None and path.name not in kept)
        if leftover and time.time() - path.stat().st_mtime >= older_than:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
