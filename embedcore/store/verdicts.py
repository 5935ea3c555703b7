"""What people decided about pairs of products."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import pandas as pd

from embedcore.data import folders
from embedcore.errors import EmbedError, InputError
from embedcore.store import journal, tables
from embedcore.store.cursor import Cursor
from embedcore.store.database import Database
from embedcore.store.part import StorePart
from embedcore.store.records import now

_SMALL = 256 << 10  # bytes up to which a record of verdicts may grow without a look; chosen by hand


class Verdicts(StorePart):
    """The part of the store that keeps decisions: "same" or "different", by dataset and pair of ids.

    Each is kept twice: in the database, and as a line in the folder of its dataset (journal.py).
    """

    def __init__(self, home: Path, database: Database) -> None:
        super().__init__(home, database)
        self._written: dict[str, int] = {}  # dataset -> bytes of its record when it was last written anew

    def verdicts(self, dataset_hash: str) -> pd.DataFrame:
        """id_a, id_b (in sorted order), verdict ("same" or "different"), at (UTC); newest first."""
        with self._db.read() as cursor:
            rows = cursor.execute(
                "SELECT id_a, id_b, verdict, given FROM verdicts WHERE dataset = ? ORDER BY given DESC, id_a, id_b",
                [dataset_hash],
            ).fetchall()
        return pd.DataFrame(rows, columns=["id_a", "id_b", "verdict", "at"])

    def set_verdicts(self, dataset_hash: str, given: Iterable[tuple[str, str, str | None]]) -> None:
        """Keep verdicts (id, id, "same", "different" or None to take it back) in one transaction: all or none. The
        order of the two ids does not matter. InputError for a word that is no verdict."""
        rows: dict[tuple[str, str], str | None] = {}  # the last word on a pair counts
        for id_a, id_b, verdict in given:
            if verdict not in ("same", "different", None) or id_a == id_b:
                raise InputError("A verdict says of two products that they are the same or different.")
            pair = (min(id_a, id_b), max(id_a, id_b))
            rows.pop(pair, None)
            rows[pair] = verdict
        if not rows:
            return
        flat = [(*pair, verdict) for pair, verdict in rows.items()]
        frame = pd.DataFrame(flat, columns=["id_a", "id_b", "verdict"]).astype("object")
        at, path = now(), self._dataset_path(dataset_hash) / journal.NAME
        last = 0

        def change(cursor: Cursor) -> None:
            nonlocal last
            last = tables.last(cursor, dataset_hash)
            if path.parent.is_dir() and not path.exists() and (before := tables.verdicts(cursor, dataset_hash)):
                last = journal.write(path, last, before)
            cursor.register("given", frame)
            cursor.execute(
                "DELETE FROM verdicts WHERE dataset = ? AND (id_a, id_b) IN (SELECT (id_a, id_b) FROM given)",
                [dataset_hash],
            )
            cursor.execute(
                "INSERT INTO verdicts SELECT ?, id_a, id_b, verdict, ? FROM given WHERE verdict IS NOT NULL",
                [dataset_hash, at],
            )
            cursor.unregister("given")
            if path.parent.is_dir():
                tables.put_last(cursor, dataset_hash, last + len(flat))
                entries = [journal.Entry(last + n, *row, at) for n, row in enumerate(flat, 1)]
                journal.append(path, last, entries)

        with self._db.writer:
            try:
                with folders.disk_sentences(self.home, "Free some space, then give the verdict again."):
                    self._db.write(change)
            except BaseException:
                journal.take_back(path, last)
                raise
            self._compact(dataset_hash, path)

    def _compact(self, dataset_hash: str, path: Path) -> None:
        """Write the record of a dataset anew once most of it was overruled."""
        size = path.stat().st_size if path.exists() else 0
        if size < max(_SMALL, 2 * self._written.get(dataset_hash, 0)):
            return

        def change(cursor: Cursor) -> None:
            live = tables.verdicts(cursor, dataset_hash)
            tables.put_last(cursor, dataset_hash, journal.write(path, tables.last(cursor, dataset_hash), live))

        with suppress(OSError, EmbedError):  # it is whole as it is, only long
            self._db.write(change)
        self._written[dataset_hash] = path.stat().st_size
