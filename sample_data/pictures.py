"""Small drawings of garments, shoes, bags and hats: the shape says the subcategory, the colour the colour."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from random import Random

from PIL import Image, ImageChops, ImageDraw

SIZE, ZOOM = 96, 4
PAPER = (247, 245, 241)
Colour = tuple[int, int, int]
Points = Sequence[tuple[float, float]]


class Pen:
    """Draws in a box of 96 x 96 units, enlarged; `png` scales down, which smooths the edges."""

    def __init__(self, colour: Colour, pattern: str, rng: Random) -> None:
        self.image = Image.new("RGB", (SIZE * ZOOM, SIZE * ZOOM), PAPER)
        self.colour, self.pattern, self.rng = colour, pattern, rng
        self.dark, self.darker, self.light = shade(colour, 0.84), shade(colour, 0.66), shade(colour, 1.22)
        self.line = shade(colour, 0.5) if sum(colour) > 210 else (14, 14, 18)
        self.contrast = shade(colour, 0.72) if sum(colour) > 560 else shade(colour, 0.32, lift=172)
        self.scale = rng.uniform(0.93, 1.03)
        self.move = (rng.uniform(-2, 2), rng.uniform(-1.5, 1.5))

    def at(self, points: Points) -> list[tuple[float, float]]:
        """Points of the box as pixels of the enlarged image."""
        return [
            (((x - 48) * self.scale + 48 + self.move[0]) * ZOOM, ((y - 48) * self.scale + 48 + self.move[1]) * ZOOM)
            for x, y in points
        ]

    def fill(self, points: Points, colour: Colour | None = None, *, smooth: bool = False, plain: bool = False) -> None:
        """A closed shape with an outline, a shaded right edge and, unless plain, the product's pattern."""
        colour = colour or self.colour
        place = self.at(curve(points) if smooth else points)
        mask = Image.new("L", self.image.size, 0)
        ImageDraw.Draw(mask).polygon(place, fill=255)
        self.image.paste(colour, mask=mask)
        if self.pattern and not plain:
            self.image.paste(self.contrast, mask=ImageChops.multiply(mask, self._pattern()))
        edge = ImageChops.subtract(mask, ImageChops.offset(mask, round(-3.2 * ZOOM), round(-1.6 * ZOOM)))
        self.image.paste(Image.blend(self.image, Image.new("RGB", self.image.size, (20, 16, 40)), 0.16), mask=edge)
        ImageDraw.Draw(self.image).line([*place, place[0], place[1]], fill=self.line, width=ZOOM, joint="curve")

    def round(
        self, x0: float, y0: float, x1: float, y1: float, colour: Colour | None = None, *, plain: bool = False
    ) -> None:
        """An ellipse in a box."""
        cx, cy, rx, ry = (x0 + x1) / 2, (y0 + y1) / 2, (x1 - x0) / 2, (y1 - y0) / 2
        k = 0.7071
        self.fill(
            [
                (cx, y0),
                (cx + k * rx, cy - k * ry),
                (x1, cy),
                (cx + k * rx, cy + k * ry),
                (cx, y1),
                (cx - k * rx, cy + k * ry),
                (x0, cy),
                (cx - k * rx, cy - k * ry),
            ],
            colour,
            smooth=True,
            plain=plain,
        )

    def stroke(self, points: Points, colour: Colour | None = None, width: float = 1.2, *, smooth: bool = False) -> None:
        """An open line."""
        place = self.at(curve(points, closed=False) if smooth else points)
        thick = max(1, round(width * ZOOM))
        ImageDraw.Draw(self.image).line(place, fill=colour or self.line, width=thick, joint="curve")

    def dots(self, points: Points, radius: float = 1.2, colour: Colour | None = None) -> None:
        """Buttons, eyelets, pearls."""
        draw = ImageDraw.Draw(self.image)
        for x, y in self.at(points):
            r = radius * ZOOM
            draw.ellipse((x - r, y - r, x + r, y + r), fill=colour or self.line)

    def png(self) -> bytes:
        """The picture, scaled down, as a PNG of 40 colours."""
        small = self.image.reduce(ZOOM).quantize(40, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        out = io.BytesIO()
        small.save(out, "PNG", optimize=True)
        return out.getvalue()

    def _pattern(self) -> Image.Image:
        mask = Image.new("L", self.image.size, 0)
        start = self.rng.randrange(0, 6)
        _PATTERNS[self.pattern](ImageDraw.Draw(mask), start)
        return mask


def _stripes(draw: ImageDraw.ImageDraw, start: int, shade: int = 255) -> None:
    for y in range(start, SIZE, 7):
        draw.rectangle((0, y * ZOOM, SIZE * ZOOM, (y + 2.4) * ZOOM), fill=shade)


def _checks(draw: ImageDraw.ImageDraw, start: int) -> None:
    _stripes(draw, start, 120)
    for x in range(start, SIZE, 7):
        draw.rectangle((x * ZOOM, 0, (x + 2.4) * ZOOM, SIZE * ZOOM), fill=150)


def _petals(draw: ImageDraw.ImageDraw, start: int, step: int, r: float, petals: Points) -> None:
    for row, y in enumerate(range(start, SIZE, step)):
        for x in range(start + (row % 2) * step // 2, SIZE, step):
            for px, py in petals:
                cx, cy = (x + px) * ZOOM, (y + py) * ZOOM
                draw.ellipse((cx - r * ZOOM, cy - r * ZOOM, cx + r * ZOOM, cy + r * ZOOM), fill=230)


def _dots(draw: ImageDraw.ImageDraw, start: int) -> None:
    _petals(draw, start, 7, 1.3, [(0, 0)])


def _flowers(draw: ImageDraw.ImageDraw, start: int) -> None:
    _petals(draw, start, 11, 2.0, [(0, -2), (2, 0.4), (1.2, 2.4), (-1.2, 2.4), (-2, 0.4)])


def _ribs(draw: ImageDraw.ImageDraw, start: int) -> None:
    for x in range(start, SIZE, 4):
        draw.line((x * ZOOM, 0, x * ZOOM, SIZE * ZOOM), fill=90, width=ZOOM)


def _knit(draw: ImageDraw.ImageDraw, start: int) -> None:
    for y in range(start, SIZE, 5):
        for x in range(-2, SIZE, 8):
            stitch = [(x * ZOOM, y * ZOOM), ((x + 4) * ZOOM, (y + 3) * ZOOM), ((x + 8) * ZOOM, y * ZOOM)]
            draw.line(stitch, fill=80, width=ZOOM)


def _quilt(draw: ImageDraw.ImageDraw, _: int) -> None:
    side = SIZE * ZOOM
    for x in range(-SIZE, 2 * SIZE, 9):
        draw.line((x * ZOOM, 0, (x + SIZE) * ZOOM, side), fill=110, width=ZOOM)
        draw.line((x * ZOOM, side, (x + SIZE) * ZOOM, 0), fill=110, width=ZOOM)


_PATTERNS: dict[str, Callable[[ImageDraw.ImageDraw, int], None]] = {
    "stripes": _stripes,
    "checks": _checks,
    "dots": _dots,
    "flowers": _flowers,
    "ribs": _ribs,
    "knit": _knit,
    "quilt": _quilt,
}


def shade(colour: Colour, factor: float, lift: int = 0) -> Colour:
    """Darker (factor < 1) or lighter."""
    r, g, b = (min(255, max(0, round(c * factor + lift))) for c in colour)
    return r, g, b


def curve(points: Points, *, closed: bool = True, steps: int = 8) -> list[tuple[float, float]]:
    """A smooth line through the points (Catmull-Rom); a point given twice is a corner."""
    p = list(points)
    around = [p[-1], *p, p[0], p[1]] if closed else [p[0], *p, p[-1]]
    out: list[tuple[float, float]] = []
    for a, b, c, d in zip(around, around[1:], around[2:], around[3:]):
        for t in () if b == c else [k / steps for k in range(steps)]:
            x, y = (
                0.5 * (2 * q + (r - o) * t + (2 * o - 5 * q + 4 * r - s) * t**2 + (3 * q - o - 3 * r + s) * t**3)
                for o, q, r, s in zip(a, b, c, d)
            )
            out.append((x, y))
    return out if closed else [*out, p[-1]]


def mirror(half: Points, x: float = 48) -> list[tuple[float, float]]:
    """A closed symmetric outline from its right half: (distance from the axis, y) from top to bottom."""
    return [(x + d, y) for d, y in half] + [(x - d, y) for d, y in reversed(half)]


def flip(points: Points) -> list[tuple[float, float]]:
    """The other side."""
    return [(96 - x, y) for x, y in points]
