"""Duplicates: one product listed twice, or products close together in an embedding, and what people decide."""

from pages.ui import picker, shell
from pages.ui.duplicates import decisions, matching, similar, texts

shell.page("duplicates")
data = shell.need_dataset()
decisions.desk(data)
if picker.segments("look", "What to look for", texts.LOOK) == "alike":
    similar.view(data, shell.need_run(data).key)
else:
    matching.view(data)
