"""What separates the cells of a text where that is none of the usual four, or where commas stand in the texts as well.

A separator stands equally often in nearly all lines, the column names among them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from embedcore.intake.text.dialect import DELIMITERS, RARE
from embedcore.intake.text.header import DATE

# Chosen by hand: share of the lines that must have a separator equally often, the fewest lines, share of the lines of a
# table of codes that must hold nothing else, and share of the commas that must be followed by a space, or stand between
# digits, if they separate nothing.
STEADY, LEAST, CODED, WEAK = 0.95, 2, 0.98, 0.9
# Signs that stand in ordinary text, too: they must stand in every line twice.
_COMMON = set("#!%*@:$&=")
_NEVER = set("\"'.()[]{}/-+_<>?\\`")  # signs of texts, codes, dates, addresses and markup
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
    steady = [d for d in DELIMITERS if _steady(bare, d.encode())]
    if any(d != "," for d in steady) or ("," in steady and not _weak(bare)):
        usual = [d for d in steady if d != ","] if "," in steady and _weak(bare) else steady
        longer = _run(bare, _signs(bare), usual)
        # Nothing to say when reading finds it by itself.
        return longer or (usual[0] if len(usual) == 1 and "," in steady and "," not in usual else None)
    return _run(bare, _signs(bare), ())


def _signs(bare: Sequence[bytes]) -> list[str]:
    """Signs, and runs of signs, of the first lines, the longest first."""
    found: dict[str, None] = {}
    for line in bare[:LEAST]:
        text = line.decode("utf-8", "replace")
        for run in _RUN.findall(text):
            found |= dict.fromkeys((run, run.strip(" "), *run.strip(" ")))
    kept = [s for s in found if s.strip() or s in RARE]
    return sorted((s for s in kept if not set(s) & _NEVER or s.strip() in ("->", "=>")), key=lambda s: -len(s))


def _run(bare: Sequence[bytes], signs: Sequence[str], usual: Sequence[str]) -> str | None:
    for sign in signs:
        text = sign.encode()
        inner = sign.strip(" ")
        if sign in DELIMITERS or inner in (",", ";") or (usual and not any(d in sign for d in usual)):
            continue
        if inner in DELIMITERS and len(sign) > 1:
            continue  # a usual delimiter between spaces: spaces around a cell are no part of it
        count = _steady(bare, text)
        if not count or (count < LEAST and (inner in _COMMON or inner in ("->", "=>"))):
            continue
        if inner == ":" and all(DATE.match(line.decode("utf-8", "replace")) or _TIME.match(line) for line in bare):
            continue
        if len(inner) > 1 and len(set(inner)) == 1 and any(_alone(line, inner) for line in bare):
            continue  # a sign that also stands alone is the separator, and two of them are an empty cell
        return sign if len(inner) > 1 or sign in RARE else inner
    return None


def _alone(line: bytes, run: str) -> bool:
    one, both = run[:1].encode(), run.encode()
    return run[0] != ":" and line.count(one) != len(run) * line.count(both)


def _steady(bare: Sequence[bytes], sign: bytes) -> int:
    """How often a sign stands in a line, when that is so in nearly all of them and in the first; else 0."""
    first = bare[0].count(sign)
    if not first:
        return 0
    return first if sum(line.count(sign) == first for line in bare) >= STEADY * len(bare) else 0


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
