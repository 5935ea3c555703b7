"""Map: every product is a point, and near means alike."""

from __future__ import annotations

import numpy as np
import streamlit as st

from embedcore.jobs import Map
from pages.ui import asking, services, shell
from pages.ui import jobs as job_ui
from pages.ui.map import frame as mapframe
from pages.ui.map import groups as mapgroups
from pages.ui.map import panel as mappanel
from pages.ui.map import picture as mappicture
from pages.ui.map import search as mapsearch
from pages.ui.map import view as mapview
from pages.ui.map import weights
from pages.ui.map.view import LAYOUTS, MODES, Scene
from pages.ui.text import number, plain


def better_map(scene: Scene) -> None:
    """While there is only the quick view: say that the better map is being drawn, or offer to draw it."""
    if not scene.waiting:
        return
    jobs, work = services.jobs(), Map(scene.run, of=scene.dataset.name)
    job, ended = jobs.find(work), jobs.last(work)
    with st.container(border=True):
        if job is not None:
            st.markdown(
                ":material/brush: **You see the quick view. A better map is being drawn** and takes its place by "
                "itself.",
                help="PCA shows the two main directions of the vectors at once; UMAP keeps near things near.",
            )
            job_ui.panel(job.id)
            return
        if ended is not None and ended.state == "failed":
            job_ui.panel(ended.id)
        left, right = st.columns([4, 1], vertical_alignment="center")
        left.markdown(
            ":material/brush: You see the quick view (PCA). A better map, which keeps near things near, can be drawn.",
            help="UMAP: uniform manifold approximation and projection (McInnes and others 2018).",
        )
        if right.button("Draw it", type="primary", key="map:draw", width="stretch"):
            jobs.submit(work)
            st.rerun()


def toolbar(scene: Scene) -> None:
    """How to look: colours, layout, and what the mouse does."""
    colours = mapview.colourings(scene.dataset, scene.clusters)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        mapview.setting(
            st.selectbox, "Colour by", "colour", list(colours), scene.colour, width=190, format_func=colours.get
        )
        mapview.setting(
            st.segmented_control,
            "Mouse",
            "mouse",
            list(MODES),
            scene.mode,
            format_func=MODES.get,
            required=True,
            help="What the mouse does on the map: pick one product, draw a box around many, or move and zoom.",
        )
        mapview.setting(
            st.segmented_control,
            "Layout",
            "layout",
            ["pca"] if scene.waiting or scene.weights else list(LAYOUTS),
            scene.layout,
            format_func=LAYOUTS.get,
            required=True,
            help="UMAP keeps near products near. PCA (principal components) "
            "shows the two directions in which products differ most.",
        )


def chart(scene: Scene, found: mapsearch.Answer | None, near: np.ndarray) -> None:
    """The map itself."""
    key, view, box = mapview.entry(scene)
    drawn = mappicture.picture(scene, view)
    n = drawn.points.num_rows
    row_of, hits = scene.embedding.row_of, np.empty(0, np.int64)
    query = None
    if scene.item is None and found is not None:
        hits = np.array([row_of[h.id] for h in found.hits if h.id in row_of], np.int64)
        query = (*found.place, found.query) if found.place else None
    shown = f"{number(drawn.total)} products"
    if n < drawn.total:
        shown = f"{number(n)} of {number(drawn.total)} products shown, every group kept in proportion"
        if drawn.near:
            shown = f"All {number(drawn.near)} products of this part shown, and a sample of the others"
    with st.container(horizontal=True, vertical_alignment="center", height="content"):
        st.caption(shown, width="content", help="Search, neighbours and boxes know all products, drawn or not.")
        if shell.url("zoom"):
            st.button(
                "Whole map",
                icon=":material/zoom_out_map:",
                on_click=mapview.zoom,
                args=(None,),
                key="map:out",
                type="tertiary",
            )
    titles = scene.dataset.titles[mapview.items(scene.data, scene.run)]
    spec = mappicture.chart_spec(scene, drawn, view, box)
    spec["datasets"] = {
        "points": drawn.points,
        "marks": mapframe.marks(scene.xy, titles, scene.row, near, hits, query),
        "labels": drawn.labels,
    }
    st.vega_lite_chart(
        spec,
        key=key,
        width="stretch",
        on_select=lambda: mapview.on_chart(key, scene.run),
        alt=f"Map of {number(drawn.total)} products, coloured by {drawn.paint.title}. Near points are alike. The same "
        "products can be found with the search box and in the table of groups.",
    )


@st.fragment
def explore(data: str, run: str) -> None:
    """Map and panel: a click draws these two anew and nothing else."""
    weights.sliders(run)
    scene = mapview.read(data, run)
    better_map(scene)
    left, right = st.columns([2, 1], gap="medium")
    with right:
        asked = mapsearch.box()
        side = st.container()
        with side:
            found = mapsearch.answer(scene, asked)
    near = mappanel.neighbours(scene)
    with left:
        toolbar(scene)
        chart(scene, found, np.array([scene.embedding.row_of[r.id] for r in near], np.int64))
    with side:
        if scene.mode == "box":
            box = mapframe.View.parse(shell.url("box"))
            mappanel.in_box(scene, box, lambda label: scene.clusters.names[label] if label >= 0 else "in no group")
        if scene.item is not None:
            mappanel.product(scene, near, asked)
        elif found is not None:
            mappanel.results(scene, found)
        elif scene.mode != "box":
            mappanel.hint(scene)


shell.page("map")
data_hash, run_key = shell.need_run()
lost = shell.url("item")
if lost and lost not in services.dataset(data_hash).index:
    st.warning(f"The product “{plain(lost)}” of this link is not in this dataset.", icon=":material/link_off:")
    shell.remember(item=None)
if asking.text_run(data_hash) is not None:
    services.jobs().warm_up()
explore(data_hash, run_key)
mapgroups.section(mapview.read(data_hash, run_key))
