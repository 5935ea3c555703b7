"""Errors in the way of every write below a folder, for a server of the tests and for its workers."""

from __future__ import annotations

import builtins
import errno
import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def install(home: Path, flag: Path) -> None:
    """In a worker: from its first moment."""
    for place, name, call in barriers(home, flag):
        setattr(place, name, call)


def barriers(home: Path, flag: Path) -> Iterator[tuple[Any, str, Callable[..., Any]]]:
    """(module, name, replacement) of what opens files and makes folders."""

    def check(path: Any) -> None:
        inside = isinstance(path, (str, os.PathLike)) and str(path).startswith(str(home))
        if inside and os.path.exists(flag):  # noqa: PTH110  a Path would come back here
            with real_open(flag) as file:
                code = getattr(errno, file.read())
            raise OSError(code, os.strerror(code), str(path))

    real_open = builtins.open

    def opens(before: Callable[..., Any]) -> Callable[..., Any]:
        def call(file: Any, mode: str = "r", *args: Any, **named: Any) -> Any:
            if set(mode) & set("wax+"):
                check(file)
            return before(file, mode, *args, **named)

        return call

    def low(path: Any, flags: int, *args: Any, before: Callable[..., Any] = os.open, **named: Any) -> Any:
        if flags & _WRITES:
            check(path)
        return before(path, flags, *args, **named)

    def makes(path: Any, *args: Any, before: Callable[..., Any] = os.mkdir, **named: Any) -> Any:
        check(path)
        return before(path, *args, **named)

    yield builtins, "open", opens(builtins.open)
    yield io, "open", opens(io.open)
    yield os, "open", low
    yield os, "mkdir", makes
