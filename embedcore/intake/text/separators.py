"""What separates the cells of a text where that is none of the usual four, or where commas stand in the texts as well.

A separator stands equally often in nearly all lines, the column names among them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from embedcore.intake.text.dialect import DELIMITERS, RARE
from embedcore.intake.text.header import DATE

# Chosen by hand: share of the lines that must have a separator equally often, the fewest lines, share of the lines of a
# table of codes that must hold nothing else, and share of the commas that must be followed by a space, or stand between
# digits, if they separate nothing.
STEADY, LEAST, CODED, WEAK = 0.95, 2, 0.98, 0.9
TITLES, BELOW = 5, 5  # lines above a table that may hold something else, and lines that must stand below those
# Signs that stand in ordinary text, too: they must stand in every line twice.
_COMMON = set("#!%*@:$&=")
_NEVER = set("\"'.()[]{}/-+_<>?\\`“”„‘’«»")  # signs of texts, codes, dates, addresses and markup
_QUOTED = re.compile(rb'"(?:[^"\\]|\\.|"")*"')
_RUN = re.compile(r" ?(?:\|\t|\t\||->|=>|[\x1c-\x1f]|[^\w\s\"'.()\[\]/,-]|þ){1,4} ?|,,")
_CODE = re.compile(rb"[\w.:-]*\d[\w.:-]*\Z")
_TIME = re.compile(rb"\d{1,2}:\d{2}(?::\d{2})?\Z")


def find(lines: Sequence[bytes]) -> str | None:
    """The separator that is not one of those that reading finds by itself, or None.

    >>> find([b"sku^name", b"A1^Mug, red", b"A2^Cup, blue"]), find([b"sku,name", b"A1,Mug"])
    ('^', None)
    """
    filled = [line for line in lines if line.strip()]
    if len(filled) < LEAST:
        return None
    bare = [_QUOTED.sub(b'""', line) if b'"' in line else line for line in filled]
    found = {d: at for d in DELIMITERS if (at := _steady(bare, d.encode()))}
    weak = "," in found and _weak(bare)
    usual = {d: at for d, at in found.items() if d != "," or not weak} or found
    if usual and not (weak and usual is found):
        longer = _run(bare, usual)
        # Nothing to say when reading finds it by itself.
        return longer or (next(iter(usual)) if weak and len(usual) == 1 else None)
    return _run(bare, {}, before=found[","][0] if weak else None)


def _signs(bare: Sequence[bytes]) -> list[str]:
    """Signs, and runs of signs, of the first lines, the longest first."""
    found: dict[str, None] = {}
    for line in bare[: TITLES + LEAST]:
        text = line.decode("utf-8", "replace")
        for run in _RUN.findall(text):
            found |= dict.fromkeys((run, run.strip(" "), *run.strip(" ")))
    kept = [s for s in found if s.strip() or s in RARE]
    return sorted((s for s in kept if not set(s) & _NEVER or s.strip() in ("->", "=>")), key=lambda s: -len(s))


def _run(bare: Sequence[bytes], usual: Mapping[str, tuple[int, int]], before: int | None = None) -> str | None:
    """A sign, or a run of signs, that separates. usual: delimiters that could do so as well, which it must hold, or
    begin to stand in the lines before them. before: the line in which it must begin at the latest, since commas, which
    may be decimals, stand in all lines from there: colons of times that begin below the names separate nothing."""
    first = min((at for at, _ in usual.values()), default=len(bare))
    best: tuple[int, str] | None = None
    for sign in _signs(bare):
        inner = sign.strip(" ")
        found = None if inner in DELIMITERS or inner == ",;" else _steady(bare, sign.encode())
        if (
            found is None
            or (before is not None and found[0] > before)
            or (found[1] < LEAST and (inner in _COMMON or inner in ("->", "=>")))
        ):
            continue
        if found[0] >= first and not any(d in sign for d in usual):
            continue
        if any(bare[found[0]].count(d.encode()) > found[1] * sign.count(d) for d in usual if d in sign):
            continue  # the sign of money in front of one of several delimiters
        if inner == ":" and all(map(_is_time, bare[found[0] :])):
            continue
        if len(inner) > 1 and len(set(inner)) == 1 and any(_alone(line, inner) for line in bare):
            continue  # a sign that also stands alone is the separator, and two of them are an empty cell
        if best is None or found[0] < best[0]:
            best = found[0], sign if len(inner) > 1 or sign in RARE else inner
    return best[1] if best else None


def _is_time(line: bytes) -> bool:
    return bool(DATE.match(line.decode("utf-8", "replace")) or _TIME.match(line))


def _alone(line: bytes, run: str) -> bool:
    one, both = run[:1].encode(), run.encode()
    return run[0] != ":" and line.count(one) != len(run) * line.count(both)


def _steady(bare: Sequence[bytes], sign: bytes) -> tuple[int, int] | None:
    """The line from which a sign stands in nearly all lines equally often, without one above it, and how often; None
    when there is no such line among the first."""
    at = next((n for n, line in enumerate(bare[: TITLES + 1]) if sign in line), None)
    if at is None or 2 * at > len(bare) or (at and len(bare) - at < BELOW):
        return None
    count = bare[at].count(sign)
    right = sum(line.count(sign) == count for line in bare[at:])
    return (at, count) if right >= STEADY * (len(bare) - at) else None


def _weak(bare: Sequence[bytes]) -> bool:
    """Whether the commas of the lines are those of texts and numbers."""
    text = b"\n".join(bare)
    commas = text.count(b",")
    spaced, decimal = text.count(b", "), len(re.findall(rb"(?<=\d),(?=\d)", text))
    return max(spaced, decimal) >= WEAK * commas


def coded(lines: Sequence[bytes]) -> bool:
    """Whether the lines are codes, separated by single spaces, equally many in each.

    >>> coded([b"user item", b"1 46", b"1 27", b"2 46"]), coded([b"red 12", b"blue mug 9"])
    (True, False)
    """
    filled = [line.split() for line in lines if line.strip()]
    if len(filled) <= LEAST:
        return False
    width, times = Counter(map(len, filled)).most_common(1)[0]
    if width < LEAST or times < STEADY * len(filled) or len(filled[0]) != width:
        return False
    right = sum(all(map(_CODE.match, cells)) for cells in filled[1:])
    clock = width == LEAST and all(_TIME.match(cells[-1]) for cells in filled[1:])
    return right >= CODED * (len(filled) - 1) and not clock


def shared_sign(cells: Sequence[str]) -> str:
    """A sign that nearly all long cells of a lone column have equally often, and at least twice; "" when there is none.

    >>> shared_sign(["Mug - red - 5"] * 9), shared_sign(["Mug", "Cup"])
    (' - ', '')
    """
    for sign in (" - ", " / ", "/", "-", "_", ":", "#", "*", "=", ";", "|", "\t", "  "):
        counts = Counter(cell.count(sign) for cell in cells).most_common(1)
        if counts and counts[0][0] >= LEAST and counts[0][1] >= STEADY * len(cells):
            return sign
    return ""
