"""Beside the map: a product and its neighbours, hits of a search, the products in a box."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from embedcore.data import written_tags
from embedcore.explore import Hit, Recommendation, similar_products
from pages.ui import cards, downloads, picker, pictures, services
from pages.ui.map import search, view
from pages.ui.map.frame import View
from pages.ui.map.search import Answer
from pages.ui.map.texts import BOX_EMPTY, BOX_GUIDE, CLOSE_BY, DOWNLOAD_BOX, FOUND, GUIDE, IN_BOX, NEAREST, NO_PLACE
from pages.ui.map.view import Scene
from pages.ui.text import number, plain, share, short

NEAR = 10
_TABLE = 330  # pixels


def neighbours(scene: Scene) -> list[Recommendation]:
    """The selected product's neighbours, best first, each with its reason."""
    if scene.item is None or scene.row is None:
        return []
    return similar_products(
        scene.dataset,
        scene.embedding,
        scene.graph,
        scene.item,
        NEAR,
        together=services.together(scene.data),
        from_baskets=services.from_baskets(scene.run),
    )


def hint(scene: Scene) -> None:
    """Nothing is selected yet: what to do."""
    groups = f" in {len(scene.clusters)} groups" if scene.clusters is not None else ""
    with st.container(border=True):
        st.markdown(f"**{number(len(scene.embedding))} products{groups}**")
        st.markdown(
            f"- {GUIDE} to see the product and its neighbours\n"
            "- **Box**: draw a box to list and download its products\n"
            "- **Pan**: drag the map, zoom with the wheel\n"
            "- Click a name in the legend to highlight it, double-click to undo"
        )
        one = picker.example(scene.dataset, scene.embedding)
        st.button(
            "Show the bestseller",
            icon=":material/auto_awesome:",
            on_click=view.select,
            args=(str(scene.dataset.items[one]),),
            key="map:example",
        )


def product(scene: Scene, near: Sequence[Recommendation], query: str) -> None:
    """The selected product and its neighbours."""
    if scene.item is None:
        return
    title, id = str(scene.dataset.titles[scene.item]), str(scene.dataset.items[scene.item])
    with st.container(horizontal=True, gap="small"):
        label, icon, help = (
            ("Results", "arrow_back", "Back to the search hits.")
            if query
            else ("Close", "close", "Deselect the product.")
        )
        st.button(label, icon=f":material/{icon}:", on_click=view.select, args=(None,), key="map:close", help=help)
        if scene.row is not None:
            places = scene.xy[[scene.row, *[scene.embedding.row_of[r.id] for r in near]]]
            st.button(
                "Zoom in",
                icon=":material/zoom_in:",
                on_click=view.zoom,
                args=(View.around(places),),
                key="map:in",
                help="Show this product and most of its neighbours.",
            )
    with st.container(border=True):
        pictures.show(scene.dataset, scene.item, 128)
        st.markdown(f"**{plain(title)}**")
        if scene.row is not None and scene.clusters is not None and scene.clusters.of(scene.row):
            st.markdown(f":blue-badge[{plain(short(scene.clusters.of(scene.row), 40))}]")
        st.caption(plain(cards.about(scene.dataset, scene.item)))
        facts = cards.facts(scene.dataset, scene.item)
        if facts:
            lines = [f":gray[{plain(short(c.replace('_', ' '), 24))}] {plain(short(v, 140))}" for c, v in facts.items()]
            with st.expander("All columns", key=f"map:facts:{id}"):
                st.markdown("  \n".join(lines))
    if scene.row is None:
        st.info(
            f"This product has no vector, so it has {NO_PLACE}. It was bought too rarely or has no text.",
            icon=":material/info:",
        )
        return
    st.markdown(
        f"**{NEAREST}**",
        help="The number is the cosine similarity: 1 is the same, 0 is unrelated. Rarely bought products rank "
        "lower. On the map they are ringed and joined by lines. A flat map cannot keep every neighbour close.",
    )
    listing([(r.item, r.title, r.score, r.reason) for r in near], scene, "near")


def listing(found: Sequence[tuple[int, str, float, str]], scene: Scene, key: str) -> None:
    """Products to go to next: (item, title, score, reason)."""
    with st.container(gap="xsmall"):
        for item, title, score, reason in found:
            with st.container(border=True, gap=None), pictures.beside(scene.dataset, item, 48):
                st.button(
                    plain(short(title, 90)),
                    key=f"map:{key}:{item}",
                    type="tertiary",
                    wrap=False,
                    on_click=view.select,
                    args=(str(scene.dataset.items[item]),),
                    help=f"Select {plain(title)}",
                )
                st.markdown(f":blue-badge[{score:.2f}] :small[:gray[{plain(reason)}]]")


def results(scene: Scene, found: Answer) -> None:
    """The hits of a search."""
    if found.note:
        st.info(plain(found.note), icon=":material/search_off:")
    if found.hits:
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown(f"**{FOUND} “{plain(short(found.query, 40))}”**", width="content")
            st.button("Clear", icon=":material/close:", key="map:clear", on_click=search.clear)
        listing(_rows(scene, found.hits, why=True), scene, "hit")
    if found.near:
        st.markdown(
            f"**{CLOSE_BY}**",
            help="Neighbours of the best matches' mean vector in this embedding, by cosine similarity.",
        )
        listing(_rows(scene, found.near), scene, "beside")
    search.offer_text(scene)


def _rows(scene: Scene, hits: Sequence[Hit], *, why: bool = False) -> list[tuple[int, str, float, str]]:
    out = []
    for h in hits:
        line = cards.about(scene.dataset, h.item)
        if h.id not in scene.embedding.row_of:
            line += " · not on this map"
        out.append((h.item, h.title, h.score, f"{h.why} · {line}" if why else line))
    return out


def in_box(scene: Scene, box: View | None) -> None:
    """The products in the box, as a table to download."""
    if box is None:
        st.info(BOX_GUIDE, icon=":material/select_all:")
        return
    rows = services.store().in_box(scene.run, scene.layout, box.x0, box.x1, box.y0, box.y1)
    if not len(rows):
        st.info(BOX_EMPTY, icon=":material/select_all:")
        return
    frame = table(scene, rows)
    st.markdown(f"**{number(len(rows))} product{'' if len(rows) == 1 else 's'} {IN_BOX}**")
    if scene.clusters is not None:
        labels, sizes = np.unique(scene.clusters.labels[rows], return_counts=True)
        top = np.argsort(-sizes, kind="stable")[:3]
        names = [*scene.clusters.names, "in no group"]  # label -1 is the last
        parts = [f"{share(sizes[i] / len(rows))} {names[labels[i]]}" for i in top]
        st.caption(plain(", ".join(parts)) + (" …" if len(labels) > 3 else ""))
    columns = [str(c) for c in frame]
    first = ["product", "in baskets", *scene.dataset.columns("price"), "group"]
    st.dataframe(
        frame,
        column_order=[*(c for c in first if c in columns), *(c for c in columns if c not in first)],
        hide_index=True,
        height=_TABLE,
        width="stretch",
        key=f"map:box:{box.text()}",
        selection_mode="single-row",
        on_select=lambda: _from_table(f"map:box:{box.text()}", frame),
        alt="Table of the products in the box",
        column_config={
            "product": st.column_config.TextColumn(width=170),
            "in baskets": st.column_config.NumberColumn(format="localized"),
        },
    )
    downloads.table(DOWNLOAD_BOX, frame, f"{short(scene.dataset.name, 40)} box", key="map:csv")


def _from_table(key: str, frame: pd.DataFrame) -> None:
    chosen = st.session_state[key].selection.rows
    if chosen:
        view.select(str(frame["id"].iloc[chosen[0]]))


def table(scene: Scene, rows: np.ndarray) -> pd.DataFrame:
    """These rows of the embedding with their catalogue columns, bestsellers first."""
    at = view.items(scene.data, scene.run)[rows]
    out = {"product": scene.dataset.titles[at], "id": scene.dataset.items[at]}
    if scene.clusters is not None:
        out["group"] = np.array([*scene.clusters.names, ""], dtype=object)[scene.clusters.labels[rows]]
    if scene.dataset.baskets is not None:
        out["in baskets"] = scene.dataset.counts[at]
    shown = ("category", "tags", "brand", "price", "number", "date", "text", "description")
    for column in scene.dataset.columns(*shown):
        name = column if column not in out else f"{column} (catalogue)"
        cells = scene.dataset.column(column).iloc[at]
        out[name] = (written_tags(cells) if column in scene.dataset.columns("tags") else cells).to_numpy()
    frame = pd.DataFrame(out)
    return (
        frame.sort_values("in baskets", ascending=False, kind="stable", ignore_index=True)
        if "in baskets" in out
        else frame
    )
