"""What every tier shares: no test touches your own data folder, the network or more than one core by accident."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import pytest

from tests import stock
from tests.shared import ROOT

if TYPE_CHECKING:
    from embedcore.store import Store

# Set before numpy, numba or torch are imported; the worker and server processes of the tests inherit them.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ.pop("STREAMLIT_SERVER_PORT", None)
# Compiled code of one run of the tests is there for the next and for every process; numba looks at the source's date.
os.environ.setdefault("NUMBA_CACHE_DIR", str(ROOT / ".pytest_cache" / "numba"))


def pytest_configure(config: pytest.Config) -> None:
    """The process that is called makes the folder of filled data folders; those it starts inherit it."""
    if not hasattr(config, "workerinput"):
        os.environ[stock.VARIABLE] = mkdtemp(prefix="embedcore-tests-")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove it again."""
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop(stock.VARIABLE), ignore_errors=True)


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has a data folder of its own; see `home` for its path."""
    monkeypatch.setenv("EMBEDCORE_HOME", str(tmp_path / "home"))


@pytest.fixture
def home() -> Path:
    """The data folder of this test (not made yet)."""
    return Path(os.environ["EMBEDCORE_HOME"])


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    """The store of `home`, closed at the end."""
    from embedcore.store import Store  # after the settings above

    opened = Store.open(home)
    yield opened
    opened.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly when tests on the evaluation data did not run: green without them proves less."""
    left_out = [r for r in terminalreporter.stats.get("skipped", []) if "did not run" in str(r.longrepr)]
    if left_out:
        terminalreporter.write_line(
            f"{len(left_out)} tests DID NOT RUN: the evaluation data is not beside this checkout.", yellow=True
        )
