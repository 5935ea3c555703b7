"""Chromium on a server of the app. Every test fails when a page asks another host for anything or shows a traceback."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.server import Server, serve
from tests.browser.watch import Watch

# Chromium's own background traffic is no request of a page; nothing resolves but this machine.
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-domain-reliability",
    "--disable-default-apps",
    "--no-first-run",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
FAILED = pytest.StashKey[bool]()
OpenPage = Callable[..., Page]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Let fixtures know whether their test failed."""
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    names = [os.environ.get("EMBEDCORE_CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"]
    found = next((path for n in names if n and (path := shutil.which(n))), None)
    assert found, "The browser tests need Chromium: install it with “sudo apt-get install -y chromium”."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


def clean_log(server: Server) -> None:
    """What the pages do not show stands in the log: nothing may have gone wrong there."""
    assert not server.went_wrong, server.went_wrong


@contextmanager
def running(folder: Path, *, warm: bool = False, **env: str) -> Iterator[Server]:
    """A server on the data folder home in `folder`, for several tests. env: its environment."""
    with serve(folder, folder / "home", warm=warm, **env) as server:
        yield server
        clean_log(server)


@contextmanager
def visited(chromium: Browser, folder: Path, name: str) -> Iterator[tuple[Server, Page]]:
    """A fresh server as users have it and the page that a fixture prepares it with, both looked at afterwards. name: of
    screenshots."""
    with serve(folder, folder / "home", warm=True) as server:
        watch, done = Watch(chromium), False
        try:
            yield server, watch.page()
            done = True
        finally:
            wrong = watch.close(name, failed=not done)
        assert not wrong, wrong
        clean_log(server)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server nobody has asked anything yet."""
    with running(tmp_path) as fresh:
        yield fresh


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("empty")) as server:
        yield server


@pytest.fixture
def empty(shared_server: Server) -> Iterator[Server]:
    """A server without data, for all tests that add none."""
    yield shared_server
    clean_log(shared_server)
    assert not list((shared_server.home / "datasets").glob("*")), "what one test adds, the next would find"


@pytest.fixture
def new_page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[OpenPage]:
    """new_page(dark=False, width=1280): a page with a browser profile of its own, under watch."""
    watch = Watch(chromium)
    yield watch.page
    wrong = watch.close(request.node.name, request.node.stash.get(FAILED, False))
    assert not wrong, wrong


@pytest.fixture
def page(new_page: OpenPage) -> Page:
    return new_page()
