"""What is like a product, each with its reason."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from embedcore.data import Dataset, Embedding
from embedcore.explore.suggestion import ALIKE, TOGETHER, Recommendation, in_common
from embedcore.explore.together import Together
from embedcore.neighbours import Graph, nearest

_WIDE = 60  # neighbours among which rarely bought ones step back
_CHANCE = 5  # purchases below which a vector is mostly chance


def similar_products(
    dataset: Dataset,
    embedding: Embedding,
    graph: Graph | None,
    item: int,
    k: int = 10,
    together: Together | None = None,
    from_baskets: bool = False,
) -> list[Recommendation]:
    """The k products most like `item` (position in Dataset.items), best first, with the evidence for each.

    from_baskets: the vectors were learned from purchases; see closest. A product without a vector gets what it was
    bought with, and the source says so; [] when nothing is known of it.
    """
    together = together or (Together.of(dataset) if dataset.baskets is not None else None)
    row = embedding.row_of.get(str(dataset.items[item]))
    if row is None:
        return _bought_with(dataset, together, item, k) if together is not None else []
    found, scores = closest(dataset, embedding, graph, row, k, from_baskets)
    shared = together.shared([item], found)[0] if together is not None else np.zeros(len(found), np.int64)
    out = []
    for other, score, times in zip(found.tolist(), scores.tolist(), shared.tolist(), strict=True):
        says = [*in_common(dataset, item, other)]
        if together is not None and times:
            says.append(together.evidence(item, other, times))
        if not says:
            says.append("close in this result; nothing else in common")
        out.append(Recommendation.of(dataset, other, score, "; ".join(says), ALIKE))
    return out


def closest(
    dataset: Dataset, embedding: Embedding, graph: Graph | None, row: int, k: int, from_baskets: bool
) -> tuple[np.ndarray, np.ndarray]:
    """(items, cosine similarities) of the k products nearest to a row of the embedding, best first.

    from_baskets: a vector of a product bought two or three times is mostly chance, so the nearest neighbours are
    ordered by cosine times n / (n + 5), n baskets."""
    wide = max(k, _WIDE) if from_baskets else k
    if graph is not None and graph.k >= wide:
        rows, scores = (a[:wide] for a in graph.of(row))
    else:
        rows, scores = (a[0] for a in nearest(embedding, embedding.unit[row], wide, (row,)))
    found = dataset.positions(embedding.ids[rows])
    if from_baskets:
        bought = dataset.counts[found]
        best = np.argsort(-scores * bought / (bought + _CHANCE), kind="stable")[:k]
        found, scores = found[best], scores[best]
    return found, scores


def like_basket(dataset: Dataset, embedding: Embedding, items: Sequence[int], k: int = 10) -> list[Recommendation]:
    """k products nearest to the mean of these items (positions in Dataset.items), best first, none of them in it, for
    datasets without baskets; [] when none of the items has a vector."""
    rows = {int(i): embedding.row_of.get(str(dataset.items[i])) for i in items}
    known = {i: row for i, row in rows.items() if row is not None}
    if not known:
        return []
    unit = embedding.unit[list(known.values())]
    found, scores = nearest(embedding, unit.mean(0), k, list(known.values()))
    out = []
    for row, score in zip(found[0].tolist(), scores[0].tolist(), strict=True):
        item = dataset.index[str(embedding.ids[row])]
        like = list(known)[int((unit @ embedding.unit[row]).argmax())]
        says = "; ".join([f"like “{dataset.titles[like]}”", *in_common(dataset, like, item)])
        out.append(Recommendation.of(dataset, item, score, says, ALIKE))
    return out


def _bought_with(dataset: Dataset, together: Together, item: int, k: int) -> list[Recommendation]:
    scores = together.score([item])
    top = np.argsort(-scores, kind="stable")[:k]
    top = top[scores[top] > 0]
    shared = together.shared([item], top)[0]
    return [
        Recommendation.of(dataset, j, float(scores[j]), together.evidence(item, j, times), TOGETHER)
        for j, times in zip(top.tolist(), shared.tolist(), strict=True)
    ]
