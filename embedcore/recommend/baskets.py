"""What goes with a basket."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embedcore.data import Dataset
from embedcore.errors import InputError
from embedcore.explore import POPULAR, TOGETHER, Recommendation, Together, finest_first
from embedcore.recommend import mix, reasons
from embedcore.recommend.recommender import Recommender
from embedcore.vectors import unit_rows

_WIDE = 5  # times k: among so many a varied list is chosen; chosen by hand


@dataclass(frozen=True)
class ListOptions:
    """How a list is ordered and explained.

    diversity: 0 (the best products) to 1 (as different from each other as possible). popularity: -1 (rare products
    first among those that fit) to 1 (popular ones first); 0 leaves the order alone. together: counts for the evidence
    (Together.of(dataset)); without it reasons name products, not numbers.

    >>> ListOptions(diversity=0.5).popularity
    0.0
    """

    diversity: float = 0.0
    popularity: float = 0.0
    together: Together | None = None


DEFAULT = ListOptions()


def for_basket(
    dataset: Dataset,
    model: Recommender,
    items: Sequence[int],
    k: int = 10,
    options: ListOptions = DEFAULT,
    *,
    exclude: Sequence[int] = (),
) -> list[Recommendation]:
    """k products that go with a basket of these items (positions in Dataset.items), best first, none of them in it.

    exclude: other positions that must not come back. InputError for an empty basket or an unknown position.

    >>> import pandas as pd
    >>> from embedcore.recommend.model import fit
    >>> lines = pd.DataFrame({"basket": [*"112233"], "item": ["jam", "tea"] * 3})
    >>> shop = Dataset.build("shop", None, lines)
    >>> [(r.id, r.reason) for r in for_basket(shop, fit(shop), [0], 5)]
    [('tea', 'bought together with “jam”')]
    """
    basket = np.unique(np.asarray(list(items), np.int64))
    if not len(basket):
        raise InputError("The basket is empty.", "Pick at least one product.")
    if basket[0] < 0 or basket[-1] >= len(dataset):
        raise InputError("The basket holds a product that this dataset does not have.")
    scores, parts = mix.completion(model, [basket])
    row = scores[0]
    row[np.asarray(list(exclude), np.int64)] = -np.inf
    row[model.counts == 0] = -np.inf
    found, row = chosen(dataset, model, row, k, options)
    return explain(dataset, model, basket, found, row, parts={n: p[0] for n, p in parts.items()}, options=options)


def chosen(
    dataset: Dataset, model: Recommender, scores: np.ndarray, k: int, options: ListOptions
) -> tuple[np.ndarray, np.ndarray]:
    """(positions of the k best by these options, best first, (n,) scores by their leaning to popularity)."""
    scores = lean(scores, model.counts, options.popularity)
    if options.diversity <= 0:
        return top(scores, k), scores
    found = top(scores, k * _WIDE)
    return varied(dataset, model, found, scores[found], k, options.diversity), scores


def explain(
    dataset: Dataset,
    model: Recommender,
    basket: np.ndarray,
    found: np.ndarray,
    scores: np.ndarray,
    *,
    parts: dict[str, np.ndarray],
    options: ListOptions = DEFAULT,
) -> list[Recommendation]:
    """The found items, each with its strongest signal and the product of the basket behind it. parts: signal -> (n,)
    what it adds."""
    anchors = reasons.strongest(model, basket, found)
    out = []
    for item, anchor in zip(found.tolist(), anchors.tolist(), strict=True):
        signals = {name: float(part[item]) for name, part in parts.items()}
        name = max(signals, key=lambda n: signals[n], default=reasons.OFTEN)
        if anchor < 0 or name == reasons.OFTEN or signals[name] <= 0:
            reason, source = reasons.popular(model, item), POPULAR
        else:
            through, several = int(basket[anchor]), len(basket) > 1
            reason = reasons.bought_with(dataset, model, options.together, through, item, several=several)
            source = TOGETHER if name == "together" else reasons.PATTERN
        out.append(Recommendation.of(dataset, item, float(scores[item]), reason, source))
    return out


def top(scores: np.ndarray, k: int) -> np.ndarray:
    """Positions of the k best, best first, equal ones by position; those of -inf are left out."""
    k = min(k, len(scores))
    if k == 0:
        return np.empty(0, np.int64)
    found = np.flatnonzero(scores >= -np.partition(-scores, k - 1)[k - 1])
    found = found[np.lexsort((found, -scores[found]))][:k]
    return np.asarray(found[scores[found] > -np.inf])


def lean(scores: np.ndarray, counts: np.ndarray, popularity: float) -> np.ndarray:
    """Scores above zero times how often a product is bought to a power from -.5 to .5."""
    if popularity == 0:
        return scores
    factor = np.maximum(counts, 1) ** (0.5 * float(np.clip(popularity, -1, 1)))
    return np.where(np.isfinite(scores), np.maximum(scores, 1e-9) * (factor / factor.max()), scores)


def varied(
    dataset: Dataset, model: Recommender, found: np.ndarray, scores: np.ndarray, k: int, diversity: float
) -> np.ndarray:
    """k of the found, each time the best after subtracting its likeness to one chosen already (maximal marginal
    relevance, Carbonell and Goldstein 1998). Alike: the same finest category, or bought with the same products."""
    if len(found) <= k:
        return found
    profiles = unit_rows(model.together[found])
    alike = (profiles @ profiles.T).toarray()
    for column in finest_first(dataset)[:1]:
        values = dataset.column(column).to_numpy(dtype=object)[found]
        same = np.array([[isinstance(a, str) and a == b for b in values] for a in values])
        alike = np.maximum(alike, same)
    worth = scores / max(float(scores.max()), 1e-9)
    picked, left = [0], list(range(1, len(found)))
    while len(picked) < k:
        value = [(1 - diversity) * worth[n] - diversity * alike[n, picked].max() for n in left]
        picked.append(left.pop(int(np.argmax(value))))
    return found[picked]
