"""Several values in one cell: how they are joined, and split again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np
import pandas as pd

TAG_SEPARATOR = "|"
_INSTEAD = "¦"  # stands for a bar inside a value: it looks the same


def join_tags(values: Iterable[str]) -> str:
    """Several values as the text of one cell.

    >>> join_tags(["Action", "Sci-Fi"]), join_tags(["a|b"])
    ('Action|Sci-Fi', 'a¦b')
    """
    return TAG_SEPARATOR.join(v.replace(TAG_SEPARATOR, _INSTEAD) for v in values)


def split_tags(cell: object) -> list[str]:
    """The values of a cell with role tags; [] when it is missing.

    >>> split_tags("Action|Comedy"), split_tags(None)
    (['Action', 'Comedy'], [])
    """
    return [v for v in cell.split(TAG_SEPARATOR) if v] if isinstance(cell, str) else []


def written_tags(cells: pd.Series) -> pd.Series:
    """Cells with role tags as a person writes them.

    >>> written_tags(pd.Series(["Action|Comedy"])).tolist()
    ['Action, Comedy']
    """
    return cells.str.replace(TAG_SEPARATOR, ", ", regex=False)


def commonest_tags(cells: pd.Series) -> pd.Series:
    """The one value that stands for each cell with role tags where there is room for one: the one that most cells have.

    >>> commonest_tags(pd.Series(["Action|Comedy", "Comedy", None])).tolist()
    ['Comedy', 'Comedy', nan]
    """
    codes, texts = pd.factorize(cells)
    counts = Counter[str]()
    for text, rows in zip(texts, np.bincount(codes[codes >= 0], minlength=len(texts)).tolist(), strict=True):
        counts.update(dict.fromkeys(split_tags(text), rows))
    best = [max(split_tags(t), key=lambda v: (counts[v], v), default=None) for t in texts]
    return pd.Series(pd.array([*best, None], dtype="str")[codes], cells.index, name=cells.name)


def tag_rows(cells: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """((m,) row, (m,) object: value) of every value in cells with role tags.

    >>> rows, values = tag_rows(pd.Series(["Action|Comedy", None, "Comedy"]))
    >>> rows.tolist(), values.tolist()
    ([0, 0, 2], ['Action', 'Comedy', 'Comedy'])
    """
    found = [split_tags(cell) for cell in cells]
    rows = np.repeat(np.arange(len(found)), [len(values) for values in found])
    return rows, np.array([v for values in found for v in values], object)
