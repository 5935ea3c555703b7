"""Pairs of products that a result puts close together: plain likeness, by its threshold."""

from __future__ import annotations

import streamlit as st

from embedcore.explore import duplicates
from embedcore.export import csv
from embedcore.methods import get
from pages.ui import choice, services, shell
from pages.ui.duplicates import pairs, review
from pages.ui.text import number, short

SHOW = {"review": "To review", "same": "Same", "different": "Not the same", "all": "All pairs"}
COLOURS = {"near-duplicate": "green", "related": "blue"}


def method_note(data: str, run: str) -> None:
    """What "alike" means when the result learned from baskets."""
    if services.store().run_info(run).method not in ("product2vec", "svd"):
        return
    text, runs = get("text"), services.store().runs(data)
    better = next((r for r in runs if r.method == "text"), None)
    with st.container(border=True):
        st.markdown(
            ":material/info: This result learned from baskets, so **alike here means “bought alike”**: products that "
            "people buy in place of each other or with the same things. The text method, which reads titles and "
            "descriptions, finds one product listed twice better."
        )
        if better is not None and st.button("Use the text result", icon=":material/swap_horiz:", key="use-text"):
            shell.remember(run=better.key[:12])
            st.rerun()
        can = better is None and text.lacks(services.dataset(data)) is None
        if can and st.button("Train the text method", icon=":material/model_training:", key="train-text"):
            shell.go("train", method="text")


def threshold_picker() -> float:
    """The slider with its band in plain words."""
    value = float(
        st.slider(
            "How alike must two products be?",
            review.LOWEST,
            0.99,
            0.9,
            step=0.01,
            key="threshold",
            bind="query-params",
            help="Cosine similarity of the vectors of the two products: 1 means the method sees no difference, 0 means "
            "nothing in common. Above 0.9 near-duplicate, 0.7 to 0.9 related, 0.5 to 0.7 somewhat alike.",
        )
    )
    name = duplicates.band(value + 1e-6)
    meaning = next(text for _, n, text in duplicates.BANDS if n == name)
    st.markdown(f":{COLOURS.get(name, 'gray')}-badge[{name}] {meaning}.")
    return value


def nothing(top: float) -> None:
    """No pair above the threshold: say so, and offer the place where the first ones are."""
    with st.container(border=True):
        st.subheader("No two products are that much alike.", anchor=False)
        if top < review.LOWEST:
            st.write(
                "Even the closest pair has little in common: this catalogue has no duplicates that this result can see."
            )
            return
        st.write(f"The closest pair reaches {top:.2f}.")
        lower = max(review.LOWEST, int(top * 100) / 100)
        st.button(
            f"Lower the threshold to {lower:.2f}",
            type="primary",
            key="lower",
            on_click=lambda: st.session_state.update(threshold=lower),
        )


def view(data: str, run: str) -> None:
    """The pairs above a threshold, as groups to decide or as a table."""
    dataset, vectors = services.dataset(data), services.embedding(run)
    st.caption(
        "Products that this result puts close together, whatever it learned from. Alike is not the same: what is truly "
        "one product listed twice stands under “The same product”."
    )
    method_note(data, run)
    left, right = st.columns([5, 6], gap="medium")
    with left:
        threshold = threshold_picker()
    found = review.pairs(data, run, threshold)
    said = review.decided(services.store().verdicts(data))
    with right:
        st.altair_chart(
            review.chart(review.bins(run), threshold),
            width="stretch",
            key="scores",
            alt=f"Histogram of how alike the pairs of products are, with a line at {threshold:.2f}",
        )
    if found.empty:
        nothing(review.closest(run))
        if not said:
            return
    listed = review.with_verdicts(found, said)
    groups = review.groups(data, run, threshold, tuple((*ids, verdict) for ids, verdict in sorted(said.items())))
    done = int((listed["verdict"] != "").sum())
    with left:
        total = found.attrs["found"]
        st.markdown(
            f"**{number(total)}** pairs and **{number(len(groups))}** groups above it."
            if total <= len(found)
            else f"**{number(total)}** pairs above it; shown are the {number(len(found))} closest, which reach down to "
            f"{found['score'].iloc[-1]:.3f}, in **{number(len(groups))}** groups."
        )
        st.progress(done / max(len(found), 1), text=f"{number(done)} of {number(len(found))} pairs reviewed")

    show = choice.segments("show", "What to show", SHOW)
    pairs.undo_line(data)
    if show == "all":
        pairs.table(dataset, data, listed, run[:12])
    else:
        units = (
            review.units(dataset, found, groups, said)
            if show == "review"
            else review.judged(dataset, vectors, said, show)
        )
        pairs.listing(dataset, data, units, show, (data, run, threshold, show))
    st.download_button(
        "Download the pairs with verdicts (CSV)",
        csv(pairs.export(listed, review.elsewhere(dataset, vectors, listed, said))),
        icon=":material/download:",
        file_name=f"{short(dataset.name, 40)} pairs.csv",
        mime="text/csv",
        on_click="ignore",
    )
