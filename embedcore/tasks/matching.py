"""Products listed twice: what their titles mean, then which of them are one product."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from embedcore.data import Dataset, Embedding
from embedcore.methods import title_vectors
from embedcore.progress import Progress, part

_READING = 40  # of 100 steps go into reading titles


def find_duplicates(spec: Mapping[str, Any], out: Path, progress: Progress) -> dict[str, Any]:
    """{"source", "seed"} and the folder of a dataset -> Matches.save(out).

    With a run ("run_folder", "run_method") its vectors help: those of texts in place of what is computed here, any
    other's (pictures, tables, baskets) as one more likeness."""
    from embedcore.match import find

    progress(0, 100, note="Getting ready")
    dataset = Dataset.load(Path(spec["dataset_folder"]))
    run = Embedding.load(Path(spec["run_folder"]) / "embeddings") if spec.get("run_folder") else None
    text: Embedding | None
    extra: dict[str, Embedding] = {}
    if run is not None and spec.get("run_method") == "text":
        text = run
    else:
        text = title_vectors(dataset, part(progress, 0, _READING))
        extra = {str(spec["run_method"]): run} if run is not None else {}
    found = find(
        dataset,
        text,
        spec.get("source") or None,
        extra,
        seed=int(spec.get("seed") or 0),
        progress=part(progress, _READING, 99),
    )
    progress(99, 100, note="Saving")
    found.save(out)
    return {"pairs": len(found), "same": int(found.same.sum())}
