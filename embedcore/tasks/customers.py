"""Groups of customers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from embedcore.data import Dataset
from embedcore.errors import NeedsError
from embedcore.progress import Progress


def find_segments(spec: Mapping[str, Any], out: Path, progress: Progress) -> dict[str, Any]:
    """{"k" or None, "seed"} and a run of customer2vec -> Segments.save(out)."""
    from embedcore import methods
    from embedcore.explore import segments as finder

    progress(0, 100, note="Opening the embedding")
    fitted = methods.get(str(spec["run_method"])).load(Path(spec["model_folder"]))
    if "customer" not in fitted.embeddings:
        raise NeedsError("This embedding has no customers.", "Train the method for customers first.")
    dataset = Dataset.load(Path(spec["dataset_folder"]))
    k = spec.get("k")
    customers = fitted.embeddings["customer"]
    finder.find(dataset, customers, int(k) if k else None, int(spec.get("seed", 0)), progress).save(out)
    return {}
