"""Category columns whose values a catalogue also writes into its titles (the colour of a coat, the size of a pack):
products that differ in one are often two. How much that weighs is estimated in each catalogue. Other columns say
nothing here: products that look alike agree in season or department whether they are one or two."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from embedcore.data import Dataset
from embedcore.match import texts, words
from embedcore.match.cut import logistic, shift
from embedcore.match.score import PairWeights

DIFFERS, AGREES = "differs in ", "agrees in "
# Chosen by hand.
_AGAINST = 3.0  # log odds, to begin with, against a pair that differs in what a catalogue writes into its titles
_MOST = 4.0  # log odds against a pair, whatever the estimate
_TRUST = 0.9  # share of that beginning that stays, when every value is in its title
_HOLD = 20.0  # matches that have to differ less than other pairs before a column says anything
_ROUNDS = 5  # of expectation maximisation
_NAMED = 0.5  # share of the values that are in the title for a column to count at all
_AGREE = 0.5  # half of what agreeing says is in the likeness of the titles already
_PAIRS = 400_000  # pairs that the estimate is made from
_LOOK = 5_000  # rows on which the share of values in titles is measured


@dataclass(frozen=True, eq=False)
class TitleColumn:
    """code: (n,) int32, equal values have equal codes, -1 missing. in_titles: share of the values that the titles
    hold."""

    name: str
    code: np.ndarray
    in_titles: float

    def differs(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """(m,) bool: both have a value, and not the same one."""
        x, y = self.code[a], self.code[b]
        return np.asarray((x != y) & (x >= 0) & (y >= 0))

    def known(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """(m,) bool: both have a value."""
        return np.asarray((self.code[a] >= 0) & (self.code[b] >= 0))


def read(dataset: Dataset, catalogue: texts.CatalogueTexts, source: str | None) -> list[TitleColumn]:
    """The category columns whose values are in most titles, except those that are read as brands or currencies."""
    taken = texts.columns_of(dataset, source)
    out = []
    for name in dataset.columns("category"):
        if name == source or name in (*taken.title, *taken.brand, *taken.currency):
            continue
        cells = dataset.column(name)[: dataset.n_catalogue]
        some = cells.astype(object).where(cells.notna(), "").astype(str)
        code, values = pd.factorize(np.array([texts.fold(t).strip() for t in some], object))
        split = [set(words.words(str(v))) for v in values]
        code = np.where(np.array([bool(s) for s in split], bool)[code], code, -1).astype(np.int32)
        has = np.flatnonzero(code >= 0)
        if len(np.unique(code[has])) > 1:
            look = has[:: max(1, len(has) // _LOOK)]
            held = float(np.mean([split[code[i]] <= set(words.words(catalogue.title[i])) for i in look]))
            if held >= _NAMED:
                out.append(TitleColumn(name, code, held))
    return out


def weighed(
    columns: list[TitleColumn], weights: PairWeights, evidence: np.ndarray, a: np.ndarray, b: np.ndarray
) -> PairWeights:
    """The weights with two more for each column that has none yet: against pairs that differ, for pairs that agree.

    evidence: (m,) log odds by the other weights. They decide which pairs match; how often those differ in a column,
    against how often other pairs do, gives its weights (expectation maximisation for the model of Fellegi and Sunter
    1969, A theory for record linkage)."""
    new = [c for c in columns if DIFFERS + c.name not in weights.names]
    if not new:
        return weights
    step = -(-len(a) // _PAIRS) or 1
    a, b, evidence = a[::step], b[::step], evidence[::step]
    differs, known = [c.differs(a, b) for c in new], [c.known(a, b) for c in new]
    other = [float(np.clip(d.sum() / max(k.sum(), 1), 1e-6, 1 - 1e-6)) for d, k in zip(differs, known, strict=True)]
    found = [odds(u * np.exp(-_AGAINST * c.in_titles), u) for c, u in zip(new, other, strict=True)]
    for _ in range(_ROUNDS if len(a) else 0):
        now = evidence.copy()
        for (against, for_), d, both in zip(found, differs, known, strict=True):
            now += np.where(d, against, np.where(both, for_, 0))
        p = logistic(now + shift(now, weights.prior))
        for k, (column, d, both) in enumerate(zip(new, differs, known, strict=True)):
            u = float(np.clip(((1 - p) * d).sum() / max(((1 - p) * both).sum(), 1e-9), 1e-6, 1 - 1e-6))
            seen = ((p * d).sum() + _HOLD * u) / ((p * both).sum() + _HOLD)
            trust = _TRUST * column.in_titles
            found[k] = odds(float((1 - trust) * seen + trust * u * np.exp(-_AGAINST)), u)
    names = [prefix + c.name for c in new for prefix in (DIFFERS, AGREES)]
    return weights.and_also(names, np.array(found).ravel())


def features(columns: list[TitleColumn], a: np.ndarray, b: np.ndarray) -> dict[str, np.ndarray]:
    """{feature: (m,) float32}, two of each column."""
    out = {}
    for column in columns:
        differs = column.differs(a, b)
        out[DIFFERS + column.name] = differs.astype(np.float32)
        out[AGREES + column.name] = (column.known(a, b) & ~differs).astype(np.float32)
    return out


def odds(matches: float, others: float) -> tuple[float, float]:
    """(log odds of a pair that differs, of one that agrees) from the shares of matches and of other pairs that differ;
    nothing where matches differ as often."""
    if matches >= others:
        return 0.0, 0.0
    against, for_ = np.log(max(matches, 1e-9) / others), np.log((1 - matches) / (1 - others))
    return float(max(against, -_MOST)), float(_AGREE * min(for_, _MOST))
