"""The browser of the soak tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import FLAGS


@contextmanager
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    path = os.environ.get("EMBEDCORE_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield found
        finally:
            found.close()
