"""What every part of the store stands on: the data folder and its database."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from embedcore.errors import EmbedError
from embedcore.store.cursor import Cursor
from embedcore.store.database import Database
from embedcore.store.deletion import Doomed


class StorePart:
    """A data folder (`home`) and the database in it."""

    home: Path
    _db: Database

    def __init__(self, home: Path, database: Database) -> None:
        self.home = home
        self._db = database

    def _delete(self, change: Callable[[Cursor], Doomed]) -> None:
        """Delete rows, then the folders that `change` gives, and write the database anew without them."""
        with self._db.writer:  # or the same thing, saved anew in between, would lose its folder
            doomed = self._db.write(change)
            if not doomed.folders:
                return
            doomed.remove(self.home)
            with suppress(EmbedError):  # what is not done now is done at the next opening
                if self._db.renew():
                    self._db.write(lambda cursor: cursor.execute("DELETE FROM deleted"))

    def _dataset_path(self, hash: str) -> Path:
        return self.home / "datasets" / hash

    def _run_path(self, key: str) -> Path:
        return self.home / "runs" / key
