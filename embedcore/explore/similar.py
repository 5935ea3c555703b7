"""Similar products, each with its reason."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from embedcore.data import Dataset, Embedding
from embedcore.explore.suggestion import ALIKE, TOGETHER, Recommendation, in_common
from embedcore.explore.together import Together
from embedcore.neighbours import Graph, nearest

# Chosen by hand.
_WIDE = 60  # neighbours among which rarely bought ones are ranked lower
_CHANCE = 5  # purchases below which a vector is mostly chance


def similar_products(
    dataset: Dataset,
    embedding: Embedding,
    graph: Graph | None,
    item: int,
    k: int = 10,
    *,
    together: Together | None = None,
    from_baskets: bool = False,
) -> list[Recommendation]:
    """The k products most like `item` (position in Dataset.items), best first, with the evidence for each.

    graph: neighbours of the embedding, None: they are searched. from_baskets: the vectors were learned from purchases;
    see `closest`. A product without a vector gets what it was bought with, and the source says so; [] when nothing is
    known about it.

    >>> import pandas as pd
    >>> lines = pd.DataFrame({"basket": ["1", "1", "2"], "item": ["lamp", "tea", "tea"]})
    >>> shop = Dataset.build("shop", None, lines)
    >>> vectors = Embedding("product", shop.items, np.array([[1, 0], [1, 1]], np.float32))
    >>> [(r.id, r.reason) for r in similar_products(shop, vectors, None, 0)]
    [('tea', 'in 1 basket together')]
    """
    together = together or (Together.of(dataset) if dataset.baskets is not None else None)
    row = embedding.row_of.get(str(dataset.items[item]))
    if row is None:
        return _bought_with(dataset, together, item, k) if together is not None else []
    found, scores = closest(dataset, embedding, graph, row, k, from_baskets=from_baskets)
    shared = together.shared([item], found)[0] if together is not None else np.zeros(len(found), np.int64)
    out = []
    for other, score, times in zip(found.tolist(), scores.tolist(), shared.tolist(), strict=True):
        facts = in_common(dataset, item, other)
        if together is not None and times:
            facts.append(together.evidence(item, other, times))
        reason = "; ".join(facts) or "close in this embedding; nothing else in common"
        out.append(Recommendation.of(dataset, other, score, reason, ALIKE))
    return out


def closest(
    dataset: Dataset, embedding: Embedding, graph: Graph | None, row: int, k: int, *, from_baskets: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """(items, cosine similarities) of the k products nearest to a row of the embedding, best first.

    from_baskets: a vector of a product bought two or three times is mostly chance, so the nearest neighbours are
    ordered by cosine times n / (n + 5), n baskets.

    >>> import pandas as pd
    >>> shop = Dataset.build("shop", None, pd.DataFrame({"basket": ["1"] * 3, "item": ["lamp", "mug", "tea"]}))
    >>> vectors = Embedding("product", shop.items, np.array([[1, 0], [0, 1], [0, 1]], np.float32))
    >>> closest(shop, vectors, None, 1, k=1)[0].tolist()
    [2]
    """
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
    """k products nearest to the mean of these items (positions in Dataset.items), best first, without the items
    themselves; for datasets without baskets. [] when none of the items has a vector.

    >>> import pandas as pd
    >>> shop = Dataset.build("shop", None, pd.DataFrame({"basket": ["1"] * 3, "item": ["lamp", "mug", "tea"]}))
    >>> vectors = Embedding("product", shop.items, np.array([[1, 0], [0, 1], [0, 1]], np.float32))
    >>> [(r.id, r.reason) for r in like_basket(shop, vectors, [1], k=1)]
    [('tea', 'similar to “mug”')]
    """
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
        reason = "; ".join([f"similar to “{dataset.titles[like]}”", *in_common(dataset, like, item)])
        out.append(Recommendation.of(dataset, item, score, reason, ALIKE))
    return out


def _bought_with(dataset: Dataset, together: Together, item: int, k: int) -> list[Recommendation]:
    scores = together.score([item])
    best = np.argsort(-scores, kind="stable")[:k]
    best = best[scores[best] > 0]
    shared = together.shared([item], best)[0]
    return [
        Recommendation.of(dataset, j, float(scores[j]), together.evidence(item, j, times), TOGETHER)
        for j, times in zip(best.tolist(), shared.tolist(), strict=True)
    ]
