"""Before and after: one product as the catalogue has it and as an autoencoder rebuilds it from its few numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from embedcore import Dataset
from embedcore.methods import FittedAutoencoder, evaluation, get
from pages.ui import cards, picker, services
from pages.ui.text import number, plain

NEAR = 0.05  # standard deviations of a column within which a rebuilt number counts as right
MARKS = {True: "✓ right", False: "✗ wrong", None: "not learned"}


@st.cache_resource(max_entries=2, show_spinner=False)
def _model(run: str) -> FittedAutoencoder:
    found = get("autoencoder").load(services.store().model_folder(run))
    assert isinstance(found, FittedAutoencoder)
    return found


def panel(data: str, run: str) -> None:
    """A product of one's choice, cell by cell."""
    dataset, model = services.dataset(data), _model(run)
    with st.expander("See a product squeezed and rebuilt", icon=":material/compare:"):
        state = f"rebuild:{run[:12]}"
        item = int(st.session_state.get(state, picker.example(dataset, services.embedding(run))))
        left, right = st.columns([3, 2], vertical_alignment="bottom")
        with left:
            picker.search(
                dataset,
                f"{state}:search",
                "Another product",
                "Show",
                ":material/compare:",
                lambda chosen: st.session_state.update({state: chosen}),
            )
        if right.button("Any product", icon=":material/casino:", key=f"{state}:any"):
            item = int(np.random.default_rng().integers(dataset.n_catalogue))
            st.session_state[state] = item
        st.markdown(f"**{plain(dataset.titles[item])}**  \n:gray[{plain(cards.about(dataset, item))}]")
        if item >= dataset.n_catalogue:
            st.caption("Only baskets know this product: there are no cells to rebuild.")
            return
        shown = compared(model, dataset, item)
        st.dataframe(
            shown,
            hide_index=True,
            width="stretch",
            height=36 * len(shown) + 38,
            alt="Table: each cell of the product, what was rebuilt, and whether it is right",
        )
        done = int((shown["so it is"] == MARKS[True]).sum())
        asked = int((shown["so it is"] != MARKS[None]).sum())
        cells = int(sum(c.size + 2 for c in model.layout.columns if not c.number)) + model.layout.n_numbers
        st.caption(
            f"{done} of {asked} cells right, from {services.embedding(run).dimension} numbers that stand for "
            f"{number(cells)} possible values. A number is right within a twentieth of the column's spread."
        )


def compared(model: FittedAutoencoder, dataset: Dataset, item: int) -> pd.DataFrame:
    """Columns column, in the catalogue, rebuilt, so it is (MARKS)."""
    assert dataset.catalogue is not None
    one = evaluation.subset(dataset, np.array([item]))
    before, after = dataset.catalogue.frame.iloc[item], model.reconstruct(one).iloc[0]
    learned = {c.name: c for c in model.layout.columns}
    spread = {x.name: x for x in model.layout.table.numbers}
    rows = []
    for name, role in dataset.catalogue.roles.items():
        if role in ("id", "image"):
            continue
        was = "" if pd.isna(before[name]) else cards.written(before[name], role)
        now = "" if pd.isna(after[name]) else cards.written(after[name], role)
        right: bool | None = was == now
        if name in spread and was and now and role != "date":
            a, b = (_scaled(v, spread[name].log) for v in (before[name], after[name]))
            right = abs(a - b) <= NEAR * spread[name].std
        if name not in learned:
            right, now = None, ""
        rows.append((name, was, now, MARKS[right]))
    return pd.DataFrame(rows, columns=["column", "in the catalogue", "rebuilt", "so it is"])


def _scaled(value: float, log: bool) -> float:
    return float(np.log1p(max(value, 0.0))) if log else float(value)
