"""The tables of the map: products to draw, names of groups, marks on some of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pages.ui.map.paint import Paint
from pages.ui.text import short

_FEW, _LETTERS = 20, (32, 26)  # letters of a name for up to 20 groups and for more; all four chosen by hand
_MARGIN = 0.05  # of the map's width, left free around it
_TAIL = 0.002  # share of the points on each side that may lie outside the initial view


@dataclass(frozen=True)
class View:
    """A part of the map, in its coordinates."""

    x0: float
    x1: float
    y0: float
    y1: float

    @classmethod
    def of(cls, xy: np.ndarray) -> View:
        """Of all (n, 2) points but a few outliers, with a margin."""
        (x0, y0), (x1, y1) = np.quantile(xy, (_TAIL, 1 - _TAIL), axis=0)
        m = max(x1 - x0, y1 - y0, 1e-3) * _MARGIN
        return cls(float(x0 - m), float(x1 + m), float(y0 - m), float(y1 + m))

    def inside(self, xy: np.ndarray) -> np.ndarray:
        """The rows of (n, 2) points that are in it."""
        return np.flatnonzero(((xy >= (self.x0, self.y0)) & (xy <= (self.x1, self.y1))).all(1))

    @classmethod
    def around(cls, xy: np.ndarray, least: float = 4.0) -> View:
        """The first of (n, 2) points in the middle, with the nearer half of the others; at least `least` wide."""
        x, y = (float(v) for v in xy[0])
        half = max(least / 2, 1.2 * float(np.median(np.abs(xy - xy[0]).max(1))))
        return cls(x - half, x + half, y - half, y + half)

    @classmethod
    def parse(cls, text: str | None) -> View | None:
        """From "x0,x1,y0,y1" in a link; None when it is something else."""
        try:
            x0, x1, y0, y1 = (float(v) for v in (text or "").split(","))
        except ValueError:
            return None
        ok = all(np.isfinite((x0, x1, y0, y1))) and x0 <= x1 and y0 <= y1
        return cls(x0, x1, y0, y1) if ok else None

    @classmethod
    def selected(cls, ranges: Mapping[str, Any] | None) -> View | None:
        """From the state of a box or pan of the chart; None when nothing is selected."""
        try:
            (x0, x1), (y0, y1) = (sorted((ranges or {})[axis]) for axis in "xy")
            return cls(float(x0), float(x1), float(y0), float(y1))
        except (KeyError, TypeError, ValueError):
            return None

    def text(self) -> str:
        """As a link carries it."""
        return ",".join(f"{v:.3f}" for v in (self.x0, self.x1, self.y0, self.y1))


def points(
    rows: np.ndarray, xy: np.ndarray, paint: Paint, titles: np.ndarray, more: Mapping[str, np.ndarray]
) -> pd.DataFrame:
    """The products to draw. rows: of the embedding. xy (n, 2), titles (n,), each of `more` (n,): over all rows. Columns
    row, x, y, title, colour and one per entry of `more` (text for the hover card). Shuffled with a fixed seed, so that
    no group covers the others."""
    rows = np.random.default_rng(0).permutation(rows)
    names = np.array(paint.names, dtype=object)
    frame: dict[str, Any] = {
        "row": rows.astype(np.int32),
        "x": np.round(xy[rows, 0].astype(float), 3),
        "y": np.round(xy[rows, 1].astype(float), 3),
        "title": [short(t, 70) for t in titles[rows]],
        "colour": pd.Categorical(names[paint.group[rows]], categories=paint.names),
    }
    for column, values in more.items():
        frame[column] = values[rows]
    return pd.DataFrame(frame)


def labels(xy: np.ndarray, codes: np.ndarray, names: tuple[str, ...], most: int = 40) -> pd.DataFrame:
    """Where to write the names of groups: at the densest spot of each, the largest first, none over another.

    xy (n, 2); codes (n,) -1 or a position in `names`. In a name, " · " separates the group from what sets it apart,
    which is written on a second line if there is room. Columns x, y, name, rank (from 0). At most `most` rows."""
    (x0, y0), (x1, y1) = xy.min(0), xy.max(0)
    unit = max(x1 - x0, y1 - y0, 1e-9) / 620  # map units of a pixel on a usual screen
    taken: list[tuple[float, float, float, float]] = []
    out: list[tuple[float, float, str, int]] = []
    sizes = np.bincount(codes[codes >= 0], minlength=len(names))
    for code in np.argsort(-sizes, kind="stable"):
        if len(out) == most or sizes[code] == 0:
            break
        lines = [short(part, _LETTERS[len(names) > _FEW]) for part in names[code].split(" · ", 1)]
        middle, at, top = _densest(xy[codes == code])
        above = top - at < 16 * unit  # the name would hide so small a group
        while lines:
            w, h = 7.6 * max(map(len, lines)) * unit / 2 + 4 * unit, (3 + 8 * len(lines)) * unit
            x = float(np.clip(middle, x0 + w, x1 - w)) if x1 - x0 > 2 * w else middle
            y = top + h if above else at
            box = (x - w, x + w, y - h, y + h)
            if all(box[1] < b[0] or box[0] > b[1] or box[3] < b[2] or box[2] > b[3] for b in taken):
                taken.append(box)
                out.append((x, y, "\n".join(lines), len(out)))
                break
            lines = lines[:-1]
    return pd.DataFrame(out, columns=["x", "y", "name", "rank"])


def _densest(xy: np.ndarray, cells: int = 24) -> tuple[float, float, float]:
    """The middle (x, y) and upper end of the fullest neighbourhood of a grid: a group in two parts is named on one."""
    if len(xy) < 4:
        return float(xy[0, 0]), float(xy[0, 1]), float(xy[0, 1])
    lo, reach = xy.min(0), float(np.ptp(xy, axis=0).max()) or 1.0
    ij = np.minimum(((xy - lo) / reach * cells).astype(int), cells - 1) + 2
    grid = np.zeros((cells + 4, cells + 4))
    np.add.at(grid, (ij[:, 0], ij[:, 1]), 1)
    sums = sum(np.roll(np.roll(grid, a, 0), b, 1) for a in range(-2, 3) for b in range(-2, 3))
    i, j = np.unravel_index(np.argmax(sums * (grid > 0)), grid.shape)
    near = (np.abs(ij[:, 0] - i) <= 2) & (np.abs(ij[:, 1] - j) <= 2)
    x, y = np.median(xy[near], axis=0)
    return float(x), float(y), float(np.quantile(xy[near][:, 1], 0.98))


def marks(
    xy: np.ndarray,
    titles: np.ndarray,
    selected: int | None,
    near: np.ndarray,
    hits: np.ndarray,
    query: tuple[float, float, str] | None,
) -> pd.DataFrame:
    """Marks: the selected row and its neighbours, hits of a search, the place of a query.

    Columns kind, x, y, title, x0, y0 (the start of a line to it; missing: no line)."""
    out: list[tuple[str, float, float, str, float, float]] = []
    start = xy[selected] if selected is not None else (query[:2] if query else (np.nan, np.nan))
    for row in near:
        out.append(("near", *xy[row], titles[row], *start))
    for row in hits:
        out.append(("hit", *xy[row], titles[row], np.nan, np.nan))
    if query is not None:
        out.append(("query", *query, np.nan, np.nan))
    if selected is not None:
        out.append(("selected", *xy[selected], short(titles[selected], 40), np.nan, np.nan))
    frame = pd.DataFrame(out, columns=["kind", "x", "y", "title", "x0", "y0"])
    return frame.astype({"kind": "str", "title": "str", **dict.fromkeys(("x", "y", "x0", "y0"), float)})
