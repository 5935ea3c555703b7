"""Disks that fill up or turn read-only when a test says so: a small file system of its own where the machine lets us
mount one, else (and for read-only) errors put in the way of every write below the data folder."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from embedcore.errors import EmbedError
from embedcore.store import JobRow, Store
from embedcore.store.database import Database
from tests.crash.barriers import barriers

FULL, LOCKED = "ENOSPC", "EROFS"
_MOUNT = ("mount", "-t", "tmpfs", "-o")
_AT_COMMIT = "TransactionContext Error: Failed to commit: Could not write file “wal”: "


class Disk:
    """The disk of `home`. break_ and mend change it for the server and for its workers."""

    def __init__(self, home: Path, break_: Callable[[str], object], mend: Callable[[], None]) -> None:
        self.home, self.break_, self.mend = home, break_, mend


def can_mount(folder: Path) -> bool:
    """Whether this machine lets us mount a small file system."""
    folder.mkdir()
    try:
        done = subprocess.run([*_MOUNT, "size=1m", "tmpfs", folder], capture_output=True).returncode == 0
    except FileNotFoundError:
        return False
    return done and subprocess.run(["umount", folder]).returncode == 0


@contextmanager
def mounted(folder: Path, megabytes: int = 64) -> Iterator[Disk]:
    """A real one, where `can_mount` says so."""
    folder.mkdir()
    subprocess.run([*_MOUNT, f"size={megabytes}m", "tmpfs", folder], check=True)
    filler = folder / "filler"

    def fill(_: str) -> None:
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(b"x" * 65_536)

    try:
        yield Disk(folder / "home", fill, lambda: filler.unlink(missing_ok=True))
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@contextmanager
def injected(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    """One whose every write fails, in this process and in the workers that it starts from now on."""
    home, flag = folder / "home", folder / "broken"
    folder.mkdir()
    inject = str(Path(__file__).parent / "inject")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(p for p in (inject, os.environ.get("PYTHONPATH", "")) if p))
    monkeypatch.setenv("EMBEDCORE_TEST_DISK", os.pathsep.join((str(home), str(flag))))
    for place, name, call in barriers(home, flag):
        monkeypatch.setattr(place, name, call)
    real_cursor = Database._cursor  # noqa: SLF001  below what makes sentences of its errors

    @contextmanager
    def cursor(self: Database) -> Iterator[Any]:
        with real_cursor(self) as real:
            yield Failing(real, flag)

    monkeypatch.setattr(Database, "_cursor", cursor)
    yield Disk(home, lambda kind: int(flag.write_text(kind)), lambda: flag.unlink(missing_ok=True))


class Failing:
    """A cursor whose COMMIT fails while the disk is broken."""

    def __init__(self, real: Any, flag: Path) -> None:
        self._real, self._flag = real, flag

    def execute(self, sql: str, *values: Any) -> Any:
        if sql == "COMMIT" and self._flag.exists():
            self._real.execute("ROLLBACK")
            code = getattr(errno, self._flag.read_text())
            raise duckdb.TransactionException(_AT_COMMIT + os.strerror(code))
        return self._real.execute(sql, *values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def burn(store: Store) -> None:
    """Use up what the last page of the log still takes."""
    now = datetime.now(UTC)
    for n in range(1000):
        try:
            store.save_job(JobRow(f"burn{n}", "burn", f"{n}", "x", {}, "done", now, now))
        except EmbedError:
            return
    raise AssertionError("the disk is not full")
