"""One process owns the database, every change is whole or not there, and it reaches nothing outside."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from embedcore.errors import BusyError, MissingError
from embedcore.store import Store
from embedcore.store.cursor import Cursor
from embedcore.store.database import Database
from tests.shared import ROOT
from tests.unit.store.filled import add


@pytest.fixture
def database(home: Path) -> Iterator[Database]:
    home.mkdir()
    opened = Database(home)
    yield opened
    opened.close()


def test_a_second_process_is_told_who_has_the_folder(store: Store) -> None:
    code = (
        "import sys; from pathlib import Path; from embedcore.errors import BusyError\n"
        "from embedcore.store import Store\n"
        "try: Store.open(Path(sys.argv[1]))\nexcept BusyError as e: print(e)"
    )
    ran = subprocess.run([sys.executable, "-c", code, str(store.home)], cwd=ROOT, capture_output=True, text=True)
    assert f"in use by process {os.getpid()}" in ran.stdout, ran.stderr
    assert str(store.home) not in ran.stdout
    assert store.datasets() == []


def test_the_same_process_cannot_open_a_folder_twice(store: Store) -> None:
    with pytest.raises(BusyError):
        Store.open(store.home)
    store.close()
    Store.open(store.home).close()


def test_a_store_that_was_dropped_without_closing_can_be_opened_again(home: Path, tmp_path: Path) -> None:
    store = Store.open(home)
    hash = add(store, tmp_path / "a")
    del store
    again = Store.open(home)
    assert [d.hash for d in again.datasets()] == [hash]
    again.close()


def test_the_database_reaches_no_file_outside_and_cannot_be_unlocked(database: Database, tmp_path: Path) -> None:
    import duckdb

    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    for sql in (
        f"SELECT * FROM read_csv('{secret}')",  # noqa: S608  a path of this test
        f"COPY (SELECT 1) TO '{tmp_path}/out.csv'",
        f"ATTACH '{tmp_path}/x.duckdb'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET memory_limit = '99GB'",
        "SET enable_external_access = true",
    ):
        with pytest.raises(duckdb.Error):
            database.write(lambda c, sql=sql: c.execute(sql))  # type: ignore[misc]
    with database.read() as cursor:
        (limit,) = cursor.execute("SELECT current_setting('max_temp_directory_size')").fetchone()
    assert "GiB" in limit


def test_a_change_that_fails_half_way_leaves_no_trace(database: Database) -> None:
    insert = "INSERT INTO verdicts VALUES ('d', 'a', 'b', 'same', now()::TIMESTAMP)"

    def change(cursor: Cursor) -> None:
        cursor.execute(insert)
        raise MissingError("stop")

    def count() -> int:
        with database.read() as cursor:
            ((n,),) = cursor.execute("SELECT count(*) FROM verdicts").fetchall()
        return int(n)

    with pytest.raises(MissingError):
        database.write(change)
    assert count() == 0
    database.write(lambda cursor: cursor.execute(insert))
    assert count() == 1


def test_a_conflict_is_tried_again_and_then_given_up(database: Database) -> None:
    import duckdb

    tries = []

    def change(cursor: Cursor) -> str:
        tries.append(1)
        if len(tries) < 3:
            raise duckdb.TransactionException("Conflict on update!")
        return "in"

    assert database.write(change) == "in"
    assert len(tries) == 3

    def never(cursor: Cursor) -> None:
        tries.append(1)
        raise duckdb.TransactionException("Conflict on update!")

    with pytest.raises(duckdb.TransactionException):
        database.write(never)
    assert len(tries) == 6
