"""The map of products as a chart: frame -> Vega-Lite. Pure.

The chart names its tables ("points", "marks", "labels") instead of holding them: when only a table changes, the
browser swaps that table and keeps the view, so a click does not draw 20,000 points anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from pages.ui.mappaint import Paint
from pages.ui.text import short

LIMIT = 20_000  # points that a browser draws without stalling
HEIGHT = 720
_MARGIN = 0.05  # of the map's width, left free around it
_NEAREST = 4_000  # up to so many points a click need not hit one exactly
# The page's own ground colour is a signal of the chart, so ink and halo follow the theme.
_INK = "luminance(background) > 0.5 ? '#1d2433' : '#f4f6fb'"
_SOFT = "luminance(background) > 0.5 ? '#5b6577' : '#aab3c2'"
_GROUND = "background"
_NEVER = "[pointerdown[false], window:pointerup] > window:pointermove!"


@dataclass(frozen=True)
class View:
    """A part of the map, in its coordinates."""

    x0: float
    x1: float
    y0: float
    y1: float

    @classmethod
    def of(cls, xy: np.ndarray) -> View:
        """The whole of (n, 2) places with a margin around it."""
        (x0, y0), (x1, y1) = xy.min(0), xy.max(0)
        m = max(x1 - x0, y1 - y0, 1e-3) * _MARGIN
        return cls(float(x0 - m), float(x1 + m), float(y0 - m), float(y1 + m))

    @classmethod
    def around(cls, xy: np.ndarray, least: float = 2.0) -> View:
        """The places (n, 2) with much room around them, at least `least` wide."""
        (x0, y0), (x1, y1) = xy.min(0), xy.max(0)
        cx, cy, half = (x0 + x1) / 2, (y0 + y1) / 2, max((x1 - x0) * 0.7, (y1 - y0) * 0.7, least / 2)
        return cls(float(cx - half), float(cx + half), float(cy - half), float(cy + half))

    @classmethod
    def parse(cls, text: str | None) -> View | None:
        """From "x0,x1,y0,y1" as a link carries it; None when it is not that."""
        try:
            x0, x1, y0, y1 = (float(v) for v in (text or "").split(","))
        except ValueError:
            return None
        ok = all(np.isfinite((x0, x1, y0, y1))) and x0 <= x1 and y0 <= y1
        return cls(x0, x1, y0, y1) if ok else None

    @classmethod
    def selected(cls, ranges: Mapping[str, Any] | None) -> View | None:
        """From what a box or the pan of the chart reports; None when nothing is selected."""
        try:
            (x0, x1), (y0, y1) = sorted(ranges["x"]), sorted(ranges["y"])  # type: ignore[index]
            return cls(float(x0), float(x1), float(y0), float(y1))
        except (KeyError, TypeError, ValueError):
            return None

    def text(self) -> str:
        return ",".join(f"{v:.3f}" for v in (self.x0, self.x1, self.y0, self.y1))


def points(
    rows: np.ndarray, xy: np.ndarray, paint: Paint, titles: np.ndarray, more: Mapping[str, np.ndarray]
) -> pd.DataFrame:
    """The drawn products. rows: those of the embedding to draw. xy (n, 2), titles (n,), each of `more` (n,): over all
    rows. Columns row, x, y, title, colour and one per entry of `more` (text for the hover card). Shuffled, so that no
    group covers the others; the same every time."""
    rows = np.random.default_rng(0).permutation(rows)
    names = np.array(paint.names, dtype=object)
    frame = {
        "row": rows.astype(np.int32),
        "x": np.round(xy[rows, 0].astype(float), 3),
        "y": np.round(xy[rows, 1].astype(float), 3),
        "title": [short(t, 70) for t in titles[rows]],
        "colour": pd.Categorical(names[paint.group[rows]], categories=paint.names),
    }
    for column, values in more.items():
        frame[column] = values[rows]
    return pd.DataFrame(frame)


def labels(xy: np.ndarray, codes: np.ndarray, names: tuple[str, ...], most: int = 16) -> pd.DataFrame:
    """Where to write the names of groups: at the densest spot of each, the biggest first, none over another.

    xy (n, 2); codes (n,) -1 or a position in `names`. Columns x, y, name. At most `most` rows."""
    (x0, y0), (x1, y1) = xy.min(0), xy.max(0)
    unit = max(x1 - x0, y1 - y0, 1e-9) / 620  # map units of a pixel on a usual screen
    taken: list[tuple[float, float, float, float]] = []
    out = []
    sizes = np.bincount(codes[codes >= 0], minlength=len(names))
    for code in np.argsort(-sizes, kind="stable"):
        if len(out) == most or sizes[code] == 0:
            break
        name = short(names[code], 26)
        x, y = _densest(xy[codes == code])
        w, h = 7.6 * len(name) * unit / 2 + 4 * unit, 11 * unit
        x = float(np.clip(x, x0 + w, x1 - w)) if x1 - x0 > 2 * w else x
        box = (x - w, x + w, y - h, y + h)
        if all(box[1] < b[0] or box[0] > b[1] or box[3] < b[2] or box[2] > b[3] for b in taken):
            taken.append(box)
            out.append((x, y, name))
    return pd.DataFrame(out, columns=["x", "y", "name"])


def _densest(xy: np.ndarray, cells: int = 24) -> tuple[float, float]:
    """The middle of the places in the fullest neighbourhood of a grid: a group in two parts is named on one of them."""
    if len(xy) < 4:
        return float(xy[0, 0]), float(xy[0, 1])
    lo, reach = xy.min(0), float(np.ptp(xy, axis=0).max()) or 1.0
    ij = np.minimum(((xy - lo) / reach * cells).astype(int), cells - 1) + 2
    grid = np.zeros((cells + 4, cells + 4))
    np.add.at(grid, (ij[:, 0], ij[:, 1]), 1)
    sums = sum(np.roll(np.roll(grid, a, 0), b, 1) for a in range(-2, 3) for b in range(-2, 3))
    i, j = np.unravel_index(np.argmax(sums * (grid > 0)), grid.shape)
    near = (np.abs(ij[:, 0] - i) <= 2) & (np.abs(ij[:, 1] - j) <= 2)
    x, y = np.median(xy[near], axis=0)
    return float(x), float(y)


def marks(
    xy: np.ndarray, titles: np.ndarray, selected: int | None, near: np.ndarray, hits: np.ndarray,
    query: tuple[float, float, str] | None,
) -> pd.DataFrame:
    """What is pointed out: the selected row and its neighbours, hits of a search, the place of a query.

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


def spec(
    paint: Paint, n: int, view: View, mode: str, box: View | None, tips: Mapping[str, str], height: int = HEIGHT
) -> dict[str, Any]:
    """The chart without its tables. n: points it will hold. mode: "pick", "box" or "pan"; box: one that is drawn from
    the start. tips: column -> title, the lines of the hover card. Selections: "pick" (row), "box" and "pan" (x, y)."""
    size, solid = float(np.clip(100_000 / max(n, 1), 13, 90)), 0.8 if n > 5_000 else 0.88
    chosen = alt.selection_point(name="legend", fields=["colour"], bind="legend")
    drawn = alt.Chart(alt.NamedData("points")).mark_circle(size=size).encode(
        x=_axis("x", view), y=_axis("y", view),
        color=alt.Color("colour:N", title=paint.title, sort=None,
                        scale=alt.Scale(domain=list(paint.names), range=list(paint.colours)),
                        legend=_legend(paint)),
        opacity=alt.condition(chosen, alt.value(solid), alt.value(0.06)),
        tooltip=[alt.Tooltip("title:N", title="title"), *(alt.Tooltip(f"{c}:N", title=t) for c, t in tips.items())],
    ).add_params(chosen, *_selection(mode, n, box))
    chart = alt.layer(drawn, *_pointed_out(), *_names()).properties(
        height=height, usermeta={"embedOptions": {"renderer": "canvas"}},
    ).configure_view(strokeOpacity=0)
    out: dict[str, Any] = chart.to_dict()
    return out


def _axis(channel: str, view: View | None = None) -> Any:
    """Both axes in the same units per pixel, whatever the shape of the chart, and no ticks: distances on a map mean
    something, places do not. Only one layer states the view; the others share it."""
    kind = alt.X if channel == "x" else alt.Y
    if view is None:
        return kind(f"{channel}:Q", axis=None)
    unit = f"max({view.x1 - view.x0:.4f}/max(width,1),{view.y1 - view.y0:.4f}/max(height,1))"
    centre, length = ((view.x0 + view.x1) / 2, "width") if channel == "x" else ((view.y0 + view.y1) / 2, "height")
    domain = [alt.ExprRef(f"{centre:.4f}-{unit}*{length}/2"), alt.ExprRef(f"{centre:.4f}+{unit}*{length}/2")]
    return kind(f"{channel}:Q", axis=None, scale=alt.Scale(domain=domain, nice=False, zero=False))


def _legend(paint: Paint) -> Any:
    return alt.Legend(orient="bottom", columns=alt.ExprRef("max(1,floor(width/172))"), labelLimit=150, symbolType="circle",
                      symbolSize=90, symbolOpacity=1, rowPadding=3, titleLimit=300, labelFontSize=12)


def _selection(mode: str, n: int, box: View | None) -> list[Any]:
    """One gesture at a time: in one chart they would fight over the same drag."""
    if mode == "box":
        start = {"x": [box.x0, box.x1], "y": [box.y0, box.y1]} if box else alt.Undefined
        mark = alt.BrushConfig(fill="#4870da", fillOpacity=0.12, stroke="#4870da", strokeWidth=1.5)
        return [alt.selection_interval(name="box", encodings=["x", "y"], value=start, mark=mark, zoom=False)]
    if mode == "pan":
        return [alt.selection_interval(name="pan", encodings=["x", "y"], bind="scales")]
    # Every click toggles, so every click is an event, also a second one on the same product.
    return [alt.selection_point(name="pick", fields=["row"], toggle="true", nearest=n <= _NEAREST, clear=False)]


def _pointed_out() -> list[Any]:
    """Lines to the neighbours, rings around them, the selected product and the place of a query."""
    table = alt.Chart(alt.NamedData("marks")).encode(x=_axis("x"), y=_axis("y"))
    ink, ground, soft = alt.ExprRef(_INK), alt.ExprRef(_GROUND), alt.ExprRef(_SOFT)

    def only(kind: str) -> Any:
        return table.transform_filter(f"datum.kind == '{kind}'")

    lines = alt.Chart(alt.NamedData("marks")).transform_filter("isValid(datum.x0)").mark_rule(
        stroke=soft, strokeWidth=1, strokeOpacity=0.7).encode(x=_axis("x"), y=_axis("y"), x2="x0:Q", y2="y0:Q")
    text = {"dy": -17, "fontSize": 13, "fontWeight": "bold", "limit": 320}
    return [
        lines,
        only("near").mark_point(size=110, stroke=ink, strokeWidth=1.8, filled=False, opacity=1),
        only("hit").mark_point(size=150, stroke="#e0533d", strokeWidth=2.2, filled=False, opacity=1),
        only("query").mark_point(shape="diamond", size=330, fill="#e0533d", stroke=ground, strokeWidth=2, filled=True, opacity=1),
        only("query").mark_text(**text, stroke=ground, strokeWidth=5, strokeJoin="round", fill=ground).encode(text="title:N"),
        only("query").mark_text(**text, fill="#e0533d").encode(text="title:N"),
        only("selected").mark_point(shape="circle", size=260, fill="#e0533d", stroke=ground, strokeWidth=2.5, filled=True, opacity=1),
        only("selected").mark_text(**text, stroke=ground, strokeWidth=5, strokeJoin="round", fill=ground).encode(text="title:N"),
        only("selected").mark_text(**text, fill=ink).encode(text="title:N"),
    ]


def _names() -> list[Any]:
    """Names of groups, with a halo in the ground's colour."""
    table = alt.Chart(alt.NamedData("labels")).encode(x=_axis("x"), y=_axis("y"), text="name:N")
    text = {"fontSize": 13, "fontWeight": 600, "limit": 260}
    return [
        table.mark_text(**text, stroke=alt.ExprRef(_GROUND), fill=alt.ExprRef(_GROUND), strokeWidth=4,
                        strokeJoin="round", opacity=0.85),
        table.mark_text(**text, fill=alt.ExprRef(_INK)),
    ]
