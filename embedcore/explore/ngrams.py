"""Texts compared by their letters: TF-IDF of runs of 3 to 5 letters, robust to typing errors and codes.

>>> Ngrams.of(["running shoe", "desk lamp"]).scores("runing shoes").argmax()
np.int64(0)
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from embedcore.data import pieces
from embedcore.explore.counts import counted, idf

LOW, HIGH = 3, 5
_PART = re.compile(r"[^\W_]+")


def plain(text: str) -> str:
    """Lower case, without accents, single spaces: what is compared when a person types a name.

    >>> plain("  Crème  BRÛLÉE ")
    'creme brulee'
    """
    text = text.casefold()
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(text.split())


def tokens(text: str) -> list[str]:
    """The tokens of a text: its runs of letters and digits, and those that only punctuation separates also as one,
    since codes are written with and without it. Capitals and accents do not matter; runs of a script without spaces are
    cut into pairs of characters.

    >>> tokens("KDL-46XBR")
    ['kdl', '46xbr', 'kdl46xbr']
    """
    return [t for word in plain(text).split() for t in _pieces(word)]


def _pieces(word: str) -> list[str]:
    parts = _PART.findall(word)
    found = parts if len(parts) < 2 else [*parts, "".join(parts)]
    return found if word.isascii() else [p for part in found for p in pieces(part)]


def grams(word: str) -> list[str]:
    """The runs of LOW to HIGH letters of a word with a space at both ends.

    >>> grams("tv")
    [' tv', 'tv ', ' tv ']
    """
    w = f" {word} "
    return [w[i : i + k] for k in range(LOW, HIGH + 1) for i in range(len(w) - k + 1)]


@dataclass(frozen=True, eq=False)
class Ngrams:
    """An index of n texts: cosine similarity of TF-IDF weighted letter runs inside words.

    A text is a bag of words and a word a bag of letter runs, so texts are scored through their few different words
    and no text-by-run matrix is kept: 92,000 products take some 10 ms a query and 20 MB.

    words: word -> column of `bag` and row of `runs`. bag: (n, words) CSR float32 counts. runs: (words, grams) CSR
    float32 counts times idf. known: gram -> its column. idf: (grams,) float32. norms: (n,) float32 length of each
    text's vector (1 for an empty text).

    >>> len(Ngrams.of(["tea", "green tea"]))
    2
    """

    words: dict[str, int]
    bag: Any
    runs: Any
    known: dict[str, int]
    idf: np.ndarray
    norms: np.ndarray

    @classmethod
    def of(cls, texts: Sequence[str]) -> Ngrams:
        """Build the index; equal texts are read once. 44,000 product names take less than a CPU second."""
        different = list(dict.fromkeys(texts))
        pieces = cache(_pieces)  # words between spaces: most of them repeat in other texts
        bag, words = counted([p for word in plain(text).split() for p in pieces(word)] for text in different)
        runs, known = counted(map(grams, words)) if words else counted([""])
        rare, norms = _weights(bag, runs)
        runs.data *= rare[runs.indices]
        row = {t: n for n, t in enumerate(different)}
        at = np.fromiter((row[t] for t in texts), np.int64, len(texts))
        return cls(words, bag[at], runs, known, rare, norms[at])

    def __len__(self) -> int:
        return len(self.norms)

    def query(self, text: str) -> np.ndarray:
        """(grams,) float32: a text as a vector of length 1; zeros when it shares no letters with the index."""
        found = [self.known[g] for w in tokens(text) for g in grams(w) if g in self.known]
        q = np.bincount(found, minlength=len(self.idf)).astype(np.float32) * self.idf
        return np.asarray(q / max(float(np.linalg.norm(q)), 1e-9), np.float32)

    def scores(self, text: str) -> np.ndarray:
        """(n,) float32 in 0..1: how alike each text of the index is to this one."""
        q = self.query(text)
        return np.asarray((self.bag @ (self.runs @ q)) / self.norms, np.float32)

    def matrix(self) -> Any:
        """(n, grams) CSR float32 rows of length 1: every text at once, for comparing all with all."""
        import scipy.sparse as sparse

        return (sparse.diags(1 / self.norms) @ (self.bag @ self.runs)).tocsr().astype(np.float32)


def _weights(bag: Any, runs: Any, block: int = 8192) -> tuple[np.ndarray, np.ndarray]:
    """(idf of each gram, length of each text's weighted vector), in blocks: the whole product would be large."""
    n = bag.shape[0]
    seen = np.zeros(runs.shape[1], np.int64)
    for a in range(0, n, block):
        seen += np.bincount((bag[a : a + block] @ runs).indices, minlength=len(seen))
    rare = idf(seen, n)
    norms = np.ones(n, np.float32)
    for a in range(0, n, block):
        part = bag[a : a + block] @ runs
        part.data *= rare[part.indices]
        squares = np.asarray(part.multiply(part).sum(1)).ravel()
        norms[a : a + block] = np.where(squares > 0, np.sqrt(squares), 1)
    return rare, norms
