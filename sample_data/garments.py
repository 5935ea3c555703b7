"""What each kind of product looks like, drawn with a Pen in a box of 96 x 96 units."""

from __future__ import annotations

from random import Random

from sample_data.extras import SHAPES
from sample_data.pictures import Pen, flip, mirror, shade
from sample_data.shoes import shoe
from sample_data.vocabulary import COLOURS, SAME_COLOUR

PATTERNS = {
    "striped": "stripes",
    "checked": "checks",
    "dotted": "dots",
    "floral": "flowers",
    "ribbed": "ribs",
    "cable-knit": "knit",
    "chunky": "knit",
    "quilted": "quilt",
    "woven": "knit",
    "knitted": "knit",
    "braided": "knit",
    "down": "quilt",
    "fisherman": "ribs",
    "corduroy": "ribs",
    "lace": "dots",
}
SILVER, WOOD, RUBBER = (188, 192, 200), (198, 158, 104), (240, 238, 232)


def draw(picture: str, colour: str, seed: int) -> bytes:
    """A PNG of a product: `picture` as in the vocabulary, `colour` by name, small differences by seed."""
    words = picture.split()
    named = {v: k for k, v in SAME_COLOUR.items()}.get(colour, colour)
    pattern = next((PATTERNS[w] for w in reversed(words) if w in PATTERNS), "")
    rng = Random(seed)  # noqa: S311  the same picture every time
    pen = Pen(shade(COLOURS[named], rng.uniform(0.95, 1.05)), pattern, rng)
    _ALL[words[0]](pen, set(words[1:]))
    return pen.png()


def _top(pen: Pen, has: set[str]) -> None:
    """T-shirt, polo, shirt, blouse, tank, sweater, cardigan, hoodie, track jacket."""
    low = 84 if {"hoodie", "long", "sweater", "cardigan"} & has else 82
    wide = 20 if {"hoodie", "sweater", "oversized", "boxy"} & has else 18
    if "hoodie" in has:
        pen.round(34, 8, 62, 32, pen.dark, plain=True)
        pen.round(39, 12, 57, 30, pen.darker, plain=True)
    if "tank" in has:
        pen.fill(mirror([(8, 16), (12, 16), (13, 30), (19, 40), (18, 60), (19, 82)]))
        pen.fill([(40, 16), (44, 30), (48, 33), (52, 30), (56, 16)], shade(pen.colour, 0.6), plain=True)
        pen.stroke([(29.5, 79), (66.5, 79)], width=0.7)
        return
    _sleeves(pen, has)
    hem = [(wide + 1, 62), (wide + 1, low - 3), (14, low)] if "shirt" in has else [(wide, 60), (wide + 1, low)]
    pen.fill(mirror([(8, 20), (20, 23.5), (wide + 1, 44), *hem]))
    _neck(pen, has)
    if {"polo", "shirt", "blouse"} & has:
        _collar(pen, has, low)
    _knitwear(pen, has, low)
    _sportswear(pen, has, low)
    if "logo" in has:
        pen.round(43, 42, 53, 52, pen.contrast, plain=True)


def _sleeves(pen: Pen, has: set[str]) -> None:
    short = "short" in has and "long-sleeve" not in has
    if "blouse" in has:
        sleeve = [(66, 23), (80, 44), (85, 64), (79, 72), (72, 68), (68, 44)]
    elif short:
        sleeve = [(67, 22), (85, 41), (76, 49), (66, 41)]
    else:
        sleeve = [(66, 22), (76, 34), (84, 72), (75, 75), (66, 44)]
    for side in (sleeve, flip(sleeve)):
        pen.fill(side, pen.dark if "track" in has else pen.colour)
        if not short:
            (a, b), (c, d) = side[-3 if "blouse" in has else 2], side[-2 if "blouse" in has else 3]
            pen.stroke([(a, b - 4), (c, d - 4)], width=0.8)


def _neck(pen: Pen, has: set[str]) -> None:
    if {"crew", "sport", "sweater"} & has:
        if "v-neck" in has:
            pen.fill([(40, 20), (48, 36), (56, 20)], pen.darker, plain=True)
        else:
            pen.round(39, 15.5, 57, 26.5, pen.darker, plain=True)
            pen.fill([(39, 14), (57, 14), (57, 19.5), (39, 19.5)], (247, 245, 241), plain=True)
            pen.image.paste((247, 245, 241), _box(pen, 36, 8, 60, 19.3))
            pen.stroke([(40, 20), (43, 25), (48, 26.8), (53, 25), (56, 20)], width=1.6, smooth=True)
    if "roll-neck" in has:
        pen.fill(mirror([(9, 12), (9.5, 23)]), pen.dark, plain=True)


def _collar(pen: Pen, has: set[str], low: int) -> None:
    """Collar and buttons of a polo, shirt or blouse."""
    pen.fill([(40, 19), (48, 30), (56, 19)], pen.darker, plain=True)
    collar = [(55, 16), (59, 21), (55, 30), (48, 24)]
    for side in (collar, flip(collar)):
        pen.fill(side, pen.light if "polo" not in has else pen.dark, plain=True)
    bottom = 44 if "polo" in has else low
    pen.stroke([(48, 28), (48, bottom)], width=0.9)
    pen.dots([(50, y) for y in range(33, bottom - 3, 9 if bottom > 50 else 6)], 1.1)
    if "blouse" in has:
        bow = [(48, 28), (55, 25), (56, 32)]
        for side in (bow, flip(bow)):
            pen.fill(side, pen.light, plain=True)


def _knitwear(pen: Pen, has: set[str], low: int) -> None:
    """Pockets, cuffs and fronts of shirts, sweaters, cardigans and hoodies."""
    if "pocket" in has or "shirt" in has:
        pen.stroke([(54, 38), (62, 38), (62, 46), (58, 48), (54, 46), (54, 38)], width=0.8)
    if "sweater" in has:
        for x in range(31, 67, 4):
            pen.stroke([(x, low - 5), (x, low - 1)], width=0.6)
        pen.stroke([(28, low - 6), (68, low - 6)], width=0.8)
    if "cardigan" in has:
        pen.fill([(40, 19), (48, 50), (56, 19)], shade(pen.colour, 0.6), plain=True)
        pen.stroke([(48, 50), (48, low)], width=1.2)
        pen.dots([(50.5, y) for y in range(54, low - 2, 8)], 1.4, WOOD)
        for x in (33, 55):
            pen.stroke([(x, 64), (x + 8, 64), (x + 8, 74), (x, 74), (x, 64)], width=0.8)
    if "hoodie" in has:
        pen.fill([(36, 60), (60, 60), (65, 76), (31, 76)], pen.dark, plain=True)
        for x in (44, 52):
            pen.stroke([(x, 26), (x, 40)], (250, 250, 250) if sum(pen.colour) < 620 else pen.darker, 1.1)


def _sportswear(pen: Pen, has: set[str], low: int) -> None:
    """Zips and stripes."""
    if {"track", "zip", "half-zip"} & has:
        pen.stroke([(48, 25), (48, 44 if "half-zip" in has else low)], SILVER, 1.4)
    if "track" in has:
        pen.fill(mirror([(9, 14), (10, 24)]), pen.dark, plain=True)
        for line in ([(70, 27), (80, 72)], [(26, 27), (16, 72)]):
            pen.stroke(line, (250, 250, 250), 1.8)
    if "sport" in has:
        for line in ([(64, 30), (62, 54), (65, 80)], [(32, 30), (34, 54), (31, 80)]):
            pen.stroke(line, pen.contrast, 2.0, smooth=True)


def _trousers(pen: Pen, has: set[str]) -> None:
    """Chinos, jeans, tailored trousers, tights, shorts, swim shorts, boxers."""
    outer, inner, low = _legs(has)
    leg = [(48, 10), (62, 10), (65, 28), (48 + outer, low), (48 + inner, low), (48, 38)]
    for side in (leg, flip(leg)):
        pen.fill(side)
    pen.stroke([(48, 12), (48, 37)], pen.colour, 2.4)
    band = pen.dark if "tights" not in has and "swim" not in has else pen.darker
    pen.fill([(33.5, 9), (62.5, 9), (63.3, 15), (32.7, 15)], band, plain=True)
    pen.stroke([(48, 15), (48, 32)], width=0.9)
    if "tights" in has:
        for line in ([(63, 24), (61, 80)], [(33, 24), (35, 80)]):
            pen.stroke(line, pen.contrast, 1.6)
        return
    if "swim" in has:
        for x in (46, 50):
            pen.stroke([(48, 13), (x - (48 - x) * 2, 22)], (250, 250, 250), 1.0)
        return
    _details(pen, has, outer, inner, low)


def _details(pen: Pen, has: set[str], outer: int, inner: int, low: int) -> None:
    """Pockets, button and creases."""
    for pocket in ([(60, 15), (58, 22), (64, 24)], [(36, 15), (38, 22), (32, 24)]):
        pen.stroke(pocket, width=1.0)
    pen.dots([(48, 12)], 1.3, SILVER)
    if "jeans" in has:
        _seams(pen, outer, inner, low)
    elif "cargo" in has:
        for x in (27, 61):
            pen.fill([(x, 38), (x + 9, 38), (x + 9, 49), (x, 49)], pen.dark, plain=True)
    else:
        middle = (outer + inner) / 2
        for crease in ([(58.0, 30.0), (48 + middle, low)], [(38.0, 30.0), (48 - middle, low)]):
            pen.stroke(crease, shade(pen.colour, 0.8), 0.8)
        if "short" in has:
            hem = [(47 + outer, low - 4), (48 + inner, low - 4)]
            pen.stroke(hem, width=0.8)
            pen.stroke(flip(hem), width=0.8)


def _legs(has: set[str]) -> tuple[int, int, int]:
    """(outer, inner, low): how far a leg reaches from the middle, and down."""
    short = bool({"short", "swim"} & has)
    low = 62 if short else 88
    if "cropped" in has or "7/8" in has:
        low -= 9
    if short:
        return 24, 3, low
    if {"tights", "skinny", "slim", "tapered", "cigarette"} & has:
        return 14, 7, low
    return (25, 4, low) if {"wide", "wide-leg", "bootcut", "relaxed", "high-waist"} & has else (18, 5, low)


def _seams(pen: Pen, outer: int, inner: int, low: int) -> None:
    """The seams and the worn thigh of jeans."""
    thread = (222, 170, 90)
    pen.stroke([(50, 16), (50, 32)], thread, 0.8)
    hem = [(47.0 + outer, low - 3.0), (48.0 + inner, low - 3.0)]
    for seam in ([(59.5, 16), (57.5, 22), (63.4, 23.5)], hem):
        pen.stroke(seam, thread, 0.8)
        pen.stroke(flip(seam), thread, 0.8)
    thigh = [(52 + inner, 46), (55 + inner, 46), (54 + inner, 66), (53 + inner, 66)]
    pen.fill(thigh, shade(pen.colour, 1.25, 12), plain=True, smooth=True)


def _dress(pen: Pen, has: set[str]) -> None:
    if "evening" in has:
        if "one-shoulder" not in has:
            pen.stroke([(41, 8), (40, 22)], width=1.4)
        pen.stroke([(55, 8), (56, 22)], width=1.4)
        pen.fill(mirror([(3, 24), (9, 19), (13, 30), (9, 42), (13, 54), (17, 70), (25, 91), (8, 92)]), smooth=False)
        pen.fill([(50, 56), (56, 91), (46, 91)], pen.darker, plain=True)
        pen.stroke([(39, 42), (48, 44), (57, 42)], width=1.2, smooth=True)
        return
    for strap in ([(40, 8), (39, 22)], [(56, 8), (57, 22)]):
        pen.stroke(strap, width=2.2)
    pen.fill(mirror([(2, 24), (10, 18), (14, 32), (11, 44), (20, 62), (27, 80), (14, 83), (6, 81)]))
    pen.fill([(36.5, 42), (59.5, 42), (60, 46), (36, 46)], pen.dark, plain=True)
    if "tiered" in has:
        pen.stroke([(28, 62), (40, 64), (56, 64), (68, 62)], width=1.2)
    if "wrap" in has:
        pen.stroke([(38, 20), (52, 42)], width=1.0)
        pen.stroke([(52, 46), (62, 81)], width=1.0)


def _skirt(pen: Pen, has: set[str]) -> None:
    wide = 16 if "pencil" in has else 32
    pen.fill(mirror([(13, 20), (wide * 0.6 + 6, 44), (wide, 78), (wide * 0.5, 81)]))
    pen.fill([(34.5, 17), (61.5, 17), (62, 23), (34, 23)], pen.dark, plain=True)
    if {"pleated", "midi", "a-line"} & has:
        for k in (-3, -2, -1, 0, 1, 2, 3):
            pen.stroke([(48 + k * 3.4, 24), (48 + k * wide * 0.29, 79)], width=0.8)
    elif "denim" in has:
        pen.stroke([(48, 23), (48, 79)], (222, 170, 90), 0.9)
        pen.dots([(50.5, y) for y in (30, 42, 54, 66)], 1.2, SILVER)
    elif "wrap" in has:
        pen.stroke([(56, 23), (50, 50), (60, 80)], width=1.1, smooth=True)


def _coat(pen: Pen, has: set[str]) -> None:
    """Blazer, wool coat, down, rain and denim jackets."""
    low = 91 if "long" in has else 72 if {"denim", "cropped"} & has else 79
    if "hooded" in has or "rain" in has:
        pen.round(35, 4, 61, 30, pen.dark, plain=True)
        pen.round(40, 9, 56, 28, pen.darker, plain=True)
    puff = 4 if "down" in has else 0
    sleeve = [(65, 18), (77, 30), (86 + puff / 2, 68), (76, 72), (68, 42)]
    for side in (sleeve, flip(sleeve)):
        pen.fill(side)
        pen.stroke([(side[2][0], side[2][1] - 5), (side[3][0], side[3][1] - 5)], width=0.9)
    pen.fill(mirror([(9, 16), (20, 19.5), (21 + puff, 42), (20 + puff, 58), (22 + puff, low)]))
    if "down" in has:
        _down(pen, low)
    elif "rain" in has:
        _rain(pen, low)
    elif "denim" in has:
        _denim(pen, has, low)
    else:
        _lapels(pen, has, low)


def _down(pen: Pen, low: int) -> None:
    for y in range(28, low, 9):
        pen.stroke([(26, y), (37, y + 1.5), (48, y), (59, y + 1.5), (70, y)], width=0.9, smooth=True)
    pen.fill(mirror([(10, 12), (11, 22)]), pen.dark, plain=True)
    pen.stroke([(48, 13), (48, low)], SILVER, 1.5)


def _rain(pen: Pen, low: int) -> None:
    pen.fill(mirror([(10, 17), (10, 23)]), pen.dark, plain=True)
    pen.stroke([(48, 18), (48, low)], pen.contrast, 2.2)
    for pocket in ([(56, 60), (63, 66)], [(40, 60), (33, 66)]):
        pen.stroke(pocket, pen.contrast, 1.6)
    pen.stroke([(27, 36), (69, 36)], width=0.8)


def _denim(pen: Pen, has: set[str], low: int) -> None:
    thread = (222, 170, 90) if sum(pen.colour) < 560 else pen.darker
    collar = [(56, 14), (61, 20), (54, 28), (48, 20)]
    for side in (collar, flip(collar)):
        pen.fill(side, RUBBER if "sherpa-lined" in has else pen.dark, plain=True)
    pen.stroke([(48, 22), (48, low)], thread, 1.0)
    pen.stroke([(28, 33), (68, 33)], thread, 0.9)
    pen.fill([(27, low - 6), (69, low - 6), (70, low), (26, low)], pen.dark, plain=True)
    for x in (33, 54):
        pen.fill([(x, 36), (x + 9, 36), (x + 9, 40), (x + 4.5, 43), (x, 40)], pen.dark, plain=True)
    pen.dots([(50.5, y) for y in range(28, low, 8)], 1.2, (196, 130, 80))


def _lapels(pen: Pen, has: set[str], low: int) -> None:
    """The front of a blazer or a wool coat."""
    deep = 54 if "blazer" in has else 44
    pen.fill([(40, 15), (48, deep), (56, 15)], (250, 250, 250) if "blazer" in has else pen.darker, plain=True)
    lapel = [(56, 14), (63, 27), (60, 31), (48, deep), (54, 20)]
    for side in (lapel, flip(lapel)):
        pen.fill(side, pen.dark, plain=True)
    pen.stroke([(48, deep), (48, low)], width=1.1)
    rows = range(deep + 5, low - (4 if "blazer" in has else 18), 9)
    pen.dots([(52, y) for y in rows], 1.5)
    if "double-breasted" in has:
        pen.dots([(43, y) for y in rows], 1.5)
    for pocket in ([(55, 63), (65, 62)], [(41, 63), (31, 62)]):
        pen.stroke(pocket, width=1.4)
    if "belted" in has:
        pen.fill([(27, 53), (69, 53), (69, 58), (27, 58)], pen.darker, plain=True)


def _box(pen: Pen, x0: float, y0: float, x1: float, y1: float) -> tuple[int, int, int, int]:
    (a, b), (c, d) = pen.at([(x0, y0), (x1, y1)])
    return round(a), round(b), round(c), round(d)


_ALL = SHAPES | {"top": _top, "trousers": _trousers, "dress": _dress, "skirt": _skirt, "coat": _coat, "shoe": shoe}
