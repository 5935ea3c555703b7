"""Warming up: slow imports and compilations done in idle time, in small steps, so that the first job is quick."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

# What it does, and whether a job of this kind and spec has to wait while it runs.
Bars = Callable[[str, Mapping[str, Any]], bool]
Step = tuple[Callable[[], None], Bars]


class WarmUp:
    """Runs the steps one after another in a thread while the worker rests.

    A job that comes in stops it before the next step. Only a job that the step under way bars waits for it to end: two
    threads that import the same packages, or compile the same code, get in each other's way, and such a job would
    have to do that step itself anyhow.
    """

    def __init__(self, steps: Sequence[Step], delay: float = 2.0) -> None:
        """steps: they must not raise. delay: seconds of rest before a step starts."""
        self._steps = list(steps)
        self._delay = delay
        self._changed = threading.Condition()
        self._resting_since: float | None = None
        self._under_way: Bars | None = None
        threading.Thread(target=self._run, name="embedcore-warm-up", daemon=True).start()

    def rest(self) -> None:
        """No job is running: go on."""
        with self._changed:
            self._resting_since = time.monotonic()
            self._changed.notify_all()

    def pause(self, kind: str, spec: Mapping[str, Any]) -> None:
        """This job is about to start: no further step, and wait for one that the job cannot run beside."""
        with self._changed:
            self._resting_since = None
            self._changed.wait_for(lambda: self._under_way is None or not self._under_way(kind, spec))

    def _run(self) -> None:
        for step, bars in self._steps:
            with self._changed:
                while (left := self._wait()) > 0:
                    self._changed.wait(left)
                self._under_way = bars
            step()
            with self._changed:
                self._under_way = None
                self._changed.notify_all()

    def _wait(self) -> float:
        """Seconds until a step may start."""
        if self._resting_since is None:
            return 3600.0
        return self._resting_since + self._delay - time.monotonic()
