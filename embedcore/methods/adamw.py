"""AdamW for the small networks: torch's own arithmetic, without the optimiser class that loads torch's compiler."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import torch
from torch import Tensor
from torch.optim.adamw import adamw

_EPS = 1e-8  # as in torch
_WARM = 0.15  # share of one cycle in which the rate rises; chosen by hand
_FIRST, _LAST = 25.0, 1e4  # one cycle starts at the highest rate / 25 and ends at that / 10,000, as in torch
_MOMENTUM = (0.85, 0.95)  # of one cycle, lowest where the rate is highest, as in torch


class AdamW:
    """Adam with decoupled weight decay (Loshchilov and Hutter 2019); the caller gives the learning rate of each step.

    `torch.optim.AdamW` has the same arithmetic, but making one imports torch's compiler: 1.1 s of CPU and 800 modules
    in every new worker (torch 2.13), longer than most trainings here. The function it calls imports nothing.

    A weight with a sparse gradient is changed only in the rows that the batch touched (as in torch.optim.SparseAdam):
    of 20,000 values most are in no batch."""

    def __init__(
        self,
        groups: Sequence[tuple[Iterable[Tensor], float]],
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        fused: bool = False,
    ) -> None:
        """groups: (weights, weight decay) each. betas: decay of the running means of the gradient and of its square.
        fused: torch's fused kernel, which differs in the last bits."""
        self._groups = [(list(weights), decay) for weights, decay in groups]
        self._betas, self._fused = betas, fused
        weights = [w for group, _ in self._groups for w in group]
        self._first = {id(w): torch.zeros_like(w) for w in weights}
        self._second = {id(w): torch.zeros_like(w) for w in weights}
        self._steps = {id(w): torch.tensor(0.0) for w in weights}

    @torch.no_grad()
    def step(self, *rates: float, momentum: float | None = None) -> None:
        """Follow the gradients once and forget them. rates: one for all groups or one for each. momentum: the first
        beta of this step."""
        beta1, beta2 = self._betas if momentum is None else (momentum, self._betas[1])
        for n, (weights, decay) in enumerate(self._groups):
            rate = rates[n if len(rates) > 1 else 0]
            used = [w for w in weights if w.grad is not None]
            dense = [w for w in used if w.grad is not None and not w.grad.is_sparse]
            for w in used:
                if w.grad is not None and w.grad.is_sparse:
                    self._rows(w, w.grad.coalesce(), rate, (beta1, beta2))
            adamw(
                dense,
                [w.grad for w in dense if w.grad is not None],
                [self._first[id(w)] for w in dense],
                [self._second[id(w)] for w in dense],
                [],
                [self._steps[id(w)] for w in dense],
                foreach=False,
                fused=self._fused,
                amsgrad=False,
                beta1=beta1,
                beta2=beta2,
                lr=rate,
                weight_decay=decay,
                eps=_EPS,
                maximize=False,
            )
            for w in used:
                w.grad = None

    def _rows(self, w: Tensor, grad: Tensor, rate: float, betas: tuple[float, float]) -> None:
        step = self._steps[id(w)].add_(1).item()
        fix = (1 - betas[1] ** step) ** 0.5
        rows, slope = grad.indices()[0], grad.values()
        first, second = self._first[id(w)], self._second[id(w)]
        m = first[rows].lerp_(slope, 1 - betas[0])
        v = second[rows].mul_(betas[1]).addcmul_(slope, slope, value=1 - betas[1])
        first[rows], second[rows] = m, v
        w[rows] -= rate / (1 - betas[0] ** step) * m / ((v.sqrt() / fix).add_(_EPS))


def one_cycle(step: int, steps: int, highest: float) -> tuple[float, float]:
    """(learning rate, momentum) of step 0 .. steps - 1: the rate rises to the highest and falls to next to nothing
    along a cosine, the momentum goes the other way (Smith 2018, as in torch.optim.lr_scheduler.OneCycleLR).

    >>> [round(one_cycle(step, 100, 0.01)[0], 4) for step in (0, 14, 99)]
    [0.0004, 0.01, 0.0]
    """
    lowest, turn = highest / _FIRST, max(_WARM * steps - 1, 1.0)
    low, high = _MOMENTUM
    if step <= turn:
        return _cosine(lowest, highest, step / turn), _cosine(high, low, step / turn)
    done = (step - turn) / (steps - 1 - turn)
    return _cosine(highest, lowest / _LAST, done), _cosine(low, high, done)


def _cosine(start: float, end: float, done: float) -> float:
    return end + (start - end) / 2.0 * (math.cos(math.pi * done) + 1)
