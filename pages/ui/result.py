"""What a training gave, in words: what to know first, how good it is beside the simplest alternative."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from pages.ui.text import plain, share

_SAME = 0.005  # shares closer than this are the same to a person


def notices(meta: Mapping[str, Any]) -> None:
    """Plain sentences that come before everything else."""
    for said in meta.get("notices", ()):
        st.warning(plain(said), icon=":material/priority_high:")


def figures(meta: Mapping[str, Any]) -> None:
    """How good the result is on data it has not seen, one row a measure; the exact terms below."""
    found: Sequence[Mapping[str, Any]] = meta.get("figures", ())
    if not found:
        st.caption("Nothing was held back to measure this result by itself.")
        return
    st.markdown("**How good is it?** Measured on data that was kept out of the training.")
    rows = [(plain(f["name"]), value(f, f["value"]), beside(f), verdict(f)) for f in found]
    st.table(pd.DataFrame(rows, columns=["Measure", "This", "The simple way", "So it is"]), hide_index=True)
    with st.expander("How this is measured", icon=":material/help:"):
        for f in found:
            if f.get("help"):
                st.markdown(f"**{plain(f['name'])}**: {plain(f['help'])}")


def value(figure: Mapping[str, Any], x: float) -> str:
    """A figure's number as it is read: shares in percent, with a digit more where rounding would hide a difference."""
    if figure["kind"] != "share":
        return f"{x:,.3g}"
    base = figure["baseline"]
    hidden = base is not None and abs(figure["value"] - base) > _SAME and share(figure["value"]) == share(base)
    return f"{100 * x:.1f} %" if hidden else share(x)


def beside(figure: Mapping[str, Any]) -> str:
    """The baseline and what it is."""
    if figure["baseline"] is None:
        return "–"
    return f"{value(figure, figure['baseline'])} ({plain(figure['baseline_name'])})"


def verdict(figure: Mapping[str, Any]) -> str:
    """better, worse or the same as the baseline; "–" without one."""
    if figure["baseline"] is None:
        return "–"
    ahead = float(figure["value"] - figure["baseline"]) * (1 if figure["better"] == "higher" else -1)
    near = _SAME if figure["kind"] == "share" else 0.005 * abs(figure["baseline"])
    return "about the same" if abs(ahead) <= near else "better" if ahead > 0 else "worse"
