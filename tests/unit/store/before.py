"""A data folder as versions before m002 left it: arrays in tables, which m001 made."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from embedcore.data import Embedding
from embedcore.explore import Clusters, Projection
from embedcore.neighbours import Graph
from embedcore.store.migrations import m001_first_house
from tests.unit import example

AT = datetime(2026, 1, 2, 3, 4, 5)  # noqa: DTZ001  as the database keeps it: UTC, without a zone


def fill(home: Path, runs: int = 2) -> dict[str, Path]:
    """Make it, with a dataset, runs "run-0".. (a renamed cluster, a UMAP map), a verdict and a job; key -> folder with
    the same arrays as files. The last changes are in the log of changes, as after a kill."""
    data = example.dataset()
    data.save(home / "datasets" / data.hash)
    connection = duckdb.connect(str(home / "embedcore.duckdb"))
    connection.execute("PRAGMA disable_checkpoint_on_shutdown")
    m001_first_house(connection)
    connection.execute("CREATE TABLE migrations (name VARCHAR, ran TIMESTAMP)")
    connection.execute("INSERT INTO migrations VALUES ('m001_first_house', ?)", [AT])
    facts: list[object] = [data.hash, "shop", "upload", AT, 14, 12, 14, 40, 7, "{}"]
    connection.execute("INSERT INTO datasets VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", facts)
    connection.execute("INSERT INTO verdicts VALUES (?, 'p001', 'p002', 'same', ?)", [data.hash, AT])
    job = ["j1", "read", "k", "Reading", "{}", "done", AT, AT, "", "", "{}"]
    connection.execute("INSERT INTO jobs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", job)
    folders = {}
    for n in range(runs):
        folder = home.parent / f"{home.name}-run-{n}"
        info = example.result(folder, data.items, seed=n, d=4 + n)
        key = f"run-{n}"
        ((number,),) = connection.execute("SELECT nextval('run_numbers')").fetchall()
        params = json.dumps(info["params"])
        facts = [key, number, data.hash, info["method"], params, n, AT, 1.5, 14, 4 + n, [2.0, 1.0], "{}"]
        connection.execute("INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", facts)
        _put(connection, number, folder)
        (home / "runs" / key).mkdir(parents=True)
        shutil.copytree(folder / "model", home / "runs" / key / "model")
        folders[key] = folder
    connection.close()
    return folders


def _put(connection: duckdb.DuckDBPyConnection, run: int, folder: Path) -> None:
    rng = np.random.default_rng(run)
    for kind in ("product", "value"):
        e = Embedding.load(folder / "embeddings", kind)
        d = e.dimension
        connection.execute("INSERT INTO vector_sets VALUES (?, ?, ?, ?, ?)", [run, kind, len(e), d, json.dumps(e.meta)])
        connection.execute(
            f"CREATE TABLE IF NOT EXISTS vectors_{d} "
            f"(run INTEGER, kind VARCHAR, row INTEGER, id VARCHAR, vector FLOAT[{d}])"
        )
        order = rng.permutation(len(e)).astype(np.int32)  # a table has no order
        columns = {"kind": [kind] * len(e), "row": order, "id": [str(i) for i in e.ids[order]]}
        _insert(connection, f"vectors_{d}", run, columns | {"vector": _lists(e.vectors[order])})
    g = Graph.load(folder / "graph")
    connection.execute("INSERT INTO graphs VALUES (?, ?, ?, ?)", [run, g.k, g.exact, g.recall])
    rows = np.arange(14, dtype=np.int32)
    _insert(connection, "graph_rows", run, {"row": rows, "ids": _lists(g.ids), "scores": _lists(g.scores)})
    for p in (Projection.load(folder / "maps", "pca"), Projection("umap", rng.random((14, 2), np.float32), {"k": run})):
        p.save(folder / "maps")
        connection.execute("INSERT INTO projections VALUES (?, ?, ?)", [run, p.kind, json.dumps(p.meta)])
        _insert(connection, "places", run, {"kind": [p.kind] * 14, "row": rows, "x": p.xy[:, 0], "y": p.xy[:, 1]})
    c = Clusters.load(folder / "clusters")
    facts = [run, "kmeans", c.method, c.silhouette, json.dumps(c.meta), AT]
    connection.execute("INSERT INTO clusterings VALUES (?, ?, ?, ?, ?, ?)", facts)
    for label, title in enumerate(("shoes", "Caps, renamed")):
        connection.execute("INSERT INTO cluster_names VALUES (?, 'kmeans', ?, ?)", [run, label, title])
    _insert(connection, "cluster_rows", run, {"name": ["kmeans"] * 14, "row": rows, "label": c.labels})


def _insert(connection: duckdb.DuckDBPyConnection, table: str, run: int, columns: dict[str, Any]) -> None:
    n = len(next(iter(columns.values())))
    connection.register("incoming", pa.table({"run": np.full(n, run, np.int32), **columns}))
    connection.execute(f"INSERT INTO {table} SELECT * FROM incoming")  # noqa: S608  a name of ours
    connection.unregister("incoming")


def _lists(matrix: np.ndarray) -> pa.Array:
    return pa.FixedSizeListArray.from_arrays(pa.array(np.ascontiguousarray(matrix).ravel()), matrix.shape[1])
