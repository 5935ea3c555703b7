"""Products that an embedding puts close together, by a threshold: to review, or as a table."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from embedcore import Dataset, Embedding
from embedcore.explore import duplicates
from embedcore.methods import get
from pages.ui import downloads, picker, services, shell
from pages.ui.duplicates import decisions, likeness, review, texts
from pages.ui.duplicates.decisions import Desk, Pair, Unit
from pages.ui.text import number, short

COLOURS = {"near-duplicate": "green", "related": "blue"}


@dataclass(frozen=True)
class Similar:
    """What the review shows of products that are close together."""

    dataset: Dataset

    def head(self, unit: Unit, *, undecided: bool) -> str:  # noqa: ARG002  the review asks every source alike
        """How many, and how similar."""
        head = f"**{len(unit.items)} products**"
        if math.isnan(unit.score):
            return head
        more = " or more" if len(unit.items) > 2 and unit.score < 0.995 else ""
        return f"{head} · similarity {unit.score:.2f}{more} · {duplicates.band(unit.score)}"

    def first(self, unit: Unit) -> int:
        """The first one of the catalogue."""
        return unit.items[0]

    def under(self, card: DeltaGenerator, unit: Unit, item: int) -> None:
        """Nothing: vectors give no reasons."""


def view(data: str, run: str) -> None:
    """The pairs above a threshold, to review or as a table."""
    source = Similar(services.dataset(data))
    st.caption(texts.SIMILAR)
    _method_note(data, run)
    left, right = st.columns([5, 6], gap="medium")
    with left:
        threshold = _threshold(bought=services.from_baskets(run))
    found = likeness.pairs(data, run, threshold)
    stored = services.verdicts(data)
    verdicts = decisions.by_pair(stored)
    with right:
        st.altair_chart(
            likeness.chart(likeness.bins(run), threshold),
            width="stretch",
            key="scores",
            alt=f"Histogram of the similarity of pairs of products, with a line at {threshold:.2f}",
        )
    if found.empty:
        _nothing(likeness.closest(run))
        if not verdicts:
            return
    listed = likeness.with_verdicts(found, verdicts)
    groups = likeness.groups(data, run, threshold, stored)
    with left:
        _counts(listed, groups)
    desk = decisions.desk(data)
    show = picker.segments("show", "What to show", texts.SIMILAR_MODES)
    review.undo_line(desk)
    vectors = services.embedding(run)
    if show == "all":
        _table(source, desk, listed, run[:12])
    else:
        units = (
            likeness.units(source.dataset, found, groups, verdicts)
            if show == "review"
            else _decided(source.dataset, vectors, verdicts, show)
        )
        units.sort(key=lambda u: u.key in desk.skipped)
        empty = texts.NOTHING.get(show, texts.ABOVE_REVIEWED)
        review.listing(source, desk, units, (data, run, threshold, show), empty, undecided=show == "review")
    downloads.table(
        texts.DOWNLOAD_PAIRS,
        lambda: likeness.export(listed, likeness.elsewhere(source.dataset, vectors, listed, verdicts)),
        f"{short(source.dataset.name, 40)} pairs",
        key="pairs",
    )


def _method_note(data: str, run: str) -> None:
    """What close means when the embedding learned from baskets."""
    if not services.from_baskets(run):
        return
    store = services.store()
    text = get("text")
    better = next((r for r in store.runs(data) if r.method == "text"), None)
    with st.container(border=True):
        st.markdown(f":material/info: {texts.BOUGHT_ALIKE}")
        if better is not None and st.button(texts.USE_TEXT, icon=":material/swap_horiz:", key="use-text"):
            shell.remember(run=better.key[:12])
            st.rerun()
        can = better is None and text.lacks(services.dataset(data)) is None
        if can and st.button(texts.TRAIN_TEXT, icon=":material/model_training:", key="train-text"):
            shell.go("train", method="text")


def _threshold(*, bought: bool) -> float:
    """The slider with its band in plain words. bought: close means bought alike,
    so that the words about kinds would be wrong."""
    value = float(
        st.slider(
            texts.THRESHOLD,
            likeness.LOWEST,
            0.99,
            0.9,
            step=0.01,
            key="threshold",
            bind="query-params",
            help=texts.THRESHOLD_HELP,
        )
    )
    name = duplicates.band(value + 1e-6)
    st.markdown(f":{COLOURS.get(name, 'gray')}-badge[{name}] {'' if bought else texts.BANDS[name]}")
    return value


def _nothing(top: float) -> None:
    """No pair above the threshold: say so, and offer the place where the first ones are."""
    with st.container(border=True):
        st.subheader(texts.NOT_THAT_CLOSE, anchor=False)
        if top < likeness.LOWEST:
            st.write(texts.NONE_CLOSE)
            return
        st.write(f"The closest pair reaches {top:.2f}.")
        lower = max(likeness.LOWEST, int(top * 100) / 100)
        st.button(
            f"Lower the threshold to {lower:.2f}",
            type="primary",
            key="lower",
            on_click=lambda: st.session_state.update(threshold=lower),
        )


def _counts(listed: pd.DataFrame, groups: list[duplicates.Group]) -> None:
    total = listed.attrs["found"]
    st.markdown(
        f"**{number(total)}** pairs and **{number(len(groups))}** groups above it"
        if total <= len(listed)
        else f"**{number(total)}** pairs above it. Shown: the {number(len(listed))} closest, down to "
        f"{listed['score'].iloc[-1]:.3f}, in **{number(len(groups))}** groups."
    )
    review.progress(int((listed["verdict"] != "").sum()), len(listed), "pairs")


def _decided(dataset: Dataset, vectors: Embedding, verdicts: Mapping[Pair, str], verdict: str) -> list[Unit]:
    """What was decided, with its similarity."""
    units = decisions.gathered(dataset, verdicts, verdict)
    return [replace(u, score=likeness.likeness(vectors, u.pairs)) for u in units]


def _table(source: Similar, desk: Desk, found: pd.DataFrame, key: str) -> None:
    """All pairs; choosing one shows it side by side. found: pairs with a column verdict. key: what they come from."""
    view = pd.DataFrame(
        {
            "similarity": found["score"],
            "product": found["title_a"],
            "and": found["title_b"],
            "verdict": found["verdict"].map(texts.VERDICTS),
            "band": found["band"],
            "id": found["id_a"],
            "its id": found["id_b"],
        }
    )
    slot = st.container()
    event = st.dataframe(
        view,
        hide_index=True,
        key=f"pairs:{key}",
        on_select="rerun",
        selection_mode="single-row",
        height=420,
        alt="Table of all pairs above the threshold, the closest first",
        column_config={
            "similarity": st.column_config.ProgressColumn(
                format="%.2f", min_value=0, max_value=1, width="small", help="Cosine similarity of the two vectors."
            ),
            "product": st.column_config.TextColumn(width=300),
            "and": st.column_config.TextColumn(width=300),
        },
    )
    st.caption(texts.SELECT_PAIR)
    for row in event.selection.rows[:1]:
        one = found.iloc[row]
        pair = decisions.pair(one["id_a"], one["id_b"])
        unit = Unit((int(one["item_a"]), int(one["item_b"])), float(one["score"]), (pair,))
        with slot:
            review.draw(source, desk, desk.show("pairs", pair), unit, undecided=not one["verdict"])
