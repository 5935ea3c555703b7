"""What is like a product and what goes with a basket, each with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embedcore.dataset import Dataset
from embedcore.embedding import Embedding
from embedcore.errors import InputError
from embedcore.explore.together import Together
from embedcore.neighbours import Graph, nearest

_WIDE = 60  # neighbours among which rarely bought ones step back
_CHANCE = 5  # purchases below which a vector is mostly chance
TOGETHER, ALIKE, POPULAR = "bought together", "alike", "popular"


@dataclass(frozen=True)
class Recommendation:
    """A product we suggest. item: its position in Dataset.items. score: higher is better, to be compared only with
    the same source in the same list. reason: plain words with the evidence. source: which signal spoke: TOGETHER,
    ALIKE (near in the embedding) or POPULAR (nothing better is known)."""

    item: int
    id: str
    title: str
    score: float
    reason: str
    source: str


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

    from_baskets: the vectors were learned from purchases. A vector of a product bought two or three times is mostly
    chance, so the nearest neighbours are then ordered by cosine times n / (n + 5), n baskets; the score shown stays
    the cosine.

    A product without a vector gets what it was bought with, and the source says so; [] when nothing is known of it.
    """
    together = together or (Together.of(dataset) if dataset.baskets is not None else None)
    row = embedding.row_of.get(str(dataset.items[item]))
    if row is None:
        return _bought_with(dataset, together, [item], k) if together is not None else []
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
    shared = together.shared([item], found)[0] if together is not None else np.zeros(len(found), np.int64)
    out = []
    for other, score, times in zip(found.tolist(), scores.tolist(), shared.tolist(), strict=True):
        says = [*alike(dataset, item, other)]
        if together is not None and times:
            says.append(together.evidence(item, other, times))
        if not says:
            says.append("close in this embedding; nothing else in common")
        out.append(_recommendation(dataset, other, score, "; ".join(says), ALIKE))
    return out


def for_basket(
    dataset: Dataset,
    items: Sequence[int],
    k: int = 10,
    embedding: Embedding | None = None,
    together: Together | None = None,
) -> list[Recommendation]:
    """k products that go with a basket of these items (positions in Dataset.items), best first, none of them in it.

    What was bought together speaks first. Places that are left are filled with products that are alike (when an
    embedding is given), then with popular ones; each says which it is.
    """
    basket = list(dict.fromkeys(int(i) for i in items))
    if not basket:
        raise InputError("The basket is empty.", "Pick at least one product.")
    if not all(0 <= i < len(dataset) for i in basket):
        raise InputError("The basket holds a product that this dataset does not have.")
    together = together or (Together.of(dataset) if dataset.baskets is not None else None)
    out = _bought_with(dataset, together, basket, k) if together is not None else []
    if len(out) < k and embedding is not None:
        out += _alike_to(dataset, embedding, basket, k - len(out), {r.item for r in out})
    if len(out) < k and together is not None:
        out += _popular(dataset, basket, k - len(out), {r.item for r in out})
    return out


def alike(dataset: Dataset, a: int, b: int) -> list[str]:
    """What two products have in common, in plain words: up to two categories (the finest first), the brand, and how
    far apart their prices are."""
    if dataset.catalogue is None or max(a, b) >= dataset.n_catalogue:
        return []
    frame, says = dataset.catalogue.frame, []
    for column in [*finest_first(dataset), *dataset.columns("brand")]:
        x, y = frame[column].iat[a], frame[column].iat[b]
        if isinstance(x, str) and x == y:
            says.append(f"same {_label(column)}: {x}")
    brands = len(dataset.columns("brand"))
    says = says[:2] + [s for s in says[2:] if brands and s.startswith(f"same {_label(dataset.columns('brand')[0])}:")]
    for column in dataset.columns("price")[:1]:
        x, y = frame[column].to_numpy(np.float64)[[a, b]].tolist()
        if x > 0 and y > 0:
            change = 100 * (y - x) / x
            if abs(change) < 1.5:
                says.append("about the same price")
            elif abs(change) <= 100:
                says.append(f"{abs(change):.0f} % {'dearer' if change > 0 else 'cheaper'}")
    return says


def finest_first(dataset: Dataset) -> list[str]:
    """The category columns, the one with the most different values first."""
    if dataset.catalogue is None:
        return []
    known: list[str] | None = dataset.__dict__.get("_finest_first")
    if known is None:  # counting takes 20 ms on 92,000 rows, too long for every suggestion
        frame = dataset.catalogue.frame
        values = {c: len(frame[c].unique()) for c in dataset.columns("category")}
        known = sorted(values, key=lambda c: -values[c])
        dataset.__dict__["_finest_first"] = known
    return known


def _label(column: str) -> str:
    return column.replace("_", " ").strip().lower()


def _bought_with(dataset: Dataset, together: Together, basket: list[int], k: int) -> list[Recommendation]:
    scores = together.score(basket)
    top = np.argpartition(-scores, min(k, len(scores) - 1))[: k + 1]
    top = top[np.lexsort((top, -scores[top]))][:k]
    top = top[scores[top] > 0]
    shared = together.shared(basket, top)
    # Each suggestion is explained by the product of the basket that speaks most for it.
    strength = shared / (together.counts[basket][:, None] ** 0.7 * together.counts[top][None, :] ** 0.3 + 5)
    out = []
    for n, j in enumerate(top.tolist()):
        best = int(strength[:, n].argmax())
        i, others = basket[best], int((shared[:, n] > 0).sum()) - 1
        reason = together.evidence(i, j, int(shared[best, n]))
        if len(basket) > 1:
            reason = f"with “{dataset.titles[i]}” {reason}"
            if others > 0:
                reason += f"; also bought with {others} more of these"
        out.append(_recommendation(dataset, j, float(scores[j]), reason, TOGETHER))
    return out


def _alike_to(
    dataset: Dataset, embedding: Embedding, basket: list[int], k: int, taken: set[int]
) -> list[Recommendation]:
    rows = {i: embedding.row_of.get(str(dataset.items[i])) for i in (*basket, *taken)}
    known = {i: r for i, r in rows.items() if r is not None}
    mine = [known[i] for i in basket if i in known]
    if not mine:
        return []
    found, scores = nearest(embedding, embedding.unit[mine].mean(0), k, list(known.values()))
    anchors = [i for i in basket if i in known]
    out = []
    for row, score in zip(found[0].tolist(), scores[0].tolist(), strict=True):
        item = dataset.index[str(embedding.ids[row])]
        like = anchors[int((embedding.unit[mine] @ embedding.unit[row]).argmax())]
        says = "; ".join([f"like “{dataset.titles[like]}”", *alike(dataset, like, item)])
        out.append(_recommendation(dataset, item, score, says, ALIKE))
    return out


def _popular(dataset: Dataset, basket: list[int], k: int, taken: set[int]) -> list[Recommendation]:
    order = np.argsort(-dataset.counts, kind="stable")[: k + len(basket) + len(taken)]
    left = [i for i in order.tolist() if i not in taken and i not in basket and dataset.counts[i] > 0][:k]
    counts = dataset.counts.tolist()
    says = "often bought: in {:,} baskets"
    return [_recommendation(dataset, i, counts[i], says.format(counts[i]), POPULAR) for i in left]


def _recommendation(dataset: Dataset, item: int, score: float, reason: str, source: str) -> Recommendation:
    return Recommendation(item, str(dataset.items[item]), str(dataset.titles[item]), score, reason, source)
