"""Questions to a trained result that predicts: about products of its dataset, new ones, and blank cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from embedcore.data import Catalogue, Dataset
from embedcore.errors import InputError

_MOST = 200_000  # products answered at once: chosen by hand


def answer(spec: Mapping[str, Any]) -> dict[str, Any]:
    """What a result predicts, as Predictions.plain gives it, and "notices" about what was read.

    spec: "method", "model" (folder), and one of
    "dataset" (folder): the blank cells of its target column; with "ids", those products;
    "rows" and "roles": new products as they were typed, a dict column -> text each, and the kind of each column;
    "raw" and "roles": new products from a file that was read (folder of a Table); columns that have no role are not
    used. InputError when the method does not predict or the file has nothing to go on."""
    from embedcore import methods

    fitted: Any = methods.get(str(spec["method"])).load(Path(spec["model"]))
    if not hasattr(fitted, "predict"):
        raise InputError(
            "This embedding cannot predict values.", "Choose one with a prediction target, such as Entity embeddings."
        )
    notices: list[str] = []
    if spec.get("dataset"):
        data = Dataset.load(Path(spec["dataset"]))
        found = fitted.predict(some(data, spec["ids"])) if spec.get("ids") else fitted.fill(data)
    else:
        new, notices = products(_frame(spec), spec["roles"])
        found = fitted.predict(new)
    return {**found.plain(), "notices": notices}


def _frame(spec: Mapping[str, Any]) -> pd.DataFrame:
    """The new products as a table of texts."""
    if not spec.get("raw"):
        return pd.DataFrame(list(spec["rows"])).astype("str")
    from embedcore.intake import Table

    return Table.load(Path(spec["raw"])).frame


def some(data: Dataset, ids: Sequence[str]) -> Dataset:
    """Products of a dataset as one of its own, without baskets; ids that the catalogue does not know are left out."""
    if data.catalogue is None:
        raise InputError("Nothing is known of these products: there is no catalogue.")
    rows = [data.index[i] for i in ids if i in data.index and data.index[i] < data.n_catalogue]
    frame = data.catalogue.frame.iloc[rows].reset_index(drop=True)
    return Dataset.build("some", Catalogue(frame, dict(data.catalogue.roles)))


def products(frame: pd.DataFrame, roles: Mapping[str, str]) -> tuple[Dataset, list[str]]:
    """(new products, notices) from a table of texts whose columns are named as the catalogue's. roles: its columns.

    Without ids the rows are named new-1, new-2, ... InputError when no column is known, or there are too many rows."""
    from embedcore.intake import make_catalogue, roles_like

    if len(frame) > _MOST:
        raise InputError(f"The file has {len(frame):,} rows.", f"Give at most {_MOST:,} at a time.")
    known, settings = roles_like(map(str, frame.columns), roles)
    if set(known.values()) <= {"ignore", "id"}:
        names = [c for c, r in roles.items() if r not in ("id", "ignore")]
        raise InputError("No column of this file has the name of one of the catalogue.", f"Known: {', '.join(names)}.")
    parted = tuple(f"{key.partition(':')[2]} (" for key in settings)
    missing = [
        c
        for c, r in roles.items()
        if c not in known and r not in ("id", "ignore", "image") and not c.startswith(parted)
    ]
    if "id" not in known.values():
        name = next(c for c, r in roles.items() if r == "id")
        ids = pd.Series([f"new-{n + 1}" for n in range(len(frame))], frame.index, "str")
        frame, known = frame.assign(**{name: ids}), {name: "id", **known}
    catalogue, notices = make_catalogue(frame, known, settings=settings)
    if missing:
        notices = [f"Columns that are not in it count as missing: {', '.join(missing)}.", *notices]
    return Dataset.build("new", catalogue), notices
