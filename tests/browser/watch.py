"""Pages of a browser under watch: what they asked for, and what they looked like when a test failed."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page

from tests.shared import ROOT

SHOTS = ROOT / "shots"
BLOCKED = "Content Security Policy"
LOOPBACK = {"127.0.0.1", "localhost", "[::1]", "::1"}


class Watch:
    """Opens pages, each in a browser profile of its own, and remembers every address they asked for."""

    def __init__(self, chromium: Browser) -> None:
        self.chromium = chromium
        self.pages: list[Page] = []
        self.requested: list[str] = []
        self.thrown: list[str] = []
        self.blocked: list[str] = []

    def page(self, dark: bool = False, width: int = 1280, height: int = 900) -> Page:
        context = self.chromium.new_context(
            color_scheme="dark" if dark else "light",
            viewport={"width": width, "height": height},
            accept_downloads=True,
            reduced_motion="reduce",
        )
        context.set_default_timeout(90_000)
        page = context.new_page()
        page.on("request", lambda request: self.requested.append(request.url))
        page.on("websocket", lambda socket: self.requested.append(socket.url))
        page.on("pageerror", lambda error: self.thrown.append(str(error)))
        page.on("console", lambda line: self.blocked.append(line.text) if BLOCKED in line.text else None)
        self.pages.append(page)
        return page

    def foreign(self) -> list[str]:
        """Addresses outside this machine."""
        parts = [(url, urlsplit(url)) for url in self.requested]
        return [url for url, p in parts if p.scheme not in {"data", "blob", "about"} and p.hostname not in LOOPBACK]

    def close(self, name: str, failed: bool) -> list[str]:
        """Close all pages; what was wrong with them, as sentences. Screenshots stay when there was anything."""
        wrong = [f"the page asked another host: {url}" for url in self.foreign()]
        wrong += [f"the page's script failed: {error}" for error in self.thrown]
        wrong += [f"the page wanted what the server forbids: {line}" for line in self.blocked]
        texts = [page.inner_text("body") if page.url.startswith("http") else "" for page in self.pages]
        for page, text in zip(self.pages, texts, strict=True):
            if re.search(r"Traceback \(most recent|\bFile \".*\", line \d+", text):
                wrong.append(f"a traceback is on {page.url}")
        for number, (page, text) in enumerate(zip(self.pages, texts, strict=True)):
            if failed or wrong:
                stem = SHOTS / "failed" / f"{re.sub(r'[^a-zA-Z0-9]+', '_', name)}-{number}"
                stem.parent.mkdir(parents=True, exist_ok=True)
                page.screenshot(path=f"{stem}.png")
                stem.with_suffix(".txt").write_text(f"{page.url}\n\n{text}", encoding="utf-8")
            page.context.close()
        return wrong
