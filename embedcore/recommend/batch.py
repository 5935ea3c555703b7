"""Many queries at once: lists for all products, baskets or customers, block by block and never all in memory.

>>> import pandas as pd
>>> from embedcore.recommend.model import fit
>>> shop = Dataset.build("shop", None, pd.DataFrame({"basket": [*"112233"], "item": ["jam", "tea"] * 3}))
>>> [(query, [r.id for r in found]) for query, found in baskets(shop, fit(shop), {"q1": np.array([0])}, k=5)]
[('q1', ['tea'])]
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from embedcore.data import Dataset, Embedding
from embedcore.explore import POPULAR, Recommendation
from embedcore.progress import Progress, silent
from embedcore.recommend import baskets as for_baskets
from embedcore.recommend import mix, reasons
from embedcore.recommend.baskets import top
from embedcore.recommend.customers import why_new
from embedcore.recommend.people import People
from embedcore.recommend.purchases import HistoriesByQuery
from embedcore.recommend.recommender import Recommender
from embedcore.recommend.relations import complements, nearest_instead, substitutes

CELLS = 6_000_000  # scores of one signal in memory: 24 MB
_REPORT = 50  # queries between two reports of progress
Answer = tuple[str, list[Recommendation]]
_Score = Callable[[np.ndarray], np.ndarray]


def baskets(
    dataset: Dataset, model: Recommender, queries: Mapping[str, np.ndarray], k: int, progress: Progress = silent
) -> Iterator[Answer]:
    """(query, its k best products that are not in it). queries: query -> item positions; [] gets popular products."""
    for names in _blocks(list(queries), len(model), progress):
        lists = [np.unique(queries[name]) for name in names]
        scores, parts = mix.completion(model, lists)
        scores[:, model.counts == 0] = -np.inf
        for n, name in enumerate(names):
            found = top(scores[n], k)
            added = {signal: values[n] for signal, values in parts.items()}
            if len(lists[n]):
                yield name, for_baskets.explain(dataset, model, lists[n], found, scores[n], parts=added)
            else:
                yield name, popular(dataset, model, found)


def customers(
    dataset: Dataset,
    model: Recommender,
    queries: Mapping[str, Sequence[np.ndarray]],
    k: int,
    *,
    new_only: bool = False,
    people: People | None = None,
    progress: Progress = silent,
) -> Iterator[Answer]:
    """(query, the k products its customer most likely buys next). queries: query -> baskets, oldest first; without
    any, popular products. HistoriesByQuery knows who each customer is, so that nobody counts as their own neighbour
    among `people`. new_only: nothing they bought before."""
    numbers = queries.numbers if isinstance(queries, HistoriesByQuery) else {}
    for names in _blocks(list(queries), len(model), progress):
        lists = [queries[name] for name in names]
        exclude = np.array([numbers.get(name, -1) for name in names])
        found = mix.next_baskets(model, lists, people, exclude)
        scores = found.new if new_only else found.any
        scores[:, model.counts == 0] = -np.inf
        for n, name in enumerate(names):
            best = top(scores[n], k)
            yield name, _explained(dataset, model, lists[n], best, scores[n], found=found, n=n)


def products(
    dataset: Dataset,
    model: Recommender,
    queries: Mapping[str, int],
    k: int,
    relation: str = "complements",
    progress: Progress = silent,
) -> Iterator[Answer]:
    """(query, products that go with it, or that can replace it: relation "complements" or "substitutes").

    queries: query -> item position; -1, none that is known: popular products. Complements are filled up with what
    completes a basket of the product alone, substitutes with what comes nearest; the reasons say so."""
    for n, (name, item) in enumerate(queries.items()):
        if n % _REPORT == 0:
            progress(n, len(queries), note="Products")
        if item < 0:
            yield from baskets(dataset, model, {name: np.empty(0, np.int64)}, k)
            continue
        if relation == "substitutes":
            related = substitutes(dataset, model, item, k)
            have = sorted(r.item for r in related)
            related += nearest_instead(dataset, model, item, k - len(related), have) if len(related) < k else []
        else:
            related = complements(dataset, item, k)
            have = sorted(r.item for r in related)
        found = [Recommendation(r.item, r.id, r.title, r.score, r.reason, relation) for r in related]
        if len(found) < k:
            least = found[-1].score if found else np.inf  # what fills up comes after what was wanted
            more = for_baskets.for_basket(dataset, model, [item], k, exclude=have)
            found += [replace(r, score=min(r.score, least)) for r in more if r.item not in {f.item for f in found}]
        yield name, found[:k]


def from_embedding(
    dataset: Dataset,
    product: Embedding,
    score: _Score,
    queries: Mapping[str, np.ndarray],
    k: int,
    *,
    exclude: Mapping[str, np.ndarray] | None = None,
    progress: Progress = silent,
) -> Iterator[Answer]:
    """Lists from a trained embedding alone. score: rows of `product` -> (v,) score of every row. queries: query ->
    item positions, repeats counting. exclude: query -> positions that are left out (None: those of the query)."""
    row = np.full(len(dataset), -1, np.int64)
    positions = dataset.positions(product.ids)
    row[positions] = np.arange(len(positions))
    counts = dataset.counts
    fallback = (counts / max(float(counts.max(initial=0)), 1.0) * 1e-6).astype(np.float32)
    for n, (name, items) in enumerate(queries.items()):
        rows = row[items][row[items] >= 0]
        scores = fallback.copy()
        if len(rows):
            near = score(rows)
            scores += near.min() - 1  # what has no vector comes last
            scores[positions] = near
        scores[items if exclude is None else exclude[name]] = -np.inf
        scores[counts == 0] = -np.inf
        best = top(scores, k)
        whys = _nearest(dataset, product, items[row[items] >= 0], rows, row[best])
        yield (
            name,
            [Recommendation.of(dataset, i, float(scores[i]), *why) for i, why in zip(best.tolist(), whys, strict=True)],
        )
        if n % _REPORT == 0:
            progress(n, len(queries), note="Queries")


def _nearest(
    dataset: Dataset, product: Embedding, items: np.ndarray, rows: np.ndarray, found: np.ndarray
) -> list[tuple[str, str]]:
    """(reason, source) of found rows of `product` (-1: no vector): which of the query's items each is nearest to.
    rows: those of the items."""
    if not len(rows):
        return [("often bought", POPULAR)] * len(found)
    near = product.unit[np.maximum(found, 0)] @ product.unit[rows].T
    return [
        (f"bought with the same products as “{dataset.titles[items[best]]}”", "embedding")
        if n >= 0 and alike > 0
        else ("often bought", POPULAR)
        for n, best, alike in zip(found.tolist(), near.argmax(axis=1).tolist(), near.max(axis=1).tolist(), strict=True)
    ]


def popular(dataset: Dataset, model: Recommender, found: np.ndarray) -> list[Recommendation]:
    """The found items, each with how often it is bought."""
    return [
        Recommendation.of(dataset, i, float(model.counts[i]), reasons.popular(model, i), POPULAR)
        for i in found.tolist()
    ]


def _explained(
    dataset: Dataset,
    model: Recommender,
    history: Sequence[np.ndarray],
    best: np.ndarray,
    scores: np.ndarray,
    *,
    found: mix.Next,
    n: int,
) -> list[Recommendation]:
    """Repeats with their rhythm, new products with their strongest signal. n: the row of `found`."""
    if not len(history):
        return popular(dataset, model, best)
    due: dict[int, str] = {}
    if found.bought is not None:
        start, stop = np.searchsorted(found.bought.row, [n, n + 1]).tolist()
        before = {int(found.bought.item[m]): m for m in range(start, stop)}
        due = {i: reasons.due(found.bought, before[i]) for i in best.tolist() if i in before}
    new = np.array([i for i in best.tolist() if i not in due], np.int64)
    parts = {name: part[n] for name, part in found.parts.items()}
    unknown = {r.item: r for r in why_new(dataset, model, history, new, scores, parts=parts)} if len(new) else {}
    return [
        unknown[i] if i in unknown else Recommendation.of(dataset, i, float(scores[i]), due[i], reasons.REPEAT)
        for i in best.tolist()
    ]


def _blocks(names: list[str], width: int, progress: Progress) -> Iterator[list[str]]:
    step = max(1, min(256, CELLS // max(width, 1)))
    for start in range(0, len(names), step):
        progress(start, len(names), note="Recommending")
        yield names[start : start + step]
    progress(len(names), len(names), note="Recommending")
