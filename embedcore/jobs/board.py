"""The jobs that a server knows: those that wait or run in their queues, and the last that have ended."""

from __future__ import annotations

import threading
import uuid
from collections import OrderedDict
from dataclasses import replace
from datetime import UTC, datetime

from embedcore.errors import EmbedError, MissingError
from embedcore.jobs import failures
from embedcore.jobs.job import Job, Record
from embedcore.jobs.kinds import KINDS, JobKind, from_spec
from embedcore.jobs.kinds.base import QUEUES
from embedcore.jobs.queue import JobQueue, QueueState
from embedcore.store import JobRow, Store

ALIVE = "logs/alive"  # touched while work runs: when the server stopped
_REMEMBERED = 200  # finished jobs in memory
_ROWS = 1_000_000  # more than the store keeps of jobs


class JobBoard:
    """Submitting jobs and looking at them, from any thread; looking needs no database. The queues, and the rows that
    are kept of all jobs: a row that cannot be written is written later."""

    def __init__(self, store: Store) -> None:
        """What ran when the last server stopped is "interrupted"; what waited is queued again."""
        self._store = store
        self._changed = threading.Condition(threading.RLock())
        self._saving = threading.Lock()
        self._records: OrderedDict[str, Record] = OrderedDict()
        self._queues = {role: JobQueue(role) for role in QUEUES}
        self._unsaved: set[str] = set()  # jobs whose newest row could not be written yet
        self._closing = False
        self._recover()

    def submit(self, work: JobKind) -> Job:
        """Queue a job, join an equal one (same kind and key) that waits or runs, or answer at once with a "done" job
        whose result is stored already (cached, finished = when it was computed). EmbedError, and nothing is queued,
        when it cannot be written down."""
        if found := self._joined_or_stored(work):
            return found
        with self._saving:
            if found := self._joined_or_stored(work):  # meanwhile: now nobody else queues or ends one
                return found
            record = Record(_row(work))
            with self._changed:
                self._check_open()
            self._put(record.row)
            with self._changed:
                self._enqueue(record)
                return self._view(record)

    def retry(self, id: str) -> Job:
        """Queue a job that failed, was cancelled or interrupted again, under its own id. MissingError when unknown."""
        with self._saving:
            with self._changed:
                record = self._records.get(id)
                if record is None:
                    raise MissingError("This job is no longer known.", "Start it again from its page.")
                if record.live or record.state == "done":
                    return self._view(record)
                if live := self._live(record.row.kind, record.row.key):
                    self._queue(live).request(live)
                    return self._view(live)
                self._check_open()
            self._put(record.fresh())
            with self._changed:
                record.restart()
                self._unsaved.discard(id)
                self._enqueue(record)
                return self._view(record)

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

    def states(self) -> list[QueueState]:
        """How each queue is doing."""
        with self._changed:
            return [queue.state() for queue in self._queues.values()]

    def unfinished(self, *kinds: type[JobKind]) -> list[Job]:
        """Work that a person began and that came to no result, newest first: interrupted when a server stopped, or
        failed where running it again may help. What was done, begun anew or forgotten since, or whose dataset is gone,
        is not among it. kinds: only these. Asks the store for results, but only when there is such work."""
        names = {cls.kind for cls in kinds}
        with self._changed:
            newest: dict[tuple[str, str], Record] = {}
            for record in sorted(self._records.values(), key=_began_or_ended):
                newest[record.row.kind, record.row.key] = record
            views = [self._view(r) for r in newest.values() if _can_go_on(r) and (not names or r.row.kind in names)]
        return [job for job in reversed(views) if self._is_missing(job)]

    def forget(self, id: str) -> None:
        """Let go of work that came to no result: as if a person had cancelled it."""
        with self._changed:
            record = self._records.get(id)
            if record is None or record.live or record.state == "done":
                return
            record.row = replace(record.row, state="cancelled", message="", hint="")
        self._save(record)

    def forget_deleted(self) -> None:
        """Let go of ended jobs whose rows were deleted with their dataset: their titles name it."""
        kept = {row.id for row in self._store.job_rows(_ROWS)}
        with self._changed:
            for record in list(self._records.values()):
                if not record.live and record.id not in kept:
                    del self._records[record.id]
                    self._unsaved.discard(record.id)

    def _is_missing(self, job: Job) -> bool:
        """Its result is not there, and what it is computed from is."""
        try:
            data, run = job.spec.get("dataset"), job.spec.get("run")
            if data is not None:
                self._store.dataset_info(data)
            if run is not None:
                self._store.run_info(run)
            return work_of(job).stored(self._store) is None
        except EmbedError:
            return False

    def wait(self, id: str, timeout: float | None = None) -> Job:
        """Block until a job has ended, or `timeout` seconds have passed. MissingError when unknown."""
        with self._changed:
            record = self._records.get(id)
            if record is None:
                raise MissingError("This job is no longer known.")
            self._changed.wait_for(lambda: not record.live, timeout)
            return self._view(record)

    def _joined_or_stored(self, work: JobKind) -> Job | None:
        """The equal job that waits or runs, else a finished one for the result that is stored; None without either."""
        with self._changed:
            if live := self._join(work):
                return self._view(live)
        found = work.stored(self._store)
        with self._changed:
            if live := self._join(work):
                return self._view(live)
            if found is None:
                return None
            result, finished = found
            record = Record(replace(_row(work), state="done", result=result, finished=finished), cached=True)
            self._remember(record)
            return self._view(record)

    # Call these with the lock held, except those that write rows

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

    def _check_open(self) -> None:
        if self._closing:
            raise EmbedError("The server is stopping.", "Start it again.")

    def _enqueue(self, record: Record) -> None:
        self._queue(record).add(record)
        self._remember(record)
        self._changed.notify_all()

    def _remember(self, record: Record) -> None:
        self._records[record.id] = record
        self._records.move_to_end(record.id)
        done = [r.id for r in self._records.values() if not r.live and r.id not in self._unsaved]
        for id in done[: max(0, len(done) - _REMEMBERED)]:
            del self._records[id]

    def _view(self, record: Record) -> Job:
        position = 0
        if record.state == "queued":
            queue = self._queue(record)
            position = queue.waiting.index(record) + (queue.current is not None)
        return record.view(position)

    def _put(self, row: JobRow) -> None:
        """Write a row, or say in a sentence why that does not work."""
        try:
            self._store.save_job(row)
        except Exception as e:
            if (full := failures.disk_error(e, self._store.home, "Free some space and try again.")) is not None:
                raise full from e
            raise

    def _write(self, row: JobRow) -> bool:
        """Whether it could be written. What could not is written later (`_catch_up`)."""
        try:
            self._put(row)
        except Exception:  # noqa: BLE001  whatever it is, the job has ended and its queue goes on
            return False
        return True

    def _save(self, record: Record) -> None:
        """Write the newest state, so that the last writer stores the current one; later, when it does not work now."""
        with self._saving:
            with self._changed:
                row = record.row
            written = self._write(row)
            with self._changed:
                (self._unsaved.discard if written else self._unsaved.add)(row.id)
                self._changed.notify_all()

    def _catch_up(self) -> None:
        """Write the rows that could not be written before."""
        with self._changed:
            behind = [record for id in self._unsaved if (record := self._records.get(id)) is not None]
        for record in behind:
            self._save(record)

    def _recover(self) -> None:
        stopped = self._stopped()
        for row in self._store.job_rows():
            record = Record(row)
            if row.state == "running":
                record.row = replace(record.ended("interrupted"), finished=max(row.created, stopped))
                self._save(record)
            self._records[record.id] = record
            if record.state == "queued":
                self._queue(record).add(record)

    def _stopped(self) -> datetime:
        """When the server before this one was last seen at work."""
        try:
            return datetime.fromtimestamp((self._store.home / ALIVE).stat().st_mtime, UTC)
        except OSError:
            return datetime.now(UTC)


def _row(work: JobKind) -> JobRow:
    return JobRow(uuid.uuid4().hex[:16], work.kind, work.key, work.title, work.spec(), "queued", datetime.now(UTC))


def _same(row: JobRow, kind: str, key: str) -> bool:
    return (row.kind, row.key) == (kind, key)


def work_of(row: JobRow) -> JobKind:
    """InputError for a row of another version of the app."""
    return from_spec(row.kind, {"key": row.key, **row.spec})


def _can_go_on(record: Record) -> bool:
    failed = record.state == "failed" and failures.RUN_AGAIN in record.row.hint
    return (failed or record.state == "interrupted") and not record.by_itself


def _began_or_ended(record: Record) -> tuple[bool, datetime]:
    return record.live, _ended_at(record)


def _ended_at(record: Record) -> datetime:
    return record.row.finished or record.row.created
