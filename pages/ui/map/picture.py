"""The picture on the Map page: which products are drawn, in which colours, with which names. Cached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa

from embedcore.explore import projection as projections
from pages.ui import services
from pages.ui.map import card, chart, frame
from pages.ui.map import view as scenes
from pages.ui.map.frame import View
from pages.ui.map.paint import Paint
from pages.ui.map.view import GROUP, Scene
from pages.ui.map.weights import Weights

_CLOSE_BY = 15_000  # products in a closer view that are all drawn; the rest of the sample is around them


@dataclass(frozen=True, eq=False)
class Picture:
    """What the chart draws. points: its table. total: rows of the embedding. near: rows in a closer view, all of them
    drawn (0: a sample). usual: the initial view."""

    points: pa.Table
    total: int
    near: int
    paint: Paint
    labels: pd.DataFrame
    usual: View
    tips: dict[str, str]


@dataclass(frozen=True)
class _Key:
    """Everything a picture depends on. names: the group names, which people can change."""

    data: str
    run: str
    layout: str
    weights: Weights
    grouping: str | None
    names: tuple[str, ...]
    colour: str
    view: View | None


def picture(scene: Scene, view: View | None) -> Picture:
    """What to draw for a colouring and a view (None: the initial one)."""
    names = scene.clusters.names if scene.clusters is not None else ()
    if len(scene.embedding) <= chart.LIMIT:
        view = None  # all are drawn anyway
    place = (scene.data, scene.run, scene.layout, scene.weights)
    return _picture(_Key(*place, scene.grouping, names, scene.colour, view))


@services.resource(max_entries=8)
def _picture(key: _Key) -> Picture:
    dataset, at = services.dataset(key.data), scenes.items(key.data, key.run)
    xy = scenes.projection(key.data, key.run, key.layout, key.weights).xy
    clusters = services.clusters(key.run, key.grouping) if key.grouping else None
    paint = card.paint(dataset, at, clusters if key.colour == GROUP else None, key.colour)
    near = key.view.inside(xy) if key.view is not None else ()
    near = near if len(near) <= _CLOSE_BY else ()
    rows = projections.stratified(clusters.labels if clusters is not None else paint.group, chart.LIMIT, keep=near)
    more, tips = card.card(dataset, at, clusters, key.colour)
    points = frame.points(rows, xy, paint, dataset.titles[at], more)
    labels = frame.labels(xy, clusters.labels, clusters.names) if clusters is not None else frame.labels(xy, at, ())
    return Picture(
        pa.Table.from_pandas(points, preserve_index=False), len(xy), len(near), paint, labels, View.of(xy), tips
    )


def chart_spec(scene: Scene, drawn: Picture, view: View | None, box: View | None) -> dict[str, Any]:
    """The chart without its tables; it stays the same until colours, mode or view change."""
    nearer = 1.0 if view is None else (drawn.usual.x1 - drawn.usual.x0) / max(view.x1 - view.x0, 1e-9)
    return _spec(
        chart.Look(
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
    )


@services.data(max_entries=32)
def _spec(look: chart.Look) -> dict[str, Any]:
    return chart.spec(look)
