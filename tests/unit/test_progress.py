"""Parts of a longer job: one bar, the notes of each part, and one curve."""

from __future__ import annotations

from typing import Any

import pytest

from embedcore.errors import Cancelled, EmbedError
from embedcore.progress import part, silent, stage


class Watcher:
    """A Progress that somebody watches."""

    def __init__(self) -> None:
        self.seen: list[tuple[Any, ...]] = []
        self.points: list[tuple[int, float]] = []
        self.shown: list[bytes] = []

    def __call__(self, step: int, of: int, loss: float | None = None, note: str = "") -> None:
        self.seen.append((step, of, loss, note))

    def curve(self, step: int, loss: float) -> None:
        self.points.append((step, loss))

    def preview(self, png: bytes) -> None:
        self.shown.append(png)


def test_parts_share_one_bar_and_the_watched_one_keeps_the_steps_of_the_curve() -> None:
    watcher = Watcher()
    first, second = stage(watcher, 0, 80, "Training", watched=True), stage(watcher, 80, 100, "Comparing products")
    first(0, 0)
    first(500, 2000, 0.5)
    first(2000, 2000, 0.4, "Pass 20 of 20")
    second(1, 1, 0.3, note="Comparing products")
    assert watcher.seen == [
        (0, 100, None, "Training"),
        (20, 100, None, "Training: 500 of 2,000"),
        (80, 100, None, "Training: Pass 20 of 20"),
        (100, 100, 0.3, "Comparing products"),
    ]
    assert watcher.points == [(500, 0.5), (2000, 0.4)]


def test_only_the_watched_part_shows_what_it_has_so_far() -> None:
    watcher = Watcher()
    shows: Any = stage(watcher, 0, 80, "Training", watched=True)
    shows.preview(b"png")
    assert watcher.shown == [b"png"]
    assert not hasattr(stage(watcher, 80, 100, "Saving"), "preview")
    assert not hasattr(stage(silent, 0, 80, "Training", watched=True), "preview")
    assert not hasattr(shows, "first"), "this watcher has no place for it"


def test_parts_nest_and_pass_the_loss_on_where_nobody_draws_a_curve() -> None:
    seen: list[tuple[Any, ...]] = []
    inner = part(stage(lambda *a, **k: seen.append(a), 50, 100, "Training", watched=True), 0, 50)
    inner(1, 2, 0.5, "Reading")
    inner(5, 2, None, "More steps than were announced")
    assert seen == [(62, 100, 0.5, "Training: Reading"), (75, 100, None, "Training: More steps than were announced")]


def test_who_handles_errors_does_not_swallow_a_cancellation() -> None:
    assert not issubclass(Cancelled, EmbedError)

    def handles_errors() -> None:
        try:
            raise Cancelled("Stopped.")
        except EmbedError:
            pytest.fail("caught as an error")

    with pytest.raises(Cancelled, match="Stopped"):
        handles_errors()
