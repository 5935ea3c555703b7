"""Storage: what this app keeps on this machine, how much it takes, and how to be rid of it."""

import streamlit as st

from pages.ui import jobs as job_ui
from pages.ui import services, shell
from pages.ui.storage import view

shell.page("storage")
job_ui.strip()
view.done()
used = view.usage()
kept = services.store().settings()
view.totals(used)
view.datasets(used)
view.other(used, kept)
view.keeping(kept)
st.caption(f"All of it lies in the data folder, “{services.store().home.name}”, on the computer that runs this app.")
