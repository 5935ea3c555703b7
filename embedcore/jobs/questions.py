"""Short questions to a separate worker, answered while heavy work is running."""

from __future__ import annotations

import queue
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from embedcore.errors import BusyError, Cancelled, EmbedError
from embedcore.jobs.process import WorkerProcess

QUESTIONS = {  # "module:function" of what answers; "warm" is sent in idle time
    "encode": "embedcore.tasks.questions:encode",
    "predict": "embedcore.tasks.questions:predict",
    "warm": "embedcore.tasks.questions:warm",
}
_REST = 300.0  # seconds without a question after which the worker is ended: with a language model it holds 700 MB
_HUNG = 300.0  # seconds without any answer: on a busy machine loading a model alone may take minutes


class Questions:
    """One worker process, started at the first question; one question at a time."""

    def __init__(self, start: Callable[[], WorkerProcess], questions: Mapping[str, str]) -> None:
        """start: gives a new worker. questions: kind -> “module:function”."""
        self._start, self._questions = start, questions
        self._busy = threading.Lock()
        self._changed = threading.Lock()
        self._process: WorkerProcess | None = None
        self._sent_at = 0.0  # since when nothing has come of questions without an answer; 0 = there are none
        self._closed = False
        self._rest: threading.Timer | None = None

    def ask(self, kind: str, spec: Mapping[str, Any], timeout: float) -> dict[str, Any]:
        """The answer. EmbedError when it fails, BusyError when it takes more than `timeout` seconds."""
        until = time.monotonic() + timeout
        slow = BusyError("The answer took too long.", "Try again in a moment.")
        if not self._busy.acquire(timeout=timeout):
            raise slow
        try:
            answer = self._answer(kind, spec, until, slow)
        finally:
            self._end_later()
            self._busy.release()
        if answer["event"] == "cancelled":
            raise Cancelled
        if answer["event"] == "failed":
            raise EmbedError(answer["message"], answer["hint"])
        return dict(answer["result"])

    def _answer(self, kind: str, spec: Mapping[str, Any], until: float, slow: BusyError) -> dict[str, Any]:
        worker = self._worker()
        id = self._send(worker, kind, spec)
        self._sent_at = self._sent_at or time.monotonic()
        while True:
            try:
                answer = worker.next(max(0.0, until - time.monotonic()))
            except queue.Empty:
                if time.monotonic() - self._sent_at > _HUNG:
                    worker.kill()
                raise slow from None
            if answer is None:
                worker.kill()
                raise EmbedError("The answer could not be computed.", "Try again in a moment.")
            if answer["id"] == id:
                self._sent_at = 0.0
                return answer
            self._sent_at = time.monotonic()  # a late answer that nobody waits for any more: the worker does not hang

    def warm_up(self) -> None:
        """Start the worker and let it load what it needs, without waiting for it."""
        if self._busy.acquire(blocking=False):
            try:
                if self._process is None or not self._process.alive:
                    self._send(self._worker(), "warm", {})
                    self._end_later()
            finally:
                self._busy.release()

    def close(self) -> None:
        """End the worker and start no other."""
        with self._changed:
            self._closed = True
            if self._rest is not None:
                self._rest.cancel()
            if self._process is not None:
                self._process.kill()

    def _end_later(self) -> None:
        if self._rest is not None:
            self._rest.cancel()
        self._rest = threading.Timer(_REST, self._end_resting)
        self._rest.daemon = True
        self._rest.start()

    def _end_resting(self) -> None:
        if self._busy.acquire(blocking=False):
            try:
                if self._process is not None:
                    self._process.kill()
            finally:
                self._busy.release()

    def _send(self, worker: WorkerProcess, kind: str, spec: Mapping[str, Any]) -> str:
        id = uuid.uuid4().hex[:16]
        worker.send({"id": id, "kind": kind, "task": self._questions[kind], "spec": dict(spec)})
        return id

    def _worker(self) -> WorkerProcess:
        with self._changed:
            if self._closed:
                raise EmbedError("The server is stopping.")
            if self._process is None or not self._process.alive:
                self._process, self._sent_at = self._start(), 0.0
            return self._process
