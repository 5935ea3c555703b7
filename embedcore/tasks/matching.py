"""Products listed twice: what their titles mean, then which of them are one product."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from embedcore.data import Dataset, Embedding
from embedcore.errors import InputError
from embedcore.progress import Progress, part, silent

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


def title_vectors(dataset: Dataset, progress: Progress = silent) -> Embedding | None:
    """Vectors of titles and brands; None when there are none or the language model is not there.

    >>> import pandas as pd
    >>> from embedcore import Catalogue
    >>> prices = Catalogue(pd.DataFrame({"sku": ["a", "b"], "price": [1.0, 2.0]}), {"sku": "id", "price": "price"})
    >>> title_vectors(Dataset.build("Shop", prices)) is None  # no words to read
    True
    """
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
