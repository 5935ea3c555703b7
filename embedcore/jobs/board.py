"""The jobs that a server knows: those that wait or run in their queues, and the last that have ended."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import datetime

from embedcore.errors import EmbedError, MissingError
from embedcore.jobs.job import Job, Record
from embedcore.jobs.kinds import KINDS, JobKind
from embedcore.jobs.kinds.base import QUEUES
from embedcore.jobs.queue import JobQueue
from embedcore.store import JobRow, Store

_REMEMBERED = 200  # finished jobs in memory


class JobBoard:
    """Looking at jobs, from any thread and without the database; the queues and records that Jobs changes."""

    def __init__(self, store: Store) -> None:
        """What ran when the last server stopped is "interrupted"; what waited is queued again."""
        self._store = store
        self._changed = threading.Condition(threading.RLock())
        self._saving = threading.Lock()
        self._records: OrderedDict[str, Record] = OrderedDict()
        self._queues = {role: JobQueue(role) for role in QUEUES}
        self._closing = False
        self._recover()

    def find(self, work: JobKind) -> Job | None:
        """The equal job that waits or runs, without joining it; None when there is none."""
        with self._changed:
            record = self._live(work.kind, work.key)
            return self._view(record) if record else None

    def last(self, work: JobKind) -> Job | None:
        """The newest equal job that has ended; None when none is known."""
        with self._changed:
            ended = [r for r in self._records.values() if not r.live and _same(r.row, work.kind, work.key)]
            newest = max(ended, key=_ended_at, default=None)
            return self._view(newest) if newest else None

    def get(self, id: str | None) -> Job | None:
        """A job as it stands now; None when it is not known (any more)."""
        with self._changed:
            record = self._records.get(id or "")
            return self._view(record) if record else None

    def live(self, of: type[JobKind] | None = None, **spec: object) -> list[Job]:
        """The running jobs and those that wait, each queue in its order: all, or those of one kind, or of that kind
        those whose spec has these values."""
        with self._changed:
            views = [self._view(r) for queue in self._queues.values() for r in queue.live()]
        views = [j for j in views if of is None or j.kind == of.kind]
        return [j for j in views if all(j.spec.get(name) == value for name, value in spec.items())]

    def recent(self, n: int = 20) -> list[Job]:
        """The last finished jobs, newest first."""
        with self._changed:
            done = sorted((r for r in self._records.values() if not r.live), key=_ended_at, reverse=True)
            return [self._view(r) for r in done[:n]]

    def wait(self, id: str, timeout: float | None = None) -> Job:
        """Block until a job has ended, or `timeout` seconds have passed. MissingError when unknown."""
        with self._changed:
            record = self._records.get(id)
            if record is None:
                raise MissingError("This job is no longer known.")
            self._changed.wait_for(lambda: not record.live, timeout)
            return self._view(record)

    # Call these with the lock held, except _save

    def _live(self, kind: str, key: str) -> Record | None:
        """The equal job that waits or runs."""
        return next((r for queue in self._queues.values() for r in queue.live() if _same(r.row, kind, key)), None)

    def _join(self, work: JobKind) -> Record | None:
        found = self._live(work.kind, work.key)
        if found is not None and not work.by_itself:
            self._queue(found).request(found)
        return found

    def _queue(self, record: Record) -> JobQueue:
        cls = KINDS.get(record.row.kind)
        return self._queues[cls.queue if cls is not None else "heavy"]

    def _enqueue(self, record: Record) -> None:
        if self._closing:
            raise EmbedError("The server is stopping.", "Start it again.")
        self._queue(record).add(record)
        self._remember(record)
        self._changed.notify_all()

    def _remember(self, record: Record) -> None:
        self._records[record.id] = record
        self._records.move_to_end(record.id)
        done = [r.id for r in self._records.values() if not r.live]
        for id in done[: max(0, len(done) - _REMEMBERED)]:
            del self._records[id]

    def _view(self, record: Record) -> Job:
        position = 0
        if record.state == "queued":
            queue = self._queue(record)
            position = queue.waiting.index(record) + (queue.current is not None)
        return record.view(position)

    def _save(self, record: Record) -> None:
        """Write the newest state, so that the last writer stores the current one."""
        with self._saving:
            with self._changed:
                row = record.row
            self._store.save_job(row)

    def _recover(self) -> None:
        for row in self._store.job_rows():
            record = Record(row)
            if row.state == "running":
                record.row = record.ended("interrupted")
                self._store.save_job(record.row)
            self._records[record.id] = record
            if record.state == "queued":
                self._queue(record).add(record)


def _same(row: JobRow, kind: str, key: str) -> bool:
    return (row.kind, row.key) == (kind, key)


def _ended_at(record: Record) -> datetime:
    return record.row.finished or record.row.created
