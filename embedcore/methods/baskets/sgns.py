"""The compiled inner loop of product2vec: skip-gram with negative sampling over whole documents.

Imported only when a model is trained: numba takes seconds to import. Compiled code is kept on disk, so only
the first training on a machine waits for the compiler.
"""

from __future__ import annotations

import numpy as np
from numba import njit

# Beyond 8 the sigmoid is within .0004 of 0 or 1; chosen by hand.
_EDGE = 8.0
_CELLS = 4096
# sigmoid and -log sigmoid over [-8, 8]: exp and log would cost as much as the dot products
_X = (np.arange(_CELLS) + 0.5) * (2 * _EDGE / _CELLS) - _EDGE
SIGMOID = (1.0 / (1.0 + np.exp(-_X))).astype(np.float32)
SURPRISE = np.log1p(np.exp(-_X)).astype(np.float32)


class Trainer:
    """Input and output vectors (v, d), which it changes in place, and the sums of mean squared gradients of their
    rows. sgns_torch has the same for a graphics card."""

    def __init__(
        self,
        u: np.ndarray,
        v: np.ndarray,
        *,
        start: float,
        keep: np.ndarray,
        weight: np.ndarray,
        tokens: int,  # noqa: ARG002  sgns_torch needs it
        state: np.ndarray,
    ) -> None:
        """start: where the sums of squared gradients begin. keep: (v,) chance to keep a token. weight: (v,) how often
        a product is drawn as a negative, relative to others. tokens: of all documents. state: (1,) uint64 seed, not
        zero."""
        self.vectors, self._keep, self._drawn, self._state = (u, v), keep, alias(weight), state
        self._squares = np.full(len(u), start, np.float32), np.full(len(u), start, np.float32)

    def train(
        self,
        indptr: np.ndarray,
        items: np.ndarray,
        documents: np.ndarray,
        cut: int,
        negatives: int,
        rates: tuple[float, float],
    ) -> tuple[float, int]:
        """Train on these documents; (sum of losses, number of centres). The rate falls from one of `rates` to the
        other."""
        return train(
            indptr,
            items,
            documents,
            0,
            len(documents),
            *self.vectors,
            *self._squares,
            self._keep,
            *self._drawn,
            self._state,
            cut,
            negatives,
            *rates,
            SIGMOID,
            SURPRISE,
        )


@njit(cache=True)
def alias(weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Walker's alias tables of positive weights (v,): draw i uniformly, keep it with accept[i], else other[i]."""
    v = len(weight)
    scaled = weight / weight.sum() * v
    accept, other = np.ones(v, np.float32), np.arange(v).astype(np.int32)
    small, large = np.empty(v, np.int32), np.empty(v, np.int32)
    ns = nl = 0
    for i in range(v):
        if scaled[i] < 1.0:
            small[ns] = i
            ns += 1
        else:
            large[nl] = i
            nl += 1
    while ns > 0 and nl > 0:
        ns -= 1
        s, g = small[ns], large[nl - 1]
        accept[s], other[s] = scaled[s], g
        scaled[g] -= 1.0 - scaled[s]
        if scaled[g] < 1.0:
            nl -= 1
            small[ns] = g
            ns += 1
    return accept, other


@njit(cache=True, inline="always")
def _next(state: np.ndarray) -> np.uint64:
    """xorshift64: the next 32 random bits; `state` (1,) uint64 is never zero."""
    x = state[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    state[0] = x
    return x >> np.uint64(32)  # type: ignore[no-any-return]


@njit(cache=True, inline="always")
def _below(state: np.ndarray, n: int) -> int:
    """A random whole number from 0 to n - 1."""
    return np.int64((_next(state) * np.uint64(n)) >> np.uint64(32))  # type: ignore[return-value]


@njit(cache=True, inline="always")
def _unit(state: np.ndarray) -> np.float32:
    """A random number from 0 to 1."""
    return np.float32(_next(state) * 2.3283064365386963e-10)


@njit(cache=True, inline="always")
def _cell(dot: np.float32) -> np.int64:
    """Where a dot product lies in the two tables."""
    return min(
        max(np.int64((dot + np.float32(_EDGE)) * np.float32(_CELLS / (2 * _EDGE))), np.int64(0)), np.int64(_CELLS - 1)
    )


@njit(cache=True, fastmath=True, nogil=True)
def train(  # noqa: PLR0913, PLR0917  compiled code takes arrays, not objects
    indptr: np.ndarray,
    items: np.ndarray,
    order: np.ndarray,
    start: int,
    stop: int,
    u: np.ndarray,
    v: np.ndarray,
    gu: np.ndarray,
    gv: np.ndarray,
    keep: np.ndarray,
    accept: np.ndarray,
    other: np.ndarray,
    state: np.ndarray,
    cut: int,
    negatives: int,
    rate: float,
    rate_end: float,
    sigmoid: np.ndarray,
    surprise: np.ndarray,
) -> tuple[float, int]:
    """Train on the documents order[start:stop]; returns (sum of losses, number of centres).

    u, v: (rows, d) float32 input and output vectors, changed in place, with gu, gv (rows,) their sums of mean
    squared gradients: each row's step is rate / sqrt(its sum) times its gradient (AdaGrad by row), so no
    single step is longer than rate * sqrt(d) and long documents cannot blow the vectors up. keep: (rows,)
    chance to keep a token. A document of more than `cut` tokens is shuffled and read in even pieces, so that
    its cost grows with its length and not with the square. The rate falls from `rate` to `rate_end` within
    this call.
    """
    longest = 2
    for p in range(start, stop):
        longest = max(longest, indptr[order[p] + 1] - indptr[order[p]])
    buf = np.empty(longest, np.int32)
    scratch = np.empty((4, min(longest, cut), u.shape[1]), np.float32)
    loss, centres = 0.0, 0
    for p in range(start, stop):
        lr = np.float32(rate + (rate_end - rate) * (p - start) / (stop - start))
        n = 0
        for t in range(indptr[order[p]], indptr[order[p] + 1]):
            i = items[t]
            if keep[i] >= np.float32(1.0) or _unit(state) < keep[i]:
                buf[n] = i
                n += 1
        if n < 2:
            continue
        pieces = (n + cut - 1) // cut
        if pieces > 1:
            for t in range(n - 1):
                r = t + _below(state, n - t)
                buf[t], buf[r] = buf[r], buf[t]
        for q in range(pieces):
            part = buf[q * n // pieces : (q + 1) * n // pieces]
            if len(part) > 1:
                loss += _piece(part, u, v, gu, gv, scratch, accept, other, state, negatives, lr, sigmoid, surprise)
                centres += len(part)
    return loss, centres


# Inlined: else a process that compiles `train` runs another `_piece` than one that finds it on disk, which rounds
# differently.
@njit(cache=True, fastmath=True, inline="always")
def _piece(  # noqa: C901, PLR0913, PLR0917  one loop: calls inside it would cost as much as the work
    part: np.ndarray,
    u: np.ndarray,
    v: np.ndarray,
    gu: np.ndarray,
    gv: np.ndarray,
    scratch: np.ndarray,
    accept: np.ndarray,
    other: np.ndarray,
    state: np.ndarray,
    negatives: int,
    lr: np.float32,
    sigmoid: np.ndarray,
    surprise: np.ndarray,
) -> float:
    """One step on all ordered pairs of a piece's tokens; returns its summed loss.

    The rows are copied next to each other first and changed once at the end: a product's vectors are read
    and written once a piece instead of once a pair."""
    n, d = len(part), u.shape[1]
    a, b, da, db = scratch[0], scratch[1], scratch[2], scratch[3]
    one, top = np.float32(1.0), np.int64(_CELLS - 1)
    loss = 0.0
    drawn, dots = np.empty(negatives, np.int32), np.empty(negatives, np.float32)
    for s in range(n):
        i = part[s]
        for k in range(d):
            a[s, k], b[s, k] = u[i, k], v[i, k]
            da[s, k], db[s, k] = np.float32(0.0), np.float32(0.0)
    w = one / np.float32(n - 1)
    for s in range(n):
        size = np.float32(0.0)
        for k in range(d):
            size += a[s, k] * a[s, k]
        size /= np.float32(d)
        for t in range(n):
            if part[t] == part[s]:
                continue
            dot = np.float32(0.0)
            for k in range(d):
                dot += a[s, k] * b[t, k]
            cell = _cell(dot)
            g = (one - sigmoid[cell]) * w
            loss += surprise[cell] * w
            for k in range(d):
                da[s, k] += g * b[t, k]
                db[t, k] += g * a[s, k]
        # All of them are drawn and read before the first is changed: most lie far apart in memory, and waiting for one
        # after the other took a sixth of the time.
        for q in range(negatives):
            j = np.int32(_below(state, len(accept)))
            if _unit(state) >= accept[j]:
                j = other[j]
            drawn[q] = j
        for q in range(negatives):
            j = drawn[q]
            dot = np.float32(0.0)
            for k in range(d):
                dot += a[s, k] * v[j, k]
            dots[q] = dot
        for q in range(negatives):
            j = drawn[q]
            if j == part[s]:
                continue
            cell = _cell(dots[q])
            g = -sigmoid[cell]
            loss += surprise[top - cell]
            gv[j] += g * g * size
            step = lr * g / np.sqrt(gv[j])
            for k in range(d):
                da[s, k] += g * v[j, k]
                v[j, k] += step * a[s, k]
    for s in range(n):
        _apply(u, gu, part[s], da, s, lr)
        _apply(v, gv, part[s], db, s, lr)
    return loss


@njit(cache=True, fastmath=True, inline="always")
def _apply(w: np.ndarray, g2: np.ndarray, i: int, grad: np.ndarray, s: int, lr: np.float32) -> None:
    """Move row i of w along row s of grad."""
    d = w.shape[1]
    size = np.float32(0.0)
    for k in range(d):
        size += grad[s, k] * grad[s, k]
    g2[i] += size / np.float32(d)
    step = lr / np.sqrt(g2[i])
    for k in range(d):
        w[i, k] += step * grad[s, k]
