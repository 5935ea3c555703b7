"""What goes with a basket."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from embedcore.data import Dataset
from embedcore.errors import InputError
from embedcore.explore.suggestion import POPULAR, TOGETHER, Recommendation, finest_first
from embedcore.explore.together import Together
from embedcore.recommend import mix, reasons
from embedcore.recommend.model import Recommender
from embedcore.vectors import unit_rows

_WIDE = 5  # times k: among so many a varied list is chosen


def for_basket(
    dataset: Dataset,
    model: Recommender,
    items: Sequence[int],
    k: int = 10,
    *,
    diversity: float = 0.0,
    popularity: float = 0.0,
    exclude: Sequence[int] = (),
    together: Together | None = None,
) -> list[Recommendation]:
    """k products that go with a basket of these items (positions in Dataset.items), best first, none of them in it.

    diversity: 0 (the best ones) to 1 (as different from each other as possible). popularity: -1 (rare products first
    among those that fit) to 1 (popular ones first); 0 leaves the order alone. exclude: what they have anyway.
    together: counts for the evidence (Together.of(dataset)); without it reasons name products, not numbers.
    InputError for an empty basket or an unknown position.
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
    row = lean(row, model.counts, popularity)
    found = top(row, k * _WIDE if diversity > 0 else k)
    if diversity > 0:
        found = varied(dataset, model, found, row[found], k, diversity)
    return explain(dataset, model, basket, found, row, {n: p[0] for n, p in parts.items()}, together)


def explain(
    dataset: Dataset,
    model: Recommender,
    basket: np.ndarray,
    found: np.ndarray,
    scores: np.ndarray,
    parts: dict[str, np.ndarray],
    together: Together | None,
) -> list[Recommendation]:
    """The found items with the signal that spoke most for each, and the product of the basket it spoke through."""
    anchors = reasons.strongest(model, basket, found)
    out = []
    for item, anchor in zip(found.tolist(), anchors.tolist(), strict=True):
        told = {name: float(part[item]) for name, part in parts.items()}
        name = max(told, key=lambda n: told[n], default=reasons.OFTEN)
        if anchor < 0 or name == reasons.OFTEN or told[name] <= 0:
            says, source = reasons.popular(model, item), POPULAR
        else:
            says = reasons.bought_with(dataset, model, together, int(basket[anchor]), item, len(basket) > 1)
            source = TOGETHER if name == "together" else reasons.PATTERN
        out.append(Recommendation.of(dataset, item, float(scores[item]), says, source))
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
    """k of the found, each time the best after taking off how alike it is to one chosen already (maximal marginal
    relevance). Alike: the same finest category, or bought in the same company."""
    if len(found) <= k:
        return found
    company = unit_rows(model.together[found])
    alike = (company @ company.T).toarray()
    for column in finest_first(dataset)[:1]:
        kind = dataset.column(column).to_numpy(dtype=object)[found]
        same = np.array([[isinstance(a, str) and a == b for b in kind] for a in kind])
        alike = np.maximum(alike, same)
    worth = scores / max(float(scores.max()), 1e-9)
    chosen, left = [0], list(range(1, len(found)))
    while len(chosen) < k:
        value = [(1 - diversity) * worth[n] - diversity * alike[n, chosen].max() for n in left]
        chosen.append(left.pop(int(np.argmax(value))))
    return found[chosen]
