"""Jobs: two queues of work, one job of each at a time in a worker process, and short questions beside them."""

from __future__ import annotations

import atexit
import hashlib
import json
import queue
import shutil
import sys
import threading
import time
import traceback
import uuid
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from embedcore.errors import BusyError, Cancelled, EmbedError, MissingError
from embedcore.jobs.job import LIVE, Job, Record
from embedcore.jobs.kinds import commit, prepare, stored
from embedcore.jobs.process import Lane
from embedcore.jobs.queue import Line
from embedcore.store import Store

__all__ = ["Job", "Jobs", "cluster_key", "map_key", "read_key"]

_REMEMBERED = 200  # finished jobs in memory
_HUNG = 300.0  # seconds without any answer: on a busy machine loading a model alone may take minutes
_READING = frozenset({"read", "import", "sample"})  # seconds of work: they do not wait behind a training
_READER = 1  # raise it when the same file with the same options is read into another table


def read_key(path: Path, options: Mapping[str, Any]) -> str:
    """The key of a "read": sha256 (hex) of the file's bytes and how to read it."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except FileNotFoundError:
        raise MissingError("The file is no longer here.", "Upload it again.") from None
    digest.update(json.dumps([_READER, dict(options)], sort_keys=True).encode())
    return digest.hexdigest()


def map_key(run: str, kind: str = "umap") -> str:
    """The key of a "map" job."""
    return f"{run}:{kind}"


def cluster_key(run: str, spec: Mapping[str, Any]) -> str:
    """The key of a "cluster" job: the run and what the clusters are made with."""
    return f"{run}:" + json.dumps({k: v for k, v in spec.items() if k != "run"}, sort_keys=True)


class Jobs:
    """Submit work and look at it, from any thread. Looking costs no database access.

    One heavy job runs at a time, in the order in which they were asked for, and beside it one that reads data.
    Finished results are committed by this process.
    """

    def __init__(
        self, store: Store, *, python: str = sys.executable, warm: bool = True, tasks: str = "embedcore.tasks.tasks"
    ) -> None:
        """warm: let the worker import and compile in idle time. tasks: the module whose TASKS and QUESTIONS it serves.

        What ran when the last server stopped is "interrupted"; what waited is queued again.
        """
        self._store = store
        self._start: Callable[[str], Lane] = lambda role: Lane(python, role, store.home, tasks, warm and role != "ask")
        self._changed = threading.Condition(threading.RLock())
        self._saving = threading.Lock()
        self._records: OrderedDict[str, Record] = OrderedDict()
        self._lines = {role: Line(role) for role in ("read", "heavy")}
        self._ask: Lane | None = None
        self._asking = threading.Lock()
        self._asked_at = 0.0  # when the oldest question without an answer was sent; 0 = none
        self._closing = False
        self._recover()
        self._runners = [
            threading.Thread(target=self._run, args=[line], name=f"embedcore-{line.role}", daemon=True)
            for line in self._lines.values()
        ]
        for runner in self._runners:
            runner.start()
        atexit.register(self.close)

    def submit(self, kind: str, key: str, spec: Mapping[str, Any], title: str) -> Job:
        """Queue a job, join an equal one (same kind and key) that waits or runs, or answer at once with a "done" job
        whose result is stored already (cached, finished = when it was computed). spec["by_itself"]: nobody asked for
        it, so until it starts it lets pass what a person asks for."""
        with self._changed:
            if live := self._live(kind, key, spec):
                return self._view(live)
        found = stored(self._store, kind, key, spec)
        with self._changed:
            if live := self._live(kind, key, spec):
                return self._view(live)
            record = Record(uuid.uuid4().hex[:16], kind, key, title, dict(spec), datetime.now(UTC))
            if found is not None:
                record.state, record.result, record.finished, record.cached = "done", *found, True
                self._remember(record)
                return self._view(record)
            self._enqueue(record)
            view = self._view(record)
        self._save(record)
        return view

    def get(self, id: str) -> Job | None:
        """A job as it stands now; None when it is not known (any more)."""
        with self._changed:
            record = self._records.get(id)
            return self._view(record) if record else None

    def shown(self, id: str, what: str) -> Path | None:
        """Where a running training shows what it has so far, PREVIEW or FIRST; None when it shows nothing. It goes when
        the job ends."""
        path = self._folder(id) / "out" / what
        return path if path.exists() else None

    def live(self) -> list[Job]:
        """The running jobs and those that wait, each queue in its order."""
        with self._changed:
            return [self._view(r) for line in self._lines.values() for r in line.live()]

    def recent(self, n: int = 20) -> list[Job]:
        """The last finished jobs, newest first."""
        with self._changed:
            done = [r for r in self._records.values() if r.state not in LIVE]
            done.sort(key=lambda r: r.finished or r.created, reverse=True)
            return [self._view(r) for r in done[:n]]

    def cancel(self, id: str) -> Job | None:
        """Stop a job and keep nothing of it; returns when it has stopped. One that is being stored is finished."""
        with self._changed:
            record = self._records.get(id)
            if record is None:
                return None
            line = self._line(record.kind)
            if record in line.queue:
                line.queue.remove(record)
                record.end("cancelled")
                self._changed.notify_all()
            elif record.state == "running" and not record.committing:
                record.cancelling = True
                if line.lane is not None:
                    line.lane.kill()
                self._changed.wait_for(lambda: record.state not in LIVE, timeout=10)
        self._save(record)
        return self.get(id)

    def retry(self, id: str) -> Job:
        """Queue a job that failed, was cancelled or interrupted again, under its own id. MissingError when unknown."""
        with self._changed:
            record = self._records.get(id)
            if record is None:
                raise MissingError("This job is no longer known.", "Start it again from its page.")
            if record.state in (*LIVE, "done"):
                return self._view(record)
            if live := self._live(record.kind, record.key, {}):
                return self._view(live)
            record.restart()
            self._enqueue(record)
            view = self._view(record)
        self._save(record)
        return view

    def wait(self, id: str, timeout: float | None = None) -> Job:
        """Block until a job has ended, or `timeout` seconds have passed. MissingError when unknown."""
        with self._changed:
            record = self._records.get(id)
            if record is None:
                raise MissingError("This job is no longer known.")
            self._changed.wait_for(lambda: record.state not in LIVE, timeout)
            return self._view(record)

    def ask(self, kind: str, spec: Mapping[str, Any], timeout: float = 60.0) -> dict[str, Any]:
        """A short question to a second worker, answered while the first one is busy.

        kind "encode", spec {"model": str, "texts": [str]} -> {"vectors": [[float]]}. EmbedError when it fails,
        BusyError when it takes more than `timeout` seconds (the worker goes on loading what it needs).
        """
        until = time.monotonic() + timeout
        slow = BusyError("The answer took too long.", "Try again in a moment.")
        if not self._asking.acquire(timeout=timeout):
            raise slow
        try:
            lane = self._ask_lane()
            id = uuid.uuid4().hex[:16]
            self._asked_at = self._asked_at or time.monotonic()
            lane.send({"id": id, "kind": kind, "spec": dict(spec)})
            while True:
                try:
                    answer = lane.next(max(0.0, until - time.monotonic()))
                except queue.Empty:
                    if time.monotonic() - self._asked_at > _HUNG:
                        lane.kill()
                    raise slow from None
                self._asked_at = 0.0
                if answer is None:
                    lane.kill()
                    raise EmbedError("The answer could not be computed.", "Try again in a moment.")
                if answer["id"] == id:
                    break
        finally:
            self._asking.release()
        if answer["event"] == "cancelled":
            raise Cancelled
        if answer["event"] == "failed":
            raise EmbedError(answer["message"], answer["hint"])
        return dict(answer["result"])

    def warm_up(self, role: str = "ask") -> None:
        """Start the worker for questions and let it load what it needs, without waiting for it."""
        if self._asking.acquire(blocking=False):
            try:
                if self._ask is None or not self._ask.alive:
                    self._ask_lane().send({"id": "", "kind": "warm", "spec": {}})
            finally:
                self._asking.release()

    def close(self) -> None:
        """Stop the workers. A running job is marked interrupted, waiting ones stay for the next server."""
        with self._changed:
            self._closing = True
            for lane in (*(line.lane for line in self._lines.values()), self._ask):
                if lane is not None:
                    lane.kill()
            self._changed.notify_all()
        for runner in self._runners:
            if threading.current_thread() is not runner:
                runner.join(timeout=30)
        atexit.unregister(self.close)

    def _folder(self, id: str) -> Path:
        return self._store.home / "jobs" / f"{Path(id).name}.tmp"

    # The runner threads, one for each line

    def _run(self, line: Line) -> None:
        while True:
            with suppress(EmbedError, OSError):  # start it now, so that it warms up while nobody waits
                self._lane(line)
            with self._changed:
                self._changed.wait_for(lambda: line.queue or self._closing)
                if self._closing:
                    return
                record = line.current = line.queue.popleft()
                record.start()
                self._changed.notify_all()
            folder = self._folder(record.id)
            state, message, hint = self._guarded(line, record, folder)
            shutil.rmtree(folder, ignore_errors=True)
            if state == "done" and record.kind == "train":
                self._follow(record)
            self._finish(line, record, state, message, hint)
            if record.kind in ("read", "import"):
                with suppress(EmbedError):  # what is not swept now is swept later
                    self._store.sweep()

    def _finish(self, line: Line, record: Record, state: str, message: str, hint: str) -> None:
        """Written first, then seen: whoever sees that it is done finds its row, too."""
        at = datetime.now(UTC)
        with self._saving:
            with self._changed:
                row = replace(record.row(), state=state, message=message, hint=hint, finished=at)
            with suppress(EmbedError):  # the result is stored; only this line about it is not
                self._store.save_job(row)
            with self._changed:
                record.end(state, message, hint, at)
                line.current = None
                self._remember(record)
                self._changed.notify_all()

    def _guarded(self, line: Line, record: Record, folder: Path) -> tuple[str, str, str]:
        """(state, message, hint) of a job; a mistake of ours ends the job, not the thread."""
        try:
            return self._work(line, record, folder)
        except EmbedError as e:
            ended = "interrupted" if self._closing else "cancelled" if record.cancelling else "failed"
            return (ended, "", "") if ended != "failed" else (ended, e.message, e.hint)
        except Exception:
            (self._store.home / "logs" / f"{record.id}.log").write_text(traceback.format_exc(), encoding="utf-8")
            return (
                "failed",
                f"Something went wrong inside “{record.kind}”.",
                f"The details are in the data folder, in logs/{record.id}.log.",
            )

    def _work(self, line: Line, record: Record, folder: Path) -> tuple[str, str, str]:
        shutil.rmtree(folder, ignore_errors=True)
        out = folder / "out"
        out.mkdir(parents=True)
        self._save(record)
        spec = prepare(self._store, record.kind, record.spec)
        lane = self._lane(line)
        if not record.cancelling:
            lane.send({"id": record.id, "kind": record.kind, "spec": spec, "out": str(out)})
        while True:
            event = None if record.cancelling else lane.next()
            with self._changed:
                if self._closing:
                    return "interrupted", "", ""
                if record.cancelling:
                    lane.kill()
                    return "cancelled", "", ""
                if event is None:
                    return "failed", *_why(lane.kill())
                if event["event"] == "failed":
                    return "failed", event["message"], event["hint"]
                if event["event"] == "cancelled":
                    return "cancelled", "", ""
                if event["event"] == "done":
                    record.committing = True
                    break
                record.progress(event)
        record.result = commit(self._store, record.kind, record.key, record.spec, out, event["result"])
        return "done", "", ""

    def _lane(self, line: Line) -> Lane:
        """The worker of a line, started anew when it is gone."""
        with self._changed:
            if self._closing:
                raise EmbedError("The server is stopping.")
            if line.lane is None or not line.lane.alive:
                line.lane = self._start(line.role)
            return line.lane

    def _ask_lane(self) -> Lane:
        with self._changed:
            if self._closing:
                raise EmbedError("The server is stopping.")
            if self._ask is None or not self._ask.alive:
                self._ask, self._asked_at = self._start("ask"), 0.0
            return self._ask

    def _follow(self, record: Record) -> None:
        """After a training, its map is drawn without being asked for. It lets pass what is asked, but is not stopped
        for it: the next job would wait as long for a new worker."""
        run = record.result["run"]
        with suppress(EmbedError):  # deleted already
            self.submit(
                "map", map_key(run), {"run": run, "by_itself": True}, f"Map of {record.title.removeprefix('Training ')}"
            )

    # Records; call these with the lock held, except _save

    def _live(self, kind: str, key: str, spec: Mapping[str, Any]) -> Record | None:
        """The equal job that waits or runs."""
        line = self._line(kind)
        found = next((r for r in line.live() if (r.kind, r.key) == (kind, key)), None)
        if found is not None and not spec.get("by_itself"):
            line.asked(found)
        return found

    def _line(self, kind: str) -> Line:
        return self._lines["read" if kind in _READING else "heavy"]

    def _enqueue(self, record: Record) -> None:
        if self._closing:
            raise EmbedError("The server is stopping.", "Start it again.")
        self._line(record.kind).add(record)
        self._remember(record)
        self._changed.notify_all()

    def _remember(self, record: Record) -> None:
        self._records[record.id] = record
        self._records.move_to_end(record.id)
        done = [r.id for r in self._records.values() if r.state not in LIVE]
        for id in done[: max(0, len(done) - _REMEMBERED)]:
            del self._records[id]

    def _view(self, record: Record) -> Job:
        position = 0
        if record.state == "queued":
            line = self._line(record.kind)
            position = line.queue.index(record) + (line.current is not None)
        return record.view(position)

    def _save(self, record: Record) -> None:
        """Write the newest state; whoever writes last writes what is true."""
        with self._saving:
            with self._changed:
                row = record.row()
            self._store.save_job(row)

    def _recover(self) -> None:
        for row in self._store.job_rows():
            if row.state == "running":
                row = replace(row, state="interrupted", finished=datetime.now(UTC))
                self._store.save_job(row)
            record = Record.of_row(row)
            self._records[record.id] = record
            if record.state == "queued":
                self._line(record.kind).add(record)


def _why(status: int) -> tuple[str, str]:
    """(message, hint) for a worker that ended by itself."""
    if status == -9:
        return (
            "The work was stopped by the computer, most likely because the memory ran out.",
            "Close other programs, or use fewer products or a smaller dimension, then run it again.",
        )
    return "The work stopped unexpectedly.", "Run it again. The details are in the data folder, in logs."
