"""The one connection to the database file: opening it safely, reading with a cursor per use, writing one at a time."""

from __future__ import annotations

import os
import re
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import duckdb

from embedcore.data import folders
from embedcore.errors import BusyError, EmbedError
from embedcore.store.convert import convert, is_old
from embedcore.store.cursor import Cursor
from embedcore.store.migrations import migrate

FILE = "embedcore.duckdb"
TRIES = 3
T = TypeVar("T")


class Database:
    """One DuckDB file, owned by this process.

    `read()` gives a cursor inside a snapshot; `write(f)` runs f(cursor) in one transaction, one writer at a time.
    Both may be called from any thread: each use has a cursor of its own, since a shared one mixes up answers.
    """

    def __init__(self, home: Path) -> None:
        """Open or make `home/embedcore.duckdb`. BusyError when another process has it."""
        self.notices: list[str] = []
        self.writer = threading.RLock()
        opened = _open(home, self.notices)
        self.lost_changes = bool(self.notices)  # a log was set aside: folders may be here whose rows are not
        self._home, self._closed = home, False
        self._connection = _converted(opened, home, self.notices)
        # Closing folds the log of changes into the file; this does it even when nobody calls close().
        self._close = weakref.finalize(self, self._connection.close)
        self.write(migrate)

    def close(self) -> None:
        """Wait for a writer, then close. Calling it again does nothing."""
        with self.writer:
            self._closed = True
            self._close()

    @contextmanager
    def read(self) -> Iterator[Cursor]:
        """A cursor that sees one moment: what several statements read belongs together."""
        with _plain_errors(self._home), self._cursor() as cursor:
            cursor.execute("BEGIN TRANSACTION READ ONLY")
            try:
                yield cursor
            finally:
                _rollback(cursor)

    def write(self, change: Callable[[Cursor], T]) -> T:
        """Run `change` in one transaction, all or nothing; tried again (so it must be repeatable) on a conflict."""
        with _plain_errors(self._home), self.writer:
            for attempt in range(1, TRIES + 1):
                with self._cursor() as cursor:
                    cursor.execute("BEGIN TRANSACTION")
                    try:
                        result = change(cursor)
                        cursor.execute("COMMIT")
                        return result
                    except duckdb.TransactionException as e:
                        _rollback(cursor)
                        if attempt == TRIES or _sentence(self._home, e) is not None:
                            raise
                    except BaseException:
                        _rollback(cursor)
                        raise
                time.sleep(0.02 * attempt)
        raise AssertionError("unreachable")

    @contextmanager
    def _cursor(self) -> Iterator[Cursor]:
        connection = self._connection
        try:
            cursor = connection.cursor()
        except duckdb.ConnectionException:
            if self._closed:
                raise EmbedError("The data folder was closed.", "Start the app again.") from None
            connection = self._connect_again(connection)  # the last time there was no room for it
            cursor = connection.cursor()
        try:
            yield cursor
        except duckdb.FatalException:
            self._connect_again(connection)
            raise
        finally:
            cursor.close()

    def _connect_again(self, broken: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
        """Open the file anew: after a checkpoint that failed on a full disk DuckDB refuses everything until then."""
        with self.writer:
            if self._connection is broken and not self._closed:
                self._close()  # cursors of other threads end with it
                self._connection = _connect(self._home / FILE, self._home)
                self._close = weakref.finalize(self, self._connection.close)
            return self._connection


def _rollback(cursor: Cursor) -> None:
    with suppress(duckdb.Error):  # there is nothing to roll back when the transaction already ended itself
        cursor.execute("ROLLBACK")


@contextmanager
def _plain_errors(home: Path) -> Iterator[None]:
    """What a person can do something about becomes a sentence; our own mistakes stay what they are."""
    try:
        yield
    except duckdb.Error as e:
        if (sentence := _sentence(home, e)) is None:
            raise
        raise sentence from e


def _sentence(home: Path, error: duckdb.Error) -> EmbedError | None:
    """What to tell about an error of DuckDB, at COMMIT too; None for a mistake of ours."""
    if (full := folders.disk_sentence(home, error, "Free some space and try again.")) is not None:
        return full
    if isinstance(error, duckdb.OutOfMemoryException):
        return EmbedError("There is not enough memory for this.", "Close other programs or use fewer products.")
    if isinstance(error, duckdb.FatalException):
        return EmbedError("The database stopped after an error.", "Try again; if it stays so, start the app again.")
    if isinstance(error, duckdb.IOException):
        return EmbedError("The data folder cannot be read or written.", "Check that the disk is not full.")
    return None


def _open(home: Path, notices: list[str]) -> duckdb.DuckDBPyConnection:
    path = home / FILE
    wal = home / f"{FILE}.wal"
    try:
        if _drops_silently(wal):
            notices.append(_set_aside(wal))
        return _connect(path, home)
    except duckdb.Error as e:
        _raise_if_busy(e)
        if not wal.exists() or "WAL" not in str(e):
            raise EmbedError(
                "The database in the data folder cannot be read.",
                "Move the file embedcore.duckdb somewhere else and start again, or choose another folder with "
                "EMBEDCORE_HOME.",
            ) from e
    notices.append(_set_aside(wal))
    return _connect(path, home)


def _converted(connection: duckdb.DuckDBPyConnection, home: Path, notices: list[str]) -> duckdb.DuckDBPyConnection:
    """The same database in the form of today."""
    with _plain_errors(home):
        try:
            if not is_old(connection):
                return connection
            notices.append(convert(connection, home / FILE, lambda path: _connect(path, home)))
        except BaseException:
            connection.close()
            raise
        connection.close()
        return _connect(home / FILE, home)


def _connect(path: Path, home: Path) -> duckdb.DuckDBPyConnection:
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    connection = duckdb.connect(
        str(path),
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "memory_limit": f"{min(4.0, max(0.5, gigabytes / 4)):.1f}GB",
            "max_temp_directory_size": "10GB",
        },
    )
    # The order matters: each line shuts the door behind the one before it.
    connection.execute("SET allowed_directories = [$home]", {"home": str(home)})
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def _raise_if_busy(e: duckdb.Error) -> None:
    if isinstance(e, duckdb.IOException) and "lock" in str(e):
        found = re.search(r"PID (\d+)", str(e))
        who = f"by process {found[1]}" if found else "by another process"
        raise BusyError(
            f"The data folder is already in use {who}.",
            "Use the app that is open, close it, or choose another folder with EMBEDCORE_HOME.",
        ) from e


def _drops_silently(wal: Path) -> bool:
    """DuckDB 2.0 ignores a log whose first bytes are not its own: no error, and later changes are not replayed
    either. (Field 100 with the name "b" opens every log that 2.0 writes.)"""
    try:
        with wal.open("rb") as file:
            head = file.read(3)
            return len(head) == 3 and head != b"d\x00b"
    except FileNotFoundError:
        return False


def _set_aside(wal: Path) -> str:
    """Rename the log of changes that are not in the database file yet; what to tell about it."""
    aside = wal.with_name(f"{wal.name}.{time.strftime('%Y%m%d-%H%M%S')}.unreadable")
    wal.rename(aside)
    return (
        f"The last changes before the app stopped could not be read back and were set aside as {aside.name}. "
        "Everything that was saved before them is here. Datasets and results that came with them are in the folder "
        "“lost”."
    )
