"""Many questions at once: lists for all products, baskets or customers, made block by block and never held together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from embedcore.data import Dataset, Embedding
from embedcore.explore.suggestion import POPULAR, Recommendation
from embedcore.progress import Progress, silent
from embedcore.recommend import baskets as for_baskets
from embedcore.recommend import mix, reasons
from embedcore.recommend.baskets import top
from embedcore.recommend.customers import why_new
from embedcore.recommend.model import Recommender
from embedcore.recommend.people import People
from embedcore.recommend.relations import complements, nearest_instead, substitutes

CELLS = 6_000_000  # scores held at once by one signal: 24 MB
Answer = tuple[str, list[Recommendation]]
_Score = Callable[[np.ndarray], np.ndarray]


def baskets(
    dataset: Dataset, model: Recommender, asked: Mapping[str, np.ndarray], k: int, progress: Progress = silent
) -> Iterator[Answer]:
    """(query, its k best products that are not in it). asked: query -> item positions; none known: popular products."""
    for names in _blocks(list(asked), len(model), progress):
        parts_of = [np.unique(asked[name]) for name in names]
        scores, parts = mix.completion(model, parts_of)
        scores[:, model.counts == 0] = -np.inf
        for n, name in enumerate(names):
            found = top(scores[n], k)
            mine = {part: values[n] for part, values in parts.items()}
            if len(parts_of[n]):
                yield name, for_baskets.explain(dataset, model, parts_of[n], found, scores[n], mine, None)
            else:
                yield name, popular(dataset, model, found)


def customers(
    dataset: Dataset,
    model: Recommender,
    histories: Mapping[str, Sequence[np.ndarray]],
    k: int,
    *,
    new_only: bool = False,
    people: People | None = None,
    numbers: Mapping[str, int] | None = None,
    progress: Progress = silent,
) -> Iterator[Answer]:
    """(query, the k products its customer most likely buys next). histories: query -> baskets, oldest first; without
    any, popular products. new_only: nothing they bought before. numbers: query -> number among `people`."""
    for names in _blocks(list(histories), len(model), progress):
        lists = [histories[name] for name in names]
        but = np.array([(numbers or {}).get(name, -1) for name in names])
        found = mix.next_baskets(model, lists, people, but)
        scores = found.new if new_only else found.any
        scores[:, model.counts == 0] = -np.inf
        for n, name in enumerate(names):
            best = top(scores[n], k)
            yield name, _explained(dataset, model, lists[n], best, scores[n], found, n)


def products(
    dataset: Dataset,
    model: Recommender,
    asked: Mapping[str, int],
    k: int,
    relation: str = "complements",
    progress: Progress = silent,
) -> Iterator[Answer]:
    """(query, products that go with it, or that can replace it: relation "complements" or "substitutes").

    asked: query -> item position; -1, none that is known: popular products. Complements are filled up with what
    completes a basket of the product alone, substitutes with what comes nearest; the reasons say so."""
    for n, (name, item) in enumerate(asked.items()):
        if n % 50 == 0:
            progress(n, len(asked), note="Products")
        if item < 0:
            yield from baskets(dataset, model, {name: np.empty(0, np.int64)}, k)
            continue
        related = (substitutes if relation == "substitutes" else complements)(dataset, model, item, k)
        have = sorted(r.item for r in related)
        if relation == "substitutes":
            related += nearest_instead(dataset, model, item, k - len(related), have) if len(related) < k else []
        found = [Recommendation(r.item, r.id, r.title, r.score, r.reason, relation) for r in related]
        if len(found) < k:
            least = found[-1].score if found else np.inf  # what fills up comes after what was asked for
            more = for_baskets.for_basket(dataset, model, [item], k, exclude=have)
            found += [replace(r, score=min(r.score, least)) for r in more if r.item not in {f.item for f in found}]
        yield name, found[:k]


def from_embedding(
    dataset: Dataset,
    product: Embedding,
    score: _Score,
    asked: Mapping[str, np.ndarray],
    k: int,
    but: Mapping[str, np.ndarray] | None = None,
    progress: Progress = silent,
) -> Iterator[Answer]:
    """The same from a trained embedding alone. score: rows of `product` -> (v,) score of every row. asked: query ->
    item positions, repeats counting. but: query -> positions that are left out (None: those asked)."""
    row = np.full(len(dataset), -1, np.int64)
    positions = dataset.positions(product.ids)
    row[positions] = np.arange(len(positions))
    counts = dataset.counts
    fallback = (counts / max(float(counts.max(initial=0)), 1.0) * 1e-6).astype(np.float32)
    for n, (name, items) in enumerate(asked.items()):
        rows = row[items][row[items] >= 0]
        scores = fallback.copy()
        if len(rows):
            near = score(rows)
            scores += near.min() - 1  # what has no vector comes last
            scores[positions] = near
        scores[items if but is None else but[name]] = -np.inf
        scores[counts == 0] = -np.inf
        best = top(scores, k)
        why = _nearest(dataset, product, items[row[items] >= 0], rows, row[best])
        yield (
            name,
            [
                Recommendation.of(dataset, i, float(scores[i]), *says)
                for i, says in zip(best.tolist(), why, strict=True)
            ],
        )
        if n % 50 == 0:
            progress(n, len(asked), note="Queries")


def _nearest(
    dataset: Dataset, product: Embedding, asked: np.ndarray, rows: np.ndarray, found: np.ndarray
) -> list[tuple[str, str]]:
    """(reason, source) of found rows of `product` (-1: no vector): which of the asked ones each is nearest to. rows:
    those of the asked positions."""
    if not len(rows):
        return [("often bought", POPULAR)] * len(found)
    near = product.unit[np.maximum(found, 0)] @ product.unit[rows].T
    return [
        (f"bought in the same company as “{dataset.titles[asked[best]]}”", "embedding")
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
    found: mix.Next,
    n: int,
) -> list[Recommendation]:
    """Repeats with their rhythm, new products with the signal that spoke."""
    if not len(history):
        return popular(dataset, model, best)
    mine: dict[int, int] = {}
    if found.bought is not None:
        start, stop = np.searchsorted(found.bought.row, [n, n + 1]).tolist()
        mine = {int(found.bought.item[m]): m for m in range(start, stop)}
    new = np.array([i for i in best.tolist() if i not in mine], np.int64)
    parts = {name: part[n] for name, part in found.parts.items()}
    told = {r.item: r for r in why_new(dataset, model, history, new, scores, parts, None)} if len(new) else {}
    return [
        told[i]
        if i in told
        else Recommendation.of(dataset, i, float(scores[i]), reasons.due(found.bought, mine[i]), reasons.REPEAT)  # type: ignore[arg-type]
        for i in best.tolist()
    ]


def _blocks(names: list[str], width: int, progress: Progress) -> Iterator[list[str]]:
    step = max(1, min(256, CELLS // max(width, 1)))
    for start in range(0, len(names), step):
        progress(start, len(names), note="Recommending")
        yield names[start : start + step]
    progress(len(names), len(names), note="Recommending")
