"""Jobs: two queues of work, one job of each at a time in a worker process, and short questions beside them."""

from __future__ import annotations

import atexit
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from embedcore.jobs.job import Job
from embedcore.jobs.questions import QUESTIONS, Questions
from embedcore.jobs.runner import Runner
from embedcore.store import Store


class Jobs(Runner):
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
        super().__init__(store, python, warm)
        self._questions = Questions(lambda: self._start("ask"), questions)
        for runner in self._runners:
            runner.start()
        atexit.register(self.close)

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
                self._changed.notify_all()
                if queue.worker is not None:
                    queue.worker.kill()
                self._changed.wait_for(lambda: not record.live, timeout=10)
        self._save(record)
        return self.get(id)

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
        self._catch_up()
