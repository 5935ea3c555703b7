"""What to know first of an import or an embedding, and its figures beside a simple baseline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from pages.ui.text import plain, share

_LOUD = "CAUTION: "
_SAME = 0.005  # shares closer than this are the same to a person


def notices(meta: Mapping[str, Any]) -> None:
    """What to know about a run, a line each."""
    for sentence in meta.get("notices", ()):
        st.caption(f":material/info: {plain(sentence)}")


def figures(meta: Mapping[str, Any]) -> None:
    """How good a run is on data it has not seen, a row per measure; the exact terms below."""
    found: Sequence[Mapping[str, Any]] = meta.get("figures", ())
    if not found:
        st.caption("Not measured: no data was held out.")
        return
    st.markdown("**How good is it?** Measured on held-out data.")
    rows = [(plain(f["name"]), value(f, f["value"]), beside(f), verdict(f)) for f in found]
    st.table(pd.DataFrame(rows, columns=["Measure", "This embedding", "Simple baseline", "Verdict"]), hide_index=True)
    with st.expander("How it is measured", icon=":material/help:"):
        # A measure with two baselines has two rows and one explanation.
        for name, help in dict.fromkeys((f["name"], f.get("help")) for f in found):
            if help:
                st.markdown(f"**{plain(name)}**: {plain(help)}")


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


def say(sentences: Iterable[str]) -> None:
    """One box a sentence; those that matter most stand out."""
    for sentence in sentences:
        if sentence.startswith(_LOUD):
            st.warning(plain(_upper(sentence)), icon=":material/warning:")
        else:
            st.info(plain(sentence), icon=":material/info:")


def _upper(sentence: str) -> str:
    text = sentence.removeprefix(_LOUD)
    return text[:1].upper() + text[1:]
