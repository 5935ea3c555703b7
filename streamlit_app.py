"""The app's first file: `streamlit run` finds the server in it and runs it again as the script of every page."""

import streamlit as st

if __name__ == "__main__":
    from pages.ui import shell

    shell.run()
else:
    from pages import web

    app = st.App(__file__, lifespan=web.lifespan, routes=web.routes(), middleware=web.middleware())
