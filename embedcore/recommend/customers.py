"""A customer: what is due, what is new to try, and who is like them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from embedcore.data import Dataset
from embedcore.errors import InputError
from embedcore.explore.suggestion import POPULAR, TOGETHER, Recommendation
from embedcore.explore.together import Together
from embedcore.recommend import mix, reasons
from embedcore.recommend.baskets import lean, top, varied
from embedcore.recommend.model import Recommender
from embedcore.recommend.people import People
from embedcore.recommend.purchases import Histories, decayed

_WIDE = 5


@dataclass(frozen=True)
class ForCustomer:
    """due: products bought before, most likely first. new: products never bought, best first."""

    due: list[Recommendation]
    new: list[Recommendation]


@dataclass(frozen=True)
class SimilarCustomer:
    """A customer who buys alike. number: among Histories. shared: products both bought. reason: plain words."""

    number: int
    id: str
    score: float
    shared: int
    reason: str


def for_customer(
    dataset: Dataset,
    model: Recommender,
    history: Sequence[np.ndarray],
    k: int = 10,
    *,
    people: People | None = None,
    number: int = -1,
    diversity: float = 0.0,
    popularity: float = 0.0,
    together: Together | None = None,
) -> ForCustomer:
    """Two lists for somebody with these baskets (item positions, oldest first). number: who they are among the
    histories of `people` (-1: nobody of the dataset). diversity, popularity: as in baskets.for_basket, for the new
    ones. together: counts for the evidence. InputError without a purchase."""
    history = [np.unique(np.asarray(b, np.int64)) for b in history if len(b)]
    if not history:
        raise InputError("This customer has bought nothing yet.", "Choose a customer with purchases.")
    found = mix.next_baskets(model, [history], people, np.array([number]))
    due = []
    if found.bought is not None:
        likely = found.chance if model.habit is None else model.habit.likely(found.bought, found.chance)
        order = np.lexsort((found.bought.item, -found.chance, -likely))[:k]
        due = [
            Recommendation.of(
                dataset, int(found.bought.item[n]), float(likely[n]), reasons.due(found.bought, n), reasons.REPEAT
            )
            for n in order.tolist()
        ]
    row = found.new[0]
    row[model.counts == 0] = -np.inf
    row = lean(row, model.counts, popularity)
    best = top(row, k * _WIDE if diversity > 0 else k)
    if diversity > 0:
        best = varied(dataset, model, best, row[best], k, diversity)
    parts = {name: part[0] for name, part in found.parts.items()}
    return ForCustomer(due, why_new(dataset, model, history, best, row, parts, together))


def why_new(
    dataset: Dataset,
    model: Recommender,
    history: Sequence[np.ndarray],
    found: np.ndarray,
    scores: np.ndarray,
    parts: dict[str, np.ndarray],
    together: Together | None,
) -> list[Recommendation]:
    """The found new items, each with the signal that spoke most for it."""
    mine = np.unique(np.concatenate(list(history)))
    anchors = reasons.strongest(model, mine, found, over_customers=True)
    out = []
    for item, anchor in zip(found.tolist(), anchors.tolist(), strict=True):
        told = {name: float(part[item]) for name, part in parts.items()}
        name = max(told, key=lambda n: told[n], default="")
        if name in ("", reasons.OFTEN) or told[name] <= 0:
            says, source = reasons.popular(model, item), POPULAR
        elif name == "people" or anchor < 0:
            says, source = "bought by customers who buy much the same", reasons.PEOPLE
        elif name == "together":
            says = reasons.bought_with(dataset, model, together, int(mine[anchor]), item, True)
            source = TOGETHER
        else:
            says, source = f"customers who buy “{dataset.titles[mine[anchor]]}” tend to buy this too", reasons.PATTERN
        out.append(Recommendation.of(dataset, item, float(scores[item]), says, source))
    return out


def similar_customers(dataset: Dataset, people: People, number: int, k: int = 10) -> list[SimilarCustomer]:
    """The k customers whose purchases are most like those of customer `number`, nearest first, with what they share."""
    history = people.histories.of_customer(number)
    if not history:
        return []
    mine = decayed([history], len(dataset), 1.0)
    mine.data = np.log1p(mine.data)
    near = people.like(mine, k, np.array([number]))
    order = np.lexsort((near.indices, -near.data))[:k]
    own = np.unique(mine.indices)
    weight = people.rare * 0
    weight[mine.indices] = mine.data * people.rare[mine.indices] ** 2
    out = []
    for row, score in zip(near.indices[order].tolist(), near.data[order].tolist(), strict=True):
        theirs = people.bought[[row]]
        common = np.intersect1d(own, theirs.indices)
        telling = common[np.argsort(-weight[common], kind="stable")[:3]]
        names = ", ".join(f"“{dataset.titles[i]}”" for i in telling)
        who = int(people.numbers[row])
        alike = "1 product in common:" if len(common) == 1 else f"{len(common):,} products in common, among them"
        reason = f"{alike} {names}" if names else "nothing in common"
        out.append(SimilarCustomer(who, str(people.histories.ids[who]), score, len(common), reason))
    return out


def history_table(dataset: Dataset, histories: Histories, number: int) -> pd.DataFrame:
    """One row per product a customer bought, most often first: item, id, title, times, baskets_ago (0 = in their last
    basket), first and last (dates, NaT without times)."""
    b = dataset.baskets
    assert b is not None
    numbers = histories.baskets_of(number)
    rows = [(int(i), len(numbers) - 1 - at) for at, n in enumerate(numbers) for i in b.of(int(n))]
    frame = pd.DataFrame(rows, columns=["item", "age"])
    when = b.times[numbers][::-1] if b.times is not None else np.full(max(len(numbers), 1), np.datetime64("NaT", "s"))
    out = frame.groupby("item").agg(times=("age", "size"), baskets_ago=("age", "min"), oldest=("age", "max"))
    out = out.reset_index().sort_values(["times", "baskets_ago", "item"], ascending=[False, True, True])
    out.insert(1, "id", dataset.items[out["item"]].astype(str))
    out.insert(2, "title", dataset.titles[out["item"]].astype(str))
    out["first"], out["last"] = when[out["oldest"].to_numpy()], when[out["baskets_ago"].to_numpy()]
    return out.drop(columns="oldest").reset_index(drop=True)
