"""The one connection to the database file: opening it safely, reading with a cursor per use, writing one at a time."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import duckdb

from embedcore.data import folders
from embedcore.errors import EmbedError
from embedcore.store.cursor import Cursor
from embedcore.store.deletion import rewritten
from embedcore.store.migrations import migrate
from embedcore.store.opening import DAMAGED, FILE, connect, is_damage, open_database

TRIES = 3
_PATIENCE = 3.0  # seconds that writing the file anew waits for readers
T = TypeVar("T")


class Database:
    """One DuckDB file, owned by this process.

    `read()` gives a cursor inside a snapshot; `write(f)` runs f(cursor) in one transaction, one writer at a time.
    Both may be called from any thread: each use has a cursor of its own, since a shared one mixes up answers.
    """

    def __init__(self, home: Path) -> None:
        """Open or make `home/embedcore.duckdb`. BusyError when another process has it."""
        self.notices: list[str] = []
        self.notices_read = False
        self.writer = threading.RLock()
        self._home, self._closed = home, False
        self._gate, self._users, self._mine = threading.Condition(), 0, threading.local()
        with _plain_errors(home):
            self._connection = open_database(home, self.notices)
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
            if not (self._home / FILE).exists():  # what is written to a deleted file is lost with this process
                raise EmbedError(
                    "The data folder was moved or deleted while the app was running, so nothing can be saved.",
                    "Stop the app, put the folder back, and start the app again.",
                )
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

    def renew(self) -> bool:
        """Write the file anew without what was deleted from it, so that no byte of that stays; False when somebody kept
        reading, or the disk had no room: then it is as it was, to be tried again."""
        with self.writer, self._alone() as alone:
            if not alone or self._closed:
                return False
            with _plain_errors(self._home):
                fresh = rewritten(self._connection, self._home)
                if fresh is None:
                    return False
                self._close()
                try:
                    folders.replace_file(fresh, self._home / FILE)
                finally:
                    self._connection = connect(self._home / FILE, self._home)
                    self._close = weakref.finalize(self, self._connection.close)
            return True

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        """Wait until nobody reads, and let nobody begin meanwhile; False when that takes too long."""
        with self._gate:
            done = self._gate.wait_for(lambda: self._users == 0, timeout=_PATIENCE)
            yield done

    @contextmanager
    def _using(self) -> Iterator[None]:
        """Count the threads that use the connection. One that uses it already does not wait."""
        inside = getattr(self._mine, "inside", 0)
        if not inside:
            with self._gate:
                self._users += 1
        self._mine.inside = inside + 1
        try:
            yield
        finally:
            self._mine.inside = inside
            if not inside:
                with self._gate:
                    self._users -= 1
                    self._gate.notify_all()

    @contextmanager
    def _cursor(self) -> Iterator[Cursor]:
        with self._using(), self._counted() as cursor:
            yield cursor

    @contextmanager
    def _counted(self) -> Iterator[Cursor]:
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
                self._connection = connect(self._home / FILE, self._home)
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
    if is_damage(error):
        with suppress(OSError):  # the next opening builds it anew, even where the tables can be read
            (home / DAMAGED).touch()
        return EmbedError(
            "The database in the data folder is damaged. Your datasets, embeddings and verdicts are safe.",
            "Start the app again: it then builds the database anew from their folders.",
        )
    if isinstance(error, duckdb.OutOfMemoryException):
        return EmbedError("There is not enough memory for this.", "Close other programs or use fewer products.")
    if isinstance(error, duckdb.FatalException):
        return EmbedError("The database stopped after an error.", "Try again; if it stays so, start the app again.")
    if isinstance(error, duckdb.IOException):
        return EmbedError("The data folder cannot be read or written.", "Check that the disk is not full.")
    return None
