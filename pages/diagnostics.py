"""Diagnostics: how the app and this computer are doing, and a report without data for whoever helps."""

from pages.ui import shell
from pages.ui.diagnostics import state, view

shell.page("diagnostics")
now = state.read()
view.head(now)
view.cards(now)
view.problems(now)
view.copyable(now)
