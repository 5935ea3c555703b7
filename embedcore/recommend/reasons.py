"""Why a product is recommended, in plain words with the evidence."""

from __future__ import annotations

import numpy as np

from embedcore.data import Dataset
from embedcore.explore import Together
from embedcore.recommend.habit import LAST, Bought
from embedcore.recommend.recommender import Recommender

# The signal behind a recommendation (Recommendation.source), beside those of embedcore.explore.
OFTEN = "popular"  # the signal of mix.completing and mix.trying that needs no product to explain it
REPEAT, PATTERN, PEOPLE = "bought before", "purchase patterns", "similar customers"


def strongest(model: Recommender, basket: np.ndarray, found: np.ndarray, *, over_customers: bool = False) -> np.ndarray:
    """(len(found),): the product of `basket` (positions) that speaks most for each found one; -1 where none does."""
    # Only the columns of the found products: a row of the table has hundreds.
    support = np.asarray(model.together[basket][:, found].toarray(), np.float64)
    weights = model.customers if over_customers and model.customers is not None else model.baskets
    left, right = model.place[basket], model.place[found]
    if (left >= 0).any() and (right >= 0).any():
        ease = np.zeros_like(support)
        a, b = np.flatnonzero(left >= 0), np.flatnonzero(right >= 0)
        ease[np.ix_(a, b)] = weights[np.ix_(left[a], right[b])]
        support = support * (1.0 / max(support.max(initial=0), 1e-12)) + ease * (0.7 / max(ease.max(initial=0), 1e-12))
    best = support.argmax(axis=0) if len(basket) else np.zeros(len(found), np.int64)
    return np.where(support.max(axis=0, initial=0) > 0, best, -1)


def bought_with(
    dataset: Dataset, model: Recommender, together: Together | None, anchor: int, item: int, *, several: bool
) -> str:
    """Such as: in 38 baskets with “Bread”, 4.2x as often as by chance. Without counts when `together` is None. several:
    whether the reason must name the product."""
    name = f"“{dataset.titles[anchor]}”"
    if together is None:
        shared = model.together[anchor, item] > 0
        return f"bought together with {name}" if shared else f"bought with the same products as {name}"
    evidence = together.evidence(anchor, item, int(together.shared([anchor], [item])[0, 0]))
    if not evidence:
        return f"bought with the same products as {name}"
    return evidence.replace(" together", f" with {name}", 1) if several else evidence


def popular(model: Recommender, item: int) -> str:
    """Such as: often bought: in 38 baskets."""
    count = int(model.counts[item])
    return f"often bought: in {count:,} baskets" if count > 1 else f"bought in {count} basket"


def due(bought: Bought, n: int) -> str:
    """Such as: in 7 of 12 baskets, about every 2nd, 3 baskets ago."""
    times, of, last = int(bought.times[n]), int(bought.of[n]), int(bought.last[n])
    text = f"in {times} of {'the last ' if of >= LAST else ''}{of} {'basket' if of == 1 else 'baskets'}"
    if times == 1:
        return text + (", the last one" if last == 0 and of > 1 else f", {last + 1} baskets ago" if last else "")
    gap = float(bought.gap[n])
    if round(gap) > 1:
        text += f", about every {round(gap)}{_ending(round(gap))}"
    elif times < of:
        text += ", almost in a row" if gap > 1 else ", in a row"
    return text + (", also in the last one" if last == 0 else f", {last + 1} baskets ago")


def _ending(n: int) -> str:
    return "th" if 10 <= n % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
