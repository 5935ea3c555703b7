"""What belongs to a run, in and out of the database: vectors, neighbour graph, maps, clusters.

Every function works on a cursor inside the caller's transaction and takes the run's short number. Big arrays travel
as Arrow tables: a million rows in seconds, where a statement per row takes an hour.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from embedcore.data import Embedding
from embedcore.errors import MissingError
from embedcore.explore import Clusters, Projection
from embedcore.neighbours import Graph
from embedcore.store.database import one
from embedcore.store.migrations import Cursor

_OWNED = (
    "vector_sets",
    "graphs",
    "graph_rows",
    "projections",
    "places",
    "clusterings",
    "cluster_names",
    "cluster_rows",
)


def delete_run(cursor: Cursor, run: int) -> None:
    """Everything that belongs to a run but its own row."""
    for (dimension,) in cursor.execute("SELECT DISTINCT dimension FROM vector_sets WHERE run = ?", [run]).fetchall():
        cursor.execute(f"DELETE FROM vectors_{dimension:d} WHERE run = ?", [run])
    for table in _OWNED:
        cursor.execute(f"DELETE FROM {table} WHERE run = ?", [run])


def put_embedding(cursor: Cursor, run: int, embedding: Embedding) -> None:
    n, d = embedding.vectors.shape
    cursor.execute(
        f"CREATE TABLE IF NOT EXISTS vectors_{d:d} "
        f"(run INTEGER, kind VARCHAR, row INTEGER, id VARCHAR, vector FLOAT[{d:d}])"
    )
    _insert(
        cursor,
        f"vectors_{d:d}",
        run,
        {
            "kind": _same(embedding.kind, n),
            "row": _rows(n),
            "id": pa.array([str(i) for i in embedding.ids], pa.string()),
            "vector": _lists(embedding.vectors),
        },
    )
    cursor.execute("INSERT INTO vector_sets VALUES (?, ?, ?, ?, ?)", [run, embedding.kind, n, d, _json(embedding.meta)])


def kinds(cursor: Cursor, run: int) -> list[str]:
    return _names(cursor.execute("SELECT kind FROM vector_sets WHERE run = ? ORDER BY kind != 'product', kind", [run]))


def embedding(cursor: Cursor, run: int, kind: str) -> Embedding:
    found = one(cursor, "SELECT rows, dimension, meta FROM vector_sets WHERE run = ? AND kind = ?", [run, kind])
    if found is None:
        raise MissingError(f"This result has no vectors of kind “{kind}”.")
    n, d, meta = found
    table = _table(
        cursor, f"SELECT row, id, vector FROM vectors_{d:d} WHERE run = $run AND kind = $kind", run=run, kind=kind
    )
    rows = table["row"].to_numpy()
    vectors, ids = np.empty((n, d), np.float32), np.empty(n, object)
    vectors[rows] = _matrix(table["vector"], d)
    ids[rows] = table["id"].to_numpy()
    return Embedding(kind, ids, vectors, json.loads(meta))


def put_graph(cursor: Cursor, run: int, graph: Graph) -> None:
    cursor.execute("DELETE FROM graphs WHERE run = ?", [run])
    cursor.execute("DELETE FROM graph_rows WHERE run = ?", [run])
    cursor.execute("INSERT INTO graphs VALUES (?, ?, ?, ?)", [run, graph.k, graph.exact, graph.recall])
    _insert(
        cursor,
        "graph_rows",
        run,
        {
            "row": _rows(len(graph)),
            "ids": _lists(graph.ids.astype(np.int32)),
            "scores": _lists(graph.scores.astype(np.float32)),
        },
    )


def graph(cursor: Cursor, run: int) -> Graph:
    found = one(cursor, "SELECT k, exact, recall FROM graphs WHERE run = ?", [run])
    if found is None:
        raise MissingError("This result has no neighbour lists.", "Train it again.")
    k, exact, recall = found
    table = _table(cursor, "SELECT row, ids, scores FROM graph_rows WHERE run = $run", run=run)
    rows = table["row"].to_numpy()
    ids, scores = np.empty((len(rows), k), np.int32), np.empty((len(rows), k), np.float32)
    ids[rows], scores[rows] = _matrix(table["ids"], k), _matrix(table["scores"], k)
    return Graph(ids, scores, exact, recall)


def put_projection(cursor: Cursor, run: int, projection: Projection) -> None:
    for table in ("projections", "places"):
        cursor.execute(f"DELETE FROM {table} WHERE run = ? AND kind = ?", [run, projection.kind])
    cursor.execute("INSERT INTO projections VALUES (?, ?, ?)", [run, projection.kind, _json(projection.meta)])
    n = len(projection.xy)
    xy = projection.xy.astype(np.float32)
    _insert(
        cursor,
        "places",
        run,
        {"kind": _same(projection.kind, n), "row": _rows(n), "x": pa.array(xy[:, 0]), "y": pa.array(xy[:, 1])},
    )


def projections(cursor: Cursor, run: int) -> list[str]:
    return _names(cursor.execute("SELECT kind FROM projections WHERE run = ? ORDER BY kind", [run]))


def projection(cursor: Cursor, run: int, kind: str) -> Projection:
    found = one(cursor, "SELECT meta FROM projections WHERE run = ? AND kind = ?", [run, kind])
    if found is None:
        raise MissingError(f"There is no {kind.upper()} map of this result yet.", "Make it first.")
    table = _table(cursor, "SELECT row, x, y FROM places WHERE run = $run AND kind = $kind", run=run, kind=kind)
    rows = table["row"].to_numpy()
    xy = np.empty((len(rows), 2), np.float32)
    xy[rows, 0], xy[rows, 1] = table["x"].to_numpy(), table["y"].to_numpy()
    return Projection(kind, xy, json.loads(found[0]))


def in_box(cursor: Cursor, run: int, kind: str, x0: float, x1: float, y0: float, y1: float) -> np.ndarray:
    table = _table(
        cursor,
        "SELECT row FROM places WHERE run = $run AND kind = $kind AND x BETWEEN $x0 AND $x1 AND y BETWEEN $y0 AND $y1 "
        "ORDER BY row",
        run=run,
        kind=kind,
        x0=min(x0, x1),
        x1=max(x0, x1),
        y0=min(y0, y1),
        y1=max(y0, y1),
    )
    return np.asarray(table["row"].to_numpy(), np.int64)


def put_clusters(cursor: Cursor, run: int, name: str, clusters: Clusters) -> None:
    for table in ("clusterings", "cluster_names", "cluster_rows"):
        cursor.execute(f"DELETE FROM {table} WHERE run = ? AND name = ?", [run, name])
    cursor.execute(
        "INSERT INTO clusterings VALUES (?, ?, ?, ?, ?, ?)",
        [run, name, clusters.method, float(clusters.silhouette), _json(clusters.meta), now()],
    )
    k, n = len(clusters.names), len(clusters.labels)
    _insert(
        cursor,
        "cluster_names",
        run,
        {"name": _same(name, k), "label": _rows(k), "title": pa.array(list(clusters.names), pa.string())},
    )
    _insert(
        cursor,
        "cluster_rows",
        run,
        {"name": _same(name, n), "row": _rows(n), "label": pa.array(clusters.labels.astype(np.int32))},
    )


def clusterings(cursor: Cursor, run: int) -> list[str]:
    return _names(cursor.execute("SELECT name FROM clusterings WHERE run = ? ORDER BY created, name", [run]))


def clusters(cursor: Cursor, run: int, name: str) -> Clusters:
    found = one(cursor, "SELECT method, silhouette, meta FROM clusterings WHERE run = ? AND name = ?", [run, name])
    if found is None:
        raise MissingError(f"There are no clusters “{name}” in this result.", "Make them first.")
    method, silhouette, meta = found
    titles = cursor.execute("SELECT title FROM cluster_names WHERE run = ? AND name = ? ORDER BY label", [run, name])
    names = tuple(_names(titles))
    table = _table(cursor, "SELECT row, label FROM cluster_rows WHERE run = $run AND name = $name", run=run, name=name)
    labels = np.empty(table.num_rows, np.int32)
    labels[table["row"].to_numpy()] = table["label"].to_numpy()
    return Clusters(method, labels, names, silhouette, json.loads(meta))


def rename_cluster(cursor: Cursor, run: int, name: str, label: int, title: str) -> None:
    cursor.execute(
        "UPDATE cluster_names SET title = ? WHERE run = ? AND name = ? AND label = ?", [title, run, name, label]
    )


def now() -> datetime:
    """The moment as the database keeps it: UTC, without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(dict(value), ensure_ascii=False)


def _names(cursor: Cursor) -> list[str]:
    return [str(name) for (name,) in cursor.fetchall()]


def _insert(cursor: Cursor, table: str, run: int, columns: dict[str, pa.Array]) -> None:
    n = len(next(iter(columns.values())))
    cursor.register("incoming", pa.table({"run": pa.array(np.full(n, run, np.int32)), **columns}))
    try:
        cursor.execute(f"INSERT INTO {table} SELECT * FROM incoming")
    finally:
        cursor.unregister("incoming")


def _table(cursor: Cursor, sql: str, **params: object) -> pa.Table:
    return cursor.sql(sql, params=params).to_arrow_table()


def _rows(n: int) -> pa.Array:
    return pa.array(np.arange(n, dtype=np.int32))


def _same(text: str, n: int) -> pa.Array:
    return pa.repeat(text, n)


def _lists(matrix: np.ndarray) -> pa.Array:
    return pa.FixedSizeListArray.from_arrays(pa.array(np.ascontiguousarray(matrix).ravel()), matrix.shape[1])


def _matrix(column: pa.ChunkedArray, width: int) -> np.ndarray:
    return np.asarray(column.combine_chunks().flatten().to_numpy(zero_copy_only=False)).reshape(-1, width)
