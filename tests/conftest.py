"""What every tier shares: no test touches your own data folder, the network or more than one core by accident."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from embedcore.store import Store

# Set before numpy, numba or torch are imported; the worker and server processes of the tests inherit them.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ.pop("STREAMLIT_SERVER_PORT", None)


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
