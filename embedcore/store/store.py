"""Store: everything this server keeps, in one DuckDB file and the folders beside it."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any
from weakref import WeakValueDictionary

import numpy as np

from embedcore.data import Dataset, Embedding, folders
from embedcore.errors import BusyError, InputError, MissingError
from embedcore.explore import Clusters, Projection
from embedcore.neighbours import Graph
from embedcore.store import runs as results
from embedcore.store.artifacts import Artifacts
from embedcore.store.database import Database, one
from embedcore.store.migrations import Cursor
from embedcore.store.records import DatasetInfo, JobRow, RunInfo, as_dataset, as_job, as_run, measure, naive
from embedcore.store.verdicts import Verdicts

DAY = 86_400.0
_KEPT_DATASETS = 3  # in memory at once
_KEPT_JOBS = 1_000  # rows
_KEPT_FILES = {"spool": 1 * DAY, "raw": 7 * DAY, "logs": 30 * DAY}
_LIVE = ("queued", "running")
_open_here: WeakValueDictionary[Path, Store] = WeakValueDictionary()


class Store(Verdicts, Artifacts):
    """Datasets, runs and what was made of them, verdicts and jobs. Every method may be called from any thread.

    One process owns a data folder at a time. A folder appears before its row and goes after it, so a row always has
    its files; files without a row are swept at the next opening.
    """

    def __init__(self, home: Path, database: Database) -> None:
        self.home = home
        self._db = database
        self._loading = Lock()
        self._datasets: OrderedDict[str, Dataset] = OrderedDict()

    @classmethod
    def open(cls, home: Path) -> Store:
        """Open or make the data folder. BusyError when it is open already, EmbedError when it cannot be read."""
        home = home.absolute()
        if home in _open_here:
            raise BusyError("The data folder is already open in this process.")
        for name in ("datasets", "runs", "raw", "spool", "jobs", "logs"):
            (home / name).mkdir(parents=True, exist_ok=True)
        store = cls(home, Database(home))
        _open_here[home] = store
        store._sweep_orphans()
        store.sweep()
        return store

    @property
    def notices(self) -> tuple[str, ...]:
        """Plain sentences about what opening had to repair; usually none."""
        return tuple(self._db.notices)

    def close(self) -> None:
        """Fold everything into the file and let another process have it. Calling it again does nothing."""
        self._db.close()
        if _open_here.get(self.home) is self:
            del _open_here[self.home]

    # Datasets

    def add_dataset(self, folder: Path, source: str) -> DatasetInfo:
        """Take over a folder that Dataset.save wrote. The same content again gives the one that is here.

        source: where it came from, in a word or two ("upload", "sample").
        """
        info = measure(folder, source)

        def change(cursor: Cursor) -> None:
            if one(cursor, "SELECT 1 FROM datasets WHERE hash = ?", [info.hash]):
                folders.remove(folder)
                return
            if folder.exists():  # a second try after a conflict has moved it already
                folders.move_in(folder, self._dataset_path(info.hash))
            cursor.execute(
                "INSERT INTO datasets VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    info.hash,
                    info.name,
                    source,
                    results.now(),
                    info.products,
                    info.catalogue_rows,
                    info.bought,
                    info.baskets,
                    info.customers,
                    json.dumps(dict(info.meta), ensure_ascii=False),
                ],
            )

        self._db.write(change)
        return self.dataset_info(info.hash)

    def datasets(self) -> list[DatasetInfo]:
        """All of them, newest first."""
        with self._db.read() as cursor:
            rows = cursor.execute("SELECT * FROM datasets ORDER BY created DESC").fetchall()
        return [as_dataset(row) for row in rows]

    def dataset_info(self, hash: str) -> DatasetInfo:
        """MissingError when there is no such dataset."""
        with self._db.read() as cursor:
            row = one(cursor, "SELECT * FROM datasets WHERE hash = ?", [hash])
        if row is None:
            raise MissingError("This dataset is not (or no longer) here.", "Choose another one or import it again.")
        return as_dataset(row)

    def dataset(self, hash: str) -> Dataset:
        """The data itself; the last few stay in memory and are shared, so do not change their arrays."""
        info = self.dataset_info(hash)
        with self._loading:  # ten sessions that open the same dataset load it once
            found = self._datasets.get(hash)
            if found is None or found.name != info.name:
                found = Dataset.load(self._dataset_path(hash)).described(info.name)
                self._datasets[hash] = found
            self._datasets.move_to_end(hash)
            while len(self._datasets) > _KEPT_DATASETS:
                self._datasets.popitem(last=False)
            return found

    def dataset_folder(self, hash: str) -> Path:
        """Where Dataset.load finds it; MissingError when there is no such dataset."""
        self.dataset_info(hash)
        return self._dataset_path(hash)

    def rename_dataset(self, hash: str, name: str) -> None:
        if not name.strip():
            raise InputError("A dataset needs a name.")
        self.dataset_info(hash)
        self._db.write(lambda c: c.execute("UPDATE datasets SET name = ? WHERE hash = ?", [name.strip(), hash]))

    def delete_dataset(self, hash: str) -> None:
        """With its runs, maps, clusters and verdicts."""
        keys = [run.key for run in self.runs(hash)]

        def change(cursor: Cursor) -> None:
            for number in cursor.execute("SELECT number FROM runs WHERE dataset = ?", [hash]).fetchall():
                results.delete_run(cursor, *number)
            for table, column in (("runs", "dataset"), ("verdicts", "dataset"), ("datasets", "hash")):
                cursor.execute(f"DELETE FROM {table} WHERE {column} = ?", [hash])

        with self._db.writer:
            self._db.write(change)
            for folder in (self._dataset_path(hash), *(self._run_path(key) for key in keys)):
                folders.remove(folder)
        with self._loading:
            self._datasets.pop(hash, None)

    # Runs

    def save_run(self, folder: Path, info: Mapping[str, Any]) -> RunInfo:
        """Keep a training's result, in one transaction. A result with the same key is kept as it was.

        folder: embeddings/, graph/, maps/, clusters/ and model/ as tasks.train writes them; its model moves into the
        data folder. info: key, dataset, method, params, seed, seconds, losses, meta. MissingError when the dataset
        was deleted meanwhile.
        """
        kinds = sorted(path.stem for path in (folder / "embeddings").glob("*.safetensors"))
        embeddings = [Embedding.load(folder / "embeddings", kind) for kind in kinds]
        product = next(e for e in embeddings if e.kind == "product")
        graph = Graph.load(folder / "graph") if (folder / "graph").exists() else None
        maps = [
            Projection.load(folder / "maps", p.stem.removeprefix("projection-"))
            for p in sorted((folder / "maps").glob("projection-*.npz"))
        ]
        names = [p.stem.removeprefix("clusters-") for p in sorted((folder / "clusters").glob("clusters-*.npz"))]
        clusters = {name: Clusters.load(folder / "clusters", name) for name in names}
        key = str(info["key"])

        def change(cursor: Cursor) -> None:
            if one(cursor, "SELECT 1 FROM runs WHERE key = ?", [key]):
                return
            if not one(cursor, "SELECT 1 FROM datasets WHERE hash = ?", [info["dataset"]]):
                raise MissingError("The dataset was deleted while this was computed.")
            if (folder / "model").exists():
                folders.move_in(folder / "model", self.model_folder(key))
            ((number,),) = cursor.execute("SELECT nextval('run_numbers')").fetchall()
            cursor.execute(
                "INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    key,
                    number,
                    info["dataset"],
                    info["method"],
                    json.dumps(info["params"], ensure_ascii=False),
                    info["seed"],
                    results.now(),
                    info["seconds"],
                    len(product),
                    product.dimension,
                    [float(v) for v in info.get("losses", ())],
                    json.dumps(info.get("meta", {}), ensure_ascii=False),
                ],
            )
            for embedding in embeddings:
                results.put_embedding(cursor, number, embedding)
            if graph is not None:
                results.put_graph(cursor, number, graph)
            for projection in maps:
                results.put_projection(cursor, number, projection)
            for name, found in clusters.items():
                results.put_clusters(cursor, number, name, found)

        self._db.write(change)
        return self.run_info(key)

    def run_info(self, key: str) -> RunInfo:
        """MissingError when there is no such result (any more)."""
        found = self.find_run(key)
        if found is None:
            raise MissingError("This result is not (or no longer) here.", "Choose another one or train it again.")
        return found

    def find_run(self, key: str) -> RunInfo | None:
        """The same; None when there is no such result."""
        with self._db.read() as cursor:
            row = one(cursor, "SELECT * FROM runs WHERE key = ?", [key])
        return as_run(row) if row else None

    def runs(self, dataset_hash: str | None = None) -> list[RunInfo]:
        """Of one dataset or of all, newest first."""
        with self._db.read() as cursor:
            rows = cursor.execute(
                "SELECT * FROM runs WHERE $hash IS NULL OR dataset = $hash ORDER BY created DESC, number DESC",
                {"hash": dataset_hash},
            ).fetchall()
        return [as_run(row) for row in rows]

    def delete_run(self, key: str) -> None:
        """With everything that was made of it. Nothing happens when it is not here."""

        def change(cursor: Cursor) -> None:
            for (number,) in cursor.execute("SELECT number FROM runs WHERE key = ?", [key]).fetchall():
                results.delete_run(cursor, number)
            cursor.execute("DELETE FROM runs WHERE key = ?", [key])

        with self._db.writer:  # or the same result, saved anew in between, would lose its model
            self._db.write(change)
            folders.remove(self._run_path(key))

    def model_folder(self, key: str) -> Path:
        """Where the trained model lies (Method.load reads it)."""
        return self._run_path(key) / "model"

    def kinds(self, key: str) -> list[str]:
        """The kinds of vectors a run has, "product" first."""
        with self._db.read() as cursor:
            return results.kinds(cursor, _number(cursor, key))

    def embedding(self, key: str, kind: str = "product") -> Embedding:
        with self._db.read() as cursor:
            return results.embedding(cursor, _number(cursor, key), kind)

    def graph(self, key: str) -> Graph:
        with self._db.read() as cursor:
            return results.graph(cursor, _number(cursor, key))

    def projections(self, key: str) -> list[str]:
        with self._db.read() as cursor:
            return results.projections(cursor, _number(cursor, key))

    def projection(self, key: str, kind: str) -> Projection:
        with self._db.read() as cursor:
            return results.projection(cursor, _number(cursor, key), kind)

    def save_projection(self, key: str, projection: Projection) -> None:
        """Replaces the map of that kind. InputError when it is not a map of this run's products."""

        def change(cursor: Cursor) -> None:
            _same_length(cursor, key, len(projection.xy))
            results.put_projection(cursor, _number(cursor, key), projection)

        self._db.write(change)

    def clusterings(self, key: str) -> list[str]:
        """Names, oldest first."""
        with self._db.read() as cursor:
            return results.clusterings(cursor, _number(cursor, key))

    def clusters(self, key: str, name: str) -> Clusters:
        with self._db.read() as cursor:
            return results.clusters(cursor, _number(cursor, key), name)

    def save_clusters(self, key: str, name: str, clusters: Clusters) -> None:
        """Replaces the clusters of that name. InputError when they are not of this run's products."""

        def change(cursor: Cursor) -> None:
            _same_length(cursor, key, len(clusters.labels))
            results.put_clusters(cursor, _number(cursor, key), name, clusters)

        self._db.write(change)

    def rename_cluster(self, key: str, name: str, label: int, title: str) -> None:
        """InputError for an empty title, one that another cluster has, or a cluster that is not there."""
        title = title.strip()

        def change(cursor: Cursor) -> None:
            number = _number(cursor, key)
            names = results.clusters(cursor, number, name).names
            if not 0 <= label < len(names):
                raise InputError("There is no such cluster.")
            if not title:
                raise InputError("A cluster needs a name.")
            if title in names[:label] + names[label + 1 :]:
                raise InputError(f"Another cluster is already called “{title}”.", "Choose another name.")
            results.rename_cluster(cursor, number, name, label, title)

        self._db.write(change)

    def in_box(self, key: str, projection: str, x0: float, x1: float, y0: float, y1: float) -> np.ndarray:
        """(m,) int64 rows of the product embedding whose place on the map lies in the box, edges included."""
        with self._db.read() as cursor:
            return results.in_box(cursor, _number(cursor, key), projection, x0, x1, y0, y1)

    # Files that were read, and jobs

    def save_raw(self, key: str, folder: Path) -> Path:
        """Keep a table that was read from a file (Table.save) for a week."""
        folders.move_in(folder, self.home / "raw" / key)
        return self.home / "raw" / key

    def raw(self, key: str) -> Path:
        """The folder of a table that was read (Table.load reads it); MissingError when it is gone."""
        folder = self.find_raw(key)
        if folder is None:
            raise MissingError("The file that was read is no longer here.", "Upload it again.")
        return folder

    def find_raw(self, key: str) -> Path | None:
        """The same; None when it is gone, or was not read yet."""
        folder = self.home / "raw" / key
        return folder if folder.is_dir() else None

    def save_job(self, job: JobRow) -> None:
        """Insert or replace."""
        row = [
            job.id,
            job.kind,
            job.key,
            job.title,
            json.dumps(dict(job.spec), ensure_ascii=False),
            job.state,
            naive(job.created),
            naive(job.finished),
            job.message,
            job.hint,
            json.dumps(dict(job.result), ensure_ascii=False) if job.result is not None else None,
        ]
        self._db.write(lambda c: c.execute("INSERT OR REPLACE INTO jobs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row))

    def job_rows(self, limit: int = 200) -> list[JobRow]:
        """The unfinished ones and the newest `limit` others, oldest first."""
        with self._db.read() as cursor:
            rows = cursor.execute(
                "SELECT * FROM jobs ORDER BY state IN ? DESC, created DESC LIMIT ?", [list(_LIVE), limit]
            ).fetchall()
        return sorted((as_job(row) for row in rows), key=lambda j: j.created)

    def done_job(self, kind: str, key: str) -> JobRow | None:
        """The newest job of this kind and key that came to a result."""
        with self._db.read() as cursor:
            row = one(
                cursor,
                "SELECT * FROM jobs WHERE kind = ? AND key = ? AND state = 'done' ORDER BY finished DESC LIMIT 1",
                [kind, key],
            )
        return as_job(row) if row else None

    def sweep(self) -> None:
        """Delete uploaded files after a day and read tables after a week, unless a waiting job names them, logs after
        a month, and all but the newest job rows."""
        waiting = " ".join(json.dumps(dict(j.spec), ensure_ascii=False) for j in self.job_rows() if j.state in _LIVE)
        for name, age in _KEPT_FILES.items():
            here = [path.name for path in (self.home / name).iterdir()]
            folders.sweep(self.home / name, [n for n in here if n in waiting], age)
        self._db.write(
            lambda c: c.execute(
                "DELETE FROM jobs WHERE id NOT IN (SELECT id FROM jobs ORDER BY created DESC LIMIT ?)", [_KEPT_JOBS]
            )
        )

    def _sweep_orphans(self) -> None:
        """What a process that was killed left half done. Only at opening, when nobody is at work."""
        with self._db.read() as cursor:
            hashes = [h for (h,) in cursor.execute("SELECT hash FROM datasets").fetchall()]
            keys = [k for (k,) in cursor.execute("SELECT key FROM runs").fetchall()]
        folders.sweep(self.home / "datasets", hashes)
        folders.sweep(self.home / "runs", keys)
        folders.sweep(self.home / "raw")
        folders.sweep(self.home / "jobs", ())

    def _dataset_path(self, hash: str) -> Path:
        return self.home / "datasets" / hash

    def _run_path(self, key: str) -> Path:
        return self.home / "runs" / key


def _number(cursor: Cursor, key: str) -> int:
    row = one(cursor, "SELECT number FROM runs WHERE key = ?", [key])
    if row is None:
        raise MissingError("This result is not (or no longer) here.", "Choose another one or train it again.")
    return int(row[0])


def _same_length(cursor: Cursor, key: str, n: int) -> None:
    row = one(cursor, "SELECT rows FROM runs WHERE key = ?", [key])
    if row and row[0] != n:
        raise InputError(f"This belongs to {n:,} products, the result has {row[0]:,}.")
