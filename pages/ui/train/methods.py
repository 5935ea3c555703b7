"""Methods on screen: what they learn from, what they are called for short, which one to begin with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields

import streamlit as st

from embedcore import Dataset
from embedcore.methods import Method, Params, all_methods
from pages.ui import services, shell
from pages.ui.text import plain, short

METHODS = {m.name: m for m in all_methods()}
# What a method learns from -> how that is called.
SOURCES = {
    "runs": "Several results",
    "images": "Pictures",
    "customers": "Baskets",
    "baskets": "Baskets",
    "table": "Columns of the catalogue",
    "text": "Words",
}
_SET = 2  # settings in a title
ORDER = ("Columns of the catalogue", "Baskets", "Words", "Pictures", "Several results")


def source(method: Method) -> str:
    """What a method learns from."""
    return next(name for need, name in SOURCES.items() if need in method.needs)


def job_subject(method: Method, dataset: Dataset, params: Params, seed: int) -> str:
    """What the line of work in progress says, with what was set differently: two trainings may wait together."""
    set_to = [
        f"{f.metadata['label']}: {short(f.metadata['words'].get(value, value), 30)}"
        for f in fields(method.Params)
        if isinstance(value := getattr(params, f.name), str | int | float) and value != f.default
    ]
    set_to += [f"Seed: {seed}"] if seed else []
    more = f" ({', '.join([*set_to[:_SET], *(['…'] if len(set_to) > _SET else [])])})" if set_to else ""
    return f"“{shell.method_name(method.name)}” on {dataset.name}{more}"


def best(dataset: Dataset) -> str:
    """The method to begin with: from baskets when there are any, else from the columns."""
    usable = [n for n, m in METHODS.items() if m.lacks(dataset) is None]
    wish = ("product2vec", "cooccurrence") if dataset.baskets is not None else ("cooccurrence",)
    return next((n for n in (*wish, *usable) if n in usable), next(iter(METHODS)))


def pick(dataset: Dataset) -> Method:
    """A row of methods for everything that can be learned from; the choice stands in the URL."""
    usable = [m for m in METHODS.values() if m.lacks(dataset) is None]
    asked = shell.url("method")
    chosen = asked if asked in METHODS else best(dataset)
    for group in ORDER:
        names = [m.name for m in usable if source(m) == group]
        if not names:
            continue
        widget = f"method:{group}"
        st.session_state[widget] = chosen if chosen in names else None
        st.segmented_control(
            group,
            names,
            format_func=shell.method_name,
            key=widget,
            on_change=_chosen,
            args=(widget,),
            help=_lines(m for m in usable if source(m) == group),
        )
    return METHODS[chosen]


def missing(dataset: Dataset) -> None:
    """What the other methods would need."""
    lacking = {m.name: why for m in METHODS.values() if (why := m.lacks(dataset)) is not None}
    if not lacking:
        return
    count = "One method needs" if len(lacking) == 1 else f"{len(lacking)} methods need"
    with st.expander(f"{count} data that is not here", icon=":material/block:"):
        for name, why in lacking.items():
            st.markdown(f"**{plain(METHODS[name].title)}** ({plain(METHODS[name].subtitle)}): {plain(why)}")
        if st.button("Add data", icon=":material/upload_file:", key="methods:add"):
            shell.go("data")


def too_few(method: Method, dataset: Dataset, chosen: tuple[str, ...] | None = None) -> str | None:
    """What a method that joins results lacks here: results, or (once there are enough) two that are chosen."""
    if "runs" not in method.needs:
        return None
    there = {r.key: {} for r in services.store().runs(dataset.hash) if r.method != method.name}
    known = dataset.described(meta={**dataset.meta, "run_folders": there})
    if (lacking := method.lacks(known)) is not None:
        return lacking
    return "Choose two or more results above." if chosen is not None and len(chosen) < 2 else None


def _lines(some: Iterable[Method]) -> str:
    return "\n".join(f"- **{plain(m.title)}** ({plain(m.subtitle)}): {plain(m.summary)}" for m in some)


def _chosen(widget: str) -> None:
    if st.session_state[widget] is not None:
        shell.remember(method=st.session_state[widget])
