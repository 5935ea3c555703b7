"""From groups to a clean catalogue: one row per product, where each old id went, and baskets that know it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from embedcore.data import Catalogue, Dataset, join_items, pictures_of
from embedcore.errors import InputError, NeedsError


def proposal(dataset: Dataset, members: np.ndarray) -> int:
    """The position of the member to keep: the most complete row, then the longest texts, then the first.

    >>> table = pd.DataFrame({"id": ["a", "b"], "name": ["Tea", "Tea"], "brand": [None, "Acme"]})
    >>> shop = Dataset.build("shop", Catalogue(table, {"id": "id", "name": "title", "brand": "brand"}))
    >>> proposal(shop, np.array([0, 1]))
    1
    """
    return int(_by_worth(dataset, np.asarray(members))[0])


def merged(
    dataset: Dataset, group: np.ndarray, keep: Mapping[int, int] | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(the catalogue with one row per group, mapping of every old id to the kept one).

    group: (n,) as in Matches.group. keep: group -> position to keep, where it is not the proposal. What the kept row
    lacks comes from its partners, the most complete first. mapping: columns id, kept_id. InputError when a kept row is
    not in its group, NeedsError without a catalogue.

    >>> table = pd.DataFrame({"id": ["a", "b", "c"], "name": ["Tea", "Tea", "Mug"]})
    >>> shop = Dataset.build("shop", Catalogue(table, {"id": "id", "name": "title"}))
    >>> catalogue, mapping = merged(shop, np.array([0, 0, 2]))
    >>> catalogue["id"].tolist(), mapping.values.tolist()
    (['a', 'c'], [['a', 'a'], ['b', 'a'], ['c', 'c']])
    """
    if dataset.catalogue is None:
        raise NeedsError("There is no catalogue to merge.", "Add a table with one row per product.")
    frame = dataset.catalogue.frame.reset_index(drop=True)
    out = frame.copy()
    kept = np.arange(len(frame))
    order = np.argsort(group, kind="stable")
    names, starts = np.unique(group[order], return_index=True)
    gone = []
    for name, members in zip(names, np.split(order, starts[1:]), strict=True):
        if len(members) < 2:
            continue
        ranked = _by_worth(dataset, members)
        chosen = int((keep or {}).get(int(name), ranked[0]))
        if chosen not in members:
            raise InputError("The product to keep is not in its group.", "Choose one of the group's products.")
        kept[members] = chosen
        gone += [int(i) for i in members if i != chosen]
        ranked = np.r_[chosen, ranked[ranked != chosen]]
        for column in [c for c in frame.columns if bool(frame[c].isna().iat[chosen])]:
            some = frame[column].iloc[ranked].dropna()
            if len(some):
                out.loc[chosen, column] = some.iloc[0]
    ids = dataset.catalogue.ids
    mapping = pd.DataFrame({"id": ids, "kept_id": ids[kept]})
    return out.drop(index=gone).reset_index(drop=True), mapping


def clean(dataset: Dataset, group: np.ndarray, keep: Mapping[int, int] | None = None) -> Dataset:
    """The dataset with one row per group and its baskets mapped to the kept ids; its name says so. Errors as `merged`.

    >>> table = pd.DataFrame({"id": ["a", "b", "c"], "name": ["Tea", "Tea", "Mug"]})
    >>> shop = Dataset.build("shop", Catalogue(table, {"id": "id", "name": "title"}))
    >>> clean(shop, np.array([0, 0, 2])).items.tolist()
    ['a', 'c']
    """
    if dataset.catalogue is None:
        raise NeedsError("There is no catalogue to merge.", "Add a table with one row per product.")
    frame, mapping = merged(dataset, group, keep)
    kept_of = dict(zip(mapping["id"], mapping["kept_id"], strict=True))
    new_id = np.array([kept_of.get(i, i) for i in dataset.items], object)
    gone = int((mapping["id"] != mapping["kept_id"]).sum())
    meta = {
        **dataset.meta,
        "notices": [
            *dataset.meta.get("notices", []),
            f"{gone:,} duplicates were merged into the products they repeat.",
        ],
    }
    catalogue = Catalogue(frame, dataset.catalogue.roles)
    items, to = join_items(catalogue.ids, new_id)
    baskets = dataset.baskets.renamed(to) if dataset.baskets is not None else None
    return Dataset(
        f"{dataset.name} without duplicates", catalogue, baskets, items, meta, pictures_of(dataset.images, items)
    )


def _by_worth(dataset: Dataset, members: np.ndarray) -> np.ndarray:
    """Members, the most complete row first."""
    if dataset.catalogue is None:
        return np.sort(members)
    rows = dataset.catalogue.frame.iloc[members]
    filled = rows.notna().sum(axis=1).to_numpy()
    length = rows.astype(object).where(rows.notna(), "").astype(str).map(len).sum(axis=1).to_numpy()
    return np.asarray(members[np.lexsort((members, -length, -filled))])
