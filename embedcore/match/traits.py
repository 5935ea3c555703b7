"""Traits: everything that is read of single products before pairs of them are compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from embedcore.explore import counts, ngrams
from embedcore.match import models, sparse, words
from embedcore.match.sparse import WordTable
from embedcore.match.texts import CatalogueTexts
from embedcore.progress import Progress, silent
from embedcore.vectors import unit_rows

# Chosen by hand.
_BRANDED = 3  # words at the beginning of a title that may be its brand
_NO_BRAND = ("unknown", "generic", "n/a", "na", "none", "no brand", "unbranded", "-")
_BRANDS = 3  # makers that may use one model number: a maker, and shops that stand where a maker should
_COPIES = 6  # rows; equal texts of fewer are compared like any others
_STEPS = 8  # passes over all products
_REPORT = 1_000  # products between two reports of progress
_DESCRIPTION_START = 150  # characters of a description that are searched for a model number the title lacks


@dataclass(frozen=True, eq=False)
class Traits:
    """Tables with one row per product.

    chars, terms, prose: char n-grams of titles, words of titles, words of titles and descriptions, as TF-IDF rows of
    length 1. words: words of titles. model: model numbers of titles. spelt: the model numbers of any title that this
    product's title or description holds. related: the model numbers that are longer or shorter forms of its own.
    letters: (models, 24) uint8, the characters of each. number, measure, unit, colour, brand: those of the titles.
    length: characters of the title. whole: (n,) int64, equal where all texts are equal, -1 where fewer than
    _COPIES are.
    """

    chars: csr_matrix
    terms: csr_matrix
    prose: csr_matrix
    words: WordTable
    model: WordTable
    spelt: csr_matrix
    related: csr_matrix
    letters: np.ndarray
    number: csr_matrix
    measure: csr_matrix
    unit: csr_matrix
    colour: csr_matrix
    brand: csr_matrix
    length: np.ndarray
    whole: np.ndarray


def of(texts: CatalogueTexts, progress: Progress = silent) -> Traits:
    """Read every product once."""
    every = _ReadingPasses(progress)
    split = [words.words(t) for t in every(texts.title)]
    titled = sparse.counted(split)
    prose = sparse.counted([[*w, *words.words(d)] for w, d in zip(split, every(texts.description), strict=True)])
    coded = [_coded(t, d) for t, d in zip(texts.title, every(texts.description), strict=True)]
    standards = _standards([whole for whole, _ in coded], texts.brand)
    coded = [([w for w in whole if w not in standards], parts) for whole, parts in coded]
    model = _ranked(sparse.counted([whole for whole, _ in coded]))
    columns = {str(w): k for k, w in enumerate(model.names)}
    spelt = _spelt(texts, every([w for w, _ in coded]), columns)
    measured = [words.measures(t) for t in every(texts.title)]
    measure, _ = sparse.table([[f"{what} {value}" for what, value in m] for m in measured])
    unit, _ = sparse.table([[what for what, _ in m] for m in measured])
    number, _ = sparse.table([[w for w in s if w[0].isdigit() and w.replace(".", "").isdigit()] for s in split])
    hue, _ = sparse.table([_colours(t, c) for t, c in zip(texts.title, every(texts.colour), strict=True)])
    chars = _chars(texts.title, every)
    return Traits(
        chars,
        unit_rows(titled.table, titled.idf),
        unit_rows(prose.table, prose.idf),
        titled,
        model,
        spelt,
        _related(model, [parts for _, parts in coded]),
        _letters(model),
        number,
        measure,
        unit,
        hue,
        _brands(texts, split),
        np.array([len(t) for t in texts.title], np.float32),
        _whole(texts),
    )


def _standards(coded: list[list[str]], brands: np.ndarray) -> set[str]:
    """What looks like a model number but is in titles of more than _BRANDS brands: UV400, a standard of lenses."""
    of: dict[str, set[str]] = {}
    for whole, brand in zip(coded, brands, strict=True):
        name = words.words(brand)
        for w in whole if name and brand not in _NO_BRAND else ():
            of.setdefault(w, set()).add(name[0])
    return {w for w, found in of.items() if len(found) > _BRANDS}


def _whole(texts: CatalogueTexts) -> np.ndarray:
    parts = zip(texts.title, texts.description, texts.brand, texts.colour, strict=True)
    code = pd.factorize(pd.Series(["\x1f".join(p) for p in parts], dtype="str"))[0]
    return np.where(texts.known & (np.bincount(code, minlength=1)[code] >= _COPIES), code, -1)


class _ReadingPasses:
    """Reports the progress of _STEPS passes over all products, one pass a call."""

    def __init__(self, progress: Progress) -> None:
        self._progress, self._step = progress, 0

    def __call__(self, items: Sequence[Any] | np.ndarray) -> Iterator[Any]:
        n = max(1, len(items))
        for k, item in enumerate(items):
            if k % _REPORT == 0:
                self._progress(round(1000 * (self._step + k / n)), 1000 * _STEPS, note="Reading titles")
            yield item
        self._step = min(self._step + 1, _STEPS)
        self._progress(1000 * self._step, 1000 * _STEPS, note="Reading titles")


def _chars(titles: np.ndarray, every: _ReadingPasses) -> csr_matrix:
    """TF-IDF of char n-grams within words. A word is cut once, however many titles hold it."""
    held, columns = counts.counted(title.split() for title in every(titles))
    cut = [ngrams.grams(word) for word in every(list(columns) or [""])]
    # In sorted columns sums do not depend on which title comes first.
    runs, _ = counts.counted(cut, {gram: n for n, gram in enumerate(sorted({g for word in cut for g in word}))})
    table = csr_matrix(held @ runs)
    table.sort_indices()
    return counts.tfidf(table)


def _spelt(texts: CatalogueTexts, coded: Iterable[list[str]], columns: dict[str, int]) -> csr_matrix:
    rows = []
    for title, description, own in zip(texts.title, texts.description, coded, strict=True):
        rows.append([*own, *(w for w in models.joined(f"{title} {description}") if w in columns)])
    return sparse.table(rows, columns)[0]


def _coded(title: str, description: str) -> tuple[list[str], list[str]]:
    """The model numbers of a title; of the first words of the description where the title has none."""
    wholes, parts = models.models(title)
    return (wholes, parts) if wholes or parts else models.models(description[:_DESCRIPTION_START])


def _ranked(found: WordTable) -> WordTable:
    """The columns ordered by how much a model number says: the rarest, then the longest, last."""
    lengths = np.array([len(str(w)) for w in found.names])
    order = np.lexsort((found.names, lengths, found.idf))
    return WordTable(csr_matrix(found.table[:, order].sorted_indices()), found.idf[order], found.names[order])


def _related(model: WordTable, parts: list[list[str]]) -> csr_matrix:
    """The model numbers of the catalogue that are another form of one of each row's own: shorter, longer, or sharing a
    shorter form with nothing left over on one side."""
    columns = {str(w): k for k, w in enumerate(model.names)}
    a, b = [], []
    for whole, k in columns.items():
        for part in models.forms(whole):
            if part in columns:
                a += [k, columns[part]]
                b += [columns[part], k]
    related = csr_matrix((np.ones(len(a), np.float32), (a, b)), (len(columns), len(columns)))
    own, _ = sparse.table(parts, columns)
    out = csr_matrix(model.table @ related + own)
    out.data[:] = 1
    return out


def _letters(model: WordTable) -> np.ndarray:
    out = np.zeros((len(model.names), 24), np.uint8)
    for k, w in enumerate(model.names):
        raw = np.frombuffer(str(w).encode("ascii", "ignore")[:24], np.uint8)
        out[k, : len(raw)] = raw
    return out


def _colours(title: str, column: str) -> set[str]:
    return words.colours(column) or words.colours(title)


def _brands(texts: CatalogueTexts, split: list[list[str]]) -> csr_matrix:
    """The brand of each row as its whole name and its first word; where the brand column is empty, known brands with
    which the title begins."""
    named = []
    for brand in texts.brand:
        parts = words.words(brand)
        named.append({"".join(parts), parts[0]} if parts and brand not in _NO_BRAND else set())
    known = {w for row in named for w in row if len(w) > 1}
    rows = []
    for own, title in zip(named, split, strict=True):
        start = title[:_BRANDED]
        in_title = {w for w in start if w in known} | {a + b for a, b in pairwise(start) if a + b in known}
        rows.append(own | in_title)
    return sparse.table(rows)[0]
