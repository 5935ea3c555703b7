"""Small charts: frame -> chart. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence

import altair as alt
import pandas as pd

# Forty colours that stay apart on white and on dark; each is as far as possible from those before it.
PALETTE = (
    "#4269d0",
    "#efb118",
    "#ff725c",
    "#3ca951",
    "#a463f2",
    "#6cc5b0",
    "#ff8ab7",
    "#9c6b4e",
    "#38b2e0",
    "#b5bd3c",
    "#a41d77",
    "#146e6e",
    "#b61d1d",
    "#6e5380",
    "#ada4fe",
    "#b66ea4",
    "#147714",
    "#4ae380",
    "#7738b6",
    "#e380f5",
    "#928914",
    "#fead92",
    "#269b92",
    "#da4a6e",
    "#d1801d",
    "#7780b6",
    "#656526",
    "#5c92fe",
    "#d18989",
    "#924153",
    "#d1531d",
    "#e3ade3",
    "#ad4ab6",
    "#38daf5",
    "#bfa46e",
    "#14659b",
    "#1489b6",
    "#e35cad",
    "#538953",
    "#80a477",
)
OTHER = "#9aa0a6"
# Numbers on an axis of counts: 2,000 as "2k", and the zero without a unit.
_COUNT = "datum.value ? format(datum.value, '~s') : '0'"
ACCENT = PALETTE[0]
Layers = alt.LayerChart | alt.FacetChart  # what alt.layer returns


def loss_curve(losses: tuple[tuple[int, float], ...]) -> Layers:
    """The loss, step by step."""
    frame = pd.DataFrame(losses, columns=["step", "error"])
    base = alt.Chart(frame).encode(
        x=alt.X("step:Q", title="training step", axis=alt.Axis(grid=False, tickCount=5)),
        y=alt.Y("error:Q", title="loss", scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=4)),
        tooltip=[alt.Tooltip("step:Q"), alt.Tooltip("error:Q", format=".4f")],
    )
    line = base.mark_line(color=ACCENT, strokeWidth=2)
    return alt.layer(line, base.mark_point(opacity=0, size=80)).properties(height=220)


def histogram(frame: pd.DataFrame, x: str, y: str, x_title: str, y_title: str) -> alt.Chart:
    """Counts by a small ordered number (basket sizes)."""
    return (
        alt.Chart(frame)
        .mark_bar(color=ACCENT, cornerRadiusTopLeft=2, cornerRadiusTopRight=2)
        .encode(
            x=alt.X(f"{x}:O", title=x_title, sort=None, axis=alt.Axis(labelAngle=0, labelOverlap=True)),
            y=alt.Y(f"{y}:Q", title=y_title, axis=alt.Axis(tickCount=4, labelExpr=_COUNT)),
            tooltip=[alt.Tooltip(f"{x}:O", title=x_title), alt.Tooltip(f"{y}:Q", title=y_title, format=",")],
        )
        .properties(height=220)
    )


def bars(frame: pd.DataFrame, label: str, value: str, value_title: str) -> alt.Chart:
    """One horizontal bar per row, in the frame's order; rows may share a label."""
    frame = frame.reset_index(drop=True).rename_axis("place").reset_index()
    names = frame[label].astype(str).tolist()
    y = alt.Y(
        "place:O",
        title=None,
        sort=None,
        axis=alt.Axis(
            labelLimit=200, labelOverlap=False, ticks=False, domain=False, labelExpr=f"{json.dumps(names)}[datum.value]"
        ),
    )
    return (
        alt.Chart(frame)
        .mark_bar(color=ACCENT, cornerRadiusTopRight=2, cornerRadiusBottomRight=2)
        .encode(
            y=y,
            x=alt.X(f"{value}:Q", title=value_title, axis=alt.Axis(tickCount=3, labelExpr=_COUNT)),
            tooltip=[alt.Tooltip(f"{label}:N", title=" "), alt.Tooltip(f"{value}:Q", title=value_title, format=",")],
        )
        .properties(height=60 + 22 * len(frame))  # the axis below takes 60
    )


def two_curves(checks: Sequence[Sequence[float]]) -> Layers:
    """The loss on training and on held-out products. checks: (step, training, held-out) each."""
    rows = [(int(step), error, name) for step, a, b in checks for error, name in ((a, "training"), (b, "held-out"))]
    frame = pd.DataFrame(rows, columns=["step", "error", "products"])
    base = alt.Chart(frame).encode(
        x=alt.X("step:Q", title="training step", axis=alt.Axis(grid=False, tickCount=5)),
        y=alt.Y("error:Q", title="loss", scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=4)),
        color=alt.Color(
            "products:N", title=None, scale=alt.Scale(range=[ACCENT, PALETTE[2]]), legend=alt.Legend(orient="top")
        ),
        tooltip=[alt.Tooltip("step:Q"), alt.Tooltip("error:Q", format=".4f"), alt.Tooltip("products:N")],
    )
    return alt.layer(base.mark_line(strokeWidth=2), base.mark_point(opacity=0, size=80)).properties(height=220)


def heat_strip(values: Sequence[float], rows: Sequence[str], height: int = 34) -> alt.Chart:
    """Vectors as heat strips, one below the other. values: all numbers, strip by strip. rows: a different name each."""
    width = len(values) // max(len(rows), 1)
    frame = pd.DataFrame(
        {
            "row": [r for r in rows for _ in range(width)],
            "place": list(range(1, width + 1)) * len(rows),
            "value": [float(v) for v in values],
        }
    )
    far = float(max(frame["value"].abs().max(), 1e-9)) if len(frame) else 1.0
    return (
        alt.Chart(frame)
        .mark_rect()
        .encode(
            x=alt.X("place:O", title="dimension", axis=alt.Axis(labelAngle=0, labelOverlap=True, ticks=False)),
            y=alt.Y(
                "row:N",
                title=None,
                sort=None,
                axis=alt.Axis(ticks=False, domain=False, labelLimit=160, labelOverlap=False),
            ),
            color=alt.Color(
                "value:Q",
                title=None,
                scale=alt.Scale(scheme="redblue", domain=[-far, far], reverse=True),
                legend=alt.Legend(orient="bottom", gradientLength=160, format=".2f"),
            ),
            tooltip=[
                alt.Tooltip("row:N", title=" "),
                alt.Tooltip("place:O", title="dimension"),
                alt.Tooltip("value:Q", format=".4f"),
            ],
        )
        .properties(height=height * max(len(rows), 1) + 130)  # the axis and the legend below take 130
    )


def balance(frame: pd.DataFrame, cut: float) -> Layers:
    """What is won and what is lost by where a line is drawn. frame: line and share (%), what: "likely right" or "likely
    found". cut: where it is drawn (%)."""
    lines = (
        alt.Chart(frame)
        .mark_line(strokeWidth=2.5)
        .encode(
            x=alt.X(
                "line:Q", title="how sure it must be (%)", scale=alt.Scale(domain=[0, 100]), axis=alt.Axis(grid=False)
            ),
            y=alt.Y("share:Q", title="%", scale=alt.Scale(domain=[0, 100])),
            color=alt.Color(
                "what:N",
                legend=alt.Legend(orient="top", title=None),
                scale=alt.Scale(domain=["likely right", "likely found"], range=[ACCENT, PALETTE[1]]),
            ),
            tooltip=[
                alt.Tooltip("line:Q", title="how sure (%)", format=".0f"),
                alt.Tooltip("what:N", title="what"),
                alt.Tooltip("share:Q", title="%", format=".0f"),
            ],
        )
    )
    return alt.layer(lines, mark(cut)).properties(height=210)


def mark(x: float) -> alt.Chart:
    """A line at a place of the x axis."""
    rule: alt.Chart = alt.Chart(pd.DataFrame({"at": [x]})).mark_rule(color=PALETTE[2], strokeWidth=2).encode(x="at:Q")
    return rule
