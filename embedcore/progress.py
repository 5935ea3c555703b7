"""The progress of long work: what is called after each step, and a share of it as a progress of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

__all__ = ["FIRST", "PREVIEW", "Progress", "part", "show_first", "silent", "stage"]

PREVIEW = "preview.png"  # the picture a method shows of its learning: a file in the job's folder, later in the model's
FIRST = "first"  # product vectors to look at until the trained ones are there: a folder in the job's


class Progress(Protocol):
    """Called by long work after each step. May raise Cancelled to stop it.

    A Progress that somebody watches may also have `preview(png)` for the newest picture of what was learned,
    `first(embedding)` for vectors to compare by cosine until the trained ones are there, and `curve(step, loss)` for
    points of the loss curve. What is shown there does not change what is trained.

    >>> def report(step: int, of: int, loss: float | None = None, note: str = "") -> None:
    ...     print(f"{step} of {of} {note}")
    >>> progress: Progress = report
    >>> progress(1, 2, note="Reading")
    1 of 2 Reading
    """

    def __call__(self, step: int, of: int, loss: float | None = None, note: str = "") -> None:
        """Step number `step` of `of` is done."""


def silent(step: int, of: int, loss: float | None = None, note: str = "") -> None:
    """A Progress that reports nothing.

    >>> silent(1, 2)
    """


def show_first(progress: Progress, answer: Callable[[], object | None]) -> None:
    """Compute a first answer (an Embedding, or None) and show it, where somebody watches (see Progress).

    >>> show_first(silent, lambda: None)  # nobody watches: nothing is computed
    """
    place = getattr(progress, "first", None)
    if place is not None and (found := answer()) is not None:
        place(found)


def part(progress: Progress, low: float, high: float, note: str = "", *, only: bool = False) -> Progress:
    """The share from `low` to `high` percent of a longer job, as its own Progress.

    note: shown where a step has none. only: show `note` alone, neither the steps' notes nor their losses. What a
    Progress shows before the end (`preview`, `first`) belongs to the whole job and is not passed on.

    >>> half = part(lambda step, of, loss=None, note="": print(step, of, note), 50, 100, "Reading")
    >>> half(1, 2)
    75 100 Reading
    """

    usual = note

    def inner(step: int, of: int, loss: float | None = None, note: str = "") -> None:
        done = min(1.0, step / of) if of else 0.0
        percent = round(low + (high - low) * done)
        if only:
            progress(percent, 100, note=usual)
        else:
            progress(percent, 100, loss, note or usual)

    return inner


def stage(progress: Progress, low: int, high: int, name: str, *, watched: bool = False) -> Progress:
    """The share from `low` to `high` percent of a job, under a name that goes before the notes of its steps.

    watched: the main work of the job, whose preview, first answer and loss curve are those of the job.

    >>> half = stage(lambda step, of, loss=None, note="": print(step, of, note), 50, 100, "Comparing")
    >>> half(1, 2)
    75 100 Comparing: 1 of 2
    """
    return _Watched(progress, low, high, name) if watched else _Stage(progress, low, high, name)


class _Stage:
    def __init__(self, progress: Progress, low: int, high: int, name: str) -> None:
        self._progress, self._part, self._name = progress, part(progress, low, high), name

    def __call__(self, step: int, of: int, loss: float | None = None, note: str = "") -> None:
        count = f"{step:,} of {of:,}" if of > 1 else ""
        detail = note if note and note != self._name else count
        self._part(step, of, loss, f"{self._name}: {detail}" if detail else self._name)


class _Watched(_Stage):
    def __getattr__(self, name: str) -> Any:
        if name in ("preview", "first"):
            return getattr(self._progress, name)
        raise AttributeError(name)

    def __call__(self, step: int, of: int, loss: float | None = None, note: str = "") -> None:
        curve = getattr(self._progress, "curve", None)
        if curve is not None and loss is not None:
            curve(step, loss)  # at its own step, not at the percent of the whole job
            loss = None
        super().__call__(step, of, loss, note)
