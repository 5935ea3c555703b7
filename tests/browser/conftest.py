"""Chromium on a fresh server. Every test fails when a page asks another host for anything or shows a traceback."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, WebSocket, sync_playwright

from tests.browser.server import Server, serve
from tests.shared import ROOT

SHOTS = ROOT / "shots" / "failed"
LOOPBACK = {"127.0.0.1", "localhost", "[::1]", "::1"}
# Chromium's own background traffic is no request of a page; nothing resolves but this machine.
FLAGS = [
    "--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-domain-reliability", "--disable-default-apps", "--no-first-run", "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]  # fmt: skip


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Let fixtures know whether their test failed."""
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    names = [os.environ.get("EMBEDCORE_CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"]
    found = next((path for n in names if n and (path := shutil.which(n))), None)
    assert found, "The browser tests need Chromium: install it with “sudo apt-get install -y chromium”."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server nobody has asked anything yet."""
    with serve(tmp_path, tmp_path / "home") as fresh:
        yield fresh


class Recorder:
    """Every address the browser asked for, and whether any lies outside this machine."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def watch(self, page: Page) -> None:
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("websocket", self._socket)

    def _socket(self, socket: WebSocket) -> None:
        self.asked.append(socket.url)

    def foreign(self) -> list[str]:
        parts = [(url, urlsplit(url)) for url in self.asked]
        return [url for url, p in parts if p.scheme not in {"data", "blob", "about"} and p.hostname not in LOOPBACK]


OpenPage = Callable[..., Page]


@pytest.fixture
def new_page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[OpenPage]:
    """new_page(dark=False, width=1280): a page of its own browser profile, watched."""
    recorder, pages = Recorder(), []

    def make(dark: bool = False, width: int = 1280, height: int = 900) -> Page:
        context = chromium.new_context(
            color_scheme="dark" if dark else "light", viewport={"width": width, "height": height},
            accept_downloads=True, reduced_motion="reduce",
        )  # fmt: skip
        context.set_default_timeout(90_000)
        page = context.new_page()
        recorder.watch(page)
        pages.append(page)
        return page

    yield make
    failed, broken = request.node.stash.get(FAILED, False), []
    for number, page in enumerate(pages):
        text = page.inner_text("body") if page.url.startswith("http") else ""
        if re.search(r"Traceback \(most recent|\bFile \".*\", line \d+", text):
            broken.append(page.url)
        if failed or broken:
            SHOTS.mkdir(parents=True, exist_ok=True)
            safe = re.sub(r"\W+", "_", request.node.name)
            page.screenshot(path=SHOTS / f"{safe}-{number}.png", full_page=True)
            (SHOTS / f"{safe}-{number}.txt").write_text(f"{page.url}\n\n{text}", encoding="utf-8")
        page.context.close()
    assert not recorder.foreign(), f"The page asked another host: {recorder.foreign()}"
    assert not broken, f"A traceback is on the page: {broken}"


@pytest.fixture
def page(new_page: OpenPage) -> Page:
    return new_page()


@pytest.fixture(autouse=True)
def _no_traceback_in_the_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """What the pages do not show is in the server's log: no test may leave a traceback there."""
    fresh: Server | None = request.getfixturevalue("server") if "server" in request.fixturenames else None
    yield
    if fresh is not None:
        found = fresh.log.find("Traceback")
        assert found < 0, fresh.log[max(0, found - 500) : found + 4000]
