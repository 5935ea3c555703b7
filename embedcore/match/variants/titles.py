"""Titles as tokens: a measure is one token, whatever its unit; slips of the keyboard are known as such."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from embedcore.match import words

LONGEST = 48  # tokens of a title that are laid on each other
# Chosen by hand.
_RARE = 2  # titles with a word for it to be a slip of another one
_COMMON = 3  # titles with that other one
_LONG = 7  # letters of a word in which two slips are forgiven
_TRUST = 3  # letters of a clipped word that say which word it was
_BRAND = 4  # words of a brand
_TRADE = (
    "new neu nouveau nuevo nuova nuovo novo nieuw nowy sale offer offers angebot aktion promo promotion oferta offerta "
    "original originale genuine by the of and und et"
)
_NEUTRAL = frozenset(_TRADE.split())
# These and the words that they begin with, or that begin with them, are never slips of one another.
_DENYING = {"without", "wireless", "ohne", "sans", "sin", "senza", "sem", "zonder", "bez", "без", "non", "not", "no"}
_DENYING |= {"left", "right"}


@dataclass(frozen=True, eq=False)
class Titles:
    """code: (n, L) int32 tokens in their order, -1 behind the last. distinct: the same, each token once. length: (n,)
    tokens. names: (V,) object str. held: (V,) titles that hold a token. digit: (V,) bool. neutral: (V,) bool, words of
    trade that say nothing about the product. brand: (n, B) int32 tokens of the brand, -1 behind the last."""

    code: np.ndarray
    distinct: np.ndarray
    length: np.ndarray
    names: np.ndarray
    held: np.ndarray
    digit: np.ndarray
    neutral: np.ndarray
    brand: np.ndarray

    def __len__(self) -> int:
        return len(self.code)

    @cached_property
    def joined(self) -> tuple[np.ndarray, np.ndarray]:
        """(two neighbouring tokens as one number, ascending; the token that both are when written as one): t shirt is
        tshirt."""
        known = {str(w): k for k, w in enumerate(self.names)}
        x, y = self.code[:, :-1], self.code[:, 1:]
        both = y >= 0
        two = np.unique(x[both].astype(np.int64) * len(self.names) + y[both])
        one = [
            known.get(f"{self.names[p]}{self.names[q]}", -1)
            for p, q in zip(two // len(self.names), two % len(self.names), strict=True)
        ]
        found = np.array(one, np.int64)
        return two[found >= 0], found[found >= 0]

    def slips(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """(m,) bool: the tokens x[i] and y[i] are one word written in two ways."""
        low, high = np.minimum(x, y).astype(np.int64), np.maximum(x, y).astype(np.int64)
        out: np.ndarray = low == high
        open_ = np.flatnonzero(~out & (low >= 0) & ~self.digit[low] & ~self.digit[high])
        if not len(open_):
            return out
        key, back = np.unique(low[open_] * len(self.names) + high[open_], return_inverse=True)
        out[open_] = self._decided(key)[back]
        return out

    def _decided(self, key: np.ndarray) -> np.ndarray:
        """(k,) bool for tokens without digits, as numbers."""
        p, q = key // len(self.names), key % len(self.names)
        size, first, second, hue = self._letters
        one, two = np.where(size[p] <= size[q], p, q), np.where(size[p] <= size[q], q, p)
        short, long = size[one], size[two]
        out = np.zeros(len(key), bool)
        hues = (hue[p] >= 0) & (hue[q] >= 0)
        rare = np.minimum(self.held[p], self.held[q]) <= _RARE
        apart = self._denies[p] | self._denies[q]
        # A slip seldom hits the first letter, but that may be lost or change places: akhem, edlta, not luna for tuna.
        start = (first[p] == first[q]) | (long > short) | ((first[p] == second[q]) & (second[p] == first[q]))
        near = (long - short <= 2) & start & ~apart & (np.maximum(self.held[p], self.held[q]) >= _COMMON)
        near &= np.where(hues, hue[p] == hue[q], rare & (short >= 4))
        at = np.flatnonzero(near)
        if len(at):
            steps = process.cpdist(self.names[p[at]], self.names[q[at]], scorer=OSA.distance, score_cutoff=2)
            out[at] = (steps == 1) | ((steps == 2) & (long[at] >= _LONG) & ~hues[at])
        clipped = (
            ~out
            & ~(hues & (hue[p] != hue[q]))
            & ~apart
            & (first[p] == first[q])
            & (long >= 4)
            & (short >= 2)
            & (short < long)
        )
        for k in np.flatnonzero(clipped).tolist():
            out[k] = _clipped(str(self.names[one[k]]), str(self.names[two[k]]), rare=bool(rare[k]))
        return out

    @cached_property
    def _denies(self) -> np.ndarray:
        """(V,) bool: words that turn a meaning round."""
        return np.array([w in _DENYING for w in self.names], bool)

    @cached_property
    def _letters(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """(letters, first letter, second letter, colour or -1) of each token."""
        hues = {c: k for k, c in enumerate(sorted(set(words.COLOURS.values())))}
        return (
            np.array([len(w) for w in self.names], np.int64),
            np.array([ord(w[0]) for w in self.names], np.int64),
            np.array([ord(w[1]) if len(w) > 1 else 0 for w in self.names], np.int64),
            np.array([hues.get(words.COLOURS.get(w, ""), -1) for w in self.names], np.int64),
        )


def read(titles: Sequence[str], brands: Sequence[str]) -> Titles:
    """From folded titles and brands."""
    known: dict[str, int] = {}
    rows = [[known.setdefault(t, len(known)) for t in tokens(title)[:LONGEST]] for title in titles]
    code = _padded(rows)
    once = [list(dict.fromkeys(row)) for row in rows]
    brand = _padded([[known.get(w, -1) for w in words.words(b)[:_BRAND]] for b in brands])
    names = np.array([*known, *([] if known else ["-"])], object)
    distinct = _padded(once)
    held = np.bincount(distinct[distinct >= 0], minlength=len(names))
    digit = np.array([any(c.isdigit() for c in w) for w in names], bool)
    neutral = np.array([w in _NEUTRAL for w in names], bool)
    return Titles(code, distinct, np.array([len(r) for r in rows], np.int64), names, held, digit, neutral, brand)


def _padded(rows: list[list[int]]) -> np.ndarray:
    out = np.full((len(rows), max((len(r) for r in rows), default=0) or 1), -1, np.int32)
    for k, row in enumerate(rows):
        out[k, : len(row)] = row
    return out


def tokens(title: str) -> list[str]:
    """A folded title as tokens: "6 x 330 ml" is 6x and =volume:330."""
    out: list[str] = []
    at = 0
    for found in words.MEASURE.finditer(title):
        out += words.words(title[at : found.start()])
        what, value = words.measures(found.group(0))[0]
        times = found.group(0)[: found.start(1) - found.start()].rstrip(" x*×")
        out += [f"{times}x"] if times else []
        out.append(f"={what}:{value}")
        at = found.end()
    return out + words.words(title[at:])


def _clipped(short: str, long: str, *, rare: bool) -> bool:
    """blk, swtr, jkt: the first letter and the consonants in their order; or a word cut short, if it is rare."""
    rest = iter(long)
    if not all(c in rest for c in short):
        return False
    if long.startswith(short):
        return rare and len(short) >= _TRUST
    consonants = sum(c not in "aeiou" for c in long)
    return not any(c in "aeiou" for c in short[1:]) and len(short) >= max(2, consonants / 2)
