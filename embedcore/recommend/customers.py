"""A customer: what is due, what is new to try, and which customers are similar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from embedcore.data import Dataset
from embedcore.errors import InputError
from embedcore.explore import POPULAR, TOGETHER, Recommendation
from embedcore.recommend import mix, reasons
from embedcore.recommend.baskets import DEFAULT, ListOptions, chosen
from embedcore.recommend.people import People
from embedcore.recommend.purchases import Histories, decayed
from embedcore.recommend.recommender import Recommender

_NAMED = 3  # products in common that are named


@dataclass(frozen=True)
class ForCustomer:
    """due: products bought before, most likely first. new: products never bought, best first.

    >>> ForCustomer([], []).due
    []
    """

    due: list[Recommendation]
    new: list[Recommendation]


@dataclass(frozen=True)
class SimilarCustomer:
    """A customer with similar purchases. number: among Histories. shared: products both bought. reason: plain words."""

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
    options: ListOptions = DEFAULT,
    *,
    people: People | None = None,
    number: int = -1,
) -> ForCustomer:
    """Two lists for somebody with these baskets (item positions, oldest first). options: of the new products. number:
    who they are among the histories of `people` (-1: nobody of the dataset). InputError without a purchase.

    >>> import pandas as pd
    >>> from embedcore.recommend.model import fit
    >>> lines = pd.DataFrame({"basket": [*"112233"], "item": ["jam", "tea"] * 3, "customer": [*"aabbcc"]})
    >>> shop = Dataset.build("shop", None, lines)
    >>> lists = for_customer(shop, fit(shop), [np.array([0])])
    >>> [r.id for r in lists.due], [r.id for r in lists.new]
    (['jam'], ['tea'])
    """
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
    best, row = chosen(dataset, model, row, k, options)
    parts = {name: part[0] for name, part in found.parts.items()}
    return ForCustomer(due, why_new(dataset, model, history, best, row, parts=parts, options=options))


def why_new(
    dataset: Dataset,
    model: Recommender,
    history: Sequence[np.ndarray],
    found: np.ndarray,
    scores: np.ndarray,
    *,
    parts: dict[str, np.ndarray],
    options: ListOptions = DEFAULT,
) -> list[Recommendation]:
    """The found new items, each with its strongest signal. parts: signal -> (n,) what it adds."""
    bought = np.unique(np.concatenate(list(history)))
    anchors = reasons.strongest(model, bought, found, over_customers=True)
    out = []
    for item, anchor in zip(found.tolist(), anchors.tolist(), strict=True):
        signals = {name: float(part[item]) for name, part in parts.items()}
        name = max(signals, key=lambda n: signals[n], default="")
        if name in ("", reasons.OFTEN) or signals[name] <= 0:
            reason, source = reasons.popular(model, item), POPULAR
        elif name == "people" or anchor < 0:
            reason, source = "bought by customers with similar purchases", reasons.PEOPLE
        elif name == "together":
            through = int(bought[anchor])
            reason = reasons.bought_with(dataset, model, options.together, through, item, several=True)
            source = TOGETHER
        else:
            title = dataset.titles[bought[anchor]]
            reason, source = f"customers who buy “{title}” tend to buy this too", reasons.PATTERN
        out.append(Recommendation.of(dataset, item, float(scores[item]), reason, source))
    return out


def similar_customers(dataset: Dataset, people: People, number: int, k: int = 10) -> list[SimilarCustomer]:
    """The k customers whose purchases are most like those of customer `number`, nearest first, with what they share.

    >>> import pandas as pd
    >>> lines = pd.DataFrame({"basket": [*"1234"], "item": ["tea", "tea", "mug", "ink"], "customer": [*"abcd"]})
    >>> shop = Dataset.build("shop", None, lines)
    >>> found = similar_customers(shop, People.of(Histories.of(shop)), 0, k=1)
    >>> [(customer.id, customer.reason) for customer in found]
    [('b', '1 product in common: “tea”')]
    """
    history = people.histories.of_customer(number)
    if not history:
        return []
    purchases = decayed([history], len(dataset), 1.0)
    purchases.data = np.log1p(purchases.data)
    near = people.like(purchases, k, np.array([number]))
    order = np.lexsort((near.indices, -near.data))[:k]
    own = np.unique(purchases.indices)
    weight = people.rare * 0
    weight[purchases.indices] = purchases.data * people.rare[purchases.indices] ** 2
    out = []
    for row, score in zip(near.indices[order].tolist(), near.data[order].tolist(), strict=True):
        common = np.intersect1d(own, people.bought[[row]].indices)
        rarest = common[np.argsort(-weight[common], kind="stable")[:_NAMED]]
        names = ", ".join(f"“{dataset.titles[i]}”" for i in rarest)
        who = int(people.numbers[row])
        count = "1 product in common" if len(common) == 1 else f"{len(common):,} products in common"
        reason = f"{count}{': ' if len(common) <= _NAMED else ', including '}{names}" if names else "nothing in common"
        out.append(SimilarCustomer(who, str(people.histories.ids[who]), score, len(common), reason))
    return out


def history_table(dataset: Dataset, histories: Histories, number: int) -> pd.DataFrame:
    """One row per product a customer bought, most often first: item, id, title, times, baskets_ago (0 = in their last
    basket), first and last (dates, NaT without times).

    >>> lines = pd.DataFrame({"basket": [*"112"], "item": ["tea", "mug", "tea"], "customer": [*"aaa"]})
    >>> shop = Dataset.build("shop", None, lines)
    >>> history_table(shop, Histories.of(shop), 0)[["id", "times", "baskets_ago"]].values.tolist()
    [['tea', 2, 0], ['mug', 1, 1]]
    """
    b = histories.baskets
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
