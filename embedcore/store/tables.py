"""The rows that belong to a run. Its arrays are in its folder.

Every function works on a cursor inside the caller's transaction and takes the run's short number.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

import numpy as np

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
    """The kinds of vectors it has."""
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
