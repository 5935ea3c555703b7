"""The progress of one step among several."""

from __future__ import annotations

from embedcore.methods.base import Progress


def part(progress: Progress, low: int, high: int) -> Progress:
    """The share low..high % of a longer job, as its own Progress."""

    def inner(step: int, of: int, loss: float | None = None, note: str = "") -> None:
        progress(low + (high - low) * step // max(of, 1), 100, loss, note)

    return inner
