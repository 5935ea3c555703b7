"""What was imported, on one screen."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from embedcore import Dataset
from embedcore.intake import Profile
from pages.ui import charts, quality
from pages.ui.text import number, plain, share, short


def headline(p: Profile) -> None:
    """Four or five numbers: what is loaded."""
    facts = [("Products", p.products, "In the catalogue, in the baskets, or in both.")]
    if p.baskets:
        facts += [
            ("Baskets", p.baskets, "One basket is what was bought together."),
            ("Purchase lines", p.lines, "One product in one basket."),
            ("Products ever bought", p.bought, "The rest were never in a basket."),
        ]
    if p.customers:
        facts.append(("Customers", p.customers, "Different customers in the baskets."))
    with st.container(horizontal=True):  # side by side, and two in a row on a phone
        for label, value, help in facts:
            st.metric(label, number(value), help=help, width=160)


def details(data: Dataset, p: Profile) -> None:
    """Small charts and the columns."""
    about = data.meta.get("decisions") or {}
    said = {d["sentence"] for found in about.values() for d in found}  # they stand in “How it was read”
    quality.say(n for n in data.meta.get("notices", ()) if n not in said)
    if data.meta.get("note"):
        st.caption(plain(data.meta["note"]))
    if p.baskets:
        left, middle, right = st.columns(3)
        with left:
            st.markdown("**Products per basket**")
            st.altair_chart(
                charts.histogram(_sizes(p.basket_sizes), "size", "count", "products", "baskets"),
                width="stretch",
                alt="Bar chart: how many baskets hold how many different products",
            )
            st.caption(f"Median {number(p.median_basket)}, mean {p.mean_basket:,.1f}.")
        with middle:
            st.markdown("**Bestsellers**")
            top = p.top.head(8).assign(title=lambda d: [short(t, 28) for t in d["title"]])
            st.altair_chart(
                charts.bars(top, "title", "baskets", "baskets"),
                width="stretch",
                alt="Bar chart: the products that are in the most baskets",
            )
        with right:
            if p.catalogue_rows:
                st.markdown("**Catalogue and baskets**")
                frame = pd.DataFrame(
                    {
                        "what": ["bought", "never bought", "only in baskets"],
                        "products": [p.bought - p.only_in_baskets, p.never_bought, p.only_in_baskets],
                    }
                )
                st.altair_chart(
                    charts.bars(frame, "what", "products", "products"),
                    width="stretch",
                    alt="Bar chart: products that were bought, never bought, or only in baskets",
                )
            if p.first_day is not None and p.last_day is not None:
                st.caption(f"From {p.first_day:%d %b %Y} to {p.last_day:%d %b %Y}.")
    if len(p.columns):
        st.markdown("**Columns of the catalogue**")
        shown = p.columns.assign(
            missing=[
                f"{number(n)} ({share(s)})" if n else "none"
                for n, s in zip(p.columns["missing"], p.columns["missing_share"], strict=True)
            ]
        )
        st.dataframe(
            shown[["column", "role", "missing", "distinct", "example"]],
            hide_index=True,
            width="stretch",
            column_config={
                "column": "column",
                "role": "role",
                "missing": "missing values",
                "distinct": st.column_config.NumberColumn("different values", format="localized"),
                "example": "for example",
            },
            alt="Table: the columns of the catalogue with role, missing values and an example",
        )


def _sizes(frame: pd.DataFrame, most: int = 20) -> pd.DataFrame:
    """Sizes 1..most, the rest in one bar."""
    head = frame[frame["size"] <= most].assign(size=lambda d: d["size"].astype(str))
    rest = int(frame.loc[frame["size"] > most, "count"].sum())
    return pd.concat([head, pd.DataFrame({"size": [f"{most}+"], "count": [rest]})]) if rest else head
