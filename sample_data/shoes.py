"""Shoes from the side, their toes on the right, drawn with a Pen in a box of 96 x 96 units."""

from __future__ import annotations

from sample_data.pictures import Pen, Points

SILVER, GOLD, WOOD, RUBBER, WHITE = (188, 192, 200), (218, 178, 84), (198, 158, 104), (240, 238, 232), (252, 252, 252)


def shoe(pen: Pen, has: set[str]) -> None:
    """Heels, sandals, boots, dress shoes, running shoes, sneakers."""
    kind = next(k for k in ("heel", "sandal", "boot", "dress", "running", "sneaker") if k in has)
    {"heel": _heel, "sandal": _sandal, "boot": _boot, "dress": _dress, "running": _running, "sneaker": _sneaker}[kind](
        pen, has
    )


def _soft(*corners: Points) -> Points:
    """One outline from smooth parts: where two parts meet there is a corner."""
    return [p for part in corners for p in (part[0], *part, part[-1])]


def _heel(pen: Pen, has: set[str]) -> None:
    low = 12 if "kitten" in has else 0
    thick = 9 if "block" in has else 4
    pen.fill([(12, 54 + low), (18 + thick, 58 + low), (13 + thick, 82), (13, 82)], pen.darker, plain=True)
    if {"slingback", "strappy"} & has:
        strap = [(14, 36 + low), (20, 27 + low), (30, 27 + low), (37, 36 + low), (38, 54 + low / 2)]
        pen.stroke(strap, pen.colour, 2.4, smooth=True)
    pen.fill(
        _soft(
            [(11, 34 + low), (15, 33 + low), (24, 44 + low), (36, 55 + low / 2), (46, 62 + low / 3)],
            [(46, 62 + low / 3), (62, 58), (78, 66), (90, 78)],
            [(90, 78), (90, 81), (62, 81), (46, 77), (32, 66 + low / 2), (20, 58 + low), (11, 56 + low)],
        ),
        smooth=True,
    )
    pen.stroke([(58, 80), (74, 81), (91, 81)], pen.darker, 1.6)


def _sandal(pen: Pen, has: set[str]) -> None:
    pen.fill(_soft([(20, 70), (12, 62), (13, 46), (22, 44), (30, 54), (36, 70)]), smooth=True)
    pen.fill(_soft([(20, 70), (18, 60), (20, 54), (24, 58), (28, 70)]), (247, 245, 241), smooth=True, plain=True)
    if "slide" in has:
        pen.image.paste((247, 245, 241), (0, 0, 46 * 4, 71 * 4))
    pen.fill(_soft([(48, 72), (54, 56), (66, 52), (78, 60), (84, 72)]), smooth=True)
    if {"strappy", "cross-strap", "trekking"} & has:
        pen.fill(_soft([(58, 72), (61, 63), (66, 61), (72, 64), (75, 72)]), (247, 245, 241), smooth=True, plain=True)
        pen.stroke([(27, 50), (42, 50), (58, 56)], pen.colour, 3.4, smooth=True)
    if {"buckle", "slide"} & has:
        pen.dots([(62, 58)], 2.8, SILVER)
    if {"buckle", "trekking"} & has:
        pen.dots([(26, 50)], 2.2, SILVER)
    pen.fill(
        _soft(
            [(9, 69), (40, 71), (70, 70), (90, 69)],
            [(90, 69), (92, 74), (88, 79)],
            [(88, 79), (50, 79), (10, 79)],
            [(10, 79), (7, 74), (9, 69)],
        ),
        WOOD,
        smooth=True,
        plain=True,
    )


def _boot(pen: Pen, has: set[str]) -> None:
    short = {"chelsea", "ankle"} & has
    top = 26 if short else 12
    pen.fill(
        _soft(
            [(17, top), (44, top)],
            [(44, top), (44, 38), (50, 51), (66, 56), (82, 63), (87, 76)],
            [(87, 76), (13, 76)],
            [(13, 76), (15, 60), (18, 44), (17, top)],
        ),
        smooth=True,
    )
    pen.fill([(11, 75), (89, 75), (89, 81), (38, 81), (35, 79), (33, 84), (12, 84)], pen.darker, plain=True)
    if short:
        pen.fill([(26, top + 2), (39, top + 2), (36, 52), (31, 52)], pen.darker, plain=True)
        pen.stroke([(18, top), (15, top - 5)], pen.darker, 2.0)
        return
    for y in range(top + 6, 54, 7):
        lace = [(36, y + 1), (45 + max(0, y - 40) * 0.6, y - 1)]
        pen.stroke(lace, RUBBER if sum(pen.colour) < 500 else pen.line, 1.5)
    if "lined" in has:
        pen.fill([(14, top - 3), (47, top - 3), (47, top + 5), (14, top + 5)], RUBBER, plain=True)


def _dress(pen: Pen, has: set[str]) -> None:
    pen.fill(
        _soft(
            [(12, 45), (22, 41), (34, 44)],
            [(34, 44), (48, 50), (66, 55), (82, 61), (89, 71)],
            [(89, 71), (10, 71)],
            [(10, 71), (9, 58), (12, 45)],
        ),
        smooth=True,
    )
    pen.fill([(8, 70), (90, 70), (90, 74), (34, 74), (33, 79), (9, 79)], pen.darker, plain=True)
    pen.stroke([(70, 56), (74, 62), (73, 70)], width=1.2, smooth=True)
    pen.stroke([(13, 48), (24, 45), (34, 48)], pen.darker, 1.2, smooth=True)
    if "loafer" in has:
        pen.fill([(46, 49), (60, 54), (57, 61), (43, 57)], pen.dark, plain=True)
        pen.stroke([(48, 55), (56, 58)], pen.darker, 1.6)
    elif "monk-strap" in has:
        pen.fill([(34, 45), (56, 53), (53, 60), (30, 53)], pen.dark, plain=True)
        pen.dots([(48, 54.5)], 2.4, GOLD)
    else:
        for x in (40, 46, 52):
            pen.stroke([(x, 48 + (x - 40) * 0.42), (x - 3, 54 + (x - 40) * 0.42)], width=1.4)
    if "brogue" in has:
        pen.dots([(77, 62), (80, 65), (83, 64), (78, 68), (84, 68)], 0.9)


def _running(pen: Pen, has: set[str]) -> None:
    pen.fill(
        _soft(
            [(10, 36), (15, 34), (20, 42), (28, 44), (37, 40)],
            [(37, 40), (48, 50), (64, 57), (80, 61), (89, 71)],
            [(89, 71), (50, 76), (10, 74)],
            [(10, 74), (8, 58), (12, 48), (10, 36)],
        ),
        smooth=True,
    )
    for x in (38, 46, 54):
        pen.stroke([(x - 13, 71), (x - 2, 56)], pen.contrast, 2.6)
    pen.fill(
        _soft(
            [(6, 68), (24, 73), (56, 74), (90, 70)],
            [(90, 70), (92, 75), (84, 81)],
            [(84, 81), (40, 82), (12, 82)],
            [(12, 82), (5, 77), (6, 68)],
        ),
        RUBBER,
        smooth=True,
        plain=True,
    )
    if "trail" in has:
        pen.dots([(x, 82) for x in range(14, 84, 6)], 1.6, pen.darker)
    _laces(pen)


def _sneaker(pen: Pen, has: set[str]) -> None:
    high = 8 if "court" in has else 0
    pen.fill(
        _soft(
            [(12, 38 - high), (20, 37 - high), (34, 42 - high / 2)],
            [(34, 42 - high / 2), (46, 50), (62, 57), (80, 60), (88, 72)],
            [(88, 72), (11, 72)],
            [(11, 72), (10, 58), (14, 48), (12, 38 - high)],
        ),
        smooth=True,
    )
    pen.fill(
        _soft([(66, 72), (67, 64), (72, 58)], [(72, 58), (82, 61), (88, 72)], [(88, 72), (66, 72)]),
        RUBBER if "canvas" in has else pen.dark,
        smooth=True,
        plain=True,
    )
    if "retro" in has or "classic" in has:
        pen.fill([(20, 54), (38, 58), (34, 65), (18, 63)], pen.contrast, plain=True)
    elif "canvas" in has:
        pen.round(21, 52, 32, 63, RUBBER, plain=True)
    else:
        pen.stroke([(18, 66), (34, 64), (44, 56)], pen.contrast, 2.6, smooth=True)
    sole = 9 if "platform" in has else 6
    pen.fill([(8, 71), (90, 71), (90, 72 + sole), (9, 72 + sole)], RUBBER, plain=True)
    pen.stroke([(9, 74.5), (89.5, 74.5)], pen.contrast if sum(pen.contrast) < 640 else pen.colour, 0.9)
    _laces(pen)


def _laces(pen: Pen) -> None:
    for x, y in ((40, 45), (46, 49.5), (52, 53)):
        pen.stroke([(x - 3, y + 5), (x + 3, y)], WHITE if sum(pen.colour) < 600 else pen.darker, 1.8)
