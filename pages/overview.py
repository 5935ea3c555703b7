"""Overview: what is loaded, what is trained, what to do next."""

import pandas as pd
import streamlit as st

from embedcore.methods import get
from pages.ui import jobs as job_ui
from pages.ui import profile, samples, services, shell
from pages.ui.text import ago, plain

shell.page("overview")
for sentence in services.store().notices:
    st.warning(plain(sentence), icon=":material/build:")
data_hash = shell.pick_dataset()
job_ui.strip()
samples.opened()

if data_hash is None:
    st.subheader("See what your products mean to each other", anchor=False)
    st.write(
        "Bring a list of products and, if you have them, baskets: who bought what together. In about two minutes you "
        "look at a map of your range with named groups, at products that are listed twice, and at what goes with what. "
        "Nothing leaves this machine."
    )
    samples.cards()
    with st.container(border=True):
        st.markdown("**Your own files**")
        st.write("CSV, Excel or Parquet: one file of products, one of baskets, or both.")
        if st.button("Upload your own files", icon=":material/upload_file:"):
            shell.go("data")
    st.stop()

data = services.dataset(data_hash)
st.subheader(plain(data.name), anchor=False)
profile.headline(services.profile(data_hash))

runs = services.store().runs(data_hash)
with st.container(border=True):
    st.markdown("**What to do next**")
    if not runs:
        st.write(
            "Train a method: it takes seconds to a few minutes, and then the map, the duplicates and the "
            "recommendations open."
        )
        if st.button("Train a method", type="primary", icon=shell.PAGES["train"][1]):
            shell.go("train")
    else:
        st.write("Look at the map first; then see what is listed twice and what goes together.")
        actions = {
            "map": "Open the map",
            "duplicates": "Find duplicates",
            "recommend": "Recommend",
            "train": "Train another method",
        }
        for column, (page, words) in zip(st.columns(4), actions.items(), strict=True):
            if column.button(
                words, icon=shell.PAGES[page][1], width="stretch", type="primary" if page == "map" else "secondary"
            ):
                shell.go(page)

if runs:
    st.subheader("What is trained", anchor=False)
    table = pd.DataFrame(
        {
            "method": [get(r.method).title for r in runs],
            "products": [r.rows for r in runs],
            "numbers": [r.dimension for r in runs],
            "seconds": [round(r.seconds, 1) for r in runs],
            "computed": [ago(r.created) for r in runs],
        }
    )
    st.dataframe(
        table,
        hide_index=True,
        width="stretch",
        alt="Table: the trained results of this dataset",
        column_config={
            "products": st.column_config.NumberColumn("products", format="localized"),
            "numbers": "numbers per product",
            "seconds": "seconds it took",
        },
    )

with st.expander("Other data", icon=":material/folder_open:"):
    samples.cards()
    if st.button("Upload your own files", icon=":material/upload_file:"):
        shell.go("data")
