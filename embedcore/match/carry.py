"""Verdicts on an earlier version of a catalogue, where they hold for this one too."""

from __future__ import annotations

import pandas as pd

from embedcore.data import Dataset

# Chosen by hand.
_SHARED = 0.5  # of the smaller catalogue's ids; fewer: another catalogue that happens to count from 1, too
_SAME_TITLE = 0.8  # of the shared ids must still have the same title


def same_catalogue(one: Dataset, other: Dataset) -> bool:
    """Whether one is a version of the other: most ids of the smaller one are in both, under the same titles."""
    shared = [i for i in one.items[: one.n_catalogue] if other.index.get(str(i), other.n_catalogue) < other.n_catalogue]
    if not shared or len(shared) < _SHARED * min(one.n_catalogue, other.n_catalogue):
        return False
    unchanged = sum(str(one.titles[one.index[i]]) == str(other.titles[other.index[i]]) for i in shared)
    return unchanged >= _SAME_TITLE * len(shared)


def carried(old: Dataset, new: Dataset, verdicts: pd.DataFrame) -> list[tuple[str, str, str]]:
    """(id_a, id_b, verdict) of `old` that hold for two products of `new`; [] when it is another catalogue.

    >>> from embedcore import Catalogue
    >>> table = pd.DataFrame({"id": ["a", "b"], "name": ["Tea", "Tea bags"]})
    >>> shop = Dataset.build("shop", Catalogue(table, {"id": "id", "name": "title"}))
    >>> carried(shop, shop, pd.DataFrame({"id_a": ["a"], "id_b": ["b"], "verdict": ["different"]}))
    [('a', 'b', 'different')]
    """
    rows = [
        (str(a), str(b), str(v))
        for a, b, v in zip(verdicts["id_a"], verdicts["id_b"], verdicts["verdict"], strict=True)
        if str(a) in new.index and str(b) in new.index
    ]
    return rows if rows and same_catalogue(old, new) else []
