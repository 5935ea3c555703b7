"""Customers: groups of people who buy alike, a map of them, and one of them at a time."""

import streamlit as st

from pages.ui import choice, services, shell
from pages.ui.customers import look as customerlook
from pages.ui.customers import view as customerview
from pages.ui.text import number

VIEWS = {"segments": "Segments", "one": "One customer"}

shell.page("customers")
data = shell.need_dataset()
dataset = services.dataset(data)
if dataset.baskets is None or dataset.baskets.customers is None:
    shell.empty(
        "These baskets do not say whose they are.",
        "Add baskets with a customer column: then customers who buy alike are found.",
        "data",
        "Add data",
    )
    st.stop()
run = customerview.run(data)
if run is None:
    customerview.offer(data, dataset)
    st.stop()
found = customerview.segments(data, run)
if found is None:
    st.stop()
customers = services.embedding(run, "customer")
customerview.head(run, found)
scene = customerview.Scene(data, run, dataset, customers, found)
customerview.chart(scene)
if choice.segments("view", "What to look at", VIEWS) == "one":
    customerlook.one(scene)
else:
    customerview.listing(scene)
st.caption(
    f"{number(len(customers))} customers, {len(found.segments)} segments. A segment is a convenient cut through a "
    "crowd: customers near its edge are like those on the other side."
)
