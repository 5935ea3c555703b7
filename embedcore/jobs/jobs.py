"""Jobs: two queues of work, one job of each at a time in a worker process, and short questions beside them."""

from __future__ import annotations

import atexit
import shutil
import sys
import threading
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from embedcore import logs
from embedcore.errors import Cancelled, EmbedError, MissingError
from embedcore.jobs.board import JobBoard
from embedcore.jobs.job import Job, Record
from embedcore.jobs.kinds import JobKind, from_spec
from embedcore.jobs.process import WorkerProcess
from embedcore.jobs.questions import QUESTIONS, Questions
from embedcore.jobs.queue import JobQueue
from embedcore.store import JobRow, Store

_WARM_UP = "embedcore.tasks.warmup:steps"
_REST = {"heavy": 60.0, "read": 20.0}  # seconds without work after which a worker may be ended, to free its memory
_SMALL = 400  # megabytes that a resting worker may keep, so that the next job finds what is loaded; chosen by hand


class Jobs(JobBoard):
    """Submit work and look at it, from any thread. Looking costs no database access.

    One heavy job runs at a time, in the order in which they were submitted, and beside it one that reads data.
    Finished results are committed by this process.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     store = Store.open(Path(folder))
    ...     jobs = Jobs(store, warm=False)
    ...     found = jobs.live()
    ...     jobs.close()
    ...     store.close()
    >>> found
    []
    """

    def __init__(
        self, store: Store, *, python: str = sys.executable, warm: bool = True, questions: Mapping[str, str] = QUESTIONS
    ) -> None:
        """warm: let the worker import and compile in idle time. questions: kind -> “module:function” of its answer.

        What ran when the last server stopped is "interrupted"; what waited is queued again.
        """
        super().__init__(store)
        self._python, self._warm = python, warm
        self._questions = Questions(lambda: self._start("ask"), questions)
        self._runners = [
            threading.Thread(target=self._run, args=[queue], name=f"embedcore-{queue.role}", daemon=True)
            for queue in self._queues.values()
        ]
        for runner in self._runners:
            runner.start()
        atexit.register(self.close)

    def submit(self, work: JobKind) -> Job:
        """Queue a job, join an equal one (same kind and key) that waits or runs, or answer at once with a "done" job
        whose result is stored already (cached, finished = when it was computed)."""
        with self._changed:
            if live := self._join(work):
                return self._view(live)
        found = work.stored(self._store)
        with self._changed:
            if live := self._join(work):
                return self._view(live)
            row = JobRow(
                uuid.uuid4().hex[:16], work.kind, work.key, work.title, work.spec(), "queued", datetime.now(UTC)
            )
            if found is not None:
                result, finished = found
                record = Record(replace(row, state="done", result=result, finished=finished), cached=True)
                self._remember(record)
                return self._view(record)
            self._enqueue(record := Record(row))
            view = self._view(record)
        self._save(record)
        return view

    def shown(self, id: str, what: str) -> Path | None:
        """Where a running training shows what it has so far, PREVIEW or FIRST; None when it shows nothing. It goes when
        the job ends."""
        path = self._folder(id) / "out" / what
        return path if path.exists() else None

    def cancel(self, id: str) -> Job | None:
        """Stop a job and keep nothing of it; returns when it has stopped. One that is being stored is finished."""
        with self._changed:
            record = self._records.get(id)
            if record is None:
                return None
            queue = self._queue(record)
            if record in queue.waiting:
                queue.waiting.remove(record)
                record.row = record.ended("cancelled")
                self._changed.notify_all()
            elif record.state == "running" and not record.committing:
                record.cancelling = True
                if queue.worker is not None:
                    queue.worker.kill()
                self._changed.wait_for(lambda: not record.live, timeout=10)
        self._save(record)
        return self.get(id)

    def retry(self, id: str) -> Job:
        """Queue a job that failed, was cancelled or interrupted again, under its own id. MissingError when unknown."""
        with self._changed:
            record = self._records.get(id)
            if record is None:
                raise MissingError("This job is no longer known.", "Start it again from its page.")
            if record.live or record.state == "done":
                return self._view(record)
            if live := self._live(record.row.kind, record.row.key):
                self._queue(live).request(live)
                return self._view(live)
            record.restart()
            self._enqueue(record)
            view = self._view(record)
        self._save(record)
        return view

    def ask(self, kind: str, spec: Mapping[str, Any], timeout: float = 60.0) -> dict[str, Any]:
        """A short question to another worker, answered while the heavy work goes on.

        kind "encode", spec {"model": str, "texts": [str]} -> {"vectors": [[float]]}. EmbedError when it fails,
        BusyError when it takes more than `timeout` seconds (the worker goes on loading what it needs).
        """
        return self._questions.ask(kind, spec, timeout)

    def warm_up(self) -> None:
        """Start the worker for questions and let it load what it needs, without waiting for it."""
        self._questions.warm_up()

    def get_ready(self) -> None:
        """Somebody looks at a dataset: start the worker for heavy work, so that it warms up before it is needed."""
        with self._changed:
            queue = self._queues["heavy"]
            if self._warm and queue.worker is None:
                queue.expects = True
                self._changed.notify_all()

    def close(self) -> None:
        """Stop the workers. A running job is marked interrupted, waiting ones stay for the next server."""
        with self._changed:
            self._closing = True
            for queue in self._queues.values():
                if queue.worker is not None:
                    queue.worker.kill()
            self._changed.notify_all()
        self._questions.close()
        for runner in self._runners:
            if threading.current_thread() is not runner:
                runner.join(timeout=30)
        atexit.unregister(self.close)

    def _folder(self, id: str) -> Path:
        return self._store.home / "jobs" / f"{Path(id).name}.tmp"

    # The runner threads, one for each queue

    def _run(self, queue: JobQueue) -> None:
        while (record := self._next(queue)) is not None:
            folder = self._folder(record.id)
            state, message, hint = self._guarded(queue, record, folder)
            shutil.rmtree(folder, ignore_errors=True)
            if state == "done":
                self._follow(record)
            self._finish(queue, record, state, message, hint)
            if queue.role == "read":
                with suppress(EmbedError):  # what is not swept now is swept later
                    self._store.sweep()

    def _next(self, queue: JobQueue) -> Record | None:
        """The next job; None when the server stops. While none waits, the worker warms up or is ended."""
        with self._changed:
            while not queue.waiting and not self._closing:
                if queue.expects:
                    queue.expects = False
                    with suppress(EmbedError, OSError):  # the first job tries again
                        self._worker(queue)
                rest = _REST[queue.role] if queue.worker is not None else None
                if not self._changed.wait_for(lambda: queue.waiting or queue.expects or self._closing, rest):
                    _end_resting(queue)
            if self._closing:
                return None
            record = queue.current = queue.waiting.popleft()
            record.start()
            self._changed.notify_all()
            return record

    def _finish(self, queue: JobQueue, record: Record, state: str, message: str, hint: str) -> None:
        """Write the row before the state is visible: a reader that sees the job done finds its row."""
        with self._saving:
            with self._changed:
                row = record.ended(state, message, hint)
            with suppress(EmbedError):  # the result is stored; only this row about it is not
                self._store.save_job(row)
            with self._changed:
                record.row, queue.current = row, None
                self._remember(record)
                self._changed.notify_all()

    def _guarded(self, queue: JobQueue, record: Record, folder: Path) -> tuple[str, str, str]:
        """(state, message, hint) of a job; a mistake of ours ends the job, not the thread."""
        try:
            return self._work(queue, record, folder)
        except EmbedError as e:
            ended = "interrupted" if self._closing else "cancelled" if record.cancelling else "failed"
            return (ended, "", "") if ended != "failed" else (ended, e.message, e.hint)
        except Cancelled:
            return "cancelled", "", ""
        except Exception as e:  # noqa: BLE001  a mistake of ours ends the job, not the thread
            logs.keep_trace(self._store.home, record.id, e)
            return (
                "failed",
                f"Something went wrong inside “{record.row.kind}”.",
                f"The details are in the data folder, in logs/{record.id}.log.",
            )

    def _work(self, queue: JobQueue, record: Record, folder: Path) -> tuple[str, str, str]:
        shutil.rmtree(folder, ignore_errors=True)
        out = folder / "out"
        out.mkdir(parents=True)
        self._save(record)
        work = _work_of(record.row)
        spec = work.prepare(self._store)
        worker = self._worker(queue)
        if not record.cancelling:
            worker.send({"id": record.id, "kind": work.kind, "task": work.task, "spec": spec, "out": str(out)})
        while True:
            event = None if record.cancelling else worker.next()
            with self._changed:
                if self._closing:
                    return "interrupted", "", ""
                if record.cancelling:
                    worker.kill()
                    return "cancelled", "", ""
                if event is None:
                    return "failed", *_why(worker.kill())
                if event["event"] == "failed":
                    return "failed", event["message"], event["hint"]
                if event["event"] == "cancelled":
                    return "cancelled", "", ""
                if event["event"] == "done":
                    record.committing = True
                    break
                record.progress(event)
        record.store(work.commit(self._store, out, event["result"]))
        return "done", "", ""

    def _start(self, role: str) -> WorkerProcess:
        warm_up = _WARM_UP if self._warm and role != "ask" else ""
        return WorkerProcess(self._python, role, self._store.home, warm_up)

    def _worker(self, queue: JobQueue) -> WorkerProcess:
        """The worker of a queue, restarted when it is gone."""
        with self._changed:
            if self._closing:
                raise EmbedError("The server is stopping.")
            if queue.worker is None or not queue.worker.alive:
                queue.worker = self._start(queue.role)
            return queue.worker

    def _follow(self, record: Record) -> None:
        """Submit the automatic job that follows. Jobs of people go first, but do not stop it once it runs: they would
        wait as long for a new worker."""
        with suppress(EmbedError):  # deleted already
            if (following := _work_of(record.row).follows(record.row.result)) is not None:
                self.submit(following)


def _end_resting(queue: JobQueue) -> None:
    """End a worker that rests; one for heavy work only when it holds much, such as torch: starting anew takes it
    seconds of loading and compiling."""
    if queue.worker is not None and (queue.role != "heavy" or queue.worker.megabytes > _SMALL):
        queue.worker.kill()
        queue.worker = None


def _work_of(row: JobRow) -> JobKind:
    """InputError for a row of another version of the app."""
    return from_spec(row.kind, {"key": row.key, **row.spec})


def _why(status: int) -> tuple[str, str]:
    """(message, hint) for a worker that ended unexpectedly."""
    if status == -9:
        return (
            "The work was stopped by the computer, most likely because the memory ran out.",
            "Close other programs, or use fewer products or a smaller dimension, then run it again.",
        )
    return "The work stopped unexpectedly.", "Run it again. The details are in the data folder, in logs."
