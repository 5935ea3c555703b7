"""A line of jobs that wait for the same worker."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from embedcore.jobs.job import LIVE, Record
from embedcore.jobs.process import Lane


@dataclass(eq=False)
class Line:
    """One queue, the job that runs, and the worker that serves them. The lock of Jobs guards it."""

    role: str
    queue: deque[Record] = field(default_factory=deque)
    current: Record | None = None
    lane: Lane | None = None

    def add(self, record: Record) -> None:
        """Queue a job behind its like: what a person asked for goes before what follows by itself."""
        behind = (n for n, waits in enumerate(self.queue) if waits.by_itself and not record.by_itself)
        self.queue.insert(next(behind, len(self.queue)), record)

    def asked(self, record: Record) -> None:
        """Somebody asks for a job that followed by itself: it gets its place among those that were asked for."""
        if record.by_itself:
            record.spec = {k: v for k, v in record.spec.items() if k != "by_itself"}
            if record in self.queue:
                self.queue.remove(record)
                self.add(record)

    def live(self) -> list[Record]:
        """The running job and those that wait, in their order."""
        running = [self.current] if self.current and self.current.state in LIVE else []
        return [*running, *self.queue]
