"""Map: every product is a point. The closer, the more similar."""

from __future__ import annotations

import numpy as np
import streamlit as st

from embedcore.jobs import Map
from pages.ui import asking, services, shell
from pages.ui import jobs as job_ui
from pages.ui.map import frame, groups, panel, picture, search, view, weights
from pages.ui.map.texts import ALL_GROUPS, CHART, GONE, QUICK
from pages.ui.map.view import LAYOUTS, MODES, Scene
from pages.ui.text import number, plain


def better_map(scene: Scene) -> None:
    """While there is only the quick view: the progress of the better map, or a button that starts it."""
    if not scene.waiting:
        return
    jobs, work = services.jobs(), Map(scene.run, of=scene.dataset.name)
    job, ended = jobs.find(work), jobs.last(work)
    with st.container(border=True):
        if job is not None:
            st.markdown(
                f":material/brush: **{QUICK}.** The better map is on its way.",
                help="PCA shows the two main directions of the vectors. UMAP keeps near products near.",
            )
            job_ui.panel(job.id)
            return
        if ended is not None and ended.state == "failed":
            job_ui.panel(ended.id)
        left, right = st.columns([4, 1], vertical_alignment="center")
        left.markdown(
            f":material/brush: {QUICK} (PCA). UMAP keeps near products near.",
            help="UMAP: uniform manifold approximation and projection (McInnes and others 2018).",
        )
        if right.button("Draw UMAP", type="primary", key="map:draw", width="stretch"):
            jobs.submit(work)
            st.rerun()


def toolbar(scene: Scene) -> None:
    """Colours, layout, and what the mouse does."""
    colours = view.colourings(scene.dataset, scene.clusters)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        view.setting(
            st.selectbox, "Colour by", "colour", list(colours), scene.colour, width=170, format_func=colours.get
        )
        view.setting(
            st.segmented_control,
            "Mouse",
            "mouse",
            list(MODES),
            scene.mode,
            format_func=MODES.get,
            required=True,
            help="Pick one product, draw a box around many, or move and zoom.",
        )
        view.setting(
            st.segmented_control,
            "Layout",
            "layout",
            ["pca"] if scene.waiting or scene.weights else list(LAYOUTS),
            scene.layout,
            format_func=LAYOUTS.get,
            required=True,
            help="UMAP keeps near products near. PCA shows the two directions in which products differ most.",
        )


def chart(scene: Scene, found: search.Answer | None, near: np.ndarray) -> None:
    """The map itself."""
    key, place, box = view.entry(scene)
    drawn = picture.picture(scene, place)
    n = drawn.points.num_rows
    row_of, hits = scene.embedding.row_of, np.empty(0, np.int64)
    marker = None
    if scene.item is None and found is not None:
        hits = np.array([row_of[h.id] for h in found.hits if h.id in row_of], np.int64)
        marker = (*found.place, found.query) if found.place else None
    shown = f"{number(drawn.total)} products"
    if n < drawn.total:
        shown = f"{number(n)} of {number(drawn.total)} products shown. {ALL_GROUPS}"
        if drawn.near:
            shown = f"All {number(drawn.near)} products of this part shown, and a sample of the others"
    with st.container(horizontal=True, vertical_alignment="center", height="content"):
        st.caption(shown, width="content", help="Search, neighbours and boxes cover all products.")
        if shell.url("zoom"):
            st.button(
                "Whole map",
                icon=":material/zoom_out_map:",
                on_click=view.zoom,
                args=(None,),
                key="map:out",
                type="tertiary",
            )
    titles = scene.dataset.titles[view.items(scene.data, scene.run)]
    spec = picture.chart_spec(scene, drawn, place, box)
    spec["datasets"] = {
        "points": drawn.points,
        "marks": frame.marks(scene.xy, titles, scene.row, near, hits, marker),
        "labels": drawn.labels,
    }
    st.vega_lite_chart(
        spec,
        key=key,
        width="stretch",
        on_select=lambda: view.on_chart(key, scene.run),
        alt=f"{CHART} {number(drawn.total)} products, coloured by {drawn.paint.title}. Near points are similar. The "
        "search box and the table of groups list the same products.",
    )


@st.fragment
def explore(data: str, run: str) -> None:
    """Map and panel: a click redraws these two and nothing else."""
    weights.sliders(run)
    scene = view.read(data, run)
    better_map(scene)
    left, right = st.columns([2, 1], gap="medium")
    with right:
        query = search.box()
        side = st.container()
        with side:
            found = search.answer(scene, query)
    near = panel.neighbours(scene)
    with left:
        toolbar(scene)
        chart(scene, found, np.array([scene.embedding.row_of[r.id] for r in near], np.int64))
    with side:
        if scene.mode == "box":
            panel.in_box(scene, frame.View.parse(shell.url("box")))
        if scene.item is not None:
            panel.product(scene, near, query)
        elif found is not None:
            panel.results(scene, found)
        elif scene.mode != "box":
            panel.hint(scene)


shell.page("map")
chosen = shell.need_run()
lost = shell.url("item")
if lost and lost not in services.dataset(chosen.dataset).index:
    st.warning(f"The product “{plain(lost)}” of this link {GONE}.", icon=":material/link_off:")
    shell.remember(item=None)
if asking.text_run(chosen.dataset) is not None:
    services.jobs().warm_up()
explore(chosen.dataset, chosen.key)
groups.section(view.read(chosen.dataset, chosen.key))
