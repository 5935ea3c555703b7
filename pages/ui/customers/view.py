"""The parts of the Customers page: training, the map, segments side by side, one customer."""

from __future__ import annotations

from dataclasses import dataclass

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from embedcore import Dataset, Embedding
from embedcore.explore import Segments
from embedcore.jobs import FindSegments, Train
from embedcore.methods import get, run_key
from pages.ui import charts, downloads, quality, services, shell
from pages.ui import jobs as job_ui
from pages.ui.customers.texts import EACH, START
from pages.ui.text import number, plain, share, short

_DRAWN = 10_000  # points that a browser draws without stalling; chosen by hand


@dataclass(frozen=True)
class Segmentation:
    """What the page shows. customers: their vectors, a row each."""

    data: str
    run: str
    dataset: Dataset
    customers: Embedding
    found: Segments


def run(data: str) -> str | None:
    """The run with customers: the newest, or the one chosen if there are several."""
    runs = [r for r in services.store().runs(data) if r.method == services.CUSTOMERS]
    if len(runs) > 1:
        keys = {r.key[:12]: r for r in runs}
        wanted = shell.url("customers", next(iter(keys)))
        chosen = st.sidebar.selectbox(
            "Customer vectors",
            list(keys),
            index=list(keys).index(wanted) if wanted in keys else 0,
            format_func=lambda k: shell.run_label(keys[k]),
            help="A run with vectors of customers.",
        )
        shell.remember(customers=chosen)
        return keys[chosen].key
    return runs[0].key if runs else None


def offer(data: str, dataset: Dataset) -> None:
    """One click trains the customer vectors with their defaults."""
    method = get(services.CUSTOMERS)
    params = method.Params()

    def about() -> None:
        st.subheader("Customers are not mapped yet.", anchor=False)
        st.write(f"{method.summary} It takes seconds, or a minute or two with many purchases.")

    key = run_key(data, method, params, 0)
    work = Train(
        data,
        services.CUSTOMERS,
        params.__dict__,
        0,
        key,
        of=f"{shell.method_name(services.CUSTOMERS)} on {dataset.name}",
    )
    job_ui.offer(work, START, key="customers:train", icon=":material/groups:", about=about)


def segments(data: str, run: str) -> Segments | None:
    """Computed in the worker at the first visit; None while that runs."""
    work = FindSegments(data, run, st.session_state.get("customers:k"))
    folder = work.folder(services.store())
    if folder is not None:
        return services.segments(str(folder))
    job_ui.offer(work, "Find segments", key="customers:find", icon=":material/groups:", by_itself=True)
    return None


def head(run: str, found: Segments) -> None:
    """How good the vectors are, and the number of segments."""
    info = services.store().run_info(run)
    with st.expander("How good it is", icon=":material/verified:"):
        quality.notices(info.meta)
        quality.figures(info.meta)
    left, _ = st.columns([1, 2])
    chosen = left.number_input(
        "Number of segments",
        2,
        40,
        value=st.session_state.get("customers:k"),
        placeholder=f"automatic: {len(found.segments)}",
        help="k of k-means. Empty: the number with the best silhouette.",
    )
    if chosen != st.session_state.get("customers:k"):
        st.session_state["customers:k"] = chosen
        st.rerun()


def chart(scene: Segmentation) -> None:
    """The map of customers, coloured by segment; the chosen one is marked."""
    found = scene.found
    names = [s.name for s in found.segments]
    rows = np.arange(len(scene.customers))
    if len(rows) > _DRAWN:
        rows = np.sort(np.random.default_rng(0).permutation(rows)[:_DRAWN])
    frame = pd.DataFrame(
        {
            "x": found.xy[rows, 0].round(3),
            "y": found.xy[rows, 1].round(3),
            "customer": scene.customers.ids[rows].astype(str),
            "segment": [names[n] for n in found.labels[rows]],
        }
    )
    colours = [charts.PALETTE[n] if n < len(charts.PALETTE) else charts.OTHER for n in range(len(names))]
    none = alt.Axis(title=None, labels=False, ticks=False, grid=False, domain=False)
    base = alt.Chart(frame).encode(x=alt.X("x:Q", axis=none), y=alt.Y("y:Q", axis=none))
    points = base.mark_circle(size=28, opacity=0.75).encode(
        color=alt.Color(
            "segment:N",
            scale=alt.Scale(domain=names, range=colours),
            legend=alt.Legend(title="Segment", orient="bottom", columns=2, labelLimit=170, symbolLimit=40),
        ),
        tooltip=["customer:N", "segment:N"],
    )
    layers = [points]
    chosen = shell.url("customer")
    if chosen in scene.customers.row_of:
        row = scene.customers.row_of[chosen]
        mark = pd.DataFrame({"x": [float(found.xy[row, 0])], "y": [float(found.xy[row, 1])], "customer": [chosen]})
        layers.append(
            alt.Chart(mark)
            .mark_point(shape="circle", size=260, strokeWidth=3, color="#d1495b", filled=False)
            .encode(x="x:Q", y="y:Q", tooltip=["customer:N"])
        )
    st.altair_chart(
        alt.layer(*layers).properties(height=380 + 20 * -(-len(names) // 2)),  # the legend below takes the second part
        width="stretch",
        alt=f"Map of {number(len(scene.customers))} customers, coloured by segment: near points have similar purchases",
    )


def listing(scene: Segmentation) -> None:
    """All segments: size, spend, and what sets each apart."""
    total = len(scene.customers)
    for n, s in enumerate(scene.found.segments):
        with st.container(border=True):
            left, right = st.columns([2, 3], gap="medium")
            with left:
                st.markdown(f"**{n + 1}. {plain(s.name)}**")
                facts = [
                    f"**{number(s.customers)}** customers ({share(s.customers / max(1, total))})",
                    f"**{s.baskets / max(1, s.customers):.1f}** {EACH}",
                    f"**{s.items:.1f}** products per basket",
                ]
                if s.spend is not None:
                    facts.append(f"**{number(round(s.spend))}** spent each")
                st.markdown("  \n".join(facts))
            with right:
                if s.categories:
                    st.caption("Categories they buy more of than others", help=_LIFT)
                    st.markdown(" · ".join(f"{plain(short(t.text, 40))} **{t.lift:.1f}×**" for t in s.categories[:6]))
                if s.products:
                    st.caption("Products they buy more of than others", help=_LIFT)
                    st.markdown(" · ".join(f"{plain(short(t.text, 50))} **{t.lift:.1f}×**" for t in s.products[:6]))
                if not s.categories and not s.products:
                    st.caption("Nothing that a tenth of them buy sets them apart.")
    frame = pd.DataFrame({"customer": scene.customers.ids.astype(str), "segment": scene.found.labels + 1})
    frame["name"] = [scene.found.segments[n].name for n in scene.found.labels]
    downloads.table(
        "Download customers with their segment (CSV)",
        frame,
        f"{short(scene.dataset.name, 40)} segments",
        key="segments",
    )


_LIFT = "Lift: their share divided by the share of all customers. 2× is twice as often."
