"""The faces of the rooms: every public name says what it is and shows an example, and every example runs."""

from __future__ import annotations

import doctest
import inspect
from importlib import import_module
from types import ModuleType

import pytest

from embedcore.jobs.kinds.base import KINDS
from tests.shared import ROOT
from tests.unit.test_house import MODULES, RULES, exported, face

FACES = ["embedcore", *sorted(face(r) for r in RULES if face(r) in MODULES and r not in ("", "__main__"))]
# Where an example stands; the others have nothing to run.
SHOWN = sorted(m for m, p in MODULES.items() if m.startswith("embedcore") and ">>> " in p.read_text(encoding="utf-8"))


def public(module: str) -> list[tuple[str, object]]:
    """(name, value) of what a face hands out, but for plain constants."""
    found = import_module(module)
    values = [(name, getattr(found, name)) for name in sorted(exported(module))]
    return [(n, v) for n, v in values if inspect.isfunction(v) or inspect.isclass(v) or isinstance(v, ModuleType)]


def example(value: object) -> bool:
    """Whether a docstring, or that of one of its methods, shows an example."""
    texts = [inspect.getdoc(value) or ""]
    if inspect.isclass(value) or isinstance(value, ModuleType):
        texts += [inspect.getdoc(v) or "" for n, v in vars(value).items() if not n.startswith("_")]
    return any(">>> " in text for text in texts)


@pytest.mark.parametrize("module", FACES)
def test_every_public_name_is_explained_with_an_example(module: str) -> None:
    assert (import_module(module).__doc__ or "").strip(), "the room says what it is"
    assert not [name for name, value in public(module) if not inspect.getdoc(value)]
    assert not [name for name, value in public(module) if not example(value)]


@pytest.mark.parametrize("module", SHOWN)
def test_the_examples_run(module: str) -> None:
    found = doctest.testmod(import_module(module), optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    assert found.failed == 0
    assert found.attempted > 0


def test_the_examples_of_the_guide_run() -> None:
    found = doctest.testfile(str(ROOT / "CONTRIBUTING.md"), module_relative=False)
    KINDS.pop("colours", None)  # the guide's own kind of job
    assert found.failed == 0
    assert found.attempted > 8


def test_there_are_faces_to_look_at() -> None:
    assert len(FACES) > 10
    assert len(SHOWN) > 10
