"""Suggested products on screen: how good, and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from embedcore import Dataset
from embedcore.explore import ALIKE, POPULAR, TOGETHER, Recommendation
from embedcore.export import csv
from embedcore.recommend import NEW, PATTERN, PEOPLE, REPEAT
from pages.ui import cards, pictures
from pages.ui.text import plain, share, short

SOURCES = {
    TOGETHER: ("bought together", "green"),
    PATTERN: ("purchase patterns", "violet"),
    PEOPLE: ("similar customers", "orange"),
    REPEAT: ("bought before", "blue"),
    ALIKE: ("alike", "blue"),
    POPULAR: ("popular", "gray"),
    NEW: ("not bought yet", "orange"),
    "with": ("goes with it", "green"),
    "instead": ("instead of it", "blue"),
}
FORMATS: dict[str, Callable[[float], str]] = {  # others: the bar alone
    ALIKE: "{:.2f}".format,
    REPEAT: lambda score: f"{share(score)} likely",
    POPULAR: lambda score: f"{score:,.0f} basket{'' if score == 1 else 's'}",
}
MEANING = {
    TOGETHER: "How much more often two products share a basket than their popularity explains (shared baskets "
    "divided by a power of how often each is bought), added up over your basket. The best of the list fills the bar.",
    ALIKE: "How alike two products are to the result (the cosine similarity of their vectors): 1 is the same, 0 has "
    "nothing in common. Where it learned from baskets, products that are rarely bought step back in the list.",
    PATTERN: "Which purchases foretell which, over all baskets at once (EASE, Steck 2019). The best of the list fills "
    "the bar.",
    PEOPLE: "Customers whose purchases are most alike bought it (nearest neighbours among customers).",
    REPEAT: "How likely it is in the next basket, from how often, how regularly and how lately it was bought.",
    "with": "How far the baskets with both lie above chance, times the lift. The best of the list fills the bar.",
    "instead": "Alike in words, kind and price, and in what it is bought with; less where both share baskets.",
    NEW: "By how well the known products with the same words and values go with the basket, and how alike it is to "
    "what is in it. The best of the list fills the bar.",
    POPULAR: "In how many baskets it is. The most bought one fills the bar.",
}


def strengths(found: Sequence[Recommendation]) -> list[float]:
    """How far each bar is filled, 0..1: cosine as it is, other scores beside the best one of their source."""
    best = {s: max(r.score for r in found if r.source == s) for s in {r.source for r in found}}
    return [
        min(1.0, max(0.0, r.score if r.source in (ALIKE, REPEAT) else r.score / (best[r.source] or 1.0))) for r in found
    ]


def listing(
    dataset: Dataset, found: Sequence[Recommendation], key: str, action: str, icon: str, choose: Callable[[int], None]
) -> None:
    """One row per suggestion: what it is, why, how strong, and a button that calls choose(item)."""
    place = st.container()  # one place however long the list is
    for rank, (r, strength) in enumerate(zip(found, strengths(found)), 1):
        with place.container(border=True):
            what, why, bar, button = st.columns([9, 9, 4, 4], vertical_alignment="center")
            with what, pictures.beside(dataset, r.item, 56):
                st.markdown(
                    f"**{rank}. {plain(short(r.title, 90))}**  \n:small[:gray[{plain(cards.about(dataset, r.item))}]]"
                )
            word, colour = SOURCES.get(r.source, (r.source, "gray"))
            why.markdown(f":{colour}-badge[{word}] {plain(short(r.reason, 260))}")
            bar.progress(strength, text=FORMATS[r.source](r.score) if r.source in FORMATS else None)
            button.button(action, key=f"{key}:{r.item}", icon=icon, width="stretch", on_click=choose, args=(r.item,))


def table(found: Sequence[Recommendation], name: str) -> None:
    """The same as a table, and its CSV."""
    frame = pd.DataFrame(
        [
            (n, r.id, r.title, round(r.score, 4), SOURCES[r.source][0] if r.source in SOURCES else r.source, r.reason)
            for n, r in enumerate(found, 1)
        ],
        columns=["rank", "id", "title", "score", "signal", "reason"],
    )
    with st.expander("As a table", icon=":material/table:"):
        used = [f"{SOURCES[s][0]}: {MEANING[s]}" for s in SOURCES if s in {r.source for r in found}]
        st.dataframe(
            frame,
            hide_index=True,
            alt="Table of the suggested products, best first",
            column_config={
                "rank": st.column_config.NumberColumn(width=50),
                "title": "product",
                "score": st.column_config.NumberColumn(format="%.3f", width=70, help="  \n".join(used)),
                "signal": st.column_config.TextColumn(help="Which signal spoke most for it."),
            },
        )
    st.download_button(
        "Download the list (CSV)",
        csv(frame),
        file_name=f"{short(name, 60)}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
    )
