"""Recommend: what goes with a product, a basket or a customer, and why.

Purchases answer. A trained result is asked only for what is alike in it, and where there are no purchases."""

import streamlit as st

from pages.ui import choice, services, shell
from pages.ui.recommend import basket as recbasket
from pages.ui.recommend import customer as reccustomer
from pages.ui.recommend import lists as reclists
from pages.ui.recommend import model as recmodel
from pages.ui.recommend import product as recproduct

BY = {"product": "A product", "basket": "A basket", "customer": "A customer"}

shell.page("recommend")
data = shell.need_dataset()
dataset = services.dataset(data)
by = choice.segments("by", "Start from", BY)
with st.container():  # what comes and goes keeps its place, or everything below would be drawn anew and fold
    model = recmodel.ready(dataset)
if by == "basket":
    recbasket.view(dataset, data, model)
elif by == "customer":
    reccustomer.view(dataset, data, model)
else:
    recproduct.view(dataset, data, model)
reclists.view(dataset, by)
