"""Templates: titles that are equal but for one run of words. What fills the same place in many is how this catalogue
names its variants."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedcore.match.variants.titles import Titles

FILL = 2  # tokens that may fill a place
# Chosen by hand.
WIDE = 3  # different fillers of one place that make it an axis of variants
_MOST = 60  # fillers of one place that are compared with each other
_MIX = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, eq=False)
class Cut:
    """Two titles laid on each other. fits: (m,) bool, they differ in one run of at most FILL tokens and share more.
    before, behind: tokens at the beginning and the end that are the same. x, y: what fills the place, as numbers (0:
    nothing). place: what stands around it."""

    fits: np.ndarray
    before: np.ndarray
    behind: np.ndarray
    x: np.ndarray
    y: np.ndarray
    place: np.ndarray


@dataclass(frozen=True, eq=False)
class Templates:
    """What alternates in a catalogue. wide: places with WIDE and more fillers, ascending. filler: all fillers,
    ascending; alternates: (F,) bool, those of wide places. pair: two fillers of one place as a number, ascending;
    seen: how many places hold both. word: (V,) the filler that a single token is, or -1."""

    titles: Titles
    head: np.ndarray
    tail: np.ndarray
    reverse: np.ndarray
    wide: np.ndarray
    filler: np.ndarray
    alternates: np.ndarray
    pair: np.ndarray
    seen: np.ndarray
    word: np.ndarray

    def cut(self, a: np.ndarray, b: np.ndarray) -> Cut:
        """The pairs (a[i], b[i]) laid on each other."""
        return _cut(self.titles, self.head, self.tail, self.reverse, a, b)

    def place(self, row: np.ndarray, before: np.ndarray, behind: np.ndarray) -> np.ndarray:
        """(m,) uint64: what stands around the place behind the first `before` tokens and before the last `behind`."""
        return _place(self.head, self.tail, row, before, behind)

    def is_wide(self, place: np.ndarray) -> np.ndarray:
        """(m,) bool."""
        return _among(self.wide, place)[0]

    def together(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """(m,) int64: in how many places both fillers stand; fillers by their number in `filler`, -1 none."""
        low, high = np.minimum(x, y), np.maximum(x, y)
        found, at = _among(self.pair, low * len(self.filler) + high)
        return np.where(found & (low >= 0) & (low < high), self.seen[at] if len(self.seen) else 0, 0)

    def number(self, filler: np.ndarray) -> np.ndarray:
        """(m,) int64: the number of each filler, -1 unknown."""
        found, at = _among(self.filler, filler)
        return np.where(found, at, -1)


def mine(titles: Titles, a: np.ndarray, b: np.ndarray) -> Templates:
    """The templates of the pairs (a[i], b[i])."""
    reverse = _reversed(titles)
    head, tail = _rolling(titles.code), _rolling(reverse)
    cut = _cut(titles, head, tail, reverse, a, b)
    at = cut.fits & (cut.x != cut.y)
    place, fill = np.r_[cut.place[at], cut.place[at]], np.r_[cut.x[at], cut.y[at]]
    place, fill = place[fill > 0], fill[fill > 0]
    order = np.lexsort((fill, place))
    place, fill = place[order], fill[order]
    first = np.r_[True, (place[1:] != place[:-1]) | (fill[1:] != fill[:-1])] if len(place) else np.zeros(0, bool)
    place, fill = place[first], fill[first]
    filler, code = np.unique(fill, return_inverse=True)
    p, q = _within(place)
    slip = _slips(titles, filler, code[p], code[q])
    # Of a word and its slip only the commoner stays.
    held = titles.held[filler // (len(titles.names) + 1) - 1] if len(filler) else np.zeros(0, np.int64)
    rarer = np.where(held[code[p]] < held[code[q]], p, q)
    stays = np.ones(len(place), bool)
    stays[rarer[slip]] = False
    keep = stays[p] & stays[q] if len(p) else np.zeros(0, bool)
    low, high = np.minimum(code[p], code[q])[keep], np.maximum(code[p], code[q])[keep]
    pair, seen = np.unique(low.astype(np.int64) * len(filler) + high, return_counts=True)
    names, count = np.unique(place[stays], return_counts=True)
    wide = names[count >= WIDE]
    alternates = np.zeros(len(filler), bool)
    alternates[code[stays & _among(wide, place)[0]]] = True
    single = _among(filler, _filler(titles, np.arange(len(titles.names)), np.full(len(titles.names), -1)))
    word = np.where(single[0], single[1], -1)
    return Templates(titles, head, tail, reverse, wide, filler, alternates, pair, seen, word)


def _cut(titles: Titles, head: np.ndarray, tail: np.ndarray, reverse: np.ndarray, a: np.ndarray, b: np.ndarray) -> Cut:
    s, t, length = titles.code, reverse, titles.length
    before = _common(s, a, b)
    behind = np.minimum(_common(t, a, b), np.minimum(length[a], length[b]) - before)
    left, right = length[a] - before - behind, length[b] - before - behind
    shared, most = before + behind, np.maximum(left, right)
    fits = (most >= 1) & (most <= FILL)
    fits &= (shared >= np.maximum(2, most)) | ((shared >= 1) & (left == 1) & (right == 1))
    x, y = np.zeros(len(a), np.int64), np.zeros(len(a), np.int64)
    for out, row, size in ((x, a, left), (y, b, right)):
        at = np.flatnonzero(fits & (size > 0))
        one = s[row[at], before[at]]
        two = np.where(size[at] > 1, s[row[at], np.minimum(before[at] + 1, s.shape[1] - 1)], -1)
        out[at] = _filler(titles, one, two)
    return Cut(fits, before, behind, x, y, _place(head, tail, a, before, behind))


def _common(code: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(m,) int64: tokens at the beginning that are the same."""
    out = np.zeros(len(a), np.int64)
    at = np.arange(len(a))
    for k in range(code.shape[1]):
        x = code[a[at], k]
        at = at[(x == code[b[at], k]) & (x >= 0)]
        if not len(at):
            break
        out[at] += 1
    return out


def _filler(titles: Titles, one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """One or two tokens as a number above 0."""
    return np.asarray((one.astype(np.int64) + 1) * (len(titles.names) + 1) + two + 1)


def _reversed(titles: Titles) -> np.ndarray:
    """The tokens, the last one first."""
    at = titles.length[:, None] - 1 - np.arange(titles.code.shape[1])
    return np.where(at >= 0, np.take_along_axis(titles.code, np.maximum(at, 0), 1), -1)


def _rolling(code: np.ndarray) -> np.ndarray:
    """(n, L + 1) uint64: a number for the first 0, 1, 2 ... tokens of each row."""
    out = np.zeros((code.shape[0], code.shape[1] + 1), np.uint64)
    with np.errstate(over="ignore"):
        for k in range(code.shape[1]):
            mixed = (out[:, k] + (code[:, k].astype(np.int64) + 2).astype(np.uint64)) * _MIX
            out[:, k + 1] = mixed ^ (mixed >> np.uint64(29))
    return out


def _place(head: np.ndarray, tail: np.ndarray, row: np.ndarray, before: np.ndarray, behind: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        mixed = head[row, before] * _MIX + tail[row, behind]
        return np.asarray(mixed ^ (mixed >> np.uint64(31)))


def _within(group: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All pairs of positions whose (sorted) groups are equal, at most _MOST positions of each."""
    if not len(group):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    first = np.r_[True, group[1:] != group[:-1]]
    rank = np.arange(len(group)) - np.maximum.accumulate(np.where(first, np.arange(len(group)), 0))
    left, right = [], []
    for step in range(1, min(_MOST, int(rank.max()) + 1)):
        later = np.flatnonzero((rank >= step) & (rank < _MOST))
        left.append(later - step)
        right.append(later)
    return (np.concatenate(left), np.concatenate(right)) if left else (np.zeros(0, np.int64), np.zeros(0, np.int64))


def _slips(titles: Titles, filler: np.ndarray, p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """(m,) bool: two fillers that are the same words, written in two ways."""
    size = len(titles.names) + 1
    one, two = filler[p], filler[q]
    first = titles.slips(one // size - 1, two // size - 1)
    x, y = one % size - 1, two % size - 1
    second = (x == y) | ((x >= 0) & (y >= 0) & titles.slips(x, y))
    return np.asarray(first & second)


def _among(known: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(which are known (ascending), where)."""
    if not len(known):
        return np.zeros(wanted.shape, bool), np.zeros(wanted.shape, np.int64)
    at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return known[at] == wanted, at
