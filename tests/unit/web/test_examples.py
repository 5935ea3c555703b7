"""The examples in the docstrings of the server's modules run."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

from pages import web

MODULES = sorted(p.stem for p in Path(str(web.__file__)).parent.glob("*.py") if p.stem != "__init__")


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name: str) -> None:
    assert doctest.testmod(importlib.import_module(f"pages.web.{name}")).failed == 0
