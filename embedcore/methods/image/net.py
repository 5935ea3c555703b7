"""The convolutional encoder-decoder: a picture and what is seen in it -> a short code -> both again."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    """code = linear(seen) + convolutions(picture); seen and the picture are redrawn from the code.

    Each way begins as its best linear answer (`begin`), and convolutions and hidden layers learn what that leaves
    over: the first step is as good as a principal component analysis, and training only improves on it.
    d: numbers of a code. colours: further numbers that only the painter gets, so that the code need not hold them.
    seen: how many measures there are of a picture. size: its pixels, in each direction."""

    def __init__(self, d: int, colours: int, seen: int, size: int) -> None:
        super().__init__()
        self.side, self.grid = size // 16, size // 4  # 64 pixels: 16 x 16 patches of 4 x 4, then 8 x 8, then 4 x 4
        self.patches = nn.Conv2d(3, 24, 4, 4)
        self.parts = nn.Conv2d(24, 48, 3, 2, 1)
        self.whole = nn.Conv2d(48, 64, 3, 2, 1)
        self.code = nn.Linear(64 * self.side**2, d)
        self.read = nn.Linear(seen, d, bias=False)
        self.say = nn.Linear(d, seen, bias=False)
        self.hidden, self.more = nn.Linear(d, 192), nn.Linear(192, seen)
        self.sketch = nn.Linear(d + colours, 3 * self.grid**2)
        self.spread = nn.Linear(d + colours, 48 * self.side**2)
        self.up1, self.up2 = nn.Conv2d(48, 4 * 32, 3, 1, 1), nn.Conv2d(32, 4 * 24, 3, 1, 1)
        self.paint = nn.Conv2d(24 + 3, 48, 3)
        for layer in (self.code, self.more, self.paint):
            for values in layer.parameters():
                nn.init.zeros_(values)

    def begin(self, directions: torch.Tensor, scale: float, sketch: torch.Tensor) -> None:
        """directions: (seen, d) orthonormal. scale: what a code is divided by. sketch: (d + colours + 1,
        3 * grid * grid), the best linear answer for the coarse picture; its last row is the constant."""
        with torch.no_grad():
            self.read.weight.copy_(directions.T / scale)
            self.say.weight.copy_(directions * scale)
            self.sketch.weight.copy_(sketch[:-1].T)
            self.sketch.bias.copy_(sketch[-1])
            for channel in range(3):  # the rough picture, made four times larger without steps
                for n in range(16):
                    self.paint.weight[16 * channel + n, 24 + channel] = torch.outer(_between(n // 4), _between(n % 4))

    def encode(self, x: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
        """(n, 3, size, size) in 0..1 and (n, seen) centred -> (n, d)."""
        y = F.relu(self.patches(x))
        y = F.relu(self.whole(F.relu(self.parts(y))))
        code: torch.Tensor = self.read(seen) + self.code(y.flatten(1))
        return code

    def rebuild(self, code: torch.Tensor) -> torch.Tensor:
        """(n, d) -> (n, seen): what was seen, centred."""
        seen: torch.Tensor = self.say(code) + self.more(F.relu(self.hidden(code)))
        return seen

    def draw(self, code: torch.Tensor, colour: torch.Tensor) -> torch.Tensor:
        """(n, d) and (n, colours) -> (n, 3, size, size): the picture, as logits or as values."""
        both = torch.cat([code, colour], 1)
        y = F.relu(self.spread(both)).view(-1, 48, self.side, self.side)
        y = F.relu(F.pixel_shuffle(self.up1(y), 2))
        y = F.relu(F.pixel_shuffle(self.up2(y), 2))
        rough = self.sketch(both).view(-1, 3, self.grid, self.grid)
        both = F.pad(torch.cat([y, rough], 1), (1, 1, 1, 1), mode="replicate")  # or borders would be darker
        drawn: torch.Tensor = F.pixel_shuffle(self.paint(both), 4)
        return drawn


def _between(part: int) -> torch.Tensor:
    """Shares of the pixel before, this and the one after in the nth quarter of a pixel: linear interpolation."""
    off = (part + 0.5) / 4 - 0.5
    return torch.tensor([max(-off, 0.0), 1 - abs(off), max(off, 0.0)])
