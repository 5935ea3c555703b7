"""Recommend: what goes with a product, a basket or a customer, and why."""

import streamlit as st

from pages.ui import choice, recbasket, reccustomer, reclists, recmodel, recproduct, services, shell

BY = {"product": "A product", "basket": "A basket", "customer": "A customer"}

shell.page("recommend")
data = shell.need_dataset()
dataset, run = services.dataset(data), shell.pick_run(data)
st.caption("What goes with a product, what may replace it, what completes a basket, and what a customer buys next.")
by = choice.segments("by", "Start from", BY)
model = recmodel.ready(dataset)
if by == "basket":
    recbasket.view(dataset, data, model, run)
elif by == "customer":
    reccustomer.view(dataset, data, model)
else:
    recproduct.view(dataset, data, model, run)
reclists.view(dataset, by)
