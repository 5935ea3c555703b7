"""The app as an installation has it: the wheel in an empty environment, started by its command, opened in Chromium."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page

from pages.ui.texts import NEXT_STEPS
from tests.browser.see import go, press, see
from tests.browser.server import serve
from tests.shared import ROOT

pytestmark = pytest.mark.timeout(1200)
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]


def run(*command: str | Path, cwd: Path) -> str:
    """What it printed; the test fails with its errors when it did."""
    done = subprocess.run([str(c) for c in command], cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the commands of an environment that holds the wheel and what the wheel asks for, no more."""
    folder = tmp_path_factory.mktemp("installed")
    run(*PIP, "wheel", ROOT, "--no-deps", "--wheel-dir", folder / "wheel", cwd=folder)
    (wheel,) = (folder / "wheel").glob("embedcore-*.whl")
    assert wheel.stat().st_size < 8_000_000
    run(sys.executable, "-m", "venv", "--without-pip", folder / "env", cwd=folder)
    commands = folder / "env" / ("Scripts" if os.name == "nt" else "bin")
    python = commands / "python"
    # Not compiled beforehand: Python does that for what is imported, and the test saves half of its time.
    run(*PIP, "--python", python, "install", "--no-compile", wheel, cwd=folder)
    return commands


def test_the_installed_command_serves_the_app_and_opens_a_sample(installed: Path, tmp_path: Path, page: Page) -> None:
    command = [str(installed / "embedcore"), "--no-browser"]
    with serve(tmp_path, tmp_path / "home", command=command, cwd=tmp_path) as server:
        go(page, server.url)
        press(page, "Open Fashion shop")
        see(page, "2,000", timeout=120_000)
        see(page, NEXT_STEPS)
        assert not server.went_wrong, server.went_wrong


def test_the_installed_command_works_without_a_browser(installed: Path, tmp_path: Path) -> None:
    assert run(installed / "embedcore", "--version", cwd=tmp_path).startswith("embedcore 0.")
    (tmp_path / "products.csv").write_text(
        "id,title,colour\n"
        + "\n".join(f"{n},{'mug' if n % 2 else 'cup'} {n},{'red' if n % 3 else 'blue'}" for n in range(40)),
        encoding="utf-8",
    )
    run(installed / "embedcore", "train", "products.csv", "--method", "pca", "--out", "vectors.csv", cwd=tmp_path)
    assert len((tmp_path / "vectors.csv").read_text(encoding="utf-8").splitlines()) == 41
