"""The datasets of a store: a folder each, and a row with what is asked about all of them."""

from __future__ import annotations

import json
from collections import OrderedDict
from pathlib import Path
from threading import Lock

from embedcore.data import Dataset, folders
from embedcore.errors import InputError, MissingError
from embedcore.store import tables
from embedcore.store.cursor import Cursor, one
from embedcore.store.database import Database
from embedcore.store.part import StorePart
from embedcore.store.records import DatasetInfo, as_dataset, measure, now

_CACHED = 3  # datasets in memory at once; chosen by hand


class Datasets(StorePart):
    """The part of the store that keeps datasets."""

    def __init__(self, home: Path, database: Database) -> None:
        super().__init__(home, database)
        self._loading = Lock()
        self._loaded: OrderedDict[str, Dataset] = OrderedDict()

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
                    now(),
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
        """What is known of a dataset; MissingError when there is no such dataset."""
        with self._db.read() as cursor:
            row = one(cursor, "SELECT * FROM datasets WHERE hash = ?", [hash])
        if row is None:
            raise MissingError("This dataset is not (or no longer) here.", "Choose another one or import it again.")
        return as_dataset(row)

    def dataset(self, hash: str) -> Dataset:
        """The data itself; the last few stay in memory and are shared, so do not change their arrays."""
        info = self.dataset_info(hash)
        with self._loading:  # ten sessions that open the same dataset load it once
            found = self._loaded.get(hash)
            if found is None or found.name != info.name:
                found = self._loaded[hash] = Dataset.load(self._dataset_path(hash)).described(info.name)
            self._loaded.move_to_end(hash)
            while len(self._loaded) > _CACHED:
                self._loaded.popitem(last=False)
            return found

    def dataset_folder(self, hash: str) -> Path:
        """Where Dataset.load finds it; MissingError when there is no such dataset."""
        self.dataset_info(hash)
        return self._dataset_path(hash)

    def rename_dataset(self, hash: str, name: str) -> None:
        """Call it something else; InputError for an empty name."""
        if not name.strip():
            raise InputError("A dataset needs a name.")
        self.dataset_info(hash)
        self._db.write(lambda c: c.execute("UPDATE datasets SET name = ? WHERE hash = ?", [name.strip(), hash]))

    def delete_dataset(self, hash: str) -> None:
        """Delete it with its runs, maps, clusters, artifacts and verdicts."""

        def change(cursor: Cursor) -> list[str]:
            found = cursor.execute("SELECT key, number FROM runs WHERE dataset = ?", [hash]).fetchall()
            for _, number in found:
                tables.delete_run(cursor, number)
            cursor.execute("DELETE FROM verdicts WHERE dataset = ?", [hash])
            cursor.execute("DELETE FROM datasets WHERE hash = ?", [hash])
            return [key for key, _ in found]

        with self._db.writer:
            keys = self._db.write(change)
            for folder in (self._dataset_path(hash), *(self._run_path(key) for key in keys)):
                folders.remove(folder)
        with self._loading:
            self._loaded.pop(hash, None)
