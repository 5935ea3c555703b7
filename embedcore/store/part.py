"""What every part of the store stands on: the data folder and its database."""

from __future__ import annotations

from pathlib import Path

from embedcore.store.database import Database


class StorePart:
    """A data folder (`home`) and the database in it."""

    home: Path
    _db: Database

    def __init__(self, home: Path, database: Database) -> None:
        self.home = home
        self._db = database

    def _dataset_path(self, hash: str) -> Path:
        return self.home / "datasets" / hash

    def _run_path(self, key: str) -> Path:
        return self.home / "runs" / key
