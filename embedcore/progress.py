"""The progress of long work: what is called after each step, and a share of it as a progress of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from embedcore.data.embedding import Embedding


class Progress(Protocol):
    """Called by long work after each step. May raise Cancelled to stop it.

    One that somebody watches may have places for what there is to see before the end: `preview(png)` for the newest
    picture of what was learned, and `first(embedding)` for vectors to compare by cosine until the trained ones are
    there. What is shown there does not change what is trained."""

    def __call__(self, step: int, of: int, loss: float | None = None, note: str = "") -> None: ...


def silent(step: int, of: int, loss: float | None = None, note: str = "") -> None:
    """A Progress that says nothing."""


def show_first(progress: Progress, answer: Callable[[], Embedding | None]) -> None:
    """Make and show a first answer, if there is one, where somebody watches (see Progress)."""
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
