"""A product that is suggested, and the evidence for it: what two products have in common, in plain words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedcore.data import Dataset, split_tags
from embedcore.explore.recent import Recent

TOGETHER, ALIKE, POPULAR = "bought together", "alike", "popular"


@dataclass(frozen=True)
class Recommendation:
    """item: its position in Dataset.items. score: higher is better, to be compared only with the same source in the
    same list. reason: plain words with the evidence. source: the signal behind it: TOGETHER, ALIKE (near in the
    embedding), POPULAR (nothing better is known), or one of embedcore.recommend.reasons.

    >>> Recommendation(0, "p1", "Green tea", 0.9, "in 12 baskets together", TOGETHER).title
    'Green tea'
    """

    item: int
    id: str
    title: str
    score: float
    reason: str
    source: str

    @classmethod
    def of(cls, dataset: Dataset, item: int, score: float, reason: str, source: str) -> Recommendation:
        """With the id and title of the item at this position."""
        return cls(item, str(dataset.items[item]), str(dataset.titles[item]), score, reason, source)


def in_common(dataset: Dataset, a: int, b: int) -> list[str]:
    """What two products have in common, in plain words: up to two categories (the finest first), the brand, and how
    far apart their prices are. a, b: positions in Dataset.items; [] for products without a catalogue row.

    >>> import pandas as pd
    >>> from embedcore import Catalogue
    >>> table = pd.DataFrame({"id": ["a", "b"], "type": ["tea", "tea"], "price": [4.0, 5.0]})
    >>> in_common(Dataset.build("shop", Catalogue(table, {"id": "id", "type": "category", "price": "price"})), 0, 1)
    ['same type: tea', '25 % more expensive']
    """
    if dataset.catalogue is None or max(a, b) >= dataset.n_catalogue:
        return []
    frame, facts = dataset.catalogue.frame, []
    for column in [*finest_first(dataset), *dataset.columns("brand")]:
        x, y = frame[column].iat[a], frame[column].iat[b]
        if isinstance(x, str) and x == y:
            facts.append(f"same {_label(column)}: {x}")
    for column in dataset.columns("tags"):
        theirs = set(split_tags(frame[column].iat[b]))
        if both := [v for v in split_tags(frame[column].iat[a]) if v in theirs]:
            facts.append(f"same {_label(column)}: {', '.join(both[:3])}")
    brands = len(dataset.columns("brand"))
    facts = facts[:2] + [
        s for s in facts[2:] if brands and s.startswith(f"same {_label(dataset.columns('brand')[0])}:")
    ]
    for column in dataset.columns("price")[:1]:
        x, y = frame[column].to_numpy(np.float64)[[a, b]].tolist()
        if x > 0 and y > 0:
            change = 100 * (y - x) / x
            if abs(change) < 1.5:
                facts.append("about the same price")
            elif abs(change) <= 100:
                facts.append(f"{abs(change):.0f} % {'more expensive' if change > 0 else 'cheaper'}")
    return facts


def finest_first(dataset: Dataset) -> list[str]:
    """The category columns, the one with the most different values first.

    >>> import pandas as pd
    >>> from embedcore import Catalogue
    >>> table = pd.DataFrame({"id": ["a", "b"], "aisle": ["drinks"] * 2, "type": ["tea", "milk"]})
    >>> roles = {"id": "id", "aisle": "category", "type": "category"}
    >>> finest_first(Dataset.build("shop", Catalogue(table, roles)))
    ['type', 'aisle']
    """
    if dataset.catalogue is None:
        return []
    # Counting takes 20 ms on 92,000 rows, too long for every suggestion.
    return _recent.get(dataset.hash, lambda: _by_values(dataset))


def _by_values(dataset: Dataset) -> list[str]:
    values = {c: len(dataset.column(c).unique()) for c in dataset.columns("category")}
    return sorted(values, key=lambda c: -values[c])


def _label(column: str) -> str:
    return column.replace("_", " ").strip().lower()


_recent: Recent[list[str]] = Recent(4)
