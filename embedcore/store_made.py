"""Folders of results that were made of a dataset or of a run: they come with it and go with it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from embedcore import folders


class Made:
    """The part of the store that needs no database: a folder is there, whole, or it is not."""

    home: Path

    def save_made(self, kind: str, key: str, folder: Path, dataset: str, run: str | None = None) -> Path:
        """Keep what a job left in `folder`, for as long as its dataset (or its run) is kept; where it lies now."""
        target = self._made_path(kind, key, dataset, run)
        folders.move_in(folder, target)
        return target

    def made(self, kind: str, key: str, dataset: str, run: str | None = None) -> Path | None:
        """The folder of that result; None when it was not made yet."""
        folder = self._made_path(kind, key, dataset, run)
        return folder if folder.is_dir() else None

    def _made_path(self, kind: str, key: str, dataset: str, run: str | None) -> Path:
        owner = self.home / "runs" / run if run else self.home / "datasets" / dataset
        return owner / "made" / kind / hashlib.sha256(key.encode()).hexdigest()[:24]
