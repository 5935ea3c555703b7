"""Two relations of a product that must not be mixed up: what replaces it, and what goes with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embedcore.data import Dataset, Embedding
from embedcore.explore import ENOUGH, Recent, Together, finest_first, in_common
from embedcore.recommend import reasons
from embedcore.recommend.coldstart import ColdStart
from embedcore.recommend.recommender import Recommender
from embedcore.recommend.spread import by_customers, spread
from embedcore.recommend.words import TitleWords

# Chosen by hand.
_FEW = 5  # purchases below which what a product is bought with is mostly chance
_LIFT = 1.5  # bought together more often than this times chance: they go together
_PROFILE = 2.0  # weight of what products are bought with, beside words, categories and price together
_CLOSELY = 60  # complements whose customers are counted
_POOL = 400  # candidates that are ranked exactly
_LIKE = 10  # bought products that stand in for one that nobody has bought yet
_SURE = 2.0  # baskets added to both counts before they are compared, so that small ones say little
_SAME_PRODUCTS = 0.3  # cosine of what two products are bought with, from which a reason says so
_RARELY = 0.02  # share of the rarer product's baskets below which two are rarely together
_OTHER_TYPE = 0.25  # factor of a substitute of another type
_NO_PRICE = 0.7  # factor of shared categories where a price is missing


@dataclass(frozen=True)
class Related:
    """A product and how it relates to another one, the query. item: its position in Dataset.items. score:
    higher is surer, comparable within one list. shared: baskets with both. lift: times more often together than
    expected by chance (drawn towards 1 where counts are small). reason: plain words with the evidence.

    >>> Related(3, "jam", "Plum jam", 2.1, 40, 3.5, "in 40 baskets together, 3.5x as often as by chance").lift
    3.5
    """

    item: int
    id: str
    title: str
    score: float
    shared: int
    lift: float
    reason: str


def complements(dataset: Dataset, item: int, k: int = 10, together: Together | None = None) -> list[Related]:
    """Products that go with `item`: bought together more often than by chance, of another type, surest first.

    The score is how far the shared baskets lie above chance, in standard deviations, times the log of the lift; baskets
    of one customer count less than as many of different ones (see spread).
    For a product that nobody has bought yet, the most similar bought ones stand in, and the reasons name them.
    NeedsError without baskets; [] when nothing is bought with it more often than by chance.

    >>> import pandas as pd
    >>> baskets = [*"1122334455667788"]
    >>> items = ["jam", "tea"] * 4 + ["ink", "pen"] * 4
    >>> shop = Dataset.build("shop", None, pd.DataFrame({"basket": baskets, "item": items}))
    >>> [(r.id, r.reason) for r in complements(shop, shop.index["jam"])]
    [('tea', 'in 4 baskets together, 2.0x as often as by chance')]
    """
    together = together or Together.of(dataset)
    if not together.counts[item]:
        return _of_similar(dataset, item, k, together)
    found, shared = together.partners(item)
    keep = shared >= (ENOUGH if together.counts[item] >= ENOUGH else 1)
    found, shared = found[keep], shared[keep]
    lift, sure = _against_chance(together, item, found, shared)
    score = _complement_score(dataset, item, found, lift, sure)
    near = np.lexsort((found, -score))[: max(_CLOSELY, 4 * k)]
    people, effect = spread(dataset, together, item, found[near])
    score[near] /= np.sqrt(effect)
    out = []
    for at in np.lexsort((found[near], -score[near]))[:k].tolist():
        n, other = int(near[at]), int(found[near[at]])
        if score[n] > 0:
            reason = together.evidence(item, other, int(shared[n])) + by_customers(int(people[at]), int(shared[n]))
            out.append(_related(dataset, other, score[n], shared[n], lift[n], reason))
    return out


def _complement_score(dataset: Dataset, item: int, found: np.ndarray, lift: np.ndarray, sure: np.ndarray) -> np.ndarray:
    """(found,) standard deviations above chance times log lift; 0 for the same type and for too low a lift."""
    score = np.log(np.maximum(lift, 1e-9)) * np.maximum(sure, 0)
    score[(lift < _LIFT) | _same_type(dataset, item, found)] = 0
    return np.asarray(score)


def _of_similar(dataset: Dataset, item: int, k: int, together: Together) -> list[Related]:
    """What goes with the bought products that are at least half as similar to `item` as the most similar one, their
    baskets taken together."""
    known = ColdStart.of(dataset)
    like, how = known.like(item, _LIKE) if known is not None else (np.empty(0, np.int64), np.empty(0))
    like = like[how >= how.max(initial=0) / 2]
    if not len(like):
        return []
    each = np.zeros((len(like), len(dataset)), np.int64)
    for n, other in enumerate(like.tolist()):
        partners, times = together.partners(other)
        each[n, partners] = times
    shared, bought = each.sum(axis=0), int(together.counts[like].sum())
    found = np.setdiff1d(np.flatnonzero(shared >= (ENOUGH if bought >= ENOUGH else 1)), like)
    chance = bought * together.counts[found] / max(len(together), 1)
    lift = (shared[found] + _SURE) / (chance + _SURE)
    score = _complement_score(dataset, item, found, lift, (shared[found] - chance) / np.sqrt(chance + 1))
    out = []
    for n in np.lexsort((found, -score))[:k].tolist():
        if score[n] > 0:
            other, best = int(found[n]), int(each[:, found[n]].argmax())
            through = int(like[best])
            evidence = together.evidence(through, other, int(each[best, other]))
            reason = f"with the similar “{dataset.titles[through]}”: {evidence}"
            out.append(_related(dataset, other, score[n], 0, lift[n], reason))
    return out


def substitutes(
    dataset: Dataset,
    model: Recommender | None,
    item: int,
    k: int = 10,
    together: Together | None = None,
    text: Embedding | None = None,
) -> list[Related]:
    """Products that can replace `item`, surest first: alike in words, category and price, bought with the same
    products, and not bought together more often than by chance.

    text: vectors of a text method, where there are some; otherwise rare words in common (TF-IDF) stand in for them.
    Works without baskets (model None) and without a catalogue, on what there is.

    >>> import pandas as pd
    >>> from embedcore import Catalogue
    >>> table = pd.DataFrame({"id": [*"abc"], "name": ["Green tea", "Black tea", "Lamp"]})
    >>> shop = Dataset.build("shop", Catalogue(table, {"id": "id", "name": "title"}))
    >>> [(r.title, r.reason) for r in substitutes(shop, None, 0)]
    [('Black tea', 'described in much the same words')]
    """
    if together is None and dataset.baskets is not None:
        together = Together.of(dataset)
    likeness = _likeness(dataset, item, text)
    profile = _profile(model, item) if model is not None else np.zeros(len(dataset))
    score = likeness + _PROFILE * profile
    if dataset.catalogue is None:
        score = profile.copy()
    score[item] = 0
    pool = np.argsort(-score, kind="stable")[:_POOL]
    pool = pool[score[pool] > 0]
    score = score[pool]
    shared, lift = np.zeros(len(pool), np.int64), np.ones(len(pool))
    if together is not None and len(pool):
        shared = together.shared([item], pool)[0]
        lift, _ = _against_chance(together, item, pool, shared)
        score = score * np.where((lift > _LIFT) & (shared >= ENOUGH), 0, 1) / np.maximum(lift, 1.0)
    if item < dataset.n_catalogue and finest_first(dataset):
        # A product of another type replaces it only when none of its own type does.
        score = score * np.where(_same_type(dataset, item, pool), 1.0, _OTHER_TYPE)
    order = np.lexsort((pool, -score))[:k]
    out = []
    for n in order[score[order] > 0].tolist():
        other = int(pool[n])
        facts = in_common(dataset, item, other)
        if together is not None and together.counts[item] and together.counts[other]:
            facts.append(_seldom(together, item, other, int(shared[n]), float(profile[other])))
        reason = "; ".join(s for s in facts if s) or "described in much the same words"
        out.append(_related(dataset, other, score[n], shared[n], lift[n], reason))
    return out


def nearest_instead(
    dataset: Dataset, model: Recommender, item: int, k: int, exclude: Sequence[int] = ()
) -> list[Related]:
    """The k products that come nearest to replacing `item` where substitutes() finds no more: alike or bought with the
    same products although they are bought together with it, then what sells most. Scores are below 0. exclude:
    positions that are left out."""
    together = Together.of(dataset)
    near = _likeness(dataset, item, None) + _PROFILE * _profile(model, item)
    order = near + model.counts / max(float(model.counts.max(initial=0)), 1.0) * 1e-6
    order[[item, *exclude]] = 0
    found = np.argsort(-order, kind="stable")[:k]
    found = found[order[found] > 0]
    shared = together.shared([item], found)[0] if len(found) else np.zeros(0, np.int64)
    lift, _ = _against_chance(together, item, found, shared)
    out = []
    for n, other in enumerate(found.tolist()):
        if near[other] > 0:
            facts = [s for s in in_common(dataset, item, other) if s] or ["bought with the same products"]
            facts.append(f"not a real substitute: {together.evidence(item, other, int(shared[n])) or 'hardly similar'}")
            reason = "; ".join(facts)
        else:
            reason = f"no known substitute; {reasons.popular(model, other)}"
        out.append(_related(dataset, other, float(order[other]) - float(order.max()) - 1, shared[n], lift[n], reason))
    return out


def _related(dataset: Dataset, item: int, score: float, shared: int, lift: float, reason: str) -> Related:
    return Related(
        item, str(dataset.items[item]), str(dataset.titles[item]), float(score), int(shared), float(lift), reason
    )


def _seldom(together: Together, a: int, b: int, shared: int, profile: float) -> str:
    """How rarely two products are bought together although they are bought with the same others (profile: cosine)."""
    often = "bought with the same products" if profile > _SAME_PRODUCTS else ""
    if shared == 0:
        return ", ".join(s for s in (often, "never in the same basket") if s)
    rarely = shared < _RARELY * min(int(together.counts[a]), int(together.counts[b]))
    baskets = "1 basket" if shared == 1 else f"{shared:,} baskets"
    return ", ".join(s for s in (often, f"rarely together ({baskets})" if rarely else f"together in {baskets}") if s)


def _against_chance(
    together: Together, item: int, others: np.ndarray, shared: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(lift, standard deviations above chance), both drawn towards chance where counts are small."""
    chance = float(together.counts[item]) * together.counts[others] / max(len(together), 1)
    return (shared + _SURE) / (chance + _SURE), (shared - chance) / np.sqrt(chance + 1)


def _same_type(dataset: Dataset, item: int, others: np.ndarray) -> np.ndarray:
    """(others,) bool: of the same product type."""
    codes = _types.get(dataset.hash, lambda: _type_codes(dataset))
    return np.asarray((codes[others] == codes[item]) & (codes[item] >= 0))


def _type_codes(dataset: Dataset) -> np.ndarray:
    """(n,) int64, -1 unknown. The type is the finest category whose values lie each in one value of another, coarser
    category (a tree of types); else the category with the most values. Colours or seasons are no types."""
    import pandas as pd

    out = np.full(len(dataset), -1, np.int64)
    columns = finest_first(dataset)
    if dataset.catalogue is None or not columns:
        return out
    frame = dataset.catalogue.frame
    best = columns[0]
    for fine in columns:
        inside = [c for c in columns if c != fine and 1 < frame[c].nunique() < frame[fine].nunique()]
        if any(float((frame.groupby(fine)[c].nunique() <= 1).mean()) > 0.9 for c in inside):
            best = fine
            break
    out[: dataset.n_catalogue] = pd.factorize(frame[best])[0]
    return out


def _likeness(dataset: Dataset, item: int, text: Embedding | None) -> np.ndarray:
    """(n,) float64, 0 to 2: how alike in words, and how much of brandless columns and price they share."""
    out = np.zeros(len(dataset))
    if dataset.catalogue is None or item >= dataset.n_catalogue:
        return out
    row = text.row_of.get(str(dataset.items[item])) if text is not None else None
    if text is not None and row is not None:
        out[dataset.positions(text.ids)] = np.maximum(text.unit @ text.unit[row], 0)
    else:
        out[: dataset.n_catalogue] = TitleWords.of(dataset).like(item)
    frame = dataset.catalogue.frame
    shared = np.zeros(dataset.n_catalogue)
    columns = finest_first(dataset)
    for column in columns:
        value = frame[column].iat[item]
        if isinstance(value, str):
            shared += (frame[column] == value).to_numpy(dtype=bool, na_value=False) / len(columns)
    for column in dataset.columns("price")[:1]:
        prices = frame[column].to_numpy(np.float64)
        with np.errstate(divide="ignore", invalid="ignore"):
            apart = np.abs(np.log(prices / prices[item]))
        shared *= np.where(np.isfinite(apart), np.exp(-apart), _NO_PRICE)
    out[: dataset.n_catalogue] += shared
    return out


def _profile(model: Recommender, item: int) -> np.ndarray:
    """(n,) float64: cosine of what two products are bought with (exchangeability)."""
    cosine = np.asarray((model.profiles @ model.profiles[[item]].T).toarray()).ravel().astype(np.float64)
    return np.asarray(cosine * model.counts / (model.counts + _FEW))


_types: Recent[np.ndarray] = Recent(4)
