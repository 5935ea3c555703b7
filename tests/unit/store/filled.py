"""Datasets and runs put into a store."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from embedcore.store import Store
from tests.unit import example


def add(store: Store, folder: Path, **how: Any) -> str:
    """Store a made-up dataset; its hash."""
    example.dataset(**how).save(folder)
    return store.add_dataset(folder, "upload").hash


def train(store: Store, folder: Path, dataset: str, key: str, seed: int = 0, d: int = 8) -> Path:
    """Store a made-up result; returns a copy of its folder to compare with."""
    info = example.result(folder, store.dataset(dataset).items, seed, d)
    copy = Path(shutil.copytree(folder, folder.with_name(folder.name + "-copy")))
    store.save_run(folder, {"key": key, "dataset": dataset, **info})
    return copy
