"""A point of the map: its colour and its hover card. Pure."""

from __future__ import annotations

import numpy as np
import pandas as pd

from embedcore import Dataset
from embedcore.data import commonest_tags
from embedcore.explore import Clusters, finest_first
from pages.ui import cards, services
from pages.ui.map.paint import NUMBERS, Paint, by_cluster, by_names, by_number

_TIPS = 2  # category columns on the card


def card(
    dataset: Dataset, at: np.ndarray, clusters: Clusters | None, colour: str
) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """The lines of the hover card: (column -> a text per row, column -> its label)."""
    more: dict[str, np.ndarray] = {}
    tips: dict[str, str] = {}

    def line(key: str, title: str, values: np.ndarray) -> None:
        more[key], tips[key] = values, title

    if clusters is not None:
        line("g", "group", np.array([*clusters.names, "none"], dtype=object)[clusters.labels])
    if dataset.catalogue is not None:
        categories = [_written(dataset, at, c) for c in reversed(finest_first(dataset)[:_TIPS])]
        if categories:
            joined = [" › ".join(dict.fromkeys(c for c in row if c)) or "–" for row in zip(*categories)]
            line("k", "category", np.array(joined, dtype=object))
        shown = [*dataset.columns("brand")[:1], *dataset.columns("price")[:1]]
        if colour in dataset.catalogue.roles and colour not in (*shown, *finest_first(dataset)[:_TIPS]):
            shown.append(colour)
        for n, column in enumerate(shown):
            texts = [t or "–" for t in _written(dataset, at, column)]
            line(f"c{n}", column.replace("_", " "), np.array(texts, dtype=object))
    if dataset.baskets is not None:
        texts = [f"in {n:,} basket{'' if n == 1 else 's'}" for n in dataset.counts[at].tolist()]
        line("b", "bought", np.array(texts, dtype=object))
    return more, tips


def _written(dataset: Dataset, at: np.ndarray, column: str) -> list[str]:
    """A catalogue column as texts, "" where it is missing."""
    role, values = services.catalogue(dataset).roles[column], dataset.column(column).iloc[at]
    return [cards.written(v, role) if known else "" for v, known in zip(values.tolist(), values.notna().tolist())]


def paint(dataset: Dataset, at: np.ndarray, clusters: Clusters | None, colour: str) -> Paint:
    """Colours of the points: by cluster if clusters are given, by a column, or by the number of baskets."""
    if clusters is not None:
        return by_cluster(clusters)
    if dataset.catalogue is None or colour not in dataset.catalogue.roles:
        return by_number("baskets", pd.Series(dataset.counts[at]))
    values, role = dataset.column(colour).iloc[at], dataset.catalogue.roles[colour]
    if role in NUMBERS:
        return by_number(colour, values, money=role == "price")
    if role == "tags":  # a point has one colour
        return by_names(colour, commonest_tags(values))
    return by_names(colour, values)
