"""The same model as in sgns.py for a graphics card: skip-gram with negative sampling over whole documents, many pieces
of documents at a time as dense torch operations.

Imported only when a model is trained there: torch takes seconds to import.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch.nn.functional import softplus

from embedcore.errors import NeedsError
from embedcore.methods.baskets.pieces import cut_up
from embedcore.methods.threads import one_thread
from embedcore.vectors import select_rows

_STEPS = 200  # steps in a pass over the data at least: a popular row moves once a step, however often it is bought
_LEAST, _MOST = 256, 32_768  # tokens in a step,
_NUMBERS = 32_000_000  # of which each has a vector for each of its negatives: that bounds a step to half a gigabyte


def card() -> torch.device:
    """The graphics card; NeedsError without one."""
    if not torch.cuda.is_available():
        raise NeedsError(
            "There is no graphics card here that torch can use.",
            "Choose the processor under “Device”: the vectors are as good.",
        )
    return torch.device("cuda")


class CardTrainer:
    """Input and output vectors (v, d) on the graphics card, and the sums of mean squared gradients of their rows.

    Where the compiled loop changes the rows after every piece, here the gradients of many pieces are summed row by row
    first and each row then takes one step of AdaGrad. That is what keeps it from diverging: however popular a product
    is, its step is no longer than rate * sqrt(d)."""

    def __init__(
        self,
        u: np.ndarray,
        v: np.ndarray,
        *,
        start: float,
        keep: np.ndarray,
        weight: np.ndarray,
        tokens: int,
        state: np.ndarray,
    ) -> None:
        """As in sgns.Trainer, on the graphics card. NeedsError without one."""
        device, seed = card(), int(state[0]) >> 1
        self._u, self._v = (torch.tensor(w, device=device) for w in (u, v))
        self._gu, self._gv = (torch.full((len(u),), start, device=device) for _ in range(2))
        self._keep, self._drawn = keep, torch.tensor(np.cumsum(weight) / np.sum(weight), device=device)
        self._tokens = int(np.clip(tokens // _STEPS, _LEAST, _MOST))
        self._rng = np.random.default_rng(seed)
        self._chance = torch.Generator(device=device).manual_seed(seed)

    @property
    def vectors(self) -> tuple[np.ndarray, np.ndarray]:
        """(input, output) vectors as they are now."""
        return self._u.cpu().numpy(), self._v.cpu().numpy()

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
        indptr, items = select_rows(indptr, items, documents)
        kept = self._rng.random(len(items), np.float32) < self._keep[items]
        indptr, items = cut_up(np.r_[0, np.cumsum(kept)][indptr], items[kept], cut, self._rng)
        room = _NUMBERS // (negatives * self._u.shape[1])
        batches = list(self._batches(np.diff(indptr), max(1, min(self._tokens, room))))
        loss, centres = torch.zeros((), dtype=torch.float64, device=self._u.device), 0
        with _reproducible():
            rate, rate_end = rates
            for n, rows in enumerate(batches):
                starts, sizes = indptr[rows], np.diff(indptr)[rows]
                at = np.arange(sizes.max())
                there = at < sizes[:, None]
                table = np.where(there, items[np.where(there, starts[:, None] + at, 0)], -1)
                now = rate + (rate_end - rate) * n / len(batches)
                loss += self.step(torch.tensor(table, dtype=torch.long, device=self._u.device), negatives, now)
                centres += int(sizes.sum())
        return float(loss), centres

    def _batches(self, sizes: np.ndarray, tokens: int) -> Iterator[np.ndarray]:
        """Positions of pieces for one step each, of about one length and so many tokens, in random order."""
        full = self._rng.permutation(np.flatnonzero(sizes > 1))
        order = full[np.argsort(sizes[full], kind="stable")]
        at = np.cumsum(sizes[order]) // tokens
        parts = np.split(order, np.flatnonzero(np.diff(at)) + 1) if len(order) else []
        for n in self._rng.permutation(len(parts)):
            yield parts[n]

    def step(self, table: torch.Tensor, negatives: int, rate: float) -> torch.Tensor:
        """One step of every row on pieces (b, n) of rows, filled up with -1; the summed loss."""
        there, rows = table >= 0, table.clamp(min=0)
        a, b = self._u[rows], self._v[rows]
        weight = (1.0 / (there.sum(1) - 1).clamp(min=1)).float()[:, None, None]
        pair = (there[:, :, None] & there[:, None, :] & (table[:, :, None] != table[:, None, :])) * weight
        dots = a @ b.mT
        near = torch.sigmoid(-dots) * pair
        da, db = near @ b, near.mT @ a
        loss = (softplus(-dots) * pair).sum(dtype=torch.float64)

        chance = torch.rand((*table.shape, negatives), generator=self._chance, device=table.device, dtype=torch.float64)
        drawn = torch.searchsorted(self._drawn, chance).clamp(max=len(self._drawn) - 1)
        other = self._v[drawn]
        dots = (other @ a[..., None])[..., 0]
        counts = there[..., None] & (drawn != table[..., None])
        far = torch.sigmoid(dots) * counts
        da = da - (far[..., None, :] @ other)[..., 0, :]
        loss = loss + (softplus(dots) * counts).sum(dtype=torch.float64)
        pushed = (-far[..., None] * a[..., None, :])[counts]

        _adagrad(self._u, self._gu, rows[there], da[there], rate)
        _adagrad(self._v, self._gv, torch.cat([rows[there], drawn[counts]]), torch.cat([db[there], pushed]), rate)
        return loss


def _adagrad(w: torch.Tensor, squares: torch.Tensor, rows: torch.Tensor, gradients: torch.Tensor, rate: float) -> None:
    """One step of each of the rows (m,), which may repeat, along the sum of its gradients (m, d)."""
    changed, place = torch.unique(rows, return_inverse=True)
    total = torch.zeros((len(changed), w.shape[1]), device=w.device).index_add_(0, place, gradients)
    squares[changed] += total.square().mean(1)
    w[changed] += total * (rate / squares[changed].sqrt())[:, None]


@contextmanager
def _reproducible() -> Iterator[None]:
    """The same seed gives the same numbers on the same device, on any count of cores."""
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # read when the card is first used
    before = torch.are_deterministic_algorithms_enabled()
    torch.use_deterministic_algorithms(True)
    try:
        with one_thread(), torch.no_grad():
            yield
    finally:
        torch.use_deterministic_algorithms(before)
