"""A queue of jobs that wait for the same worker."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from embedcore.jobs import memory
from embedcore.jobs.job import Record
from embedcore.jobs.process import WorkerProcess


@dataclass(frozen=True)
class QueueState:
    """How a queue is doing: what its worker does ("heavy", "read"), whether it runs and with how many MB, whether a
    job runs, how many wait.

    >>> QueueState("read", worker=True, megabytes=210, running=False, waiting=0).megabytes
    210
    """

    role: str
    worker: bool
    megabytes: int
    running: bool
    waiting: int


@dataclass(eq=False)
class JobQueue:
    """The jobs that wait, the one that runs, and the worker that does them. The lock of Jobs guards it."""

    role: str
    waiting: deque[Record] = field(default_factory=deque)
    current: Record | None = None
    worker: WorkerProcess | None = None
    deaths: int = 0  # workers in a row that died over their job
    expects: bool = False  # work is likely: its worker may start before a job comes

    def add(self, record: Record) -> None:
        """Queue a job: those that people submit go before those that begin by themselves."""
        behind = (n for n, other in enumerate(self.waiting) if other.by_itself and not record.by_itself)
        self.waiting.insert(next(behind, len(self.waiting)), record)

    def request(self, record: Record) -> None:
        """Move up a job that was queued automatically, because a person has asked for it now."""
        if record.by_itself:
            record.request()
            if record in self.waiting:
                self.waiting.remove(record)
                self.add(record)

    def state(self) -> QueueState:
        """How it is doing."""
        worker = self.worker if self.worker is not None and self.worker.alive else None
        running = self.current is not None and self.current.live
        return QueueState(
            self.role, worker is not None, memory.held(worker.pid) >> 20 if worker else 0, running, len(self.waiting)
        )

    def live(self) -> list[Record]:
        """The running job and those that wait, in their order."""
        running = [self.current] if self.current and self.current.live else []
        return [*running, *self.waiting]
