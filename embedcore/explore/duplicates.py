"""Products that look alike, as pairs and as groups, in the light of people's verdicts on them.

>>> band(0.95), band(0.2)
('near-duplicate', 'different')
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from embedcore.data import Dataset, Embedding, split_tags
from embedcore.explore.linkage import Linkage
from embedcore.neighbours import Graph

# (above, name, what it means); chosen by hand
BANDS: tuple[tuple[float, str, str], ...] = (
    (0.9, "near-duplicate", "almost the same in this embedding; check whether it is one product listed twice"),
    (0.7, "related", "the same type of product"),
    (0.5, "somewhat", "some things in common"),
    (-1.0, "different", "little in common"),
)

_EQUAL = 0.9999  # cosine from which vectors are taken for equal: their group is not compared pair by pair


def band(score: float) -> str:
    """The plain word for a cosine similarity.

    >>> band(0.8)
    'related'
    """
    return next(name for above, name, _ in BANDS if score > above or above == -1.0)


@dataclass(frozen=True)
class Group:
    """Products that belong together. items: positions in Dataset.items, ascending. score: the weakest similarity
    among its pairs (1 when only verdicts hold it together). pairs: (item, item, score), best first.

    >>> Group((0, 3), 0.97, ((0, 3, 0.97),)).items
    (0, 3)
    """

    items: tuple[int, ...]
    score: float
    pairs: tuple[tuple[int, int, float], ...]


def pairs(
    dataset: Dataset, embedding: Embedding, graph: Graph, threshold: float = 0.9, limit: int = 5000
) -> pd.DataFrame:
    """Pairs of products whose cosine similarity is at least `threshold`, best first, at most `limit`.

    Columns item_a, item_b (positions), id_a, id_b, title_a, title_b, score, band. `.attrs["found"]` is how many
    pairs the neighbour lists hold at this threshold, `.attrs["complete"]` whether that is all there are (a product
    with more such neighbours than its list is long leaves some out).

    >>> from embedcore.neighbours import build
    >>> shop = Dataset.build("shop", None, pd.DataFrame({"basket": ["1"] * 3, "item": ["tea", "tea XL", "soap"]}))
    >>> vectors = Embedding("product", shop.items, np.array([[1, 0], [0, 1], [0.1, 1]], np.float32))
    >>> found = pairs(shop, vectors, build(vectors.vectors, 2), 0.9)
    >>> found[["id_a", "id_b", "band"]].values.tolist()
    [['tea', 'tea XL', 'near-duplicate']]
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
    out.attrs["threshold"] = float(threshold)
    full = (graph.ids[:, -1] >= 0) & (graph.scores[:, -1] >= threshold)
    out.attrs["complete"] = graph.exact and not full.any()
    return out


def groups(
    pairs: pd.DataFrame,
    verdicts: pd.DataFrame | None = None,
    dataset: Dataset | None = None,
    embedding: Embedding | None = None,
) -> list[Group]:
    """Pairs -> groups of two and more, the surest first.

    Groups grow by average linkage (Sokal and Michener 1958): two of them become one only when their products are, on
    average over all pairs between them, as alike as the weakest pair of the table. So one wrong pair cannot chain two
    groups together.
    pairs: as `pairs` returns them. verdicts: columns id_a, id_b, verdict: a "different" pair is never in one group, a
    "same" pair always is (unless other verdicts contradict it: then "different" wins). dataset: needed for "same"
    verdicts on products that are not in `pairs`. embedding: makes the averages exact; without it a pair that is not
    in the table counts as 0, which splits groups larger than the neighbour lists.

    >>> table = pd.DataFrame({"id_a": ["a"], "id_b": ["b"], "item_a": [0], "item_b": [1], "score": [0.95]})
    >>> [group.items for group in groups(table)]
    [(0, 1)]
    """
    item_of = dict(zip(pairs["id_a"], pairs["item_a"], strict=True))
    item_of.update(zip(pairs["id_b"], pairs["item_b"], strict=True))
    if dataset is not None:
        item_of = {**dataset.index, **item_of}
    same, different = _judged(item_of, verdicts)
    apart = {frozenset(p) for p in different}
    table = [
        (int(a), int(b), float(s))
        for a, b, s in zip(pairs["item_a"], pairs["item_b"], pairs["score"], strict=True)
        if frozenset((int(a), int(b))) not in apart
    ]
    unit = None
    if embedding is not None:
        unit = {i: embedding.unit[embedding.row_of[str(k)]] for k, i in item_of.items() if str(k) in embedding.row_of}
    link = Linkage(different, unit)
    for a, b in [*same, *((a, b) for a, b, score in table if score >= _EQUAL)]:
        link.join(a, b)
    link.grow(table, min((s for _, _, s in table), default=1.0))
    return _collected(link, table)


def _judged(
    item_of: dict[str, int], verdicts: pd.DataFrame | None
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """(pairs of items judged the same, pairs judged different), those of known products alone."""
    judged: dict[str, list[tuple[int, int]]] = {"same": [], "different": []}
    if verdicts is not None:
        for a, b, verdict in zip(verdicts["id_a"], verdicts["id_b"], verdicts["verdict"], strict=True):
            if a in item_of and b in item_of and verdict in judged:
                judged[verdict].append((int(item_of[a]), int(item_of[b])))
    return judged["same"], judged["different"]


def _collected(link: Linkage, table: list[tuple[int, int, float]]) -> list[Group]:
    """The groups of a finished linkage, each with the pairs of the table inside it."""
    inside: dict[int, list[tuple[int, int, float]]] = {}
    for a, b, score in table:
        if link.find(a) == link.find(b):
            inside.setdefault(link.find(a), []).append((a, b, score))
    out = []
    for root, members in link.members.items():
        if len(members) > 1:
            held = sorted(inside.get(root, []), key=lambda p: (-p[2], p[0], p[1]))
            out.append(Group(tuple(sorted(members)), min((p[2] for p in held), default=1.0), tuple(held)))
    return sorted(out, key=lambda g: (-g.score, g.items))


def compare(dataset: Dataset, a: int, b: int) -> pd.DataFrame:
    """Two products (positions in Dataset.items) field by field. Columns field, a, b (text, "" where missing) and same
    (bool: equal text). Fields that both lack are left out; products that only baskets know have just their id.

    >>> from embedcore import Catalogue
    >>> table = pd.DataFrame({"id": ["a", "b"], "title": ["Tea", "Tea"]})
    >>> compare(Dataset.build("shop", Catalogue(table, {"id": "id", "title": "title"})), 0, 1).values.tolist()
    [['id', 'a', 'b', False], ['title', 'Tea', 'Tea', True]]
    """
    rows = []
    if dataset.catalogue is not None:
        frame, n = dataset.catalogue.frame, dataset.n_catalogue
        for column, role in dataset.catalogue.roles.items():
            x, y = (_text(frame[column].iat[i]) if i < n else "" for i in (a, b))
            if role == "tags":
                x, y = (", ".join(split_tags(cell)) for cell in (x, y))
            if column == dataset.catalogue.id_column:
                x, y = str(dataset.items[a]), str(dataset.items[b])
            if x or y:
                rows.append((column, x, y, x == y))
    else:
        rows.append(("id", str(dataset.items[a]), str(dataset.items[b]), a == b))
    if dataset.baskets is not None:
        x, y = f"{dataset.counts[a]:,}", f"{dataset.counts[b]:,}"
        rows.append(("in baskets", x, y, x == y))
    return pd.DataFrame(rows, columns=["field", "a", "b", "same"])


def _text(value: Any) -> str:
    if pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp):
        return str(value.date()) if value == value.normalize() else str(value)
    return f"{value:.10g}" if isinstance(value, float) else str(value)
