"""Warming up: slow imports and compilations done in idle time, in small steps, so that the first job is quick."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

Which = Callable[[str, Mapping[str, Any]], bool]  # of a job's kind and spec


def none(kind: str, spec: Mapping[str, Any]) -> bool:  # noqa: ARG001  a Which
    """No job at all."""
    return False


class Step(NamedTuple):
    """work: must not raise. bars: jobs that wait while it runs. beside: jobs during which it may start."""

    work: Callable[[], None]
    bars: Which
    beside: Which = none


class WarmUp:
    """Runs the steps one after another in a thread while the worker rests.

    When a job comes in, no further step starts, except one that may run beside this job. The job itself starts at once,
    unless the current step bars it: then it waits for that step, because two threads that import or compile the same
    code slow each other down, and the job would have to do that step anyway.
    """

    def __init__(self, steps: Sequence[Step], delay: float = 2.0) -> None:
        """delay: seconds of rest before a step starts."""
        self._steps = list(steps)
        self._delay = delay
        self._changed = threading.Condition()
        self._resting_since: float | None = None
        self._job: tuple[str, Mapping[str, Any]] | None = None
        self._current: Step | None = None
        threading.Thread(target=self._run, name="embedcore-warm-up", daemon=True).start()

    def rest(self) -> None:
        """No job is running: go on."""
        with self._changed:
            self._resting_since, self._job = time.monotonic(), None
            self._changed.notify_all()

    def pause(self, kind: str, spec: Mapping[str, Any]) -> None:
        """This job is about to start; returns when it can."""
        with self._changed:
            self._resting_since, self._job = None, (kind, spec)
            self._changed.wait_for(lambda: self._current is None or not self._current.bars(kind, spec))
            self._changed.notify_all()

    def _run(self) -> None:
        for step in self._steps:
            with self._changed:
                while (left := self._wait(step)) > 0:
                    self._changed.wait(left)
                self._current = step
            step.work()
            with self._changed:
                self._current = None
                self._changed.notify_all()

    def _wait(self, step: Step) -> float:
        """Seconds until this step may start."""
        if self._job is not None and step.beside(*self._job):
            return 0.0
        if self._resting_since is None:
            return 3600.0
        return self._resting_since + self._delay - time.monotonic()
