"""A form drawn from a method's parameters: labels, help and bounds come from the fields."""

from __future__ import annotations

from dataclasses import Field, fields
from typing import Any

import streamlit as st

from embedcore import Dataset
from embedcore.methods import Method, Params
from pages.ui import services, shell


def params_form(method: Method, dataset: Dataset) -> Params:
    """Widgets for every parameter of `method`; the chosen values, validated."""
    plain_fields = [f for f in fields(method.Params) if not f.metadata["advanced"]]
    advanced = [f for f in fields(method.Params) if f.metadata["advanced"]]
    values = _grid(method, dataset, plain_fields)
    if advanced:
        with st.expander("More settings", icon=":material/tune:"):
            values |= _grid(method, dataset, advanced)
    return method.Params.of(values)


def _grid(method: Method, dataset: Dataset, some: list[Field[Any]]) -> dict[str, Any]:
    values = {}
    for start in range(0, len(some), 3):
        for column, f in zip(st.columns(3), some[start : start + 3], strict=False):
            with column:
                values[f.name] = _widget(method, dataset, f)
    return values


def _widget(method: Method, dataset: Dataset, f: Field[Any]) -> Any:
    m, key = f.metadata, f"param:{method.name}:{dataset.hash[:8]}:{f.name}"
    default: Any = f.default
    if m["columns"] is not None:
        return tuple(
            st.multiselect(
                m["label"],
                dataset.columns(*m["columns"]),
                default=list(default),
                help=m["help"],
                key=key,
                placeholder="none" if f.name == "exclude" else "automatic",
                persist_state="session",
            )
        )
    if m["column"] is not None:
        known = ["", *dataset.columns(*m["column"])]
        return st.selectbox(
            m["label"],
            known,
            index=known.index(default) if default in known else 0,
            format_func=lambda c: c or "automatic",
            help=m["help"],
            key=key,
            persist_state="session",
        )
    if m["runs"]:
        runs = {r.key: r for r in services.store().runs(dataset.hash) if r.method != method.name}
        return tuple(
            st.multiselect(
                m["label"],
                list(runs),
                format_func=lambda k: shell.run_label(runs[k]),
                help=m["help"],
                key=key,
                placeholder="choose two or more",
                persist_state="session",
            )
        )
    if m["choices"] is not None:
        return st.selectbox(
            m["label"],
            m["choices"],
            index=m["choices"].index(default),
            format_func=lambda choice: m["words"].get(choice, str(choice)),
            help=m["help"],
            key=key,
            persist_state="session",
        )
    if isinstance(default, bool):
        return st.toggle(m["label"], value=default, help=m["help"], key=key, persist_state="session")
    if isinstance(default, str):
        return st.text_input(m["label"], value=default, help=m["help"], key=key, persist_state="session")
    kind = type(default)
    if kind is float and (m["low"], m["high"]) == (0, 1) and (m["step"] or 0) >= 0.05:  # a point between two ends
        return st.slider(m["label"], 0.0, 1.0, default, m["step"], help=m["help"], key=key, persist_state="session")
    bounds: dict[str, Any] = {
        "min_value": None if m["low"] is None else kind(m["low"]),
        "max_value": None if m["high"] is None else kind(m["high"]),
        "step": None if m["step"] is None else kind(m["step"]),
        "format": None if kind is int else "%g",
    }
    return st.number_input(m["label"], value=default, help=m["help"], key=key, persist_state="session", **bounds)
