"""The services of the pages, fresh for every test; and a data folder with the sample shop and a trained result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import streamlit as st

from embedcore import logs
from embedcore.errors import BusyError
from embedcore.jobs import Jobs
from embedcore.store import Store
from pages.ui import asking, services
from tests import fashion


@pytest.fixture(autouse=True)
def _fresh_services(_own_home: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What one test opened is closed before the next; the worker does not warm up, or it would only slow them down."""
    opened: list[tuple[Store, Jobs]] = []

    def make(store: Store, *, warm: bool) -> Jobs:
        opened.append((store, Jobs(store, warm=False)))
        return opened[-1][1]

    monkeypatch.setattr(services, "Jobs", make)
    monkeypatch.setattr(asking, "encoded", loading)
    st.cache_resource.clear()
    st.cache_data.clear()
    yield
    for store, jobs in opened:
        jobs.close()
        store.close()
    logs.stop()
    st.cache_resource.clear()
    st.cache_data.clear()


def loading(*question: object) -> list[float]:
    """The encoder takes longer to load than a page waits."""
    raise BusyError("The answer took too long.")


@dataclass(frozen=True)
class Stock:
    """What is loaded and trained. query: as a link carries it."""

    dataset: str
    run: str

    @property
    def query(self) -> dict[str, str]:
        return {"dataset": self.dataset[:12], "run": self.run[:12]}


@pytest.fixture(scope="session")
def stocked_home(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Stock]:
    """The fashion sample with a small run of product2vec, copied once for each process."""
    home = tmp_path_factory.mktemp("stocked") / "home"
    keys = fashion.fill(home, product2vec={"epochs": 3, "dimension": 16})
    return home, Stock(keys["data"], keys["product2vec"])


@pytest.fixture
def stock(stocked_home: tuple[Path, Stock], monkeypatch: pytest.MonkeyPatch) -> Stock:
    """The data folder with something in it."""
    home, opened = stocked_home
    monkeypatch.setenv("EMBEDCORE_HOME", str(home))
    return opened
