"""The small network behind the entity embeddings, and its training. It needs torch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from embedcore.methods.adamw import AdamW
from embedcore.methods.entity import inputs as entity_inputs
from embedcore.methods.entity.inputs import Inputs
from embedcore.methods.threads import one_thread
from embedcore.progress import Progress

_FEWEST, _MOST = (200, 600), 4_000  # steps of a training: the least in tiny and in small tables, and the most
_LARGE = 20_000  # examples from which on the passes alone decide how many steps
_RATE = (0.003, 0.01)  # the highest step, in small and in large tables
_REPORTS = 60  # points of the curve
_PATIENCE = 12  # reports without a better held-out error before it stops
_MAX_CHECK = 4_000  # held-out rows that are looked at while it trains
_BIG = 400_000  # numbers of a table from which on only the rows that are used are moved
_WARM = 0.15  # share of the training in which the step size rises


class Task(Protocol):
    """What is predicted. rows: positions in the inputs that training may use, held: those it may not."""

    rows: np.ndarray
    held: np.ndarray

    @property
    def outputs(self) -> int: ...

    @property
    def examples(self) -> int:
        """How many one pass reads."""

    def batch(self, rng: np.random.Generator, size: int) -> Iterator[tuple[np.ndarray, Any]]:
        """One pass: (rows, what belongs to them) at a time."""

    def loss(self, net: Net, h: Tensor, wanted: Any, smoothing: float) -> Tensor: ...

    def check(self, rng: np.random.Generator, most: int) -> tuple[np.ndarray, Any]:
        """Held-out (rows, what belongs to them) of a fixed look while it trains."""


@dataclass(frozen=True)
class Settings:
    dimension: int
    hidden: int
    epochs: int
    batch: int
    rate: float
    decay: float
    word_dropout: float
    cell_dropout: float
    smoothing: float


@dataclass(frozen=True, eq=False)
class Trained:
    """arrays: the weights by name. losses: training error at each report. checks: (step, training, held-out error).
    best: the step after which the held-out error was lowest. steps: how many were made."""

    arrays: dict[str, np.ndarray]
    losses: list[float]
    checks: list[tuple[int, float, float]]
    best: int
    steps: int


class Net(nn.Module):
    """Tables of value and word vectors -> hidden layer (GELU, normalised) -> product vector -> a linear head."""

    edges: Tensor

    def __init__(
        self,
        tables: list[np.ndarray],
        words: list[np.ndarray],
        edges: np.ndarray,
        p: Settings,
        outputs: int,
        extra: int,
        g: torch.Generator,
    ) -> None:
        """edges: (N, borders) of the ranges of each number, see entity_inputs.edges."""
        super().__init__()
        self.value = nn.ParameterList([nn.Parameter(torch.from_numpy(t.copy())) for t in tables])
        self.word = nn.ParameterList([nn.Parameter(torch.from_numpy(t.copy())) for t in words])
        self.register_buffer("edges", torch.from_numpy(edges.copy()))
        width = sum(t.shape[1] for t in (*tables, *words)) + len(edges) * (edges.shape[1] + 1)
        self.hidden, self.norm = _linear(width, p.hidden, g), nn.LayerNorm(p.hidden)
        self.product, self.head = _linear(p.hidden, p.dimension, g), _linear(p.dimension, outputs, g)
        self.extra = _linear(p.dimension, extra, g) if extra else None

    def forward(self, codes: Tensor, numbers: Tensor, words: list[Tensor]) -> Tensor:
        parts = [F.embedding(codes[:, j], t, sparse=t.numel() > _BIG) for j, t in enumerate(self.value)]
        for bag, t in zip(words, self.word, strict=True):
            parts.append(F.embedding_bag(bag, t, mode="mean", padding_idx=len(t) - 1, sparse=t.numel() > _BIG))
        low, high, n = self.edges[:, :-1], self.edges[:, 1:], len(self.edges)
        ranges = ((numbers[:, :n, None] - low) / (high - low)).clamp(0, 1) * (1 - numbers[:, n:, None])
        x = F.gelu(self.hidden(torch.cat([*parts, numbers, ranges.flatten(1)], dim=1)), approximate="tanh")
        out: Tensor = self.product(self.norm(x))
        return out


def _linear(inputs: int, outputs: int, g: torch.Generator) -> nn.Linear:
    layer = nn.Linear(inputs, outputs)
    with torch.no_grad():
        bound = 1 / max(1, inputs) ** 0.5
        layer.weight.uniform_(-bound, bound, generator=g)
        layer.bias.zero_()
    return layer


def train(
    tables: list[np.ndarray],
    words: list[np.ndarray],
    inputs: Inputs,
    task: Task,
    p: Settings,
    extra: int,
    progress: Progress,
    seed: int,
    steps: int = 0,
) -> Trained:
    """Fit the network to `task` and keep it as it was when its held-out error was lowest; or, when `steps` are given,
    make so many, look at nothing and report no error.

    tables: (values + 1, size) starting vectors of each category column, row 0 for missing and unknown. words: (words +
    1, size) of each text column, the last row for no word. extra: outputs of a second head. One thread: the same data,
    settings and seed give the same weights. Cancelled passes through from `progress`."""
    with one_thread():
        g = torch.Generator().manual_seed(seed)
        rng = np.random.default_rng(seed)
        net = Net(tables, words, entity_inputs.edges(inputs), p, task.outputs, extra, g)
        size = int(np.clip(task.examples // 8, 16, p.batch))
        if steps:
            return _loop(net, inputs, task, p, size, steps, 0, progress, rng, g)
        fewest = int(np.clip(task.examples // 4, *_FEWEST)) if task.examples < _LARGE else 0
        steps = int(np.clip(p.epochs * -(-task.examples // size), fewest, _MOST))
        return _loop(net, inputs, task, p, size, steps, max(1, steps // _REPORTS), progress, rng, g)


def _loop(
    net: Net,
    inputs: Inputs,
    task: Task,
    p: Settings,
    size: int,
    steps: int,
    every: int,
    progress: Progress,
    rng: np.random.Generator,
    g: torch.Generator,
) -> Trained:
    adam, rate = _optimiser(net, p.decay), p.rate or _RATE[task.examples >= _LARGE]
    check_rows, check_wanted = task.check(rng, _MAX_CHECK if every else 0)
    look = _tensors(inputs.take(check_rows))
    best, best_at, state = float("inf"), 0, _state(net) if every else {}
    losses: list[float] = []
    checks: list[tuple[int, float, float]] = []
    total, seen, step, note = 0.0, 0, 0, "Getting ready"
    progress(0, steps, note=note)
    while step < steps:
        for rows, wanted in task.batch(rng, size):
            net.train()
            h = net(*_dropped(_tensors(inputs.take(rows)), p, g, [len(w) - 1 for w in net.word]))
            loss = task.loss(net, h, wanted, p.smoothing)
            loss.backward()
            adam.step(rate * _height(step / steps))
            total, seen, step = total + float(loss.detach()) * len(rows), seen + len(rows), step + 1
            if every and (step % every == 0 or step == steps):
                losses.append(round(total / seen, 5))
                total, seen = 0.0, 0
                with torch.no_grad():
                    held = float(task.loss(net, net(*look), check_wanted, 0.0))
                checks.append((step, losses[-1], round(held, 5)))
                if held < best:
                    best, best_at, state = held, len(checks), _state(net)
                note = f"error on products it has not seen: {held:.3f}"
                stop = len(checks) - best_at >= _PATIENCE
                progress(steps if stop else step, steps, loss=losses[-1], note=note)
                if stop:
                    return Trained(state, losses, checks, checks[best_at - 1][0], step)
            elif step % max(1, every // 4 or steps // 50) == 0:
                progress(step, steps, note=note)
            if step >= steps:
                break
    return Trained(state or _state(net), losses, checks, checks[best_at - 1][0] if checks else step, step)


def _tensors(part: Inputs) -> tuple[Tensor, Tensor, list[Tensor]]:
    return torch.from_numpy(part.codes), torch.from_numpy(part.numbers), [torch.from_numpy(w) for w in part.words]


def _dropped(
    batch: tuple[Tensor, Tensor, list[Tensor]], p: Settings, g: torch.Generator, empty: list[int]
) -> tuple[Tensor, Tensor, list[Tensor]]:
    """Some cells as if they were missing, some words left out: the network learns what to do without them."""
    codes, numbers, words = batch
    codes = codes.masked_fill(torch.rand(codes.shape, generator=g) < p.cell_dropout, 0)
    n = numbers.shape[1] // 2
    if n:
        gone = torch.rand((len(numbers), n), generator=g) < p.cell_dropout
        missing = numbers[:, n:].masked_fill(gone, 1.0)
        numbers = torch.cat([numbers[:, :n].masked_fill(gone, 0.0), missing], dim=1)
    words = [w.masked_fill(torch.rand(w.shape, generator=g) < p.word_dropout, e) for w, e in zip(words, empty)]
    return codes, numbers, words


def _optimiser(net: Net, decay: float) -> AdamW:
    """Weight decay is for the layers, not for the tables and the biases."""
    named = list(net.named_parameters())
    layers = [w for n, w in named if not n.startswith(("value", "word")) and w.ndim > 1]
    rest = [w for n, w in named if n.startswith(("value", "word")) or w.ndim < 2]
    return AdamW([(layers, decay), (rest, 0.0)])


def _height(done: float) -> float:
    """How large a step is, of the highest: it rises to there, then falls to nothing (a cosine)."""
    if done < _WARM:
        return 0.04 + 0.96 * done / _WARM
    return 0.5 + 0.5 * float(np.cos(np.pi * (done - _WARM) / (1 - _WARM)))


def _state(net: Net) -> dict[str, np.ndarray]:
    return {k: v.detach().numpy().copy() for k, v in net.state_dict().items()}
