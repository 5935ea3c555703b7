"""The task behind the duplicates page: what its titles mean, then which products are one product listed twice."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from embedcore import match as matcher
from embedcore.data import Dataset, Embedding
from embedcore.errors import InputError
from embedcore.progress import Progress, part, silent

_READING = 40  # of 100 steps go into reading titles


def key(source: str | None = None, run: str | None = None, seed: int = 0) -> str:
    """The key of a "match" job on one dataset: all that determines its result."""
    return json.dumps([matcher.VERSION, source or "", run or "", seed])


def match(spec: Mapping[str, Any], out: Path, progress: Progress) -> dict[str, Any]:
    """{"source", "seed"} and the folder of a dataset -> Matches.save(out).

    With a run ("run_folder", "run_method") its vectors help: those of texts in place of what is computed here, any
    other's (pictures, tables, baskets) as one more likeness."""
    progress(0, 100, note="Getting ready")
    dataset = Dataset.load(Path(spec["dataset_folder"]))
    run = Embedding.load(Path(spec["run_folder"]) / "embeddings") if spec.get("run_folder") else None
    text: Embedding | None
    extra: dict[str, Embedding] = {}
    if run is not None and spec.get("run_method") == "text":
        text = run
    else:
        text = vectors(dataset, part(progress, 0, _READING))
        extra = {str(spec["run_method"]): run} if run is not None else {}
    found = matcher.find(
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


def vectors(dataset: Dataset, progress: Progress = silent) -> Embedding | None:
    """Vectors of titles and brands; None when there are none or the language model is not there."""
    from embedcore.methods.text import encoder
    from embedcore.methods.text.method import product_texts

    columns = dataset.columns("title", "brand") or dataset.columns("description", "text")[:1]
    if not columns:
        return None
    at, read = product_texts(dataset, columns)
    if not read:
        return None
    progress(0, 1, note="Loading the language model")
    try:
        return Embedding("product", dataset.items[at], encoder.read(read, progress=progress).vectors)
    except InputError:  # without the model, letters and words are compared; the result says so
        return None
