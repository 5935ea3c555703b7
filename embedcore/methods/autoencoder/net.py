"""The training of the tabular autoencoder, in torch. The whole table lies in memory as tensors; no loader."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from embedcore.methods.adamw import AdamW, one_cycle
from embedcore.methods.autoencoder.layout import Layout
from embedcore.methods.columns import Inputs
from embedcore.methods.threads import one_thread
from embedcore.progress import Progress

BATCH = 1_024  # and an eighth of the rows of a smaller table, so that an epoch has several steps
_SMALL = 64
_WIDE_BATCH = 512  # of a wide table: a step costs as much for each column as for each product
_DECAY, _BETAS = 1e-4, (0.9, 0.99)  # weight decay of the matrices, and the betas of AdamW; chosen by hand
_NOT_LEARNED = -100  # the code of a cell that does not count, as in torch
_REPORTS = 300  # points of the loss curve
_TEXT, _NUMBER = 1.0, 4.0  # weights beside a category column: of a text; of a number's value (its step counts too)


@dataclass(frozen=True)
class Noise:
    """What is done to a row before it goes in. hide: (low, high), the share of cells hidden is drawn between them for
    each row. swap: share of cells replaced by another row's. drop: share of words left out."""

    hide: tuple[float, float]
    swap: float
    drop: float


class AutoencoderNet(nn.Module):
    """Sum of the values' vectors and of the scaled numbers -> width, GELU, LayerNorm -> dimension -> width, GELU,
    LayerNorm -> outputs, in the order of `order` when there is one."""

    order: Tensor | None = None

    def __init__(self, layout: Layout, dimension: int, width: int) -> None:
        super().__init__()
        columns = len(layout.columns) + len(layout.texts)
        self.values = nn.Parameter(torch.randn(layout.rows_in, width) / math.sqrt(columns))
        self.numbers = nn.Parameter(torch.randn(layout.n_numbers, width) / math.sqrt(columns))
        self.bias = nn.Parameter(torch.zeros(width))
        self.norm_in, self.norm_out = nn.LayerNorm(width), nn.LayerNorm(width)
        self.code, self.back = nn.Linear(width, dimension), nn.Linear(dimension, width)
        self.head = nn.Linear(width, layout.rows_out)

    def forward(self, at: Tensor, weight: Tensor, z: Tensor) -> Tensor:
        """at, weight: (b, J + W) input rows and their weights. z: (b, N), 0 where not known. -> (b, outputs)."""
        x = F.embedding_bag(at, self.values, mode="sum", per_sample_weights=weight)
        x = self.norm_in(F.gelu(x + z @ self.numbers + self.bias, approximate="tanh"))
        x = self.norm_out(F.gelu(self.back(self.code(x)), approximate="tanh"))
        if self.order is not None:
            return F.linear(x, self.head.weight[self.order], self.head.bias[self.order])
        out: Tensor = self.head(x)
        return out

    def arrays(self) -> dict[str, np.ndarray]:
        """The weights, float32."""
        return {k: v.detach().numpy().copy() for k, v in self.state_dict().items()}


@dataclass(frozen=True)
class Plan:
    """How it is trained. dimension: of the narrowest layer. width: of the layers beside it. rate: the highest learning
    rate."""

    dimension: int
    width: int
    steps: int
    rate: float
    noise: Noise


def train(
    layout: Layout, inputs: Inputs, plan: Plan, seed: int, progress: Progress
) -> tuple[dict[str, np.ndarray], list[float]]:
    """(weights by name, the losses given to progress). The rows of `inputs` are all learned from."""
    with one_thread(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = AutoencoderNet(layout, plan.dimension, plan.width)
        feed = _Feed(layout, inputs, plan.noise)
        if feed.groups:
            net.order = torch.cat(
                [torch.arange(*layout.outs[[j, j + 1]]) for _, columns in feed.groups for j in columns]
                + [torch.arange(layout.outs[-1], layout.rows_out)]
            )
        losses = _steps(net, feed, plan, progress)
        return net.arrays(), losses


def _steps(net: AutoencoderNet, feed: _Feed, plan: Plan, progress: Progress) -> list[float]:
    """Train in place; the losses."""
    tables = [p for p in net.parameters() if p.ndim == 2]
    rest = [p for p in net.parameters() if p.ndim != 2]
    adam = AdamW([(tables, _DECAY), (rest, 0.0)], betas=_BETAS, fused=True)
    losses: list[float] = []
    every = max(1, plan.steps // _REPORTS)
    for step in range(1, plan.steps + 1):
        rows = feed.draw()
        loss = feed.loss(net(*feed.inputs(rows)), rows)
        torch.autograd.backward(loss)
        rate, momentum = one_cycle(step - 1, plan.steps, plan.rate)
        adam.step(rate, momentum=momentum)
        if step % every == 0 or step == plan.steps:
            losses.append(float(loss.detach()))
            progress(step, plan.steps, losses[-1], "Learning to rebuild products")
    return losses


class _Feed:
    """Batches of rows, spoiled for the way in and whole for the comparison on the way out."""

    def __init__(self, layout: Layout, inputs: Inputs, noise: Noise) -> None:
        self.layout, self.noise = layout, noise
        sizes = torch.tensor([c.size for c in layout.columns], dtype=torch.int64)
        self.starts = torch.from_numpy(layout.starts[:-1].copy())
        self.hidden = self.starts + sizes + 2
        self.last = sizes + 1
        self.codes = torch.from_numpy(np.ascontiguousarray(inputs.codes))
        z = torch.from_numpy(inputs.numbers)
        self.there = torch.isfinite(z)
        self.z = torch.nan_to_num(z, nan=0.0)
        words = torch.from_numpy(layout.word_rows(inputs))
        self.word_weight = (words >= 0).float() / (words >= 0).sum(1, keepdim=True).clamp(min=1).sqrt()
        self.words = words.clamp(min=0)
        self.n, self.split = len(inputs), len(layout.columns) - layout.n_numbers
        self.batch = min(_WIDE_BATCH if layout.table.wide else BATCH, max(_SMALL, self.n // 8), self.n)
        # Of a wide table, columns with equally many values are compared at once: (outputs of each, which they are).
        by_size: dict[int, list[int]] = {}
        for j, c in enumerate(layout.columns if layout.table.wide else ()):
            by_size.setdefault(c.size + 2, []).append(j)
        self.groups = sorted(by_size.items())
        self.order, self.used = torch.randperm(self.n), 0

    def draw(self) -> Tensor:
        """The next rows; each row comes once before any comes again."""
        if self.used + self.batch > self.n:
            self.order, self.used = torch.randperm(self.n), 0
        self.used += self.batch
        return self.order[self.used - self.batch : self.used]

    def inputs(self, rows: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """What the net reads of these rows: some cells hidden, swapped, some words left out."""
        codes, z, split = self.codes[rows], self.z[rows], self.split
        b, columns = codes.shape
        if self.noise.swap:
            other = torch.randint(self.n, (b, columns))
            swap = torch.rand(b, columns) < self.noise.swap
            codes = torch.where(swap, self.codes[other, torch.arange(columns)], codes)
            far = self.z[other[:, split:], torch.arange(columns - split)]
            z = torch.where(swap[:, split:], far, z)
        low, high = self.noise.hide
        share = low + (high - low) * torch.rand(b, 1)
        hide = torch.rand(b, columns) < share
        at = torch.where(hide, self.hidden, codes + self.starts)
        z = torch.where(hide[:, split:], 0.0, z)
        weight = self.word_weight[rows]
        if weight.shape[1]:
            keep = (torch.rand(weight.shape) >= self.noise.drop) & (torch.rand(b, 1) >= share)
            weight = weight * keep
        return torch.cat([at, self.words[rows].long()], 1), torch.cat([torch.ones(b, columns), weight], 1), z

    def loss(self, out: Tensor, rows: Tensor) -> Tensor:
        """Mean over the columns of the error of each."""
        layout, codes = self.layout, self.codes[rows].long()
        target = torch.where(codes > self.last, _NOT_LEARNED, codes)  # a hidden cell
        groups = self.groups or [(c.size + 2, [j]) for j, c in enumerate(layout.columns)]
        sizes = [size * len(columns) for size, columns in groups]
        # One split: its way back is one copy, where slices would each fill a whole batch of outputs with zeros.
        outputs = list(torch.split(out, [*sizes, layout.n_numbers, *(words for _, _, words in layout.texts)], 1))
        parts: list[Tensor] = []
        for logits, (size, columns) in zip(outputs, groups, strict=False):
            codes = target[:, columns if len(columns) > 1 else columns[0]].reshape(-1)
            one = F.cross_entropy(logits.reshape(-1, size), codes, ignore_index=_NOT_LEARNED, reduction="sum")
            parts.append(one / len(rows))
        if layout.n_numbers:
            miss = F.smooth_l1_loss(outputs[len(sizes)], self.z[rows], reduction="none") * self.there[rows]
            parts.append(_NUMBER * miss.sum() / len(rows))
        start = int(layout.starts[-1])
        for (_, read, predicted), logits in zip(layout.texts, outputs[len(sizes) + 1 :], strict=True):
            words, there = self.words[rows].long() - start, self.word_weight[rows] > 0
            own = there & (words >= 0) & (words < predicted)
            logp = F.log_softmax(logits, 1).gather(1, words.clamp(0, predicted - 1))
            parts.append(-_TEXT * (logp * own).sum() / own.sum().clamp(min=1))
            start += read
        return torch.stack(parts).sum() / (len(layout.columns) + len(layout.texts))
