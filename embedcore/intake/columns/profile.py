"""What was imported, in figures for one screen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from embedcore.data import Dataset, tag_rows, written_tags

TOP = 20
_PART = 1 << 16  # texts that become objects at a time


@dataclass(frozen=True, eq=False)
class Profile:
    """products: all that are known. columns: column, role, missing, missing_share (0..1), distinct, example.
    basket_sizes: size, count. bought: products in at least one basket, only_in_baskets of which the catalogue lacks;
    never_bought: products of the catalogue in no basket. top: item (id), title, baskets, most bought first.
    first_day, last_day: None without times.

    >>> lines = pd.DataFrame({"basket": ["1", "1", "2"], "item": ["mug", "cup", "mug"]})
    >>> profile(Dataset.build("shop", None, lines)).top["item"].tolist()
    ['mug', 'cup']
    """

    products: int
    catalogue_rows: int
    columns: pd.DataFrame
    baskets: int
    lines: int
    customers: int
    basket_sizes: pd.DataFrame
    median_basket: float
    mean_basket: float
    bought: int
    never_bought: int
    only_in_baskets: int
    first_day: pd.Timestamp | None
    last_day: pd.Timestamp | None
    top: pd.DataFrame


def profile(dataset: Dataset) -> Profile:
    """Count what a dataset holds.

    >>> lines = pd.DataFrame({"basket": ["1", "1", "2"], "item": ["mug", "cup", "mug"]})
    >>> found = profile(Dataset.build("shop", None, lines))
    >>> found.products, found.baskets, found.mean_basket
    (2, 2, 1.5)
    """
    counts, known = dataset.counts, dataset.n_catalogue
    b = dataset.baskets
    sizes = b.sizes if b is not None else np.empty(0, np.int64)
    size, many = np.unique(sizes, return_counts=True)
    times = b.times[~np.isnat(b.times)] if b is not None and b.times is not None else np.empty(0, "datetime64[s]")
    customers = 0
    if b is not None and b.customers is not None:
        customers = len(np.unique(b.customers[b.customers >= 0]))
    best = np.argsort(-counts, kind="stable")[:TOP]
    best = best[counts[best] > 0]
    return Profile(
        products=len(dataset),
        catalogue_rows=known,
        columns=_columns(dataset),
        baskets=len(sizes),
        lines=int(sizes.sum()),
        customers=customers,
        basket_sizes=pd.DataFrame({"size": size, "count": many}),
        median_basket=float(np.median(sizes)) if len(sizes) else 0.0,
        mean_basket=float(sizes.mean()) if len(sizes) else 0.0,
        bought=int((counts > 0).sum()),
        never_bought=int((counts[:known] == 0).sum()) if len(sizes) else 0,
        only_in_baskets=len(dataset) - known,
        first_day=pd.Timestamp(times.min()) if len(times) else None,
        last_day=pd.Timestamp(times.max()) if len(times) else None,
        top=pd.DataFrame({"item": dataset.items[best], "title": dataset.titles_of(best), "baskets": counts[best]}),
    )


def _columns(dataset: Dataset) -> pd.DataFrame:
    rows = []
    if dataset.catalogue is not None:
        for column, role in dataset.catalogue.roles.items():
            s = dataset.catalogue.frame[column]
            there = s.dropna()
            missing = len(s) - len(there)
            example = str((written_tags(there.head(1)) if role == "tags" else there).iloc[0])[:80] if len(there) else ""
            each = pd.Series(tag_rows(there)[1], dtype="str") if role == "tags" else there
            rows.append((column, role, missing, missing / max(len(s), 1), _different(each), example))
    return pd.DataFrame(rows, columns=["column", "role", "missing", "missing_share", "distinct", "example"])


def _different(values: pd.Series) -> int:
    """How many different values there are. Texts are told apart by their hashes: a million take 8 MB, not 100."""
    if not isinstance(values.dtype, pd.StringDtype):
        return int(values.nunique())
    hashes = np.empty(len(values), np.int64)
    for at in range(0, len(values), _PART):
        part = values.iloc[at : at + _PART].to_numpy(object)
        hashes[at : at + len(part)] = np.fromiter(map(hash, part), np.int64, len(part))
    hashes.sort()
    return int((hashes[1:] != hashes[:-1]).sum()) + (len(hashes) > 0)
