"""The app's first file: run it with streamlit."""

from pages.ui import shell

shell.run()
