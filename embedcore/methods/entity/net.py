"""The small network behind the entity embeddings, and its training. It needs torch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from embedcore.methods.adamw import AdamW
from embedcore.methods.columns import Inputs
from embedcore.methods.entity import forward
from embedcore.methods.entity.params import EntityParams
from embedcore.methods.entity.start import StartTables
from embedcore.methods.threads import one_thread
from embedcore.progress import Progress

# Tuned on Fashion Product Images (44,424 products, predicting the kind: right answers, and purity of the neighbours of
# products held back) and Ikea (3,694), see tests/bench/predicting.py.
_FEWEST, _MOST = (200, 600), 4_000  # steps of a training: the least in tiny and in small tables, and the most
_LARGE = 20_000  # examples from which on the epochs alone decide how many steps
_RATE = (0.003, 0.01)  # the highest learning rate, in small and in large tables
_WARM = 0.15  # share of the training in which the learning rate rises
_PATIENCE = 12  # checks without a better held-out error before it stops
# Chosen by hand, for speed.
_CHECKS = 60  # points of the curve
_MOST_CHECKED = 4_000  # held-out rows that are looked at while it trains
_BIG = 400_000  # numbers of a table from which on only the rows that are used are moved


class Task(Protocol):
    """What is predicted. rows: positions in the inputs that training may use, held: those it may not. extra: outputs of
    a second head."""

    rows: np.ndarray
    held: np.ndarray
    extra: int

    @property
    def outputs(self) -> int:
        """How many outputs the head has."""

    @property
    def examples(self) -> int:
        """How many one epoch reads."""

    def batches(self, rng: np.random.Generator, size: int) -> Iterator[tuple[np.ndarray, Any]]:
        """One epoch: (rows, the targets that belong to them) at a time."""

    def loss(self, net: EntityNet, h: Tensor, targets: Any, smoothing: float, /) -> Tensor:
        """The error of product vectors h (b, d)."""

    def check(self, rng: np.random.Generator, most: int) -> tuple[np.ndarray, Any]:
        """Held-out (rows, targets) for a fixed look while it trains."""


@dataclass(frozen=True, eq=False)
class Setup:
    """What is trained: a network with these starting tables, on these products and this task."""

    start: StartTables
    inputs: Inputs
    task: Task
    params: EntityParams


@dataclass(frozen=True, eq=False)
class TrainedNet:
    """weights: by name. losses: training error at each check. checks: (step, training, held-out error). best: the step
    after which the held-out error was lowest. steps: how many were made."""

    weights: dict[str, np.ndarray]
    losses: list[float]
    checks: list[tuple[int, float, float]]
    best: int
    steps: int


class EntityNet(nn.Module):
    """Tables of value and word vectors -> hidden layer (GELU, normalised) -> product vector -> a linear head."""

    edges: Tensor

    def __init__(self, setup: Setup, g: torch.Generator) -> None:
        super().__init__()
        start, task, p = setup.start, setup.task, setup.params
        edges = forward.range_edges(setup.inputs)
        self.value = nn.ParameterList([nn.Parameter(torch.from_numpy(t.copy())) for t in start.values])
        self.word = nn.ParameterList([nn.Parameter(torch.from_numpy(t.copy())) for t in start.words])
        self.register_buffer("edges", torch.from_numpy(edges.copy()))
        width = start.width + len(edges) * (edges.shape[1] + 1)
        self.hidden, self.norm = _linear(width, p.hidden, g), nn.LayerNorm(p.hidden)
        self.product, self.head = _linear(p.hidden, p.dimension, g), _linear(p.dimension, task.outputs, g)
        self.extra = _linear(p.dimension, task.extra, g) if task.extra else None

    def forward(self, codes: Tensor, numbers: Tensor, words: list[Tensor]) -> Tensor:
        """(b, d) product vectors from codes (b, C), numbers (b, 2N): standardised, then 1 where missing, and the words
        (b, L) of each text column, filled up with the size of its vocabulary."""
        parts = [F.embedding(codes[:, j], t, sparse=t.numel() > _BIG) for j, t in enumerate(self.value)]
        for bag, t in zip(words, self.word, strict=True):
            parts.append(F.embedding_bag(bag, t, mode="mean", padding_idx=len(t) - 1, sparse=t.numel() > _BIG))
        low, high, n = self.edges[:, :-1], self.edges[:, 1:], len(self.edges)
        ranges = ((numbers[:, :n, None] - low) / (high - low)).clamp(0, 1) * (1 - numbers[:, n:, None])
        x = F.gelu(self.hidden(torch.cat([*parts, numbers, ranges.flatten(1)], dim=1)), approximate="tanh")
        out: Tensor = self.product(self.norm(x))
        return out

    def tensors(self, part: Inputs) -> tuple[Tensor, Tensor, list[Tensor]]:
        """What `forward` takes, of some products."""
        numbers = np.concatenate([part.filled, part.missing], axis=1, dtype=np.float32)
        words = [np.where(w < 0, len(t) - 1, w).astype(np.int64) for w, t in zip(part.words, self.word, strict=True)]
        codes = torch.from_numpy(part.codes.astype(np.int64))
        return codes, torch.from_numpy(numbers), [torch.from_numpy(w) for w in words]

    def weights(self) -> dict[str, np.ndarray]:
        """The current tables by name; word tables without the padding row, whose vector is zero."""
        found = {k: v.detach().numpy() for k, v in self.state_dict().items()}
        return {k: (v[:-1] if k.startswith("word.") else v).copy() for k, v in found.items()}


def _linear(inputs: int, outputs: int, g: torch.Generator) -> nn.Linear:
    layer = nn.Linear(inputs, outputs)
    with torch.no_grad():
        bound = 1 / max(1, inputs) ** 0.5
        layer.weight.uniform_(-bound, bound, generator=g)
        layer.bias.zero_()
    return layer


def train(setup: Setup, progress: Progress, seed: int, steps: int = 0) -> TrainedNet:
    """Fit the network and keep it as it was when its held-out error was lowest; or, when `steps` are given, make so
    many, look at nothing and report no error.

    One thread: the same data, parameters and seed give the same weights. Cancelled passes through from `progress`."""
    with one_thread():
        task, p = setup.task, setup.params
        training = _Training(setup, seed)
        size = int(np.clip(task.examples // 8, 16, p.batch))
        if steps:
            return training.run(size, steps, 0, progress)
        fewest = int(np.clip(task.examples // 4, *_FEWEST)) if task.examples < _LARGE else 0
        steps = int(np.clip(p.epochs * -(-task.examples // size), fewest, _MOST))
        return training.run(size, steps, max(1, steps // _CHECKS), progress)


@dataclass(eq=False)
class _Curve:
    """What was seen while it trained, and the best weights."""

    losses: list[float] = field(default_factory=list)
    checks: list[tuple[int, float, float]] = field(default_factory=list)
    best: float = float("inf")
    best_check: int = 0
    weights: dict[str, np.ndarray] = field(default_factory=dict)
    total: float = 0.0  # training error times rows since the last check
    seen: int = 0

    @property
    def best_step(self) -> int:
        return self.checks[self.best_check - 1][0]

    @property
    def stuck(self) -> bool:
        return len(self.checks) - self.best_check >= _PATIENCE


class _Training:
    """A network while it learns."""

    def __init__(self, setup: Setup, seed: int) -> None:
        self._inputs, self._task, self._p = setup.inputs, setup.task, setup.params
        self._g, self._rng = torch.Generator().manual_seed(seed), np.random.default_rng(seed)
        self._net = EntityNet(setup, self._g)
        self._adam = _optimiser(self._net, self._p.decay)
        self._rate = self._p.rate or _RATE[self._task.examples >= _LARGE]

    def run(self, size: int, steps: int, every: int, progress: Progress) -> TrainedNet:
        """Make `steps` of `size` products, with a check after `every` so many; 0 for none."""
        held_rows, held_targets = self._task.check(self._rng, _MOST_CHECKED if every else 0)
        held = self._net.tensors(self._inputs.take(held_rows))
        curve = _Curve(weights=self._net.weights() if every else {})
        step, note = 0, "Getting ready"
        progress(0, steps, note=note)
        while step < steps:
            for rows, targets in self._task.batches(self._rng, size):
                self._step(rows, targets, step / steps, curve)
                step += 1
                if every and (step % every == 0 or step == steps):
                    note = self._check(held, held_targets, step, curve)
                    progress(steps if curve.stuck else step, steps, loss=curve.losses[-1], note=note)
                    if curve.stuck:
                        return TrainedNet(curve.weights, curve.losses, curve.checks, curve.best_step, step)
                elif step % max(1, every // 4 or steps // 50) == 0:
                    progress(step, steps, note=note)
                if step >= steps:
                    break
        best = curve.best_step if curve.checks else step
        return TrainedNet(curve.weights or self._net.weights(), curve.losses, curve.checks, best, step)

    def _step(self, rows: np.ndarray, targets: Any, done: float, curve: _Curve) -> None:
        self._net.train()
        h = self._net(*self._dropped(*self._net.tensors(self._inputs.take(rows))))
        loss = self._task.loss(self._net, h, targets, self._p.smoothing)
        torch.autograd.backward(loss)
        self._adam.step(self._rate * _height(done))
        curve.total, curve.seen = curve.total + float(loss.detach()) * len(rows), curve.seen + len(rows)

    def _check(self, held: tuple[Tensor, Tensor, list[Tensor]], targets: Any, step: int, curve: _Curve) -> str:
        """Measure on products held back; a sentence about it."""
        curve.losses.append(round(curve.total / curve.seen, 5))
        curve.total, curve.seen = 0.0, 0
        with torch.no_grad():
            error = float(self._task.loss(self._net, self._net(*held), targets, 0.0))
        curve.checks.append((step, curve.losses[-1], round(error, 5)))
        if error < curve.best:
            curve.best, curve.best_check, curve.weights = error, len(curve.checks), self._net.weights()
        return f"error on products it has not seen: {error:.3f}"

    def _dropped(self, codes: Tensor, numbers: Tensor, words: list[Tensor]) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Some cells as if they were missing, some words left out: the network learns what to do without them."""
        cell, word, g = self._p.cell_dropout, self._p.word_dropout, self._g
        codes = codes.masked_fill(torch.rand(codes.shape, generator=g) < cell, 0)
        n = numbers.shape[1] // 2
        if n:
            gone = torch.rand((len(numbers), n), generator=g) < cell
            missing = numbers[:, n:].masked_fill(gone, 1.0)
            numbers = torch.cat([numbers[:, :n].masked_fill(gone, 0.0), missing], dim=1)
        none = [len(t) - 1 for t in self._net.word]
        words = [w.masked_fill(torch.rand(w.shape, generator=g) < word, k) for w, k in zip(words, none, strict=True)]
        return codes, numbers, words


def _optimiser(net: EntityNet, decay: float) -> AdamW:
    """Weight decay is for the layers, not for the tables and the biases."""
    named = list(net.named_parameters())
    layers = [w for n, w in named if not n.startswith(("value", "word")) and w.ndim > 1]
    rest = [w for n, w in named if n.startswith(("value", "word")) or w.ndim < 2]
    return AdamW([(layers, decay), (rest, 0.0)])


def _height(done: float) -> float:
    """The learning rate as a share of the highest: it rises to there, then falls to nothing (a cosine)."""
    if done < _WARM:
        return 0.04 + 0.96 * done / _WARM
    return 0.5 + 0.5 * float(np.cos(np.pi * (done - _WARM) / (1 - _WARM)))
