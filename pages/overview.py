"""Overview: what is loaded, what is trained, what to do next."""

import pandas as pd
import streamlit as st

from embedcore.errors import MissingError
from pages.ui import jobs as job_ui
from pages.ui import profile, samples, services, shell, unfinished
from pages.ui.text import ago, duration, plain
from pages.ui.texts import (
    EMBEDDINGS,
    FIND_DUPLICATES,
    NEXT_STEPS,
    OPEN_MAP,
    OTHER_DATA,
    RECOMMEND,
    TRAIN_A_METHOD,
    UPLOAD,
)

shell.page("overview")
unfinished.mended()
data_hash = shell.pick_dataset()
job_ui.strip()
samples.opened()
unfinished.notice("overview", data_hash, shown=[st.session_state.get("open:job")])

if data_hash is None:
    st.subheader("See what your products mean to each other", anchor=False)
    st.write(
        "Bring your products and, if you have them, baskets. In about two minutes you see a map of your range with "
        "named groups, products listed twice, and what goes with what. Nothing leaves this machine."
    )
    samples.cards()
    with st.container(border=True):
        st.markdown("**Your own files**")
        st.write("CSV, Excel or Parquet: one file of products, one of baskets, or both.")
        if st.button(UPLOAD, icon=":material/upload_file:"):
            shell.go("data")
    st.stop()

try:
    data = services.dataset(data_hash)
except MissingError as e:  # what brings it back stays within reach
    shell.show_error(e)
    samples.cards()
    if st.button(UPLOAD, icon=":material/upload_file:"):
        shell.go("data")
    st.stop()
st.subheader(plain(data.name), anchor=False)
profile.headline(services.profile(data_hash))

runs = services.store().runs(data_hash)
with st.container(border=True):
    st.markdown(f"**{NEXT_STEPS}**")
    if not runs:
        st.write(
            "Train a method to open the map. It takes seconds to a few minutes. Duplicates and recommendations need no "
            "training."
        )
        if st.button(TRAIN_A_METHOD, type="primary", icon=shell.PAGES["train"][1]):
            shell.go("train")
    else:
        actions = {
            "map": OPEN_MAP,
            "duplicates": FIND_DUPLICATES,
            "recommend": RECOMMEND,
            "train": "Train another method",
        }
        for column, (page, words) in zip(st.columns(4), actions.items(), strict=True):
            if column.button(
                words, icon=shell.PAGES[page][1], width="stretch", type="primary" if page == "map" else "secondary"
            ):
                shell.go(page)

if runs:
    st.subheader(EMBEDDINGS, anchor=False)
    table = pd.DataFrame(
        {
            "method": [shell.method_name(r.method) for r in runs],
            "products": [r.rows for r in runs],
            "dimensions": [r.dimension for r in runs],
            "took": [duration(r.seconds) for r in runs],
            "trained": [ago(r.created) for r in runs],
        }
    )
    st.dataframe(
        table,
        hide_index=True,
        width="stretch",
        alt="Table: the trained embeddings of this dataset",
        column_config={"products": st.column_config.NumberColumn(format="localized")},
    )

with st.expander(OTHER_DATA, icon=":material/folder_open:"):
    samples.cards()
    if st.button(UPLOAD, icon=":material/upload_file:"):
        shell.go("data")
