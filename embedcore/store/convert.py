"""The way from a data folder of before m002 to one of today: arrays leave the database for the folders of their runs.

The database file itself is never written to. Its arrays are copied into files and compared, its other rows into a new
database, and at last the new file takes the name of the old one, which stays as the backup. Whoever is killed before
that starts again from the same file.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from safetensors import SafetensorError

from embedcore.data import Embedding, folders
from embedcore.errors import EmbedError
from embedcore.explore import Clusters, Projection
from embedcore.neighbours import Graph
from embedcore.store import tables
from embedcore.store.cursor import Cursor
from embedcore.store.migrations import m001_first_house, m002_arrays_in_folders, migrate

_SPARE = 64 << 20  # bytes that must stay free beside the arrays; chosen by hand
_SAME = ("datasets", "runs", "verdicts", "jobs")  # tables that m002 left as they were
_RUNS_ONLY = "run IN (SELECT number FROM runs)"


@dataclass(eq=False)
class OldRun:
    """What the tables of before m002 held of a run."""

    number: int
    key: str
    rows: int
    embeddings: list[Embedding] = field(default_factory=list)
    graph: Graph | None = None
    maps: list[Projection] = field(default_factory=list)
    clusters: dict[str, Clusters] = field(default_factory=dict)


def is_old(cursor: Cursor) -> bool:
    """Whether the arrays of runs are still in this database."""
    if not cursor.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'migrations'").fetchall():
        return False
    done = {name for (name,) in cursor.execute("SELECT name FROM migrations").fetchall()}
    return m001_first_house.__name__ in done and m002_arrays_in_folders.__name__ not in done


def convert(cursor: Cursor, path: Path, connect: Callable[[Path], duckdb.DuckDBPyConnection]) -> str:
    """Write the arrays of the database at `path` into the folders of their runs, and put a database without them in its
    place; the sentence that says so. The caller has it open by `cursor` and opens it anew afterwards.

    EmbedError when the disk has no room for it; then everything is as it was.
    """
    cursor.execute("CHECKPOINT")
    home, fresh = path.parent, path.with_name(f"{path.name}.new")
    _check_room(cursor, home)
    try:
        found = cursor.execute("SELECT number, key, rows FROM runs ORDER BY number").fetchall()
        digests: dict[tuple[int, str], str] = {}
        damaged: list[int] = []
        for number, key, rows in found:
            try:
                run = read_run(cursor, OldRun(number, key, rows))
            except ValueError:
                damaged.append(number)
                continue
            write_run(run, home / "runs" / key)
            digests |= {(number, name): tables.digest(clusters) for name, clusters in run.clusters.items()}
        _write_database(cursor, fresh, connect, digests, damaged)
        backup = _swap(path, fresh)
    except (OSError, SafetensorError) as e:
        raise EmbedError(
            "The data folder could not be brought into the form of this version. Nothing was lost: the database is as "
            "it was.",
            "Check that the disk is not full and can be written to, then start the app again.",
        ) from e
    results = f"{len(found):,} result{'' if len(found) == 1 else 's'}"
    lost = f" {len(damaged):,} could not be read and must be trained again." if damaged else ""
    return (
        f"The data folder was converted for this version: vectors, maps and groups ({results}) now lie in files of "
        f"their own.{lost} The database as it was is kept as {backup.name}; delete it when you no longer need it."
    )


def read_run(cursor: Cursor, run: OldRun) -> OldRun:
    """Fill in what the tables hold. ValueError when rows are missing."""
    number = run.number
    for kind, n, d, meta in _select(cursor, "kind, rows, dimension, meta", "vector_sets", number):
        sql = f"SELECT row, id, vector FROM vectors_{int(d)} WHERE run = $run AND kind = $name"  # noqa: S608  an integer
        table = _columns(cursor, sql, number, kind)
        rows = _complete(table, n)
        vectors, ids = np.empty((n, d), np.float32), np.empty(n, object)
        vectors[rows] = _matrix(table["vector"], d)
        ids[rows] = table["id"].to_numpy()
        run.embeddings.append(Embedding(kind, ids, vectors, json.loads(meta)))
    for k, exact, recall in _select(cursor, "k, exact, recall", "graphs", number):
        table = _columns(cursor, "SELECT row, ids, scores FROM graph_rows WHERE run = $run", number)
        rows = _complete(table, run.rows)
        ids, scores = np.empty((run.rows, k), np.int32), np.empty((run.rows, k), np.float32)
        ids[rows], scores[rows] = _matrix(table["ids"], k), _matrix(table["scores"], k)
        run.graph = Graph(ids, scores, exact, recall)
    for kind, meta in _select(cursor, "kind, meta", "projections", number):
        table = _columns(cursor, "SELECT row, x, y FROM places WHERE run = $run AND kind = $name", number, kind)
        rows, xy = _complete(table, run.rows), np.empty((run.rows, 2), np.float32)
        xy[rows, 0], xy[rows, 1] = table["x"].to_numpy(), table["y"].to_numpy()
        run.maps.append(Projection(kind, xy, json.loads(meta)))
    for name, method, silhouette, meta in _select(cursor, "name, method, silhouette, meta", "clusterings", number):
        table = _columns(cursor, "SELECT row, label FROM cluster_rows WHERE run = $run AND name = $name", number, name)
        rows, labels = _complete(table, run.rows), np.empty(run.rows, np.int32)
        labels[rows] = table["label"].to_numpy()
        sql = "SELECT title FROM cluster_names WHERE run = ? AND name = ? ORDER BY label"
        titles = tuple(title for (title,) in cursor.execute(sql, [number, name]).fetchall())
        run.clusters[name] = Clusters(method, labels, titles, silhouette, json.loads(meta))
    return run


def write_run(run: OldRun, folder: Path) -> None:
    """Write its arrays into its folder, beside the model, and compare what is there with what was meant."""
    staged = folder / "converted.tmp"
    shutil.rmtree(staged, ignore_errors=True)
    for embedding in run.embeddings:
        embedding.save(staged / "embeddings")
        again = Embedding.load(staged / "embeddings", embedding.kind)
        _check(np.array_equal(again.vectors, embedding.vectors) and np.array_equal(again.ids, embedding.ids))
    if run.graph is not None:
        run.graph.save(staged / "graph")
        graph = Graph.load(staged / "graph")
        _check(np.array_equal(graph.ids, run.graph.ids) and np.array_equal(graph.scores, run.graph.scores))
    for projection in run.maps:
        projection.save(staged / "maps")
        _check(np.array_equal(Projection.load(staged / "maps", projection.kind).xy, projection.xy))
    for name, clusters in run.clusters.items():
        clusters.save(staged / "clusters", name)
        _check(tables.digest(Clusters.load(staged / "clusters", name)) == tables.digest(clusters))
    for part in staged.iterdir() if staged.exists() else ():
        folders.move_in(part, folder / part.name)
    shutil.rmtree(staged, ignore_errors=True)


def _check_room(cursor: Cursor, home: Path) -> None:
    ((vectors,),) = cursor.execute("SELECT coalesce(sum(rows * (dimension * 4 + 40)), 0) FROM vector_sets").fetchall()
    ((graphs,),) = cursor.execute(
        "SELECT coalesce(sum(k * rows * 8), 0) FROM graphs JOIN runs ON run = number"
    ).fetchall()
    ((places,),) = cursor.execute("SELECT count(*) * 8 FROM places").fetchall()
    ((labels,),) = cursor.execute("SELECT count(*) * 4 FROM cluster_rows").fetchall()
    needed, free = int(vectors + graphs + places + labels) + _SPARE, shutil.disk_usage(home).free
    if free < needed:
        raise EmbedError(
            f"This version keeps vectors in files of their own. Moving them there once needs {needed / 1e9:.1f} GB on "
            f"the disk of the data folder, and {free / 1e9:.1f} GB are free.",
            "Free some space, then start the app again. Nothing was changed.",
        )


def _write_database(
    cursor: Cursor,
    fresh: Path,
    connect: Callable[[Path], duckdb.DuckDBPyConnection],
    digests: dict[tuple[int, str], str],
    damaged: list[int],
) -> None:
    """Write a database with today's tables and every row except the arrays, and sync it to disk."""
    for leftover in (fresh, fresh.with_name(f"{fresh.name}.wal")):
        leftover.unlink(missing_ok=True)
    whole = f"{_RUNS_ONLY} AND run NOT IN (SELECT unnest($damaged))"
    kept = {name: cursor.sql(f"SELECT * FROM {name}").to_arrow_table() for name in _SAME}  # noqa: S608  names of ours
    for name, columns in (
        ("vector_sets", "run, kind"),
        ("projections", "run, kind"),
        ("clusterings", "run, name, created"),
        ("cluster_names", "run, name, label, title"),
    ):
        sql = f"SELECT {columns} FROM {name} WHERE {whole}"  # noqa: S608  names of ours
        kept[name] = cursor.sql(sql, params={"damaged": damaged}).to_arrow_table()
    groups = kept["clusterings"]
    keys = zip(groups["run"].to_pylist(), groups["name"].to_pylist(), strict=True)
    kept["clusterings"] = groups.append_column("digest", pa.array([digests[key] for key in keys], pa.string()))
    ((last,),) = cursor.execute("SELECT coalesce(max(number), 0) FROM runs").fetchall()
    connection = connect(fresh)
    try:
        connection.execute("BEGIN TRANSACTION")
        migrate(connection)
        for name, table in kept.items():
            connection.register("incoming", table)
            connection.execute(f"INSERT INTO {name} SELECT * FROM incoming")  # noqa: S608  a name of ours
            connection.unregister("incoming")
        connection.execute(f"CREATE OR REPLACE SEQUENCE run_numbers START WITH {int(last) + 1}")
        connection.execute("COMMIT")
        connection.execute("CHECKPOINT")
    finally:
        connection.close()


def _swap(path: Path, fresh: Path) -> Path:
    """Give the new file the name of the old one in one step; the old one is kept under the name that comes back."""
    log = path.with_name(f"{path.name}.wal")
    _check(not log.exists() or log.stat().st_size == 0)  # it would be replayed into the new file
    at = datetime.now(UTC)
    backup = path.with_name(f"{path.name}.before-m002-{at:%Y%m%d}.bak")
    if backup.exists() and not backup.samefile(path):
        backup = path.with_name(f"{path.name}.before-m002-{at:%Y%m%d-%H%M%S}.bak")
    if not backup.exists():
        try:
            os.link(path, backup)
        except OSError:  # a disk without links
            copy = backup.with_name(f"{backup.name}.tmp")
            shutil.copy2(path, copy)
            folders.replace_file(copy, backup)
    folders.replace_file(fresh, path)
    return backup


def _check(as_meant: object) -> None:
    if not as_meant:
        raise OSError("what was written is not what came back")


def _select(cursor: Cursor, columns: str, table: str, run: int) -> list[tuple[Any, ...]]:
    sql = f"SELECT {columns} FROM {table} WHERE run = ?"  # noqa: S608  names of ours
    rows: list[tuple[Any, ...]] = cursor.execute(sql, [run]).fetchall()
    return rows


def _columns(cursor: Cursor, sql: str, run: int, name: str | None = None) -> pa.Table:
    params: dict[str, object] = {"run": run} if name is None else {"run": run, "name": name}
    return cursor.sql(sql, params=params).to_arrow_table()


def _complete(table: pa.Table, n: int) -> np.ndarray:
    """The row numbers; ValueError unless they are 0 to n - 1, each once."""
    rows = np.asarray(table["row"].to_numpy())
    if not np.array_equal(np.sort(rows), np.arange(n)):
        raise ValueError("rows are missing")
    return rows


def _matrix(column: pa.ChunkedArray, width: int) -> np.ndarray:
    return np.asarray(column.combine_chunks().flatten().to_numpy(zero_copy_only=False)).reshape(-1, width)
