"""What bags, hats and other small things look like, drawn with a Pen in a box of 96 x 96 units."""

from __future__ import annotations

from sample_data.pictures import Pen, flip, mirror, shade

SILVER, GOLD, WOOD, RUBBER = (188, 192, 200), (218, 178, 84), (198, 158, 104), (240, 238, 232)


def bag(pen: Pen, has: set[str]) -> None:
    """Backpack, handbag, tote, wallet."""
    if "backpack" in has:
        pen.stroke([(41, 16), (43, 7), (53, 7), (55, 16)], pen.darker, 2.8, smooth=True)
        for x0, x1 in ((18, 28), (68, 78)):
            pen.fill([(x0, 56), (x1, 54), (x1, 80), (x0 + 1, 80)], pen.dark, plain=True)
        top = [(18, 12), (21, 14)] if "rolltop" in has else [(10, 12), (19, 18), (22, 30)]
        pen.fill(mirror([*top, (23, 60), (23, 82), (19, 87)]))
        pen.fill(mirror([(16, 54), (17, 58), (17, 80), (14, 82)]), pen.dark, plain=True)
        pen.stroke([(32, 62), (64, 62)], pen.contrast, 1.4)
        if "rolltop" in has:
            pen.fill(mirror([(20, 12), (21, 24)]), pen.darker, plain=True)
            pen.fill([(45, 22), (51, 22), (51, 44), (45, 44)], pen.darker, plain=True)
        else:
            pen.stroke([(29, 42), (34, 30), (48, 26), (62, 30), (67, 42)], width=1.3, smooth=True)
        return
    if "handbag" in has:
        strap = (
            [(26, 42), (30, 16), (48, 8), (66, 16), (70, 42)]
            if "crossbody" in has or "mini" in has
            else [(32, 42), (35, 24), (48, 17), (61, 24), (64, 42)]
        )
        pen.stroke(strap, pen.darker, 3.0, smooth=True)
        if "bucket" in has:
            pen.fill(mirror([(20, 38), (24, 82), (18, 86)]))
            pen.stroke([(29, 46), (48, 49), (67, 46)], GOLD, 1.5, smooth=True)
        else:
            pen.fill(mirror([(28, 40), (33, 78), (28, 83)]))
            pen.fill(mirror([(28, 40), (30, 54), (16, 62), (0, 64)]), pen.dark, plain=True)
            pen.fill([(45, 59), (51, 59), (51, 67), (45, 67)], GOLD, plain=True)
        return
    if "tote" in has:
        pen.stroke([(34, 36), (36, 14), (44, 8)], pen.darker, 2.6, smooth=True)
        pen.stroke([(62, 36), (60, 14), (52, 8), (44, 8)], pen.darker, 2.6, smooth=True)
        pen.fill(mirror([(27, 34), (25, 86)]))
        pen.stroke([(22, 39), (74, 39)], width=0.9)
        if not pen.pattern:
            pen.round(41, 52, 55, 66, pen.contrast, plain=True)
        return
    if "zip-around" in has or "compact" in has:
        pen.fill(mirror([(32, 30), (35, 34), (35, 66), (32, 70)]))
        pen.stroke([(14, 36), (82, 36)], GOLD, 1.8)
        pen.fill([(80, 34), (84, 34), (85, 46), (79, 46)], GOLD, plain=True)
    else:
        pen.fill(mirror([(31, 28), (34, 31), (34, 67), (31, 70)]), pen.dark, plain=True)
        pen.fill(mirror([(31, 34), (34, 37), (34, 69), (31, 72)]))
        pen.fill([(64, 46), (83, 46), (83, 58), (64, 58)], pen.dark, plain=True)
        pen.dots([(70, 52)], 2.2, GOLD)
    pen.stroke([(18, 66), (78, 66)], shade(pen.colour, 1.3, 10), 0.7)


def cap(pen: Pen, has: set[str]) -> None:
    """Baseball and trucker caps."""
    pen.fill([(14, 58), (16, 42), (26, 28), (44, 23), (60, 28), (68, 42), (70, 58)], smooth=False)
    if "trucker" in has:
        pen.fill([(14, 58), (16, 42), (26, 28), (38, 24), (36, 58)], RUBBER, plain=True)
    pen.fill([(40, 54), (66, 54), (86, 60), (90, 67), (74, 66), (52, 64), (38, 62)], pen.dark, smooth=True, plain=True)
    pen.stroke([(44, 23), (46, 40), (46, 56)], width=0.8, smooth=True)
    pen.stroke([(44, 23), (28, 38), (24, 57)], width=0.8, smooth=True)
    pen.dots([(44, 22.5)], 2.0, pen.darker)
    pen.round(53, 36, 62, 46, pen.contrast, plain=True)


def beanie(pen: Pen, has: set[str]) -> None:
    """Beanies, some with a bobble."""
    if "bobble" in has:
        pen.round(38, 8, 58, 28, pen.light, plain=True)
    pen.fill(mirror([(6, 24), (16, 28), (25, 42), (28, 62)]))
    pen.fill(mirror([(29, 58), (30, 62), (30, 76), (28, 79)]), pen.dark, plain=True)
    for x in range(22, 77, 6):
        pen.stroke([(x, 61), (x, 77)], width=0.8)
    if "fisherman" not in has and not pen.pattern:
        for k in (-2, -1, 0, 1, 2):
            pen.stroke([(48 + k * 3, 25), (48 + k * 9, 58)], width=0.7)


def sunhat(pen: Pen, has: set[str]) -> None:
    """Sun hats and bucket hats."""
    wide = 30 if "bucket" in has else 42
    pen.round(48 - wide, 52, 48 + wide, 76)
    pen.fill(mirror([(10, 26), (19, 34), (22, 60), (12, 64)]))
    pen.fill(
        mirror([(21, 51), (22.5, 60), (12, 63), (0, 64)]),
        pen.darker if "ribbon" not in has else (196, 60, 70),
        plain=True,
    )
    for y in (34, 41):
        pen.stroke([(30, y + 2), (48, y), (66, y + 2)], shade(pen.colour, 0.82), 0.7, smooth=True)


def belt(pen: Pen, has: set[str]) -> None:
    """Rolled up, its end to the right."""
    wide = 7 if "slim" in has else 12 if "wide" in has else 9
    pen.round(12, 18, 76, 78)
    pen.round(12 + wide, 18 + wide, 76 - wide, 78 - wide, (247, 245, 241), plain=True)
    pen.round(22 + wide, 28 + wide, 66 - wide, 68 - wide, pen.dark, plain=True)
    pen.round(41, 45, 47, 51, (247, 245, 241), plain=True)
    pen.fill([(44, 78 - wide), (88, 74 - wide), (91, 74 - wide / 2), (88, 76), (44, 78)])
    pen.fill([(20, 60), (34, 60), (34, 82), (20, 82)], SILVER, plain=True)
    pen.fill([(24, 64), (30, 64), (30, 78), (24, 78)], pen.darker, plain=True)
    pen.dots([(x, 76.3 - wide / 2) for x in (62, 70, 78)], 1.2)


def scarf(pen: Pen, has: set[str]) -> None:
    """A knotted scarf, some with a fringe."""
    fringe = "fringed" in has or "chunky" in has or "checked" in has
    for x, low in ((32, 84), (52, 76)):
        if fringe:
            for k in range(0, 15, 3):
                pen.stroke([(x + k, low), (x + k, low + 6)], pen.darker, 1.4)
        pen.fill([(x + 3, 34), (x + 13, 34), (x + 15, low), (x - 1, low)])
    pen.fill([(22, 24), (34, 14), (62, 14), (74, 24), (66, 42), (48, 48), (30, 42)], smooth=True)
    pen.fill([(34, 22), (48, 18), (62, 22), (56, 30), (48, 32), (40, 30)], pen.darker, smooth=True, plain=True)
    pen.stroke([(26, 32), (44, 42), (66, 36)], width=0.9, smooth=True)


def gloves(pen: Pen, has: set[str]) -> None:
    """A pair of gloves."""
    hand = [
        (16, 82),
        (14, 52),
        (15, 30),
        (20, 28),
        (22, 44),
        (23, 20),
        (29, 19),
        (30, 42),
        (32, 22),
        (37, 24),
        (37, 46),
        (39, 30),
        (44, 33),
        (43, 56),
        (40, 66),
        (40, 82),
    ]
    thumb = [(15, 60), (6, 50), (9, 44), (17, 50)]
    for one, two in ((hand, thumb), (flip(hand), flip(thumb))):
        pen.fill(two, pen.dark, plain=True)
        pen.fill(one)
        xs = sorted(x for x, _ in one)
        cuff = (16, 40) if xs[0] < 48 else (56, 80)
        pen.fill(
            [(cuff[0] - 1, 74), (cuff[1] + 1, 74), (cuff[1] + 1, 86), (cuff[0] - 1, 86)],
            RUBBER if {"lined", "fleece"} & has else pen.darker,
            plain=True,
        )


def tie(pen: Pen, has: set[str]) -> None:
    """A tie, cut straight when it is knitted."""
    wide = 9 if {"slim", "knitted"} & has else 13
    pen.fill([(46, 26), (54, 26), (57, 70), (51, 86)], pen.darker, plain=True)
    tip = [(48 + wide, 76), (48, 91), (48 - wide, 76)] if "knitted" not in has else [(48 + wide, 88), (48 - wide, 88)]
    pen.fill([(44, 25), (52, 25), *tip])
    pen.fill([(38, 8), (58, 8), (54, 27), (42, 27)], plain=False)


def sunglasses(pen: Pen, has: set[str]) -> None:
    """Round, cat-eye, aviator and plain sunglasses."""
    glass = (70, 66, 74) if sum(pen.colour) > 250 else (104, 116, 132)
    for side in ([(16, 40), (6, 34), (4, 50)], [(80, 40), (90, 34), (92, 50)]):
        pen.stroke(side, pen.darker, 3.0)
    pen.stroke([(42, 44), (48, 40), (54, 44)], pen.colour, 3.2, smooth=True)
    if "round" in has:
        lens = [
            (29 + x, 50 + y)
            for x, y in (
                (0, -15),
                (10.6, -10.6),
                (15, 0),
                (10.6, 10.6),
                (0, 15),
                (-10.6, 10.6),
                (-15, 0),
                (-10.6, -10.6),
            )
        ]
    elif "cat-eye" in has:
        lens = [(8, 34), (28, 38), (44, 42), (42, 58), (28, 64), (14, 56)]
    elif "aviator" in has:
        lens = [(14, 40), (30, 37), (44, 42), (42, 56), (28, 68), (16, 58)]
    else:
        lens = [(11, 38), (30, 37), (44, 40), (42, 60), (28, 63), (14, 60)]
    inner = [(29 + (x - 29) * 0.74, 50 + (y - 50) * 0.74) for x, y in lens]
    for turn in (False, True):
        pen.fill(flip(lens) if turn else lens, smooth=True)
        pen.fill(flip(inner) if turn else inner, glass, smooth=True, plain=True)
        x = 58 if turn else 20
        pen.stroke([(x, 54), (x + 8, 43)], (214, 220, 228), 1.6)


def socks(pen: Pen, has: set[str]) -> None:
    """A pair of socks, long or short."""
    top = 50 if {"ankle", "no-show"} & has else 34 if "running" in has or "light" in has else 14
    for dx, dy in ((20, -6), (0, 4)):
        leg = [
            (20 + dx, top + dy),
            (40 + dx, top + dy),
            (40 + dx, 56 + dy),
            (58 + dx, 66 + dy),
            (64 + dx, 76 + dy),
            (58 + dx, 84 + dy),
            (34 + dx, 82 + dy),
            (20 + dx, 70 + dy),
        ]
        pen.fill(leg)
        pen.fill(
            [(52 + dx, 62 + dy), (60 + dx, 67 + dy), (64 + dx, 76 + dy), (58 + dx, 84 + dy), (50 + dx, 83 + dy)],
            pen.dark,
            plain=True,
        )
        pen.fill([(20 + dx, 58 + dy), (30 + dx, 66 + dy), (28 + dx, 77 + dy), (20 + dx, 70 + dy)], pen.dark, plain=True)
        pen.fill(
            [(19 + dx, top + dy), (41 + dx, top + dy), (41 + dx, top + 8 + dy), (19 + dx, top + 8 + dy)],
            pen.dark,
            plain=True,
        )
        if "running" in has:
            pen.stroke([(40 + dx, 60 + dy), (34 + dx, 80 + dy)], pen.contrast, 2.2)


def bra(pen: Pen, has: set[str]) -> None:
    """Bras."""
    for side in ([(34, 38), (38, 14)], [(62, 38), (58, 14)]):
        pen.stroke(side, pen.dark, 5.0)
    low = 78 if "longline" in has else 68
    pen.fill(mirror([(2, 42), (14, 30), (25, 42), (23, 58), (22, low)]))
    pen.fill(mirror([(23, low - 8), (22, low)]), pen.darker, plain=True)
    pen.stroke([(48, 44), (48, low - 8)], width=0.9)


def swimsuit(pen: Pen, has: set[str]) -> None:
    """Swimsuits."""
    for side in ([(38, 28), (39, 8)], [(58, 28), (57, 8)]):
        pen.stroke(side, pen.dark, 3.4)
    pen.fill(mirror([(2, 32), (11, 25), (16, 38), (12, 52), (19, 68), (5, 86), (4, 90)]))
    if "wrap" in has:
        pen.stroke([(38, 30), (58, 54)], width=1.1)
    pen.stroke([(36, 52), (48, 54), (60, 52)], shade(pen.colour, 0.8), 0.9, smooth=True)


def watch(pen: Pen, has: set[str]) -> None:
    """Watches, round or square."""
    metal = GOLD if sum(pen.colour) in range(440, 520) else SILVER
    pen.fill([(39, 4), (57, 4), (59, 32), (37, 32)])
    pen.fill([(37, 64), (59, 64), (57, 92), (39, 92)])
    for y in (*range(9, 30, 5), *range(69, 92, 5)):
        pen.stroke([(39, y), (57, y)], shade(pen.colour, 0.7), 0.7)
    face = (34, 40, 56) if {"diver", "chronograph"} & has else (250, 250, 248)
    if "square" in has:
        pen.fill([(30, 30), (66, 30), (66, 66), (30, 66)], metal, plain=True)
        pen.fill([(34, 34), (62, 34), (62, 62), (34, 62)], face, plain=True)
    else:
        pen.round(27, 27, 69, 69, metal, plain=True)
        pen.round(31, 31, 65, 65, face, plain=True)
    hand = (250, 250, 250) if face[0] < 100 else (40, 40, 46)
    pen.dots([(48, 35), (48, 61), (35, 48), (61, 48)], 1.1, hand)
    pen.stroke([(48, 48), (48, 38)], hand, 1.6)
    pen.stroke([(48, 48), (55, 52)], hand, 1.6)
    if "chronograph" in has:
        pen.dots([(41, 52), (55, 43)], 3.0, SILVER)


def necklace(pen: Pen, has: set[str]) -> None:
    """Chains, pearls and pendants."""
    chain = [(18, 8), (22, 36), (34, 60), (48, 68), (62, 60), (74, 36), (78, 8)]
    pen.stroke(chain, pen.darker, 2.2, smooth=True)
    pen.stroke(chain, pen.colour, 1.3, smooth=True)
    if "layered" in has:
        pen.stroke([(22, 8), (28, 30), (48, 48), (68, 30), (74, 8)], pen.darker, 1.8, smooth=True)
    if "pearl" in has:
        pen.dots(
            [(22, 36), (27, 48), (34, 59), (41, 65), (48, 68), (55, 65), (62, 59), (69, 48), (74, 36)], 4.2, pen.darker
        )
        pen.dots(
            [(22, 35), (27, 47), (34, 58), (41, 64), (48, 67), (55, 64), (62, 58), (69, 47), (74, 35)],
            3.2,
            (250, 247, 240),
        )
    elif "chain" in has:
        pen.dots([(26, 46), (36, 61), (48, 68), (60, 61), (70, 46)], 2.4, pen.darker)
    else:
        pen.round(41, 68, 55, 84, plain=True)
        pen.round(45, 72, 51, 80, pen.light if "coin" in has else (70, 120, 190), plain=True)


def boxers(pen: Pen, has: set[str]) -> None:
    """Boxer shorts."""
    low = 68 if "trunk" not in has else 60
    leg = [(48, 22), (76, 22), (81, low), (52, low + 2), (48, 46)]
    for side in (leg, flip(leg)):
        pen.fill(side)
    pen.fill([(19, 20), (77, 20), (77.5, 29), (18.5, 29)], pen.darker, plain=True)
    pen.stroke([(48, 29), (48, 46)], width=0.9)
    pen.stroke([(48, 29), (53, 40), (48, 46)], width=0.9, smooth=True)


SHAPES = {
    "bag": bag,
    "cap": cap,
    "beanie": beanie,
    "sunhat": sunhat,
    "belt": belt,
    "scarf": scarf,
    "gloves": gloves,
    "tie": tie,
    "sunglasses": sunglasses,
    "socks": socks,
    "bra": bra,
    "swimsuit": swimsuit,
    "watch": watch,
    "necklace": necklace,
    "boxers": boxers,
}
