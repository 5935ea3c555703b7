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
from pandas.api.types import is_scalar

from embedcore.data import Dataset, Embedding
from embedcore.errors import InputError

__all__ = [
    "TABLES",
    "VECTORS",
    "check_ending",
    "csv",
    "file_name",
    "harmless",
    "parquet",
    "vector_table",
    "write_table",
    "write_vectors",
]

TABLES = (".csv", ".parquet")  # endings of files that hold a table
VECTORS = (".parquet", ".csv", ".npy")  # endings of files that hold vectors
# Before a formula's sign a spreadsheet passes over blanks, characters that nobody sees, and quotes.
_UNSEEN = (
    r" \x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f"
    r"\u202a-\u202f\u205f-\u206f\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff"
    r"\"'`´‘’“”„«»"
)
_SIGNS = r"=+\-@＝＋－＠﹦﹢﹣﹫"
_BREAKS = r"\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029"
_BEGINS = re.compile(rf"[{_UNSEEN}]*[{_SIGNS}]|[{_BREAKS}]")
_WITHIN = re.compile(rf"([,;，；{_BREAKS}])([{_UNSEEN}]*)([{_SIGNS}])")
_SUSPECT = re.compile(rf"[{_SIGNS}{_BREAKS}]")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*([eE][+-]?\d+)?\s*%?")  # may start with a sign
# What makes “a, -5 to 10” or a line “- warm” more than a text: a call, a program (DDE), another sign.
_MORE = r"[|｜=＝@＠﹦﹫]|\w[(（]"
_LISTED = re.compile(rf"^.([^\s\d]|\d[\d.,]*\s*[-+*/^&]\s*[\w(])|{_MORE}")  # behind a comma
_APART = re.compile(rf"^.\S|{_MORE}")  # behind what parts cells in more spreadsheets
_LIST_END, _APART_END = re.compile(rf"[,，{_BREAKS}]"), re.compile(rf"[;；{_BREAKS}]")
_NAME = re.compile(r"[\x00-\x1f\x7f-\x9f/\\:*?\"<>|\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")  # names that Windows keeps for devices


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


def write_vectors(embedding: Embedding, path: Path, dataset: Dataset | None = None, *, raw: bool = False) -> None:
    """Write vectors in the format of the file's ending: .parquet, .csv, or .npy, which holds the (n, d) matrix alone
    with its ids, one a line, in a file ending in .ids.txt beside it. raw: as for `csv`. InputError for another ending.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_vectors(Embedding("product", np.array(["mug"], object), np.eye(1)), Path(folder) / "v.npy")
    ...     sorted(path.name for path in Path(folder).iterdir())
    ['v.ids.txt', 'v.npy']
    """
    check_ending(path, VECTORS)
    if path.suffix.lower() != ".npy":
        write_table(vector_table(embedding, dataset), path, raw=raw)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, embedding.vectors, allow_pickle=False)
    ids = "".join(f"{i}\n" for i in embedding.ids)
    path.with_suffix(".ids.txt").write_text(ids, encoding="utf-8")


def write_table(frame: pd.DataFrame, path: Path, *, raw: bool = False) -> None:
    """Write a table without its index in the format of the file's ending, .csv (as `csv`, and so for raw) or .parquet.
    InputError for another ending.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_table(pd.DataFrame({"id": ["a"]}), Path(folder) / "new" / "t.csv")
    ...     (Path(folder) / "new" / "t.csv").read_text()
    'id\\na\\n'
    """
    check_ending(path, TABLES)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(csv(frame, raw=raw) if path.suffix.lower() == ".csv" else parquet(frame))


def parquet(frame: pd.DataFrame) -> bytes:
    """A table without its index as the bytes of a Parquet file.

    >>> parquet(pd.DataFrame({"id": ["a"]}))[:4]
    b'PAR1'
    """
    out = io.BytesIO()
    frame.to_parquet(out, index=False)
    return out.getvalue()


def csv(frame: pd.DataFrame, *, raw: bool = False) -> bytes:
    """A table without its index as the bytes of a UTF-8 CSV file, its texts and column names made `harmless`. raw:
    cells exactly as they are, for a program that is no spreadsheet.

    >>> notes = pd.DataFrame({"note": ["@x", "-5"]})
    >>> csv(notes).decode(), csv(notes, raw=True).decode()
    ("note\\n'@x\\n-5\\n", 'note\\n@x\\n-5\\n')
    """
    safe = frame if raw else frame.rename(columns=lambda c: harmless(str(c)))
    for n, kind in enumerate(() if raw else safe.dtypes):
        if not (pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_datetime64_any_dtype(kind)):
            cells = safe.iloc[:, n]
            safe.isetitem(n, [c if c is None or (is_scalar(c) and pd.isna(c)) else harmless(str(c)) for c in cells])
    return safe.to_csv(index=False, lineterminator="\n").encode("utf-8", "replace")


def harmless(text: str) -> str:
    """A text with an apostrophe before whatever a spreadsheet would run as a formula: =, +, - or @ (fullwidth, too) at
    its beginning, also behind blanks, quotes and characters that nobody sees, or behind a comma, semicolon, tab or line
    break within it. Plain numbers stay as they are.

    >>> harmless("=1+1"), harmless("-5"), harmless("＝1"), harmless("a;=1"), harmless("a\\n- b")
    ("'=1+1", '-5', "'＝1", "a;'=1", 'a\\n- b')
    """
    if not _SUSPECT.search(text) or _NUMBER.fullmatch(text.strip()):
        return text
    found = _WITHIN.sub(_marked, text)
    return f"'{found}" if _BEGINS.match(found) and not found.startswith("'") else found


def _marked(match: re.Match[str]) -> str:
    before, unseen, sign = match.groups()
    if unseen.startswith("'"):  # it has its apostrophe
        return match.group()
    listed = before in ",，"
    rest = match.string[match.start(3) :]
    end = (_LIST_END if listed else _APART_END).search(rest)
    part = rest[: end.start() if end else None].strip()
    plain = sign in "+-" and (_NUMBER.fullmatch(part) or not (_LISTED if listed else _APART).search(part))
    return match.group() if plain else f"{before}'{unseen}{sign}"


def file_name(name: str, ending: str) -> str:
    """The name of a file to be downloaded: without signs of folders, of formulas and of writing from right to left, at
    most 80 letters before its ending.

    >>> file_name("=Shop/.. boots: groups", ".csv"), file_name("con", ".csv"), file_name(" ", ".txt")
    ('Shop boots groups.csv', '_con.csv', 'table.txt')
    """
    plain = re.sub(r"(\s|\.\.)+", " ", _NAME.sub(" ", name)).strip(f" .{_SIGNS}").replace("  ", " ")[:80].strip(" .")
    plain = f"_{plain}" if _RESERVED.match(plain) else plain
    return f"{plain or 'table'}{ending}"
