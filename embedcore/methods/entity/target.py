"""What the network of the entity embeddings learns to predict: a value, an amount, or what is bought along."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from embedcore.data import Dataset
from embedcore.errors import InputError, NeedsError
from embedcore.methods.columns import CATEGORIES, NUMBERS, numeric

TARGETS = (*CATEGORIES, *NUMBERS)
_MOST = 5_000  # values that are predicted, the commonest; chosen by hand
# For the automatic choice, chosen by hand.
_ROWS = (3, 15)  # mean rows a value below which a column is passed by: in small and in large tables
_EVERYWHERE = 0.95  # share of the commonest value above which a column says nothing
_KNOWN = 0.3  # share of the products below which a column is known of too few
_SKEWED = 2.0  # skewness above which amounts are learned on the logarithm


@dataclass(frozen=True)
class Target:
    """kind: "category" (values, most frequent first, and the rows of each), "number" (log: learned as log1p; mean,
    std: after the log; low, high: the range of what was seen; date: days since 1970) or "bought with"."""

    kind: str
    column: str = ""
    values: tuple[str, ...] = ()
    counts: tuple[int, ...] = ()
    log: bool = False
    mean: float = 0.0
    std: float = 1.0
    low: float = 0.0
    high: float = 0.0
    date: bool = False

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Target:
        """From what `plain` gave, after a round trip through JSON."""
        return cls(**{**plain, "values": tuple(plain["values"]), "counts": tuple(plain["counts"])})

    def amounts(self, z: np.ndarray) -> np.ndarray:
        """Standardised predictions -> amounts in the column's unit, never beyond what was seen by more than half its
        range."""
        slack = 0.5 * (self.high - self.low)
        x = z.astype(np.float64) * self.std + self.mean
        x = np.expm1(np.minimum(x, 700.0)) if self.log else x
        floor = max(self.low - slack, 0.0) if self.low >= 0 else self.low - slack
        return np.clip(x, floor, self.high + slack)


def choose(dataset: Dataset, exclude: Collection[str]) -> str:
    """The column to predict when none was chosen: the category with the most values that still has enough products
    for each; else a brand, else a number. NeedsError when there is none."""
    n = dataset.n_catalogue
    enough = float(np.clip(n / 50, *_ROWS))
    for roles in (("category",), ("brand",)):
        best: tuple[int, str] = (0, "")
        for name in dataset.columns(*roles):
            counts = dataset.column(name).dropna().astype(str).value_counts().to_numpy()
            if name in exclude or len(counts) < 2 or counts.sum() < _KNOWN * n:
                continue
            fine = counts.sum() / len(counts) >= enough and counts[0] <= _EVERYWHERE * counts.sum()
            if fine and len(counts) > best[0]:
                best = (len(counts), name)
        if best[1]:
            return best[1]
    for name in dataset.columns("price", "number"):
        x = numeric(dataset.column(name))
        if name not in exclude and np.isfinite(x).sum() > _KNOWN * n and np.nanmin(x) < np.nanmax(x):
            return name
    raise NeedsError(
        "No column of this catalogue can be learned as a target: none has a few values that many products share.",
        "Choose the column to predict yourself, or mark one as category or number on the Data page.",
    )


def of_column(dataset: Dataset, name: str) -> tuple[Target, np.ndarray]:
    """(what to predict, (n,) its cells: codes of values as int64, -1 = missing or too rare to learn; or standardised
    amounts as float64, NaN = missing). InputError when the column has nothing to predict."""
    role = dataset.catalogue.roles.get(name) if dataset.catalogue is not None else None
    if role not in TARGETS:
        raise InputError(
            f"“{name}” cannot be predicted: it is {'no column of this catalogue' if role is None else f'a {role}'}.",
            "Choose a column that is a category, a brand, a price, a number or a date.",
        )
    cells = dataset.column(name)
    return _amounts(name, cells) if role in NUMBERS else _values(name, cells)


def _values(name: str, cells: pd.Series) -> tuple[Target, np.ndarray]:
    text = cells.astype(object).where(cells.notna(), None)
    counts = cells.dropna().astype(str).value_counts()
    order = sorted(zip(-counts.to_numpy(), counts.index, strict=True))
    kept = [(str(v), int(-c)) for c, v in order if -c >= 2][:_MOST]
    if len(order) < 2:
        raise InputError(
            f"“{name}” is {'the same in every product' if order else 'empty'}, so there is nothing to predict.",
            "Choose another column to predict.",
        )
    if len(kept) < 2:
        raise InputError(
            f"“{name}” has hardly a value that two products share, so nothing can be learned from it.",
            "Choose another column to predict.",
        )
    code = {v: k for k, (v, _) in enumerate(kept)}
    y = np.fromiter((-1 if v is None else code.get(str(v), -1) for v in text), np.int64, len(cells))
    return Target("category", name, tuple(v for v, _ in kept), tuple(c for _, c in kept)), y


def _amounts(name: str, cells: pd.Series) -> tuple[Target, np.ndarray]:
    x = numeric(cells)
    some = x[np.isfinite(x)]
    if len(some) < 5 or some.min() == some.max():
        raise InputError(
            f"“{name}” is {'the same everywhere' if len(some) >= 5 else 'known of fewer than five products'}, so there "
            "is nothing to predict.",
            "Choose another column to predict.",
        )
    spread = some.std()
    log = bool(some.min() >= 0 and (((some - some.mean()) / spread) ** 3).mean() > _SKEWED)
    z = np.log1p(x) if log else x
    mean, std = float(np.nanmean(z)), float(max(np.nanstd(z), 1e-9))
    date = pd.api.types.is_datetime64_any_dtype(cells)
    low, high = float(some.min()), float(some.max())
    return Target("number", name, log=log, mean=mean, std=std, low=low, high=high, date=date), (z - mean) / std
