"""Vectors and tables as files that other programs read.

>>> frame = pd.DataFrame({"id": ["a"], "note": ["=1+1"]})
>>> csv(frame).decode()
"id,note\\na,'=1+1\\n"
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from embedcore.data import Dataset, Embedding
from embedcore.errors import InputError

__all__ = ["TABLES", "VECTORS", "check_ending", "csv", "parquet", "vector_table", "write_table", "write_vectors"]

TABLES = (".csv", ".parquet")  # endings of files that hold a table
VECTORS = (".parquet", ".csv", ".npy")  # endings of files that hold vectors
# What a spreadsheet takes for the start of a formula; a plain number may start with a sign.
_FORMULA = re.compile(r"^\s*[=+\-@\t\r]")
_NUMBER = re.compile(r"^\s*[+-]?\d+([.,]\d+)*([eE][+-]?\d+)?%?\s*$")


def check_ending(path: Path, known: Sequence[str]) -> None:
    """InputError when the file's ending is not one of the known formats.

    >>> check_ending(Path("vectors.npy"), VECTORS)
    >>> check_ending(Path("vectors.txt"), VECTORS)
    Traceback (most recent call last):
    embedcore.errors.InputError: “vectors.txt” does not end in a known format. Known: .parquet, .csv, .npy.
    """
    if path.suffix.lower() not in known:
        raise InputError(f"“{path.name}” does not end in a known format.", f"Known: {', '.join(known)}.")


def vector_table(embedding: Embedding, dataset: Dataset | None = None) -> pd.DataFrame:
    """One row per vector: `id`, then `title` when the dataset is given (empty where it lacks the id), then d0, d1, ...
    as float32.

    >>> vector_table(Embedding("product", np.array(["mug"], object), np.array([[0.5, 1.0]]))).to_dict("records")
    [{'id': 'mug', 'd0': 0.5, 'd1': 1.0}]
    """
    head = pd.DataFrame({"id": [str(i) for i in embedding.ids]})
    if dataset is not None:
        at = [dataset.index.get(i, -1) for i in head["id"]]
        head["title"] = [str(dataset.titles[n]) if n >= 0 else "" for n in at]
    columns = [f"d{n}" for n in range(embedding.dimension)]
    return pd.concat([head, pd.DataFrame(embedding.vectors, columns=columns)], axis=1)


def write_vectors(embedding: Embedding, path: Path, dataset: Dataset | None = None) -> None:
    """Write vectors in the format of the file's ending: .parquet, .csv, or .npy, which holds the (n, d) matrix alone
    with its ids, one a line, in a file ending in .ids.txt beside it. InputError for another ending.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_vectors(Embedding("product", np.array(["mug"], object), np.eye(1)), Path(folder) / "v.npy")
    ...     sorted(path.name for path in Path(folder).iterdir())
    ['v.ids.txt', 'v.npy']
    """
    check_ending(path, VECTORS)
    if path.suffix.lower() != ".npy":
        write_table(vector_table(embedding, dataset), path)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, embedding.vectors, allow_pickle=False)
    ids = "".join(f"{i}\n" for i in embedding.ids)
    path.with_suffix(".ids.txt").write_text(ids, encoding="utf-8")


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write a table without its index in the format of the file's ending, .csv (as `csv`) or .parquet. InputError for
    another ending.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_table(pd.DataFrame({"id": ["a"]}), Path(folder) / "new" / "t.csv")
    ...     (Path(folder) / "new" / "t.csv").read_text()
    'id\\na\\n'
    """
    check_ending(path, TABLES)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(csv(frame) if path.suffix.lower() == ".csv" else parquet(frame))


def parquet(frame: pd.DataFrame) -> bytes:
    """A table without its index as the bytes of a Parquet file.

    >>> parquet(pd.DataFrame({"id": ["a"]}))[:4]
    b'PAR1'
    """
    out = io.BytesIO()
    frame.to_parquet(out, index=False)
    return out.getvalue()


def csv(frame: pd.DataFrame) -> bytes:
    """A table without its index as the bytes of a UTF-8 CSV file.

    Text that a spreadsheet would run as a formula (it starts with =, +, - or @ and is no number) gets a leading
    apostrophe, in cells and in column names.

    >>> csv(pd.DataFrame({"note": ["@x", "-5"]})).decode()
    "note\\n'@x\\n-5\\n"
    """
    safe = frame.rename(columns=lambda c: _harmless(str(c)))
    for n, kind in enumerate(safe.dtypes):
        if not (pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_datetime64_any_dtype(kind)):
            cells = safe.iloc[:, n]
            safe.isetitem(n, [c if pd.isna(c) else _harmless(str(c)) for c in cells])
    return safe.to_csv(index=False, lineterminator="\n").encode("utf-8", "replace")


def _harmless(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.match(text) else text
