"""Methods on screen: what they learn from, which one to begin with, how a run was set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

import pandas as pd
import streamlit as st

from embedcore import Dataset
from embedcore.methods import Method, Params, all_methods
from embedcore.store import RunInfo
from pages.ui import services, shell
from pages.ui.text import number, plain, short
from pages.ui.texts import ADD_DATA
from pages.ui.train.texts import CHOOSE_TWO

METHODS = {m.name: m for m in all_methods()}
# What a method needs -> the name of its row.
SOURCES = {
    "runs": "Several embeddings",
    "images": "Pictures",
    "customers": "Baskets",
    "baskets": "Baskets",
    "table": "Catalogue columns",
    "text": "Text",
}
_IN_TITLE = 2  # settings in the title of a job
ORDER = ("Catalogue columns", "Baskets", "Text", "Pictures", "Several embeddings")


def source(method: Method) -> str:
    """What a method learns from."""
    return next(name for need, name in SOURCES.items() if need in method.needs)


def job_subject(method: Method, dataset: Dataset, params: Params, seed: int) -> str:
    """What a training is of, with the settings that differ from the default: two may wait at the same time."""
    changed = [
        f"{f.metadata['label']}: {short(f.metadata['words'].get(value, value), 30)}"
        for f in fields(method.Params)
        if isinstance(value := getattr(params, f.name), str | int | float) and value != f.default
    ]
    changed += [f"Seed: {seed}"] if seed else []
    more = f" ({', '.join([*changed[:_IN_TITLE], *(['…'] if len(changed) > _IN_TITLE else [])])})" if changed else ""
    return f"{shell.method_name(method.name)} on {dataset.name}{more}"


def settings(run: RunInfo) -> pd.DataFrame:
    """How a run was set: a row per parameter, in the words of the form."""
    form = {f.name: f.metadata for f in fields(METHODS[run.method].Params)} if run.method in METHODS else {}
    rows = []
    for name, value in run.params.items():
        field: Mapping[str, Any] = form.get(name, {})
        words = field.get("words", {})
        text = words[value] if isinstance(value, str | int) and value in words else _setting(value)
        rows.append((plain(field.get("label", name)), plain(text)))
    return pd.DataFrame([*rows, ("Seed", str(run.seed))], columns=["Setting", "Value"])


def _setting(value: object) -> str:
    """A value of a parameter as a person writes it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number(value) if value == 0 or abs(value) >= 0.01 else f"{value:g}"
    if isinstance(value, list | tuple):
        return ", ".join(short(v, 40) for v in value) or "–"
    return short(value, 80) if value else "–"


def best(dataset: Dataset) -> str:
    """The method to begin with: from baskets when there are any, else from the columns."""
    usable = [n for n, m in METHODS.items() if m.lacks(dataset) is None]
    wish = ("product2vec", "cooccurrence") if dataset.baskets is not None else ("cooccurrence",)
    return next((n for n in (*wish, *usable) if n in usable), next(iter(METHODS)))


def pick(dataset: Dataset) -> Method:
    """A row of methods for each thing to learn from; the choice is in the URL."""
    usable = [m for m in METHODS.values() if m.lacks(dataset) is None]
    wanted = shell.url("method")
    chosen = wanted if wanted in METHODS else best(dataset)
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
    count = "1 method needs" if len(lacking) == 1 else f"{len(lacking)} methods need"
    with st.expander(f"{count} more data", icon=":material/block:"):
        for name, why in lacking.items():
            st.markdown(f"**{plain(METHODS[name].title)}** ({plain(METHODS[name].subtitle)}): {plain(why)}")
        if st.button(ADD_DATA, icon=":material/upload_file:", key="methods:add"):
            shell.go("data")


def too_few(method: Method, dataset: Dataset, chosen: tuple[str, ...] | None = None) -> str | None:
    """What a method that joins embeddings lacks: embeddings, or (once there are enough) a choice of two."""
    if "runs" not in method.needs:
        return None
    there: dict[str, dict[str, str]] = {
        r.key: {} for r in services.store().runs(dataset.hash) if r.method != method.name
    }
    known = dataset.described(meta={**dataset.meta, "run_folders": there})
    if (lacking := method.lacks(known)) is not None:
        return lacking
    return CHOOSE_TWO if chosen is not None and len(chosen) < 2 else None


def _lines(some: Iterable[Method]) -> str:
    return "\n".join(f"- **{plain(m.title)}** ({plain(m.subtitle)}): {plain(m.summary)}" for m in some)


def _chosen(widget: str) -> None:
    if st.session_state[widget] is not None:
        shell.remember(method=st.session_state[widget])
