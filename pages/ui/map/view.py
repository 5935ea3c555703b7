"""The state of the Map page: read from the URL, changed by controls and by clicks on the chart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from embedcore import Dataset, Embedding
from embedcore.explore import Clusters, finest_first
from embedcore.explore import projection as projections
from embedcore.neighbours import Graph
from pages.ui import services, shell
from pages.ui.map import weights
from pages.ui.map.frame import View
from pages.ui.map.texts import BEST, FAST

GROUP, BOUGHT = ":group", ":bought"  # no column is called like this
LAYOUTS = {"umap": BEST, "pca": FAST}
MODES = {"pick": "Pick", "box": "Box", "pan": "Pan"}


@dataclass(frozen=True, eq=False)
class Scene:
    """The chosen dataset and run, and how they are shown. colour: GROUP, BOUGHT or a column. item: position in
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
    weights: weights.Weights = ()

    @property
    def row(self) -> int | None:
        """The selected product's row in the embedding; None when it has no vector or none is selected."""
        return None if self.item is None else self.embedding.row_of.get(str(self.dataset.items[self.item]))

    @property
    def projection(self) -> projections.Projection:
        """The map under the weights of this view."""
        return projection(self.data, self.run, self.layout, self.weights)

    @property
    def xy(self) -> np.ndarray:
        """(n, 2) positions of the rows."""
        return self.projection.xy

    @property
    def graph(self) -> Graph | None:
        """The neighbour graph; None under other weights: then neighbours are looked up for one product."""
        return None if self.weights else services.graph(self.run)


def read(data: str, run: str) -> Scene:
    """The scene in the URL; what it asks for and is not there is replaced by the default."""
    store = services.store()
    weighted = weights.chosen(run)
    dataset = services.dataset(data)
    embedding = weights.embedding(data, run, weighted) if weighted else services.embedding(run)
    there = store.projections(run)
    wanted = shell.url("layout")
    layout = (
        wanted
        if wanted is not None and wanted in there
        else "umap"
        if "umap" in there and wanted not in LAYOUTS
        else "pca"
    )
    layout = "pca" if weighted else layout
    names = store.clusterings(run)
    grouping = shell.url("groups")
    grouping = grouping if grouping in names else "kmeans" if "kmeans" in names else names[-1] if names else None
    clusters = services.clusters(run, grouping) if grouping else None
    colours = colourings(dataset, clusters)
    colour, mode, item = shell.url("colour"), shell.url("mouse"), shell.url("item")
    _forget_places(run, layout, weighted)
    return Scene(
        data,
        run,
        dataset,
        embedding,
        layout,
        "umap" not in there and not weighted,
        grouping,
        clusters,
        colour if colour is not None and colour in colours else next(iter(colours)),
        mode if mode is not None and mode in MODES else "pick",
        dataset.index.get(item) if item else None,
        weighted,
    )


def projection(data: str, run: str, layout: str, weighted: weights.Weights) -> projections.Projection:
    """The map of a run, under other weights if there are any."""
    return weights.projection(data, run, weighted) if weighted else services.projection(run, layout)


def colourings(dataset: Dataset, clusters: Clusters | None) -> dict[str, str]:
    """What the points can be coloured by -> its label."""
    out = {GROUP: "Group"} if clusters is not None else {}
    columns = [c for c in finest_first(dataset) if c not in out]
    columns += dataset.columns("tags", "brand", "price", "number", "date", "text")
    out.update({c: c for c in columns})
    if dataset.baskets is not None:
        out[BOUGHT] = "Baskets with it"
    return out or {BOUGHT: "Baskets with it"}


def _forget_places(*now: object) -> None:
    """Zoom and box belong to one map (run, layout, weights): drop them when another one is shown."""
    before = st.session_state.get("map:of")
    st.session_state["map:of"] = now
    if before not in (None, now):
        shell.remember(zoom=None, box=None)
        renew()


def renew() -> None:
    """Start the chart again from the view and box in the URL."""
    st.session_state["map:visit"] = st.session_state.get("map:visit", 0) + 1


def entry(scene: Scene) -> tuple[str, View | None, View | None]:
    """(key of the chart, initial view, initial box). They stay while the chart is on screen: a change redraws it."""
    key = f"map:{scene.run[:8]}:{scene.layout}:{scene.mode}:{st.session_state.get('map:visit', 0)}"
    held = st.session_state.get("map:entry")
    if held is None or held[0] != key:
        held = (key, View.parse(shell.url("zoom")), View.parse(shell.url("box")))
        st.session_state["map:entry"] = held
    return held


def setting(make: Callable[..., Any], label: str, name: str, options: Sequence[str], value: str, **more: Any) -> None:
    """A control whose value is in the URL as `name`. make: st.segmented_control or st.selectbox."""
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
    """A click, a box or a pan on the chart."""
    selection = st.session_state[key].selection
    if "pick" in selection:
        now = [int(p["row"]) for p in selection["pick"] or ()]
        row = clicked(st.session_state.get("map:picked", (key, []))[1], now)
        st.session_state["map:picked"] = (key, now)
        if row is not None:
            select(str(services.embedding(run).ids[row]))
    if "box" in selection:
        box = View.selected(selection["box"])
        shell.remember(box=box.text() if box else None)
    if "pan" in selection:
        view = View.selected(selection["pan"])
        shell.remember(zoom=view.text() if view else None)


@services.resource(max_entries=6)
def items(data: str, run: str) -> np.ndarray:
    """(n,) position in Dataset.items of each row of the embedding."""
    return services.dataset(data).positions(services.embedding(run).ids)
