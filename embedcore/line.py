"""A line of jobs that wait for the same worker."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from embedcore.job import LIVE, Record
from embedcore.lane import Lane


@dataclass(eq=False)
class Line:
    """One queue, the job that runs, and the worker that serves them. The lock of Jobs guards it."""

    role: str
    queue: deque[Record] = field(default_factory=deque)
    current: Record | None = None
    lane: Lane | None = None

    def live(self) -> list[Record]:
        """The running job and those that wait, in their order."""
        running = [self.current] if self.current and self.current.state in LIVE else []
        return [*running, *self.queue]
