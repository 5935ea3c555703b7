"""Customers: segments of people with similar purchases, a map of them, one customer."""

import streamlit as st

from pages.ui import picker, services, shell
from pages.ui.customers import look, view
from pages.ui.customers.texts import NO_CUSTOMERS
from pages.ui.text import number
from pages.ui.texts import ADD_DATA

VIEWS = {"segments": "Segments", "one": "One customer"}

shell.page("customers")
data = shell.need_dataset()
dataset = services.dataset(data)
if dataset.baskets is None or dataset.baskets.customers is None:
    shell.empty(NO_CUSTOMERS, "Add baskets with a customer column to see customer segments.", "data", ADD_DATA)
    st.stop()
run = view.run(data)
if run is None:
    view.offer(data, dataset)
    st.stop()
found = view.segments(data, run)
if found is None:
    st.stop()
customers = services.embedding(run, "customer")
view.head(run, found)
scene = view.Segmentation(data, run, dataset, customers, found)
view.chart(scene)
if picker.segments("view", "View", VIEWS) == "one":
    look.one(scene)
else:
    view.listing(scene)
st.caption(
    f"{number(len(customers))} customers in {len(found.segments)} segments. Customers near the edge of a segment are "
    "similar to their neighbours on the other side."
)
