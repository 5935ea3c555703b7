"""Suggested products on screen: how good, and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from embedcore import Dataset
from embedcore.explore import ALIKE, POPULAR, Recommendation
from embedcore.recommend import REPEAT
from pages.ui import cards, downloads, pictures
from pages.ui.recommend import texts
from pages.ui.text import count, plain, share, short

FORMATS: dict[str, Callable[[float], str]] = {  # others: the bar alone
    ALIKE: "{:.2f}".format,
    REPEAT: lambda score: f"{share(score)} likely",
    POPULAR: lambda score: count(round(score), "basket"),
}


def strengths(found: Sequence[Recommendation]) -> list[float]:
    """How far each bar is filled, 0..1: cosine as it is, other scores beside the best one of their source."""
    best = {s: max(r.score for r in found if r.source == s) for s in {r.source for r in found}}
    return [
        min(1.0, max(0.0, r.score if r.source in (ALIKE, REPEAT) else r.score / (best[r.source] or 1.0))) for r in found
    ]


def listing(
    dataset: Dataset, found: Sequence[Recommendation], key: str, choose: Callable[[int], None], *, add: bool = False
) -> None:
    """One row per suggestion: what it is, why, how strong, and a button that calls choose(item): to show it, or to add
    it to a basket."""
    action, icon = (texts.ADD, ":material/add:") if add else (texts.SHOW_PRODUCT, ":material/arrow_forward:")
    place = st.container()  # one place however long the list is
    for rank, (r, strength) in enumerate(zip(found, strengths(found)), 1):
        with place.container(border=True):
            what, why, bar, button = st.columns([9, 9, 4, 4], vertical_alignment="center")
            with what, pictures.beside(dataset, r.item, 56):
                st.markdown(
                    f"**{rank}. {plain(short(r.title, 90))}**  \n:small[:gray[{plain(cards.about(dataset, r.item))}]]"
                )
            word, colour = texts.SIGNALS.get(r.source, (r.source, "gray"))
            why.markdown(f":{colour}-badge[{word}] {plain(short(r.reason, 260))}")
            bar.progress(strength, text=FORMATS[r.source](r.score) if r.source in FORMATS else None)
            button.button(action, key=f"{key}:{r.item}", icon=icon, width="stretch", on_click=choose, args=(r.item,))


def table(found: Sequence[Recommendation], name: str) -> None:
    """The same as a table, and its CSV."""
    frame = pd.DataFrame(
        [
            (
                n,
                r.id,
                r.title,
                round(r.score, 4),
                texts.SIGNALS[r.source][0] if r.source in texts.SIGNALS else r.source,
                r.reason,
            )
            for n, r in enumerate(found, 1)
        ],
        columns=["rank", "id", "title", "score", "signal", "reason"],
    )
    with st.expander(texts.AS_TABLE, icon=":material/table:"):
        used = [f"{texts.SIGNALS[s][0]}: {texts.MEANING[s]}" for s in texts.SIGNALS if s in {r.source for r in found}]
        st.dataframe(
            frame,
            hide_index=True,
            alt="Table of the suggested products, best first",
            column_config={
                "rank": st.column_config.NumberColumn(width=50),
                "title": "product",
                "score": st.column_config.NumberColumn(format="%.3f", width=70, help="  \n".join(used)),
                "signal": st.column_config.TextColumn(help="What speaks most for it."),
            },
        )
    downloads.table(texts.DOWNLOAD, frame, short(name, 60), key=f"suggestions:{name}")
