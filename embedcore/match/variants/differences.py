"""How two aligned titles differ, as numeric features, for many pairs at once."""

from __future__ import annotations

import numpy as np

from embedcore.match.variants.templates import Cut, Templates

NAMES = (
    "titles_equal",
    "titles_reordered",
    "spelling",
    "spelling_partly",
    "words_added",
    "option_added",
    "number_slot",
    "word_slot",
    "axis_slot",
    "axis_words",
    "one_place",
)
# Chosen by hand.
_LEFT = 8  # tokens of a title that the other lacks which are looked at
_SEEN = 3  # places that hold both words for them to be an axis for sure
_PAIRS = 8_192  # pairs at a time


def compare(templates: Templates, a: np.ndarray, b: np.ndarray) -> dict[str, np.ndarray]:
    """{difference: (m,) float32} of the pairs (a[i], b[i])."""
    parts = [_compare(templates, a[k : k + _PAIRS], b[k : k + _PAIRS]) for k in range(0, len(a), _PAIRS)]
    return {name: np.concatenate([p[name] for p in parts]) if parts else np.zeros(0, np.float32) for name in NAMES}


def _compare(t: Templates, a: np.ndarray, b: np.ndarray) -> dict[str, np.ndarray]:
    titles, m = t.titles, len(a)
    out = {name: np.zeros(m, np.float32) for name in NAMES}
    some = (titles.length[a] > 0) & (titles.length[b] > 0)
    u, v = titles.distinct[a], titles.distinct[b]
    width = int(max((u >= 0).sum(1).max(initial=1), (v >= 0).sum(1).max(initial=1)))
    u, v = u[:, :width], v[:, :width]
    left_u, left_v, shared = _left(u, v)
    cut = t.cut(a, b)
    equal = some & (cut.before == titles.length[a]) & (cut.before == titles.length[b])
    out["titles_equal"][equal] = 1
    few_u, few_v = (left_u >= 0).sum(1), (left_v >= 0).sum(1)
    out["titles_reordered"][some & ~equal & (few_u == 0) & (few_v == 0)] = 1
    open_ = np.flatnonzero(some & (shared > 0) & ((few_u > 0) | (few_v > 0)))
    if len(open_):
        cut = Cut(*(getattr(cut, f)[open_] for f in ("fits", "before", "behind", "x", "y", "place")))
        x, y, slips = _explained(t, left_u[open_], left_v[open_])
        x, y = _without_trade(t, a[open_], b[open_], x, y)
        found = _open(t, cut, x, y, slips, shared[open_])
        added = ((x >= 0).any(1) != (y >= 0).any(1)) & _backed(t, a[open_], b[open_], cut)
        found["option_added"] = np.maximum(found["option_added"], added)
        for name, values in found.items():
            out[name][open_] = values
    return out


def _left(u: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(tokens of u that v lacks (m, _LEFT), of v that u lacks, how many are shared); -1 behind the last."""
    # A token of v after the other, along the pairs: several times faster than all with all.
    x, y = np.ascontiguousarray(u.T), np.ascontiguousarray(v.T)
    in_v, in_u = np.zeros(x.shape, bool), np.zeros(y.shape, bool)
    for k, one in enumerate(np.where(y >= 0, y, -2)):
        hit = x == one
        in_v |= hit
        in_u[k] = hit.any(0)
    in_v, in_u = in_v.T, in_u.T
    return _packed(u, (u >= 0) & ~in_v), _packed(v, (v >= 0) & ~in_u), in_v.sum(1)


def _packed(code: np.ndarray, keep: np.ndarray) -> np.ndarray:
    """The kept tokens of each row in their order, at the beginning."""
    out = np.full((len(code), _LEFT), -1, np.int64)
    row, at = np.nonzero(keep)
    place = (np.cumsum(keep, axis=1) - 1)[row, at]
    fits = place < _LEFT
    out[row[fits], place[fits]] = code[row[fits], at[fits]]
    return out


def _without_trade(
    t: Templates, a: np.ndarray, b: np.ndarray, x: np.ndarray, y: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """x, y without words of trade and without the brand, where it stands in one title only."""
    titles, out = t.titles, []
    brand = np.concatenate([titles.brand[a], titles.brand[b]], axis=1)
    named = [((side[:, :, None] == brand[:, None, :]) & (side[:, :, None] >= 0)).any(2) for side in (x, y)]
    one = ~(named[0].any(1) & named[1].any(1))
    for side, mine in zip((x, y), named, strict=True):
        gone = titles.neutral[side] | (mine & one[:, None])
        out.append(_packed(side, (side >= 0) & ~gone))
    return out[0], out[1]


def _explained(t: Templates, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(x, y without words that are only written in another way, how many these were)."""
    x, y, joined = _unjoined(t, x, y)
    y, x, more = _unjoined(t, y, x)
    slips = joined + more
    row, i, j = np.nonzero((x[:, :, None] >= 0) & (y[:, None, :] >= 0))
    same = t.titles.slips(x[row, i], y[row, j])
    row, i, j = row[same], i[same], j[same]
    one, two = np.zeros(x.shape, bool), np.zeros(y.shape, bool)
    one[row, i], two[row, j] = True, True
    slips += np.minimum(one.sum(1), two.sum(1))
    return _packed(x, (x >= 0) & ~one), _packed(y, (y >= 0) & ~two), slips


def _unjoined(t: Templates, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Without two neighbours in x that are one word in y."""
    two, one = t.titles.joined
    pair = np.where(x[:, 1:] >= 0, x[:, :-1] * len(t.titles.names) + x[:, 1:], -1)
    at = np.minimum(np.searchsorted(two, pair), max(len(two) - 1, 0))
    word = np.where(two[at] == pair, one[at], -1) if len(two) else np.full(pair.shape, -1)
    row, k = np.nonzero(word >= 0)
    if not len(row):
        return x, y, np.zeros(len(x), np.int64)
    hit = y[row] == word[row, k][:, None]
    ok = hit.any(1)
    row, k, hit = row[ok], k[ok], hit[ok]
    gone_x, gone_y = np.zeros(x.shape, bool), np.zeros(y.shape, bool)
    gone_x[row, k] = gone_x[row, k + 1] = True
    gone_y[row, hit.argmax(1)] = True
    return _packed(x, (x >= 0) & ~gone_x), _packed(y, (y >= 0) & ~gone_y), gone_y.sum(1)


def _open(
    t: Templates, cut: Cut, x: np.ndarray, y: np.ndarray, slips: np.ndarray, shared: np.ndarray
) -> dict[str, np.ndarray]:
    """Pairs that share tokens and differ in some. x, y: what is left on either side, slips taken out."""
    few_x, few_y = (x >= 0).sum(1), (y >= 0).sum(1)
    shared = shared + slips
    none, both = (few_x == 0) & (few_y == 0), (few_x > 0) & (few_y > 0)
    one = ~none & ~both
    extra, more = np.where((few_x > 0)[:, None], x, y), few_x + few_y
    filled = cut.fits & (cut.x > 0) & (cut.y > 0)
    close = both & (filled | ((few_x <= 2) & (few_y <= 2) & (shared >= 2 * np.maximum(few_x, few_y))))
    digits_x, digits_y = (_any(t.titles.digit, side) for side in (x, y))
    number, word = close & digits_x & digits_y, np.where(digits_x == digits_y, 1.0, 0.5)
    return {
        "spelling": none.astype(np.float32),
        "spelling_partly": ((slips > 0) & ~none).astype(np.float32),
        "words_added": (one & (shared >= 2 * more)).astype(np.float32),
        "option_added": (one & _any(_options(t), extra)).astype(np.float32),
        "number_slot": number.astype(np.float32),
        "word_slot": np.where(close & ~number, word, 0).astype(np.float32),
        "axis_slot": np.where(both & filled, _slot(t, cut), 0).astype(np.float32),
        "one_place": (both & filled).astype(np.float32),
        "axis_words": np.where(both & ~filled, _words(t, x, y), 0).astype(np.float32),
    }


def _any(of: np.ndarray, code: np.ndarray) -> np.ndarray:
    """(m,) bool: any of the tokens is one."""
    return np.asarray((of[code] & (code >= 0)).any(1))


def _options(t: Templates) -> np.ndarray:
    """(V,) bool: words that alternate somewhere."""
    return np.asarray((t.word >= 0) & (t.alternates[t.word] if len(t.alternates) else False))


def _backed(t: Templates, a: np.ndarray, b: np.ndarray, cut: Cut) -> np.ndarray:
    """(m,) bool: words were added, and with one shared word more they fill a place of many: 6 Pro beside 5, 6, 7."""
    added = cut.fits & ((cut.x == 0) | (cut.y == 0))
    row = np.where(cut.x == 0, b, a)
    before = t.is_wide(t.place(row, np.maximum(cut.before - 1, 0), cut.behind)) & (cut.before > 0)
    behind = t.is_wide(t.place(row, cut.before, np.maximum(cut.behind - 1, 0))) & (cut.behind > 0)
    return np.asarray(added & (before | behind))


def _slot(t: Templates, cut: Cut) -> np.ndarray:
    """(m,) float: how surely the place in which two titles differ is an axis."""
    x, y = t.number(cut.x), t.number(cut.y)
    often = np.minimum(t.together(x, y) - 1, 2) / 2
    known = (x >= 0) & (y >= 0)
    elsewhere = np.where(known, t.alternates[x] & t.alternates[y] if len(t.alternates) else False, False)
    return np.asarray(np.maximum.reduce([t.is_wide(cut.place) * 1.0, often, elsewhere * 0.5, np.zeros(len(x))]))


def _words(t: Templates, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """(m,) float: how surely two words on which they differ stand in one place elsewhere."""
    p, q = np.where(x >= 0, t.word[x], -1), np.where(y >= 0, t.word[y], -1)
    row, i, j = np.nonzero((p >= 0)[:, :, None] & (q >= 0)[:, None, :])
    out = np.zeros(len(x))
    np.maximum.at(out, row, np.minimum(t.together(p[row, i], q[row, j]), _SEEN) / _SEEN)
    return out
