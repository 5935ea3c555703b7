"""Vectors and tables as files that other programs read."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd

from embedcore.data import Dataset, Embedding
from embedcore.errors import InputError

FORMATS = (".parquet", ".csv", ".npy")
# What a spreadsheet takes for the start of a formula; a plain number may start with a sign.
_FORMULA = re.compile(r"^\s*[=+\-@\t\r]")
_NUMBER = re.compile(r"^\s*[+-]?\d+([.,]\d+)*([eE][+-]?\d+)?%?\s*$")


def vector_table(embedding: Embedding, dataset: Dataset | None = None) -> pd.DataFrame:
    """One row per vector: `id`, `title` when the dataset is given and knows the id, then d0, d1, ... float32."""
    head = pd.DataFrame({"id": [str(i) for i in embedding.ids]})
    if dataset is not None:
        at = [dataset.index.get(i, -1) for i in head["id"]]
        head["title"] = [str(dataset.titles[n]) if n >= 0 else "" for n in at]
    columns = [f"d{n}" for n in range(embedding.dimension)]
    return pd.concat([head, pd.DataFrame(embedding.vectors, columns=columns)], axis=1)


def write_vectors(embedding: Embedding, path: Path, dataset: Dataset | None = None) -> None:
    """Write the vectors; the file's ending says how: .parquet, .csv (formula cells made harmless), or .npy, which
    holds the (n, d) matrix alone and gets its ids, one a line, in a file ending in .ids.txt beside it."""
    kind = path.suffix.lower()
    if kind not in FORMATS:
        raise InputError(f"“{path.name}” does not end in a known format.", f"Known: {', '.join(FORMATS)}.")
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == ".parquet":
        vector_table(embedding, dataset).to_parquet(path, index=False)
    elif kind == ".csv":
        path.write_bytes(csv(vector_table(embedding, dataset)))
    else:
        np.save(path, embedding.vectors, allow_pickle=False)
        ids = "".join(f"{i}\n" for i in embedding.ids)
        path.with_suffix(".ids.txt").write_text(ids, encoding="utf-8")


def csv(frame: pd.DataFrame) -> bytes:
    """A table as UTF-8 CSV without its index. Text that a spreadsheet would run as a formula (it starts with =, +,
    - or @ and is no number) gets a leading apostrophe, in cells and in column names."""
    safe = frame.rename(columns=lambda c: _harmless(str(c)))
    for n, kind in enumerate(safe.dtypes):
        if not (pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_datetime64_any_dtype(kind)):
            cells = safe.iloc[:, n]
            safe.isetitem(n, [c if pd.isna(c) else _harmless(str(c)) for c in cells])
    return safe.to_csv(index=False, lineterminator="\n").encode("utf-8", "replace")


def _harmless(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.match(text) else text
