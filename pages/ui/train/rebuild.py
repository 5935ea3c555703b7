"""Before and after: a product as the catalogue has it, and as an autoencoder rebuilds it from its vector."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from embedcore import Dataset, MissingError
from embedcore.methods import FittedAutoencoder, evaluation, get
from embedcore.store import RunInfo
from pages.ui import cards, picker, services
from pages.ui.text import number, plain

NEAR = 0.05  # standard deviations of a column within which a rebuilt number counts as right
MARKS = {"right": "✓ right", "wrong": "✗ wrong", "skipped": "not learned"}


@services.resource(max_entries=2)
def _model(run: str) -> FittedAutoencoder:
    found = get("autoencoder").load(services.store().model_folder(run))
    if not isinstance(found, FittedAutoencoder):
        raise MissingError("The model of this embedding is not an autoencoder.", "Train it again.")
    return found


def panel(run: RunInfo) -> None:
    """A product, cell by cell."""
    dataset, model, vectors = services.dataset(run.dataset), _model(run.key), services.embedding(run.key)
    with st.expander("See a product rebuilt", icon=":material/compare:"):
        state = f"rebuild:{run.key[:12]}"
        item = int(st.session_state.get(state, picker.example(dataset, vectors)))
        left, right = st.columns([3, 2], vertical_alignment="bottom")
        with left:
            picker.search(
                dataset,
                f"{state}:search",
                lambda chosen: st.session_state.update({state: chosen}),
                label="Another product",
                action="Show",
                icon=":material/compare:",
            )
        if right.button("Random product", icon=":material/casino:", key=f"{state}:any"):
            item = int(np.random.default_rng().integers(dataset.n_catalogue))
            st.session_state[state] = item
        st.markdown(f"**{plain(dataset.titles[item])}**  \n:gray[{plain(cards.about(dataset, item))}]")
        if item >= dataset.n_catalogue:
            st.caption("This product is only in baskets. It has no cells to rebuild.")
            return
        shown = compared(model, dataset, item)
        st.dataframe(
            shown,
            hide_index=True,
            width="stretch",
            height=36 * len(shown) + 38,
            alt="Table: each cell of the product, the rebuilt value, and whether it is right",
        )
        done = int((shown["verdict"] == MARKS["right"]).sum())
        learned = int((shown["verdict"] != MARKS["skipped"]).sum())
        cells = int(sum(c.size + 2 for c in model.layout.columns if not c.number)) + model.layout.n_numbers
        st.caption(
            f"{done} of {learned} cells right, from {vectors.dimension} dimensions ({number(cells)} possible values). "
            "A number counts as correct within 5 % of the column's standard deviation."
        )


def compared(model: FittedAutoencoder, dataset: Dataset, item: int) -> pd.DataFrame:
    """Columns column, in the catalogue, rebuilt, verdict (MARKS)."""
    catalogue = services.catalogue(dataset)
    one = evaluation.subset(dataset, np.array([item]))
    before, after = catalogue.frame.iloc[item], model.reconstruct(one).iloc[0]
    learned = {c.name: c for c in model.layout.columns}
    spread = {x.name: x for x in model.layout.table.numbers}
    rows = []
    for name, role in catalogue.roles.items():
        if role in ("id", "image"):
            continue
        was = "" if pd.isna(before[name]) else cards.written(before[name], role)
        now = "" if pd.isna(after[name]) else cards.written(after[name], role)
        right = was == now
        if name in spread and was and now and role != "date":
            a, b = (_scaled(v, log=spread[name].log) for v in (before[name], after[name]))
            right = abs(a - b) <= NEAR * spread[name].std
        verdict = ("right" if right else "wrong") if name in learned else "skipped"
        rows.append((name, was, now if name in learned else "", MARKS[verdict]))
    return pd.DataFrame(rows, columns=["column", "in the catalogue", "rebuilt", "verdict"])


def _scaled(value: float, *, log: bool) -> float:
    return float(np.log1p(max(value, 0.0))) if log else float(value)
