"""Imports and trainings without their computing: the worker copies what was made before, slowly; the server stores it
as it stores any other. With them a test can kill a server or a worker at many moments in little time."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from embedcore.jobs import JobKind
from embedcore.progress import Progress

STEPS = 4
_PAUSE = 0.03  # seconds a step


@dataclass(frozen=True)
class CopyDataset(JobKind):
    """A dataset that lies in a folder -> a dataset of the store."""

    source: str
    hash: str

    kind, words, queue, task = "copy-dataset", "Copying {of}", "read", "tests.crash.copies:copy"

    @property
    def key(self) -> str:
        return self.hash

    def stored(self, store: Any) -> tuple[dict[str, Any], datetime] | None:
        found = [d for d in store.datasets() if d.hash == self.hash]
        return ({"dataset": self.hash}, found[0].created) if found else None

    def commit(self, store: Any, out: Path, result: Mapping[str, Any]) -> dict[str, Any]:
        return {"dataset": store.add_dataset(out / "copy", "test").hash}


@dataclass(frozen=True)
class CopyRun(JobKind):
    """A training's result that lies in a folder -> a run of the store."""

    source: str
    dataset: str
    key: str

    kind, words, queue, task = "copy-run", "Copying {of}", "heavy", "tests.crash.copies:copy"

    def stored(self, store: Any) -> tuple[dict[str, Any], datetime] | None:
        run = store.find_run(self.key)
        return ({"run": self.key}, run.created) if run else None

    def commit(self, store: Any, out: Path, result: Mapping[str, Any]) -> dict[str, Any]:
        facts = json.loads((out / "copy" / "facts.json").read_text())
        return {"run": store.save_run(out / "copy", {"key": self.key, "dataset": self.dataset, **facts}).key}


def copy(spec: Mapping[str, Any], out: Path, progress: Progress) -> dict[str, Any]:
    """What the worker does."""
    for step in range(STEPS):
        time.sleep(_PAUSE)
        progress(step + 1, STEPS)
    shutil.copytree(spec["source"], out / "copy")
    return {}
