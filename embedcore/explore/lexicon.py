"""The texts of a catalogue, indexed for search: every text column by its words and by its letters."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import Any

import numpy as np

from embedcore.data import Dataset, written_tags
from embedcore.explore.ngrams import Ngrams, plain, tokens
from embedcore.explore.recent import Recent

NAMES = ("title", "brand", "category")  # columns that name a product
TEXTS = (*NAMES, "tags", "text", "description")  # all columns that are searched
# Chosen by hand.
PREFIX_WEIGHT = 0.9  # of a word that only begins like the query's; the word itself counts 1
_SIMILAR_WORD = 0.45  # cosine of letter runs from which another word counts as this one
_TYPO = 75  # out of 100: how similar the spelling of an unknown word must be to a known one
_LONGEST_CELL = 1000  # characters of a cell that are read: the rest of a long description repeats it
_MOST_WORDS = 12  # words of a query that are looked up


@dataclass(frozen=True, eq=False)
class Lexicon:
    """The index of one dataset, n = len(Dataset.items).

    names: its titles, brands and categories; full: all text columns. vocabulary: the sorted words of `full`; word w
    is in the items of rows postings.indptr[w]:postings.indptr[w + 1] (CSC). lengths: of each word's letter runs.
    weight: the idf of each word. titles, ids: plain texts of each item. by_id: positions in the order of
    sorted ids. popularity: (n,) float32 0..1, grows with how often an item is bought.
    """

    names: Ngrams
    full: Ngrams
    vocabulary: list[str]
    codes: np.ndarray
    postings: Any
    lengths: np.ndarray
    weight: np.ndarray
    titles: list[str]
    sorted_ids: list[str]
    by_id: np.ndarray
    popularity: np.ndarray

    @classmethod
    def of(cls, dataset: Dataset) -> Lexicon:
        """Build it: about a CPU second for 90,000 products. The dataset may lack any of the columns."""
        texts = {c: _cells(dataset, c) for c in dataset.columns(*TEXTS)}
        names = _joined([texts[c] for c in dataset.columns(*NAMES)], len(dataset))
        full = names
        if more := [texts[c] for c in dataset.columns("tags", "text", "description")]:
            full = _joined([names, *more], len(dataset))
        letters = Ngrams.of(full)
        vocabulary = sorted(letters.words)
        codes = np.array([letters.words[w] for w in vocabulary], np.int64)
        postings = letters.bag.tocsc()[:, codes]
        squares = np.asarray(letters.runs.multiply(letters.runs).sum(1)).ravel()[codes]
        weight = np.log((1 + len(dataset)) / (1 + np.diff(postings.indptr))) + 1
        title = dataset.columns("title")
        titles = [plain(t) for t in (texts[title[0]] if title else names)]
        ids = [plain(str(i)) for i in dataset.items]
        by_id = np.array(sorted(range(len(ids)), key=ids.__getitem__), np.int64)
        popularity = np.log1p(dataset.counts) / max(np.log1p(dataset.counts).max(initial=0), 1e-9)
        return cls(
            letters if full is names else Ngrams.of(names),
            letters,
            vocabulary,
            codes,
            postings,
            np.maximum(np.sqrt(squares), 1e-9),
            weight,
            titles,
            [ids[i] for i in by_id],
            by_id,
            popularity.astype(np.float32),
        )

    def words(self, query: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(found (words, n) float32: how well each item has each word of the query: 1 as it is, PREFIX_WEIGHT as
        a beginning, less when misspelt; the idf of each word (words,); begun (words,): it begins a known word)."""
        from rapidfuzz import fuzz, process

        wanted = list(dict.fromkeys(tokens(query)))[:_MOST_WORDS]
        found = np.zeros((len(wanted), len(self.titles)), np.float32)
        idf, begun = np.ones(len(wanted)), np.zeros(len(wanted), bool)
        at, items = self.postings.indptr, self.postings.indices
        for n, (row, word) in enumerate(zip(found, wanted, strict=True)):
            low, high = bisect_left(self.vocabulary, word), bisect_left(self.vocabulary, word + "\U0010ffff")
            alike = (self.full.runs @ self.full.query(word))[self.codes] / self.lengths
            same = {int(w): float(alike[w]) for w in np.flatnonzero(alike >= _SIMILAR_WORD)}
            # Another digit is another model, not a typing error.
            if low == high and len(word) > 2 and not any(c.isdigit() for c in word):
                spelt = process.extract(word, self.vocabulary, scorer=fuzz.ratio, score_cutoff=_TYPO, limit=20)
                same |= {w: max(same.get(w, 0.0), score / 100) for _, score, w in spelt}
            for w, how in same.items():
                here = items[at[w] : at[w + 1]]
                row[here] = np.maximum(row[here], PREFIX_WEIGHT * min(how, 1.0))
            row[items[at[low] : at[high]]] = PREFIX_WEIGHT
            begun[n] = low < high
            idf[n] = self.weight.max(initial=1.0)
            if low < high and self.vocabulary[low] == word:
                row[items[at[low] : at[low + 1]]] = 1
                idf[n] = self.weight[low]
        return found, idf, begun

    def with_id(self, text: str, k: int) -> list[int]:
        """Up to k items whose id is, or begins with, this plain text; the exact one first."""
        low, high = bisect_left(self.sorted_ids, text), bisect_left(self.sorted_ids, text + "\U0010ffff")
        return [int(i) for i in self.by_id[low : min(high, low + k)]]


_recent: Recent[Lexicon] = Recent(2)


def lexicon(dataset: Dataset) -> Lexicon:
    """The index of a dataset, built at the first call and kept for the last few datasets."""
    return _recent.get(dataset.hash, lambda: Lexicon.of(dataset))


def _cells(dataset: Dataset, column: str) -> list[str]:
    """One text an item, "" where missing."""
    found = dataset.column(column)
    found = written_tags(found) if column in dataset.columns("tags") else found
    cells = found.fillna("").astype(str).to_numpy(dtype=object)
    return [c[:_LONGEST_CELL] for c in cells]


def _joined(columns: list[list[str]], n: int) -> list[str]:
    if not columns:
        return [""] * n
    return columns[0] if len(columns) == 1 else [" ".join(cells) for cells in zip(*columns, strict=True)]
