"""Folders of results that were made of a dataset or of a run: they come with it and go with it."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from embedcore.data import folders


class Artifacts:
    """The part of the store that needs no database: a folder is there, whole, or it is not."""

    home: Path

    def save_artifact(self, kind: str, key: str, folder: Path, dataset: str, run: str | None = None) -> Path:
        """Keep what a job left in `folder`, for as long as its dataset (or its run) is kept; where it lies now."""
        target = self._artifact_path(kind, key, dataset, run)
        folders.move_in(folder, target)
        return target

    def artifact(self, kind: str, key: str, dataset: str, run: str | None = None) -> Path | None:
        """The folder of that result; None when it was not made yet."""
        folder = self._artifact_path(kind, key, dataset, run)
        return folder if folder.is_dir() else None

    def note(self, kind: str, dataset: str) -> dict[str, Any]:
        """A small thing to remember about a dataset; {} when there is none."""
        try:
            return dict(json.loads(self._note_path(kind, dataset).read_text(encoding="utf-8")))
        except FileNotFoundError:
            return {}

    def save_note(self, kind: str, dataset: str, plain: Mapping[str, Any]) -> None:
        """Remember it (JSON-able) in place of what was there."""
        path = self._note_path(kind, dataset)
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.tmp")
        with fresh.open("w", encoding="utf-8") as file:
            json.dump(dict(plain), file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, path)

    def _note_path(self, kind: str, dataset: str) -> Path:
        return self.home / "datasets" / dataset / "made" / f"{kind}.json"

    def _artifact_path(self, kind: str, key: str, dataset: str, run: str | None) -> Path:
        owner = self.home / "runs" / run if run else self.home / "datasets" / dataset
        return owner / "made" / kind / hashlib.sha256(key.encode()).hexdigest()[:24]
