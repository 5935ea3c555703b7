"""Diagnostics: how the app and this computer are doing, and a report without data for whoever helps."""

from pages.ui import jobs as job_ui
from pages.ui import shell
from pages.ui.diagnostics import state, view

shell.page("diagnostics")
job_ui.strip()
now = state.read()
view.head(now)
view.cards(now)
view.problems(now)
view.copyable(now)
