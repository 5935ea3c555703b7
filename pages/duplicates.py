"""Duplicates: one product listed twice, or products that a result finds alike, and what people say about them."""

from pages.ui import choice, shell
from pages.ui.duplicates import alike, matching

LOOK = {"same": "The same product", "alike": "Alike in a result"}

shell.page("duplicates")
data = shell.need_dataset()
if choice.segments("look", "What to look for", LOOK) == "alike":
    alike.view(data, shell.need_result(data))
else:
    matching.view(data)
