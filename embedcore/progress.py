"""The progress of long work: what it is told, and one stretch of it as a progress of its own."""

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


def part(progress: Progress, low: int, high: int) -> Progress:
    """The share low..high % of a longer job, as its own Progress."""

    def inner(step: int, of: int, loss: float | None = None, note: str = "") -> None:
        progress(low + (high - low) * step // max(of, 1), 100, loss, note)

    return inner
