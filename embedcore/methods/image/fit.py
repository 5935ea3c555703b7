"""Training of the image autoencoder: what it sees of each picture, the linear initialisation, and the steps of Adam."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional as F

from embedcore.methods.adamw import AdamW
from embedcore.methods.image import see
from embedcore.methods.image.net import Net
from embedcore.methods.image.params import COLOURS
from embedcore.progress import Progress

SHOWN = 8  # pictures that are watched while it learns
# Chosen with tests/bench/images.py: neighbours of the same category among real thumbnails of a fashion shop.
_BATCH = 64
_MOST_STEPS, _FEW_STEPS, _FEWEST_STEPS = 2000, 150, 40
_SLOW = 0.1  # learning rate of what begins at its best linear answer, as a share
_DECAY = 1e-4  # weight decay of all layers; chosen by hand
_WATCH = 10  # steps between two looks at the pictures that are watched
_DRAWN = 0.1  # weight of the picture beside what was seen in it: a picture is mostly colour
_LOGIT = 0.02  # how near to black and white the linear beginning goes


@dataclass(frozen=True)
class How:
    """The settings of a training, see ImageParams."""

    dimension: int
    keep: str
    entropy: bool
    size: int
    passes: int
    rate: float


@dataclass(frozen=True, eq=False)
class Model:
    """A trained net with what it needs to read pictures: the mean (m,) of what was seen and its principal directions
    (m, d), and the mean (64,) and directions (64, COLOURS) of the colour histograms."""

    net: Net
    how: How
    mean: torch.Tensor
    colour_mean: torch.Tensor
    colour_way: torch.Tensor
    directions: torch.Tensor

    def code(
        self, pixels: np.ndarray, progress: Callable[[int], None] | None = None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """(n, d) codes and (n, COLOURS) colour blocks of (n, S, S, 3) uint8 pictures."""
        codes, blocks = [], []
        batches = range(0, max(len(pixels), 1), see.BATCH)
        with torch.no_grad():
            for k, a in enumerate(batches, 1):
                x = see.tensor(pixels[a : a + see.BATCH], self.how.size)
                codes.append(self.net.encode(x, see.SEEN[self.how.keep][0](x) - self.mean))
                blocks.append((see.colours(x) - self.colour_mean) @ self.colour_way)
                if progress is not None:
                    progress(k)
        return torch.cat(codes), torch.cat(blocks)

    def redraw(self, code: torch.Tensor, colour: torch.Tensor) -> torch.Tensor:
        """(n, 3, size, size) in 0..1."""
        with torch.no_grad():
            drawn = self.net.draw(code, colour)
        return drawn.sigmoid() if self.how.entropy else drawn.clamp(0, 1)


def fit(
    pixels: np.ndarray, rows: np.ndarray, watched: np.ndarray, how: How, seed: int, *, progress: Progress, after: int
) -> tuple[Model, list[float], int]:
    """(model, losses, steps done): train on `rows` of (N, S, S, 3) uint8 pictures, showing `watched` ones.

    progress counts batches that are looked at and steps; after: how many steps the caller has to do then."""
    n = len(rows)
    batch = min(_BATCH, n)
    steps = max(_FEWEST_STEPS, min(_FEW_STEPS, n // 8), min(_MOST_STEPS, how.passes * n // batch))
    looks = -(-n // see.BATCH)
    of = looks + steps + after
    seen, shades = _look(pixels, rows, how, lambda k: progress(k, of, note="Looking at the pictures"))
    progress(looks, of, note="Where pictures differ most")
    model = _begin(pixels, rows, seen, shades, how, seed)
    seen -= model.mean
    blocks = (shades - model.colour_mean) @ model.colour_way
    losses = []
    random = torch.Generator().manual_seed(seed)
    optimiser = _optimiser(model.net)
    spread = seen.pow(2).sum(1).mean().clamp(min=1e-9)
    for step in range(steps):
        rates = [how.rate * share * min(1.0, (step + 1) / 30) * (1 - step / steps) for share in (_SLOW, 1.0)]
        order = torch.randint(n, (batch,), generator=random).sort().values  # a mapped file is read forwards
        x = see.tensor(pixels[rows[order.numpy()]], how.size)
        # Edges are the same in any colours; so the convolutions beside them must not rely on colours.
        given = x[:, torch.randperm(3, generator=random)] if how.keep == "edges" else x
        code = model.net.encode(given, seen[order])
        rest = (model.net.rebuild(code) - seen[order]).pow(2).sum(1).mean() / spread
        some = slice(None, None, 2) if how.keep == "edges" else slice(None)  # pictures cost more than they teach here
        drawn = model.net.draw(code[some], blocks[order[some]])
        error = F.binary_cross_entropy_with_logits(drawn, x[some]) if how.entropy else 4 * F.mse_loss(drawn, x[some])
        loss = rest + _DRAWN * error if how.keep == "edges" else error + _DRAWN * rest
        torch.autograd.backward(loss)
        optimiser.step(*rates)
        losses.append(float(loss.detach()))
        if step % _WATCH == 0 or step == steps - 1:
            show(progress, lambda: compare(model, watched))
        progress(looks + step + 1, of, losses[-1])
    return model, losses, looks + steps


def _look(
    pixels: np.ndarray, rows: np.ndarray, how: How, progress: Callable[[int], None]
) -> tuple[torch.Tensor, torch.Tensor]:
    """What is measured of the pictures `rows`: ((n, m) edges or coarse pixels, (n, 64) colours)."""
    read, width = see.SEEN[how.keep]
    seen, shades = torch.empty(len(rows), width), torch.empty(len(rows), see.COLOURS)
    for k, a in enumerate(range(0, len(rows), see.BATCH)):
        progress(k)
        x = see.tensor(pixels[rows[a : a + see.BATCH]], how.size)
        seen[a : a + len(x)], shades[a : a + len(x)] = read(x), see.colours(x)
    return seen, shades


def _optimiser(net: Net) -> AdamW:
    """Slow for the linear layers, which begin where they should end: fast steps would first undo that."""
    linear = {id(v) for layer in (net.read, net.say, net.sketch) for v in layer.parameters()}
    slow = [v for v in net.parameters() if id(v) in linear]
    fast = [v for v in net.parameters() if id(v) not in linear]
    return AdamW([(slow, _DECAY), (fast, _DECAY)])


def _begin(
    pixels: np.ndarray, rows: np.ndarray, seen: torch.Tensor, shades: torch.Tensor, how: How, seed: int
) -> Model:
    """The best linear model: principal components of what was seen, and the picture regressed on them."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = Net(how.dimension, COLOURS, seen.shape[1], how.size)
    mean, ways, strength = see.principal(seen, how.dimension, seed)
    scale = float(strength.square().mean().sqrt()) / len(seen) ** 0.5 or 1.0
    colour_mean, colour_way, strong = see.principal(shades, COLOURS, seed)
    colour_way = colour_way / (float(strong.square().mean().sqrt()) / len(seen) ** 0.5 or 1.0)
    some = np.unique(np.linspace(0, len(seen) - 1, 4000).astype(np.int64))
    codes = torch.cat(
        [(seen[some] - mean) @ ways / scale, (shades[some] - colour_mean) @ colour_way, torch.ones(len(some), 1)], 1
    )
    parts = [see.tensor(pixels[rows[some[a : a + 1000]]], how.size) for a in range(0, len(some), 1000)]
    targets = torch.cat([see.coarse(x, net.grid) for x in parts])
    if how.entropy:
        targets = targets.clamp(_LOGIT, 1 - _LOGIT).logit()
    ridge = 1e-3 * len(some) * torch.eye(codes.shape[1])
    sketch = torch.linalg.solve(codes.T @ codes + ridge, codes.T @ targets)
    net.begin(ways, scale, sketch)
    return Model(net, how, mean, colour_mean, colour_way, ways)


def compare(model: Model, watched: np.ndarray) -> np.ndarray:
    """(2, k, size, size, 3) uint8: pictures as the net gets them, and as it redraws them."""
    was = see.tensor(watched, model.how.size)
    now = model.redraw(*model.code(watched))
    both = torch.stack([was, now]).permute(0, 1, 3, 4, 2)
    return np.asarray((both * 255).round().to(torch.uint8).numpy())


def show(progress: Progress, look: Callable[[], np.ndarray]) -> None:
    """Give a progress that has a place for it (`preview`) a PNG with originals above what became of them."""
    preview = getattr(progress, "preview", None)
    if preview is not None:
        preview(png(look()))


def png(pairs: np.ndarray, zoom: int = 96) -> bytes:
    """(2, k, s, s, 3) uint8 -> a PNG of two rows of k pictures, each `zoom` pixels wide with a little room between."""
    from PIL import Image

    k, gap = pairs.shape[1], 4
    sheet = Image.new("RGBA", (k * (zoom + gap) - gap, 2 * zoom + gap))
    for row in range(2):
        for n in range(k):
            one = Image.fromarray(pairs[row, n]).resize((zoom, zoom), Image.Resampling.BILINEAR)
            sheet.paste(one, (n * (zoom + gap), row * (zoom + gap)))
    out = io.BytesIO()
    sheet.save(out, "PNG")
    return out.getvalue()
