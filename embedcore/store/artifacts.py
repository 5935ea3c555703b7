"""What jobs computed from a dataset or a run: folders that come with it and go with it, and small notes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from embedcore.data import folders
from embedcore.errors import MissingError
from embedcore.store.cursor import one
from embedcore.store.part import StorePart

_FOLDER = "made"  # inside the folder of the dataset or of the run


class Artifacts(StorePart):
    """The part of the store that keeps artifacts: a folder is there, whole, or it is not."""

    def save_artifact(self, kind: str, key: str, folder: Path, dataset: str, run: str | None = None) -> Path:
        """Keep what a job left in `folder`, for as long as its dataset (or its run) is kept; where it lies now.
        MissingError when that was deleted meanwhile."""
        target = self._artifact_path(kind, key, dataset, run)
        with self._db.writer:  # nobody deletes the dataset or the run in between
            self._check_owner(dataset, run)
            folders.move_in(folder, target)
        return target

    def artifact(self, kind: str, key: str, dataset: str, run: str | None = None) -> Path | None:
        """The folder of that result; None when it was not computed yet."""
        folder = self._artifact_path(kind, key, dataset, run)
        return folder if folder.is_dir() else None

    def note(self, kind: str, dataset: str) -> dict[str, Any]:
        """A small thing to remember about a dataset; {} when there is none."""
        try:
            return dict(json.loads(self._note_path(kind, dataset).read_text(encoding="utf-8")))
        except FileNotFoundError:
            return {}

    def save_note(self, kind: str, dataset: str, plain: Mapping[str, Any]) -> None:
        """Remember it (JSON-able) in place of what was there. MissingError when the dataset was deleted meanwhile."""
        path = self._note_path(kind, dataset)
        with self._db.writer:
            self._check_owner(dataset, None)
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_name(f"{path.name}.tmp")
            fresh.write_text(json.dumps(dict(plain), ensure_ascii=False), encoding="utf-8")
            folders.replace_file(fresh, path)

    def _check_owner(self, dataset: str, run: str | None) -> None:
        with self._db.read() as cursor:
            if run is None:
                found = one(cursor, "SELECT 1 FROM datasets WHERE hash = ?", [dataset])
            else:
                found = one(cursor, "SELECT 1 FROM runs WHERE key = ?", [run])
        if found is None:
            raise MissingError("The dataset or embedding was deleted while this was computed.")

    def _note_path(self, kind: str, dataset: str) -> Path:
        return self._dataset_path(dataset) / _FOLDER / f"{kind}.json"

    def _artifact_path(self, kind: str, key: str, dataset: str, run: str | None) -> Path:
        owner = self._run_path(run) if run else self._dataset_path(dataset)
        return owner / _FOLDER / kind / hashlib.sha256(key.encode()).hexdigest()[:24]
