"""Products that look alike, as pairs and as groups, in the light of what people said about them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from embedcore.dataset import Dataset
from embedcore.embedding import Embedding
from embedcore.neighbours import Graph

# (above, name, what it says)
BANDS: tuple[tuple[float, str, str], ...] = (
    (0.9, "near-duplicate", "almost the same to this embedding; look whether it is one product listed twice"),
    (0.7, "related", "the same kind of product"),
    (0.5, "somewhat", "some things in common"),
    (-1.0, "different", "little in common"),
)


def band(score: float) -> str:
    """The plain word for a cosine similarity."""
    return next(name for above, name, _ in BANDS if score > above or above == -1.0)


@dataclass(frozen=True)
class Group:
    """Products that belong together. items: positions in Dataset.items, ascending. score: the weakest similarity
    on which the group rests. pairs: (item, item, score), best first."""

    items: tuple[int, ...]
    score: float
    pairs: tuple[tuple[int, int, float], ...]


def pairs(
    dataset: Dataset, embedding: Embedding, graph: Graph, threshold: float = 0.9, limit: int = 5000
) -> pd.DataFrame:
    """Pairs of products whose cosine similarity is at least `threshold`, best first, at most `limit`.

    Columns item_a, item_b (positions), id_a, id_b, title_a, title_b, score, band. `.attrs["found"]` is how many
    pairs the neighbour lists hold at this threshold, `.attrs["complete"]` whether no list was cut short.
    """
    names = ["item_a", "item_b", "id_a", "id_b", "title_a", "title_b", "score", "band"]
    n, k = graph.ids.shape
    source = np.repeat(np.arange(n), k)
    target, score = graph.ids.ravel().astype(np.int64), graph.scores.ravel()
    ok = (target >= 0) & (score >= threshold)
    a, b, s = np.minimum(source, target)[ok], np.maximum(source, target)[ok], score[ok]
    _, first = np.unique(a * n + b, return_index=True)
    a, b, s = a[first], b[first], s[first]
    order = np.lexsort((b, a, -np.round(s, 6)))[:limit]
    items = dataset.positions(embedding.ids)
    ia, ib = items[a[order]], items[b[order]]
    out = pd.DataFrame(
        {
            "item_a": ia,
            "item_b": ib,
            "id_a": dataset.items[ia],
            "id_b": dataset.items[ib],
            "title_a": dataset.titles[ia],
            "title_b": dataset.titles[ib],
            "score": s[order].astype(float),
            "band": [band(float(v)) for v in s[order]],
        },
        columns=names,
    )
    out.attrs["found"] = len(a)
    out.attrs["complete"] = not bool((graph.scores[:, -1] >= threshold).any())
    return out


def groups(pairs: pd.DataFrame, verdicts: pd.DataFrame | None = None) -> list[Group]:
    """Pairs -> groups, the largest score first. pairs: as `pairs` returns them. verdicts: columns id_a, id_b, verdict
    ("same" or "different"): a "different" pair is never in one group, a "same" pair always is."""
    return []


def compare(dataset: Dataset, a: int, b: int) -> pd.DataFrame:
    """Two products field by field. Columns field, a, b (text, "" where missing) and same (bool)."""
    rows = []
    for column in dataset.catalogue.roles if dataset.catalogue is not None else ():
        values = dataset.column(column)
        x, y = ("" if pd.isna(v) else str(v) for v in (values.iloc[a], values.iloc[b]))
        if x or y:
            rows.append((column, x, y, x == y))
    return pd.DataFrame(rows, columns=["field", "a", "b", "same"])
