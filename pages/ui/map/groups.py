"""The groups (clusters) of the map: chosen, made, listed and renamed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from embedcore import EmbedError
from embedcore.explore import Clusters
from embedcore.jobs import MakeClusters
from pages.ui import downloads, services, shell, unfinished
from pages.ui import jobs as job_ui
from pages.ui.map import view
from pages.ui.map.texts import GROUP_TABLE
from pages.ui.map.view import Scene
from pages.ui.text import number, plain, share, short

WAYS = {"auto": "k-means, automatic", "kmeans": "k-means, chosen number", "hdbscan": "HDBSCAN"}
TYPICAL = 3


def title(name: str) -> str:
    """ "kmeans-12" -> "k-means, 12 groups"."""
    method, _, rest = name.partition("-")
    words = {"kmeans": "k-means", "hdbscan": "HDBSCAN"}.get(method, method)
    parts = [p for p in rest.split("-") if p and p != "map"]
    if not parts:
        return f"{words}, automatic"
    return f"{words}, {parts[0]} groups" if method == "kmeans" else f"{words}, at least {parts[0]} products a group"


def section(scene: Scene) -> None:
    """Everything about groups, below the map."""
    st.subheader(
        "Groups",
        anchor=False,
        help="Clusters of products with similar vectors, named by the words and values that set them apart.",
    )
    names = services.store().clusterings(scene.run)
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with left:
        if scene.grouping:
            view.setting(st.selectbox, "Groups shown", "groups", names, scene.grouping, format_func=title)
    turn = st.session_state.get("map:made", 0)  # another key closes the popover
    with right, st.popover("Make other groups", icon=":material/hub:", width="stretch", key=f"map:make:{turn}"):
        _form(scene)
    _jobs(scene)
    if scene.clusters is None or scene.grouping is None:
        st.info("No groups yet. Make some.", icon=":material/info:")
        return
    _table(scene, scene.clusters, scene.grouping)


def _form(scene: Scene) -> None:
    way = st.radio(
        "How to find groups",
        list(WAYS),
        format_func=WAYS.get,
        key="map:way",
        captions=[
            "Every product is in a group. The number that separates groups best.",
            "Every product is in a group. You choose the number.",
            "Dense regions of the map. Products between them are in no group.",
        ],
        help="k-means (Lloyd 1982) on the vectors. The automatic number has the best silhouette, and is above 20 only "
        "where that is clearly better. HDBSCAN (Campello and others 2013) on the UMAP.",
    )
    k = min_size = None
    most = min(200, len(scene.embedding))
    if way == "kmeans":
        k = int(
            st.number_input(
                "How many groups", 2, max(2, most), min(20, max(2, most)), key="map:k", help="k of k-means."
            )
        )
    if way == "hdbscan":
        size = st.number_input(
            "Smallest group",
            0,
            max(5, len(scene.embedding) // 2),
            0,
            key="map:size",
            help="Products in the smallest group (min_cluster_size). 0 is automatic.",
        )
        if size:
            min_size = max(2, int(size))
    if st.button("Find groups", type="primary", key="map:find"):
        method = "hdbscan" if way == "hdbscan" else "kmeans"
        work = MakeClusters(scene.run, method, k, min_size, of=scene.dataset.name)
        st.session_state["map:group-job"] = services.jobs().submit(work).id
        st.session_state["map:made"] = st.session_state.get("map:made", 0) + 1
        st.rerun()


def _jobs(scene: Scene) -> None:
    """Jobs that make groups; those started here are shown when they are done."""
    own = st.session_state.get("map:group-job")
    live = [j.id for j in services.jobs().live(MakeClusters, run=scene.run)]
    for id in dict.fromkeys([*live, *([own] if own else [])]):
        job_ui.panel(id)
    unfinished.notice("groups", scene.data, MakeClusters, shown=[own])
    done = services.jobs().get(own)
    if done is not None and done.state == "done":
        del st.session_state["map:group-job"]
        services.clusters.clear()
        _typical.clear()
        shell.remember(groups=str(done.result["name"]), colour=view.GROUP)
        st.rerun()


def _table(scene: Scene, clusters: Clusters, grouping: str) -> None:
    total = len(clusters.labels)
    frame = pd.DataFrame(
        {
            "group": list(clusters.names),
            "products": clusters.sizes,
            "share": clusters.sizes / max(total, 1),
            "typical products": typical(scene, clusters, grouping),
        }
    )
    key = f"map:names:{scene.run[:8]}:{grouping}:{hash(clusters.names)}"
    line = f"{len(clusters)} groups of {number(total)} products"
    if clusters.unassigned:
        line += f"; {number(clusters.unassigned)} products ({share(clusters.unassigned / total)}) are in none"
    st.caption(
        f"{line}. Double-click a name to change it.",
        help=f"Silhouette {clusters.silhouette:.2f}: how well separated the groups are, from -1 to 1. Real catalogues "
        "rarely reach 0.3.",
    )
    edited = st.data_editor(
        frame,
        key=key,
        hide_index=True,
        width="stretch",
        disabled=["products", "share", "typical products"],
        height=min(38 + 35 * len(frame), 460),
        alt=f"{GROUP_TABLE} with size, share and typical products; names can be edited",
        column_config={
            "group": st.column_config.TextColumn(
                "group", required=True, max_chars=80, width="medium", help="Double-click to rename."
            ),
            "products": st.column_config.NumberColumn("products", format="localized", width="small"),
            "share": st.column_config.ProgressColumn(
                "share",
                format="percent",
                min_value=0.0,
                width="small",
                max_value=float(max(frame["share"].max(), 1e-9)),
            ),
            "typical products": st.column_config.ListColumn(
                "typical products", width="large", help="Nearest to the group's mean vector."
            ),
        },
    )
    _rename(clusters, scene.run, grouping, list(edited["group"]))
    downloads.table(
        "Download products with their group (CSV)",
        lambda: members(scene, clusters),
        f"{short(scene.dataset.name, 40)} groups",
        key="map:members",
    )


def _rename(clusters: Clusters, run: str, grouping: str, wanted: Sequence[object]) -> None:
    """Store the names that were typed. In the page and not in a callback, which may be stopped: a name that is not
    stored yet is still in the table when the page is drawn again."""
    names = [str(name or "").strip() for name in wanted]
    changed = {n: name for n, name in enumerate(names) if name != clusters.names[n]}
    try:
        for label, name in changed.items():
            services.store().rename_cluster(run, grouping, label, name)
    except EmbedError as e:
        st.warning(plain(str(e)), icon=":material/edit_off:")
        return
    if changed:
        services.clusters.clear()
        st.rerun()


def members(scene: Scene, clusters: Clusters) -> pd.DataFrame:
    """Every product with its group."""
    at = view.items(scene.data, scene.run)
    names = np.array([*clusters.names, ""], dtype=object)
    return pd.DataFrame(
        {"id": scene.dataset.items[at], "product": scene.dataset.titles[at], "group": names[clusters.labels]}
    )


def typical(scene: Scene, clusters: Clusters, grouping: str) -> list[list[str]]:
    """For each group, the titles of the products nearest to its mean vector."""
    rows = _typical((scene.run, grouping, len(clusters), str(sorted(clusters.meta.items()))))
    titles = scene.dataset.titles[view.items(scene.data, scene.run)]
    return [[short(titles[r], 48) for r in group] for group in rows]


@services.data(max_entries=8)
def _typical(key: tuple[str, str, int, str]) -> list[list[int]]:
    """key: run, name of the groups, how many, how they were made (groups of one name may be made again)."""
    run, grouping, k, _ = key
    clusters, unit = services.clusters(run, grouping), services.embedding(run).unit
    out = []
    for label in range(k):
        rows = np.flatnonzero(clusters.labels == label)
        near = unit[rows] @ unit[rows].mean(0)
        out.append([int(r) for r in rows[np.argsort(-near, kind="stable")[:TYPICAL]]])
    return out
