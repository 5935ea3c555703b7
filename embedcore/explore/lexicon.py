"""What a catalogue says, ready to be searched: every text column by its words and by its letters."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import Any

import numpy as np

from embedcore.data import Dataset
from embedcore.explore.ngrams import Ngrams, plain, tokens
from embedcore.explore.recent import Recent

NAMES = ("title", "brand", "category")  # columns that call a product by a name
TEXTS = (*NAMES, "text", "description")  # all columns that are searched
BEGINS = 0.9  # what the beginning of a word counts for; the word itself counts 1
_ALIKE = 0.45  # cosine of letter runs from which another word counts as this one
_TYPO = 75  # out of 100: how alike the spelling of a word must be that nobody knows
_LONG = 1000  # letters of a cell that are looked at: the rest of a long description repeats it


@dataclass(frozen=True, eq=False)
class Lexicon:
    """The index of one dataset, n = len(Dataset.items).

    names: its titles, brands and categories; full: all text columns. vocabulary: the sorted words of `full`; word w
    is in the items of rows postings.indptr[w]:postings.indptr[w + 1] (CSC). lengths: of each word's letter runs.
    weight: how much a word tells (idf). titles, ids: plain texts of each item. by_id: positions in the order of
    sorted ids. fame: (n,) float32 0..1, grows with how often an item is bought.
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
    fame: np.ndarray

    @classmethod
    def of(cls, dataset: Dataset) -> Lexicon:
        """Build it: about a CPU second for 90,000 products."""
        texts = {c: _cells(dataset, c) for c in dataset.columns(*TEXTS)}
        names = _joined([texts[c] for c in dataset.columns(*NAMES)], len(dataset))
        full = names
        if more := [texts[c] for c in dataset.columns("text", "description")]:
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
        fame = np.log1p(dataset.counts) / max(np.log1p(dataset.counts).max(initial=0), 1e-9)
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
            fame.astype(np.float32),
        )

    def words(self, query: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(found (words, n) float32: how well each item has each word of the query: 1 as it is, BEGINS as a
        beginning, less when misspelt; how much each word tells (words,); begun (words,): it is the beginning of a
        word that we know)."""
        from rapidfuzz import fuzz, process

        asked = list(dict.fromkeys(tokens(query)))[:12]
        found = np.zeros((len(asked), len(self.titles)), np.float32)
        tells, begun = np.ones(len(asked)), np.zeros(len(asked), bool)
        at, items = self.postings.indptr, self.postings.indices
        for n, (row, word) in enumerate(zip(found, asked, strict=True)):
            low, high = bisect_left(self.vocabulary, word), bisect_left(self.vocabulary, word + "\U0010ffff")
            alike = (self.full.runs @ self.full.query(word))[self.codes] / self.lengths
            same = {int(w): float(alike[w]) for w in np.flatnonzero(alike >= _ALIKE)}
            # Another digit is another model, not a slip of the finger.
            if low == high and len(word) > 2 and not any(c.isdigit() for c in word):
                spelt = process.extract(word, self.vocabulary, scorer=fuzz.ratio, score_cutoff=_TYPO, limit=20)
                same |= {w: max(same.get(w, 0.0), score / 100) for _, score, w in spelt}
            for w, how in same.items():
                here = items[at[w] : at[w + 1]]
                row[here] = np.maximum(row[here], BEGINS * min(how, 1.0))
            row[items[at[low] : at[high]]] = BEGINS
            begun[n] = low < high
            tells[n] = self.weight.max(initial=1.0)
            if low < high and self.vocabulary[low] == word:
                row[items[at[low] : at[low + 1]]] = 1
                tells[n] = self.weight[low]
        return found, tells, begun

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
    cells = dataset.column(column).fillna("").astype(str).to_numpy(dtype=object)
    return [c if len(c) <= _LONG else c[:_LONG] for c in cells]


def _joined(columns: list[list[str]], n: int) -> list[str]:
    if not columns:
        return [""] * n
    return columns[0] if len(columns) == 1 else [" ".join(cells) for cells in zip(*columns, strict=True)]
