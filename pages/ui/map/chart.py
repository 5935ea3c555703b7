"""The map of products as a chart: frame -> Vega-Lite. Pure.

The chart names its tables ("points", "marks", "labels") instead of holding them: when only a table changes, the
browser swaps it and keeps the view, so a click does not redraw 20,000 points.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np

from pages.ui.map.frame import View

LIMIT = 20_000  # points that a browser draws without stalling
HEIGHT = 720
_NAMES = 21  # names in the legend up to which they get more room
_FEW = 4_000  # points up to which a click may miss by more pixels; these two chosen by hand
# The page's background is a signal of the chart, so ink and halo follow the theme.
_INK = "luminance(background) > 0.5 ? '#1d2433' : '#f4f6fb'"
_SOFT = "luminance(background) > 0.5 ? '#5b6577' : '#aab3c2'"
_GROUND = "background"


@dataclass(frozen=True)
class Look:
    """What the chart shows, without its tables. title, names, colours: the legend. n: points it will hold. mode:
    "pick", "box" or "pan". box: the initial one. tips: (column, title) of the hover card. nearer: how many times closer
    than usual the view is (points grow)."""

    title: str
    names: tuple[str, ...]
    colours: tuple[str, ...]
    n: int
    view: View
    mode: str
    box: View | None = None
    tips: tuple[tuple[str, str], ...] = ()
    nearer: float = 1.0


def spec(look: Look) -> dict[str, Any]:
    """The chart without its tables. Selections: "pick" (row), "box" and "pan" (x, y)."""
    n, view, names = look.n, look.view, list(look.names)
    size, solid = float(np.clip(100_000 / max(n, 1), 13, 90) * np.clip(look.nearer, 1, 4)), 0.8 if n > 5_000 else 0.88
    chosen = alt.selection_point(name="legend", fields=["colour"], bind="legend")
    drawn = (
        alt.Chart(alt.NamedData("points"))
        .mark_circle(
            size=size,
            clip=True,
            aria=False,
            tooltip=_card(look.tips),
            stroke="transparent",
            strokeWidth=10 if n <= _FEW else 5,
        )
        .encode(
            x=_axis("x", view),
            y=_axis("y", view),
            color=alt.Color(
                "colour:N",
                title=look.title,
                sort=None,
                scale=alt.Scale(domain=names, range=list(look.colours)),
                legend=_legend(names),
            ),
            opacity=alt.condition(chosen, alt.value(solid), alt.value(0.06)),
        )
        .add_params(chosen, *_selection(look.mode, look.box))
    )
    chart = (
        alt.layer(drawn, *_names(), *_pointed_out())
        .properties(height=HEIGHT, usermeta={"embedOptions": {"renderer": "canvas"}})
        .configure_view(strokeOpacity=0)
    )
    out: dict[str, Any] = chart.to_dict()
    return out


def _axis(channel: str, view: View | None = None) -> Any:
    """Equal units per pixel on both axes and no ticks: on a map, distances mean something and places do not. Only one
    layer states the view; the others share it."""
    kind = alt.X if channel == "x" else alt.Y
    if view is None:
        return kind(f"{channel}:Q", axis=None)
    unit = f"max({view.x1 - view.x0:.4f}/max(width,1),{view.y1 - view.y0:.4f}/max(height,1))"
    centre, length = ((view.x0 + view.x1) / 2, "width") if channel == "x" else ((view.y0 + view.y1) / 2, "height")
    domain = [alt.ExprRef(f"{centre:.4f}-{unit}*{length}/2"), alt.ExprRef(f"{centre:.4f}+{unit}*{length}/2")]
    return kind(f"{channel}:Q", axis=None, scale=alt.Scale(domain=domain, nice=False, zero=False))


def _card(tips: Sequence[tuple[str, str]]) -> Any:
    """The hover card. One plain expression: the one that Vega-Lite writes costs a second at 20,000 points."""
    lines = ", ".join(f"{json.dumps(title)}: datum.{column}" for column, title in (("title", "title"), *tips))
    return alt.ExprRef("{" + lines + "}")


def _legend(names: Sequence[str]) -> Any:
    wide = f"(width < 500 ? 150 : {150 if len(names) > _NAMES else 245})"  # pixels of a name
    return alt.Legend(
        orient="bottom",
        columns=alt.ExprRef(f"max(1,floor(width/({wide}+22)))"),
        symbolLimit=len(names) + 1,
        labelLimit=alt.ExprRef(wide),
        symbolType="circle",
        symbolSize=90,
        symbolOpacity=1,
        symbolStrokeWidth=0,
        rowPadding=3,
        titleLimit=300,
        labelFontSize=12,
    )


def _selection(mode: str, box: View | None) -> list[Any]:
    """One gesture at a time: in one chart they would fight over the same drag."""
    if mode == "box":
        start: Any = {"x": [box.x0, box.x1], "y": [box.y0, box.y1]} if box else alt.Undefined
        mark = alt.BrushConfig(fill="#4870da", fillOpacity=0.12, stroke="#4870da", strokeWidth=1.5)
        return [alt.selection_interval(name="box", encodings=["x", "y"], value=start, mark=mark, zoom=False)]
    if mode == "pan":
        return [alt.selection_interval(name="pan", encodings=["x", "y"], bind="scales")]
    # Every click toggles: a second click on the same product is an event, too. `nearest` would leave the card empty.
    return [alt.selection_point(name="pick", fields=["row"], toggle="true", clear=False)]


def _pointed_out() -> list[Any]:
    """Lines to the neighbours, rings around them, the selected product and the place of a query."""
    table = alt.Chart(alt.NamedData("marks")).encode(x=_axis("x"), y=_axis("y"))
    ink, ground, soft = alt.ExprRef(_INK), alt.ExprRef(_GROUND), alt.ExprRef(_SOFT)

    def only(kind: str) -> Any:
        return table.transform_filter(f"datum.kind == '{kind}'")

    lines = (
        alt.Chart(alt.NamedData("marks"))
        .transform_filter("isValid(datum.x0)")
        .mark_rule(clip=True, stroke=soft, strokeWidth=1, strokeOpacity=0.7)
        .encode(x=_axis("x"), y=_axis("y"), x2="x0:Q", y2="y0:Q")
    )
    # A name near the edge is written inwards.
    align = alt.ExprRef("scale('x',datum.x) > width*.72 ? 'right' : scale('x',datum.x) < width*.28 ? 'left' : 'center'")
    text: dict[str, Any] = {"clip": True, "align": align, "dy": -17, "fontSize": 13, "fontWeight": "bold", "limit": 320}
    return [
        lines,
        only("near").mark_point(clip=True, size=110, stroke=ink, strokeWidth=1.8, filled=False, opacity=1),
        only("hit").mark_point(clip=True, size=150, stroke="#e0533d", strokeWidth=2.2, filled=False, opacity=1),
        only("query").mark_point(
            clip=True, shape="diamond", size=330, fill="#e0533d", stroke=ground, strokeWidth=2, filled=True, opacity=1
        ),
        only("query")
        .mark_text(**text, stroke=ground, strokeWidth=5, strokeJoin="round", fill=ground)
        .encode(text="title:N"),
        only("query").mark_text(**text, fill="#e0533d").encode(text="title:N"),
        only("selected").mark_point(
            clip=True, shape="circle", size=260, fill="#e0533d", stroke=ground, strokeWidth=2.5, filled=True, opacity=1
        ),
        only("selected")
        .mark_text(**text, stroke=ground, strokeWidth=5, strokeJoin="round", fill=ground)
        .encode(text="title:N"),
        only("selected").mark_text(**text, fill=ink).encode(text="title:N"),
    ]


def _names() -> list[Any]:
    """Names of groups, with a halo in the colour of the background."""
    table = alt.Chart(alt.NamedData("labels")).encode(x=_axis("x"), y=_axis("y"), text="name:N")
    # On a narrow screen only the biggest groups have room for a name.
    seen = alt.ExprRef("width < 420 && datum.rank > 5 ? 0 : 1")
    text: dict[str, Any] = {
        "clip": True,
        "lineBreak": "\n",
        "fontSize": alt.ExprRef("width < 420 ? 11 : 13"),
        "fontWeight": 600,
        "limit": 260,
        "opacity": seen,
    }
    return [
        table.mark_text(
            **text, stroke=alt.ExprRef(_GROUND), fill=alt.ExprRef(_GROUND), strokeWidth=4, strokeJoin="round"
        ),
        table.mark_text(**text, fill=alt.ExprRef(_INK)),
    ]
