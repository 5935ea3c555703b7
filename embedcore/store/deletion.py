"""Deleted means gone: what else holds the data of a dataset, and the database written anew without it.

Before its files go, what is deleted is noted in the database, in the transaction that deletes its rows: a kill in
between neither brings it back nor leaves half of it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from embedcore.data import folders
from embedcore.store.cursor import Cursor
from embedcore.store.migrations import TABLES, migrate
from embedcore.store.opening import FILE, connect, put_rows


def rewritten(connection: duckdb.DuckDBPyConnection, home: Path) -> Path | None:
    """Write a copy of the database with nothing but its rows; the copy, closed and synced. None when there is no room,
    or the log could not be folded in. Nobody may write meanwhile."""
    path, fresh = home / FILE, home / f"{FILE}.new"
    if shutil.disk_usage(home).free < 2 * path.stat().st_size:
        return None
    log = path.with_name(f"{FILE}.wal")
    connection.execute("CHECKPOINT")
    if log.exists() and log.stat().st_size:  # it would be replayed into the new file
        return None
    kept = {name: connection.sql(f"SELECT * FROM {name}").to_arrow_table() for name in TABLES}  # noqa: S608  our names
    done = connection.sql("SELECT * FROM migrations").to_arrow_table()
    for leftover in (fresh, fresh.with_name(f"{fresh.name}.wal")):
        leftover.unlink(missing_ok=True)
    try:
        copy = connect(fresh, home)
        try:
            copy.execute("BEGIN TRANSACTION")
            migrate(copy)
            copy.execute("DELETE FROM migrations")
            put_rows(copy, kept | {"migrations": done})
            copy.execute("COMMIT")
            copy.execute("CHECKPOINT")
        finally:
            copy.close()
    except BaseException:
        for leftover in (fresh, fresh.with_name(f"{fresh.name}.wal")):
            leftover.unlink(missing_ok=True)
        raise
    return fresh


@dataclass(frozen=True)
class Doomed:
    """Folders to delete: (name of the folder it lies in, its name)."""

    folders: tuple[tuple[str, str], ...]

    def note(self, cursor: Cursor, since: object) -> None:
        """Say in the database that they are deleted, and that it is to be written anew."""
        rows = [*self.folders, ("database", "")]
        cursor.executemany("INSERT INTO deleted VALUES (?, ?, ?)", [[what, name, since] for what, name in rows])

    def remove(self, home: Path) -> None:
        """Delete them."""
        for what, name in self.folders:
            folders.remove(home / what / name)


def sources(cursor: Cursor, dataset: str, runs: Iterable[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """(ids of the jobs about a dataset, folders in raw/ and spool/ that it was read from), without what another dataset
    or a waiting job needs."""
    jobs = [_Job(*row) for row in cursor.execute("SELECT id, kind, key, spec, result, state FROM jobs").fetchall()]
    datasets = {h for (h,) in cursor.execute("SELECT hash FROM datasets WHERE hash != ?", [dataset]).fetchall()}
    names = {dataset, *runs}
    ours = [job for job in jobs if job.names & names and not job.live]
    others = [job for job in jobs if job.live or (job.kind != "read" and job.names & datasets and job not in ours)]
    raw = {name for job in ours for name in job.raw}
    reads = [job for job in jobs if job.kind == "read" and not job.live]
    places = {job.place for job in reads if job.raw & raw} | {job.place for job in ours if job.place}
    reads = [job for job in reads if job.place in places or job.raw & raw]  # the same file, read another way, too
    needed = {name for job in others for name in job.raw}
    needed_places = {job.place for job in jobs if job.place and (job in others or job.raw & needed)}
    gone = [job for job in reads if not job.raw & needed]
    raw |= {name for job in gone for name in job.raw}
    spool = {place for place in places - needed_places if place.startswith("spool/")}
    found = [("raw", Path(name).name) for name in sorted(raw - needed)]
    found += [("spool", place.split("/")[1]) for place in sorted(spool)]
    return [job.id for job in (*ours, *gone)], found


class _Job:
    """A row about a job, as far as it says what it was about."""

    def __init__(self, id: str, kind: str, key: str, spec: str, result: str, state: str) -> None:
        told = [json.loads(spec), json.loads(result or "{}")]
        self.id, self.kind, self.live = id, kind, state in ("queued", "running")
        self.names = {key, *key.split(":"), *_texts(told)}
        self.raw = set(_texts(told, "raw")) | ({key} if kind == "read" else set())
        self.place = next(_texts(told, "place"), "")


def _texts(plain: Any, name: str | None = None, *, inside: bool = False) -> Iterator[str]:
    """Every text in a JSON value; with a name only those under it."""
    if isinstance(plain, str):
        if name is None or inside:
            yield plain
    elif isinstance(plain, dict):
        for key, value in plain.items():
            yield from _texts(value, name, inside=key == name)
    elif isinstance(plain, list):
        for value in plain:
            yield from _texts(value, name, inside=inside)
