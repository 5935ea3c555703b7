"""Unusual products: cells that do not go with the rest of their row, one plain sentence each."""

import streamlit as st

from embedcore.export import csv
from embedcore.methods import get
from pages.ui import services, shell
from pages.ui.anomalies import view as unusual
from pages.ui.text import number, plain, share, short

shell.page("anomalies")
data = shell.need_dataset()
dataset = services.dataset(data)
if (lacking := get("autoencoder").lacks(dataset)) is not None:
    shell.empty("There are no columns to look at.", lacking, "data", "Add data")
    st.stop()
wanted = unusual.settings(data, dataset)
folder = wanted.folder(services.store())
if folder is None:
    unusual.offer(wanted, dataset)
    st.stop()

found = unusual.read(str(folder))
unusual.head(found)
kept = unusual.pick(found)
if kept.empty:
    st.info("No product is unusual in that column.", icon=":material/task_alt:")
else:
    chosen = unusual.table(dataset, data, kept)
    unusual.detail(dataset, data, chosen)
st.download_button(
    "Download all products with score and reason (CSV)",
    lambda: csv(unusual.export(dataset, found.frame)),
    icon=":material/download:",
    file_name=f"{short(dataset.name, 40)} unusual products.csv",
    mime="text/csv",
    on_click="ignore",
)
with st.expander("How this is found, and what it cannot know", icon=":material/help:"):
    st.markdown(unusual.HOW)
    for column, why in found.facts["unused"]:
        st.caption(f"Column “{plain(column)}” is not looked at: {plain(why)}.")
    st.caption(
        f"{number(found.facts['products'])} products, {len(found.facts['columns'])} columns. "
        f"Cells that fewer than {share(unusual.RARE)} of products like theirs have count as odd."
    )
