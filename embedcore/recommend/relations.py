"""Two relations of a product that must not be mixed up: what replaces it, and what goes with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embedcore.data import Dataset, Embedding
from embedcore.explore.recent import Recent
from embedcore.explore.suggestion import finest_first, in_common
from embedcore.explore.together import ENOUGH, Together
from embedcore.recommend import reasons
from embedcore.recommend.coldstart import ColdStart
from embedcore.recommend.model import Recommender
from embedcore.recommend.spread import by_whom, spread
from embedcore.recommend.words import TitleWords

_FEW = 5  # purchases below which the company of a product is mostly chance
_LIFT = 1.5  # bought together more often than this times chance: they go together
_COMPANY = 2.0  # weight of the company a product is bought in, beside words, categories and price together
_CLOSELY = 60  # complements whose customers are counted
_POOL = 400  # candidates that are looked at closely
_LIKE = 10  # bought products that stand for one that nobody has bought yet
_SURE = 2.0  # baskets that chance lends to both counts before they are compared


@dataclass(frozen=True)
class Related:
    """A product and how it relates to the one that was asked about. item: its position in Dataset.items. score:
    higher is surer, comparable within one list. shared: baskets with both. lift: times more often together than
    chance would put them (drawn towards 1 where counts are small). reason: plain words with the evidence."""

    item: int
    id: str
    title: str
    score: float
    shared: int
    lift: float
    reason: str


def complements(
    dataset: Dataset, model: Recommender, item: int, k: int = 10, together: Together | None = None
) -> list[Related]:
    """Products that go with `item`: bought together more often than chance, of another kind, surest first.

    The score is how far the shared baskets lie above chance, in standard deviations, times the log of the lift; baskets
    of one customer count as less than as many of different ones (see spread).
    For a product that nobody has bought yet, the bought ones most like it stand, and the reasons name them.
    NeedsError without baskets; [] when nothing is bought with it more often than chance."""
    together = together or Together.of(dataset)
    if not together.counts[item]:
        return _as_those_like_it(dataset, item, k, together)
    found, shared = together.partners(item)
    keep = shared >= (ENOUGH if together.counts[item] >= ENOUGH else 1)
    found, shared = found[keep], shared[keep]
    lift, sure = _against_chance(together, item, found, shared)
    score = np.log(np.maximum(lift, 1e-9)) * np.maximum(sure, 0)
    score[(lift < _LIFT) | _same_kind(dataset, item, found)] = 0
    near = np.lexsort((found, -score))[: max(_CLOSELY, 4 * k)]
    people, effect = spread(dataset, together, item, found[near])
    score[near] /= np.sqrt(effect)
    out = []
    for at in np.lexsort((found[near], -score[near]))[:k].tolist():
        n, other = int(near[at]), int(found[near[at]])
        if score[n] > 0:
            says = together.evidence(item, other, int(shared[n])) + by_whom(int(people[at]), int(shared[n]))
            out.append(_related(dataset, other, score[n], shared[n], lift[n], says))
    return out


def _as_those_like_it(dataset: Dataset, item: int, k: int, together: Together) -> list[Related]:
    """What goes with the bought products that are at least half as like `item` as the most like one is, their baskets
    taken together."""
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
    score = np.log(np.maximum(lift, 1e-9)) * np.maximum((shared[found] - chance) / np.sqrt(chance + 1), 0)
    score[(lift < _LIFT) | _same_kind(dataset, item, found)] = 0
    out = []
    for n in np.lexsort((found, -score))[:k].tolist():
        if score[n] > 0:
            other, best = int(found[n]), int(each[:, found[n]].argmax())
            through = int(like[best])
            says = f"with “{dataset.titles[through]}”, which is like it: " + together.evidence(
                through, other, int(each[best, other])
            )
            out.append(_related(dataset, other, score[n], 0, lift[n], says))
    return out


def substitutes(
    dataset: Dataset,
    model: Recommender | None,
    item: int,
    k: int = 10,
    together: Together | None = None,
    text: Embedding | None = None,
) -> list[Related]:
    """Products that can replace `item`, surest first: alike in words, category and price, bought in the same company,
    and not bought together more often than chance.

    text: vectors of a text method, where there are some; otherwise rare words in common (TF-IDF) stand for them.
    Works without baskets (model None) and without a catalogue, on what there is."""
    if together is None and dataset.baskets is not None:
        together = Together.of(dataset)
    likeness = _likeness(dataset, item, text)
    company = _company(model, item) if model is not None else np.zeros(len(dataset))
    score = likeness + _COMPANY * company
    if dataset.catalogue is None:
        score = company.copy()
    score[item] = 0
    pool = np.argsort(-score, kind="stable")[:_POOL]
    pool = pool[score[pool] > 0]
    score = score[pool]
    shared, lift = np.zeros(len(pool), np.int64), np.ones(len(pool))
    if together is not None and len(pool):
        shared = together.shared([item], pool)[0]
        lift, _ = _against_chance(together, item, pool, shared)
        score = score * np.where((lift > _LIFT) & (shared >= ENOUGH), 0, 1) / np.maximum(lift, 1.0)
    if dataset.catalogue is not None and item < dataset.n_catalogue:
        kinds = finest_first(dataset)
        if kinds:  # something of another kind replaces it only when nothing of its own kind does
            score = score * np.where(_same_kind(dataset, item, pool), 1.0, 0.25)
    order = np.lexsort((pool, -score))[:k]
    out = []
    for n in order[score[order] > 0].tolist():
        other = int(pool[n])
        says = in_common(dataset, item, other)
        if together is not None and together.counts[item] and together.counts[other]:
            says.append(_apart(together, item, other, int(shared[n]), float(company[other])))
        reason = "; ".join(s for s in says if s) or "described in much the same words"
        out.append(_related(dataset, other, score[n], shared[n], lift[n], reason))
    return out


def nearest_instead(dataset: Dataset, model: Recommender, item: int, k: int, but: Sequence[int] = ()) -> list[Related]:
    """The k products that come nearest to replacing `item` where substitutes() finds no more: alike or bought in the
    same company although they are bought together with it, then what sells most. Scores are below 0. but: left out."""
    together = Together.of(dataset)
    near = _likeness(dataset, item, None) + _COMPANY * _company(model, item)
    order = near + model.counts / max(float(model.counts.max(initial=0)), 1.0) * 1e-6
    order[[item, *but]] = 0
    found = np.argsort(-order, kind="stable")[:k]
    found = found[order[found] > 0]
    shared = together.shared([item], found)[0] if len(found) else np.zeros(0, np.int64)
    lift, _ = _against_chance(together, item, found, shared)
    out = []
    for n, other in enumerate(found.tolist()):
        if near[other] > 0:
            says = [s for s in in_common(dataset, item, other) if s] or ["bought with the same things"]
            says.append(f"no real substitute: {together.evidence(item, other, int(shared[n])) or 'hardly alike'}")
            reason = "; ".join(says)
        else:
            reason = f"nothing is known to replace it; {reasons.popular(model, other)}"
        out.append(_related(dataset, other, float(order[other]) - float(order.max()) - 1, shared[n], lift[n], reason))
    return out


def _related(dataset: Dataset, item: int, score: float, shared: int, lift: float, reason: str) -> Related:
    return Related(
        item, str(dataset.items[item]), str(dataset.titles[item]), float(score), int(shared), float(lift), reason
    )


def _apart(together: Together, a: int, b: int, shared: int, company: float) -> str:
    often = "bought with the same things" if company > 0.3 else ""
    if shared == 0:
        return ", ".join(s for s in (often, "never in one basket") if s)
    rarely = shared < 0.02 * min(int(together.counts[a]), int(together.counts[b]))
    baskets = "1 basket" if shared == 1 else f"{shared:,} baskets"
    return ", ".join(s for s in (often, f"rarely together ({baskets})" if rarely else f"together in {baskets}") if s)


def _against_chance(
    together: Together, item: int, others: np.ndarray, shared: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(lift, standard deviations above chance), both drawn towards chance where counts are small."""
    chance = float(together.counts[item]) * together.counts[others] / max(len(together), 1)
    return (shared + _SURE) / (chance + _SURE), (shared - chance) / np.sqrt(chance + 1)


def _same_kind(dataset: Dataset, item: int, others: np.ndarray) -> np.ndarray:
    """(others,) bool: of the same finest category that tells kinds of products apart."""
    codes = _kinds.get(dataset.hash, lambda: _kind_codes(dataset))
    return np.asarray((codes[others] == codes[item]) & (codes[item] >= 0))


def _kind_codes(dataset: Dataset) -> np.ndarray:
    """(n,) int64, -1 unknown. The kind is the finest category whose values lie each in one value of another, coarser
    category (a tree of kinds); else the one with the most values. Colours or seasons are no kinds."""
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
        shared *= np.where(np.isfinite(apart), np.exp(-apart), 0.7)
    out[: dataset.n_catalogue] += shared
    return out


def _company(model: Recommender, item: int) -> np.ndarray:
    """(n,) float64: cosine of the products two items are bought with (exchangeability)."""
    cosine = np.asarray((model.company @ model.company[[item]].T).toarray()).ravel().astype(np.float64)
    return cosine * model.counts / (model.counts + _FEW)


_kinds: Recent[np.ndarray] = Recent(4)
