"""Likely data errors: a model of the table, each cell hidden in turn."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from embedcore.data import Dataset
from embedcore.progress import Progress, part, silent

if TYPE_CHECKING:
    from embedcore.methods import FittedAutoencoder


def find_errors(spec: Mapping[str, Any], out: Path, progress: Progress) -> dict[str, Any]:
    """{"exclude", "seed"} and the folder of a dataset -> unusual.parquet (see explore.anomalies), facts.json. With a
    run of the autoencoder that learned with hidden cells ("model_folder") its model is used, else one is trained."""
    from embedcore.explore import anomalies as unusual
    from embedcore.methods import FittedAutoencoder, get

    begin = time.perf_counter()
    progress(0, 100, note="Getting ready")
    dataset = Dataset.load(Path(spec["dataset_folder"]))
    fitted = None
    if spec.get("run") and spec.get("run_method") == "autoencoder":
        found = get("autoencoder").load(Path(spec["model_folder"]))
        fitted = found if isinstance(found, FittedAutoencoder) else None
    frame, facts = score_products(
        dataset, tuple(spec.get("exclude") or ()), int(spec.get("seed") or 0), progress, fitted
    )
    out.mkdir(parents=True, exist_ok=True)
    frame.to_parquet(out / unusual.FILE, index=False)
    facts["seconds"] = round(time.perf_counter() - begin, 2)
    (out / unusual.FACTS).write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
    return {}


def score_products(
    dataset: Dataset,
    exclude: tuple[str, ...] = (),
    seed: int = 0,
    progress: Progress = silent,
    fitted: FittedAutoencoder | None = None,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """(every product with its score and reason, the most unusual first; facts: columns, notices, left_out).

    fitted: a model of this dataset; without one an autoencoder is trained that learns with hidden cells. NeedsError
    when no column can be used.

    >>> import pandas as pd
    >>> from embedcore import Catalogue
    >>> frame = pd.DataFrame({"sku": list("abcdef"), "kind": list("xxxyyy"), "part": list("uuuvvv")})
    >>> shop = Dataset.build("Shop", Catalogue(frame, {"sku": "id", "kind": "category", "part": "category"}))
    >>> scored, facts = score_products(shop)
    >>> len(scored), facts["columns"]
    (6, ['kind', 'part'])
    """
    from embedcore.explore import anomalies as table
    from embedcore.methods import FittedAutoencoder, get

    if fitted is None:
        method = get("autoencoder")
        params = method.Params.of({"exclude": exclude, "check": False})  # its default hides cells while it learns
        trained = method.fit(dataset, params, part(progress, 0, 80), seed)
        if not isinstance(trained, FittedAutoencoder):
            raise TypeError(type(trained))
        fitted = trained
    columns = list(fitted.columns)
    known = np.flatnonzero(fitted.read(dataset).known[: dataset.n_catalogue])
    frame = table.unusual(dataset, fitted.expected(dataset), len(columns), known, part(progress, 80, 100))
    facts = {
        "columns": columns,
        "unused": fitted.meta.get("unused", []),
        "notices": fitted.trimmed,
        "left_out": dataset.n_catalogue - len(known),
        "products": len(known),
    }
    return frame, facts
