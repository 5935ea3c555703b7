"""In what two variants of one product differ, in a shop's words: the name of the axis and both values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from embedcore.match import texts, words
from embedcore.match.variants.options import CODE, is_option_size, split_code
from embedcore.match.variants.titles import tokens

_SIDES = {"left", "right", "links", "rechts", "gauche", "droite", "izquierda", "derecha"}
_SHOWN = 3  # words of a difference that are named


@dataclass(frozen=True)
class Axis:
    """A name with the value on either side.

    >>> str(Axis("colour", "black", "green"))
    'colour: black / green'
    """

    name: str
    a: str
    b: str

    def __str__(self) -> str:
        return f"{self.name}: {self.a} / {self.b}"


def between(
    frame: pd.DataFrame, columns: Iterable[str], title: Sequence[str], codes: np.ndarray | None, a: int, b: int
) -> list[Axis]:
    """The axes in which two rows differ: columns first, then codes, then titles.

    columns: those that are options here, CODE for the codes. title: the folded titles of both rows."""
    out = []
    for name in columns:
        if name == CODE:
            continue
        x, y = (_cell(frame, name, row) for row in (a, b))
        if x and y and texts.fold(x) != texts.fold(y):
            out.append(Axis(name, *(_code_ends(x, y) if _is_code(x) and _is_code(y) else (x, y))))
    if not out and codes is not None and CODE in columns:
        out.append(Axis(CODE, *_code_ends(str(codes[a]), str(codes[b]))))
    return out or _of_titles(*title)


def _cell(frame: pd.DataFrame, name: str, row: int) -> str:
    if name not in frame.columns:
        return ""
    value = frame[name].iloc[row]
    if pd.isna(value):
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _is_code(value: str) -> bool:
    return len(split_code(value)) > 1 and " " not in value and any(c.isalpha() for c in value)


def _code_ends(x: str, y: str) -> tuple[str, str]:
    """What is left of two codes behind their common beginning."""
    p, q = split_code(x), split_code(y)
    k = 0
    while k < min(len(p), len(q)) - 1 and p[k] == q[k]:
        k += 1
    return "-".join(p[k:]) or x, "-".join(q[k:]) or y


def _of_titles(one: str, two: str) -> list[Axis]:
    p, q = tokens(one), tokens(two)
    x, y = [w for w in p if w not in q], [w for w in q if w not in p]
    if not x and not y:
        return []
    measured = [_measured(one, w) for w in x if w.startswith("=")], [_measured(two, w) for w in y if w.startswith("=")]
    if measured[0] and measured[1]:
        return [Axis(x[[w.startswith("=") for w in x].index(True)][1:].split(":")[0], measured[0][0], measured[1][0])]
    hues = [[w for w in side if w in words.COLOURS] for side in (x, y)]
    if hues[0] and hues[1]:
        return [Axis("colour", hues[0][0], hues[1][0])]
    left = [" ".join(w for w in side[:_SHOWN] if not w.startswith("=")) or "–" for side in (x, y)]
    if all(w in _SIDES for w in left):
        return [Axis("side", *left)]
    if all(is_option_size(w) and not w.isdigit() for w in left):
        return [Axis("size", *left)]
    numbers = all(any(c.isdigit() for c in w) for w in left)
    return [Axis("number" if numbers else "word in the title", *left)]


def _measured(title: str, token: str) -> str:
    """A measure as the title writes it."""
    for found in words.MEASURE.finditer(title):
        what, value = words.measures(found.group(0))[0]
        if f"={what}:{value}" == token:
            return found.group(0).strip()
    return token[1:]
