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

import errno
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from embedcore.errors import EmbedError

# What the system answers when a disk takes nothing more, and what a person can do about it.
_FULL = (errno.ENOSPC, errno.EDQUOT)
_LOCKED = (errno.EROFS, errno.EACCES, errno.EPERM)


def move_in(folder: Path, target: Path) -> None:
    """Move `folder` to `target` in one step, once its bytes are on the disk; replaces what is there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if folder.stat().st_dev != target.parent.stat().st_dev:  # a rename cannot cross disks
        near = target.with_name(target.name + ".tmp")
        shutil.rmtree(near, ignore_errors=True)
        try:
            folder = Path(shutil.copytree(folder, near))
        except BaseException:
            shutil.rmtree(near, ignore_errors=True)  # half a copy would only take room
            raise
    for path in folder.rglob("*"):
        if path.is_file():
            sync(path)
    remove(target)
    folder.replace(target)
    sync(target.parent)


def replace_file(file: Path, target: Path) -> None:
    """The same for one file, on the same disk."""
    target.parent.mkdir(parents=True, exist_ok=True)
    sync(file)
    file.replace(target)
    sync(target.parent)


def write_file(path: Path, content: bytes) -> None:
    """Write a small file whole or not at all, and onto the disk; nothing half written stays behind."""
    fresh = path.with_name(f"{path.name}.{time.monotonic_ns()}.tmp")
    try:
        fresh.write_bytes(content)
        replace_file(fresh, path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def remove(folder: Path) -> None:
    """Delete a folder; it is renamed first, so that it is never seen half deleted."""
    if folder.exists():
        doomed = folder.with_name(f"{folder.name}.{time.monotonic_ns()}.tmp")
        folder.rename(doomed)
        shutil.rmtree(doomed, ignore_errors=True)


def size_text(size: float) -> str:
    """A size as people read it.

    >>> size_text(0), size_text(2_500_000), size_text(3.2e9)
    ('0 MB', '2.5 MB', '3.2 GB')
    """
    if size >= 1e9:
        return f"{size / 1e9:,.1f} GB"
    return f"{size / 1e6:,.1f} MB" if size >= 50_000 else "0 MB"


def check_room(folder: Path, needed: int, what: str, hint: str) -> None:
    """Refuse work that cannot fit before it begins. what: the thing that has that size ("the file"); hint: what to do.

    EmbedError when fewer than `needed` bytes are free on the disk of `folder`.
    """
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise EmbedError(
            f"The disk of the data folder is full: {size_text(free)} are free, {what} needs {size_text(needed)}.", hint
        )


@contextmanager
def disk_sentences(folder: Path, hint: str) -> Iterator[None]:
    """Turn a full or locked disk into one sentence: "The disk of the data folder is full: ...". Other errors pass."""
    try:
        yield
    except OSError as e:
        sentence = disk_sentence(folder, e, hint)
        if sentence is None:
            raise
        raise sentence from e


def disk_sentence(folder: Path, error: BaseException, hint: str) -> EmbedError | None:
    """What to tell about this error; None when it does not come from a full or locked disk."""
    code = getattr(error, "errno", None)
    text = str(error)
    if code in _FULL or "No space left" in text or "Disk quota" in text:
        try:
            free = f" {size_text(shutil.disk_usage(folder).free)} are free."
        except OSError:
            free = ""
        return EmbedError(f"The disk of the data folder is full.{free}", hint)
    if code in _LOCKED or "Read-only file system" in text:
        return EmbedError("The data folder cannot be written to.", hint.replace("Free some space", "Make it writable"))
    return None


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


def sync(path: Path) -> None:
    """Wait until the bytes of a file, or the names in a folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
