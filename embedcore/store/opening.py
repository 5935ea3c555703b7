"""Opening the database file: whose it is, whether it can be read, a backup before it changes, a new one for a damaged.

A file that is not ours, or that a newer version wrote, is never written to. A damaged one is kept under another name;
what can still be read of it goes into a new database, and the folders give the rest back (reconcile.py).
"""

from __future__ import annotations

import os
import re
import shutil
import time
from contextlib import suppress
from pathlib import Path

import duckdb
import pyarrow as pa

from embedcore.data import folders
from embedcore.errors import BusyError, EmbedError
from embedcore.store.convert import convert, is_old
from embedcore.store.cursor import Cursor
from embedcore.store.migrations import MIGRATIONS, TABLES, migrate, needed, steps_of

FILE = "embedcore.duckdb"
DAMAGED = f"{FILE}.rebuild"  # a file of this name: damage was met while the app ran
_NOT_DAMAGE = (
    "Permission denied",
    "Too many open files",
    "Cannot open file",
    "Input/output error",
    "Could not set lock",
)
_ELSE = "Start that version, or choose another folder with EMBEDCORE_HOME."


def open_database(home: Path, notices: list[str]) -> duckdb.DuckDBPyConnection:
    """The database of a data folder in the form of today; what had to be done is added to `notices`.

    BusyError when another process has it. EmbedError when it is another program's, or a newer version's; then nothing
    was written.
    """
    path, wal = home / FILE, home / f"{FILE}.wal"
    if not path.exists():
        if wal.exists() and wal.stat().st_size:  # a log without its database: nothing can replay it
            _set_aside(wal, "unreadable")
        return connect(path, home)
    aside = None
    try:
        if (home / DAMAGED).exists():
            raise duckdb.IOException("damage was met while the app ran")
        aside = _checked(path, wal, home)
        return _in_todays_form(path, home, notices)
    except duckdb.Error as e:
        raise_unless_damage(home, e)
    finally:
        if aside is not None:
            notices.append(
                "The last changes before the app stopped could not be read back from the database, so they were read "
                "from the folders of your datasets and embeddings."
            )
    return _rebuilt(path, home, notices)


def connect(path: Path, home: Path, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """A connection that reaches nothing outside the data folder."""
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    connection = duckdb.connect(
        str(path),
        read_only=read_only,
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


def raise_unless_damage(home: Path, e: duckdb.Error) -> None:
    """Raise the sentence for a file that is in use or cannot be reached; return when its content is what is wrong."""
    text = str(e)
    if isinstance(e, duckdb.IOException) and "lock" in text:
        found = re.search(r"PID (\d+)", text)
        who = f"by process {found[1]}" if found else "by another process"
        raise BusyError(
            f"The data folder is already in use {who}.",
            "Use the app that is open, close it, or choose another folder with EMBEDCORE_HOME.",
        ) from e
    if (full := folders.disk_sentence(home, e, "Free some space, then start the app again.")) is not None:
        raise full from e
    if isinstance(e, duckdb.OutOfMemoryException) or any(words in text for words in _NOT_DAMAGE):
        raise EmbedError(
            "The database in the data folder cannot be opened just now. Nothing was changed.",
            "Make sure that you may read and write the data folder, then start the app again.",
        ) from e


def is_damage(e: duckdb.Error) -> bool:
    """Whether an error while the app runs says that the file itself is damaged."""
    if isinstance(e, (duckdb.SerializationException, duckdb.InternalException)):
        return True
    return isinstance(e, duckdb.Error) and re.search("corrupt|checksum|not a valid DuckDB", str(e), re.I) is not None


def _checked(path: Path, wal: Path, home: Path) -> Path | None:
    """Look at the file without writing to it; where a log that cannot be read was set aside. EmbedError when it is not
    ours to open, duckdb.Error when it is damaged."""
    if _drops_silently(wal):
        return _without_log(path, wal, home)
    try:
        _look(path, home)
    except duckdb.Error as e:
        if "WAL" not in str(e) or not wal.exists():
            raise
        return _without_log(path, wal, home)
    return None


def _without_log(path: Path, wal: Path, home: Path) -> Path:
    aside = _set_aside(wal, "unreadable")
    try:
        _look(path, home)
    except EmbedError:  # not ours: put it back as it was
        aside.rename(wal)
        raise
    return aside


def _look(path: Path, home: Path) -> None:
    """Read every table once. Big ones of before m002 are read when they are converted."""
    with path.open("rb") as file:
        if file.read(15) == b"SQLite format 3":
            raise _foreign()
    connection = connect(path, home, read_only=True)
    try:
        tables = _tables(connection)
        if not tables:
            return
        done = _done(connection, tables)
        known = {step.__name__ for step in MIGRATIONS}
        ours = bool(done & known) or {"datasets", "runs", "verdicts"} <= tables
        newer = sorted(name for name in done - known if re.match(r"m\d{3}_", name))
        if ours and newer:
            raise EmbedError(
                f"This data folder was used by a newer version of embedcore (it knows {', '.join(newer)}).", _ELSE
            )
        if not ours:
            raise _foreign()
        if is_old(connection):
            tables = set(TABLES) & tables - {"projections", "clusterings"}
        elif missing := needed(done) - tables:
            raise duckdb.IOException(f"tables are missing: {missing}")
        for name in sorted(set(TABLES) & tables):
            connection.execute(f"SELECT bit_xor(hash(x)) FROM {name} AS x").fetchall()  # noqa: S608  names of ours
    finally:
        connection.close()


def _foreign() -> EmbedError:
    return EmbedError(
        "The file embedcore.duckdb in the data folder belongs to another program. Nothing was changed.",
        "Move it somewhere else, or choose another folder with EMBEDCORE_HOME.",
    )


def _in_todays_form(path: Path, home: Path, notices: list[str]) -> duckdb.DuckDBPyConnection:
    """Open it to write; convert or migrate it first, with a backup beside it."""
    connection = connect(path, home)
    try:
        if is_old(connection):
            try:
                notices.append(convert(connection, path, lambda fresh: connect(fresh, home)))
            finally:
                connection.close()
            return connect(path, home)
        tables = _tables(connection)
        done = _done(connection, tables)
        if tables and not done:  # the list of what was done to it is lost: its tables say it
            connection.execute("CREATE TABLE IF NOT EXISTS migrations (name VARCHAR, ran TIMESTAMP)")
            for name in steps_of(connection, tables):
                connection.execute("INSERT INTO migrations VALUES (?, now()::TIMESTAMP)", [name])
            connection.close()
            notices.append(
                "The database had lost the list of its own changes. It was written anew from the tables that are there."
            )
            return _in_todays_form(path, home, notices)
        _read_indexes(connection, tables)
        pending = [step.__name__ for step in MIGRATIONS if step.__name__ not in done]
        if tables and pending:
            connection.execute("CHECKPOINT")
            connection.close()  # reading the file while it is open would give up its lock
            _back_up(path, pending[0])
            connection = connect(path, home)
            connection.execute("BEGIN TRANSACTION")
            migrate(connection)
            connection.execute("COMMIT")
        return connection
    except OSError as e:
        connection.close()
        sentence = folders.disk_sentence(home, e, "Free some space, then start the app again.")
        raise sentence or EmbedError("The data folder cannot be read or written.", "Check the disk.") from e
    except BaseException:
        connection.close()
        raise


def _read_indexes(connection: duckdb.DuckDBPyConnection, tables: set[str]) -> None:
    """Look up keys, so that a damaged index is met now and not by the first who asks for something or saves it."""
    connection.execute("BEGIN TRANSACTION")
    for name, key in (("datasets", "hash"), ("runs", "key"), ("jobs", "id"), ("verdicts", "")):
        if name not in tables:
            continue
        connection.execute(f"INSERT INTO {name} SELECT * FROM {name} ON CONFLICT DO NOTHING")  # noqa: S608  our names
        if key:  # a look-up of one row reads what a scan skips
            ends = connection.execute(f"SELECT min({key}), max({key}) FROM {name}").fetchall()  # noqa: S608
            for value in {*ends[0]}:
                connection.execute(f"SELECT * FROM {name} WHERE {key} = ?", [value]).fetchall()  # noqa: S608
    connection.execute("ROLLBACK")


def _back_up(path: Path, step: str) -> None:
    backup = unused(path.with_name(f"{path.name}.before-{step[:4]}-{time.strftime('%Y%m%d', time.gmtime())}.bak"))
    copy = backup.with_name(f"{backup.name}.tmp")
    shutil.copy2(path, copy)
    folders.replace_file(copy, backup)


def _rebuilt(path: Path, home: Path, notices: list[str]) -> duckdb.DuckDBPyConnection:
    """A new database with whatever rows the damaged one still gives; that one is kept under another name."""
    aside = _set_aside(path, "damaged")
    wal = path.with_name(f"{path.name}.wal")
    log = aside.with_name(f"{aside.name}.wal")
    if wal.exists():
        wal.rename(log)
    for leftover in home.glob(f"{FILE}.new*"):
        leftover.unlink(missing_ok=True)
    try:
        connection = _new(path, home, _salvaged(aside, home))
    except BaseException:  # no room for it, perhaps: the next opening begins again
        for half in (path, wal):
            half.unlink(missing_ok=True)
        aside.rename(path)
        if log.exists():
            log.rename(wal)
        raise
    (home / DAMAGED).unlink(missing_ok=True)
    notices.append(
        "The database in the data folder was damaged. It was built anew from the folders of your datasets and "
        "embeddings, so there is nothing for you to do. The damaged file is kept: the Storage page lists it."
    )
    return connection


def _new(path: Path, home: Path, kept: dict[str, pa.Table]) -> duckdb.DuckDBPyConnection:
    connection = connect(path, home)
    try:
        connection.execute("BEGIN TRANSACTION")
        migrate(connection)
        put_rows(connection, kept)
        connection.execute("COMMIT")
    except BaseException:
        connection.close()
        raise
    return connection


def _salvaged(aside: Path, home: Path) -> dict[str, pa.Table]:
    """Table -> its rows, of every table that can still be read whole."""
    kept: dict[str, pa.Table] = {}
    for name in TABLES:
        with suppress(duckdb.Error, UnicodeDecodeError, pa.ArrowException):
            connection = connect(aside, home, read_only=True)
            try:
                kept[name] = connection.sql(f"SELECT * FROM {name}").to_arrow_table()  # noqa: S608  names of ours
            finally:
                connection.close()
    if "runs" not in kept:  # what belongs to a run goes by its number
        kept = {name: rows for name, rows in kept.items() if name in ("datasets", "verdicts", "jobs", "deleted")}
    if not {"clusterings", "cluster_names"} <= kept.keys():
        kept = {name: rows for name, rows in kept.items() if name not in ("clusterings", "cluster_names")}
    kept.pop("verdict_records", None)  # the whole record of verdicts counts
    return kept


def put_rows(cursor: Cursor, kept: dict[str, pa.Table]) -> None:
    """Insert rows into empty tables of today, and let runs be numbered on. Tables of another shape are left out."""
    for name, rows in kept.items():
        names = [column[0] for column in cursor.execute(f"SELECT * FROM {name} LIMIT 0").description]  # noqa: S608
        cursor.fetchall()
        if rows.column_names == names:
            cursor.register("incoming", rows)
            cursor.execute(f"INSERT INTO {name} SELECT * FROM incoming")  # noqa: S608  names of ours
            cursor.unregister("incoming")
    ((last,),) = cursor.execute("SELECT coalesce(max(number), 0) FROM runs").fetchall()
    cursor.execute(f"CREATE OR REPLACE SEQUENCE run_numbers START WITH {int(last) + 1}")


def _tables(cursor: Cursor) -> set[str]:
    return {name for (name,) in cursor.execute("SELECT table_name FROM duckdb_tables()").fetchall()}


def _done(cursor: Cursor, tables: set[str]) -> set[str]:
    if "migrations" not in tables:
        return set()
    try:
        return {str(name) for (name,) in cursor.execute("SELECT name FROM migrations").fetchall()}
    except duckdb.BinderException:  # another program's table of this name
        return set()


def _drops_silently(wal: Path) -> bool:
    """DuckDB 2.0 ignores a log whose first bytes are not its own: no error, and later changes are not replayed
    either. (Field 100 with the name "b" opens every log that 2.0 writes.)"""
    try:
        with wal.open("rb") as file:
            head = file.read(3)
            return len(head) == 3 and head != b"d\x00b"
    except FileNotFoundError:
        return False


def _set_aside(file: Path, why: str) -> Path:
    """Rename a file that cannot be used; its name then."""
    aside = unused(file.with_name(f"{file.name}.{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}.{why}"))
    file.rename(aside)
    return aside


def unused(path: Path) -> Path:
    """The path, or one like it that nothing has yet."""
    number, free = 2, path
    while free.exists():
        free, number = path.with_name(f"{path.stem}-{number}{path.suffix}"), number + 1
    return free
