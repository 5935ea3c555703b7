"""The picture on the Map page: which products are drawn, in which colours, with which names; made once, then kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa
import streamlit as st

from embedcore.explore import projection as projections
from pages.ui import services
from pages.ui.map import card as mapcard
from pages.ui.map import chart as mapchart
from pages.ui.map import frame as mapframe
from pages.ui.map import view as mapview
from pages.ui.map.frame import View
from pages.ui.map.paint import Paint
from pages.ui.map.view import GROUP, Scene
from pages.ui.map.weights import Weights

_CLOSE_BY = 15_000  # products in a closer view that are all drawn; the rest of the sample is around them


@dataclass(frozen=True, eq=False)
class Picture:
    """What the chart draws. points: its table; total: rows of the embedding; near: how many are in a closer
    view, all of them drawn (0: a sample); usual: the view it starts with."""

    points: pa.Table
    total: int
    near: int
    paint: Paint
    labels: pd.DataFrame
    usual: View
    tips: dict[str, str]


def picture(scene: Scene, view: View | None) -> Picture:
    """What to draw; made once for a colouring and a view (None: the usual one), then kept."""
    names = scene.clusters.names if scene.clusters is not None else ()
    if len(scene.embedding) <= mapchart.LIMIT:
        view = None  # all are drawn anyway
    return _picture(scene.data, scene.run, scene.layout, scene.weights, scene.grouping, names, scene.colour, view)


@st.cache_resource(max_entries=8, show_spinner=False)
def _picture(
    data: str,
    run: str,
    layout: str,
    weights: Weights,
    grouping: str | None,
    names: tuple[str, ...],
    colour: str,
    view: View | None,
) -> Picture:
    dataset, at = services.dataset(data), mapview.items(data, run)
    xy = mapview.projection(data, run, layout, weights).xy
    clusters = services.clusters(run, grouping) if grouping else None
    paint = mapcard.paint(dataset, at, clusters if colour == GROUP else None, colour)
    near = view.inside(xy) if view is not None else ()
    near = near if len(near) <= _CLOSE_BY else ()
    rows = projections.stratified(clusters.labels if clusters is not None else paint.group, mapchart.LIMIT, keep=near)
    more, tips = mapcard.card(dataset, at, clusters, colour)
    frame = mapframe.points(rows, xy, paint, dataset.titles[at], more)
    labels = (
        mapframe.labels(xy, clusters.labels, clusters.names) if clusters is not None else mapframe.labels(xy, at, ())
    )
    return Picture(
        pa.Table.from_pandas(frame, preserve_index=False), len(xy), len(near), paint, labels, View.of(xy), tips
    )


def chart_spec(scene: Scene, drawn: Picture, view: View | None, box: View | None) -> dict[str, Any]:
    """The chart without its tables; the same until colours, mode or place change."""
    nearer = 1.0 if view is None else (drawn.usual.x1 - drawn.usual.x0) / max(view.x1 - view.x0, 1e-9)
    return _spec(
        drawn.paint.title,
        drawn.paint.names,
        drawn.paint.colours,
        drawn.points.num_rows,
        view or drawn.usual,
        scene.mode,
        box,
        tuple(drawn.tips.items()),
        round(nearer, 2),
    )


@st.cache_data(max_entries=32, show_spinner=False)
def _spec(
    title: str,
    names: tuple[str, ...],
    colours: tuple[str, ...],
    n: int,
    view: View,
    mode: str,
    box: View | None,
    tips: tuple[tuple[str, str], ...],
    nearer: float,
) -> dict[str, Any]:
    return mapchart.spec(title, names, colours, n, view, mode, box, dict(tips), nearer)
