"""A dataset without its duplicates."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from embedcore.data import Dataset
from embedcore.progress import Progress


def merge_duplicates(spec: Mapping[str, Any], out: Path, progress: Progress) -> dict[str, Any]:
    """A dataset and groups of rows that are one product (positions) -> Dataset.save(out/dataset) without duplicates.

    keep: position of a group's first member -> position of the row to keep, where it is not the proposal."""
    import numpy as np

    from embedcore.match import clean

    progress(0, 3, note="Opening the dataset")
    dataset = Dataset.load(Path(spec["dataset_folder"]))
    group = np.arange(dataset.n_catalogue)
    for members in spec["groups"]:
        group[members] = min(members)
    progress(1, 3, note="Merging rows")
    merged = clean(dataset, group, {int(k): int(v) for k, v in spec["keep"].items()})
    progress(2, 3, note="Saving")
    merged.save(out / "dataset")
    return {}
