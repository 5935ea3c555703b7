"""Data errors: values that do not fit the rest of their product, a sentence each."""

import streamlit as st

from embedcore.methods import get
from pages.ui import downloads, services, shell
from pages.ui.anomalies import view
from pages.ui.anomalies.texts import NO_COLUMNS
from pages.ui.text import number, plain, share, short
from pages.ui.texts import ADD_DATA

shell.page("anomalies")
data = shell.need_dataset()
dataset = services.dataset(data)
if (missing := get("autoencoder").lacks(dataset)) is not None:
    shell.empty(NO_COLUMNS, missing, "data", ADD_DATA)
    st.stop()
wanted = view.settings(data, dataset)
folder = wanted.folder(services.store())
if folder is None:
    view.offer(wanted, dataset)
    st.stop()

found = view.read(str(folder))
view.head(found)
kept = view.pick(found)
if kept.empty:
    st.info("No likely errors in this column.", icon=":material/task_alt:")
else:
    chosen = view.table(dataset, data, kept)
    view.detail(dataset, data, chosen)
downloads.table(
    "Download all products with score and reason (CSV)",
    lambda: view.export(dataset, found.frame),
    f"{short(dataset.name, 40)} data errors",
    key="errors",
)
with st.expander("How it works and what it cannot know", icon=":material/help:"):
    st.markdown(view.HOW)
    for column, why in found.facts["unused"]:
        st.caption(f"Column “{plain(column)}” is not checked: {plain(why)}.")
    st.caption(
        f"{number(found.facts['products'])} products, {len(found.facts['columns'])} columns. "
        f"A value is a likely error when fewer than {share(view.RARE)} of similar products have it."
    )
