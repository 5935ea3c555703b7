"""Features: what two products have in common and where they differ, as numbers, for many pairs at once."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from embedcore.match import sparse
from embedcore.match.texts import CatalogueTexts
from embedcore.match.traits import Traits

# Chosen by hand.
_OTHER = 0.25  # log ratio of prices from which products with the same texts may be two
_FAR = 2.0  # log ratio at which the difference of prices is clipped
_CLOSE = 8  # the closeness of prices is e to the power -8 x log ratio
_CROWD = 10  # nearest rows whose mean likeness is the density around a row


def compare(
    texts: CatalogueTexts,
    traits: Traits,
    a: np.ndarray,
    b: np.ndarray,
    density: dict[str, np.ndarray],
    *,
    unit: np.ndarray | None = None,
    has: np.ndarray | None = None,
) -> dict[str, np.ndarray]:
    """{feature: (m,) float32} of the pairs (a[i], b[i]).

    density: how crowded each row's neighbourhood is, in "chars", "terms", "prose" and, with vectors,
    "meaning". unit: (n, d) float32 vectors of length 1 (zeros where there is none), has: (n,) bool which rows have one.
    """
    f: dict[str, np.ndarray] = {}
    t = traits
    if unit is not None and has is not None:
        both = has[a] & has[b]
        cosine = sparse.cosines(unit, a, b)
        f["meaning"] = np.where(both, cosine, 0)
        f["meaning_near"] = np.where(both, 2 * cosine - density["meaning"][a] - density["meaning"][b], 0)
    f["chars"] = sparse.dots(t.chars, t.chars, a, b)
    f["chars_near"] = 2 * f["chars"] - density["chars"][a] - density["chars"][b]
    f["terms"] = sparse.dots(t.terms, t.terms, a, b)
    f["terms_near"] = 2 * f["terms"] - density["terms"][a] - density["terms"][b]
    f["prose"] = sparse.dots(t.prose, t.prose, a, b)
    f["prose_near"] = 2 * f["prose"] - density["prose"][a] - density["prose"][b]
    _words(t, a, b, f)
    _models(t, a, b, f)
    _values(t, a, b, f)
    _prices(texts, a, b, f)
    short, long = np.minimum(t.length[a], t.length[b]), np.maximum(t.length[a], t.length[b])
    f["identical"] = identical(texts, t, a, b)
    f["length"] = short / np.maximum(long, 1)
    return {name: np.asarray(v, np.float32) for name, v in f.items()}


def identical(texts: CatalogueTexts, traits: Traits, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(m,) bool: two of many copies: every text is the same, and prices, where both are known, are close.

    Such rows crowd each other and their words are common, so nothing else would speak for them."""
    with np.errstate(invalid="ignore"):
        apart = np.abs(np.log(texts.price[a] / texts.price[b])) > _OTHER
    return np.asarray((traits.whole[a] == traits.whole[b]) & (traits.whole[a] >= 0) & ~apart)


def density_of(likeness: np.ndarray, a: np.ndarray, b: np.ndarray, n: int) -> np.ndarray:
    """(n,) float32: the mean of each row's ten highest among the pairs at hand (missing ones count 0)."""
    row, value = np.r_[a, b], np.r_[likeness, likeness]
    order = np.lexsort((-value, row))
    row, value = row[order], value[order]
    first = np.r_[True, row[1:] != row[:-1]] if len(row) else np.empty(0, bool)
    start = np.maximum.accumulate(np.where(first, np.arange(len(row)), 0)) if len(row) else np.empty(0, np.int64)
    best = np.arange(len(row)) - start < _CROWD
    return np.asarray(np.bincount(row[best], weights=value[best], minlength=n) / _CROWD, np.float32)


def _words(t: Traits, a: np.ndarray, b: np.ndarray, f: dict[str, np.ndarray]) -> None:
    weighted = t.words.weighted
    mass = np.asarray(weighted.sum(1), np.float32).ravel()
    shared = sparse.dots(weighted, t.words.table, a, b)
    ma, mb = mass[a], mass[b]
    f["jaccard"] = shared / np.maximum(ma + mb - shared, 1e-6)
    f["contained"] = shared / np.maximum(np.minimum(ma, mb), 1e-6)
    # Words of its own on either side speak of another product; on one side only, of a longer title.
    f["own_words"] = np.minimum(np.minimum(ma, mb) - shared, 5) / 5


def _models(t: Traits, a: np.ndarray, b: np.ndarray, f: dict[str, np.ndarray]) -> None:
    rare = t.model.weighted
    f["model"] = sparse.best(rare, t.model.table, a, b)
    spelt = np.maximum(sparse.best(rare, t.spelt, a, b), sparse.best(rare, t.spelt, b, a))
    f["model_spelt"] = np.where(f["model"] > 0, 0, spelt)
    related = np.maximum(sparse.best(rare, t.related, a, b), sparse.best(rare, t.related, b, a))
    f["model_akin"] = np.where((f["model"] > 0) | (spelt > 0), 0, related)
    # A model number on each side that the other does not know, whatever else they share.
    known = t.spelt + t.related
    x, y = sparse.left(t.model.table, known, a, b), sparse.left(t.model.table, known, b, a)
    both = (x >= 0) & (y >= 0)
    found = (f["model"] > 0) | (spelt > 0) | (related > 0)
    f["model_clash"] = both & ~found
    f["model_left"] = np.where(both & found, np.minimum(t.model.idf[x], t.model.idf[y]), 0)
    p, q = t.letters[x], t.letters[y]
    begin = np.cumprod((p == q) & (p > 0), axis=1).sum(1)
    short = np.minimum((p > 0).sum(1), (q > 0).sum(1))
    f["model_sibling"] = np.where(both, begin / np.maximum(short, 1), 0)


def _values(t: Traits, a: np.ndarray, b: np.ndarray, f: dict[str, np.ndarray]) -> None:
    def overlap(table: csr_matrix) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        size = np.diff(table.indptr).astype(np.float32)
        return sparse.dots(table, table, a, b), size[a], size[b]

    shared, na, nb = overlap(t.number)
    f["numbers"] = shared / np.maximum(na + nb - shared, 1)
    f["numbers_clash"] = np.minimum(np.minimum(na, nb) - shared, 3) / 3
    same, _, _ = overlap(t.measure)
    units, _, _ = overlap(t.unit)
    f["measures"] = np.minimum(same, 3)
    f["measures_clash"] = np.clip(units - same, 0, 2)
    for name, table in (("colour", t.colour), ("brand", t.brand)):
        shared, na, nb = overlap(table)
        f[name] = shared > 0
        f[f"{name}_clash"] = (shared == 0) & (na > 0) & (nb > 0)


def _prices(texts: CatalogueTexts, a: np.ndarray, b: np.ndarray, f: dict[str, np.ndarray]) -> None:
    logs = np.log(texts.price)
    apart = np.abs(logs[a] - logs[b])
    known = np.isfinite(apart)
    if (texts.currency >= 0).any():
        known &= (texts.currency[a] == texts.currency[b]) & (texts.currency[a] >= 0)
    f["price_apart"] = np.where(known, np.minimum(apart, _FAR), 0)
    f["price_close"] = np.where(known, np.exp(-_CLOSE * apart), 0)
