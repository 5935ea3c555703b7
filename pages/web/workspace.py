"""Whose data a page works with: one common workspace, or one for each person who signs in by name.

What is cached is kept apart by workspace: the same dataset hash, run or path of another person is another entry, and
`resource` and `data` are the only ways to cache on the pages.
"""

from __future__ import annotations

import functools
import inspect
import json
import os
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Any, ParamSpec, Protocol, TypeVar, cast

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from embedcore import EmbedError, access
from pages.web.visits import VISITS, Person

P = ParamSpec("P")
R = TypeVar("R", covariant=True)
ENDED = "Your sign-in has ended."
_bound: ContextVar[str | None] = ContextVar("workspace", default=None)


class Cached(Protocol[P, R]):
    """A function whose answers are kept for each workspace."""

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """The answer, computed once."""
        ...

    def clear(self) -> None:
        """Forget all answers."""


def root() -> Path:
    """The data folder of this server."""
    return Path(os.environ.get("EMBEDCORE_HOME", ".embedcore")).absolute()


def person() -> Person | None:
    """Who looks at this page; None on a server without a gate, or when nobody (any more) is signed in."""
    context = get_script_run_ctx()
    # The same as st.user["pass"], which looks for secrets on the disk each time.
    return VISITS.who(context.user_info.get("pass")) if context is not None and access.sign_in() else None


def current() -> str:
    """The workspace of whoever looks at this page; EmbedError when a gate is there and nobody is signed in."""
    if not access.sign_in():
        return ""
    if (bound := _bound.get()) is not None:
        return bound
    found = person()
    if found is None:
        raise EmbedError(ENDED, "Reload the page and sign in again.")
    return found.workspace


def bound(function: Callable[[], R]) -> Callable[[], R]:
    """The same function, for the workspace of now: a download is made later, in a thread that belongs to no page."""
    workspace = current()

    def call() -> R:
        token = _bound.set(workspace)
        try:
            return function()
        finally:
            _bound.reset(token)

    return call


def home() -> Path:
    """The data folder of the current workspace."""
    return root() / current()


def furnish(folder: Path) -> None:
    """Make a person's folder ready: whose it is, and the language models of the server in it."""
    who = person()
    if who is None or not who.about:
        return
    folder.mkdir(parents=True, exist_ok=True)
    card, text = folder / "person.json", json.dumps(who.about, ensure_ascii=False, indent=1)
    if not card.is_file() or card.read_text(encoding="utf-8") != text:
        card.write_text(text, encoding="utf-8")
    models = root() / "models"
    if models.is_dir() and not (folder / "models").exists():
        with suppress(OSError):  # a system without links: the built-in model is there
            (folder / "models").symlink_to(models, target_is_directory=True)


def resource(max_entries: int, show_spinner: bool | str = False) -> Callable[[Callable[P, R]], Cached[P, R]]:  # noqa: FBT001  st.cache_resource's own
    """st.cache_resource, bounded, for each workspace."""
    return functools.partial(_keyed, st.cache_resource(max_entries=max_entries, show_spinner=show_spinner))


def data(max_entries: int, show_spinner: bool | str = False) -> Callable[[Callable[P, R]], Cached[P, R]]:  # noqa: FBT001  st.cache_data's own
    """st.cache_data, bounded, for each workspace."""
    return functools.partial(_keyed, st.cache_data(max_entries=max_entries, show_spinner=show_spinner))


def _keyed(cache: Any, function: Callable[P, R]) -> Cached[P, R]:
    @functools.wraps(function)
    def within(workspace: str, *args: P.args, **kwargs: P.kwargs) -> R:  # noqa: ARG001  part of the cache's key
        return function(*args, **kwargs)

    # The cache reads the names of arguments from the signature, and tells functions apart by their source.
    first = inspect.Parameter("workspace", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    signature = inspect.signature(function)
    cast("Any", within).__signature__ = signature.replace(parameters=[first, *signature.parameters.values()])
    kept = cache(within)

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        return cast("R", kept(current(), *args, **kwargs))

    cast("Any", call).clear = kept.clear
    return cast("Cached[P, R]", call)
