"""The rows that belong to a run. Its arrays are in its folder.

Every function works on a cursor inside the caller's transaction and takes the run's short number.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from embedcore.explore import Clusters
from embedcore.store.cursor import Cursor, one
from embedcore.store.records import now


def delete_run(cursor: Cursor, run: int) -> None:
    """The run and everything that belongs to it."""
    cursor.execute("DELETE FROM vector_sets WHERE run = ?", [run])
    cursor.execute("DELETE FROM projections WHERE run = ?", [run])
    cursor.execute("DELETE FROM clusterings WHERE run = ?", [run])
    cursor.execute("DELETE FROM cluster_names WHERE run = ?", [run])
    cursor.execute("DELETE FROM runs WHERE number = ?", [run])


def put_kinds(cursor: Cursor, run: int, kinds: Iterable[str]) -> None:
    """These are the kinds of vectors it has."""
    cursor.execute("DELETE FROM vector_sets WHERE run = ?", [run])
    for kind in kinds:
        cursor.execute("INSERT INTO vector_sets VALUES (?, ?)", [run, kind])


def kinds(cursor: Cursor, run: int) -> list[str]:
    """The kinds of vectors it has, "product" first."""
    return _names(cursor.execute("SELECT kind FROM vector_sets WHERE run = ? ORDER BY kind != 'product', kind", [run]))


def put_projection(cursor: Cursor, run: int, kind: str) -> None:
    """It has a map of this kind."""
    cursor.execute("DELETE FROM projections WHERE run = ? AND kind = ?", [run, kind])
    cursor.execute("INSERT INTO projections VALUES (?, ?)", [run, kind])


def projections(cursor: Cursor, run: int) -> list[str]:
    """The kinds of maps it has."""
    return _names(cursor.execute("SELECT kind FROM projections WHERE run = ? ORDER BY kind", [run]))


def put_clusters(cursor: Cursor, run: int, name: str, clusters: Clusters) -> None:
    """It has clusters of this name, called as in their file until a person renames one."""
    cursor.execute("DELETE FROM clusterings WHERE run = ? AND name = ?", [run, name])
    cursor.execute("DELETE FROM cluster_names WHERE run = ? AND name = ?", [run, name])
    cursor.execute("INSERT INTO clusterings VALUES (?, ?, ?, ?)", [run, name, now(), digest(clusters)])
    for label, title in enumerate(clusters.names):
        cursor.execute("INSERT INTO cluster_names VALUES (?, ?, ?, ?)", [run, name, label, title])


def clusterings(cursor: Cursor, run: int) -> list[str]:
    """The names of its clusters, oldest first."""
    return _names(cursor.execute("SELECT name FROM clusterings WHERE run = ? ORDER BY created, name", [run]))


def cluster_names(cursor: Cursor, run: int, name: str) -> tuple[str, tuple[str, ...]] | None:
    """(digest of the clusters that are named, a name for each label); None when it has no such clusters."""
    found = one(cursor, "SELECT digest FROM clusterings WHERE run = ? AND name = ?", [run, name])
    if found is None:
        return None
    rows = cursor.execute("SELECT title FROM cluster_names WHERE run = ? AND name = ? ORDER BY label", [run, name])
    return str(found[0]), tuple(_names(rows))


def rename_cluster(cursor: Cursor, run: int, name: str, label: int, title: str) -> None:
    """Call one cluster something else."""
    cursor.execute(
        "UPDATE cluster_names SET title = ? WHERE run = ? AND name = ? AND label = ?", [title, run, name, label]
    )


def put_titles(cursor: Cursor, run: int, name: str, created: datetime, titles: Iterable[str]) -> None:
    """Set the titles and the creation time of the clusters of this name."""
    cursor.execute("UPDATE clusterings SET created = ? WHERE run = ? AND name = ?", [created, run, name])
    cursor.execute("DELETE FROM cluster_names WHERE run = ? AND name = ?", [run, name])
    for label, title in enumerate(titles):
        cursor.execute("INSERT INTO cluster_names VALUES (?, ?, ?, ?)", [run, name, label, title])


def forget(cursor: Cursor, run: int, part: str, name: str) -> None:
    """It has no such map (part "maps") or clusters ("clusters") any more."""
    if part == "maps":
        cursor.execute("DELETE FROM projections WHERE run = ? AND kind = ?", [run, name])
        return
    cursor.execute("DELETE FROM clusterings WHERE run = ? AND name = ?", [run, name])
    cursor.execute("DELETE FROM cluster_names WHERE run = ? AND name = ?", [run, name])


def verdicts(cursor: Cursor, dataset: str) -> list[tuple[Any, ...]]:
    """(id, id, verdict, given), oldest first."""
    sql = "SELECT id_a, id_b, verdict, given FROM verdicts WHERE dataset = ? ORDER BY given, id_a, id_b"
    rows: list[tuple[Any, ...]] = cursor.execute(sql, [dataset]).fetchall()
    return rows


def put_verdicts(cursor: Cursor, dataset: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """These are all verdicts on a dataset: rows as `verdicts` gives them."""
    frame = pd.DataFrame(rows, columns=["id_a", "id_b", "verdict", "given"]).astype("object")
    cursor.execute("DELETE FROM verdicts WHERE dataset = ?", [dataset])
    if len(frame):
        cursor.register("given", frame)
        sql = "INSERT INTO verdicts SELECT ?, id_a, id_b, verdict, given::TIMESTAMP FROM given"
        cursor.execute(sql, [dataset])
        cursor.unregister("given")


def last(cursor: Cursor, dataset: str) -> int:
    """The number of the last line of the record of verdicts that the database has."""
    row = one(cursor, "SELECT last FROM verdict_records WHERE dataset = ?", [dataset])
    return int(row[0]) if row else 0


def put_last(cursor: Cursor, dataset: str, last: int) -> None:
    """The database has all lines up to this one."""
    cursor.execute("DELETE FROM verdict_records WHERE dataset = ?", [dataset])
    cursor.execute("INSERT INTO verdict_records VALUES (?, ?)", [dataset, last])


def files(cursor: Cursor) -> dict[tuple[str, str], list[str]]:
    """(key of a run, part of its folder) -> the names of the files that have a row."""
    maps = cursor.execute("SELECT key, kind FROM projections JOIN runs ON number = run").fetchall()
    clusters = cursor.execute("SELECT key, name FROM clusterings JOIN runs ON number = run").fetchall()
    found: dict[tuple[str, str], list[str]] = {}
    for key, kind in maps:
        found.setdefault((key, "maps"), []).append(f"projection-{kind}.safetensors")
    for key, name in clusters:
        found.setdefault((key, "clusters"), []).append(f"clusters-{name}.safetensors")
    return found


def digest(clusters: Clusters) -> str:
    """Tells clusters from others that took their place: names in the database count only for those they were given."""
    labels = np.ascontiguousarray(clusters.labels, np.int32)
    return hashlib.sha256(json.dumps(clusters.names).encode() + labels.tobytes()).hexdigest()


def _names(cursor: Cursor) -> list[str]:
    return [str(name) for (name,) in cursor.fetchall()]
