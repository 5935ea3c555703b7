"""Recommend: what goes with a product, a basket or a customer, and why.

Recommendations come from purchases. An embedding answers what is similar, and stands in where there are none."""

import streamlit as st

from pages.ui import picker, services, shell
from pages.ui.recommend import basket, customer, lists, model, product, texts

shell.page("recommend")
data = shell.need_dataset()
dataset = services.dataset(data)
by = picker.segments("by", "Start from", texts.BY)
with st.container():  # what comes and goes keeps its place, or everything below would be drawn anew and fold
    recommender = model.ready(dataset)
if by == "basket":
    basket.view(dataset, data, recommender)
elif by == "customer":
    customer.view(dataset, data, recommender)
else:
    product.view(dataset, data, recommender)
lists.view(dataset, by)
