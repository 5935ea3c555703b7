"""What is measured of a picture before anything is learned: its edges, its colours, its coarse pixels. In torch."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch.nn import functional as F

BINS = 9  # directions of an edge
CELLS = 8  # of a picture, in each direction
EDGES = BINS * CELLS * CELLS
COLOURS = 64  # 4 x 4 x 4 colours
COARSE = 16  # pixels, in each direction, of a coarse picture
BATCH = 256
# How colours are weighted: times the difference from the border, at least so much. Chosen by hand.
_CONTRAST, _LEAST_WEIGHT = 4, 0.02


def tensor(pixels: np.ndarray, size: int) -> torch.Tensor:
    """(n, S, S, 3) uint8 -> (n, 3, size, size) float32 in 0..1; smaller by the mean of whole pixels."""
    x = torch.from_numpy(np.array(pixels)).permute(0, 3, 1, 2).contiguous().float() / 255
    return x if x.shape[-1] == size else F.interpolate(x, size=(size, size), mode="area")


def edges(x: torch.Tensor) -> torch.Tensor:
    """(n, EDGES): histograms of oriented gradients (Dalal and Triggs 2005).

    In each of 8 x 8 cells, how much edge runs in each of 9 directions, of the colour channel that changes most; the
    whole picture scaled to the same sum, then the square root, so that strong edges do not drown the others. An
    inverted picture has the same edges."""
    p = F.pad(x, (1, 1, 1, 1), mode="replicate")
    across, down = p[:, :, 1:-1, 2:] - p[:, :, 1:-1, :-2], p[:, :, 2:, 1:-1] - p[:, :, :-2, 1:-1]
    strength, channel = (across * across + down * down).max(1, keepdim=True)
    across, down = across.gather(1, channel)[:, 0], down.gather(1, channel)[:, 0]
    strength = strength[:, 0].sqrt()
    place = (torch.atan2(down, across) % torch.pi) / torch.pi * BINS - 0.5
    side, cells = x.shape[-1] // CELLS, []
    for k in range(BINS):  # shared between the two nearest directions
        away = (place - k).abs()
        away = torch.minimum(away, BINS - away)
        cells.append(F.avg_pool2d((1 - away).clamp(min=0) * strength, side))
    found = torch.stack(cells, 1).flatten(1)
    return (found / (found.sum(1, keepdim=True) + 1e-3)).sqrt()


def colours(x: torch.Tensor) -> torch.Tensor:
    """(n, COLOURS): how much of each of 4 x 4 x 4 colours a picture holds, each pixel shared between the nearest ones
    and weighted by how much it differs from the border; square roots."""
    x = F.adaptive_avg_pool2d(x, COARSE)
    border = torch.cat([x[:, :, 0], x[:, :, -1], x[:, :, :, 0], x[:, :, :, -1]], 2).median(2).values
    weight = ((x - border[:, :, None, None]).abs().amax(1) * _CONTRAST).clamp(_LEAST_WEIGHT, 1)
    low = (x * 3).floor().clamp(max=2)
    share, low = x * 3 - low, low.long()
    out = torch.zeros(len(x), COLOURS)
    for corner in range(8):
        r, g, b = corner >> 2 & 1, corner >> 1 & 1, corner & 1
        part = weight
        for c, up in enumerate((r, g, b)):
            part = part * (share[:, c] if up else 1 - share[:, c])
        out.scatter_add_(1, ((low[:, 0] + r) * 16 + (low[:, 1] + g) * 4 + low[:, 2] + b).flatten(1), part.flatten(1))
    return (out / out.sum(1, keepdim=True)).sqrt()


def coarse(x: torch.Tensor, side: int = COARSE) -> torch.Tensor:
    """(n, 3 * side * side): the picture in coarse pixels."""
    return F.adaptive_avg_pool2d(x, side).flatten(1)


SEEN: dict[str, tuple[Callable[[torch.Tensor], torch.Tensor], int]] = {
    "edges": (edges, EDGES),
    "picture": (coarse, 3 * COARSE * COARSE),
}


def principal(x: torch.Tensor, d: int, seed: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """(mean (m,), directions (m, d), singular values (d,)) of the rows of x, zeros where there are fewer than d.

    Randomised (Halko and others 2011), the same for the same seed."""
    mean = x.mean(0)
    found = min(d, *x.shape)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        _, s, v = torch.svd_lowrank(x - mean, found, niter=4)
    v, s = F.pad(v, (0, d - found)), F.pad(s, (0, d - found))
    return mean, v * (s > 1e-6 * s.max().clamp(min=1e-12)), s
