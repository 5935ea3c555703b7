"""The threads that take jobs from the queues, one each, and outlive whatever goes wrong with a job."""

from __future__ import annotations

import logging
import queue as queues
import shutil
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from embedcore.data import folders
from embedcore.errors import Cancelled, EmbedError
from embedcore.jobs import failures, memory
from embedcore.jobs.board import ALIVE, JobBoard, work_of
from embedcore.jobs.job import Record
from embedcore.jobs.process import WorkerProcess
from embedcore.jobs.queue import JobQueue
from embedcore.store import Store

_log = logging.getLogger("embedcore.jobs")
_WARM_UP = "embedcore.tasks.warmup:steps"
_REST = {"heavy": 60.0, "read": 20.0}  # seconds without work after which a worker may be ended, to free its memory
_SMALL = 400 << 20  # bytes that a resting worker may keep, so that the next job finds what is loaded; chosen by hand
_AGAIN = 2.0  # seconds between two tries to write rows that could not be written
_LOOK = 0.2  # seconds between two looks at the memory of a worker
_DEATHS = 3  # workers in a row that died before the next one has to wait
_LONGEST = 30.0  # seconds of that wait
_NOTHING = 64 << 10  # bytes that are as good as none
_PLACES = ("jobs", "logs", "raw", "spool")


class End(NamedTuple):
    """How a job ended."""

    state: str
    message: str = ""
    hint: str = ""


class Runner(JobBoard):
    """Two queues at work. Whatever happens to a job, its queue takes the next one."""

    def __init__(self, store: Store, python: str, warm: bool) -> None:  # noqa: FBT001  as in Jobs
        super().__init__(store)
        self._python, self._warm = python, warm
        self._runners = [
            threading.Thread(target=self._run, args=[queue], name=f"embedcore-{queue.role}", daemon=True)
            for queue in self._queues.values()
        ]

    def _folder(self, id: str) -> Path:
        return self._store.home / "jobs" / f"{Path(id).name}.tmp"

    def _run(self, queue: JobQueue) -> None:
        while True:
            try:
                record = self._next(queue)
                if record is None:
                    return
                self._do(queue, record)
            except Exception as e:  # noqa: BLE001  no error ends the thread of a queue
                self._recover_from(e, queue)

    def _do(self, queue: JobQueue, record: Record) -> None:
        end = self._guarded(queue, record)
        self._tidy(record)
        if end.state == "done":
            self._follow(record)
        self._finish(queue, record, end)
        if queue.role == "read":
            self._sweep()

    def _recover_from(self, error: Exception, queue: JobQueue) -> None:
        """A mistake of ours outside the work itself: the job must not stay “running” for ever."""
        _log.error("The queue met an error outside a job's work", exc_info=error)
        with self._changed:
            record, queue.current = queue.current, None
            if record is not None and record.live:
                record.row = record.ended("failed", f"Something went wrong inside “{record.row.kind}”.")
                self._unsaved.add(record.id)
            self._changed.notify_all()
        time.sleep(_LOOK)  # one that comes back at once must not keep a core busy

    def _next(self, queue: JobQueue) -> Record | None:
        """The next job; None when the server stops. While none waits, the worker warms up or is ended."""
        while True:
            self._catch_up()
            with self._changed:
                if self._closing:
                    return None
                if queue.waiting:
                    record = queue.current = queue.waiting.popleft()
                    record.start()
                    self._changed.notify_all()
                    return record
                if queue.expects:
                    queue.expects = False
                    with suppress(EmbedError):  # the first job tries again
                        self._worker(queue)
                behind = bool(self._unsaved)
                pause = _AGAIN if behind else _REST[queue.role] if queue.worker is not None else None
                woken = self._changed.wait_for(
                    lambda: queue.waiting or queue.expects or self._closing or bool(self._unsaved) > behind,  # noqa: B023
                    pause,
                )
                if not woken and not behind:
                    _end_resting(queue)

    def _finish(self, queue: JobQueue, record: Record, end: End) -> None:
        """Write the row before the state is visible: a reader that sees the job done finds its row, unless nothing can
        be written now."""
        with self._saving:
            with self._changed:
                row = record.ended(*end)
            written = self._write(row)
            with self._changed:
                record.row, queue.current = row, None
                if not written:
                    self._unsaved.add(record.id)
                self._remember(record)
                self._changed.notify_all()

    def _guarded(self, queue: JobQueue, record: Record) -> End:
        try:
            return self._work(queue, record)
        except Cancelled:
            return End("cancelled")
        except Exception as e:  # noqa: BLE001  whatever it is ends the job, not the thread
            if self._closing or record.cancelling:
                return End("interrupted" if self._closing else "cancelled")
            return End("failed", *failures.explain(e, self._store.home, record.id, record.row.kind))

    def _work(self, queue: JobQueue, record: Record) -> End:
        with self._saving:
            self._put(record.row)
        work = work_of(record.row)
        needed, what = work.room(self._store)
        folders.check_room(self._store.home, needed, what, failures.FREE_SPACE)
        out = self._folder(record.id) / "out"
        shutil.rmtree(out.parent, ignore_errors=True)
        out.mkdir(parents=True)
        spec = work.prepare(self._store)
        self._hold_back(queue, record)
        worker = self._worker(queue)
        try:
            answer = self._listen(
                worker,
                queue,
                record,
                {"id": record.id, "kind": work.kind, "task": work.task, "spec": spec, "out": str(out)},
            )
        except BaseException:
            worker.kill()  # what it still says belongs to no other job
            raise
        if isinstance(answer, End):
            return answer
        record.store(work.commit(self._store, out, answer))
        return End("done")

    def _listen(
        self, worker: WorkerProcess, queue: JobQueue, record: Record, task: dict[str, Any]
    ) -> End | dict[str, Any]:
        """Have the worker do it; its result, or how it ended without one."""
        kills, before, looked = memory.system_kills(), worker.log_size, time.monotonic()
        most = memory.limit(queue.role, worker.pid)
        if not record.cancelling:
            worker.send(task)
        answer: End | dict[str, Any] | None = None
        while answer is None:
            event = None if record.cancelling else _event(worker)
            if event is not None and time.monotonic() - looked >= _LOOK:
                looked = time.monotonic()
                self._beat()
                if memory.held(worker.pid) > most:
                    raise EmbedError(*failures.too_much(folders.size_text(most)))
            if event is None and not (record.cancelling or self._closing):
                queue.deaths += 1
                answer = End("failed", *self._why(worker, before, kills))
            with self._changed:
                answer = self._answer(record, event, answer)
        if record.cancelling:
            worker.kill()
        else:
            queue.deaths = 0 if event else queue.deaths
        return answer

    def _answer(self, record: Record, event: dict[str, Any] | None, failed: End | None) -> End | dict[str, Any] | None:
        """What an event of its worker means for a job: its result, its end, or None when it goes on."""
        if self._closing:
            return End("interrupted")
        if record.cancelling:
            return End("cancelled")
        if not event:
            return failed
        if event["event"] == "failed":
            return End("failed", event["message"], event["hint"])
        if event["event"] == "cancelled":
            return End("cancelled")
        if event["event"] == "done":
            record.committing = True
            return dict(event["result"])
        record.progress(event)
        return None

    def _why(self, worker: WorkerProcess, before: int, kills: int) -> tuple[str, str]:
        """(message, hint) for a worker that is gone. before: size of its log when it began. kills: memory.system_kills
        at that time."""
        status = worker.kill()
        try:
            full = shutil.disk_usage(self._store.home).free < _NOTHING
        except OSError:
            full = False
        return failures.ended(status, worker.printed(before), full=full, kills=memory.system_kills() - kills)

    def _hold_back(self, queue: JobQueue, record: Record) -> None:
        """After several workers that died in a row, wait before the next is started."""
        if queue.deaths >= _DEATHS:
            pause = min(_LONGEST, 0.5 * 2 ** (queue.deaths - _DEATHS))
            with self._changed:
                self._changed.wait_for(lambda: self._closing or record.cancelling, pause)

    def _start(self, role: str) -> WorkerProcess:
        warm_up = _WARM_UP if self._warm and role != "ask" else ""
        try:
            return WorkerProcess(self._python, role, self._store.home, warm_up)
        except OSError as e:
            raise EmbedError(
                "The computer gives the app no further process.",
                f"Close other programs, then press “{failures.RUN_AGAIN}”.",
            ) from e

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
        wait as long for a new worker. Where it cannot be submitted, the page that needs it does so later."""
        try:
            if (following := work_of(record.row).follows(record.row.result)) is not None:
                self.submit(following)
        except EmbedError:  # deleted already, or no room for its row
            pass
        except Exception as e:  # noqa: BLE001  the job itself is done
            _log.error("What follows a job could not be submitted", exc_info=e)

    def _tidy(self, record: Record) -> None:
        """Remove what the job leaves behind, and what an earlier one left when nothing could be removed."""
        with suppress(OSError):
            shutil.rmtree(self._folder(record.id), ignore_errors=True)
            with self._changed:
                live = {self._folder(r.id).name for queue in self._queues.values() for r in queue.live()}
            folders.sweep(self._store.home / "jobs", live)

    def _sweep(self) -> None:
        """What is not swept now is swept later; folders that somebody removed are made again."""
        try:
            for name in _PLACES:
                (self._store.home / name).mkdir(parents=True, exist_ok=True)
            self._store.sweep()
        except (EmbedError, OSError):
            pass

    def _beat(self) -> None:
        """Leave the time, so that the next server knows when this one stopped."""
        with suppress(OSError):
            (self._store.home / ALIVE).touch()


def _event(worker: WorkerProcess) -> dict[str, Any] | None:
    """What the worker says; {} when it says nothing for a moment, None when it is gone."""
    try:
        return worker.next(_LOOK)
    except queues.Empty:
        return {}


def _end_resting(queue: JobQueue) -> None:
    """End a worker that rests; one for heavy work only when it holds much, such as torch: starting anew takes it
    seconds of loading and compiling."""
    if queue.worker is not None and (queue.role != "heavy" or memory.held(queue.worker.pid) > _SMALL):
        queue.worker.kill()
        queue.worker = None
