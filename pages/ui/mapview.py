"""What the Map page shows at the moment: read from the URL, changed by the controls and by clicks on the chart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import streamlit as st

from embedcore import Dataset, Embedding
from embedcore.explore import projection as projections
from embedcore.explore.clusters import Clusters
from embedcore.explore.recommend import finest_first
from pages.ui import mapcard, mapchart, mapframe, services, shell
from pages.ui.mapframe import View
from pages.ui.mappaint import Paint

GROUP, BOUGHT = ":group", ":bought"  # no column is called like this
LAYOUTS = {"umap": "Best (UMAP)", "pca": "Quick (PCA)"}
MODES = {"pick": "Pick", "box": "Box", "pan": "Pan"}
_CLOSE_BY = 15_000  # products in a closer view that are all drawn; the rest of the sample is around them


@dataclass(frozen=True, eq=False)
class Scene:
    """The chosen dataset and result, and how they are looked at. colour: GROUP, BOUGHT or a column. item: position in
    Dataset.items of the selected product. waiting: the better map is not there yet."""

    data: str
    run: str
    dataset: Dataset
    embedding: Embedding
    layout: str
    waiting: bool
    grouping: str | None
    clusters: Clusters | None
    colour: str
    mode: str
    item: int | None

    @property
    def row(self) -> int | None:
        """The selected product's row in the embedding; None when it has no vector or none is selected."""
        return None if self.item is None else self.embedding.row_of.get(str(self.dataset.items[self.item]))

    @property
    def xy(self) -> np.ndarray:
        """(n, 2) places of the rows."""
        return services.projection(self.run, self.layout).xy


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


def read(data: str, run: str) -> Scene:
    """The scene that the URL asks for; what is not there is replaced by the usual."""
    store = services.store()
    dataset, embedding = services.dataset(data), services.embedding(run)
    there = store.projections(run)
    wanted = shell.url("layout")
    layout = wanted if wanted in there else "umap" if "umap" in there and wanted not in LAYOUTS else "pca"
    names = store.clusterings(run)
    grouping = shell.url("groups")
    grouping = grouping if grouping in names else "kmeans" if "kmeans" in names else names[-1] if names else None
    clusters = services.clusters(run, grouping) if grouping else None
    colours = colourings(dataset, clusters)
    colour, mode, item = shell.url("colour"), shell.url("mouse"), shell.url("item")
    _forget_places(run, layout)
    return Scene(
        data,
        run,
        dataset,
        embedding,
        layout,
        "umap" not in there,
        grouping,
        clusters,
        colour if colour in colours else next(iter(colours)),
        mode if mode in MODES else "pick",
        dataset.index.get(item) if item else None,
    )


def colourings(dataset: Dataset, clusters: Clusters | None) -> dict[str, str]:
    """What the points can be coloured by -> how it is called."""
    out = {GROUP: "Group (cluster)"} if clusters is not None else {}
    columns = [c for c in finest_first(dataset) if c not in out]
    columns += dataset.columns("brand", "price", "number", "date", "text")
    out.update({c: c for c in columns})
    if dataset.baskets is not None:
        out[BOUGHT] = "How often it is bought"
    return out or {BOUGHT: "How often it is bought"}


def _forget_places(run: str, layout: str) -> None:
    """Places in the URL belong to one map: they go when another one is shown."""
    before, now = st.session_state.get("map:of"), (run, layout)
    st.session_state["map:of"] = now
    if before not in (None, now):
        shell.remember(zoom=None, box=None)
        renew()


def renew() -> None:
    """The chart starts again from the view and box in the URL."""
    st.session_state["map:visit"] = st.session_state.get("map:visit", 0) + 1


def entry(scene: Scene) -> tuple[str, View | None, View | None]:
    """(key of the chart, the view it starts with, the box it starts with); they stay while the chart is on screen,
    or every move would draw it anew."""
    key = f"map:{scene.run[:8]}:{scene.layout}:{scene.mode}:{st.session_state.get('map:visit', 0)}"
    held = st.session_state.get("map:entry")
    if held is None or held[0] != key:
        held = (key, View.parse(shell.url("zoom")), View.parse(shell.url("box")))
        st.session_state["map:entry"] = held
    return held


def setting(make: Callable[..., Any], label: str, name: str, options: Sequence[str], value: str, **more: Any) -> None:
    """A control whose value is in the URL under `name`. make: st.segmented_control or st.selectbox."""
    widget = f"map:{name}"
    if st.session_state.get(widget) != value:
        st.session_state[widget] = value
    make(label, options, key=widget, on_change=_set, args=(name, widget), **more)


def _set(name: str, widget: str) -> None:
    shell.remember(**{name: st.session_state[widget]})
    if name == "mouse":
        renew()


def select(id: str | None) -> None:
    """Select a product (None: no product)."""
    shell.remember(item=id)


def zoom(view: View | None) -> None:
    """Show a part of the map (None: all of it)."""
    shell.remember(zoom=view.text() if view else None)
    renew()


def clicked(before: Sequence[int], now: Sequence[int]) -> int | None:
    """The row of the last click: the one that was added to, or taken out of, the toggled rows."""
    changed = set(before) ^ set(now)
    return changed.pop() if len(changed) == 1 else None


def on_chart(key: str, run: str) -> None:
    """Somebody clicked, drew a box or moved the map."""
    said = st.session_state[key].selection
    if "pick" in said:
        now = [int(p["row"]) for p in said["pick"] or ()]
        row = clicked(st.session_state.get("map:picked", (key, []))[1], now)
        st.session_state["map:picked"] = (key, now)
        if row is not None:
            select(str(services.embedding(run).ids[row]))
    if "box" in said:
        box = View.selected(said["box"])
        shell.remember(box=box.text() if box else None)
    if "pan" in said:
        view = View.selected(said["pan"])
        shell.remember(zoom=view.text() if view else None)


@st.cache_resource(max_entries=6, show_spinner=False)
def items(data: str, run: str) -> np.ndarray:
    """(n,) position in Dataset.items of each row of the embedding."""
    return services.dataset(data).positions(services.embedding(run).ids)


def picture(scene: Scene, view: View | None) -> Picture:
    """What to draw; made once for a colouring and a view (None: the usual one), then kept."""
    names = scene.clusters.names if scene.clusters is not None else ()
    if len(scene.embedding) <= mapchart.LIMIT:
        view = None  # all are drawn anyway
    return _picture(scene.data, scene.run, scene.layout, scene.grouping, names, scene.colour, view)


@st.cache_resource(max_entries=8, show_spinner=False)
def _picture(
    data: str, run: str, layout: str, grouping: str | None, names: tuple[str, ...], colour: str, view: View | None
) -> Picture:
    dataset, at = services.dataset(data), items(data, run)
    xy = services.projection(run, layout).xy
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
