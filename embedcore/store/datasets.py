"""The datasets of a store: a folder each, and a row with what is asked about all of them."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from threading import Lock

from embedcore.data import Dataset, folders
from embedcore.errors import InputError, MissingError
from embedcore.store import manifests, tables
from embedcore.store.cursor import Cursor, one
from embedcore.store.database import Database
from embedcore.store.deletion import Doomed, sources
from embedcore.store.records import DatasetInfo, as_dataset, measure, now
from embedcore.store.usage import Storage

_CACHED = 3  # datasets in memory at once; chosen by hand


class Datasets(Storage):
    """The part of the store that keeps datasets."""

    def __init__(self, home: Path, database: Database) -> None:
        super().__init__(home, database)
        self._loading = Lock()
        self._loaded: OrderedDict[str, Dataset] = OrderedDict()

    def add_dataset(self, folder: Path, source: str) -> DatasetInfo:
        """Take over a folder that Dataset.save wrote. The same content again gives the one that is here.

        source: where it came from, in a word or two ("upload", "sample").
        """
        info, created = measure(folder, source), now()
        target = self._dataset_path(info.hash)
        moved = False

        def change(cursor: Cursor) -> None:
            nonlocal moved
            if one(cursor, "SELECT 1 FROM datasets WHERE hash = ?", [info.hash]):
                if self._mend(folder, target):
                    manifests.write(target, manifests.of_dataset(cursor, info.hash, target))
                folders.remove(folder)
                return
            cursor.execute(
                "INSERT INTO datasets VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    info.hash,
                    info.name,
                    source,
                    created,
                    info.products,
                    info.catalogue_rows,
                    info.bought,
                    info.baskets,
                    info.customers,
                    json.dumps(dict(info.meta), ensure_ascii=False),
                ],
            )
            cursor.execute("DELETE FROM deleted WHERE name = ?", [info.hash])
            here = target if moved else folder  # a second try after a conflict has moved it already
            manifests.write(here, manifests.of_dataset(cursor, info.hash, here))
            if not moved:
                folders.move_in(folder, target)
                moved = True

        with self._db.writer:
            try:
                with folders.disk_sentences(self.home, "Free some space, then import it again."):
                    self._db.write(change)
            except BaseException:
                if moved:  # nobody was told that it is here
                    folders.remove(target)
                raise
        return self.dataset_info(info.hash)

    def _mend(self, folder: Path, target: Path) -> bool:
        """Put files that a dataset lost back from the same content, imported again; whether there were any."""
        facts = manifests.read(target)
        if facts is None or manifests.is_whole(target, facts):
            return False
        for path in [path for path in folder.rglob("*") if path.is_file()]:
            folders.replace_file(path, target / path.relative_to(folder))
        (target / manifests.NAME).unlink()  # its checksums are of the files before
        with self._loading:
            self._loaded.pop(target.name, None)
        return True

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
            raise missing()
        return as_dataset(row)

    def dataset(self, hash: str) -> Dataset:
        """The data itself; the last few stay in memory and are shared, so do not change their arrays."""
        info = self.dataset_info(hash)
        with self._loading:  # ten sessions that open the same dataset load it once
            found = self._loaded.get(hash)
            if found is None or found.name != info.name:
                facts = manifests.read(self._dataset_path(hash))
                if facts and not all((self._dataset_path(hash) / name).is_file() for name in facts["files"]):
                    raise MissingError(
                        "Files of this dataset are missing from the data folder.",
                        "Import the same file or open the sample again: what was made from it is kept.",
                    )
                found = self._loaded[hash] = Dataset.load(self._dataset_path(hash)).described(info.name)
            self._loaded.move_to_end(hash)
            while len(self._loaded) > _CACHED:
                self._loaded.popitem(last=False)
            return found

    def has_files(self, hash: str) -> bool:
        """Whether its files are all there and whole; MissingError when there is no such dataset."""
        folder = self.dataset_folder(hash)
        facts = manifests.read(folder)
        return facts is None or manifests.is_whole(folder, facts)

    def dataset_folder(self, hash: str) -> Path:
        """Where Dataset.load finds it; MissingError when there is no such dataset."""
        self.dataset_info(hash)
        return self._dataset_path(hash)

    def rename_dataset(self, hash: str, name: str) -> None:
        """Call it something else; InputError for an empty name."""
        if not name.strip():
            raise InputError("A dataset needs a name.")
        folder = self._dataset_path(hash)

        def change(cursor: Cursor) -> None:
            if not one(cursor, "SELECT 1 FROM datasets WHERE hash = ?", [hash]):
                raise missing()
            cursor.execute("UPDATE datasets SET name = ? WHERE hash = ?", [name.strip(), hash])
            manifests.write(folder, manifests.of_dataset(cursor, hash, folder))

        with (
            self._db.writer,
            folders.disk_sentences(self.home, "Free some space, then rename it again."),
            manifests.put_back(folder),
        ):
            self._db.write(change)

    def delete_dataset(self, hash: str) -> tuple[str, ...]:
        """Delete it with its runs, maps, clusters, artifacts and verdicts, the files it was read from (unless another
        dataset or a waiting job needs them) and the jobs about it, and write the database anew without it.

        What may still hold some of it, as plain sentences: what only a person may delete.
        """

        jobs: list[str] = []

        def change(cursor: Cursor) -> Doomed:
            nonlocal jobs
            found = cursor.execute("SELECT key, number FROM runs WHERE dataset = ?", [hash]).fetchall()
            jobs, files = sources(cursor, hash, [key for key, _ in found])
            for _, number in found:
                tables.delete_run(cursor, number)
            cursor.execute("DELETE FROM verdicts WHERE dataset = ?", [hash])
            cursor.execute("DELETE FROM verdict_records WHERE dataset = ?", [hash])
            cursor.execute("DELETE FROM datasets WHERE hash = ?", [hash])
            cursor.execute("DELETE FROM jobs WHERE id IN (SELECT unnest(?::VARCHAR[]))", [jobs])
            doomed = Doomed((("datasets", hash), *(("runs", key) for key, _ in found), *files))
            doomed.note(cursor, now())
            return doomed

        with self._loading:
            self._loaded.pop(hash, None)
        self._delete(change)
        with self._loading:  # somebody may have loaded it in between
            self._loaded.pop(hash, None)
        return tuple(self._may_hold(known=bool(jobs)))

    def _may_hold(self, *, known: bool) -> Iterator[str]:
        """What may hold some of a deleted dataset. known: the jobs that brought it in were still on record."""
        if not known and (self._things("spool") or self._things("raw")):
            yield (
                "It is no longer known which uploads it was read from. They go by themselves when their time is over, "
                "or on the Storage page."
            )
        left = len([*self._things("backups"), *self._things("lost")])
        if left:
            were = (
                "copy of the database or folder that was"
                if left == 1
                else "copies of the database or folders that were"
            )
            yield f"{left:,} older {were} set aside may still hold some of it. The Storage page lists them."


def missing() -> MissingError:
    """What to say about a dataset that is not here."""
    return MissingError("This dataset is not (or no longer) here.", "Choose another one or import it again.")
