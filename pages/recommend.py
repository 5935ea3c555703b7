"""Recommend: what goes with a product, a basket or a customer, and why."""

import streamlit as st

from pages.ui import choice, recbasket, reccustomer, reclists, recmodel, recproduct, services, shell

BY = {"product": "A product", "basket": "A basket", "customer": "A customer"}

shell.page("recommend")
data = shell.need_dataset()
dataset = services.dataset(data)
st.caption("What goes with a product, what may replace it, what completes a basket, and what a customer buys next.")
by = choice.segments("by", "Start from", BY)
# A basket and a customer ask the baskets, not a trained result.
run = shell.pick_run(data) if by == "product" or dataset.baskets is None else None
model = recmodel.ready(dataset)
if by == "basket":
    recbasket.view(dataset, data, model, run)
elif by == "customer":
    reccustomer.view(dataset, data, model)
else:
    recproduct.view(dataset, data, model, run)
reclists.view(dataset, by)
