"""The trained embeddings of a store: rows with what is asked by SQL, arrays in the folder of each run."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from embedcore.data import Embedding, folders
from embedcore.errors import InputError, MissingError
from embedcore.explore import Clusters, Projection
from embedcore.neighbours import Graph
from embedcore.store import manifests, tables
from embedcore.store.cursor import Cursor, one
from embedcore.store.deletion import Doomed
from embedcore.store.part import StorePart
from embedcore.store.records import RunInfo, as_run, now

_AGAIN = "Free some space, then try again."
PARTS = ("model", "embeddings", "graph", "maps", "clusters")  # of a run's folder, as tasks.train writes them


class Runs(StorePart):
    """The part of the store that keeps runs.

    A file is written under another name and renamed, so readers and whoever comes after a crash meet it whole. Arrays
    are mapped: they stay whole, too, when the run is deleted while somebody reads them.
    """

    def save_run(self, folder: Path, info: Mapping[str, Any]) -> RunInfo:
        """Take over the folder that a training wrote, in one step. A result with the same key is kept as it was.

        folder: model/, embeddings/, graph/, maps/ and clusters/ as tasks.train writes them. info: key, dataset, method,
        params, seed, seconds, losses, meta. MissingError when the dataset was deleted meanwhile.
        """
        key, whole = str(info["key"]), self._fresh_path(str(info["key"]))
        try:
            with self._db.writer, folders.disk_sentences(self.home, _AGAIN):
                for name in PARTS:
                    if (folder / name).exists():
                        folders.move_in(folder / name, whole / name)
                self._take_over(whole, key, info)
        finally:
            shutil.rmtree(whole, ignore_errors=True)
        return self.run_info(key)

    def _take_over(self, whole: Path, key: str, info: Mapping[str, Any]) -> None:
        kinds, maps, names = (_stems(whole / part) for part in ("embeddings", "maps", "clusters"))
        clusters = {name: Clusters.load(whole / "clusters", name) for name in names}
        product, created = Embedding.load(whole / "embeddings"), now()
        target, moved = self._run_path(key), False

        def change(cursor: Cursor) -> None:
            nonlocal moved
            if one(cursor, "SELECT 1 FROM runs WHERE key = ?", [key]):
                return
            if not one(cursor, "SELECT 1 FROM datasets WHERE hash = ?", [info["dataset"]]):
                raise MissingError("The dataset was deleted while this was computed.")
            ((number,),) = cursor.execute("SELECT nextval('run_numbers')").fetchall()
            row = [
                key,
                number,
                info["dataset"],
                info["method"],
                json.dumps(info["params"], ensure_ascii=False),
                info["seed"],
                created,
                info["seconds"],
                len(product),
                product.dimension,
                [float(v) for v in info.get("losses", ())],
                json.dumps(info.get("meta", {}), ensure_ascii=False),
            ]
            cursor.execute("INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            tables.put_kinds(cursor, number, kinds)
            for kind in maps:
                tables.put_projection(cursor, number, kind)
            for name, found in clusters.items():
                tables.put_clusters(cursor, number, name, found)
            cursor.execute("DELETE FROM deleted WHERE name = ?", [key])
            here = target if moved else whole  # a second try after a conflict has moved it already
            manifests.write(here, manifests.of_run(cursor, key, here))
            if not moved:
                folders.move_in(whole, target)
                moved = True

        try:
            self._db.write(change)
        except BaseException:
            if moved:  # nobody was told that it is here
                folders.remove(target)
            raise

    def run_info(self, key: str) -> RunInfo:
        """What is known of a run; MissingError when there is no such run (any more)."""
        found = self.find_run(key)
        if found is None:
            raise _missing()
        return found

    def find_run(self, key: str) -> RunInfo | None:
        """The same; None when there is no such run."""
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
        """Delete it with its maps, clusters and artifacts. Nothing happens when it is not here."""

        def change(cursor: Cursor) -> Doomed:
            doomed = Doomed(())
            for (number,) in cursor.execute("SELECT number FROM runs WHERE key = ?", [key]).fetchall():
                tables.delete_run(cursor, number)
                doomed = Doomed((("runs", key),))
                doomed.note(cursor, now())
            return doomed

        self._delete(change)

    def run_folder(self, key: str) -> Path:
        """The folder with model/, embeddings/, graph/, maps/ and clusters/, to read from; MissingError when there is
        no such run."""
        self.run_info(key)
        return self._run_path(key)

    def model_folder(self, key: str) -> Path:
        """The folder of the trained model (Method.load reads it)."""
        return self._run_path(key) / "model"

    def kinds(self, key: str) -> list[str]:
        """The kinds of vectors a run has, "product" first."""
        return self._of_run(key, tables.kinds)

    def embedding(self, key: str, kind: str = "product") -> Embedding:
        """Its vectors of one kind, mapped."""
        return Embedding.load(self.run_folder(key) / "embeddings", kind)

    def graph(self, key: str) -> Graph:
        """The nearest neighbours of its products, mapped."""
        return Graph.load(self.run_folder(key) / "graph")

    def projections(self, key: str) -> list[str]:
        """The kinds of maps it has."""
        return self._of_run(key, tables.projections)

    def projection(self, key: str, kind: str) -> Projection:
        """One of its maps, mapped; MissingError when it has none of that kind yet."""
        if kind not in self.projections(key):
            raise MissingError(f"There is no {kind.upper()} map of this embedding yet.", "Make it first.")
        return Projection.load(self._run_path(key) / "maps", kind)

    def save_projection(self, key: str, projection: Projection) -> None:
        """Replaces the map of that kind. InputError when it is not a map of this run's products."""
        kind, n = projection.kind, len(projection)

        def change(cursor: Cursor, number: int) -> None:
            tables.put_projection(cursor, number, kind)

        self._save_file(key, "maps", projection.save, n, change)

    def add_projection(self, key: str, folder: Path, kind: str) -> None:
        """Take over a map that Projection.save wrote."""
        self.save_projection(key, Projection.load(folder, kind))

    def in_box(self, key: str, projection: str, x0: float, x1: float, y0: float, y1: float) -> np.ndarray:
        """(m,) int64 rows of the product embedding whose place on the map lies in the box, edges included."""
        x, y = self.projection(key, projection).xy.T
        # As float64: a plain number would be rounded to the float32 of the map, and a point on the edge fall out.
        left, right, bottom, top = np.array([*sorted((x0, x1)), *sorted((y0, y1))], np.float64)
        inside = (x >= left) & (x <= right) & (y >= bottom) & (y <= top)
        return np.flatnonzero(inside).astype(np.int64, copy=False)

    def clusterings(self, key: str) -> list[str]:
        """The names of its clusters ("kmeans", "kmeans-12"), oldest first."""
        return self._of_run(key, tables.clusterings)

    def clusters(self, key: str, name: str) -> Clusters:
        """Clusters by their name, called as people call them; MissingError when there are none yet."""
        with self._db.read() as cursor:
            return self._clusters(cursor, key, name)[0]

    def save_clusters(self, key: str, name: str, clusters: Clusters) -> None:
        """Replaces the clusters of that name. InputError when they are not of this run's products."""

        def change(cursor: Cursor, number: int) -> None:
            tables.put_clusters(cursor, number, name, clusters)

        self._save_file(key, "clusters", lambda folder: clusters.save(folder, name), len(clusters.labels), change)

    def add_clusters(self, key: str, folder: Path, name: str) -> None:
        """Take over clusters that Clusters.save wrote."""
        self.save_clusters(key, name, Clusters.load(folder, name))

    def rename_cluster(self, key: str, name: str, label: int, title: str) -> None:
        """InputError for an empty title, one that another cluster has, or a cluster that is not there."""
        title, folder = title.strip(), self._run_path(key)

        def change(cursor: Cursor) -> None:
            number, (found, is_named) = _number(cursor, key), self._clusters(cursor, key, name)
            if not is_named:
                tables.put_clusters(cursor, number, name, found)
            if not 0 <= label < len(found.names):
                raise InputError("There is no such cluster.")
            if not title:
                raise InputError("A cluster needs a name.")
            if title in found.names[:label] + found.names[label + 1 :]:
                raise InputError(f"Another cluster is already called “{title}”.", "Choose another name.")
            tables.rename_cluster(cursor, number, name, label, title)
            manifests.write(folder, manifests.of_run(cursor, key, folder))

        with self._db.writer, folders.disk_sentences(self.home, _AGAIN), manifests.put_back(folder):
            self._db.write(change)

    def _clusters(self, cursor: Cursor, key: str, name: str) -> tuple[Clusters, bool]:
        """(the clusters, whether the names in the database belong to them). They do not when others took their place in
        this moment, or when the computer stopped between the file and its row."""
        named = tables.cluster_names(cursor, _number(cursor, key), name)
        if named is None:
            raise MissingError(f"There are no clusters “{name}” in this embedding.", "Make them first.")
        found, (digest, titles) = Clusters.load(self._run_path(key) / "clusters", name), named
        is_named = tables.digest(found) == digest
        return (replace(found, names=titles) if is_named else found), is_named

    def _of_run(self, key: str, query: Callable[[Cursor, int], list[str]]) -> list[str]:
        with self._db.read() as cursor:
            return query(cursor, _number(cursor, key))

    def _save_file(
        self, key: str, part: str, save: Callable[[Path], None], rows: int, change: Callable[[Cursor, int], None]
    ) -> None:
        """Put the one file that `save` writes in its place, and its row in the same transaction."""
        fresh = self._fresh_path(key)
        with folders.disk_sentences(self.home, _AGAIN):
            save(fresh)
        (file,) = fresh.iterdir()

        def put(cursor: Cursor) -> None:
            number, products = _number(cursor, key), _rows(cursor, key)
            if rows != products:
                raise InputError(f"This belongs to {rows:,} products, the embedding has {products:,}.")
            if file.exists():  # a second try after a conflict has moved it already
                folders.replace_file(file, self._run_path(key) / part / file.name)
            change(cursor, number)
            manifests.write(self._run_path(key), manifests.of_run(cursor, key, self._run_path(key)))

        try:
            with self._db.writer, folders.disk_sentences(self.home, _AGAIN), manifests.put_back(self._run_path(key)):
                self._db.write(put)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)

    def _fresh_path(self, key: str) -> Path:
        """A folder that is never read and is deleted at the next start if left behind."""
        return self.home / "runs" / f"{key}.{time.monotonic_ns()}.tmp"


def _stems(folder: Path) -> list[str]:
    """The names of the arrays in a part of a run's folder."""
    stems = (path.stem for path in folder.glob("*.safetensors"))
    return [stem.removeprefix("projection-").removeprefix("clusters-") for stem in stems]


def _missing() -> MissingError:
    return MissingError("This embedding is not (or no longer) here.", "Choose another one or train it again.")


def _number(cursor: Cursor, key: str) -> int:
    row = one(cursor, "SELECT number FROM runs WHERE key = ?", [key])
    if row is None:
        raise _missing()
    return int(row[0])


def _rows(cursor: Cursor, key: str) -> int:
    row = one(cursor, "SELECT rows FROM runs WHERE key = ?", [key])
    return int(row[0]) if row else 0
